/* SPDX-License-Identifier: EUPL-1.2 */
#include "job/job_metrics.h"

Metric metric_deliveries = {
    .kind = METRIC_COUNTER,
    .name = "filo_outbox_deliveries_total",
    .help = "Attempts to send: sent; deferred (tried again later); refused; given_up (tried for days); uncertain "
            "(nobody said whether it was taken: once more); withheld (we could not write, or were stopping).",
    .labels = {"mailbox", "outcome"},
    .limit = 600};
Metric metric_delivery_seconds = {.kind = METRIC_HISTOGRAM,
                                  .name = "filo_outbox_delivery_seconds",
                                  .help = "How long an attempt took.",
                                  .labels = {"mailbox"},
                                  METRIC_SECONDS};
Metric metric_job_runs = {.kind = METRIC_COUNTER,
                          .name = "filo_job_runs_total",
                          .help = "Runs of what runs by itself: done, failed.",
                          .labels = {"job", "outcome"}};
Metric metric_job_late = {.kind = METRIC_COUNTER,
                          .name = "filo_job_late_total",
                          .help = "Runs that began more than five seconds late.",
                          .labels = {"job"}};
Metric metric_job_seconds = {.kind = METRIC_HISTOGRAM,
                             .name = "filo_job_seconds",
                             .help = "How long a run took.",
                             .labels = {"job"},
                             METRIC_SECONDS};
Metric metric_scans = {.kind = METRIC_COUNTER,
                       .name = "filo_scanner_files_total",
                       .help = "Files a virus scanner looked at: clean, infected, unable (it could not look at it).",
                       .labels = {"outcome"}};
Metric metric_scanner_answers = {.kind = METRIC_GAUGE,
                                 .name = "filo_scanner_answers",
                                 .help = "Whether the virus scanner answers; absent: there is none."};

static Metric *const all[] = {&metric_deliveries, &metric_delivery_seconds, &metric_job_runs, &metric_job_late,
                              &metric_job_seconds, &metric_scans, &metric_scanner_answers};
const MetricGroup job_metrics = {all, G_N_ELEMENTS(all)};
