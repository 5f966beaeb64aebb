/* SPDX-License-Identifier: EUPL-1.2 */
/* How long a search and each report take, in-process: no page around them. */
#include "bench.h"

#include "insight/registry.h"
#include "search/index.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEARCH_TIMES = 21, REPORT_TIMES = 5, HITS = 50 };

static const struct {
    const char *name, *typed;
    SearchOrder order;
} searches[] = {
    {"newest, a common word", "macchina", SEARCH_NEWEST},    {"newest, a rare word", "foto", SEARCH_NEWEST},
    {"newest, two words", "perde vapore", SEARCH_NEWEST},    {"newest, a phrase", "\"perde acqua\"", SEARCH_NEWEST},
    {"newest, a prefix", "temper*", SEARCH_NEWEST},          {"newest, no such word", "zanzibar", SEARCH_NEWEST},
    {"ranked, a common word", "macchina", SEARCH_RANKED},    {"ranked, a rare word", "foto", SEARCH_RANKED},
    {"ranked, two words", "perde vapore", SEARCH_RANKED},
};

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static double median_ms(int64_t *times, size_t count)
{
    qsort(times, count, sizeof *times, compare);
    return (double)times[count / 2] / 1000;
}

static size_t search_once(Store *store, size_t which)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    StoreTx *tx = store_read_begin(store, &error);
    bench_must(tx != NULL, error, "a reader");
    SearchQuery query = search_query_parse(arena, bytes_of(searches[which].typed));
    SearchHits hits = search_list(
        tx, arena, &query, &(SearchAsk){.audience = SEARCH_STAFF, .order = searches[which].order, .how_many = HITS});
    bench_must(store_read_end(tx, &error), error, "a search");
    return hits.count;
}

static void time_search(Store *store, size_t which)
{
    int64_t times[SEARCH_TIMES];
    size_t hits = search_once(store, which); /* once unmeasured: the pages it needs are read */
    for (size_t i = 0; i < SEARCH_TIMES; i++) {
        int64_t begun = clock_monotonic_us();
        search_once(store, which);
        times[i] = clock_monotonic_us() - begun;
    }
    printf("%s{\"name\":\"%s\",\"hits\":%zu,\"ms\":%.3f}", which ? "," : "", searches[which].name, hits,
           median_ms(times, SEARCH_TIMES));
}

static void report_once(const Installation *installation, const char *name)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    InputError refused = {0};
    ReportAsk ask;
    StoreTx *tx = store_read_begin(installation->store, &error);
    bench_must(tx != NULL, error, "a reader");
    bench_must(report_ask_parse(tx, arena, desk_policy(installation->desk), desk_now(installation->desk),
                                &(ReportWords){.name = name}, &ask, &refused),
               NULL, refused.key);
    ask.lang = LANG_EN;
    g_autoptr(ReportResult) result = report_run(tx, &ask);
    bench_must(store_read_end(tx, &error) && result, error, name);
}

static void time_report(const Installation *installation, const char *name, bool first)
{
    int64_t times[REPORT_TIMES];
    for (size_t i = 0; i < REPORT_TIMES; i++) {
        int64_t begun = clock_monotonic_us();
        report_once(installation, name);
        times[i] = clock_monotonic_us() - begun;
    }
    printf("%s{\"name\":\"%s\",\"ms\":%.1f}", first ? "" : ",", name, median_ms(times, REPORT_TIMES));
    fflush(stdout);
}

int bench_reads(Installation *installation)
{
    size_t count;
    const Report *const *reports = report_list(&count);
    printf("{\"search\":[");
    for (size_t i = 0; i < G_N_ELEMENTS(searches); i++)
        time_search(installation->store, i);
    printf("],\"reports\":[");
    for (size_t i = 0; i < count; i++)
        time_report(installation, reports[i]->name, i == 0);
    printf("]}\n");
    return 0;
}
