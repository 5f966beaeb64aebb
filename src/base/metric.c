/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: series of numbers, found by their labels. How: each metric has an open-addressed table of pointers to series that
 * only ever grows; finding one is a hash and a few atomic reads, adding one takes the module's lock. All counting is a
 * relaxed atomic addition. Why one number per series and not one per thread: docs/bench.md.
 */
#include "base/metric.h"

#include "base/check.h"

#include <pthread.h>
#include <string.h>

typedef struct Series {
    const char *labels[METRIC_LABELS_MAX];
    atomic_int_fast64_t value;     /* of a histogram: the sum */
    atomic_int_fast64_t buckets[]; /* of a histogram: one for each bound, and one above them; not cumulative */
} Series;

struct MetricTable {
    size_t mask;   /* slots - 1, a power of two less one */
    size_t used;   /* under the lock */
    Series *other; /* for what comes when all are used; it stands in a slot too */
    _Atomic(Series *) slots[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* for adding tables and series */

const int64_t metric_second_bounds[METRIC_SECOND_BOUNDS] = {
    100,    250,    500,    1000,    2500,    5000,    10000,    25000,    50000,
    100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000, 25000000, 60000000,
};

/* ------------------------------------------------------------------------------------------------------------- series */

static size_t label_count(const Metric *metric)
{
    size_t count = 0;
    while (count < METRIC_LABELS_MAX && metric->labels[count])
        count++;
    return count;
}

static size_t hash_of(size_t count, const char *const *labels)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < count; i++)
        for (const char *c = labels[i];; c++) {
            hash = (hash ^ (uint8_t)*c) * 1099511628211u;
            if (!*c)
                break;
        }
    return (size_t)(hash ^ hash >> 32);
}

static bool is_same(const Series *series, size_t count, const char *const *labels)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(series->labels[i], labels[i]) != 0)
            return false;
    return true;
}

/* The slot that holds the series, or the empty one where it belongs: the table is never full. */
static _Atomic(Series *) *find_slot(MetricTable *table, size_t count, const char *const *labels)
{
    for (size_t at = hash_of(count, labels);; at++) {
        _Atomic(Series *) *slot = &table->slots[at & table->mask];
        Series *series = atomic_load_explicit(slot, memory_order_acquire);
        if (!series || is_same(series, count, labels))
            return slot;
    }
}

static Series *put_series(const Metric *metric, MetricTable *table, const char *const *labels)
{
    size_t count = label_count(metric);
    _Atomic(Series *) *slot = find_slot(table, count, labels);
    Series *series = atomic_load_explicit(slot, memory_order_relaxed);
    if (series)
        return series;
    series = g_malloc0(sizeof *series + (metric->bounds ? metric->bound_count + 1 : 0) * sizeof series->buckets[0]);
    for (size_t i = 0; i < count; i++)
        series->labels[i] = g_strdup(labels[i]);
    atomic_store_explicit(slot, series, memory_order_release);
    table->used++;
    return series;
}

static MetricTable *table_of(const Metric *metric)
{
    return atomic_load_explicit(&metric->table, memory_order_acquire);
}

/* Under the lock. */
static MetricTable *make_table(Metric *metric)
{
    MetricTable *table = table_of(metric);
    if (table)
        return table;
    size_t slots = 2, limit = metric->limit ? metric->limit : METRIC_LIMIT;
    while (slots < 2 * (limit + 1))
        slots *= 2;
    table = g_malloc0(sizeof *table + slots * sizeof table->slots[0]);
    table->mask = slots - 1;
    atomic_store_explicit(&metric->table, table, memory_order_release);
    return table;
}

static Series *add_series(Metric *metric, const char *const *labels)
{
    static const char *const others[METRIC_LABELS_MAX] = {"other", "other", "other"};
    size_t count = label_count(metric), limit = metric->limit ? metric->limit : METRIC_LIMIT;
    pthread_mutex_lock(&lock);
    MetricTable *table = make_table(metric);
    Series *series = atomic_load_explicit(find_slot(table, count, labels), memory_order_relaxed);
    if (!series)
        series = put_series(metric, table, table->used < limit ? labels : others);
    pthread_mutex_unlock(&lock);
    return series;
}

static Series *find_series(const Metric *metric, const char *const *labels)
{
    MetricTable *table = table_of(metric);
    return table ? atomic_load_explicit(find_slot(table, label_count(metric), labels), memory_order_acquire) : NULL;
}

static Series *series_of(Metric *metric, const char *const *labels)
{
    Series *series = find_series(metric, labels);
    return series ? series : add_series(metric, labels);
}

/* ----------------------------------------------------------------------------------------------------------- counting */

void metric_add(Metric *metric, const char *const *labels, int64_t by)
{
    check(metric->kind == METRIC_GAUGE || (metric->kind == METRIC_COUNTER && by >= 0));
    atomic_fetch_add_explicit(&series_of(metric, labels)->value, by, memory_order_relaxed);
}

void metric_set(Metric *metric, const char *const *labels, int64_t value)
{
    check(metric->kind == METRIC_GAUGE);
    atomic_store_explicit(&series_of(metric, labels)->value, value, memory_order_relaxed);
}

void metric_observe(Metric *metric, const char *const *labels, int64_t amount)
{
    check(metric->kind == METRIC_HISTOGRAM);
    Series *series = series_of(metric, labels);
    size_t at = 0;
    while (at < metric->bound_count && amount > metric->bounds[at])
        at++;
    atomic_fetch_add_explicit(&series->value, MAX(amount, 0), memory_order_relaxed);
    atomic_fetch_add_explicit(&series->buckets[at], 1, memory_order_relaxed);
}

