/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_sender: who a message is really from, in words. Answers: "may I believe this sender, and where would they have
 * the answer go?"
 *
 * Puts into words what desk/ticket/sender.h keeps. Reads no store, decides nothing. Called by: ticket_talk, ticket_view.
 * Pointers: texts live in the arena given. Errors: none.
 *
 * Invariants:
 *  1. Where no server was asked, nothing is said of the sender: neither good nor bad.
 */
#ifndef FILO_WEB_DESK_TICKET_SENDER_H
#define FILO_WEB_DESK_TICKET_SENDER_H

#include "web/desk/ticket_talk.h"

/* What our mail server says of the sender; "" when it said nothing. */
const char *ticket_sender_vouch(Arena *arena, Lang lang, const TicketMaterial *material, const Message *message);

/* Where the message asks to be answered, when that is elsewhere; "" else. */
const char *ticket_sender_reply_to(Arena *arena, Lang lang, const TicketMaterial *material, const Message *message);

/* The same, for whoever is about to answer that address: of the last message that came from it. */
const char *ticket_sender_warning(Arena *arena, Lang lang, const TicketMaterial *material, const Correspondent *to);

#endif
