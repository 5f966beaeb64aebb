/* SPDX-License-Identifier: EUPL-1.2 */
/* What the listening part (lmtp.c) and a connection (lmtp_session.c) share. */
#ifndef FILO_NET_LMTP_INT_H
#define FILO_NET_LMTP_INT_H

#include "net/lmtp.h"

struct LmtpServer;

/* Serves one connection to its end and closes it. */
void lmtp_session_run(LmtpServer *server, int descriptor);
void lmtp_session_metrics_begin(void); /* each answer to a message stands at 0: the first is then seen as a step */

const LmtpOptions *lmtp_options(const LmtpServer *server);

/* Readable once the server is stopping. */
int lmtp_stop_descriptor(const LmtpServer *server);

/* Bytes for a message under way; false: no room now. What was taken is given back. */
bool lmtp_flight_take(LmtpServer *server, size_t size);
void lmtp_flight_give(LmtpServer *server, size_t size);

/* All of it, or false. */
bool lmtp_send(int descriptor, const char *text, size_t size);

#endif
