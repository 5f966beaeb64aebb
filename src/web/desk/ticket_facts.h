/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_facts: what a request is about, as a form beside it. Answers: "whose, which product, what kind — and how do I put
 * it right?"
 *
 * Fills the form of the page; the POST is in the same file. Not for codes and costs (ticket_close.h).
 * Pointers: all in the arena given, texts borrowed. Errors: none. Called by: ticket_view.
 *
 * Invariants:
 *  1. The form is there while the request is open and the visitor may write, and shows what was typed after a refusal.
 */
#ifndef FILO_WEB_DESK_TICKET_FACTS_H
#define FILO_WEB_DESK_TICKET_FACTS_H

#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/ticket/ticket.h"
#include "web/ticket_page_view.h"
#include "web/visit.h"

enum { SUBJECT_MAX = 200 };

typedef struct FactsAsk {
    Arena *arena;
    const Visit *visit;
    const HttpRequest *request;
    const Ticket *ticket;
    const char *customer, *product, *serial; /* as they stand, "" for none */
    const ProductRows *products;             /* offered while typing */
    const ItemRows *items;
    bool typed;        /* the form came back */
    const char *error; /* why, or NULL */
} FactsAsk;

/* NULL: nothing may be changed. */
const TicketFactsForm *ticket_facts_form(const FactsAsk *ask);

#endif
