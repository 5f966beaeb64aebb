/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/body: the words of a message, gathered from its text parts. Answers: "what would the reader read?"
 *
 * Text parts are appended in order; an HTML part is kept for html, and laid out as text too where no plain text stands
 * beside it in its multipart/alternative. Called by: message.c. Tables: none. Errors: none, only defects.
 * Pointers: body_finish moves everything into the builder's arena.
 *
 * Invariants:
 *  1. text is clean (base/text.h) and at most PARSE_TEXT_MAX bytes, cut at a character.
 */
#ifndef FILO_PARSE_BODY_INT_H
#define FILO_PARSE_BODY_INT_H

#include "parse/html_int.h"
#include "parse/message_int.h"

/* A multipart/alternative that is being walked. */
typedef struct BodyChoice {
    bool has_plain; /* plain text with words in it was seen */
} BodyChoice;

typedef struct Body {
    GString *text, *html; /* UTF-8 */
    HtmlQuote quote;      /* of HTML parts, in text */
} Body;

void body_init(Body *body);

/* Undoes the encoding, at most max bytes; sets *cut_out when there was more. Yours. */
GByteArray *body_decode(ParseEncoding encoding, Bytes coded, size_t max, bool *cut_out);

/* Adds a decoded text/plain or text/html part; choice may be NULL. flowed, delsp: RFC 3676. */
void body_add_plain(MessageBuilder *builder, Body *body, BodyChoice *choice, const char *charset, Bytes decoded,
                    bool flowed, bool delsp);
void body_add_html(MessageBuilder *builder, Body *body, const BodyChoice *choice, const char *charset, Bytes decoded);

/* Fills text, quote_at, html and a forward in the text of the mail, now that all attachments are known, and clears body. */
void body_finish(MessageBuilder *builder, Body *body);

#endif
