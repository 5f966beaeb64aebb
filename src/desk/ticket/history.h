/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * history: requests, open or closed: all of them, or one customer's, product's or installed item's. Answers: "what were we
 * asked about this, and what was it?"
 *
 * Rows are those of the worklist, so that a request looks the same wherever it is listed; next_update_at is TIME_NONE
 * once it is closed. Owns no table. Called by: faces, find.
 *
 * Memory: all in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Newest first, keyset paging by number: the hundredth page costs what the first does.
 */
#ifndef FILO_DESK_TICKET_HISTORY_H
#define FILO_DESK_TICKET_HISTORY_H

#include "desk/ticket/worklist.h"

/* Where a page begins, and how long it is. before: {0} for the newest; else the last request of the page before. */
typedef struct HistoryAsk {
    TicketId before;
    int64_t how_many;
} HistoryAsk;

WorklistPage history_list_all(StoreTx *tx, Arena *arena, HistoryAsk asked);
WorklistPage history_list_party(StoreTx *tx, Arena *arena, PartyId party, HistoryAsk asked);
WorklistPage history_list_product(StoreTx *tx, Arena *arena, ProductId product, HistoryAsk asked);
WorklistPage history_list_item(StoreTx *tx, Arena *arena, InstalledItemId item, HistoryAsk asked);

typedef struct ProblemCount {
    CodeId problem;
    int64_t tickets;
} ProblemCount;

typedef struct ProblemCounts {
    ProblemCount *items;
    size_t count;
} ProblemCounts;

/* The problem codes of a product's latest requests, the most frequent first. */
ProblemCounts history_problems(StoreTx *tx, Arena *arena, ProductId product, int64_t latest);

#endif
