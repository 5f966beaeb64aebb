/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/charset: any mail charset as UTF-8. Answers: "what do these bytes say?"
 *
 * glibc loads a charset's tables from disk on first use, and a sealed worker has no disk: so the zygote opens the
 * charsets of charset_names in both directions, converts one byte with each and never closes them (GMime's own
 * iconv_open calls for them then work too). A charset not on the list reads as windows-1252.
 *
 * Called by: the parse workers. Tables: none. Errors: none, only *guessed_out. Pointers: label may be NULL; out is the
 * caller's.
 *
 * Invariants:
 *  1. What is appended to out is valid UTF-8 without NUL; CR LF and CR became LF.
 *  2. Labels lie. Latin-1 means windows-1252; what is all valid UTF-8 is that under a latin or unknown name too; what
 *     says UTF-8, ASCII or nothing and is not UTF-8 is windows-1252 line by line, but for lines with UTF-8 letters in
 *     them, where a broken byte becomes U+FFFD; a byte order mark is believed before any name. Each of these sets
 *     *guessed_out (latin-1 as windows-1252 does not: it is how that name is used).
 *
 * Example:
 *     charset_append(out, "iso-8859-15", body, &guessed);
 */
#ifndef FILO_PARSE_CHARSET_INT_H
#define FILO_PARSE_CHARSET_INT_H

#include "base/bytes.h"

#include <glib.h>

/* Opens them all; again is free. */
void charset_open_all(void);

/* Appends the bytes as UTF-8; sets *guessed_out (never clears it) when a character had to be guessed. */
void charset_append(GString *out, const char *label, Bytes bytes, bool *guessed_out);

#endif
