/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/store_metrics.h"

static const int64_t group_bounds[] = {1, 2, 4, 8, 16, 32, 64};
Metric metric_store_writes = {
    .kind = METRIC_COUNTER,
    .name = "filo_store_writes_total",
    .help = "Write transactions asked for: committed, refused (a rule said no, or there was nothing to do), busy (too "
            "many waited, or too many conflicts), failed.",
    .labels = {"outcome"}};
Metric metric_store_waiting = {
    .kind = METRIC_GAUGE, .name = "filo_store_writes_waiting", .help = "Writes that wait for their commit now."};
Metric metric_store_again = {
    .kind = METRIC_COUNTER,
    .name = "filo_store_writes_again_total",
    .help = "Times a write ran again: its group was rolled back (SQLite), or another was faster (PostgreSQL)."};
Metric metric_store_group_size = {.kind = METRIC_HISTOGRAM,
                                  .name = "filo_store_group_writes",
                                  .help = "Writes in one commit (PostgreSQL: always one).",
                                  .bounds = group_bounds,
                                  .bound_count = G_N_ELEMENTS(group_bounds)};
Metric metric_store_group_seconds = {.kind = METRIC_HISTOGRAM,
                                     .name = "filo_store_group_seconds",
                                     .help = "From the beginning of a group of writes to the end of its commit.",
                                     METRIC_SECONDS};
Metric metric_store_read_seconds = {.kind = METRIC_HISTOGRAM,
                                    .name = "filo_store_read_seconds",
                                    .help = "How long read transactions were open.",
                                    METRIC_SECONDS};

static Metric *const all[] = {&metric_store_writes, &metric_store_waiting, &metric_store_again, &metric_store_group_size, &metric_store_group_seconds, &metric_store_read_seconds};
const MetricGroup store_metrics = {all, G_N_ELEMENTS(all)};
