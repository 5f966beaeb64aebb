/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/channel_metrics.h"

Metric metric_mailbox_messages = {
    .kind = METRIC_COUNTER,
    .name = "filo_mailbox_messages_total",
    .help =
        "Things that came in: request, reply, staff (an answer by mail of one of us), robot, bounce, receipt, aside, "
        "empty, test, again (had come before), tray (could not be read: a person must), later (kept, not read yet: it "
        "counts once more then), left (not taken: it lies where it was), failed (not kept: it comes again).",
    .labels = {"mailbox", "outcome"},
    .limit = 600};
Metric metric_mailbox_connections = {.kind = METRIC_COUNTER,
                                     .name = "filo_mailbox_connections_total",
                                     .help = "Times reading a mailbox began.",
                                     .labels = {"mailbox"}};
Metric metric_mailbox_failures = {.kind = METRIC_COUNTER,
                                  .name = "filo_mailbox_connection_failures_total",
                                  .help = "Times reading a mailbox failed or broke off, by the step it came to.",
                                  .labels = {"mailbox", "reason"},
                                  .limit = 600};
Metric metric_grant_renewals = {.kind = METRIC_COUNTER,
                                .name = "filo_oauth_renewals_total",
                                .help = "Tokens asked of a provider: given, withdrawn, client (our registration is "
                                        "refused), away, lost (given, and could not be kept).",
                                .labels = {"mailbox", "outcome"},
                                .limit = 600};

static Metric *const all[] = {&metric_mailbox_messages, &metric_mailbox_connections, &metric_mailbox_failures, &metric_grant_renewals};
const MetricGroup channel_metrics = {all, G_N_ELEMENTS(all)};
