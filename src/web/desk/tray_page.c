/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: messages that need a person: those that did not leave, those that did not arrive, and those that came and could
 * not be read, and senders whom Filo no longer answers by itself. How: a list of each; what can be done is one step of outbox.h, delivery.h or intake.h, recorded, and back
 * to the list. A row that has moved on
 * meanwhile is no failure: the list shows how it stands.
 */
#include "base/format.h"
#include "desk/intake/intake.h"
#include "desk/intake/robot.h"
#include "desk/ticket/ticket.h"
#include "queue/delivery.h"
#include "queue/outbox.h"
#include "web/attachment_send.h"
#include "web/desk/desk_pages.h"
#include "web/file_unchecked.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/tray_view.h"
#include "web/visit.h"
#include "web/words.h"

#include <string.h>

enum { SHOWN = 100 };

/* ---------------------------------------------------------------------------------------------------------------- list */

static const char *moment(Arena *arena, const Visit *visit, TimeMs at)
{
    return format_moment(arena, visit->lang, visit->policy->zone, at, visit->now);
}

static const char *stuck_reason(const Visit *visit, const OutboxStuck *stuck)
{
    if (stuck->reason && !strcmp(stuck->reason, OUTBOX_INFECTED))
        return msg(visit->lang, MSG_DELIVERY_REASON_INFECTED);
    return stuck->reason ? stuck->reason : "";
}

static TrayOutgoing outgoing_row(StoreTx *tx, Arena *arena, const Visit *visit, const OutboxStuck *stuck)
{
    static const MsgId purposes[OUTBOX_PURPOSE_COUNT] = {[OUTBOX_ANSWER] = MSG_TRAY_ANSWER,
                                                         [OUTBOX_ACKNOWLEDGEMENT] = MSG_TRAY_ACKNOWLEDGEMENT,
                                                         [OUTBOX_NOTICE] = MSG_TRAY_NOTICE};
    Ticket ticket;
    const char *id = arena_int(arena, stuck->id.value), *number = arena_int(arena, stuck->ticket.value);
    bool known = stuck->ticket.value && ticket_find(tx, arena, stuck->ticket, &ticket);
    return (TrayOutgoing){
        .what = purposes[stuck->purpose],
        .number = known ? number : "",
        .ticket_url = known ? url_local(arena, "/tickets/%", number) : (SafeUrl){NULL},
        .subject = known ? (*ticket.subject ? ticket.subject : msg(visit->lang, MSG_TICKET_NO_SUBJECT)) : "",
        .when = moment(arena, visit, stuck->created_at),
        .next = stuck->failed ? "" : moment(arena, visit, stuck->not_before),
        .reason = stuck_reason(visit, stuck),
        .again_url = url_local(arena, "/tray/outgoing/%/again", id),
        .give_up_url = url_local(arena, "/tray/outgoing/%/give-up", id),
    };
}

static TrayUndelivered undelivered_row(StoreTx *tx, Arena *arena, const Visit *visit, const Delivery *delivery)
{
    Ticket ticket;
    const char *number = arena_int(arena, delivery->ticket.value);
    bool known = delivery->ticket.value && ticket_find(tx, arena, delivery->ticket, &ticket);
    return (TrayUndelivered){
        .address = delivery->address,
        .number = known ? number : "",
        .ticket_url = known ? url_local(arena, "/tickets/%", number) : (SafeUrl){NULL},
        .subject = known ? (*ticket.subject ? ticket.subject : msg(visit->lang, MSG_TICKET_NO_SUBJECT)) : "",
        .when = moment(arena, visit, delivery->at),
        .reason = words_delivery(visit->lang, delivery->status, delivery->reason),
        .done_url = url_local(arena, "/tray/deliveries/%/done", arena_int(arena, delivery->id.value)),
    };
}

