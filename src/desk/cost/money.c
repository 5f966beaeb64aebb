/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/cost/money.h"

#include "base/check.h"

#define MICRO_PER_CENT 10000

/* value / by to the nearest whole, halves away from zero; by > 0. */
static bool divide_rounded(__int128 value, int64_t by, int64_t *result_out)
{
    __int128 half = value < 0 ? -(by / 2) : by / 2;
    __int128 rounded = (value + half) / by;
    bool fits = rounded >= INT64_MIN && rounded <= INT64_MAX;
    *result_out = fits ? (int64_t)rounded : 0;
    return fits;
}

bool cents_add(Cents a, Cents b, Cents *sum_out)
{
    if (!__builtin_add_overflow(a, b, sum_out))
        return true;
    *sum_out = 0;
    return false;
}

bool cost_line_amount(const CostLine *line, Cents *amount_out)
{
    return divide_rounded((__int128)line->quantity * line->rate, COST_UNIT * MICRO_PER_CENT, amount_out);
}

bool cost_lines_total(const CostLine *lines, size_t count, CostTotals *totals_out)
{
    CostTotals totals = {0};
    *totals_out = totals;
    for (size_t i = 0; i < count; i++) {
        Cents amount;
        check((unsigned)lines[i].kind < COST_KIND_COUNT);
        if (!cost_line_amount(&lines[i], &amount) ||
            !cents_add(totals.by_kind[lines[i].kind], amount, &totals.by_kind[lines[i].kind]) ||
            !cents_add(totals.total, amount, &totals.total))
            return false;
    }
    *totals_out = totals;
    return true;
}

bool rate_of_yearly_cost(Cents yearly, int64_t units, Rate *rate_out)
{
    *rate_out = 0;
    if (units < 1)
        return false;
    return divide_rounded((__int128)yearly * MICRO_PER_CENT, units, rate_out);
}

bool rate_of_price(Cents price, Rate *rate_out)
{
    return divide_rounded((__int128)price * MICRO_PER_CENT, 1, rate_out);
}
