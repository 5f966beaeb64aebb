/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * header: the one writer of mail headers. Answers: "how does this value, whoever wrote it, stand in a header without
 * becoming a second header?"
 *
 * A subject, a name or a file name may come from an attacker (security A11). Every function here cleans its value to
 * one line of UTF-8 first, so that a line break never leaves it, and encodes what is not plain ASCII: RFC 2047
 * Q-words in text and names, RFC 2231 in parameters. Not for reading headers (parse/) nor for bodies (compose.h).
 *
 * Pointers: nothing is kept; the GString is the caller's. Errors: none; an address or message id that is not safe is a
 * bug of the caller here (ask first: mail_address_is_safe, mail_id_is_safe).
 * Called by: compose, deliver, thread.
 *
 * Invariants:
 *  1. Each call writes exactly one header field, ended by CRLF; a line break inside is always CRLF and a space.
 *  2. What is written is ASCII without controls, in lines of at most 998 characters (78 wherever a break is allowed).
 *  3. A reader gets back text_clean_line(value), to the byte; of a value over 64 KiB its first 64 KiB.
 *
 * Example:
 *     g_autoptr(GString) out = g_string_new(NULL);
 *     mail_header_text(out, "Subject", "E07 perché\r\nBcc: v@x.test");    one line: =?UTF-8?Q?E07_perch=C3=A9_Bcc:…?=
 *     mail_header_mailboxes(out, "To", (Mailbox[]){{.name = "Bar Sport", .address = "bar@sport.test"}}, 1);
 */
#ifndef FILO_CHANNEL_MAIL_HEADER_H
#define FILO_CHANNEL_MAIL_HEADER_H

#include <glib.h>
#include <stdbool.h>

/* A person as a mail header shows one. */
typedef struct Mailbox {
    const char *name;    /* UTF-8, any content; NULL or blank: the address stands alone */
    const char *address; /* local@domain, mail_address_is_safe */
} Mailbox;

/* Can this stand in an envelope and a header as it is: ASCII, dot-atom local part of at most 64 bytes, domain of
 * letters, digits, hyphens and dots (an internationalised one as xn--), 254 bytes in all. NULL is not. */
bool mail_address_is_safe(const char *address);

/* Can this stand between < and >: printable ASCII without blanks or angle brackets, with an @, at most 250 bytes. */
bool mail_id_is_safe(const char *id);

/* Free text (Subject): folded at blanks, or Q-words when it is not plain ASCII. */
void mail_header_text(GString *out, const char *name, const char *value);

/* A list of people (From, To, Cc, Reply-To). count is at least 1. */
void mail_header_mailboxes(GString *out, const char *name, const Mailbox *mailboxes, size_t count);

/* Message ids, given without angle brackets (Message-ID, In-Reply-To, References). count is at least 1. */
void mail_header_ids(GString *out, const char *name, const char *const *ids, size_t count);

/* A value of our own making (Date, MIME-Version, Auto-Submitted): a literal, never input. Refuses (check) what is not
 * printable ASCII of one line. */
void mail_header_literal(GString *out, const char *name, const char *value);

/* value; parameter="…" (Content-Type, Content-Disposition). value is a literal of ours or a media type that passed
 * mail_media_type_is_safe; the parameter's value may be anything. */
void mail_header_parameter(GString *out, const char *name, const char *value, const char *parameter,
                           const char *parameter_value);

/* type/subtype of RFC 2045 tokens, at most 127 bytes, that may be sent in base64: so not multipart or message. */
bool mail_media_type_is_safe(const char *media_type);

#endif
