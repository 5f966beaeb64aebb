/* SPDX-License-Identifier: EUPL-1.2 */
/* Worked numbers: domain.md section 3 and interface.md (the demo), as rounded there; the other Poisson limits were
 * found apart from this code, by halving over plain sums of Poisson terms in Python. */
#include "insight/stats.h"

#include <glib.h>
#include <math.h>
#include <string.h>

static void assert_near(double value, double expected, double within)
{
    if (!(fabs(value - expected) <= within))
        g_error("%.10f is not %.10f", value, expected);
}

/* R: quantile(c(15, 20, 35, 40, 50), c(.05, .3, .4, .5, .9, 1)) = 16, 23, 29, 35, 46, 50; by hand, place = p * 4. */
static void test_percentiles_are_type_7(void)
{
    double values[] = {40, 15, 50, 20, 35};
    static const double p[] = {0, 0.05, 0.3, 0.4, 0.5, 0.9, 1}, expected[] = {15, 16, 23, 29, 35, 46, 50};
    stats_sort(values, G_N_ELEMENTS(values));
    for (size_t i = 0; i < G_N_ELEMENTS(p); i++)
        assert_near(stats_percentile(values, 5, p[i]), expected[i], 1e-12);
    double even[] = {4, 1, 3, 2};
    StatsSummary summary = stats_summary(even, 4);
    g_assert_cmpuint(summary.n, ==, 4);
    assert_near(summary.mean, 2.5, 0);
    assert_near(summary.median, 2.5, 0);
    assert_near(summary.p90, 3.7, 1e-12);
    assert_near(stats_percentile(values, 1, 0.9), 15, 0);
}

/* Selecting must give what sorting gives: in disorder, sorted, backwards, all alike, few different. */
static void test_summary_selects_what_sorting_finds(void)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    double values[1200], sorted[1200];
    for (int round = 0; round < 600; round++) {
        size_t count = 1 + (size_t)round * 2 % 1200;
        for (size_t i = 0; i < count; i++)
            values[i] = round % 5 == 0   ? g_rand_double(random)
                        : round % 5 == 1 ? (double)i
                        : round % 5 == 2 ? -(double)i
                        : round % 5 == 3 ? 3
                                         : g_rand_int_range(random, 0, 4);
        memcpy(sorted, values, count * sizeof *values);
        stats_sort(sorted, count);
        StatsSummary summary = stats_summary(values, count);
        assert_near(summary.median, stats_percentile(sorted, count, 0.5), 0);
        assert_near(summary.p90, stats_percentile(sorted, count, 0.9), 0);
        assert_near(summary.mean, stats_mean(sorted, count), 1e-12);
        stats_sort(values, count);
        g_assert_cmpmem(values, (int)(count * sizeof *values), sorted,
                        (int)(count * sizeof *sorted)); /* nothing was lost */
    }
}

/* Every order of up to 8 values of which many are equal. */
static void test_summary_of_a_few(void)
{
    for (size_t count = 1, orders = 3; count <= 8; count++, orders *= 3)
        for (size_t order = 0; order < orders; order++) {
            double values[8], sorted[8];
            for (size_t i = 0, rest = order; i < count; i++, rest /= 3)
                values[i] = (double)(rest % 3);
            memcpy(sorted, values, count * sizeof *values);
            stats_sort(sorted, count);
            StatsSummary summary = stats_summary(values, count);
            assert_near(summary.median, stats_percentile(sorted, count, 0.5), 0);
            assert_near(summary.p90, stats_percentile(sorted, count, 0.9), 0);
        }
}

/* The remission times of Freireich et al. (1963), the textbook case: weeks until relapse of 21 patients on 6-MP, of whom
 * 12 had none while they were seen: median 23; of 21 on placebo, all relapsed: 8. By hand: of four, two done at 1 and 2,
 * two waiting at 1 and 3: 3/4, then 1/2 of 3/4: done by half at 2. Of one done and two waiting longer: never. */
