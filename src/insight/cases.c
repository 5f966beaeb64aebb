/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: reads the requests of a report. How: one pass over rows, one over the events of those rows that changed after
 * the period ended, then what does not belong is dropped. Why not fold all events: the rows already are that fold, and
 * a report over a hundred thousand of them must take milliseconds.
 */
#include "insight/cases.h"

#include "base/check.h"
#include "cases_sql.h"
#include "desk/ticket/projection.h"

#include <stdlib.h>
#include <string.h>

enum { CHANNELS_MAX = 64 };

typedef struct Loading {
    StoreTx *tx;
    Arena *arena;
    CaseSet set;
    size_t room;
    const char *channels[CHANNELS_MAX];
    size_t channel_count, place;
    const Period *period;
    CaseChoice choice;
    int64_t folding; /* the ticket whose events are being folded */
    TicketProjection fold;
} Loading;

static const char *channel_of(Loading *loading, const char *channel)
{
    for (size_t i = 0; i < loading->channel_count; i++)
        if (strcmp(loading->channels[i], channel) == 0)
            return loading->channels[i];
    char *copy = arena_strdup(loading->arena, channel);
    if (loading->channel_count < CHANNELS_MAX)
        loading->channels[loading->channel_count++] = copy;
    return copy;
}

static ReportCase *case_add(Loading *loading)
{
    if (loading->set.count == loading->room) {
        size_t room = loading->room ? loading->room * 2 : 256;
        ReportCase *wider = ARENA_ARRAY(loading->arena, ReportCase, room);
        if (loading->room)
            memcpy(wider, loading->set.items, loading->set.count * sizeof *wider);
        loading->set.items = wider;
        loading->room = room;
    }
    return &loading->set.items[loading->set.count++];
}

/* The statements give the same columns; each row struct is its own C type. */
#define CASE_OF(loading, row)                                                                                          \
    ((ReportCase){.id = (row)->ticket_id.value,                                                                        \
                  .received = (row)->received_at,                                                                      \
                  .first_reply = (row)->first_reply_at,                                                                \
                  .resolved = (row)->resolved_at,                                                                      \
                  .last_event = (row)->last_event_at,                                                                  \
                  .party = (row)->party_id.value,                                                                      \
                  .item = (row)->installed_item_id.value,                                                              \
                  .product = (row)->product_id.value,                                                                  \
                  .team = (row)->team_id.value,                                                                        \
                  .problem = (row)->problem_id.value,                                                                  \
                  .origin = (row)->origin_id.value,                                                                    \
                  .solution = (row)->solution_code_id.value,                                                           \
                  .channel = channel_of((loading), (row)->channel),                                                    \
                  .reopened = (row)->reopened,                                                                         \
                  .state = (row)->state,                                                                               \
                  .proactive = (row)->initiative == INITIATIVE_PROACTIVE,                                              \
                  .zero_cost = (row)->zero_cost,                                                                       \
                  .imported = (row)->import_id.has})

static bool received_add(const SqlReportCasesReceived *row, void *arg)
{
    *case_add(arg) = CASE_OF((Loading *)arg, row);
    return true;
}

static bool resolved_add(const SqlReportCasesResolved *row, void *arg)
{
    *case_add(arg) = CASE_OF((Loading *)arg, row);
    return true;
}

/* Of all rows those that the statements for one period would give. */
static bool all_add(const SqlReportCasesAll *row, void *arg)
{
    Loading *loading = arg;
    bool by_solution = loading->choice == CASES_RESOLVED, once = loading->choice == CASES_RECEIVED_ONCE;
    TimeMs at = by_solution ? row->resolved_at : row->received_at;
    bool solved = !by_solution || row->resolved_at != TIME_NONE;
    if (solved && (once || at >= loading->period->from) && at < loading->period->to)
        *case_add(loading) = CASE_OF(loading, row);
    return true;
}

static bool open_add(const SqlReportCasesOpen *row, void *arg)
{
    *case_add(arg) = CASE_OF((Loading *)arg, row);
    return true;
}

static int case_compare(const void *left, const void *right)
{
    int64_t a = ((const ReportCase *)left)->id, b = ((const ReportCase *)right)->id;
    return (a > b) - (a < b);
}

