/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/forward: a message that another one hands on. Answers: "whose words are these really, and which are only the
 * remark above them?"
 *
 * Reads what Gmail, Outlook (desktop, web, telephones), Apple Mail, iPhones and Thunderbird write above a forwarded
 * message, in Italian and English: a line of their own ("---------- Forwarded message ---------", "Inizio messaggio
 * inoltrato:") and a block of From, Date and Subject; or, under a subject that says so ("I:", "Fwd:"), the block alone.
 * The outermost one counts; what it hands on in turn is part of its words. Runs in a sealed worker. Tables: none.
 * Called by: body.c, message.c. Errors: none. Pointers: what is given out lives in the arena.
 *
 * Invariants:
 *  1. All of it is a claim: whoever wrote the outer message could type it.
 *  2. A block that names its sender twice names nobody: a long subject may have been wrapped to look like a line of it.
 *  3. What stands in a quotation is no forward: a reply is a reply, whatever it quotes.
 *  4. Linear in size.
 */
#ifndef FILO_PARSE_FORWARD_INT_H
#define FILO_PARSE_FORWARD_INT_H

#include "parse/mail.h"

/* What the text of a message of that subject hands on; kind PARSE_FORWARD_NONE: nothing. */
ParsedForward forward_read(Arena *arena, const char *text, size_t size, const char *subject);

/* The text without a signature below "-- " and without what mail programs add: "" when nobody wrote a word of it. */
const char *forward_remark(Arena *arena, const char *text, size_t size);

/* Fills address and name from "Anna Rossi <anna@x.it>", "Anna [mailto:anna@x.it]", "anna@x.it"; address "" for none. */
void forward_address(Arena *arena, const char *value, ParsedForward *out);

/* "mar 3 mar 2026 alle ore 10:12", "Tuesday, March 3, 2026 10:12 AM": on the writer's wall unless it tells its zone.
 * PARSE_WHEN_NONE for what cannot be read for certain: of 3/4/2026 only an Italian label says which is the day. */
ParsedTime forward_date(const char *value, bool italian);

#endif
