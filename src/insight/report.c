/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the counters of a report become its figures. How: each request is added to the total and to one row; at the end
 * the report's own table of figures says what each counter or list means. Why a table: total, rows, JSON, CSV, text and
 * page then cannot disagree about a figure, and "too few" is decided in one place.
 */
#include "insight/report.h"

#include "base/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A report reads every request of the period: more than one page may take, and given back at once. */
#define REPORT_ARENA_CAP ((size_t)4 << 30)

struct ReportGroup {
    int64_t key;
    uint64_t n;
    int64_t last; /* the request that was counted last */
    int64_t counters[REPORT_COUNTERS];
    GArray *lists[REPORT_LISTS]; /* of double; NULL: empty */
};

static ReportGroup *group_new(int64_t key)
{
    ReportGroup *group = g_new0(ReportGroup, 1);
    group->key = key;
    return group;
}

static void group_free(void *pointer)
{
    ReportGroup *group = pointer;
    for (size_t i = 0; i < REPORT_LISTS; i++)
        if (group->lists[i])
            g_array_unref(group->lists[i]);
    g_free(group);
}

/* -------------------------------------------------------------------------------------------------------- counting */

static ReportGroup *group_get(ReportRun *run, int64_t key)
{
    ReportGroup *group = g_hash_table_lookup(run->groups, &key);
    if (!group) {
        group = group_new(key);
        g_hash_table_insert(run->groups, &group->key, group);
    }
    return group;
}

/* Whether the tickets of this row are the ones asked for. */
static bool group_is_asked(const ReportRun *run, int64_t key)
{
    const char *asked = run->ask->group;
    return asked && (strcmp(asked, "all") == 0 || strcmp(asked, grouping_key_text(run->grouping, key)) == 0);
}

static ReportHit hit_of(ReportRun *run, const ReportCase *item, int64_t key)
{
    ReportHit hit = {.run = run, .ticket = item->id, .groups = {run->total}, .count = 1};
    if (run->ask->by != DIMENSION_NONE)
        hit.groups[hit.count++] = group_get(run, key);
    hit.is_asked = run->ask->group && group_is_asked(run, key);
    return hit;
}

static void ticket_note(const ReportHit *hit)
{
    g_array_append_val(hit->run->tickets, hit->ticket);
}

/* A list or a counter got something: is it the figure whose tickets are wanted? */
static void figure_note(const ReportHit *hit, int place, bool is_list)
{
    const FigureSpec *figure = hit->is_asked ? hit->run->ask->figure : NULL;
    if (!figure)
        return;
    bool of_lists = figure->kind == FIGURE_SUMMARY || figure->kind == FIGURE_SURVIVAL;
    bool second = figure->kind == FIGURE_SURVIVAL && figure->b == place;
    if (of_lists == is_list && (figure->a == place || second))
        ticket_note(hit);
}

ReportHit report_hit_key(ReportRun *run, const ReportCase *item, int64_t key)
{
    ReportHit hit = hit_of(run, item, key);
    for (size_t i = 0; i < hit.count; i++) {
        hit.fresh[i] = hit.groups[i]->last != item->id;
        hit.groups[i]->n += hit.fresh[i];
        hit.groups[i]->last = item->id;
    }
    if (hit.is_asked && !run->ask->figure)
        ticket_note(&hit);
    return hit;
}

ReportHit report_join(ReportRun *run, const ReportCase *item, TimeMs at)
{
    return hit_of(run, item, grouping_key(run->grouping, item, at));
}

ReportHit report_hit(ReportRun *run, const ReportCase *item, TimeMs at)
{
    return report_hit_key(run, item, grouping_key(run->grouping, item, at));
}

void hit_count(const ReportHit *hit, int counter, int64_t add)
{
    for (size_t i = 0; i < hit->count; i++)
        hit->groups[i]->counters[counter] += add;
    if (add)
        figure_note(hit, counter, false);
}

void hit_count_once(const ReportHit *hit, int counter)
{
    for (size_t i = 0; i < hit->count; i++)
        hit->groups[i]->counters[counter] += hit->fresh[i];
    figure_note(hit, counter, false);
}

void hit_max(const ReportHit *hit, int counter, int64_t value)
{
    for (size_t i = 0; i < hit->count; i++)
        hit->groups[i]->counters[counter] = MAX(hit->groups[i]->counters[counter], value);
    if (value)
        figure_note(hit, counter, false);
}