static void test_survival(void)
{
    double relapsed[] = {6, 6, 6, 7, 10, 13, 16, 22, 23};
    double well[] = {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35};
    assert_near(stats_survival_median(relapsed, 9, well, 12), 23, 0);
    double placebo[] = {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
    assert_near(stats_survival_median(placebo, 21, NULL, 0), 8, 0);
    double done[] = {2, 1}, waiting[] = {3, 1};
    assert_near(stats_survival_median(done, 2, waiting, 2), 2, 0);
    double longer[] = {5, 6};
    g_assert_true(isnan(stats_survival_median(done, 1, longer, 2)));
    g_assert_true(isnan(stats_survival_median(NULL, 0, longer, 2)));
}

static void test_nothing_is_not_zero(void)
{
    StatsSummary summary = stats_summary(NULL, 0);
    g_assert_true(isnan(summary.mean) && isnan(summary.median) && isnan(summary.p90));
    g_assert_true(isnan(stats_wilson(0, 0).low) && isnan(stats_wilson(0, 0).high));
    g_assert_true(isnan(stats_newcombe(1, 2, 0, 0).low));
}

static void test_wilson(void)
{
    static const struct {
        uint64_t hits, trials;
        double low, high; /* per cent, one decimal */
    } cases[] = {{42, 50, 71.5, 91.7}, {90, 100, 82.6, 94.5}, {10, 10, 72.2, 100},  {0, 10, 0, 27.8},
                 {1, 3, 6.1, 79.2},    {61, 98, 52.4, 71.2},  {88, 102, 78.3, 91.6}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Interval interval = stats_wilson(cases[i].hits, cases[i].trials);
        assert_near(100 * interval.low, cases[i].low, 0.05001);
        assert_near(100 * interval.high, cases[i].high, 0.05001);
    }
    g_assert_true(stats_wilson(0, 10).low == 0 && stats_wilson(10, 10).high == 1);
}

static void test_poisson_is_exact(void)
{
    static const struct {
        uint64_t count;
        double low, high, within;
    } cases[] = {
        {0, 0, 3.6889, 5e-5},        /* -ln 0.025 */
        {1, 0.025318, 5.5716, 5e-5}, /* -ln 0.975 */
        {2, 0.24221, 7.2247, 5e-5},  {5, 1.6235, 11.668, 5e-4},
        {10, 4.7954, 18.390, 5e-4},  {12, 6.20, 20.96, 5e-3}, /* domain.md 3 */
        {16, 9.1454, 25.983, 5e-4},  {100, 81.364, 121.63, 5e-3},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Interval interval = stats_poisson(cases[i].count);
        assert_near(interval.low, cases[i].low, cases[i].within);
        assert_near(interval.high, cases[i].high, cases[i].within);
    }
}

/* Rates: 12 over 2,400 unit-years = 5.0 [2.6; 8.7] per 1,000; the demo's 16 in 71 = 225 [129; 366], 2 in 148 = 14 [2;
 * 49]. */
static void test_failure_rates(void)
{
    assert_near(1000 * stats_poisson(12).low / 2400, 2.6, 0.05);
    assert_near(1000 * stats_poisson(12).high / 2400, 8.7, 0.05);
    assert_near(1000 * stats_poisson(16).low / 71, 129, 0.5);
    assert_near(1000 * stats_poisson(16).high / 71, 366, 0.5);
    assert_near(1000 * stats_poisson(2).low / 148, 2, 0.5);
    assert_near(1000 * stats_poisson(2).high / 148, 49, 0.5);
}

/* The definition itself, summed in a plain loop: seeing more than k at the low end, or k and fewer at the high end, has
 * a chance of 2.5 %. */
static double chance_of_at_most(uint64_t k, double expected)
{
    double sum = 0, log_term = -expected;
    for (uint64_t i = 0; i <= k; i++) {
        sum += exp(log_term);
        log_term += log(expected) - log((double)i + 1);
    }
    return sum;
}

static void test_poisson_limits_have_the_tails_they_promise(void)
{
    static const uint64_t counts[] = {1, 3, 12, 57, 300, 1000, 5000};
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        Interval interval = stats_poisson(counts[i]);
        assert_near(1 - chance_of_at_most(counts[i] - 1, interval.low), 0.025, 1e-8);
        assert_near(chance_of_at_most(counts[i], interval.high), 0.025, 1e-8);
    }
    Interval many = stats_poisson(1000000); /* the normal approximation holds there */
    assert_near(many.low, 1000000 - 1960, 3);
    assert_near(many.high, 1000000 + 1960, 4);
}

/* domain.md 3, equity: 56/70 against 48/80 = +20 points [5.2; 33.4]. Newcombe's own table: 9/10 against 3/10 =
 * 0.1705 to 0.8090. */
static void test_newcombe(void)
{
    Interval interval = stats_newcombe(56, 70, 48, 80);
    assert_near(100 * interval.low, 5.2, 0.05);
    assert_near(100 * interval.high, 33.4, 0.05);
    interval = stats_newcombe(9, 10, 3, 10);
    assert_near(interval.low, 0.1705, 5e-5);
    assert_near(interval.high, 0.8090, 5e-5);
    interval = stats_newcombe(10, 10, 0, 10);
    g_assert_true(interval.high <= 1 && interval.low < interval.high);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stats/selects", test_summary_selects_what_sorting_finds);
    g_test_add_func("/stats/selects/few", test_summary_of_a_few);
    g_test_add_func("/stats/percentile", test_percentiles_are_type_7);
    g_test_add_func("/stats/survival", test_survival);
    g_test_add_func("/stats/nothing", test_nothing_is_not_zero);
    g_test_add_func("/stats/wilson", test_wilson);
    g_test_add_func("/stats/poisson", test_poisson_is_exact);
    g_test_add_func("/stats/rates", test_failure_rates);
    g_test_add_func("/stats/poisson-tails", test_poisson_limits_have_the_tails_they_promise);
    g_test_add_func("/stats/newcombe", test_newcombe);
    return g_test_run();
}
