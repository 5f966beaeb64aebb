/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse_metrics: what the sealed parser does.
 * Answers: "how many jobs, how did they end, and does work wait?" It sees lengths and ends, no content. Owns no table.
 *
 * Called by: parse/zygote; api renders the group. Pointers: all static. Errors: none.
 *
 * Invariants:
 *  1. Every metric declared here stands in the group, once.
 */
#ifndef FILO_PARSE_PARSE_METRICS_H
#define FILO_PARSE_PARSE_METRICS_H

#include "base/metric.h"

extern Metric metric_parser_jobs;
extern Metric metric_parser_seconds;
extern Metric metric_parser_waiting;
extern Metric metric_parser_workers;
extern Metric metric_parser_starts;

extern const MetricGroup parse_metrics;

#endif
