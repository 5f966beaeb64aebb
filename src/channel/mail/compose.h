/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * compose: builds the RFC 5322 message of an answer. Answers: "which bytes does the mail server get?"
 *
 * Pure: no clock, no random, no file; the same draft gives the same bytes, so that a second attempt is the same message
 * (security R04). Not for deciding whether to write (guard.h) nor for sending (deliver.c).
 *
 * Pointers: everything in the draft is borrowed until the call returns; the message lives in the arena given.
 * Errors: REFUSED an address, token or random part that cannot stand in a message; TOO_LARGE over MAIL_MESSAGE_MAX.
 * Called by: deliver, and whoever shows a message before it leaves.
 *
 * Invariants:
 *  1. No content of the draft makes a header, a recipient or a part the draft does not name (security A11).
 *  2. Lines end in CRLF, have at most 998 characters and are ASCII; no line begins with "From " or a dot.
 *  3. Message-ID, Date and the part boundary come from the draft alone.
 *  4. An acknowledgement or a notice says so (Auto-Submitted, X-Auto-Response-Suppress); an answer never does. Each
 *     carries X-Filo-Loop.
 *
 * Example:
 *     MailDraft draft = {.purpose = CHANNEL_ANSWER, .mailbox_address = "assistenza@caffemeccanica.test",
 *                        .operator_name = "Sara", .company_name = "Caffemeccanica", .to = &customer, .to_count = 1,
 *                        .subject = "Re: E07", .text = answer, .date = now, .message_id = id};
 *     Bytes message;
 *     bool ok = mail_compose(arena, &draft, &message, &error);
 */
#ifndef FILO_CHANNEL_MAIL_COMPOSE_H
#define FILO_CHANNEL_MAIL_COMPOSE_H

#include "base/clock.h"
#include "base/error.h"
#include "channel/channel.h"
#include "channel/mail/header.h"

/* Most servers stop between 20 and 35 MB; base64 makes 3 bytes 4, so this carries 20 MB of files. */
#define MAIL_MESSAGE_MAX ((size_t)30 << 20)

/* References names at most so many ids: the first and the newest. */
#define MAIL_REFERENCES_MAX 20

typedef struct MailDraft {
    ChannelPurpose purpose;
    const char *mailbox_address; /* From and X-Filo-Loop: assistenza@caffemeccanica.test */
    const char *operator_name;   /* shown as "Sara — Caffemeccanica"; NULL: the company alone */
    const char *company_name;    /* NULL or blank: the operator alone, or no name */
    const char *reply_token;     /* Reply-To is mailbox+t.<token>@domain; NULL: no Reply-To */
    const Mailbox *to;           /* at least one */
    size_t to_count;
    const Mailbox *cc;
    size_t cc_count;
    const char *subject;           /* one line, as written; any content */
    const char *text;              /* the answer, plain UTF-8; any content */
    const char *marker;            /* the line "reply above this line" of the catalogue; NULL: none */
    const char *message_id;        /* mail_message_id: no angle brackets */
    TimeMs date;                   /* when the answer was written: the same at each attempt */
    const char *in_reply_to;       /* the message answered; NULL or not safe: no such header */
    const char *const *references; /* oldest first; those not safe are left out */
    size_t reference_count;
    const ChannelFile *files;
    size_t file_count;
} MailDraft;

/* Writes the message to *message_out. false: *error says why, nothing was written. */
bool mail_compose(Arena *arena, const MailDraft *draft, Bytes *message_out, GError **error);

/* The stable id of an outgoing message: <ticket>.<outbox>.<random>@<domain of mailbox_address>, no angle brackets.
 * random: 8 to 64 letters and digits kept with the outbox row. NULL if it or the address is not safe. */
char *mail_message_id(Arena *arena, int64_t ticket, int64_t outbox, const char *random, const char *mailbox_address);

/* local+<kind>.<token>@domain: kind 't' is where replies come back, 'b' the return path of bounces. Token: 16 to 48
 * lower-case letters and digits (160 bits in base 32 are 32). NULL if the token or the whole is not safe. */
char *mail_plus_address(Arena *arena, const char *mailbox_address, char kind, const char *token);

#endif