/* Rows nearly always come in the order of their ids. */
static void set_sort(CaseSet *set)
{
    for (size_t i = 1; i < set->count; i++)
        if (set->items[i].id < set->items[i - 1].id) {
            qsort(set->items, set->count, sizeof *set->items, case_compare);
            return;
        }
}

const ReportCase *case_find(const CaseSet *set, int64_t id, size_t *place)
{
    size_t low = 0, high = set->count;
    for (size_t near = *place; near < MIN(*place + 2, set->count); near++)
        if (set->items[near].id == id) {
            *place = near;
            return &set->items[near];
        }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->items[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == set->count || set->items[low].id != id)
        return NULL;
    *place = low;
    return &set->items[low];
}

/* ------------------------------------------------------------------------------------------ as it stood at the end */

static void fold_keep(Loading *loading)
{
    const ReportCase *found = loading->folding ? case_find(&loading->set, loading->folding, &loading->place) : NULL;
    if (!found)
        return;
    ReportCase *item = &loading->set.items[loading->place];
    const TicketProjection *fold = &loading->fold;
    item->state = (TicketState)fold->state;
    item->proactive = fold->initiative == INITIATIVE_PROACTIVE;
    item->party = fold->party_id;
    item->item = fold->installed_item_id;
    item->product = fold->product_id;
    item->team = fold->team_id;
    item->first_reply = fold->first_reply_at;
    item->resolved = fold->resolved_at;
    item->last_event = fold->last_event_at;
    item->reopened = fold->reopened;
    item->problem = fold->problem_id;
    item->origin = fold->origin_id;
    item->solution = fold->solution_code_id;
    item->zero_cost = fold->zero_cost != 0;
}

static bool event_fold(const SqlReportCaseEvents *row, void *arg)
{
    Loading *loading = arg;
    TicketEvent event = {.kind = row->kind,
                         .occurred_at = row->occurred_at,
                         .recorded_at = row->recorded_at,
                         .actor = {row->actor_kind, row->actor_id.value}};
    if (row->ticket_id.value != loading->folding) {
        fold_keep(loading);
        loading->folding = row->ticket_id.value;
        loading->fold = projection_empty();
    }
    if (!change_parse_json(row->payload, &event.change)) {
        store_tx_fail(loading->tx, FILO_ERROR_CORRUPT, "an event that cannot be read");
        return false;
    }
    projection_apply(&loading->fold, &event);
    return true;
}

static bool has_later(const CaseSet *set, TimeMs until, TimeMs *first_received_out)
{
    bool later = false;
    *first_received_out = until;
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i].last_event < until)
            continue;
        later = true;
        *first_received_out = MIN(*first_received_out, set->items[i].received);
    }
    return later;
}

static bool fold_later(Loading *loading)
{
    TimeMs from;
    if (!has_later(&loading->set, loading->period->to, &from))
        return true;
    if (!sql_report_case_events(loading->tx, &(SqlReportCaseEventsIn){loading->period->to, from}, event_fold, loading))
        return false;
    fold_keep(loading);
    return true;
}

/* ------------------------------------------------------------------------------------------------- which belong */

bool case_is_void(const ReportCase *item)
{
    bool over = item->state == TICKET_SPAM || item->state == TICKET_DUPLICATE || item->state == TICKET_CANCELLED;
    return over && !item->imported;
}

static void set_filter(CaseSet *set, CaseChoice choice)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        const ReportCase *item = &set->items[i];
        bool demand = choice == CASES_RECEIVED_ALL || (!item->proactive && !case_is_void(item));
        bool open = choice != CASES_OPEN || ticket_state_is_open(item->state);
        if (demand && open)
            set->items[kept++] = *item;
    }
    set->count = kept;
}

/* Whether the period holds a good part of all there is. Requests come evenly enough for a guess by time. */
static bool period_is_wide(const Loading *loading)
{
    enum { WIDE = 4 }; /* a quarter */
    SqlReportPeriodBounds all = {0};
    if (!sql_report_period_bounds(loading->tx, loading->arena, &all) || all.first_at == TIME_NONE)
        return false;
    TimeMs from = loading->choice == CASES_RECEIVED_ONCE ? all.first_at : MAX(loading->period->from, all.first_at);
    return (MIN(loading->period->to, all.last_at) - from) >= (all.last_at - all.first_at) / WIDE;
}

