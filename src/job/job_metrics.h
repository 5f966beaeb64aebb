/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * job_metrics: what is sent and what runs by itself.
 * Answers: "does mail leave, and do the chores run?" Mailboxes by the names the administrator gave them. Owns no table.
 *
 * Called by: job; api renders the group. Pointers: all static. Errors: none.
 *
 * Invariants:
 *  1. Every metric declared here stands in the group, once.
 */
#ifndef FILO_JOB_JOB_METRICS_H
#define FILO_JOB_JOB_METRICS_H

#include "base/metric.h"

extern Metric metric_deliveries;
extern Metric metric_delivery_seconds;
extern Metric metric_job_runs;
extern Metric metric_job_late;
extern Metric metric_job_seconds;
extern Metric metric_scans;
extern Metric metric_scanner_answers;

extern const MetricGroup job_metrics;

#endif
