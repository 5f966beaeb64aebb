/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * quotation: what the customer wrote, repeated under our answer. Answers: "to which words is this an answer?"
 *
 * A line that says when and who, then the customer's own words behind "> ", as mail programs do: parse/quote.h folds it
 * when it comes back. What they themselves quoted is left out, and a long text is cut.
 * Not for choosing which message (desk/ticket/answer.c). Owns no table. Called by: job/outbound.
 *
 * Memory: the text lives in the arena given. Errors: none.
 *
 * Invariants:
 *  1. The same message gives the same bytes: every attempt sends the same (security R04).
 *  2. Every line but the first begins with ">", whatever the message holds.
 *
 * Example:
 *     text = arena_printf(arena, "%s\n\n%s", answer, quotation_text(arena, lang, zone, &message));
 */
#ifndef FILO_JOB_QUOTATION_H
#define FILO_JOB_QUOTATION_H

#include "base/catalogue.h"
#include "base/clock.h"
#include "desk/ticket/message.h"

enum { QUOTATION_MAX = 10000 }; /* characters of the customer's words */

/* The customer's words without what they quoted, bounded. */
const char *quotation_own_words(Arena *arena, const Message *message);

/* Without a newline at its end; "" for a message that says nothing. */
const char *quotation_text(Arena *arena, Lang lang, Zone *zone, const Message *message);

#endif
