/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_shape: how a request and its messages look in JSON. Answers: "what does a program read of a ticket?"
 *
 * Not for what may be changed: bodies stand beside their handlers. Owns no table. Called by: api's ticket handlers.
 *
 * Pointers: shapes are static; values borrow from what they are made of and live in the arena given. Errors: none.
 *
 * Invariants:
 *  1. Values stand in the order of the shape's table.
 */
#ifndef FILO_API_TICKET_SHAPE_H
#define FILO_API_TICKET_SHAPE_H

#include "api/shape.h"
#include "desk/ticket/forward.h"
#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"

/* The whole ticket. */
extern const Shape ticket_shape;
const ShapeValue *ticket_values(Arena *arena, const Ticket *ticket, TimeMs letter_by, const MessageList *messages,
                                const MessageForwardList *forwards);

/* What every change answers: enough to go on with the next one. */
extern const Shape ticket_now_shape;
const ShapeValue *ticket_now_values(Arena *arena, const Ticket *ticket);

#endif
