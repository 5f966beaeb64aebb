/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/metric.h"

#include <pthread.h>
#include <string.h>

/* Each metric's text in full, so that the format itself is what is asserted: Prometheus' exposition formats, text 0.0.4. */
static void assert_rendered(Metric *metric, const char *expected)
{
    g_autoptr(GString) out = g_string_new(NULL);
    metric_render(out, metric);
    g_assert_cmpstr(out->str, ==, expected);
}

static void test_counters_and_gauges(void)
{
    static Metric plain = {.kind = METRIC_COUNTER, .name = "a_total", .help = "All of them."};
    static Metric level = {
        .kind = METRIC_GAUGE, .name = "b_seconds", .help = "Now.", .labels = {"x", "y"}, .per_unit = 1000};
    assert_rendered(&plain, "# HELP a_total All of them.\n# TYPE a_total counter\na_total 0\n");
    metric_add(&plain, METRIC_PLAIN, 3);
    metric_add(&plain, METRIC_PLAIN, 4);
    g_assert_cmpint(metric_value(&plain, METRIC_PLAIN), ==, 7);
    assert_rendered(&plain, "# HELP a_total All of them.\n# TYPE a_total counter\na_total 7\n");

    assert_rendered(&level, "# HELP b_seconds Now.\n# TYPE b_seconds gauge\n");
    metric_set(&level, METRIC_LABELS("p", "q"), 1500);
    metric_add(&level, METRIC_LABELS("p", "a"), -25);
    metric_set(&level, METRIC_LABELS("p", "q"), 1050);
    g_assert_cmpint(metric_value(&level, METRIC_LABELS("q", "p")), ==, 0);
    assert_rendered(&level, "# HELP b_seconds Now.\n# TYPE b_seconds gauge\n"
                            "b_seconds{x=\"p\",y=\"a\"} -0.025\nb_seconds{x=\"p\",y=\"q\"} 1.05\n");
}

/* "ab"+"c" and "a"+"bc" are two; a backslash, a quote and a line's end are escaped, in help all but the quote. */
static void test_labels_are_told_apart_and_escaped(void)
{
    static Metric metric = {
        .kind = METRIC_COUNTER, .name = "c_total", .help = "A \\ and a \"quote\"\nand more.", .labels = {"x", "y"}};
    metric_add(&metric, METRIC_LABELS("ab", "c"), 1);
    metric_add(&metric, METRIC_LABELS("a", "bc"), 2);
    metric_add(&metric, METRIC_LABELS("", "\\\"\n\xc3\xa8\xff"), 3);
    assert_rendered(&metric, "# HELP c_total A \\\\ and a \"quote\"\\nand more.\n# TYPE c_total counter\n"
                             "c_total{x=\"\",y=\"\\\\\\\"\\n\xc3\xa8\xef\xbf\xbd\"} 3\n"
                             "c_total{x=\"a\",y=\"bc\"} 2\nc_total{x=\"ab\",y=\"c\"} 1\n");
}

/* By hand: bounds 0.001, 0.01 s; 0 and 1000 us fall into the first (a bound is its bucket's), 1001 into the second,
 * 10001 beyond; -5 counts as 0. Sum 0 + 1000 + 1001 + 10001 + 0 = 12002 us. */
static void test_buckets(void)
{
    static const int64_t bounds[] = {1000, 10000};
    static Metric metric = {.kind = METRIC_HISTOGRAM,
                            .name = "d_seconds",
                            .help = "Took.",
                            .labels = {"x"},
                            .per_unit = 1000000,
                            .bounds = bounds,
                            .bound_count = 2};
    const int64_t amounts[] = {0, 1000, 1001, 10001, -5};
    for (size_t i = 0; i < G_N_ELEMENTS(amounts); i++)
        metric_observe(&metric, METRIC_LABELS("p"), amounts[i]);
    assert_rendered(&metric, "# HELP d_seconds Took.\n# TYPE d_seconds histogram\n"
                             "d_seconds_bucket{x=\"p\",le=\"0.001\"} 3\nd_seconds_bucket{x=\"p\",le=\"0.01\"} 4\n"
                             "d_seconds_bucket{x=\"p\",le=\"+Inf\"} 5\nd_seconds_sum{x=\"p\"} 0.012002\n"
                             "d_seconds_count{x=\"p\"} 5\n");
}

