/* SPDX-License-Identifier: EUPL-1.2 */
#include "insight/stats.h"

#include "base/check.h"

#include <math.h>
#include <stdlib.h>

#define TAIL 0.025          /* of 95 %, on each side */
#define Z 1.959963984540054 /* the normal quantile of 1 - TAIL */

static int double_compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

void stats_sort(double *values, size_t count)
{
    if (count > 1)
        qsort(values, count, sizeof *values, double_compare);
}

/* Neumaier's sum: what adding loses is kept apart and added last, so the order hardly matters. */
double stats_mean(const double *values, size_t count)
{
    double sum = 0, lost = 0;
    for (size_t i = 0; i < count; i++) {
        double next = sum + values[i];
        lost += fabs(sum) >= fabs(values[i]) ? (sum - next) + values[i] : (values[i] - next) + sum;
        sum = next;
    }
    return count ? (sum + lost) / (double)count : NAN;
}

double stats_percentile(const double *sorted, size_t count, double p)
{
    check(p >= 0 && p <= 1);
    if (count == 0)
        return NAN;
    double place = p * (double)(count - 1);
    size_t below = (size_t)place;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

static void swap(double *a, double *b)
{
    double kept = *a;
    *a = *b;
    *b = kept;
}

/* The median of first, middle and last goes to the middle: what is sorted already, or backwards, is halved at each step. */
static double pivot_take(double *values, ptrdiff_t low, ptrdiff_t high)
{
    ptrdiff_t middle = low + (high - low) / 2;
    if (values[middle] < values[low])
        swap(&values[middle], &values[low]);
    if (values[high] < values[low])
        swap(&values[high], &values[low]);
    if (values[high] < values[middle])
        swap(&values[high], &values[middle]);
    return values[middle];
}

/* The last place of the lower part: nothing up to it is larger than anything after it, and something is after it. */
static ptrdiff_t partition(double *values, ptrdiff_t low, ptrdiff_t high)
{
    double pivot = pivot_take(values, low, high);
    for (ptrdiff_t left = low, right = high;; left++, right--) {
        while (values[left] < pivot)
            left++;
        while (values[right] > pivot)
            right--;
        if (left >= right)
            return right;
        swap(&values[left], &values[right]);
    }
}

/* Orders [low, high] so that no value before `place` is larger than the one there, and none after it smaller: Hoare's
 * selection. Should it be led astray again and again, the rest is sorted. */
static void stats_select(double *values, ptrdiff_t low, ptrdiff_t high, ptrdiff_t place)
{
    for (int tries = 0; low < high; tries++) {
        if (tries > 64) {
            stats_sort(values + low, (size_t)(high - low) + 1);
            return;
        }
        ptrdiff_t lower = partition(values, low, high);
        if (place <= lower)
            high = lower;
        else
            low = lower + 1;
    }
}

/* stats_percentile without sorting: of values of which none before `from` is larger than any after. The place found, and
 * its neighbour, stand where sorting would have put them. */
static double select_percentile(double *values, size_t count, double p, ptrdiff_t *from)
{
    ptrdiff_t last = (ptrdiff_t)count - 1, below = (ptrdiff_t)(p * (double)last);
    stats_select(values, *from, last, below);
    stats_select(values, below + 1, last, below + 1); /* nothing, when below is the last */
    *from = below;
    return stats_percentile(values, count, p);
}

StatsSummary stats_summary(double *values, size_t count)
{
    ptrdiff_t from = 0;
    StatsSummary summary = {.n = count, .mean = stats_mean(values, count), .median = NAN, .p90 = NAN};
    if (count == 0)
        return summary;
    summary.median = select_percentile(values, count, 0.5, &from);
    summary.p90 = select_percentile(values, count, 0.9, &from);
    return summary;
}

double stats_survival_median(double *times, size_t count, double *waits, size_t wait_count)
{
    double waiting = 1; /* the share */
    size_t gone = 0;
    stats_sort(times, count);
    stats_sort(waits, wait_count);
    for (size_t at = 0, next; at < count; at = next) {
        for (next = at; next < count && times[next] <= times[at]; next++)
            continue;
        while (gone < wait_count && waits[gone] < times[at])
            gone++;
        size_t at_risk = count - at + wait_count - gone;
        waiting *= (double)(at_risk - (next - at)) / (double)at_risk;
        if (waiting <= 0.5 + 1e-12) /* a half, but for rounding */
            return times[at];
    }
    return NAN;
}

Interval stats_wilson(uint64_t hits, uint64_t trials)
{
    check(hits <= trials);
    if (trials == 0)
        return (Interval){NAN, NAN};
    double n = (double)trials, p = (double)hits / n, z2n = Z * Z / n;
    double centre = (p + z2n / 2) / (1 + z2n);
    double half = Z * sqrt(p * (1 - p) / n + z2n / (4 * n)) / (1 + z2n);
    /* At the ends the formula gives 0 and 1 exactly but for rounding. */
    return (Interval){hits == 0 ? 0 : centre - half, hits == trials ? 1 : centre + half};
}

Interval stats_newcombe(uint64_t hits_a, uint64_t trials_a, uint64_t hits_b, uint64_t trials_b)
{
    Interval a = stats_wilson(hits_a, trials_a), b = stats_wilson(hits_b, trials_b);
    double pa = (double)hits_a / (double)trials_a, pb = (double)hits_b / (double)trials_b;
    return (Interval){pa - pb - hypot(pa - a.low, b.high - pb), pa - pb + hypot(a.high - pa, pb - b.low)};
}

/* --- exact Poisson ------------------------------------------------------------------------------------------------- */

/* What both expansions have in front: x^a e^-x / Gamma(a). */
static double gamma_front(double a, double x)
{
    int sign;
    return exp(a * log(x) - x - lgamma_r(a, &sign));
}

static double gamma_lower_by_series(double a, double x)
{
    double term = 1 / a, sum = term;
    for (double k = a + 1; term > sum * 1e-17; k++)
        sum += term *= x / k;
    return sum * gamma_front(a, x);
}

static double gamma_upper_by_fraction(double a, double x)
{
    const double tiny = 1e-300; /* Lentz: a zero denominator must not stop the recurrence */
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, value = d, change = 0;
    for (double k = 1; fabs(change - 1) > 1e-16 && k < 1e5; k++) {
        double factor = -k * (k - a);
        b += 2;
        d = factor * d + b;
        c = b + factor / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        change = c * d;
        value *= change;
    }
    return value * gamma_front(a, x);
}

/* The regularised lower incomplete gamma function: each expansion where it converges fast. */
static double gamma_lower(double a, double x)
{
    return x < a + 1 ? gamma_lower_by_series(a, x) : 1 - gamma_upper_by_fraction(a, x);
}

/* The x below which a gamma variable of shape a (scale 1) lies with probability p, by halving. */
static double gamma_quantile(double a, double p)
{
    double low = 0, high = a + 10 * sqrt(a) + 20; /* beyond any tail we ask for */
    for (int i = 0; i < 200 && high - low > high * 1e-15; i++) {
        double middle = low + (high - low) / 2;
        if (middle > 0 && gamma_lower(a, middle) < p)
            low = middle;
        else
            high = middle;
    }
    return low + (high - low) / 2;
}

Interval stats_poisson(uint64_t count)
{
    double k = (double)count;
    return (Interval){count ? gamma_quantile(k, TAIL) : 0, gamma_quantile(k + 1, 1 - TAIL)};
}
