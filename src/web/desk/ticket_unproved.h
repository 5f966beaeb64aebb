/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_unproved: a customer's address that somebody typed, on the request's page. Answers: "why is it not surely theirs,
 * and what can I do?"
 *
 * Puts into words what desk/intake/unproved.h decides, and takes the two presses. Called by: ticket_view, ticket_talk.
 * Pointers: all in the arena given. Errors: none.
 *
 * Invariants:
 *  1. The presses are offered only to who may write on requests; each undoes the other.
 */
#ifndef FILO_WEB_DESK_TICKET_UNPROVED_H
#define FILO_WEB_DESK_TICKET_UNPROVED_H

#include "web/desk/ticket_talk.h"
#include "web/ticket_page_view.h"

/* What stands on top of the page while it is unproved, and the presses. */
void ticket_unproved_fill(Arena *arena, const Visit *visit, const TicketMaterial *material, TicketPageView *view);

/* Beside the message by which a proved request began, the way back; {NULL} elsewhere. */
SafeUrl ticket_unproved_way_back(Arena *arena, const Visit *visit, const TicketMaterial *material,
                                 const Message *message);

#endif
