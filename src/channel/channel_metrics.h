/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * channel_metrics: what comes in by the channels.
 * Answers: "what came, and can the mailboxes be used?" Mailboxes by the names the administrator gave them. Owns no table.
 *
 * Called by: channel, job; api renders the group. Pointers: all static. Errors: none.
 *
 * Invariants:
 *  1. Every metric declared here stands in the group, once.
 */
#ifndef FILO_CHANNEL_CHANNEL_METRICS_H
#define FILO_CHANNEL_CHANNEL_METRICS_H

#include "base/metric.h"

extern Metric metric_mailbox_messages;
extern Metric metric_mailbox_connections;
extern Metric metric_mailbox_failures;
extern Metric metric_grant_renewals;

extern const MetricGroup channel_metrics;

#endif
