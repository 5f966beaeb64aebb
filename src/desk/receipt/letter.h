/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * letter: by when a certified letter wants an answer. Answers: "is there one that nobody has answered, and until which day
 * is there time?"
 *
 * A certified letter counts as notified by law (D.Lgs. 82/2005, art. 48) and may be a formal notice, whose term is at least
 * fifteen days (art. 1454 Civil Code). Not the customer's next update, which has a promise of its own, and no judgement on
 * what is written: an answer of ours, whatever it says, ends the term. Owns no table (reads receipt, message).
 * Called by: web, api.
 *
 * Memory: nothing is kept. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. The term is counted in days of the calendar, the first not among them; one that would end on a Sunday or a national
 *     holiday ends on the next day that is neither (art. 2963 Civil Code).
 *
 * Example:
 *     if (letter_open(tx, arena, ticket, &at))
 *         show(letter_term(policy->zone, at, policy->letter_days));
 */
#ifndef FILO_DESK_RECEIPT_LETTER_H
#define FILO_DESK_RECEIPT_LETTER_H

#include "base/clock.h"
#include "schema_ids.h"
#include "store/store.h"

/* The instant that counts of the oldest certified letter on the ticket to which no answer of ours was written since: the
 * provider's, or when it came. false: none waits. */
bool letter_open(StoreTx *tx, Arena *arena, TicketId ticket, TimeMs *at_out);

/* The last day for an answer. */
Date letter_term(Zone *zone, TimeMs at, int64_t days);

/* Is that day over? */
bool letter_is_late(Zone *zone, Date term, TimeMs now);

/* Both: the last day for an answer to the letter that waits on the ticket. false: none waits, or there is no term (days 0). */
bool letter_due(StoreTx *tx, Arena *arena, TicketId ticket, Zone *zone, int64_t days, Date *term_out);

#endif
