/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * precedent: solved requests that were like this one. Answers: "have we had this before, and what did it take?"
 *
 * Looks among the solved requests of the same product (or of all, while it is not known) that were coded with the problem
 * this one has, or with those it is likely to have (desk/code/suggest.h); those whose subject says the same words come
 * first. Not for searching what people remember (find.h). Owns no table. Called by: faces.
 *
 * Memory: all in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. At most PROBLEMS_LOOKED_AT statements, each of at most CANDIDATES_MAX rows, however many requests there are.
 *  2. Only solved and closed ones are precedents; the request itself is none.
 */
#ifndef FILO_DESK_TICKET_PRECEDENT_H
#define FILO_DESK_TICKET_PRECEDENT_H

#include "desk/code/suggest.h"
#include "desk/ticket/ticket.h"

typedef struct Precedent {
    TicketId ticket;
    const char *subject;
    const char *solution; /* title of the written solution, or NULL */
    CodeId solution_code; /* or {0} */
    TimeMs resolved_at;
} Precedent;

typedef struct PrecedentList {
    Precedent *items;
    size_t count;
} PrecedentList;

/* The best, at most how_many; words: of what is asked; likely: problems it may have, best first, for when it has none. */
PrecedentList precedent_list(StoreTx *tx, Arena *arena, const Ticket *ticket, const SuggestWords *words,
                             const CodeSuggestions *likely, size_t how_many);

#endif
