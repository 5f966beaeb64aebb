/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lmtp: the door where a mail server hands over messages (RFC 2033). Answers: "whose message is this, and may the mail
 * server forget it?"
 *
 * A thread for each connection, few connections: the mail server on this machine keeps a handful and the queue is its
 * own, so whoever finds no place is told to come again. Each thread waits for its own commit, and the commits of many
 * are one (store.h). Not for strangers: LMTP knows no sign-in and no TLS, and whoever reaches the door may write in
 * anybody's name, so it is opened on this machine only unless `anyone` is said. Not for deciding whose an address is or
 * keeping anything: the two handlers do that, on the connection's thread.
 *
 * Offers PIPELINING, ENHANCEDSTATUSCODES, 8BITMIME, SMTPUTF8, SIZE. All recipients of a transaction get one message, so
 * it is handed over once: to the first of them that has a plus address, else to the first.
 * Called by: cli/node. Pointers: what a handler gets is borrowed until it returns; options are copied, the context is
 * the caller's until lmtp_server_stop. Errors: lmtp_server_start: USAGE (no address, or not this machine's), IO.
 *
 * Invariants:
 *  1. 250 after a message is said only after `deliver` gave LMTP_TAKEN.
 *  2. The bytes of all messages under way together never pass flight_max; what does not fit is read, thrown away, and
 *     answered 451.
 *  3. A client that says nothing, or says a message too slowly, holds its place for a bounded time.
 *  4. On top of the content stand exactly one Return-Path and one Delivered-To of ours.
 *
 * Example:
 *     LmtpServer *server = lmtp_server_start(&(LmtpOptions){.listen = "127.0.0.1:2424", .handlers = handlers}, &error);
 */
#ifndef FILO_NET_LMTP_H
#define FILO_NET_LMTP_H

#include "base/bytes.h"

#include <glib.h>

typedef struct LmtpServer LmtpServer;

typedef enum LmtpVerdict {
    LMTP_TAKEN,     /* 250: a mailbox of ours; or durable */
    LMTP_NOBODY,    /* 550 5.1.1: no mailbox of ours */
    LMTP_LATER,     /* 451 4.3.0: we cannot say or keep it now */
    LMTP_NO_SPACE,  /* 451 4.3.1: the disk is full */
    LMTP_TOO_LARGE, /* 552 5.3.4 */
    LMTP_REFUSED    /* 554 5.6.0: never */
} LmtpVerdict;

typedef struct LmtpMessage {
    const char *recipient; /* as the mail server wrote it, without angle brackets */
    Bytes content;         /* with CRLF line ends, dots undone, trace fields on top */
} LmtpMessage;

typedef struct LmtpHandlers {
    /* Is it one of ours? TAKEN, NOBODY or LATER. */
    LmtpVerdict (*recipient)(const char *address, void *context);
    /* Keeps it. *kept_as_out: a number for the mail server's log, 0 for none. */
    LmtpVerdict (*deliver)(const LmtpMessage *message, int64_t *kept_as_out, void *context);
    void *context;
} LmtpHandlers;

typedef struct LmtpOptions {
    const char *listen; /* "127.0.0.1:2424", "[::1]:0", "unix:/run/filo/lmtp" */
    bool anyone;        /* an address that other machines reach */
    LmtpHandlers handlers;
    size_t size_max;   /* bytes of one message; must be given */
    size_t flight_max; /* 0: 96 MiB, or size_max if that is more */
    int connections;   /* 0: 32 */
    int idle_ms;       /* without a command; 0: five minutes (RFC 5321 4.5.3.2.7) */
    int message_ms;    /* from 354 to the dot; 0: ten minutes */
} LmtpOptions;

/* Listens. A Unix socket left behind at the path is replaced, anything else there is not; whoever may enter its folder
 * may connect. Yours: lmtp_server_stop. */
LmtpServer *lmtp_server_start(const LmtpOptions *options, GError **error);

/* The TCP port; 0 on a Unix socket. */
int lmtp_server_port(const LmtpServer *server);

/* Accepts no more, says 421 to whoever is connected, waits for messages being kept and their answers. NULL is fine. */
void lmtp_server_stop(LmtpServer *server);

#endif
