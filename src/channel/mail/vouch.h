/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * vouch: what our own mail server says of a sender. Answers: "is this message from whom it says it is from?"
 *
 * Reads Authentication-Results (RFC 8601). Anybody can write such a field: only those that bear the name of the server
 * that the mailbox's settings name count (auth_server, its authserv-id), only the topmost of them down to where the
 * message was handed on (below that stands what came from outside), and of each method the first; that something passed only the very topmost can
 * say. Exchange Online writes the field without a name: where the setting says MAIL_AUTH_NAMELESS, the topmost one that has
 * none counts, and no other (learn.microsoft.com, "Anti-spam message headers", read in November 2026). Pure. Not for judging a
 * signature: SPF, DKIM and DMARC are the server's work.
 * Pointers: what is given out is borrowed from the mail or the settings. Errors: none; what cannot be read says nothing.
 * Called by: event.c.
 *
 * Invariants:
 *  1. Without a server's name nothing is ever said.
 *  2. Text that a sender chose (a comment, a quoted reason, an address) is never read as a verdict.
 *
 * Example:
 *     MailVouch vouch = mail_vouch_read(arena, mail, "mx.example.it");
 *     if (vouch.trust == MAIL_DOUBTED) mark(message);
 */
#ifndef FILO_CHANNEL_MAIL_VOUCH_H
#define FILO_CHANNEL_MAIL_VOUCH_H

#include "auth_result_enum.h"
#include "parse/mail.h"

/* The value of auth_server, in any case, for a server that signs with no name; with its blank it is nobody's name. */
#define MAIL_AUTH_NAMELESS "Microsoft 365"

typedef enum MailTrust {
    MAIL_UNJUDGED, /* nobody said anything that decides */
    MAIL_VOUCHED, /* DMARC passed; or nothing is known of DMARC, and the sender's own domain signed it or let it be sent */
    MAIL_DOUBTED /* DMARC failed; or nothing is known of DMARC, SPF failed and no signature of the domain stands */
} MailTrust;

typedef struct MailVouch {
    const char *judge; /* the server; "": it said nothing */
    AuthResult spf, dkim, dmarc;
    MailTrust trust;
} MailVouch;

MailVouch mail_vouch_read(Arena *arena, const ParsedMail *mail, const char *auth_server);

/* May this be the name of such a server: letters, digits, dots, hyphens and underscores, at most 253; or MAIL_AUTH_NAMELESS. */
bool mail_auth_server_is_name(const char *text);

#endif
