/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * metric: counters, gauges and histograms of the running process. Answers: "how often, how many now, how long did it
 * take?" to whoever watches the machine (GET /metrics, in Prometheus' text format 0.0.4).
 *
 * Not for the company's figures (insight) and not the log. A metric is declared static where it is counted, listed in its
 * layer's MetricGroup, and rendered by api. Labels are words of ours, patterns of routes and names the administrator gave
 * to mailboxes; never a person's name or address, never what a peer said.
 *
 * Called by: every layer, on its hot paths; api renders. Any thread may call; counting takes no lock once a series
 * exists. Owns no table. Pointers: texts given as label values are copied; series live for ever.
 * Errors: none; counting never fails.
 *
 * Invariants:
 *  1. Nothing counted is lost: N threads that add M times each make N × M.
 *  2. A metric has at most `limit` series and one more, whose label values are all "other" and which takes what comes
 *     when the others are used up.
 *  3. What is rendered of one histogram agrees with itself: buckets never fall, the last one is the count.
 *
 * Example:
 *     static Metric taken = {.kind = METRIC_COUNTER, .name = "filo_mail_taken_total", .help = "Messages taken.",
 *                            .labels = {"mailbox"}};
 *     metric_add(&taken, METRIC_LABELS(mailbox), 1);
 */
#ifndef FILO_BASE_METRIC_H
#define FILO_BASE_METRIC_H

#include <glib.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum MetricKind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM } MetricKind;

#define METRIC_LABELS_MAX 3
#define METRIC_LIMIT 100 /* series, unless told */

typedef struct MetricTable MetricTable;

/* Amounts are whole numbers of a small unit, so that sums are exact: microseconds, shown as seconds (1000000 of them). */
typedef struct Metric {
    MetricKind kind;
    const char *name; /* base unit last, a counter's ends in _total */
    const char *help; /* one English line */
    const char *labels[METRIC_LABELS_MAX];
    size_t limit;          /* series; 0: METRIC_LIMIT */
    int64_t per_unit;      /* amounts in one unit shown; 0: 1 */
    const int64_t *bounds; /* histogram: upper bounds of its buckets, rising, each included in its bucket */
    size_t bound_count;
    _Atomic(MetricTable *) table; /* metric.c's own */
} Metric;

typedef struct MetricGroup {
    Metric *const *items;
    size_t count;
} MetricGroup;

/* The values of a metric's labels, in its order; none may be NULL. */
#define METRIC_LABELS(...) ((const char *const[METRIC_LABELS_MAX]){__VA_ARGS__})
#define METRIC_PLAIN NULL /* of a metric without labels */

/* For durations in microseconds: three buckets to the decade, 0.1 ms to 60 s. */
#define METRIC_SECONDS .per_unit = 1000000, .bounds = metric_second_bounds, .bound_count = METRIC_SECOND_BOUNDS
enum { METRIC_SECOND_BOUNDS = 18 };
extern const int64_t metric_second_bounds[METRIC_SECOND_BOUNDS];

/* A counter grows (by may be 0: the series is there from then on); a gauge may also shrink. */
void metric_add(Metric *metric, const char *const *labels, int64_t by);
void metric_set(Metric *metric, const char *const *labels, int64_t value);
/* Into a histogram; what is negative counts as 0. */
void metric_observe(Metric *metric, const char *const *labels, int64_t amount);

/* What a series holds: a counter's or gauge's value, a histogram's sum; 0: there is no such series. */
int64_t metric_value(const Metric *metric, const char *const *labels);

/* The whole family: HELP, TYPE, its series in the order of their labels. */
void metric_render(GString *out, Metric *metric);
void metric_render_group(GString *out, const MetricGroup *group);

/* For figures that are looked up when asked for: the head once, then each value. metric only describes, and keeps none. */
void metric_write_head(GString *out, const Metric *metric);
void metric_write_value(GString *out, const Metric *metric, const char *const *labels, int64_t value);

#endif
