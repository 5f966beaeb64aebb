/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/worklist_int.h"

#include "worklist_sql.h"

/* The lists that are looked at most have a statement of their own, and most of them an index. */
static WorklistPage list_directly(StoreTx *tx, Arena *arena, const WorklistAsk *ask)
{
    WorklistPage page;
    TimeMs after = MAX(ask->place.at, 1);
    TimeMs before = ask->kind == WORKLIST_LATE ? ask->now : INT64_MAX;
    int64_t how_many = ask->how_many + 1;
    if (ask->kind == WORKLIST_MINE) {
        SqlWorklistMineIn in = {after, ask->place.ticket, ask->me, how_many};
        SqlWorklistMineList list = sql_worklist_mine(tx, arena, &in);
        WORKLIST_COPY(arena, list, &page, ask->how_many);
    } else if (ask->kind == WORKLIST_UNOWNED && ask->team.value) {
        SqlWorklistTeamUnownedIn in = {after, ask->place.ticket, ask->team, how_many};
        SqlWorklistTeamUnownedList list = sql_worklist_team_unowned(tx, arena, &in);
        WORKLIST_COPY(arena, list, &page, ask->how_many);
    } else if (ask->kind == WORKLIST_UNOWNED) {
        SqlWorklistUnownedIn in = {after, ask->place.ticket, how_many};
        SqlWorklistUnownedList list = sql_worklist_unowned(tx, arena, &in);
        WORKLIST_COPY(arena, list, &page, ask->how_many);
    } else if (ask->team.value) {
        SqlWorklistTeamIn in = {after, ask->place.ticket, ask->team, before, how_many};
        SqlWorklistTeamList list = sql_worklist_team(tx, arena, &in);
        WORKLIST_COPY(arena, list, &page, ask->how_many);
    } else {
        SqlWorklistOpenIn in = {after, ask->place.ticket, before, how_many};
        SqlWorklistOpenList list = sql_worklist_open(tx, arena, &in);
        WORKLIST_COPY(arena, list, &page, ask->how_many);
    }
    return page;
}

typedef struct Filter {
    TimeMs before;
    StaffId owner; /* {0}: whoever; NOBODY */
    TeamId team;
    const char *channel;
    int64_t turn;
} Filter;

static const StaffId NOBODY = {-1};

static Filter filter_of(const WorklistAsk *ask)
{
    return (Filter){
        .before = ask->kind == WORKLIST_LATE ? ask->now : INT64_MAX,
        .owner = ask->kind == WORKLIST_MINE      ? ask->me
                 : ask->kind == WORKLIST_UNOWNED ? NOBODY
                                                 : ask->owner,
        .team = ask->team,
        .channel = ask->channel ? ask->channel : "",
        .turn = ask->turn,
    };
}

static WorklistPage list_by_due(StoreTx *tx, Arena *arena, const WorklistAsk *ask)
{
    WorklistPage page;
    Filter f = filter_of(ask);
    WorklistPlace place = ask->place;
    int64_t how_many = ask->how_many + 1;
    if (ask->backwards) {
        SqlWorklistLatestIn in = {place.at, place.ticket, f.before, f.owner, f.team, f.channel, f.turn, how_many};
        SqlWorklistLatestList list = sql_worklist_latest(tx, arena, &in);
        WORKLIST_COPY(arena, list, &page, ask->how_many);
    } else {
        SqlWorklistSoonestIn in = {MAX(place.at, 1), place.ticket, f.before, f.owner,
                                   f.team,           f.channel,    f.turn,   how_many};
        SqlWorklistSoonestList list = sql_worklist_soonest(tx, arena, &in);
        WORKLIST_COPY(arena, list, &page, ask->how_many);
    }
    return page;
}

static WorklistPage list_by_age(StoreTx *tx, Arena *arena, const WorklistAsk *ask)
{
    WorklistPage page;
    Filter f = filter_of(ask);
    int64_t how_many = ask->how_many + 1;
    if ((ask->order == WORKLIST_OLDEST) != ask->backwards) {
        SqlWorklistOldestIn in = {ask->place.ticket, f.before, f.owner, f.team, f.channel, f.turn, how_many};
        SqlWorklistOldestList list = sql_worklist_oldest(tx, arena, &in);
        WORKLIST_COPY(arena, list, &page, ask->how_many);
    } else {
        TicketId from = ask->place.ticket.value ? ask->place.ticket : (TicketId){INT64_MAX};
        SqlWorklistNewestIn in = {from, f.before, f.owner, f.team, f.channel, f.turn, how_many};
        SqlWorklistNewestList list = sql_worklist_newest(tx, arena, &in);
        WORKLIST_COPY(arena, list, &page, ask->how_many);
    }
    return page;
}

static void turn_round(WorklistPage *page)
{
    for (size_t i = 0; i < page->count / 2; i++) {
        WorklistEntry row = page->rows[i];
        page->rows[i] = page->rows[page->count - 1 - i];
        page->rows[page->count - 1 - i] = row;
    }
}

WorklistPage worklist_list(StoreTx *tx, Arena *arena, const WorklistAsk *ask)
{
    WorklistPage page;
    bool narrowed = ask->owner.value || ask->channel || ask->turn != WORKLIST_TURN_ANY ||
                    (ask->kind == WORKLIST_MINE && ask->team.value);
    bool plain = ask->order == WORKLIST_SOONEST && !ask->backwards && !narrowed;
    if (plain)
        return list_directly(tx, arena, ask);
    page = ask->order == WORKLIST_SOONEST ? list_by_due(tx, arena, ask) : list_by_age(tx, arena, ask);
    if (ask->backwards)
        turn_round(&page);
    return page;
}

WorklistCounts worklist_count(StoreTx *tx, Arena *arena, TimeMs now)
{
    SqlWorklistCounts row = {0};
    if (!sql_worklist_counts(tx, arena, &(SqlWorklistCountsIn){now, WORKLIST_COUNT_MAX}, &row))
        return (WorklistCounts){0};
    return (WorklistCounts){row.open, row.late};
}

WorklistStates worklist_states(StoreTx *tx, Arena *arena)
{
    WorklistStates states = {{0}};
    SqlWorklistStatesList rows = sql_worklist_states(tx, arena);
    for (size_t i = 0; i < rows.count; i++)
        states.count[rows.rows[i].state] = rows.rows[i].how_many;
    return states;
}
