/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * forwarded: one of us passes a customer's mail on. Answers: "whose request is this, then?"
 *
 * Where our own mail server vouches for the colleague who passed it on (vouch.h of channel/mail), the request is the
 * customer's at once. Where nobody vouches, it is the colleague's as it came, and a person's press makes it the customer's.
 * Either way the customer is who the forwarded mail says: nobody has proved it, so the message is marked as any unverified
 * one is, and gives its sender no view and no say. What it moves, it moves by the colleague's right, who has brought it as
 * if typed in by hand. Owns no table (desk/ticket/forward.h does). Called by: intake.c, web, api.
 *
 * Memory: what is given out lives in the arena or is borrowed from the event. Errors: forwarded_take refuses with
 * ticket.error.not_found, stale, no_forward (nothing is proposed of that message), or what coding.h refuses.
 *
 * Invariants:
 *  1. A stranger's forward moves no sender and proposes none: it is a request of whoever sent it.
 *  2. Nobody of ours becomes a customer by it: neither who passed it on, nor a colleague, nor an address of ours.
 *  3. A robot passes nothing on.
 * Audit: ticket.forward, by whoever passed it on; the faces record ticket.forward for a press.
 *
 * Example:
 *     if (forwarded_read(tx, arena, event, flags, &passing) && passing.vouched) accept(&passing.event);
 */
#ifndef FILO_DESK_INTAKE_FORWARDED_H
#define FILO_DESK_INTAKE_FORWARDED_H

#include "desk/intake/intake.h"
#include "desk/staff/staff.h"
#include "desk/ticket/forward.h"

typedef struct Forwarding {
    Staff by;           /* who passed it on */
    bool vouched;       /* it was surely them */
    bool may_move;      /* what they bring may open a request again */
    InboundEvent event; /* as if the customer's words had been brought by them */
} Forwarding;

/* Of what a message hands on, if one of us sent it; flags: what is known of the message by now. */
bool forwarded_read(StoreTx *tx, Arena *arena, const InboundEvent *event, int64_t flags, Forwarding *forwarding_out);

/* Writes down who passed it on, and whose it is or may be; a taken one's remark becomes a note of theirs. */
void forwarded_note(StoreTx *tx, Arena *arena, const Forwarding *forwarding, const InboundEvent *brought,
                    const IntakeResult *result, bool taken, TimeMs now);

/* A person's press: what was proposed is so. */
typedef struct ForwardTaking {
    TicketId ticket;
    MessageId message;
    int64_t version; /* as the person saw it; 0: do not ask */
} ForwardTaking;
bool forwarded_take(StoreTx *tx, Arena *arena, const ForwardTaking *taking, Actor actor, TimeMs now,
                    InputError *refused_out);

#endif
