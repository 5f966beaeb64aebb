/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * worklist: the lists of open requests. Answers: "what must be done next?" — ordered by when the customer must hear from us.
 *
 * Reads tickets with the names a list shows. Turnover, size and price of a customer are no column here and never order
 * anything. Not for searching words (search/). Owns no table. Called by: faces.
 *
 * Memory: all in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Keyset paging: the hundredth page costs what the first does, and a row that moves is seen at most twice, never
 *     skipped for being pushed off a page.
 *  2. Counts stop at WORKLIST_COUNT_MAX.
 */
#ifndef FILO_DESK_TICKET_WORKLIST_H
#define FILO_DESK_TICKET_WORKLIST_H

#include "schema_ids.h"
#include "store/store.h"
#include "ticket_state_enum.h"

#define WORKLIST_COUNT_MAX 1000

typedef enum WorklistKind {
    WORKLIST_MINE,
    WORKLIST_UNOWNED,
    WORKLIST_OPEN,
    WORKLIST_LATE,
    WORKLIST_KIND_COUNT
} WorklistKind;

typedef struct WorklistEntry {
    TicketId ticket;
    const char *subject;
    TicketState state;
    const char *channel;
    TimeMs received_at;
    TimeMs next_update_at;
    TimeMs last_event_at;
    const char *customer; /* NULL: not known yet */
    const char *owner;    /* NULL: nobody */
} WorklistEntry;

typedef struct WorklistPage {
    WorklistEntry *rows;
    size_t count;
    bool more; /* there is a next page */
} WorklistPage;

typedef struct WorklistAsk {
    WorklistKind kind;
    TeamId team;     /* only its requests; {0}: all. Not for WORKLIST_MINE */
    StaffId me;      /* for WORKLIST_MINE */
    TimeMs now;      /* for WORKLIST_LATE */
    TimeMs after_at; /* the last row of the page before, or 0 */
    TicketId after_id;
    int64_t how_many;
} WorklistAsk;

WorklistPage worklist_list(StoreTx *tx, Arena *arena, const WorklistAsk *ask);

/* A customer's requests, newest first; open or not. next_update_at, last_event_at and channel are not filled. */
WorklistPage worklist_list_of_party(StoreTx *tx, Arena *arena, PartyId party, int64_t how_many);

typedef struct WorklistCounts {
    int64_t open, late;
} WorklistCounts;
WorklistCounts worklist_count(StoreTx *tx, Arena *arena, TimeMs now);

#endif
