/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * serial_named: serial numbers in what a person wrote. Answers: "do these words name that thing?"
 *
 * Pure. People write a serial in their own way: in small letters, with a blank or a hyphen where there is none. Owns no
 * table. Called by: intake_item.c. Memory: in the arena given. Errors: none.
 *
 * Invariants:
 *  1. A serial is named as a whole: no letter or digit stands right before or after it.
 *  2. Short ones are never named: fewer than five letters and digits, or fewer than seven where they are digits alone
 *     (a postcode, a price); nor are words without a digit.
 */
#ifndef FILO_DESK_INTAKE_SERIAL_NAMED_H
#define FILO_DESK_INTAKE_SERIAL_NAMED_H

#include "base/arena.h"

#include <stdbool.h>

/* The words to look in: those above a signature ("-- "), at most SERIAL_WORDS_MAX bytes. */
enum { SERIAL_WORDS_MAX = 16 * 1024 };
const char *serial_words(Arena *arena, const char *words);

/* serial: in the normal form of item.h. */
bool serial_is_named(const char *words, const char *serial);

#endif
