/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/queue.h"

#include "queue_sql.h"

/* The three statements give the same columns; each row struct is its own C type. */
#define QUEUE_ROW(row)                                                                                                 \
    ((QueueEntry){(row)->ticket_id, (row)->subject, (row)->state, (row)->channel, (row)->received_at,                    \
                (row)->next_update_at, (row)->last_event_at, (row)->customer, (row)->owner})

#define QUEUE_COPY(arena, list, page, asked)                                                                           \
    do {                                                                                                               \
        (page)->more = (list).count > (size_t)(asked);                                                                 \
        (page)->count = MIN((list).count, (size_t)(asked));                                                            \
        (page)->rows = ARENA_ARRAY((arena), QueueEntry, (page)->count);                                                  \
        for (size_t i = 0; i < (page)->count; i++)                                                                     \
            (page)->rows[i] = QUEUE_ROW(&(list).rows[i]);                                                              \
    } while (0)

static QueuePage list_open(StoreTx *tx, Arena *arena, const QueueAsk *ask, TimeMs before)
{
    QueuePage page;
    TimeMs after = MAX(ask->after_at, 1);
    SqlQueueOpenList list =
        sql_queue_open(tx, arena, &(SqlQueueOpenIn){after, ask->after_id, before, ask->how_many + 1});
    QUEUE_COPY(arena, list, &page, ask->how_many);
    return page;
}

static QueuePage list_mine(StoreTx *tx, Arena *arena, const QueueAsk *ask)
{
    QueuePage page;
    TimeMs after = MAX(ask->after_at, 1);
    SqlQueueMineList list =
        sql_queue_mine(tx, arena, &(SqlQueueMineIn){after, ask->after_id, ask->me, ask->how_many + 1});
    QUEUE_COPY(arena, list, &page, ask->how_many);
    return page;
}

static QueuePage list_unowned(StoreTx *tx, Arena *arena, const QueueAsk *ask)
{
    QueuePage page;
    TimeMs after = MAX(ask->after_at, 1);
    SqlQueueUnownedList list =
        sql_queue_unowned(tx, arena, &(SqlQueueUnownedIn){after, ask->after_id, ask->how_many + 1});
    QUEUE_COPY(arena, list, &page, ask->how_many);
    return page;
}

QueuePage queue_list(StoreTx *tx, Arena *arena, const QueueAsk *ask)
{
    switch (ask->kind) {
    case QUEUE_MINE:
        return list_mine(tx, arena, ask);
    case QUEUE_UNOWNED:
        return list_unowned(tx, arena, ask);
    case QUEUE_LATE:
        return list_open(tx, arena, ask, ask->now);
    case QUEUE_OPEN:
    case QUEUE_KIND_COUNT:
    default:
        return list_open(tx, arena, ask, INT64_MAX);
    }
}

QueuePage queue_list_of_party(StoreTx *tx, Arena *arena, PartyId party, int64_t how_many)
{
    SqlQueueOfPartyList list = sql_queue_of_party(tx, arena, &(SqlQueueOfPartyIn){party, how_many + 1});
    QueuePage page = {.more = list.count > (size_t)how_many, .count = MIN(list.count, (size_t)how_many)};
    page.rows = ARENA_ARRAY(arena, QueueEntry, page.count);
    for (size_t i = 0; i < page.count; i++)
        page.rows[i] = (QueueEntry){.ticket = list.rows[i].ticket_id,
                                    .subject = list.rows[i].subject,
                                    .state = list.rows[i].state,
                                    .received_at = list.rows[i].received_at,
                                    .owner = list.rows[i].owner};
    return page;
}

QueueCounts queue_count(StoreTx *tx, Arena *arena, TimeMs now)
{
    SqlQueueCounts row = {0};
    if (!sql_queue_counts(tx, arena, &(SqlQueueCountsIn){now, QUEUE_COUNT_MAX}, &row))
        return (QueueCounts){0};
    return (QueueCounts){row.open, row.late};
}
