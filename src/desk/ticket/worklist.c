/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/worklist.h"

#include "worklist_sql.h"

/* The statements give the same columns; each row struct is its own C type. */
#define WORKLIST_ROW(row)                                                                                              \
    ((WorklistEntry){(row)->ticket_id, (row)->subject, (row)->state, (row)->channel, (row)->received_at,               \
                     (row)->next_update_at, (row)->last_event_at, (row)->customer, (row)->owner})

#define WORKLIST_COPY(arena, list, page, asked)                                                                        \
    do {                                                                                                               \
        (page)->more = (list).count > (size_t)(asked);                                                                 \
        (page)->count = MIN((list).count, (size_t)(asked));                                                            \
        (page)->rows = ARENA_ARRAY((arena), WorklistEntry, (page)->count);                                             \
        for (size_t i = 0; i < (page)->count; i++)                                                                     \
            (page)->rows[i] = WORKLIST_ROW(&(list).rows[i]);                                                           \
    } while (0)

static WorklistPage list_open(StoreTx *tx, Arena *arena, const WorklistAsk *ask, TimeMs before)
{
    WorklistPage page;
    TimeMs after = MAX(ask->after_at, 1);
    SqlWorklistOpenList list =
        sql_worklist_open(tx, arena, &(SqlWorklistOpenIn){after, ask->after_id, before, ask->how_many + 1});
    WORKLIST_COPY(arena, list, &page, ask->how_many);
    return page;
}

static WorklistPage list_mine(StoreTx *tx, Arena *arena, const WorklistAsk *ask)
{
    WorklistPage page;
    TimeMs after = MAX(ask->after_at, 1);
    SqlWorklistMineList list =
        sql_worklist_mine(tx, arena, &(SqlWorklistMineIn){after, ask->after_id, ask->me, ask->how_many + 1});
    WORKLIST_COPY(arena, list, &page, ask->how_many);
    return page;
}

static WorklistPage list_unowned(StoreTx *tx, Arena *arena, const WorklistAsk *ask)
{
    WorklistPage page;
    TimeMs after = MAX(ask->after_at, 1);
    SqlWorklistUnownedList list =
        sql_worklist_unowned(tx, arena, &(SqlWorklistUnownedIn){after, ask->after_id, ask->how_many + 1});
    WORKLIST_COPY(arena, list, &page, ask->how_many);
    return page;
}

static WorklistPage list_team(StoreTx *tx, Arena *arena, const WorklistAsk *ask, TimeMs before)
{
    WorklistPage page;
    TimeMs after = MAX(ask->after_at, 1);
    SqlWorklistTeamList list =
        sql_worklist_team(tx, arena, &(SqlWorklistTeamIn){after, ask->after_id, ask->team, before, ask->how_many + 1});
    WORKLIST_COPY(arena, list, &page, ask->how_many);
    return page;
}

static WorklistPage list_team_unowned(StoreTx *tx, Arena *arena, const WorklistAsk *ask)
{
    WorklistPage page;
    TimeMs after = MAX(ask->after_at, 1);
    SqlWorklistTeamUnownedList list = sql_worklist_team_unowned(
        tx, arena, &(SqlWorklistTeamUnownedIn){after, ask->after_id, ask->team, ask->how_many + 1});
    WORKLIST_COPY(arena, list, &page, ask->how_many);
    return page;
}

WorklistPage worklist_list(StoreTx *tx, Arena *arena, const WorklistAsk *ask)
{
    bool one_team = ask->team.value != 0;
    switch (ask->kind) {
    case WORKLIST_MINE:
        return list_mine(tx, arena, ask);
    case WORKLIST_UNOWNED:
        return one_team ? list_team_unowned(tx, arena, ask) : list_unowned(tx, arena, ask);
    case WORKLIST_LATE:
        return one_team ? list_team(tx, arena, ask, ask->now) : list_open(tx, arena, ask, ask->now);
    case WORKLIST_OPEN:
    case WORKLIST_KIND_COUNT:
    default:
        return one_team ? list_team(tx, arena, ask, INT64_MAX) : list_open(tx, arena, ask, INT64_MAX);
    }
}

WorklistPage worklist_list_of_party(StoreTx *tx, Arena *arena, PartyId party, int64_t how_many)
{
    SqlWorklistOfPartyList list = sql_worklist_of_party(tx, arena, &(SqlWorklistOfPartyIn){party, how_many + 1});
    WorklistPage page = {.more = list.count > (size_t)how_many, .count = MIN(list.count, (size_t)how_many)};
    page.rows = ARENA_ARRAY(arena, WorklistEntry, page.count);
    for (size_t i = 0; i < page.count; i++)
        page.rows[i] = (WorklistEntry){.ticket = list.rows[i].ticket_id,
                                       .subject = list.rows[i].subject,
                                       .state = list.rows[i].state,
                                       .received_at = list.rows[i].received_at,
                                       .owner = list.rows[i].owner};
    return page;
}

WorklistCounts worklist_count(StoreTx *tx, Arena *arena, TimeMs now)
{
    SqlWorklistCounts row = {0};
    if (!sql_worklist_counts(tx, arena, &(SqlWorklistCountsIn){now, WORKLIST_COUNT_MAX}, &row))
        return (WorklistCounts){0};
    return (WorklistCounts){row.open, row.late};
}