/* Three may be: the fourth and fifth count as "other", and so does a real "other"; those that were there go on. */
static void test_no_more_series_than_the_limit(void)
{
    static Metric metric = {.kind = METRIC_COUNTER, .name = "e_total", .help = "E.", .labels = {"x"}, .limit = 3};
    static const char *const names[] = {"a", "b", "c", "d", "e", "a", "other"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        metric_add(&metric, METRIC_LABELS(names[i]), 1);
    assert_rendered(&metric, "# HELP e_total E.\n# TYPE e_total counter\ne_total{x=\"a\"} 2\ne_total{x=\"b\"} 1\n"
                             "e_total{x=\"c\"} 1\ne_total{x=\"other\"} 3\n");
}

enum { THREADS = 8, EACH = 20000, NAMES = 20 };
static const int64_t test_bounds[] = {3, 7};
static Metric sum = {.kind = METRIC_COUNTER, .name = "f_total", .help = "F."};
static Metric many = {.kind = METRIC_COUNTER, .name = "g_total", .help = "G.", .labels = {"x"}, .limit = 10};
static Metric spread = {.kind = METRIC_HISTOGRAM, .name = "h", .help = "H.", .bounds = test_bounds, .bound_count = 2};

static void *count(void *arg)
{
    static const char *const names[NAMES] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j",
                                             "k", "l", "m", "n", "o", "p", "q", "r", "s", "t"};
    (void)arg;
    for (int i = 0; i < EACH; i++) {
        metric_add(&sum, METRIC_PLAIN, 2);
        metric_add(&many, METRIC_LABELS(names[i % NAMES]), 1);
        metric_observe(&spread, METRIC_PLAIN, i % 10);
    }
    return NULL;
}

static int64_t number_after(const char *text, const char *name)
{
    const char *at = strstr(text, name);
    g_assert_nonnull(at);
    return g_ascii_strtoll(at + strlen(name), NULL, 10);
}

/* 8 threads × 20,000 × 2 = 320,000. Twenty names share ten series and "other", whichever came first: 160,000 in all, 8,000
 * for each name that has its own and 80,000 for the other ten. Of 160,000 amounts 0 … 9, four in ten are at most 3, eight
 * at most 7; the sum is 16,000 × 45. Readers in between see a histogram that agrees with itself. */
static void test_threads_lose_nothing(void)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, count, NULL), ==, 0);
    for (int looks = 0; looks < 50; looks++) {
        g_autoptr(GString) out = g_string_new(NULL);
        metric_render(out, &spread);
        int64_t all = number_after(out->str, "h_count ");
        g_assert_cmpint(number_after(out->str, "h_bucket{le=\"+Inf\"} "), ==, all);
        g_assert_cmpint(number_after(out->str, "h_bucket{le=\"7\"} "), <=, all);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    metric_render(out, &many);
    int64_t total = 0, own = 0;
    g_auto(GStrv) lines = g_strsplit(out->str, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (**line != 'g')
            continue;
        int64_t value = g_ascii_strtoll(strchr(*line, ' '), NULL, 10);
        total += value;
        own += strstr(*line, "other") ? 0 : 1;
        g_assert_cmpint(value, ==, strstr(*line, "other") ? 80000 : 8000);
    }
    g_assert_cmpint(own, ==, 10);
    g_assert_cmpint(total, ==, 160000);
    g_assert_cmpint(metric_value(&sum, METRIC_PLAIN), ==, 320000);
    assert_rendered(&spread, "# HELP h H.\n# TYPE h histogram\nh_bucket{le=\"3\"} 64000\nh_bucket{le=\"7\"} 128000\n"
                             "h_bucket{le=\"+Inf\"} 160000\nh_sum 720000\nh_count 160000\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/metric/counters and gauges", test_counters_and_gauges);
    g_test_add_func("/metric/labels", test_labels_are_told_apart_and_escaped);
    g_test_add_func("/metric/buckets", test_buckets);
    g_test_add_func("/metric/limit", test_no_more_series_than_the_limit);
    g_test_add_func("/metric/threads", test_threads_lose_nothing);
    return g_test_run();
}