int64_t metric_value(const Metric *metric, const char *const *labels)
{
    Series *series = find_series(metric, labels);
    return series ? atomic_load_explicit(&series->value, memory_order_relaxed) : 0;
}

/* ---------------------------------------------------------------------------------------------------------- rendering */

/* The two contexts of the format: help escapes the backslash and the line's end, a label's value the quote too. */
static void write_escaped(GString *out, const char *text, bool quoted)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    for (const char *c = valid; *c; c++) {
        if (*c == '\\')
            g_string_append(out, "\\\\");
        else if (*c == '\n')
            g_string_append(out, "\\n");
        else if (*c == '"' && quoted)
            g_string_append(out, "\\\"");
        else
            g_string_append_c(out, *c);
    }
}

/* 1500 of 1000000 is 0.0015: exact, without a float. */
static void write_amount(GString *out, int64_t amount, int64_t per_unit)
{
    uint64_t size = amount < 0 ? -(uint64_t)amount : (uint64_t)amount, unit = per_unit ? (uint64_t)per_unit : 1;
    g_string_append_printf(out, "%s%" G_GUINT64_FORMAT, amount < 0 ? "-" : "", size / unit);
    uint64_t rest = size % unit;
    if (rest)
        g_string_append_c(out, '.');
    for (; rest; rest = rest * 10 % unit)
        g_string_append_c(out, (char)('0' + rest * 10 / unit));
}

static void write_label(GString *out, bool *begun, const char *name, const char *value)
{
    g_string_append(out, *begun ? "," : "{");
    *begun = true;
    g_string_append_printf(out, "%s=\"", name);
    write_escaped(out, value, true);
    g_string_append_c(out, '"');
}

/* name_suffix{labels} up to the value; bound: NULL, or a bucket's (a negative one: +Inf). */
static void write_name(GString *out, const Metric *metric, const char *suffix, const char *const *labels,
                       const int64_t *bound)
{
    bool begun = false;
    size_t count = label_count(metric);
    g_string_append_printf(out, "%s%s", metric->name, suffix);
    for (size_t i = 0; i < count; i++)
        write_label(out, &begun, metric->labels[i], labels[i]);
    if (bound) {
        g_autoptr(GString) text = g_string_new(NULL);
        if (*bound < 0)
            g_string_append(text, "+Inf");
        else
            write_amount(text, *bound, metric->per_unit);
        write_label(out, &begun, "le", text->str);
    }
    g_string_append(out, begun ? "} " : " ");
}

static void write_count(GString *out, const Metric *metric, const char *suffix, const Series *series,
                        const int64_t *bound, int64_t count)
{
    write_name(out, metric, suffix, series->labels, bound);
    g_string_append_printf(out, "%" G_GINT64_FORMAT "\n", count);
}

/* The count is the sum of the buckets as they were read, so that the two cannot differ. */
static void write_histogram(GString *out, const Metric *metric, Series *series)
{
    static const int64_t infinite = -1;
    int64_t count = 0;
    for (size_t i = 0; i <= metric->bound_count; i++) {
        count += atomic_load_explicit(&series->buckets[i], memory_order_relaxed);
        write_count(out, metric, "_bucket", series, i < metric->bound_count ? &metric->bounds[i] : &infinite, count);
    }
    write_name(out, metric, "_sum", series->labels, NULL);
    write_amount(out, atomic_load_explicit(&series->value, memory_order_relaxed), metric->per_unit);
    g_string_append_c(out, '\n');
    write_count(out, metric, "_count", series, NULL, count);
}

void metric_write_head(GString *out, const Metric *metric)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    g_string_append_printf(out, "# HELP %s ", metric->name);
    write_escaped(out, metric->help, false);
    g_string_append_printf(out, "\n# TYPE %s %s\n", metric->name, kinds[metric->kind]);
}

void metric_write_value(GString *out, const Metric *metric, const char *const *labels, int64_t value)
{
    write_name(out, metric, "", labels, NULL);
    write_amount(out, value, metric->per_unit);
    g_string_append_c(out, '\n');
}

static gint compare(gconstpointer a, gconstpointer b)
{
    const Series *left = *(Series *const *)a, *right = *(Series *const *)b;
    int order = 0;
    for (size_t i = 0; !order && i < METRIC_LABELS_MAX && left->labels[i]; i++)
        order = strcmp(left->labels[i], right->labels[i]);
    return order;
}

void metric_render(GString *out, Metric *metric)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    if (!metric->labels[0])
        series_of(metric, METRIC_PLAIN); /* without labels it is there from the beginning */
    MetricTable *table = table_of(metric);
    for (size_t i = 0; table && i <= table->mask; i++) {
        Series *series = atomic_load_explicit(&table->slots[i], memory_order_acquire);
        if (series)
            g_ptr_array_add(all, series);
    }
    g_ptr_array_sort(all, compare);
    metric_write_head(out, metric);
    for (guint i = 0; i < all->len; i++) {
        Series *series = g_ptr_array_index(all, i);
        if (metric->kind == METRIC_HISTOGRAM)
            write_histogram(out, metric, series);
        else
            metric_write_value(out, metric, series->labels, atomic_load_explicit(&series->value, memory_order_relaxed));
    }
}

void metric_render_group(GString *out, const MetricGroup *group)
{
    for (size_t i = 0; i < group->count; i++)
        metric_render(out, group->items[i]);
}
