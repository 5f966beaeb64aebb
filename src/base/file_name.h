/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * file_name: a stranger's name for a file, as one it may be saved under. Answers: "what is this called on a person's
 * disk?" and "might opening it run a program?"
 *
 * Not a path and never used as one. Called by: net/http_response, web. Tables: none. Errors: none.
 * Pointers: what is given out lives in the arena.
 *
 * Invariants:
 *  1. A safe name is never empty, at most FILE_NAME_MAX bytes of UTF-8; an extension is kept when the name is cut.
 *  2. It has no slash, no backslash, none of < > : " | ? *, no control character, none that turns the direction of reading or
 *     takes no room; no dot in front, no dot or blank at the end.
 *  3. It is not a device of Windows (CON, NUL, COM1 …), whatever its extension.
 */
#ifndef FILO_BASE_FILE_NAME_H
#define FILO_BASE_FILE_NAME_H

#include "base/arena.h"

enum { FILE_NAME_MAX = 180 };

const char *file_name_safe(Arena *arena, const char *name);

/* By its last extension: programs, scripts, pages and documents with macros. */
bool file_name_is_risky(const char *name);

#endif
