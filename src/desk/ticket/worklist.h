/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * worklist: the lists of open requests. Answers: "what must be done next?" — ordered by when the customer must hear from us.
 *
 * Reads tickets with the names a list shows. Turnover, size and price of a customer are no column here and never order
 * anything. Not for searching words (search/), nor for what is past (history.h). Owns no table. Called by: faces.
 *
 * Memory: all in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Keyset paging, forwards and backwards: the hundredth page costs what the first does, and a row that moves is seen
 *     at most twice, never skipped for being pushed off a page.
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
    int64_t handovers;    /* projection.h */
    int64_t version;      /* as it is seen here */
    const char *customer; /* NULL: not known yet */
    const char *owner;    /* NULL: nobody */
} WorklistEntry;

typedef struct WorklistPage {
    WorklistEntry *rows;
    size_t count;
    bool more; /* there is a page beyond, in the direction asked */
} WorklistPage;

typedef enum WorklistOrder {
    WORKLIST_SOONEST, /* who must hear from us first */
    WORKLIST_NEWEST,  /* as they came, the last one first */
    WORKLIST_OLDEST,
    WORKLIST_ORDER_COUNT
} WorklistOrder;

/* Whose move it is. */
typedef enum WorklistTurn {
    WORKLIST_TURN_ANY,
    WORKLIST_TURN_US,       /* new, owned, being worked on */
    WORKLIST_TURN_CUSTOMER, /* waiting for an answer or an approval */
    WORKLIST_TURN_OTHERS,   /* a third party, a part, a date */
    WORKLIST_TURN_COUNT
} WorklistTurn;

/* A row's place in the order, so that a page may begin after it or end before it. */
typedef struct WorklistPlace {
    TimeMs at; /* next_update_at; not looked at by age */
    TicketId ticket;
} WorklistPlace;

typedef struct WorklistAsk {
    WorklistKind kind;
    StaffId me;          /* for WORKLIST_MINE */
    TimeMs now;          /* for WORKLIST_LATE */
    StaffId owner;       /* only what this person has; {0}: whoever. Not for MINE and UNOWNED */
    TeamId team;         /* only this team's; {0}: all */
    const char *channel; /* only what came by it; NULL: all */
    WorklistTurn turn;
    WorklistOrder order;
    WorklistPlace place; /* {0}: the first page */
    bool backwards;      /* the page that ends before place, not the one that begins after it */
    int64_t how_many;
} WorklistAsk;

/* The rows in the order asked, also when backwards. */
WorklistPage worklist_list(StoreTx *tx, Arena *arena, const WorklistAsk *ask);

static inline WorklistPlace worklist_place(const WorklistEntry *row)
{
    return (WorklistPlace){row->next_update_at, row->ticket};
}

typedef struct WorklistCounts {
    int64_t open, late;
} WorklistCounts;
WorklistCounts worklist_count(StoreTx *tx, Arena *arena, TimeMs now);

/* How many open requests stand in each state (those that are open ones; 0 elsewhere). Walks them all: not for pages. */
typedef struct WorklistStates {
    int64_t count[TICKET_STATE_COUNT];
} WorklistStates;
WorklistStates worklist_states(StoreTx *tx, Arena *arena);

#endif
