/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * worklist_int: rows of statements as entries of a list, for worklist.c and history.c. Answers: "how does a row become what
 * a list shows?"
 *
 * Memory: in the arena given. Errors: none. Called inside desk/ticket only.
 *
 * Invariants:
 *  1. A statement was asked for one row more than the page holds: it tells whether there is a page beyond.
 */
#ifndef FILO_DESK_TICKET_WORKLIST_INT_H
#define FILO_DESK_TICKET_WORKLIST_INT_H

#include "desk/ticket/worklist.h"

/* The statements give the same columns; each row struct is its own C type. */
#define WORKLIST_ROW(row)                                                                                              \
    ((WorklistEntry){(row)->ticket_id, (row)->subject, (row)->state, (row)->channel, (row)->received_at,               \
                     (row)->next_update_at, (row)->last_event_at, (row)->handovers, (row)->version, (row)->customer,   \
                     (row)->owner})

#define WORKLIST_COPY(arena, list, page, asked)                                                                        \
    do {                                                                                                               \
        (page)->more = (list).count > (size_t)(asked);                                                                 \
        (page)->count = MIN((list).count, (size_t)(asked));                                                            \
        (page)->rows = ARENA_ARRAY((arena), WorklistEntry, (page)->count);                                             \
        for (size_t i = 0; i < (page)->count; i++)                                                                     \
            (page)->rows[i] = WORKLIST_ROW(&(list).rows[i]);                                                           \
    } while (0)

#endif
