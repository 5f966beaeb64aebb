/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * queue: the lists of open requests. Answers: "what must be done next?" — ordered by when the customer must hear from us.
 *
 * Reads tickets with the names a list shows. Turnover, size and price of a customer are no column here and never order
 * anything. Not for searching words (search/). Owns no table. Called by: faces.
 *
 * Memory: all in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Keyset paging: the hundredth page costs what the first does, and a row that moves is seen at most twice, never
 *     skipped for being pushed off a page.
 *  2. Counts stop at QUEUE_COUNT_MAX.
 */
#ifndef FILO_DESK_TICKET_QUEUE_H
#define FILO_DESK_TICKET_QUEUE_H

#include "schema_ids.h"
#include "store/store.h"
#include "ticket_state_enum.h"

#define QUEUE_COUNT_MAX 1000

typedef enum QueueKind { QUEUE_MINE, QUEUE_UNOWNED, QUEUE_OPEN, QUEUE_LATE, QUEUE_KIND_COUNT } QueueKind;

typedef struct QueueEntry {
    TicketId ticket;
    const char *subject;
    TicketState state;
    const char *channel;
    TimeMs received_at;
    TimeMs next_update_at;
    TimeMs last_event_at;
    const char *customer; /* NULL: not known yet */
    const char *owner;    /* NULL: nobody */
} QueueEntry;

typedef struct QueuePage {
    QueueEntry *rows;
    size_t count;
    bool more; /* there is a next page */
} QueuePage;

typedef struct QueueAsk {
    QueueKind kind;
    StaffId me;          /* for QUEUE_MINE */
    TimeMs now;          /* for QUEUE_LATE */
    TimeMs after_at;     /* the last row of the page before, or 0 */
    TicketId after_id;
    int64_t how_many;
} QueueAsk;

QueuePage queue_list(StoreTx *tx, Arena *arena, const QueueAsk *ask);

/* A customer's requests, newest first; open or not. next_update_at, last_event_at and channel are not filled. */
QueuePage queue_list_of_party(StoreTx *tx, Arena *arena, PartyId party, int64_t how_many);

typedef struct QueueCounts {
    int64_t open, late;
} QueueCounts;
QueueCounts queue_count(StoreTx *tx, Arena *arena, TimeMs now);

#endif
