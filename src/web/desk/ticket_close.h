/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_close: the closing panel and the costs of a ticket's page. Answers: "what is still missing to solve it, and
 * what did it cost?"
 *
 * Reads what the panel offers (solutions, codes, likely problems, requests solved before, counted minutes) in the page's transaction, and fills its views. The
 * forms' handlers are in ticket_close.c too. Not for rules (desk/ticket/coding.h). Owns no table. Called by: ticket_view.
 *
 * Pointers: all in the request's arena. Errors: none; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Three actions close a ticket: choose or write the solution, confirm the codes, press the button.
 */
#ifndef FILO_WEB_DESK_TICKET_CLOSE_H
#define FILO_WEB_DESK_TICKET_CLOSE_H

#include "desk/code/code.h"
#include "desk/code/suggest.h"
#include "desk/cost/cost.h"
#include "desk/solution/solution.h"
#include "desk/ticket/precedent.h"
#include "web/desk/ticket_talk.h"
#include "web/ticket_page_view.h"
#include "web/visit.h"

typedef struct CloseMaterial {
    CodeRows problems, origins, remedies;
    SolutionList solutions;
    const char *product;      /* its name, or "" */
    CodeSuggestions likely;   /* problems, while none is confirmed */
    PrecedentList precedents; /* solved requests like this one */
    CostEntryList costs;
} CloseMaterial;

void close_material_read(StoreTx *tx, Arena *arena, const TicketMaterial *ticket, CloseMaterial *material_out);

/* NULL when the visitor may not, or the ticket cannot be solved from where it stands. */
typedef struct CloseAsk {
    Arena *arena;
    const Visit *visit;
    const Ticket *ticket;
    const CloseMaterial *material;
    const HttpRequest *typed; /* the form that came back, or NULL */
} CloseAsk;

const TicketClosing *close_view(const CloseAsk *ask);
const TicketCosts *costs_view(Arena *arena, const Visit *visit, const Ticket *ticket, const CloseMaterial *material);

#endif
