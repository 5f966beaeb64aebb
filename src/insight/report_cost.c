/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What support cost, by the day of the work. Amounts are cents that were rounded once, line by line; everything here
 * only adds them, so rows, kinds and total agree to the cent. What was spent on spam, duplicates and cancelled requests
 * is in the total and has a row of its own.
 */
#include "cost_kind_enum.h"
#include "insight/registry.h"
#include "report_cost_sql.h"

#include <stdlib.h>

enum { TOTAL, OF_REQUESTS, REQUESTS, VOID, LINES, KINDS };

static const FigureSpec figures[] = {
    {"total", FIGURE_MONEY, TOTAL, 0, UNIT_CENTS, true},
    {"requests", FIGURE_COUNT, REQUESTS, 0, UNIT_NUMBER, true},
    {"mean", FIGURE_MEAN, OF_REQUESTS, REQUESTS, UNIT_CENTS, true},
    {"labour", FIGURE_MONEY, KINDS + COST_LABOUR, 0, UNIT_CENTS, true},
    {"channel", FIGURE_MONEY, KINDS + COST_CHANNEL, 0, UNIT_CENTS, false},
    {"travel", FIGURE_MONEY, KINDS + COST_TRAVEL, 0, UNIT_CENTS, true},
    {"part", FIGURE_MONEY, KINDS + COST_PART, 0, UNIT_CENTS, false},
    {"fixed", FIGURE_MONEY, KINDS + COST_FIXED, 0, UNIT_CENTS, false},
    {"void", FIGURE_MONEY, VOID, 0, UNIT_CENTS, false},
    {"lines", FIGURE_COUNT, LINES, 0, UNIT_NUMBER, false},
};

typedef struct CostLine {
    int64_t ticket;
    CostKind kind;
    int64_t amount;
    TimeMs worked;
} CostLine;

static bool line_read(const SqlReportCostLines *row, void *arg)
{
    CostLine line = {row->ticket_id.value, row->kind, row->amount, row->worked_at};
    g_array_append_val((GArray *)arg, line);
    return true;
}

/* By ticket, and within it as they came: a request is then counted once in n. */
static int line_compare(const void *left, const void *right)
{
    const CostLine *a = left, *b = right;
    if (a->ticket != b->ticket)
        return a->ticket < b->ticket ? -1 : 1;
    return (a->worked > b->worked) - (a->worked < b->worked);
}

static void line_count(ReportRun *run, const CostLine *line, const ReportCase *item)
{
    bool is_void = case_is_void(item);
    ReportHit hit = is_void ? report_hit_key(run, item, GROUPING_VOID) : report_hit(run, item, line->worked);
    hit_count(&hit, TOTAL, line->amount);
    hit_count(&hit, is_void ? VOID : OF_REQUESTS, line->amount);
    if (!is_void)
        hit_count_once(&hit, REQUESTS);
    hit_count(&hit, LINES, 1);
    hit_count(&hit, KINDS + (int)line->kind, line->amount);
}

static bool cost_run(ReportRun *run)
{
    CaseSet set;
    const Period *period = &run->ask->period;
    g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(CostLine));
    if (!sql_report_cost_lines(run->tx, &(SqlReportCostLinesIn){period->from, period->to}, line_read, lines) ||
        !cases_load(run->tx, run->arena, &(Period){INT64_MIN, period->to, period->zone}, CASES_RECEIVED_ALL, &set))
        return false;
    g_array_sort(lines, line_compare);
    size_t place = 0;
    for (guint i = 0; i < lines->len; i++) {
        const CostLine *line = &g_array_index(lines, CostLine, i);
        const ReportCase *item = case_find(&set, line->ticket, &place);
        ReportCase stranger = {.id = line->ticket, .channel = ""}; /* worked on before it was received: still a cost */
        line_count(run, line, item ? item : &stranger);
    }
    return true;
}

const Report report_cost = {
    .name = "cost",
    .title = MSG_REPORT_COST_TITLE,
    .definition = MSG_REPORT_COST_DEFINITION,
    .run = cost_run,
    .figures = figures,
    .figure_count = G_N_ELEMENTS(figures),
    .by = DIMENSION_CHANNEL,
    .dimensions = DIMENSIONS_OF_CASES | 1U << DIMENSION_TICKET | 1U << DIMENSION_CONTRACT,
    .order_by = 1 + TOTAL,
};