void hit_measure(const ReportHit *hit, int list, double value)
{
    for (size_t i = 0; i < hit->count; i++) {
        GArray **values = &hit->groups[i]->lists[list];
        if (!*values)
            *values = g_array_new(FALSE, FALSE, sizeof(double));
        g_array_append_val(*values, value);
    }
    figure_note(hit, list, true);
}

/* --------------------------------------------------------------------------------------------------------- figures */

static void figure_of_rate(Figure *figure, const ReportGroup *group)
{
    const FigureSpec *spec = figure->spec;
    figure->count = group->counters[spec->a];
    figure->n = (uint64_t)group->counters[spec->b];
    figure->value = figure->n ? (double)figure->count / (double)figure->n : NAN;
    if (spec->kind == FIGURE_RATE)
        figure->interval = stats_wilson((uint64_t)figure->count, figure->n);
}

static void figure_of_list(Figure *figure, const ReportGroup *group)
{
    GArray *values = group->lists[figure->spec->a];
    figure->summary = values ? stats_summary((double *)(void *)values->data, values->len) : stats_summary(NULL, 0);
    figure->n = figure->summary.n;
}

static void figure_of_survival(Figure *figure, const ReportGroup *group)
{
    GArray *happened = group->lists[figure->spec->a], *waiting = group->lists[figure->spec->b];
    double *times = happened ? (double *)(void *)happened->data : NULL;
    double *waits = waiting ? (double *)(void *)waiting->data : NULL;
    size_t count = happened ? happened->len : 0, wait_count = waiting ? waiting->len : 0;
    figure->count = (int64_t)count;
    figure->n = count + wait_count;
    figure->value = stats_survival_median(times, count, waits, wait_count);
}

static Figure figure_make(const ReportRun *run, const FigureSpec *spec, const ReportGroup *group, unsigned needs)
{
    Figure figure = {.spec = spec, .n = group->n};
    switch (spec->kind) {
    case FIGURE_RATE:
    case FIGURE_MEAN:
        figure_of_rate(&figure, group);
        break;
    case FIGURE_SUMMARY:
        figure_of_list(&figure, group);
        break;
    case FIGURE_SURVIVAL:
        figure_of_survival(&figure, group);
        break;
    case FIGURE_PARAMETER:
        figure.count = run->ask->window_days;
        return figure;
    case FIGURE_COUNT:
    case FIGURE_MONEY:
    default:
        figure.count = group->counters[spec->a];
        return figure;
    }
    figure.needs = figure.n < needs ? needs : 0;
    return figure;
}

static ReportRow row_make(const ReportRun *run, const ReportGroup *group, unsigned needs)
{
    const Report *report = run->ask->report;
    ReportRow row = {.n = group->n, .figures = ARENA_ARRAY(run->arena, Figure, report->figure_count)};
    for (size_t i = 0; i < report->figure_count; i++)
        row.figures[i] = figure_make(run, &report->figures[i], group, needs);
    return row;
}

static int group_compare(const void *left, const void *right, void *data)
{
    const ReportGroup *a = *(ReportGroup *const *)left, *b = *(ReportGroup *const *)right;
    const ReportRun *run = data;
    int order_by = run->ask->report->order_by;
    int64_t x = order_by ? a->counters[order_by - 1] : (int64_t)a->n;
    int64_t y = order_by ? b->counters[order_by - 1] : (int64_t)b->n;
    if (run->ask->by == DIMENSION_MONTH || run->ask->by == DIMENSION_AGE || x == y)
        return (a->key > b->key) - (a->key < b->key);
    return (x < y) - (x > y);
}

static void rows_make(const ReportRun *run, ReportResult *result)
{
    GHashTableIter iter;
    void *value;
    g_autoptr(GPtrArray) groups = g_ptr_array_new();
    g_hash_table_iter_init(&iter, run->groups);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(groups, value);
    g_ptr_array_sort_with_data(groups, group_compare, (void *)run);
    result->row_count = groups->len;
    result->rows = ARENA_ARRAY(run->arena, ReportRow, groups->len);
    for (size_t i = 0; i < groups->len; i++) {
        const ReportGroup *group = groups->pdata[i];
        result->rows[i] = row_make(run, group, REPORT_COMPARE);
        result->rows[i].key = grouping_key_text(run->grouping, group->key);
        result->rows[i].label = grouping_label(run->grouping, run->ask->lang, group->key);
    }
}

/* -------------------------------------------------------------------------------------------------------------- key */

