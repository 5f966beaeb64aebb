/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * intake_int: one message on its way to a ticket, inside desk/intake/intake*.c only. Answers: "what is known of it so far?"
 *
 * Pointers: an Intake and all it refers to live as long as one intake_accept, in its arena. Called by: intake.c, which
 * decides; intake_find.c, which ticket it belongs to; intake_item.c, whether it is about another thing than that ticket;
 * intake_staff.c, what one of us answered by mail. Errors: false when the transaction failed or the ticket may not be edited;
 * the caller's transaction then comes to nothing.
 *
 * Invariants:
 *  1. event is what is being taken in: what one of us passed on takes the place of the mail that brought it.
 *  2. flags holds the event's and what is found out on the way; nothing is written into the event.
 */
#ifndef FILO_DESK_INTAKE_INT_H
#define FILO_DESK_INTAKE_INT_H

#include "desk/intake/forwarded.h"
#include "desk/intake/intake.h"
#include "desk/intake/robot.h"
#include "desk/notice/notice.h"
#include "desk/product/item.h"
#include "desk/ticket/recipient.h"

typedef struct Intake {
    StoreTx *tx;
    Arena *arena;
    const InboundEvent *event;
    TimeMs now;
    IntakeResult result;
    int64_t flags;  /* the event's, and what is found out here */
    bool forwarded; /* one of us passed on what somebody wrote: */
    Forwarding passing;
    const InboundEvent *brought; /* what came, where event is what it hands on */
    bool answers_us;             /* what led to the ticket is known only to who had something from us */
    TicketId answered;           /* whose message of ours it answers, where its sender has no right to that; or {0} */
    bool is_stranger;            /* a key of it leads to a request in which the sender has no part */
    TicketId awaiting;           /* what had been waiting for this very message, and led to where it goes; or {0} */
    bool set_aside;              /* what opens now is no request */
    const char *language;        /* of the ticket it becomes part of */
    TicketId proven;             /* whose reply token came back from the address it was made for; or {0} */
    bool known;                  /* a person said what the sender is: */
    SenderNature nature;
} Intake;

/* Whether what it is makes it no person's word: a robot's, a mail server's. */
static inline bool intake_is_robot(const Intake *intake)
{
    return intake->flags & (MESSAGE_AUTO_REPLY | MESSAGE_DELIVERY_REPORT);
}

/* Whether a customer's address was only typed there: it joins nothing and moves nothing else (unproved.h). */
static inline bool intake_is_unproved(const Intake *intake)
{
    return intake->flags & MESSAGE_ADDRESS_UNPROVED;
}

/* Whether a request may have waited for it, or may wait for what it refers to: only what a customer wrote whom nobody doubts, under
 * an id that nothing else has. Who writes first with ids of others must gain nothing by it (security A01, A02). */
static inline bool intake_may_await(const Intake *intake)
{
    return intake->event->actor.kind == ACTOR_CUSTOMER && !intake_is_robot(intake) && !intake_is_unproved(intake) &&
           !(intake->flags & (MESSAGE_SENDER_UNVERIFIED | MESSAGE_ID_REUSED));
}

/* The words without what the sender's mail program quoted: our notice, the customer's words. In the arena. */
const char *intake_own_words(const Intake *intake);

/* Adds the message to a ticket that is there. */
bool intake_append(Intake *intake, TicketId ticket);

/* intake_find.c: the ticket the message belongs to, by all it refers to, best first; false: none to which the sender has a
 * right (result.possible then names one that may be meant). */
bool intake_find_thread(Intake *intake, TicketId *found_out);

/* A later request that follows the found one, in which the sender takes part. */
bool intake_is_followed_by(Intake *intake, const TicketLinkList *links, TicketId found, TicketId other);

/* Where the messages of a ticket lie now: a merged one's belong to its master. */
TicketId intake_follow_master(Intake *intake, TicketId id);

/* intake_item.c: whether the customer's new words name one other thing of theirs (and not this ticket's own): then it is
 * a request of its own, about that. Only where the ticket is about a known thing. */
bool intake_names_other_item(Intake *intake, const Ticket *ticket, Item *other_out);

/* An open request linked to this one, about that thing, in which the sender takes part. */
bool intake_find_about(Intake *intake, TicketId found, const Item *item, TicketId *about_out);

/* The request just opened is about that thing; both say where the other one is. */
bool intake_note_about(Intake *intake, TicketId found, const Item *item);

/* intake_staff.c: whether it answers a notice of ours, and takes it as what the person of the staff it went to says. */
bool intake_find_notice(Intake *intake, NoticeReply *reply_out);
void intake_take_staff_reply(Intake *intake, const NoticeReply *reply);

/* Whether a colleague answers the customer from their own mailbox, with us in copy; it is dealt with then. */
bool intake_take_copy(Intake *intake);

/* Whoever of us wrote that by mail hears that it did not reach the customer (notice.h). */
void intake_tell_unsent(Intake *intake, TicketId ticket, MessageId message);

#endif
