/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_split: the offer to make a message a request of its own. Answers: "does this look like a new problem, and which
 * messages can go?"
 *
 * Puts into words what desk/intake/split.h says; the form's way in is ticket_pair.c's. Reads no store. Called by:
 * ticket_talk, ticket_view. Pointers: all in the arena given. Errors: none.
 *
 * Invariants:
 *  1. What is offered is what split_may allows; what the desk refuses all the same says why.
 */
#ifndef FILO_WEB_DESK_TICKET_SPLIT_H
#define FILO_WEB_DESK_TICKET_SPLIT_H

#include "web/desk/ticket_talk.h"

/* Why this message looks like a new problem; "" when it does not, or the visitor may not do anything about it. */
const char *ticket_split_offer(Arena *arena, const Visit *visit, const TicketMaterial *material,
                               const Message *message);

/* The messages that can become a request of their own, in their order. */
const SplitChoice *ticket_split_choices(Arena *arena, const Visit *visit, const TicketMaterial *material,
                                        size_t *count_out);

#endif
