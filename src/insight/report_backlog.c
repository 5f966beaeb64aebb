/* SPDX-License-Identifier: EUPL-1.2 */
/* What was open when the period ended, and for how long it had been. */
#include "insight/registry.h"

enum { OPEN, WAITING };
enum { AGE, AGE_WAITING };

static const FigureSpec figures[] = {
    {"open", FIGURE_COUNT, OPEN, 0, UNIT_NUMBER, true},
    {"waiting", FIGURE_COUNT, WAITING, 0, UNIT_NUMBER, true},
    {"age", FIGURE_SUMMARY, AGE, 0, UNIT_DAYS, true},
    {"age_waiting", FIGURE_SUMMARY, AGE_WAITING, 0, UNIT_DAYS, false},
};

static bool is_waiting(TicketState state)
{
    return ticket_state_clocks(state).customer != CLOCK_RUNS;
}

static bool backlog_run(ReportRun *run)
{
    CaseSet set;
    const Period *period = &run->ask->period;
    if (!cases_load(run->tx, run->arena, period, CASES_OPEN, &set))
        return false;
    for (size_t i = 0; i < set.count; i++) {
        const ReportCase *item = &set.items[i];
        int64_t age = period->to - item->received;
        double days = (double)age / (double)TIME_DAY;
        ReportHit hit = run->ask->by == DIMENSION_AGE ? report_hit_key(run, item, grouping_key_of_age(age))
                                                      : report_hit(run, item, item->received);
        hit_count(&hit, OPEN, 1);
        hit_measure(&hit, AGE, days);
        if (!is_waiting(item->state))
            continue;
        hit_count(&hit, WAITING, 1);
        hit_measure(&hit, AGE_WAITING, days);
    }
    return true;
}

/* Months are those of arrival, which may lie before the period: they are not offered. */
const Report report_backlog = {
    .name = "backlog",
    .title = MSG_REPORT_BACKLOG_TITLE,
    .definition = MSG_REPORT_BACKLOG_DEFINITION,
    .run = backlog_run,
    .figures = figures,
    .figure_count = G_N_ELEMENTS(figures),
    .by = DIMENSION_AGE,
    .dimensions = (DIMENSIONS_OF_CASES & ~(1U << DIMENSION_MONTH)) | 1U << DIMENSION_AGE,
};
