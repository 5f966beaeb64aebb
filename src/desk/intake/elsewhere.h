/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * elsewhere: what one of us wrote to a customer with another program. Answers: "is this sent message about a request, and
 * what becomes of it there?"
 *
 * It was found among the sent mail of one of our mailboxes: who can write there is one of us, so what it refers to needs
 * no other proof. Only what belongs to a request is taken; the rest of a mailbox's sent mail is nobody's business here. Or it
 * came to us in copy, from a colleague's own mailbox: then the caller knows whether it is surely theirs.
 * Not for what our own program sent (queue/outbox.h) nor for what arrives (intake.h). Owns no table; writes inbound,
 * message and ticket through their owners. Called by: channel/mail, intake_staff.c.
 *
 * Memory: as in intake.h. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Nothing leaves because of it, and no request is opened, closed or reopened by it.
 *  2. One message is taken once: known by its Message-ID, whoever sent it, and by its content.
 *  3. Written to somebody who takes part (or whose customer the request is) it is the company's answer and counts as the
 *     human one, from when it was sent; written to others only, it is a note no customer sees.
 *  4. Its author is the member of staff whose address it is from, if that is one person; else somebody of us without a
 *     name (Actor {ACTOR_STAFF, 0}), who owns nothing by it.
 *  5. Where only a request that came before it refers to it (awaited.h), it belongs there if somebody it was written to is a
 *     confirmed participant.
 *  6. Of sent mail what is also addressed to one of our reply addresses is left: it arrives there by itself.
 */
#ifndef FILO_DESK_INTAKE_ELSEWHERE_H
#define FILO_DESK_INTAKE_ELSEWHERE_H

#include "desk/intake/intake.h"
#include "desk/staff/staff.h"

/* The request it belongs to, or {0}: none, or it is known already. Reads the event's keys, recipients (others) and
 * message_id alone: they may come from the header only. */
TicketId elsewhere_find(StoreTx *tx, Arena *arena, const InboundEvent *event);

/* Keeps the message (its blob is added already) and puts it on its request. outcome: INTAKE_ANSWERED, INTAKE_APPENDED (a
 * note), INTAKE_ALREADY or INTAKE_IGNORED. event->received_at: when it was sent. false when the store failed. */
bool elsewhere_accept(StoreTx *tx, Arena *arena, const Arrival *arrival, const InboundEvent *event, TimeMs now,
                      IntakeResult *result_out);

/* What came to us in copy. */
typedef struct ElsewhereCopy {
    TicketId ticket; /* whose people it was written to */
    bool already;    /* it stands there: it was found among the sent mail as well */
    Staff author;
} ElsewhereCopy;

/* Is it from a colleague's address, about a request, to somebody who takes part in that? */
bool elsewhere_find_copy(StoreTx *tx, Arena *arena, const InboundEvent *event, ElsewhereCopy *copy_out);

/* Puts it on its request as what that colleague answered. outcome: INTAKE_ANSWERED. */
bool elsewhere_put(StoreTx *tx, Arena *arena, const InboundEvent *event, const ElsewhereCopy *copy, TimeMs now,
                   IntakeResult *result_out);

#endif
