/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reported: delivery reports, once they are known to speak of a message of ours. Answers: "which message is it, and what
 * follows?"
 *
 * Owns no table: writes through queue/delivery.h and desk/party/suspect.h. Not for reading reports (channel/mail/bounce.h).
 * Called by: intake.c.
 *
 * Memory: what is found lives in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. A report counts only for addresses its message went to. One that names another address counts for the only
 *     recipient there was (it was forwarded on), and for nobody when there were several.
 *  2. One whose sender our server doubts is not noted at all (intake.c).
 *  3. A report moves no ticket: it changes a delivery's state and an address' standing.
 */
#ifndef FILO_DESK_INTAKE_REPORTED_H
#define FILO_DESK_INTAKE_REPORTED_H

#include "desk/intake/intake.h"
#include "queue/outbox.h"

/* The message reported on: by its id, else by the token of its return path. false: none of ours. */
bool reported_find(StoreTx *tx, Arena *arena, const InboundReport *report, OutboxSent *sent_out);

/* Notes what became of it. true: an address is newly known not to have been reached. */
bool reported_note(StoreTx *tx, Arena *arena, const InboundReport *report, const OutboxSent *sent, TimeMs now);

#endif
