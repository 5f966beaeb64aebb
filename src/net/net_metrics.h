/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * net_metrics: what the network side counts.
 * Answers: "how many requests, with which answers, how long, and who is connected?" Not what a page is about. Owns no table.
 *
 * Called by: net; api renders the group. Pointers: all static. Errors: none.
 *
 * Invariants:
 *  1. Every metric declared here stands in the group, once.
 */
#ifndef FILO_NET_NET_METRICS_H
#define FILO_NET_NET_METRICS_H

#include "base/metric.h"

extern Metric metric_http_requests;
extern Metric metric_http_seconds;
extern Metric metric_http_waiting;
extern Metric metric_http_full;
extern Metric metric_http_connections;
extern Metric metric_http_refused;
extern Metric metric_http_streams;
extern Metric metric_lmtp_connections;
extern Metric metric_lmtp_recipients;
extern Metric metric_lmtp_messages;

extern const MetricGroup net_metrics;

#endif
