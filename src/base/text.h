/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * text: questions about UTF-8 text that GLib does not answer in one call. Answers: "is this text fit to keep?"
 *
 * Not for HTML or headers (base/writer.h) nor for languages (base/catalogue.h).
 * Pointers: results live in the arena given. Errors: none. Called by: everyone.
 *
 * Invariants:
 *  1. What text_clean gives is valid UTF-8, has no NUL and no control character but newline and tab.
 */
#ifndef FILO_BASE_TEXT_H
#define FILO_BASE_TEXT_H

#include "base/arena.h"

/* A copy fit to store: invalid bytes become U+FFFD, CR LF and CR become LF, other control characters but tab go. */
char *text_clean(Arena *arena, Bytes text);

/* The same on one line: newlines and tabs become single spaces, ends trimmed. For subjects and names. */
char *text_clean_line(Arena *arena, Bytes text);

/* Trimmed copy; NULL gives "". */
char *text_trim(Arena *arena, const char *text);

/* The key names sort by: case folded, accents removed, so that C order is the reader's order in both engines. */
char *text_sort_key(Arena *arena, const char *text);

/* A text above every text that begins with prefix and below all greater ones: the open end of a search by prefix. */
char *text_prefix_end(Arena *arena, const char *prefix);

/* At most max_chars characters, cut at a character, with "…" where something went. */
char *text_clip(Arena *arena, const char *text, size_t max_chars);

/* True for NULL, "" and white space. */
bool text_is_blank(const char *text);

#endif
