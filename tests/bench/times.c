/* SPDX-License-Identifier: EUPL-1.2 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

void bench_must(bool done, const GError *error, const char *what)
{
    if (done)
        return;
    fprintf(stderr, "bench: %s: %s\n", what ? what : "?", error ? error->message : "is not there");
    exit(EX_SOFTWARE);
}

/* ------------------------------------------------------------------------------------------------------------- times */

void bench_times_add(BenchTimes *times, int64_t us)
{
    if (times->count == times->room) {
        times->room = times->room ? times->room * 2 : 1024;
        times->items = g_renew(int64_t, times->items, times->room);
    }
    times->items[times->count++] = us;
}

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static double at_share(const BenchTimes *times, double share)
{
    size_t at = (size_t)((double)times->count * share);
    return (double)times->items[MIN(at, times->count - 1)] / 1000;
}

void bench_times_print(BenchTimes *times, double seconds, double bytes_each)
{
    bench_must(times->count > 0, NULL, "a single measurement");
    qsort(times->items, times->count, sizeof times->items[0], compare);
    printf("{\"count\":%zu,\"rate\":%.1f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f,\"bytes\":%."
           "0f}\n",
           times->count, (double)times->count / seconds, at_share(times, 0.5), at_share(times, 0.99),
           at_share(times, 0.999), at_share(times, 1), bytes_each);
}
