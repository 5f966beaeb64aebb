/* SPDX-License-Identifier: EUPL-1.2 */
/* How many requests arrived, and what became of them: never the closed count alone. */
#include "insight/registry.h"

enum { RECEIVED, ANSWERED, RESOLVED, REOPENED };

static const FigureSpec figures[] = {
    {"received", FIGURE_COUNT, RECEIVED, 0, UNIT_NUMBER, true},
    {"answered", FIGURE_COUNT, ANSWERED, 0, UNIT_NUMBER, true},
    {"resolved", FIGURE_COUNT, RESOLVED, 0, UNIT_NUMBER, true},
    {"reopened", FIGURE_COUNT, REOPENED, 0, UNIT_NUMBER, true},
};

static bool volume_run(ReportRun *run)
{
    CaseSet set;
    if (!cases_load(run->tx, run->arena, &run->ask->period, CASES_RECEIVED, &set))
        return false;
    for (size_t i = 0; i < set.count; i++) {
        const ReportCase *item = &set.items[i];
        ReportHit hit = report_hit(run, item, item->received);
        hit_count(&hit, RECEIVED, 1);
        hit_count(&hit, ANSWERED, item->first_reply != TIME_NONE);
        hit_count(&hit, RESOLVED, item->resolved != TIME_NONE);
        hit_count(&hit, REOPENED, item->reopened > 0);
    }
    return true;
}

const Report report_volume = {
    .name = "volume",
    .title = MSG_REPORT_VOLUME_TITLE,
    .definition = MSG_REPORT_VOLUME_DEFINITION,
    .run = volume_run,
    .figures = figures,
    .figure_count = G_N_ELEMENTS(figures),
    .by = DIMENSION_MONTH,
    .dimensions = DIMENSIONS_OF_CASES,
};
