/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: GET /metrics. How: what was counted since this process began is rendered from each layer's group; what stands in
 * the database now is read in one transaction; what the kernel knows is asked for. Why ages are made here and not by
 * whoever watches: our clock wrote the instants, theirs may differ.
 */
#include "api/call.h"
#include "api/operation.h"
#include "base/check.h"
#include "base/filo_version.h"
#include "base/process.h"
#include "channel/channel_metrics.h"
#include "desk/incident/incident.h"
#include "desk/intake/intake.h"
#include "desk/mailbox/mailbox.h"
#include "desk/setting/setting.h"
#include "desk/ticket/transition.h"
#include "desk/ticket/worklist.h"
#include "job/job_metrics.h"
#include "net/net_metrics.h"
#include "parse/parse_metrics.h"
#include "queue/outbox.h"
#include "store/store_metrics.h"

#define METRICS_MEDIA "text/plain; version=0.0.4; charset=utf-8"

static const MetricGroup *const groups[] = {&net_metrics,     &store_metrics, &parse_metrics,
                                            &channel_metrics, &job_metrics};

/* ------------------------------------------------------------------------------------------------------- of the process */

static void write_gauge(GString *out, const Metric *metric, int64_t value)
{
    metric_write_head(out, metric);
    metric_write_value(out, metric, METRIC_PLAIN, value);
}

#define PROCESS(what, of, word, text) static const Metric what = {.kind = of, .name = word, .help = text, .per_unit = 1}
#define PROCESS_MS(what, of, word, text)                                                                               \
    static const Metric what = {.kind = of, .name = word, .help = text, .per_unit = 1000}
PROCESS(resident, METRIC_GAUGE, "process_resident_memory_bytes", "Memory of this node, its parser's apart.");
PROCESS(threads, METRIC_GAUGE, "process_threads", "Threads of this node.");
PROCESS(open_fds, METRIC_GAUGE, "process_open_fds", "Descriptors this node has open.");
PROCESS(max_fds, METRIC_GAUGE, "process_max_fds", "Descriptors this node may have open.");
PROCESS_MS(cpu, METRIC_COUNTER, "process_cpu_seconds_total", "Processor time of this node.");
PROCESS_MS(started, METRIC_GAUGE, "process_start_time_seconds", "When this node began: all counters began then.");

static void write_process(GString *out)
{
    static const Metric build = {
        .kind = METRIC_GAUGE, .name = "filo_build_info", .help = "Which program this is.", .labels = {"version"}};
    ProcessFigures figures;
    metric_write_head(out, &build);
    metric_write_value(out, &build, METRIC_LABELS(FILO_VERSION), 1);
    if (!process_figures(&figures))
        return;
    write_gauge(out, &resident, figures.resident_bytes);
    write_gauge(out, &threads, figures.threads);
    write_gauge(out, &open_fds, figures.open_fds);
    write_gauge(out, &max_fds, figures.max_fds);
    write_gauge(out, &cpu, figures.cpu_ms);
    write_gauge(out, &started, figures.started_ms);
}

/* ------------------------------------------------------------------------------------------------------ of the database */

typedef struct Looked {
    OutboxStanding outbox;
    int64_t failed, tray, bytes;
    WorklistStates states;
    ChannelAccountList accounts;
    TimeMs *last_message; /* of each account; TIME_NONE: never */
    ChannelHealthRows health;
    IncidentList incidents;
} Looked;

static TimeMs last_arrival(StoreTx *tx, Arena *arena, const char *mailbox)
{
    InboundArrivals newest = intake_list_arrivals(tx, arena, mailbox, 1, 1);
    return newest.count ? newest.at[0] : TIME_NONE;
}

static void look(StoreTx *tx, Arena *arena, Looked *looked_out)
{
    *looked_out = (Looked){
        .outbox = outbox_standing(tx, arena),
        .failed = outbox_count_failed(tx, arena),
        .tray = intake_count_tray(tx, arena),
        .bytes = store_tx_size(tx),
        .states = worklist_states(tx, arena),
        .accounts = channel_account_list(tx, arena),
        .health = channel_health_list(tx, arena),
        .incidents = incident_list_open(tx, arena, false),
    };
    looked_out->last_message = ARENA_ARRAY(arena, TimeMs, looked_out->accounts.count);
    for (size_t i = 0; i < looked_out->accounts.count; i++)
        looked_out->last_message[i] = last_arrival(tx, arena, looked_out->accounts.items[i].name);
}

static void write_outbox(GString *out, const Looked *looked, TimeMs now)
{
    static const Metric rows = {.kind = METRIC_GAUGE,
                                .name = "filo_outbox_messages",
                                .help = "Messages that have not left: queued (not tried yet), deferred (tried, waits), "
                                        "sending, dot_sent (perhaps taken), failed (nobody has looked at it).",
                                .labels = {"state"}};
    static const Metric oldest = {.kind = METRIC_GAUGE,
                                  .name = "filo_outbox_oldest_seconds",
                                  .help = "How long the oldest of those not failed has waited; 0: there is none.",
                                  .per_unit = 1000};
    const OutboxStanding *standing = &looked->outbox;
    metric_write_head(out, &rows);
    metric_write_value(out, &rows, METRIC_LABELS("queued"), standing->queued);
    metric_write_value(out, &rows, METRIC_LABELS("deferred"), standing->deferred);
    metric_write_value(out, &rows, METRIC_LABELS("sending"), standing->sending);
    metric_write_value(out, &rows, METRIC_LABELS("dot_sent"), standing->dot_sent);
    metric_write_value(out, &rows, METRIC_LABELS("failed"), looked->failed);
    write_gauge(out, &oldest, standing->oldest ? MAX(now - standing->oldest, 0) : 0);
}

