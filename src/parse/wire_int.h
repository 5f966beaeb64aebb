/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/wire: a ParsedMail as bytes, and the only way back. Answers: "is this answer from a worker fit to be used?"
 *
 * The worker may have been taken over by the message it read, so wire_mail_read believes nothing: not the lengths, not
 * the counts, not the UTF-8, not that the HTML was serialised by our code. What it accepts satisfies every invariant
 * of parse/mail.h; everything else it refuses whole. Not for storage: the format changes with the program.
 *
 * A result is records, in the order of the table in wire.c:
 *     type u16 | zero u16 | length u32 | fields …          the last is END with length 0, and nothing follows it
 * A field is u32, u64 or a string (length u32, bytes); little-endian.
 *
 * Called by: the worker (write), parse_mail (read), tests and fuzzers. Tables: none.
 * Pointers: wire_mail_write's array is yours; what wire_mail_read fills lives in the arena.
 * Errors: wire_mail_read gives false for anything it does not accept, and then *out is empty.
 *
 * Invariants:
 *  1. wire_mail_read takes time linear in the result and allocates at most a small multiple of it.
 *  2. wire_mail_write followed by wire_mail_read gives the same ParsedMail.
 */
#ifndef FILO_PARSE_WIRE_INT_H
#define FILO_PARSE_WIRE_INT_H

#include "parse/mail.h"

#define WIRE_RESULT_MAX ((size_t)12 << 20) /* bytes of a mail's result */

GByteArray *wire_mail_write(const ParsedMail *mail);
bool wire_mail_read(Arena *arena, Bytes result, size_t raw_size, ParsedMail *out);

/* What a text must be to pass: UTF-8, no NUL, no control character (but newline and tab when lines are allowed). */
bool wire_text_is_clean(Bytes text, bool lines_allowed);

/* What an attachment's name must be to pass: clean, at most 255 bytes, no slash, no character that turns the reading
 * direction. */
bool wire_name_is_clean(Bytes name);

#endif
