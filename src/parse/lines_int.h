/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/lines: small results of a worker as lines of text. Answers: "did it answer exactly what was asked, and in clean
 * words?"
 *
 * For results of a few fields (wire_int.h is for whole messages). Reading keeps a sticky `failed`; texts come out checked.
 * Called by: daticert, signature, certificate, and their workers. Tables: none. Errors: LineReader.failed only.
 * Pointers: what is read lives in the arena; result is borrowed while reading.
 *
 * Invariants:
 *  1. A line is clean (wire_text_is_clean) and at most PARSE_LINE_MAX bytes.
 *  2. lines_end holds only when every byte of the result was read.
 *
 * Example:
 *     LineReader in = {.arena = arena, .rest = result};
 *     const char *name = line_text(&in);
 *     return lines_end(&in);
 */
#ifndef FILO_PARSE_LINES_INT_H
#define FILO_PARSE_LINES_INT_H

#include "parse/mail.h"

#define LINES_RESULT_MAX ((size_t)8 << 20)

/* One more line; text must be a clean line (line_keep). */
void line_put(GByteArray *out, const char *text);
void line_put_number(GByteArray *out, int64_t number);

typedef struct LineReader {
    Arena *arena;
    Bytes rest;
    bool failed;
} LineReader;

/* The next line: "" once failed. */
const char *line_text(LineReader *in);

/* The next line as a number of [min, max]; min once failed. */
int64_t line_number(LineReader *in, int64_t min, int64_t max);

/* True when nothing failed and nothing is left. */
bool lines_end(const LineReader *in);

#endif
