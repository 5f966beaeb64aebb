/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * forward: a customer's mail that one of us passed on. Answers: "who passed this message on, and whose is it?"
 *
 * Owns the table message_forward: a row for a message in which one of us handed on somebody else's. Whose it is stands in
 * the mail that was passed on, which proves nothing. Not for deciding whether it counts (desk/intake/forwarded.h).
 * Called by: desk/intake, web, api.
 *
 * Memory: lists live in the arena given. Errors: none; a failing store marks the transaction. Erasing a person erases
 * address, name and subject.
 *
 * Invariants:
 *  1. What was not taken is a proposal: the message is still of whoever passed it on.
 *
 * Example:
 *     MessageForwardList forwards = message_forward_list(tx, arena, ticket);
 *     const MessageForward *one = message_forward_of(&forwards, message->id);
 */
#ifndef FILO_DESK_TICKET_FORWARD_H
#define FILO_DESK_TICKET_FORWARD_H

#include "schema_ids.h"
#include "store/store.h"

typedef struct MessageForward {
    MessageId message;
    StaffId staff;              /* who passed it on */
    const char *address, *name; /* who wrote it; name "" when unknown */
    const char *subject;        /* "" when it had none */
    TimeMs written_at;          /* TIME_NONE when that could not be read */
    TimeMs taken_at;            /* when it became theirs; TIME_NONE: a proposal */
} MessageForward;

typedef struct MessageForwardList {
    MessageForward *items;
    size_t count;
} MessageForwardList;

void message_forward_add(StoreTx *tx, const MessageForward *forward);
void message_forward_set_taken(StoreTx *tx, MessageId message, TimeMs now);

/* Of all messages of a ticket, by message. */
MessageForwardList message_forward_list(StoreTx *tx, Arena *arena, TicketId ticket);

/* The one of a message, borrowed from the list, or NULL. */
const MessageForward *message_forward_of(const MessageForwardList *list, MessageId message);

#endif