static const struct {
    const char *word;
    unsigned part;
    MsgId words;
} parts[] = {{"customer", KEY_CUSTOMER, MSG_REPORT_KEY_CUSTOMER},
             {"item", KEY_ITEM, MSG_REPORT_KEY_ITEM},
             {"product", KEY_PRODUCT, MSG_REPORT_KEY_PRODUCT},
             {"problem", KEY_PROBLEM, MSG_REPORT_KEY_PROBLEM}};

char *report_key_words(Arena *arena, Lang lang, unsigned key)
{
    char *text = arena_strdup(arena, "");
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (key & parts[i].part)
            text = arena_printf(arena, "%s%s%s", text, *text ? ", " : "", msg(lang, parts[i].words));
    return text;
}

char *report_key_text(Arena *arena, unsigned key)
{
    char *text = arena_strdup(arena, "");
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (key & parts[i].part)
            text = arena_printf(arena, "%s%s%s", text, *text ? "," : "", parts[i].word);
    return text;
}

static unsigned part_find(const char *word)
{
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        if (strcmp(parts[i].word, word) == 0)
            return parts[i].part;
    return 0;
}

bool report_key_parse(const char *text, unsigned *key_out)
{
    g_auto(GStrv) given = g_strsplit(text, ",", -1);
    *key_out = 0;
    for (char **word = given; *word; word++) {
        unsigned part = part_find(*word);
        if (!part)
            return false;
        *key_out |= part;
    }
    return *key_out != 0;
}

/* ---------------------------------------------------------------------------------------------------------- running */

static const char *window_words(Arena *arena, Lang lang, int64_t days)
{
    return days ? msg_fill_count(arena, lang, MSG_REPORT_WINDOW, days, NULL) : msg(lang, MSG_REPORT_WINDOW_ALL);
}

char *report_definition(Arena *arena, Lang lang, const Report *report, int64_t window_days, unsigned key)
{
    return msg_fill(arena, lang, report->definition, "window", window_words(arena, lang, window_days), "key",
                    report_key_words(arena, lang, key), NULL);
}

static int newest_first(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a < b) - (a > b);
}

static void tickets_make(const ReportRun *run, ReportResult *result)
{
    int64_t *hits = (int64_t *)(void *)run->tickets->data;
    result->tickets = ARENA_ARRAY(run->arena, int64_t, REPORT_TICKETS_MAX);
    g_array_sort(run->tickets, newest_first);
    for (guint i = 0; i < run->tickets->len; i++) {
        if (i > 0 && hits[i] == hits[i - 1])
            continue;
        if (result->ticket_count < REPORT_TICKETS_MAX)
            result->tickets[result->ticket_count++] = hits[i];
        result->ticket_total++;
    }
}

static ReportResult *result_make(const ReportRun *run)
{
    ReportResult *result = g_new0(ReportResult, 1);
    const ReportAsk *ask = run->ask;
    *result = (ReportResult){.ask = *ask, .arena = run->arena};
    result->definition = report_definition(run->arena, ask->lang, ask->report, ask->window_days, ask->key);
    result->total = row_make(run, run->total, REPORT_SHOW);
    rows_make(run, result);
    tickets_make(run, result);
    return result;
}

ReportResult *report_run(StoreTx *tx, const ReportAsk *ask)
{
    g_autoptr(GArray) tickets = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GHashTable) groups = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, group_free);
    Arena *arena = arena_new(REPORT_ARENA_CAP);
    ReportRun run = {.ask = ask, .tx = tx, .arena = arena, .total = group_new(0), .groups = groups, .tickets = tickets};
    run.grouping = grouping_new(tx, arena, ask->by, &ask->period);
    ReportResult *result = ask->report->run(&run) ? result_make(&run) : NULL;
    group_free(run.total);
    if (!result)
        arena_free(arena);
    return result;
}

void report_result_free(ReportResult *result)
{
    if (!result)
        return;
    arena_free(result->arena);
    g_free(result);
}

const FigureSpec *report_figure_find(const Report *report, const char *name)
{
    for (size_t i = 0; i < report->figure_count; i++)
        if (strcmp(report->figures[i].name, name) == 0)
            return &report->figures[i];
    return NULL;
}

const Figure *report_figure(const ReportResult *result, const ReportRow *row, const char *name)
{
    const FigureSpec *spec = report_figure_find(result->ask.report, name);
    return spec ? &row->figures[spec - result->ask.report->figures] : NULL;
}
