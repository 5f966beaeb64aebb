/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_forward: a customer's mail that one of us passed on, in words. Answers: "who passed it on, and whose is it?"
 *
 * Puts into words what desk/ticket/forward.h keeps, and takes the press that makes a proposed one the customer's
 * (desk/intake/forwarded.h). Called by: ticket_talk. Pointers: all in the arena given. Errors: none.
 *
 * Invariants:
 *  1. The press is offered only to who may write on requests, and only while the message is not the customer's yet.
 */
#ifndef FILO_WEB_DESK_TICKET_FORWARD_H
#define FILO_WEB_DESK_TICKET_FORWARD_H

#include "web/desk/ticket_talk.h"

/* Who passed this message on, and whose it is or may be; "" when nobody did. */
const char *ticket_forward_words(Arena *arena, const Visit *visit, const TicketMaterial *material,
                                 const Message *message);

/* The press's words, "" where it is offered to nobody: it is theirs already, or the visitor may not. */
const char *ticket_forward_offer(Arena *arena, const Visit *visit, const TicketMaterial *material,
                                 const Message *message);

#endif