static bool rows_load(Loading *loading)
{
    const Period *period = loading->period;
    if (loading->choice != CASES_OPEN && period_is_wide(loading))
        return sql_report_cases_all(loading->tx, all_add, loading);
    switch (loading->choice) {
    case CASES_RESOLVED:
        return sql_report_cases_resolved(loading->tx, &(SqlReportCasesResolvedIn){period->from, period->to},
                                         resolved_add, loading);
    case CASES_OPEN:
        return sql_report_cases_open(loading->tx, &(SqlReportCasesOpenIn){period->to}, open_add, loading);
    case CASES_RECEIVED_ONCE:
        return sql_report_cases_received(loading->tx, &(SqlReportCasesReceivedIn){INT64_MIN, period->to}, received_add,
                                         loading);
    case CASES_RECEIVED:
    case CASES_RECEIVED_ALL:
    default:
        return sql_report_cases_received(loading->tx, &(SqlReportCasesReceivedIn){period->from, period->to},
                                         received_add, loading);
    }
}

bool cases_load(StoreTx *tx, Arena *arena, const Period *period, CaseChoice choice, CaseSet *set_out)
{
    Loading loading = {.tx = tx, .arena = arena, .period = period, .choice = choice};
    *set_out = (CaseSet){0};
    if (!rows_load(&loading))
        return false;
    set_sort(&loading.set);
    if (!fold_later(&loading))
        return false;
    set_filter(&loading.set, choice);
    *set_out = loading.set;
    return true;
}

TimeMs cases_first_received(StoreTx *tx, Arena *arena)
{
    SqlReportPeriodBounds row = {0};
    return sql_report_period_bounds(tx, arena, &row) ? row.first_at : TIME_NONE;
}

/* ---------------------------------------------------------------------------------------------------------- phases */

typedef struct PhaseReading {
    StoreTx *tx;
    const CaseSet *set;
    const Period *period;
    CasePhases on_case;
    void *arg;
    Arena *arena; /* of one case's phases */
    GArray *events;
    const ReportCase *item;
    size_t place;
} PhaseReading;

static void phases_give(PhaseReading *reading)
{
    PhaseList phases;
    const PhaseEvent *events = (const PhaseEvent *)(void *)reading->events->data;
    if (reading->events->len == 0)
        return;
    if (phase_derive(reading->arena, events, reading->events->len, reading->period->to, &phases))
        reading->on_case(reading->item, &phases, reading->arg);
    else
        store_tx_fail(reading->tx, FILO_ERROR_CORRUPT, "phases out of order");
    g_array_set_size(reading->events, 0);
    arena_clear(reading->arena);
}

static bool phase_read(const SqlReportCasePhases *row, void *arg)
{
    PhaseReading *reading = arg;
    if (!reading->item || reading->item->id != row->ticket_id.value) {
        phases_give(reading);
        reading->item = case_find(reading->set, row->ticket_id.value, &reading->place);
    }
    if (reading->item) {
        PhaseEvent event = {.at = row->began_at, .state = row->state, .owner = row->owner_id.value};
        g_array_append_val(reading->events, event);
    }
    return true;
}

bool cases_each_phases(StoreTx *tx, const Period *period, const CaseSet *set, CasePhases on_case, void *arg)
{
    g_autoptr(GArray) events = g_array_new(FALSE, FALSE, sizeof(PhaseEvent));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    TimeMs from = period->to;
    for (size_t i = 0; i < set->count; i++)
        from = MIN(from, set->items[i].received);
    PhaseReading reading = {
        .tx = tx, .set = set, .period = period, .on_case = on_case, .arg = arg, .arena = arena, .events = events};
    if (!sql_report_case_phases(tx, &(SqlReportCasePhasesIn){from, period->to}, phase_read, &reading))
        return false;
    phases_give(&reading);
    return !store_tx_failed(tx);
}
