/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * party_line: customers and their requests as lists show them. Answers: "how do I show this customer in one line?"
 *
 * Shared by the list of customers, the search, and the pages of a customer, a product and an installed item. Owns no table. Called by: web/desk.
 * Pointers: all in the arena given, borrowing from what was read. Errors: none.
 *
 * Invariants:
 *  1. A customer and a request look the same wherever they are listed.
 */
#ifndef FILO_WEB_DESK_PARTY_LINE_H
#define FILO_WEB_DESK_PARTY_LINE_H

#include "desk/party/party.h"
#include "desk/ticket/history.h"
#include "web/parties_view.h"
#include "web/ticket_page_view.h"
#include "web/visit.h"

const char *party_kind_words(Lang lang, PartyKind kind);
PartyRow party_row(Arena *arena, Lang lang, PartyId id, PartyKind kind, const char *name);
PastTicket party_ticket(Arena *arena, const Visit *visit, const WorklistEntry *entry);

/* The page of past requests that "before" in the address asks for; at is the path of the page they are shown on. */
HistoryAsk past_asked(const HttpRequest *request, int64_t how_many);
PastTicket *past_tickets(Arena *arena, const Visit *visit, const WorklistPage *list);

/* Where the older ones are, and the newest; {NULL} when they are on this page. */
SafeUrl past_older(Arena *arena, const char *at, const WorklistPage *list);
SafeUrl past_newest(const HttpRequest *request, const char *at);

#endif
