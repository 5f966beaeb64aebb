/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/net_metrics.h"

Metric metric_http_requests = {
    .kind = METRIC_COUNTER,
    .name = "filo_http_requests_total",
    .help = "Requests answered, by the pattern of their route; none: no route, or refused before one was looked for.",
    .labels = {"method", "route", "status"},
    .limit = 1500};
Metric metric_http_seconds = {
    .kind = METRIC_HISTOGRAM,
    .name = "filo_http_request_seconds",
    .help = "From the end of a request to the end of making its answer, waiting for a thread included.",
    .labels = {"lane"},
    METRIC_SECONDS};
Metric metric_http_waiting = {.kind = METRIC_GAUGE,
                              .name = "filo_http_lane_waiting",
                              .help = "Requests that wait for a thread of their lane.",
                              .labels = {"lane"}};
Metric metric_http_full = {.kind = METRIC_COUNTER,
                           .name = "filo_http_lane_full_total",
                           .help = "Requests turned away with 503 because their lane was full.",
                           .labels = {"lane"}};
Metric metric_http_connections = {
    .kind = METRIC_GAUGE, .name = "filo_http_connections", .help = "Connections open, streams included."};
Metric metric_http_refused = {.kind = METRIC_COUNTER,
                              .name = "filo_http_connections_refused_total",
                              .help = "Connections closed at once: too many, in all or from one address."};
Metric metric_http_streams = {
    .kind = METRIC_GAUGE, .name = "filo_http_streams", .help = "Event streams open: pages that hear of news."};
Metric metric_lmtp_connections = {
    .kind = METRIC_GAUGE, .name = "filo_lmtp_connections", .help = "Connections of mail servers that hand mail over."};
Metric metric_lmtp_recipients = {.kind = METRIC_COUNTER,
                                 .name = "filo_lmtp_recipients_total",
                                 .help = "Answers to a recipient.",
                                 .labels = {"code", "status"}};
Metric metric_lmtp_messages = {.kind = METRIC_COUNTER,
                               .name = "filo_lmtp_messages_total",
                               .help = "Answers to a message, whatever the number of its recipients.",
                               .labels = {"code", "status"}};

static Metric *const all[] = {&metric_http_requests, &metric_http_seconds, &metric_http_waiting, &metric_http_full, &metric_http_connections, &metric_http_refused, &metric_http_streams, &metric_lmtp_connections, &metric_lmtp_recipients, &metric_lmtp_messages};
const MetricGroup net_metrics = {all, G_N_ELEMENTS(all)};