static void write_tickets(GString *out, const Looked *looked)
{
    static const Metric open = {
        .kind = METRIC_GAUGE, .name = "filo_tickets_open", .help = "Open requests, by state.", .labels = {"state"}};
    static const Metric tray = {.kind = METRIC_GAUGE,
                                .name = "filo_inbound_tray_messages",
                                .help = "Messages that could not be read and that nobody has looked at."};
    static const Metric bytes = {.kind = METRIC_GAUGE,
                                 .name = "filo_store_database_bytes",
                                 .help = "Size of the database, files under blobs apart."};
    metric_write_head(out, &open);
    for (int state = 0; state < TICKET_STATE_COUNT; state++)
        if (ticket_state_is_open((TicketState)state))
            metric_write_value(out, &open, METRIC_LABELS(ticket_state_text((TicketState)state)),
                               looked->states.count[state]);
    write_gauge(out, &tray, looked->tray);
    write_gauge(out, &bytes, looked->bytes);
}

static const char *name_of(const Looked *looked, ChannelAccountId id)
{
    for (size_t i = 0; i < looked->accounts.count; i++)
        if (looked->accounts.items[i].id.value == id.value && looked->accounts.items[i].active)
            return looked->accounts.items[i].name;
    return NULL; /* nobody uses it any more */
}

/* Since it last worked; 0 and more. */
static TimeMs since_well(const ChannelHealthRow *row, TimeMs now)
{
    return MAX(now - (row->failing_since ? row->failing_since : row->checked_at), 0);
}

static TimeMs since_failing(const ChannelHealthRow *row, TimeMs now)
{
    return row->failing_since ? MAX(now - row->failing_since, 0) : 0;
}

static void write_health(GString *out, const Looked *looked, const Metric *metric,
                         TimeMs (*since)(const ChannelHealthRow *row, TimeMs now), TimeMs now)
{
    metric_write_head(out, metric);
    for (size_t i = 0; i < looked->health.count; i++) {
        const ChannelHealthRow *row = &looked->health.items[i];
        const char *name = name_of(looked, row->account);
        if (name && row->checked_at)
            metric_write_value(out, metric, METRIC_LABELS(name), since(row, now));
    }
}

static void write_mailboxes(GString *out, const Looked *looked, TimeMs now)
{
    static const Metric message = {.kind = METRIC_GAUGE,
                                   .name = "filo_mailbox_since_message_seconds",
                                   .help = "How long ago the last message came in.",
                                   .labels = {"mailbox"},
                                   .per_unit = 1000};
    static const Metric well = {.kind = METRIC_GAUGE,
                                .name = "filo_mailbox_since_well_seconds",
                                .help = "How long ago reading the mailbox last worked.",
                                .labels = {"mailbox"},
                                .per_unit = 1000};
    static const Metric failing = {.kind = METRIC_GAUGE,
                                   .name = "filo_mailbox_failing_seconds",
                                   .help = "How long reading the mailbox has failed; 0: it works.",
                                   .labels = {"mailbox"},
                                   .per_unit = 1000};
    static const Metric incidents = {.kind = METRIC_GAUGE,
                                     .name = "filo_mailbox_incidents",
                                     .help = "Troubles that go on: failing, unwatched, waiting, quiet.",
                                     .labels = {"mailbox", "kind"}};
    metric_write_head(out, &message);
    for (size_t i = 0; i < looked->accounts.count; i++)
        if (looked->accounts.items[i].active && looked->last_message[i])
            metric_write_value(out, &message, METRIC_LABELS(looked->accounts.items[i].name),
                               MAX(now - looked->last_message[i], 0));
    write_health(out, looked, &well, since_well, now);
    write_health(out, looked, &failing, since_failing, now);
    metric_write_head(out, &incidents);
    for (size_t i = 0; i < looked->incidents.count; i++) {
        const Incident *incident = &looked->incidents.items[i];
        const char *name = name_of(looked, incident->account);
        if (name)
            metric_write_value(out, &incidents, METRIC_LABELS(name, incident_kind_text(incident->kind)), 1);
    }
}

/* ------------------------------------------------------------------------------------------------------------- the page */

static void metrics_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    Looked looked;
    TimeMs now = api_call_of(request)->now;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    look(tx, request->arena, &looked);
    if (!api_read_end(request, response, tx))
        return;
    GString *out = http_text(response);
    bool typed = http_set_type(response, METRICS_MEDIA);
    check(typed); /* a constant of ours */
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++)
        metric_render_group(out, groups[i]);
    write_outbox(out, &looked, now);
    write_mailboxes(out, &looked, now);
    write_tickets(out, &looked);
    write_process(out);
}

static const ApiOperation operations[] = {
    {{HTTP_GET, "/metrics", metrics_show, "metrics.read", LANE_SLOW, ROUTE_TOKEN, 0,
      "Counters, gauges and times of the node that answers, in Prometheus' text format."},
     "metrics", NULL, NULL, NULL, 200, false, METRICS_MEDIA},
};
const ApiOperations metrics_operations = {operations, G_N_ELEMENTS(operations)};