static TrayStop stop_row(StoreTx *tx, Arena *arena, const Visit *visit, const AutomaticStop *stop)
{
    Ticket ticket;
    const char *number = arena_int(arena, stop->ticket.value);
    bool known = stop->ticket.value && ticket_find(tx, arena, stop->ticket, &ticket);
    return (TrayStop){
        .address = stop->address_key,
        .text = words_stopped(arena, visit->lang, stop),
        .number = known ? number : "",
        .ticket_url = known ? url_local(arena, "/tickets/%", number) : (SafeUrl){NULL},
        .subject = known ? (*ticket.subject ? ticket.subject : msg(visit->lang, MSG_TICKET_NO_SUBJECT)) : "",
        .when = moment(arena, visit, stop->since),
        .held =
            msg_fill(arena, visit->lang, MSG_STOP_HELD, "count", format_number(arena, visit->lang, stop->held), NULL),
    };
}

static TrayIncoming incoming_row(Arena *arena, const Visit *visit, const InboundInTray *inbound)
{
    const char *id = arena_int(arena, inbound->id.value);
    return (TrayIncoming){
        .mailbox = inbound->source,
        .what = inbound->reason && !strcmp(inbound->reason, INTAKE_LOOSE_RECEIPT)
                    ? msg(visit->lang, MSG_TRAY_LOOSE_RECEIPT)
                    : "",
        .when = moment(arena, visit, inbound->received_at),
        .size = arena_printf(arena, "%s KB", format_number(arena, visit->lang, (inbound->raw_size + 1023) / 1024)),
        .original_url = url_local(arena, "/tray/incoming/%/original", id),
        .again_url = url_local(arena, "/tray/incoming/%/again", id),
        .done_url = url_local(arena, "/tray/incoming/%/done", id),
    };
}

static void fill(StoreTx *tx, Arena *arena, const Visit *visit, TrayView *view)
{
    OutboxStuckList stuck = outbox_list_stuck(tx, arena, SHOWN);
    DeliveryList unreached = delivery_list_failed(tx, arena, SHOWN);
    InboundTray tray = intake_list_tray(tx, arena, SHOWN);
    AutomaticStopList stopped = automatic_stop_list(tx, arena, SHOWN);
    TrayStop *stops = ARENA_ARRAY(arena, TrayStop, stopped.count);
    TrayUndelivered *undelivered = ARENA_ARRAY(arena, TrayUndelivered, unreached.count);
    TrayOutgoing *outgoing = ARENA_ARRAY(arena, TrayOutgoing, stuck.count);
    TrayIncoming *incoming = ARENA_ARRAY(arena, TrayIncoming, tray.count);
    for (size_t i = 0; i < stuck.count; i++)
        outgoing[i] = outgoing_row(tx, arena, visit, &stuck.items[i]);
    for (size_t i = 0; i < unreached.count; i++)
        undelivered[i] = undelivered_row(tx, arena, visit, &unreached.items[i]);
    for (size_t i = 0; i < stopped.count; i++)
        stops[i] = stop_row(tx, arena, visit, &stopped.items[i]);
    for (size_t i = 0; i < tray.count; i++)
        incoming[i] = incoming_row(arena, visit, &tray.items[i]);
    *view = (TrayView){
        .outgoing = outgoing,
        .outgoing_count = stuck.count,
        .has_outgoing = stuck.count > 0,
        .undelivered = undelivered,
        .undelivered_count = unreached.count,
        .has_undelivered = unreached.count > 0,
        .stops = stops,
        .stops_count = stopped.count,
        .has_stops = stopped.count > 0,
        .incoming = incoming,
        .incoming_count = tray.count,
        .has_incoming = tray.count > 0,
    };
}

void tray_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    TrayView view;
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    fill(tx, request->arena, visit, &view);
    if (!visit_read_end(request, response, tx))
        return;
    view.page = layout_desk(request, msg(visit->lang, MSG_TRAY_TITLE), MSG_TRAY_TITLE);
    tray_render(http_html(response), visit->lang, &view);
}

/* ------------------------------------------------------------------------------------------------------- the original */

/* With a virus in it, it is for who looks after the installation, and that they had it is kept. */
static bool may_have_infected(const Visit *visit, int64_t id)
{
    if (visit_may(visit, "settings.write"))
        visit_note_read(visit, "inbound.infected_original", "inbound", id);
    return visit_may(visit, "settings.write");
}

