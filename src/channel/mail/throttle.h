/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * throttle: what a mail server says when it has had enough of us for now. Answers: "does this reply ask us to send less?"
 *
 * Pure. Not for a server that is away or busy with itself, a mailbox that is full or a sender it does not know yet
 * (greylisting): those concern one message, or are over when they are over.
 * Pointers: borrowed for the call. Errors: none. Called by: deliver.c.
 *
 * Invariants:
 *  1. Only a temporary reply asks for patience, and never one about the recipient's own mailbox (RFC 3463 X.2.X).
 */
#ifndef FILO_CHANNEL_MAIL_THROTTLE_H
#define FILO_CHANNEL_MAIL_THROTTLE_H

#include <stdbool.h>

/* code: of RFC 5321; enhanced: of RFC 3463, "4.7.28", or NULL; text: the server's words. */
bool mail_asks_for_patience(int code, const char *enhanced, const char *text);

#endif
