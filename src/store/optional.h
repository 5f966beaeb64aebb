/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * optional: a number that may be absent. Answers: "is there one, and which?"
 *
 * For columns and parameters of generated statements declared `int?`, `cents?` and `real?`. Not for what has its own
 * "none": a text or blob (NULL), an id (value 0), an instant (TIME_NONE).
 * Pointers: none. Errors: none. Called by: everyone who calls a generated statement.
 *
 * Invariants:
 *  1. value is 0 when has is false.
 *
 * Example:
 *     sql_cost_add(tx, &(SqlCostAddIn){.ticket_id = id, .minutes = opt_int(15), .amount = OPT_INT_NONE});
 */
#ifndef FILO_STORE_OPTIONAL_H
#define FILO_STORE_OPTIONAL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct OptInt {
    bool has;
    int64_t value;
} OptInt;

typedef struct OptReal {
    bool has;
    double value;
} OptReal;

#define OPT_INT_NONE ((OptInt){.has = false})
#define OPT_REAL_NONE ((OptReal){.has = false})

/* The number itself, as one that is there. */
static inline OptInt opt_int(int64_t value)
{
    return (OptInt){.has = true, .value = value};
}

static inline OptReal opt_real(double value)
{
    return (OptReal){.has = true, .value = value};
}

#endif
