/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Of the requests first resolved in the period, how many came back. Only those whose window has run out by the period's
 * end are asked: a request resolved yesterday has not had the time to come back.
 *
 * An imported log has no event that says "reopened": there it is a passage from resolved, closed or cancelled to an open
 * state, because the other system's words for "over" were mapped to any of the three.
 */
#include "insight/registry.h"
#include "report_reopen_sql.h"

enum { REOPENED, CLOSED, REOPENINGS };

static const FigureSpec figures[] = {
    {"reopened", FIGURE_COUNT, REOPENED, 0, UNIT_NUMBER, true},
    {"closed", FIGURE_COUNT, CLOSED, 0, UNIT_NUMBER, true},
    {"rate", FIGURE_RATE, REOPENED, CLOSED, UNIT_SHARE, true},
    {"reopenings", FIGURE_COUNT, REOPENINGS, 0, UNIT_NUMBER, false},
    {"window_days", FIGURE_PARAMETER, 0, 0, UNIT_NUMBER, false},
};

/* What the phases of one request told. */
typedef struct Reopening {
    TimeMs first; /* TIME_NONE: never reopened */
    int64_t times;
    bool over;
} Reopening;

typedef struct Reopenings {
    const CaseSet *set;
    Reopening *found; /* one for each case */
    size_t place;
} Reopenings;

static bool phase_read(const SqlReportReopenPhases *row, void *arg)
{
    Reopenings *reading = arg;
    const ReportCase *item = case_find(reading->set, row->ticket_id.value, &reading->place);
    if (!item)
        return true;
    Reopening *found = &reading->found[item - reading->set->items];
    bool open = ticket_state_is_open(row->state);
    if (found->over && open) {
        found->times++;
        found->first = found->first ? found->first : row->began_at;
    }
    found->over = item->imported ? !open : row->state == TICKET_RESOLVED || row->state == TICKET_CLOSED;
    return true;
}

static void case_count(ReportRun *run, const ReportCase *item, const Reopening *found)
{
    int64_t window = run->ask->window_days * TIME_DAY;
    if (window && item->resolved + window > run->ask->period.to)
        return;
    bool came_back = found->first && (!window || found->first - item->resolved < window);
    ReportHit hit = report_hit(run, item, item->resolved);
    hit_count(&hit, CLOSED, 1);
    hit_count(&hit, REOPENED, came_back);
    hit_count(&hit, REOPENINGS, found->times);
}

static bool reopen_run(ReportRun *run)
{
    CaseSet set;
    const Period *period = &run->ask->period;
    if (!cases_load(run->tx, run->arena, period, CASES_RESOLVED, &set))
        return false;
    Reopenings reading = {&set, ARENA_ARRAY(run->arena, Reopening, set.count), 0};
    if (!sql_report_reopen_phases(run->tx, &(SqlReportReopenPhasesIn){period->from, period->to}, phase_read, &reading))
        return false;
    for (size_t i = 0; i < set.count; i++)
        case_count(run, &set.items[i], &reading.found[i]);
    return true;
}

const Report report_reopen = {
    .name = "reopen",
    .title = MSG_REPORT_REOPEN_TITLE,
    .definition = MSG_REPORT_REOPEN_DEFINITION,
    .run = reopen_run,
    .figures = figures,
    .figure_count = G_N_ELEMENTS(figures),
    .by = DIMENSION_MONTH,
    .dimensions = DIMENSIONS_OF_CASES,
    .has_window = true,
};
