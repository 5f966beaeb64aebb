/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * awaited: messages that a request refers to and that have not come yet. Answers: "which requests have been waiting for the
 * message that comes now?"
 *
 * Mail is read out of order: what lay in a mailbox before it was ours, newest first; and on its way one message overtakes
 * another. So the answer may open the request, and what it answers, which refers to nothing known, would open a second one.
 * Owns the table awaited: Message-IDs, by request. Not for what is known already (message.h, queue/outbox.h). Called by:
 * intake.c, intake_find.c, elsewhere.c, job (the pruning).
 *
 * Memory: lists live in the arena given. Errors: none of its own; a failing store marks the transaction. A row holds nothing
 * of a person's: erasing one does not touch it. It goes when it was met, or AWAITED_FOR after it was made.
 *
 * Invariants:
 *  1. It proves nothing: anybody can refer to an id that somebody else's next message will have. Only who takes part in the
 *     request may be led there by it, and only after all that a message says of itself was tried.
 *  2. At most AWAITED_MAX ids of a request wait at one time.
 *
 * Example:
 *     awaited_add(tx, arena, opened, event->answers, event->answer_count, now);
 */
#ifndef FILO_DESK_INTAKE_AWAITED_H
#define FILO_DESK_INTAKE_AWAITED_H

#include "base/clock.h"
#include "desk/ticket/message.h"

enum { AWAITED_MAX = 20, AWAITED_PRUNED_AT_ONCE = 5000 };

/* An import of old mail may be paused for weeks; what has not come after this will not. */
#define AWAITED_FOR (90 * TIME_DAY)

/* Those of the ids that nobody knows wait for that request from now on: the first ones, as long as there is room. */
void awaited_add(StoreTx *tx, Arena *arena, TicketId ticket, const char *const *ids, size_t count, TimeMs now);

/* The requests that wait for that id, at most 5: those first in which the address takes part, the newest of them first. */
TicketIdList awaited_tickets(StoreTx *tx, Arena *arena, const char *message_id, const char *address_key);

/* A message of that id stands on that request now. */
void awaited_met(StoreTx *tx, TicketId ticket, const char *message_id);

/* Forgets what has waited too long, AWAITED_PRUNED_AT_ONCE of it; gives how many. */
int64_t awaited_prune(StoreTx *tx, TimeMs now);

#endif
