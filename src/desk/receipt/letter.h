/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * letter: by when a certified letter wants an answer. Answers: "is there one that nobody has answered, and until which day
 * is there time?"
 *
 * A certified letter counts as notified by law (D.Lgs. 82/2005, art. 48) and may be a formal notice, whose term is at least
 * fifteen days (art. 1454 Civil Code). Not the customer's next update, which has a promise of its own, and no judgement on
 * what is written: an answer of ours, whatever it says, ends the term. Owns no table (reads receipt, message, ticket and
 * outbox). Called by: web, api.
 *
 * Memory: lists live in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. The term is counted in days of the calendar, the first not among them; one that would end on a Sunday or a national
 *     holiday ends on the next day that is neither (art. 2963 Civil Code).
 *  2. The provider's instant counts only where the letter is proved to be certified (receipt.h, standing), and never one
 *     later than it came; else the term runs from when it came. A stranger's envelope sets no date that way, and a letter
 *     whose provider our list does not know yet is not forgotten.
 *  3. A letter waits on its request and on the one that this was joined to, whichever of the two is answered.
 *  4. An answer that was taken back, refused or not delivered ends no term; one that is still to leave does, until then.
 *     One given elsewhere, from somebody's own mail program, does too.
 *
 * Example:
 *     if (letter_due(tx, arena, ticket, policy->zone, policy->letter_days, &term))
 *         show(term, letter_is_late(policy->zone, term, now));
 */
#ifndef FILO_DESK_RECEIPT_LETTER_H
#define FILO_DESK_RECEIPT_LETTER_H

#include "base/clock.h"
#include "schema_ids.h"
#include "store/store.h"

/* The last day for an answer. */
Date letter_term(Zone *zone, TimeMs at, int64_t days);

/* Is that day over? */
bool letter_is_late(Zone *zone, Date term, TimeMs now);

typedef struct LetterTerm {
    bool waits; /* false: no letter waits, or there is no term (days 0) */
    Date last;  /* day for an answer, to the oldest letter that waits */
} LetterTerm;

/* One for each of the tickets, in their order. */
const LetterTerm *letter_list_due(StoreTx *tx, Arena *arena, const TicketId *tickets, size_t count, Zone *zone,
                                  int64_t days);

/* The same of one ticket; false: nothing waits. */
bool letter_due(StoreTx *tx, Arena *arena, TicketId ticket, Zone *zone, int64_t days, Date *term_out);

#endif