/* It has no files that were looked at one by one: the whole is looked at now. */
static void send_original(HttpRequest *request, HttpResponse *response, int64_t id, Bytes raw)
{
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    const char *said, *number = arena_int(arena, id), *name = arena_printf(arena, "%s.eml", number);
    AttachmentScan scan = scanner_look(web_scanner(visit->web), arena, raw, &said);
    const char *why = file_unchecked_is_wanted(request) ? "" : attachment_unchecked(visit, scan);
    if (scan == SCAN_INFECTED && !may_have_infected(visit, id))
        problem_page(request, response, PROBLEM_INFECTED_UNREAD, said);
    else if (*why)
        file_unchecked_show(request, response, MSG_TRAY_TITLE,
                            &(FileUnchecked){.name = name,
                                             .size = attachment_size(arena, visit->lang, (int64_t)raw.size),
                                             .why = why,
                                             .path = arena_printf(arena, "/tray/incoming/%s/original", number),
                                             .back = msg(visit->lang, MSG_TRAY_TITLE),
                                             .back_url = url_checked("/tray")});
    else
        http_send_blob(response, raw, "message/rfc822", name, false);
}

void tray_original(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    int64_t id = http_param_id(request, "id");
    Bytes raw = {0};
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return;
    const char *sha256 = intake_find_tray(tx, request->arena, (InboundId){id});
    bool read = sha256 && attachment_read_blob(request, response, tx, sha256, &raw);
    if (!visit_read_end(request, response, tx))
        return;
    if (!sha256)
        problem_page(request, response, PROBLEM_NOT_FOUND, "");
    else if (read)
        send_original(request, response, id, raw);
}

/* --------------------------------------------------------------------------------------------------------------- steps */

typedef struct TrayStep {
    const Visit *visit;
    int64_t id;
    bool (*take)(StoreTx *tx, int64_t id, TimeMs now);
    const char *action, *object; /* for the record */
} TrayStep;

static bool send_again(StoreTx *tx, int64_t id, TimeMs now)
{
    return outbox_send_again(tx, (OutboxId){id}, now);
}

static bool give_up(StoreTx *tx, int64_t id, TimeMs now)
{
    return outbox_give_up(tx, (OutboxId){id}, now);
}

static bool read_again(StoreTx *tx, int64_t id, TimeMs now)
{
    (void)now;
    return intake_read_again(tx, (InboundId){id});
}

static bool set_looked(StoreTx *tx, int64_t id, TimeMs now)
{
    return intake_set_looked(tx, (InboundId){id}, now);
}

static bool set_delivery_looked(StoreTx *tx, int64_t id, TimeMs now)
{
    return delivery_set_looked(tx, (DeliveryId){id}, now);
}

static bool take_step(StoreTx *tx, void *arg)
{
    const TrayStep *step = arg;
    if (!step->take(tx, step->id, step->visit->now))
        return false;
    visit_audit(tx, step->visit, step->action, step->object, step->id);
    return true;
}

static void run_step(HttpRequest *request, HttpResponse *response, TrayStep step)
{
    g_autoptr(GError) error = NULL;
    step.visit = visit_of(request);
    step.id = http_param_id(request, "id");
    if (store_write(desk_store(step.visit->desk), "tray step", take_step, &step, &error) == STORE_FAILED)
        problem_of_error(request, response, error);
    else
        http_redirect(response, "/tray");
}

void tray_again_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_step(request, response, (TrayStep){.take = send_again, .action = "outbox.again", .object = "outbox"});
}

void tray_give_up_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_step(request, response, (TrayStep){.take = give_up, .action = "outbox.give_up", .object = "outbox"});
}

void tray_read_again_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_step(request, response, (TrayStep){.take = read_again, .action = "inbound.again", .object = "inbound"});
}

void tray_done_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_step(request, response, (TrayStep){.take = set_looked, .action = "inbound.done", .object = "inbound"});
}

void tray_delivery_done_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_step(request, response,
             (TrayStep){.take = set_delivery_looked, .action = "delivery.done", .object = "delivery"});
}
