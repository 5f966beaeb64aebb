/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * registry: which reports there are, and how one is asked for in words. Answers: "filo report reopen --window 14 --by
 * product: what is that?"
 *
 * A new report is one .c, one .sql if it needs rows of its own, one line in registry.c, and texts in the catalogues.
 * Not for how figures are made (insight/report.h) nor how they are written (insight/render.h). Owns no table.
 * Called by: cli, web, api.
 *
 * Pointers: reports are static. An ask borrows the policy's zone and calendar and the texts given. Errors: an
 * InputError with keys report.error.*.
 *
 * Invariants:
 *  1. Names are unique, snake_case, and stay: other programs ask by them.
 *  2. Every report offers its own default dimension.
 *
 * Example:
 *     ReportAsk ask;
 *     const ReportWords words = {.name = "reopen", .window = "14", .by = "product"};
 *     if (!report_ask_parse(tx, arena, policy, now, &words, &ask, &refused)) …
 *     g_autoptr(ReportResult) result = report_run(tx, &ask);
 */
#ifndef FILO_INSIGHT_REGISTRY_H
#define FILO_INSIGHT_REGISTRY_H

#include "base/error.h"
#include "desk/desk.h"
#include "insight/report.h"

/* What any request can be counted by. */
#define DIMENSIONS_OF_CASES                                                                                            \
    (1U << DIMENSION_NONE | 1U << DIMENSION_MONTH | 1U << DIMENSION_CODE | 1U << DIMENSION_ORIGIN |                    \
     1U << DIMENSION_SOLUTION | 1U << DIMENSION_PRODUCT | 1U << DIMENSION_CHANNEL | 1U << DIMENSION_TEAM |             \
     1U << DIMENSION_CUSTOMER | 1U << DIMENSION_CUSTOMER_CLASS)

extern const Report report_times, report_backlog, report_reopen, report_repeat, report_bounce, report_volume,
    report_completeness, report_cost;

/* In the order they are listed. */
const Report *const *report_list(size_t *count_out);
const Report *report_find(const char *name);

/* A question as typed; NULL or "": not said. */
typedef struct ReportWords {
    const char *name;
    const char *from, *to; /* YYYY-MM-DD or an instant; to is not included. Not said: the first request, now */
    const char *by;        /* a dimension */
    const char *window;    /* days, or "all" */
    const char *key;       /* "customer,item,problem" */
    const char *group;     /* a row's key, or "all" */
    const char *figure;    /* the figure whose tickets are wanted; not said: all of the group */
} ReportWords;

/* The window and key a report has unless asked otherwise; 0: none. */
int64_t report_window_usual(const Report *report, const DeskPolicy *policy);
unsigned report_key_usual(const Report *report);

bool report_ask_parse(StoreTx *tx, Arena *arena, const DeskPolicy *policy, TimeMs now, const ReportWords *words,
                      ReportAsk *ask_out, InputError *refused_out);

#endif
