/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * party_line: customers and their requests as lists show them. Answers: "how do I show this customer in one line?"
 *
 * Shared by the list of customers, a customer's page and the search. Owns no table. Called by: web/desk.
 * Pointers: all in the arena given, borrowing from what was read. Errors: none.
 *
 * Invariants:
 *  1. A customer and a request look the same wherever they are listed.
 */
#ifndef FILO_WEB_DESK_PARTY_LINE_H
#define FILO_WEB_DESK_PARTY_LINE_H

#include "desk/party/party.h"
#include "desk/ticket/worklist.h"
#include "web/parties_view.h"
#include "web/ticket_page_view.h"
#include "web/visit.h"

const char *party_kind_words(Lang lang, PartyKind kind);
PartyRow party_row(Arena *arena, Lang lang, PartyId id, PartyKind kind, const char *name);
PastTicket party_ticket(Arena *arena, const Visit *visit, const WorklistEntry *entry);

#endif
