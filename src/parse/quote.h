/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/quote: where the new words of a reply end. Answers: "which part of this text did we already have?"
 *
 * A pure function over plain text: our own marker line, the lines mail programs write before a quotation in Italian
 * and English ("Il giorno … ha scritto:", "On … wrote:", "Da: / Inviato: / A: / Oggetto:", "-----Messaggio
 * originale-----"), and a tail of lines that start with ">". It deletes nothing: pages fold what follows the offset.
 * Not for HTML (the worker lays HTML out as text first). Tables: none. Called by: the parse worker, desk for text
 * that came by another channel. Errors: none. Pointers: text is borrowed for the call.
 *
 * Invariants:
 *  1. The offset is at the start of a line, or is size when nothing is quoted.
 *  2. Linear in size.
 *  3. When nothing but white space would remain before the offset, nothing is folded (an answer written below or
 *     inside the quotation must stay visible).
 *     A signature below "-- " and a telephone's footer ("Inviato da iPhone") count as white space there.
 *  4. Text after the last quoted line that is not quoted itself is never folded by ">" alone, nor by an attribution
 *     line above ">" lines.
 *  5. A forwarded message is never folded, nor anything in it: it is what they want to show.
 *
 * Example:
 *     size_t at = quote_split(mail.text, mail.text_size);
 *     show(mail.text, at);
 */
#ifndef FILO_PARSE_QUOTE_H
#define FILO_PARSE_QUOTE_H

#include <stdbool.h>
#include <stddef.h>

/* The line Filo puts above the quotation in its own mails; the catalogues put words after it on the same line. */
#define QUOTE_MARKER "-- \xe2\x9c\x82 --"

/* Offset of the first line of the quoted tail, or size. */
size_t quote_split(const char *text, size_t size);

/* The words without what they quote, wherever that stands: no line that begins with ">", nor the one above that says whose
 * they are. NULL when the two cannot be told apart (an original message without ">", our own marker). Free it. */
char *quote_take_out(const char *text, size_t size);

/* True when the text opens as a forwarded message ("---------- Forwarded message ---------"), quoted or not. */
bool quote_is_forward(const char *text, size_t size);

/* True for a subject as a forwarding mail program makes it: "I: guasto", "Fwd: …". Blocks of "Da:", "Inviato:" are then no
 * quotation either. */
bool quote_subject_is_forward(const char *subject);

#endif
