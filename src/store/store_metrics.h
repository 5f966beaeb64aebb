/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_metrics: what the database costs.
 * Answers: "how many writes, how long, and do they wait?" Times are those of this node. Owns no table.
 *
 * Called by: store and its engines; api renders the group. Pointers: all static. Errors: none.
 *
 * Invariants:
 *  1. Every metric declared here stands in the group, once.
 */
#ifndef FILO_STORE_STORE_METRICS_H
#define FILO_STORE_STORE_METRICS_H

#include "base/metric.h"

extern Metric metric_store_writes;
extern Metric metric_store_waiting;
extern Metric metric_store_again;
extern Metric metric_store_group_size;
extern Metric metric_store_group_seconds;
extern Metric metric_store_read_seconds;

extern const MetricGroup store_metrics;

#endif
