/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tongue: which of our languages a text is written in. Answers: "do we write back in Italian or in English?"
 *
 * Told by the commonest words of each, and by the letters that only Italian words end with. A text is read by paragraphs, and
 * only as far as it takes: what stands at the end of a mail (a disclaimer in another language) is nobody's own words.
 * Not for finding (search/word.h guesses per text, and may be wrong). Called by: desk/intake.
 *
 * Pure. Pointers: borrowed for the call. Errors: none; a text that is not UTF-8 is read up to there.
 *
 * Invariants:
 *  1. There is an answer only where a text has at least four words, at least three of them are among the commonest of one
 *     language, and those are more than twice the other's: no answer is better than a wrong one.
 *  2. A text of a third language has none, though some words of it look like ours.
 *  3. Lines that are quoted, what stands under "-- ", addresses and codes count for nothing.
 *
 * Example:
 *     Lang lang;
 *     if (tongue_guess("Hello, my boiler is broken", NULL, &lang)) …   // LANG_EN
 */
#ifndef FILO_DESK_INTAKE_TONGUE_H
#define FILO_DESK_INTAKE_TONGUE_H

#include "base/catalogue.h"

/* false: it does not tell. hint: what the text is said to be in ("en-GB", a mail's Content-Language), or NULL; believed where
 * the words neither tell nor speak against it. */
bool tongue_guess(const char *text, const char *hint, Lang *lang_out);

#endif
