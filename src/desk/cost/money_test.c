/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/cost/money.h"

#include <glib.h>

/* domain.md 3, cost per case: 18.70 + 0.54 + 22.00 + 28.52 + 27.50 = 97.26 €. */
static void test_the_worked_example(void)
{
    static const CostLine lines[] = {
        {COST_LABOUR, 34 * COST_UNIT, 550000}, {COST_CHANNEL, 12 * COST_UNIT, 45000}, {COST_PART, COST_UNIT, 22000000},
        {COST_TRAVEL, 46 * COST_UNIT, 620000}, {COST_LABOUR, 50 * COST_UNIT, 550000},
    };
    static const Cents amounts[] = {1870, 54, 2200, 2852, 2750};
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        Cents amount;
        g_assert_true(cost_line_amount(&lines[i], &amount));
        g_assert_cmpint(amount, ==, amounts[i]);
    }
    CostTotals totals;
    g_assert_true(cost_lines_total(lines, G_N_ELEMENTS(lines), &totals));
    g_assert_cmpint(totals.total, ==, 9726);
    g_assert_cmpint(totals.by_kind[COST_LABOUR], ==, 4620);
    g_assert_cmpint(totals.by_kind[COST_CHANNEL], ==, 54);
    g_assert_cmpint(totals.by_kind[COST_PART], ==, 2200);
    g_assert_cmpint(totals.by_kind[COST_TRAVEL], ==, 2852);
    g_assert_cmpint(totals.by_kind[COST_FIXED], ==, 0);
}

static void test_halves_go_up_in_size(void)
{
    static const struct {
        int64_t quantity;
        Rate rate;
        Cents amount;
    } cases[] = {
        {1000, 5000, 1},                                          /* 0.005 € */
        {1000, 4999, 0},                                          /* just under */
        {-1000, 5000, -1},                                        /* its reversal */
        {-1000, 4999, 0},   {1000, 15000, 2}, {1500, 550000, 83}, /* 90 s at 0.55: 0.825 € */
        {333, 1000000, 33}, {0, 550000, 0},   {1000, 0, 0},       {1, 1, 0}, {1000, 10000, 1}, {60000, 45000, 270},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Cents amount;
        g_assert_true(cost_line_amount(&(CostLine){COST_FIXED, cases[i].quantity, cases[i].rate}, &amount));
        g_assert_cmpint(amount, ==, cases[i].amount);
    }
}

/* Three thirds of a cent are three lines of nothing: the total adds what is shown, 0, not the exact 1. */
static void test_totals_add_rounded_lines(void)
{
    static const CostLine lines[] = {
        {COST_CHANNEL, COST_UNIT, 3333}, {COST_CHANNEL, COST_UNIT, 3333}, {COST_CHANNEL, COST_UNIT, 3334}};
    CostTotals totals;
    g_assert_true(cost_lines_total(lines, 3, &totals));
    g_assert_cmpint(totals.total, ==, 0);
    g_assert_true(cost_lines_total(NULL, 0, &totals));
    g_assert_cmpint(totals.total, ==, 0);
}

static void test_what_does_not_fit_is_refused(void)
{
    Cents amount = 1;
    g_assert_false(cost_line_amount(&(CostLine){COST_FIXED, INT64_MAX, INT64_MAX}, &amount));
    g_assert_cmpint(amount, ==, 0);
    g_assert_true(cost_line_amount(&(CostLine){COST_FIXED, INT64_MAX, 10000000}, &amount));
    g_assert_cmpint(amount, ==, INT64_MAX);
    g_assert_true(cost_line_amount(&(CostLine){COST_FIXED, INT64_MIN, 10000000}, &amount));
    g_assert_cmpint(amount, ==, INT64_MIN);
    const CostLine two[] = {{COST_FIXED, INT64_MAX, 10000000}, {COST_PART, 1000, 10000}};
    CostTotals totals;
    g_assert_false(cost_lines_total(two, 2, &totals));
    g_assert_cmpint(totals.total, ==, 0);
    g_assert_cmpint(totals.by_kind[COST_FIXED], ==, 0);
    g_assert_false(cents_add(INT64_MIN, -1, &amount));
}

/* domain.md 4: an operator of 58,500 € a year and 2,250 h costs 26 € an hour: 0.433333 € a minute. */
static void test_rates(void)
{
    Rate rate;
    g_assert_true(rate_of_yearly_cost(5850000, 2250 * 60, &rate));
    g_assert_cmpint(rate, ==, 433333);
    g_assert_true(rate_of_yearly_cost(5850000, 2250, &rate));
    g_assert_cmpint(rate, ==, 26000000);
    g_assert_false(rate_of_yearly_cost(5850000, 0, &rate));
    g_assert_true(rate_of_price(2200, &rate));
    g_assert_cmpint(rate, ==, 22000000);
    g_assert_false(rate_of_price(INT64_MAX, &rate));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/money/worked-example", test_the_worked_example);
    g_test_add_func("/money/halves", test_halves_go_up_in_size);
    g_test_add_func("/money/totals", test_totals_add_rounded_lines);
    g_test_add_func("/money/overflow", test_what_does_not_fit_is_refused);
    g_test_add_func("/money/rates", test_rates);
    return g_test_run();
}
