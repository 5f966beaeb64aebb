/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * other_number: the number a customer's own ticket system gave a request. Answers: "which of ours do they mean by it, and
 * what must our answer carry so that they find theirs?"
 *
 * Owns the table other_number. Their system often answers from one address and without References: its number in the
 * subject is all that ties its mail to ours. It is remembered with whoever's domain it came from, and proves nothing: intake
 * lets in only who takes part. Not for our own numbers ("[#10001]"). Called by: channel/mail (reading), intake, job (writing).
 *
 * Memory: lists and texts live in the arena given. Errors: none of its own; a failing store marks the transaction. Erasing
 * a person removes the rows of their address.
 *
 * Invariants:
 *  1. A number is only looked for among those that came from the same domain, or the same address where the domain is
 *     everybody's (desk/party/domain.h).
 */
#ifndef FILO_DESK_INTAKE_OTHER_NUMBER_H
#define FILO_DESK_INTAKE_OTHER_NUMBER_H

#include "desk/ticket/message.h"

/* The first such number in a subject: "[Ticket#2024010110000012]", "[Assistenza #77]", "[SUP-123]", "INC0012345",
 * "ref:_00D2.500:ref"; NULL: none. As it stands there. */
const char *other_number_find(Arena *arena, const char *subject);

/* Remembers it, once. */
void other_number_note(StoreTx *tx, Arena *arena, TicketId ticket, const char *sender_key, const char *number,
                       TimeMs now);

/* The requests it was seen on, newest first, at most 5. */
TicketIdList other_number_tickets(StoreTx *tx, Arena *arena, const char *sender_key, const char *number);

/* The first that was known of a request at that time, as it stood, or NULL: an answer carries it. */
const char *other_number_of(StoreTx *tx, Arena *arena, TicketId ticket, TimeMs until);

#endif
