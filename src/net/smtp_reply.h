/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * smtp_reply: the lines of a mail server's replies (RFC 5321 4.2.1, RFC 3463). Answers: "what did it say, and is it done
 * saying it?"
 *
 * A pure reader of lines, kept apart from the exchange (smtp.c) so that any bytes can be tried on it without a server.
 * Not for what a reply means for the message. Called by: smtp.c, the fuzzer.
 *
 * Pointers: the reply owns its text until smtp_reply_clear; what smtp_reply_enhanced gives lives in the arena.
 * Errors: none; a line that is no reply's is passed over.
 *
 * Invariants:
 *  1. A line counts only if it is three digits and then a blank, a hyphen or CR LF. Anything else is no reply, however it
 *     begins: libcurl waits on, and so do we.
 *  2. Of a line at most SMTP_REPLY_LINE_MAX bytes are read, and text never passes SMTP_REPLY_TEXT_MAX.
 *
 * Example:
 *     if (smtp_reply_line(&reply, line, size) == SMTP_REPLY_WHOLE)
 *         …reply.code, reply.text->str
 */
#ifndef FILO_NET_SMTP_REPLY_H
#define FILO_NET_SMTP_REPLY_H

#include "base/arena.h"

#include <stdbool.h>

#define SMTP_REPLY_LINE_MAX 512  /* RFC 5321 4.5.3.1.5 */
#define SMTP_REPLY_TEXT_MAX 2048 /* bytes of a reply's words */

typedef struct SmtpReply {
    int code;      /* of the last line; 0: none came */
    bool open;     /* a reply of several lines has begun and not ended */
    GString *text; /* the words of its lines joined by blanks; without NUL */
} SmtpReply;

typedef enum SmtpReplyLine {
    SMTP_REPLY_NONE, /* the line is no reply's: nothing changed */
    SMTP_REPLY_MORE, /* others follow */
    SMTP_REPLY_WHOLE /* the reply is complete */
} SmtpReplyLine;

void smtp_reply_init(SmtpReply *reply);
void smtp_reply_clear(SmtpReply *reply);

/* One line, as it came. */
SmtpReplyLine smtp_reply_line(SmtpReply *reply, const char *line, size_t size);

/* The three numbers of an RFC 3463 status at the start of the words ("5.1.1"), or NULL. */
char *smtp_reply_enhanced(Arena *arena, const char *text);

#endif
