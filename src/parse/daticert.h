/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/daticert: what a certified-mail provider certifies, from the daticert.xml of its receipts and envelopes.
 * Answers: "which message is this about, what happened to it, and when by law?"
 *
 * The format is that of the technical rules of the decree of 2 November 2005 (in English: RFC 6109). The XML is read in a
 * sandboxed worker; what comes back is checked. Anyone can write such a file: whether it is the provider's is
 * parse/signature.h. Tables: none. Called by: channel/pec.
 *
 * Pointers: all texts live in the arena given; an absent one is "", never NULL.
 * Errors: FILO_ERROR_IO (no worker could be started). A file that is no daticert is not an error: read = false.
 *
 * Invariants:
 *  1. Every text is one clean line of at most PARSE_LINE_MAX bytes.
 *  2. A document with a DOCTYPE, of more than DATICERT_MAX bytes or nested deeper than the format allows is not read:
 *     no entity is ever expanded, nothing is ever loaded.
 *
 * Example:
 *     Daticert certified;
 *     if (parse_daticert(zygote, arena, coded, PARSE_BASE64, &certified, &error) && certified.read)
 *         show(certified.at);
 */
#ifndef FILO_PARSE_DATICERT_H
#define FILO_PARSE_DATICERT_H

#include "parse/mail.h"

#define DATICERT_MAX ((size_t)1 << 20) /* bytes of XML */
#define DATICERT_RECIPIENTS_MAX 500

typedef struct DaticertRecipient {
    const char *address;
    bool certified; /* the provider says it is a certified box; false: ordinary mail ("esterno") */
} DaticertRecipient;

typedef struct Daticert {
    bool read;         /* false: nothing below holds */
    const char *type;  /* accettazione, avvenuta-consegna, posta-certificata … as written, lower case */
    const char *error; /* nessuno, no-dest, no-dominio, virus, altro */
    const char *sender;
    const char *replies;
    const char *subject;
    const char *provider;     /* gestore-emittente */
    TimeMs at;                /* data, giorno, ora and zona; TIME_NONE when unreadable */
    const char *identifier;   /* the provider's own */
    const char *message_id;   /* of the message it is about, without < > */
    const char *receipt_form; /* completa, breve, sintetica */
    const char *delivered_to; /* consegna: the one recipient this receipt speaks of */
    const char *error_text;   /* errore-esteso */
    const DaticertRecipient *recipients;
    size_t recipient_count;
} Daticert;

/* coded: the file as it stands in the message. False and *error only when the world failed. */
bool parse_daticert(ParseZygote *zygote, Arena *arena, Bytes coded, ParseEncoding encoding, Daticert *out,
                    GError **error);

#endif
