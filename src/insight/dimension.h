/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dimension: what a report's rows are apart by. Answers: "to which row does this request belong, and what is that row
 * called?"
 *
 * A row has an integer key while counting (an id, a month's place) and gets its words once, at the end. Not for
 * choosing requests (insight/cases.h). Owns no table; reads names of products, teams, codes and customers.
 *
 * Memory: everything lives in the arena given. Errors: false or a failed transaction; dimension_find false for an
 * unknown word. Called by: insight/report.h.
 *
 * Invariants:
 *  1. Every case has exactly one row in every dimension: none known is the row of key 0.
 *  2. Months come in order, all else by n.
 *
 * Example:
 *     Grouping *grouping = grouping_new(tx, arena, DIMENSION_PRODUCT, &period);
 *     int64_t key = grouping_key(grouping, item, item->received);
 */
#ifndef FILO_INSIGHT_DIMENSION_H
#define FILO_INSIGHT_DIMENSION_H

#include "base/catalogue.h"
#include "insight/cases.h"

typedef enum Dimension {
    DIMENSION_NONE,
    DIMENSION_MONTH,
    DIMENSION_CODE, /* the problem */
    DIMENSION_ORIGIN,
    DIMENSION_SOLUTION,
    DIMENSION_PRODUCT,
    DIMENSION_CHANNEL,
    DIMENSION_TEAM,
    DIMENSION_CUSTOMER,
    DIMENSION_CUSTOMER_CLASS,
    DIMENSION_TICKET,
    DIMENSION_CONTRACT,
    DIMENSION_AGE, /* of an open request: bands of days */
    DIMENSION_COUNT
} Dimension;

/* "customer_class"; static. */
const char *dimension_text(Dimension dimension);
bool dimension_find(const char *text, Dimension *dimension_out);

/* The catalogue's word. */
const char *dimension_label(Lang lang, Dimension dimension);

/* The row of what was spent on spam, duplicates and cancelled requests, in any dimension. */
#define GROUPING_VOID INT64_C(-1)

typedef struct Grouping Grouping;
Grouping *grouping_new(StoreTx *tx, Arena *arena, Dimension dimension, const Period *period);

/* The row of a case; at is the instant whose month counts (received, resolved or worked). Age is not asked here. */
int64_t grouping_key(Grouping *grouping, const ReportCase *item, TimeMs at);

/* The row of a request that has been open so long. */
int64_t grouping_key_of_age(int64_t age_ms);

/* What the row is called in a machine's output ("2026-03", "10001", "mail", "none") and in a person's. */
const char *grouping_key_text(const Grouping *grouping, int64_t key);
const char *grouping_label(Grouping *grouping, Lang lang, int64_t key);

#endif
