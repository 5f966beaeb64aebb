/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sender: what is known of who a message is from. Answers: "who vouches for this sender, and where would they have the
 * answer go?"
 *
 * Owns the table message_sender: a row for a message on which our own mail server gave its word (RFC 8601), or that asks
 * to be answered elsewhere than at the address it is from. What the word is worth is decided once, when the message
 * arrives: MESSAGE_SENDER_UNVERIFIED (message.h). Not for who may see or say. Called by: intake, web.
 *
 * Memory: lists live in the arena given. Errors: none of its own; a failing store marks the transaction. Erasing a person
 * erases reply_to.
 *
 * Invariants:
 *  1. Only the server that the mailbox's settings name is ever the judge; without one nothing is claimed.
 *  2. reply_to is never where an answer goes by itself (security A10): it is shown.
 *
 * Example:
 *     MessageSenderList senders = message_sender_list(tx, arena, ticket);
 *     const MessageSender *one = message_sender_of(&senders, message->id);
 */
#ifndef FILO_DESK_TICKET_SENDER_H
#define FILO_DESK_TICKET_SENDER_H

#include "auth_result_enum.h"
#include "schema_ids.h"
#include "store/store.h"

typedef struct MessageSender {
    MessageId message;
    const char *judge; /* the server whose word it is; "": nobody's, and the three below are unsaid */
    AuthResult spf, dkim, dmarc;
    const char *reply_to; /* the address it asks to be answered at, when that is not the sender's; "" */
} MessageSender;

typedef struct MessageSenderList {
    MessageSender *items;
    size_t count;
} MessageSenderList;

void message_sender_add(StoreTx *tx, const MessageSender *sender);

/* Of all messages of a ticket, by message. */
MessageSenderList message_sender_list(StoreTx *tx, Arena *arena, TicketId ticket);

/* The one of a message, borrowed from the list, or NULL. */
const MessageSender *message_sender_of(const MessageSenderList *list, MessageId message);

#endif
