/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/parse_metrics.h"

Metric metric_parser_jobs = {
    .kind = METRIC_COUNTER,
    .name = "filo_parser_jobs_total",
    .help = "Jobs of the parser: done; died (a crash, or a limit of memory, processor or rights); timeout; too_large "
            "(its answer was none we take); no_parser (it could not be started).",
    .labels = {"job", "outcome"}};
Metric metric_parser_seconds = {.kind = METRIC_HISTOGRAM,
                                .name = "filo_parser_seconds",
                                .help = "How long a job took, waiting for a place included.",
                                .labels = {"job"},
                                METRIC_SECONDS};
Metric metric_parser_waiting = {
    .kind = METRIC_GAUGE, .name = "filo_parser_jobs_waiting", .help = "Jobs that wait for a place."};
Metric metric_parser_workers = {.kind = METRIC_GAUGE, .name = "filo_parser_workers", .help = "Jobs under way."};
Metric metric_parser_starts = {.kind = METRIC_COUNTER,
                               .name = "filo_parser_starts_total",
                               .help =
                                   "Times the parser was started: after a rest, after many jobs, or after its death."};

static Metric *const all[] = {&metric_parser_jobs, &metric_parser_seconds, &metric_parser_waiting, &metric_parser_workers, &metric_parser_starts};
const MetricGroup parse_metrics = {all, G_N_ELEMENTS(all)};
