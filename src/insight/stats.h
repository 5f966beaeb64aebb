/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * stats: the few statistics that reports print. Answers: "what is typical, what is late, and how sure are we?"
 *
 * Not for grouping, rounding for show, or deciding whether n is enough: a report does that. Pure; nothing is allocated;
 * the caller's values are sorted in place where a function says so. Errors: none; where a figure does not exist (no
 * values, no trials) the result is NaN, which a report shows as missing, never as 0.
 * Called by: insight only.
 *
 * Sources: percentiles: Hyndman and Fan (1996), definition 7, the default of R. Proportion: E. B. Wilson (1927), score
 * interval without continuity correction. Difference: R. G. Newcombe (1998), method 10. Survival: E. L. Kaplan and P. Meier (1958). Poisson: F. Garwood (1936),
 * exact, through quantiles of the gamma distribution; the incomplete gamma function by its series and its continued
 * fraction, Abramowitz and Stegun 6.5.29 and 6.5.31, the latter evaluated by Lentz's method. All intervals are 95 %.
 *
 * Invariants:
 *  1. An interval contains its estimate, and lies within what is possible (0 to 1; 0 and up; -1 to 1).
 *  2. The same input in the same order gives the same bits.
 *
 * Example:
 *     stats_sort(minutes, n);
 *     double median = stats_percentile(minutes, n, 0.5), late = stats_percentile(minutes, n, 0.9);
 */
#ifndef FILO_INSIGHT_STATS_H
#define FILO_INSIGHT_STATS_H

#include <stddef.h>
#include <stdint.h>

typedef struct Interval {
    double low, high;
} Interval;

/* Ascending, in place. No value may be NaN. */
void stats_sort(double *values, size_t count);

double stats_mean(const double *values, size_t count);

/* Of sorted values: linear between the neighbours of p * (count - 1); p from 0 to 1. */
double stats_percentile(const double *sorted, size_t count, double p);

/* What a report shows of durations. Moves values about, but does not sort them: a report has dozens of such lists, and
 * two places of each are asked for. */
typedef struct StatsSummary {
    size_t n;
    double mean, median, p90;
} StatsSummary;

StatsSummary stats_summary(double *values, size_t count);

/* The median time until something happens, of the times of those it happened to and the waits of those it has not
 * happened to yet: the first time by which the estimated share still waiting is at most a half; NaN when it never is.
 * Sorts both. Who has waited as long as a time counts as still waiting then. */
double stats_survival_median(double *times, size_t count, double *waits, size_t wait_count);

/* The interval of the proportion hits / trials; hits <= trials. */
Interval stats_wilson(uint64_t hits, uint64_t trials);

/* The interval of the expected number of events, of which count were seen; divide by the exposure for a rate. */
Interval stats_poisson(uint64_t count);

/* The interval of hits_a / trials_a - hits_b / trials_b. */
Interval stats_newcombe(uint64_t hits_a, uint64_t trials_a, uint64_t hits_b, uint64_t trials_b);

#endif
