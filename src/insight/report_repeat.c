/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How often the same customer comes with the same thing again. Requests are taken in the order they were received; for
 * each key the latest solution of an earlier one is remembered.
 */
#include "code_list_enum.h"
#include "dimension_sql.h"
#include "insight/registry.h"

#include <stdlib.h>
#include <string.h>

enum { REPEATS, REQUESTS, KEYLESS };

static const FigureSpec figures[] = {
    {"repeats", FIGURE_COUNT, REPEATS, 0, UNIT_NUMBER, true},
    {"requests", FIGURE_COUNT, REQUESTS, 0, UNIT_NUMBER, true},
    {"rate", FIGURE_RATE, REPEATS, REQUESTS, UNIT_SHARE, true},
    {"without_key", FIGURE_COUNT, KEYLESS, 0, UNIT_NUMBER, false},
    {"window_days", FIGURE_PARAMETER, 0, 0, UNIT_NUMBER, false},
};

typedef struct RepeatKey {
    int64_t part[4];
    TimeMs solved; /* of the earlier ones the latest; INT64_MAX: one is not solved yet */
} RepeatKey;

static unsigned key_hash(const void *pointer)
{
    const RepeatKey *key = pointer;
    uint64_t hash = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(key->part); i++)
        hash = (hash ^ (uint64_t)key->part[i]) * UINT64_C(0x9E3779B97F4A7C15);
    return (unsigned)(hash >> 32);
}

static gboolean key_equal(const void *left, const void *right)
{
    return memcmp(((const RepeatKey *)left)->part, ((const RepeatKey *)right)->part, sizeof(int64_t[4])) == 0;
}

/* The problem code "not known" says as little as none: 0, or the ids of such codes. */
static bool problem_is_unknown(const SqlReportCodeNamesList *codes, int64_t problem)
{
    for (size_t i = 0; i < codes->count; i++)
        if (codes->rows[i].code_id.value == problem)
            return codes->rows[i].list == CODE_SYMPTOM && strcmp(codes->rows[i].code_key, "unknown") == 0;
    return problem == 0;
}

/* When it stopped being open work: solved, or not ours to solve. INT64_MAX: not yet. */
static TimeMs ended_at(const ReportCase *item)
{
    if (item->resolved)
        return item->resolved;
    return ticket_state_is_open(item->state) ? INT64_MAX : item->last_event;
}

/* False when a part of the key is empty: such a request repeats nothing. */
static bool key_of(const ReportCase *item, unsigned parts, const SqlReportCodeNamesList *codes, RepeatKey *key_out)
{
    const struct {
        unsigned part;
        int64_t value;
    } values[] = {{KEY_CUSTOMER, item->party},
                  {KEY_ITEM, item->item},
                  {KEY_PRODUCT, item->product},
                  {KEY_PROBLEM, problem_is_unknown(codes, item->problem) ? 0 : item->problem}};
    *key_out = (RepeatKey){.solved = ended_at(item)};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        if (!(parts & values[i].part))
            continue;
        if (values[i].value == 0)
            return false;
        key_out->part[i] = values[i].value;
    }
    return true;
}

/* Whether an earlier request of the key was solved less than the window before this one came, or not yet. */
static bool repeats_earlier(GHashTable *earlier, const ReportCase *item, const RepeatKey *key, int64_t window)
{
    const RepeatKey *before = g_hash_table_lookup(earlier, key);
    return before && (!window || before->solved > item->received - window);
}

static void remember(GHashTable *earlier, const RepeatKey *key)
{
    RepeatKey *before = g_hash_table_lookup(earlier, key);
    if (before)
        before->solved = MAX(before->solved, key->solved);
    else
        g_hash_table_add(earlier, g_memdup2(key, sizeof *key));
}

static int received_compare(const void *left, const void *right)
{
    const ReportCase *a = left, *b = right;
    if (a->received != b->received)
        return a->received < b->received ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

static void case_count(ReportRun *run, GHashTable *earlier, const SqlReportCodeNamesList *codes, const ReportCase *item)
{
    RepeatKey key;
    bool keyed = key_of(item, run->ask->key, codes, &key);
    if (item->received >= run->ask->period.from) {
        ReportHit hit = report_hit(run, item, item->received);
        hit_count(&hit, REQUESTS, 1);
        hit_count(&hit, KEYLESS, !keyed);
        hit_count(&hit, REPEATS, keyed && repeats_earlier(earlier, item, &key, run->ask->window_days * TIME_DAY));
    }
    if (keyed)
        remember(earlier, &key);
}

static bool repeat_run(ReportRun *run)
{
    CaseSet set;
    g_autoptr(GHashTable) earlier = g_hash_table_new_full(key_hash, key_equal, g_free, NULL);
    SqlReportCodeNamesList codes = sql_report_code_names(run->tx, run->arena);
    if (!cases_load(run->tx, run->arena, &run->ask->period, CASES_RECEIVED_ONCE, &set))
        return false;
    qsort(set.items, set.count, sizeof *set.items, received_compare);
    for (size_t i = 0; i < set.count; i++)
        case_count(run, earlier, &codes, &set.items[i]);
    return true;
}

const Report report_repeat = {
    .name = "repeat",
    .title = MSG_REPORT_REPEAT_TITLE,
    .definition = MSG_REPORT_REPEAT_DEFINITION,
    .run = repeat_run,
    .figures = figures,
    .figure_count = G_N_ELEMENTS(figures),
    .by = DIMENSION_MONTH,
    .dimensions = DIMENSIONS_OF_CASES,
    .has_window = true,
    .has_key = true,
    .window_days = 30,
};
