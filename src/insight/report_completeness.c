/* SPDX-License-Identifier: EUPL-1.2 */
/* How much of what a solved request should tell was written down: eight fields (desk/ticket/completeness.h). */
#include "code_list_enum.h"
#include "desk/ticket/completeness.h"
#include "dimension_sql.h"
#include "insight/registry.h"
#include "report_completeness_sql.h"

#include <string.h>

enum { REQUESTS, IMPORTED, FIELDS };
enum { SHARE, SHARE_IMPORTED };

#define FIELD(name, field) {name, FIGURE_RATE, FIELDS + (field), REQUESTS, UNIT_SHARE, false}

static const FigureSpec figures[] = {
    {"share", FIGURE_SUMMARY, SHARE, 0, UNIT_SHARE, true},
    {"requests", FIGURE_COUNT, REQUESTS, 0, UNIT_NUMBER, true},
    FIELD("product", COMPLETE_PRODUCT),
    FIELD("customer", COMPLETE_CUSTOMER),
    FIELD("description", COMPLETE_DESCRIPTION),
    FIELD("problem", COMPLETE_PROBLEM),
    FIELD("origin", COMPLETE_ORIGIN),
    FIELD("solution", COMPLETE_SOLUTION),
    FIELD("cost", COMPLETE_COST),
    FIELD("phases", COMPLETE_PHASES),
    {"imported", FIGURE_COUNT, IMPORTED, 0, UNIT_NUMBER, false},
    {"share_imported", FIGURE_SUMMARY, SHARE_IMPORTED, 0, UNIT_SHARE, false},
};

typedef struct Completing {
    ReportRun *run;
    CaseSet set;
    int64_t unknown_origin;
    size_t place;
} Completing;

static int64_t unknown_origin_of(ReportRun *run)
{
    SqlReportCodeNamesList codes = sql_report_code_names(run->tx, run->arena);
    for (size_t i = 0; i < codes.count; i++)
        if (codes.rows[i].list == CODE_ORIGIN && strcmp(codes.rows[i].code_key, "unknown") == 0)
            return codes.rows[i].code_id.value;
    return 0;
}

static TicketProjection projection_of(const ReportCase *item)
{
    return (TicketProjection){.party_id = item->party,
                              .product_id = item->product,
                              .problem_id = item->problem,
                              .origin_id = item->origin,
                              .solution_code_id = item->solution,
                              .received_at = item->received,
                              .resolved_at = item->resolved,
                              .zero_cost = item->zero_cost};
}

static void count_imported(ReportRun *run, const ReportCase *item, double share)
{
    ReportHit hit = report_join(run, item, item->resolved);
    hit_count(&hit, IMPORTED, 1);
    hit_measure(&hit, SHARE_IMPORTED, share);
}

static void count_own(ReportRun *run, const ReportCase *item, Completeness have, double share)
{
    ReportHit hit = report_hit(run, item, item->resolved);
    hit_count(&hit, REQUESTS, 1);
    hit_measure(&hit, SHARE, share);
    for (int field = 0; field < COMPLETENESS_COUNT; field++)
        hit_count(&hit, FIELDS + field, !(have.missing >> field & 1));
}

static bool facts_count(const SqlReportCompletenessFacts *row, void *arg)
{
    Completing *completing = arg;
    const ReportCase *item = case_find(&completing->set, row->ticket_id.value, &completing->place);
    if (!item)
        return true;
    TicketProjection ticket = projection_of(item);
    Completeness have =
        completeness_of(&ticket, &(CompletenessFacts){.has_description = row->description == 1,
                                                      .has_cost = row->cost == 1,
                                                      .was_owned = row->owned == 1,
                                                      .origin_is_unknown = item->origin == completing->unknown_origin});
    double share = (double)have.filled / COMPLETENESS_COUNT;
    if (item->imported)
        count_imported(completing->run, item, share);
    else
        count_own(completing->run, item, have, share);
    return true;
}

static bool completeness_run(ReportRun *run)
{
    const Period *period = &run->ask->period;
    Completing completing = {.run = run, .unknown_origin = unknown_origin_of(run)};
    return cases_load(run->tx, run->arena, period, CASES_RESOLVED, &completing.set) &&
           sql_report_completeness_facts(run->tx, &(SqlReportCompletenessFactsIn){period->from, period->to},
                                         facts_count, &completing);
}

const Report report_completeness = {
    .name = "completeness",
    .title = MSG_REPORT_COMPLETENESS_TITLE,
    .definition = MSG_REPORT_COMPLETENESS_DEFINITION,
    .run = completeness_run,
    .figures = figures,
    .figure_count = G_N_ELEMENTS(figures),
    .by = DIMENSION_TEAM,
    .dimensions = DIMENSIONS_OF_CASES,
};
