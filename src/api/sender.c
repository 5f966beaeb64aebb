/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a person's word on who writes, by a program: a robot or somebody, and whether Filo answers them by itself. How: the
 * steps of desk/intake/robot.h that the buttons take. An address comes in the body, not in the path: it would stand in
 * logs. Asked again, nothing changes.
 */
#include "desk/intake/robot.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/ticket_shape.h"
#include "desk/party/identity.h"
#include "desk/party/party.h"
#include "desk/ticket/ticket.h"

enum { LISTED = 500 };

static const char *word_nature(int at)
{
    return at < SENDER_NATURE_COUNT ? sender_nature_text((SenderNature)at) : NULL;
}

static const char *word_reason(int at)
{
    return at < STOP_REASON_COUNT ? stop_reason_text((StopReason)at) : NULL;
}

/* --------------------------------------------------------------------------------------------------------------- stops */

enum { STOP_ADDRESS, STOP_REASON, STOP_TICKET, STOP_HELD, STOP_SINCE, STOP_LAST_AT, STOP_COUNT };
static const ShapeField stop_fields[] = {
    [STOP_ADDRESS] = {"address", SHAPE_LINE, true, .doc = "Who is not answered automatically."},
    [STOP_REASON] = {"reason", SHAPE_WORD, true, .word = word_reason, .doc = "Why."},
    [STOP_TICKET] = {"ticket_id", SHAPE_NUMBER, .doc = "The request it began with."},
    [STOP_HELD] = {"held", SHAPE_NUMBER, true, .doc = "How many automatic answers did not leave."},
    [STOP_SINCE] = {"since", SHAPE_TIME, true, .doc = "When it began."},
    [STOP_LAST_AT] = {"last_at", SHAPE_TIME, true, .doc = "When they wrote last."},
};
static const Shape stop_shape = {"SenderStop", stop_fields, STOP_COUNT, true};

enum { STOPS_ITEMS, STOPS_COUNT };
static const ShapeField stops_fields[] = {
    [STOPS_ITEMS] = {"items", SHAPE_LIST, true, .item = &stop_shape, .doc = "Newest first, at most 500."},
};
static const Shape stops_shape = {"SenderStops", stops_fields, STOPS_COUNT, true};

static void stop_list(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    AutomaticStopList list = automatic_stop_list(tx, request->arena, LISTED);
    if (!api_read_end(request, response, tx))
        return;
    api_note_read(api_call_of(request), "sender.stops", "sender", 0);
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, list.count * STOP_COUNT);
    for (size_t i = 0; i < list.count; i++) {
        const AutomaticStop *stop = &list.items[i];
        ShapeValue *row = &rows[i * STOP_COUNT];
        row[STOP_ADDRESS] = shape_text(stop->address_key);
        row[STOP_REASON] = shape_text(stop_reason_text(stop->reason));
        row[STOP_TICKET] = shape_id(stop->ticket.value);
        row[STOP_HELD] = shape_number(stop->held);
        row[STOP_SINCE] = shape_number(stop->since);
        row[STOP_LAST_AT] = shape_number(stop->last_at);
    }
    api_send(request, response, 200, &stops_shape,
             (ShapeValue[STOPS_COUNT]){[STOPS_ITEMS] = shape_rows(rows, list.count)});
}

/* -------------------------------------------------------------------------------------------------------- what was said */

enum { KNOWN_ADDRESS, KNOWN_NATURE, KNOWN_AT, KNOWN_COUNT };
static const ShapeField known_fields[] = {
    [KNOWN_ADDRESS] = {"address", SHAPE_LINE, true, .doc = "Of whom somebody said it."},
    [KNOWN_NATURE] = {"nature", SHAPE_WORD, true, .word = word_nature, .doc = "What they are."},
    [KNOWN_AT] = {"at", SHAPE_TIME, true, .doc = "When it was said."},
};
static const Shape known_shape = {"KnownSender", known_fields, KNOWN_COUNT, true};

enum { KNOWNS_ITEMS, KNOWNS_COUNT };
static const ShapeField knowns_fields[] = {
    [KNOWNS_ITEMS] = {"items", SHAPE_LIST, true, .item = &known_shape, .doc = "By address, at most 500."},
};
static const Shape knowns_shape = {"KnownSenders", knowns_fields, KNOWNS_COUNT, true};

static void known_list(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    KnownSenderList list = sender_list(tx, request->arena, LISTED);
    if (!api_read_end(request, response, tx))
        return;
    api_note_read(api_call_of(request), "sender.list", "sender", 0);
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, list.count * KNOWN_COUNT);
    for (size_t i = 0; i < list.count; i++) {
        rows[i * KNOWN_COUNT + KNOWN_ADDRESS] = shape_text(list.items[i].address_key);
        rows[i * KNOWN_COUNT + KNOWN_NATURE] = shape_text(sender_nature_text(list.items[i].nature));
        rows[i * KNOWN_COUNT + KNOWN_AT] = shape_number(list.items[i].at);
    }
    api_send(request, response, 200, &knowns_shape,
             (ShapeValue[KNOWNS_COUNT]){[KNOWNS_ITEMS] = shape_rows(rows, list.count)});
}

/* ----------------------------------------------------------------------------------------------------------- an address */

enum { ADDRESS_ADDRESS, ADDRESS_COUNT };
static const ShapeField address_fields[] = {
    [ADDRESS_ADDRESS] = {"address", SHAPE_LINE, true, 254, .doc = "The sender's."},
};
static const Shape address_shape = {"SenderAddress", address_fields, ADDRESS_COUNT};

enum { DONE_ADDRESS, DONE_CHANGED, DONE_COUNT };
static const ShapeField done_fields[] = {
    [DONE_ADDRESS] = {"address", SHAPE_LINE, true, .doc = "As Filo compares it."},
    [DONE_CHANGED] = {"changed", SHAPE_FLAG, true, .doc = "false: it stood so already."},
};
static const Shape done_shape = {"SenderDone", done_fields, DONE_COUNT, true};

typedef struct AddressWork {
    const ApiCall *call;
    const char *address;
    bool (*take)(StoreTx *tx, const char *address, TimeMs now);
    const char *audit;
    bool changed;
} AddressWork;

static bool take(StoreTx *tx, void *arg)
{
    AddressWork *work = arg;
    work->changed = work->take(tx, work->address, work->call->now);
    if (work->changed)
        api_audit(tx, work->call, work->audit, "sender", 0);
    return true;
}

static void run_address(HttpRequest *request, HttpResponse *response, AddressWork work)
{
    ShapeValue in[ADDRESS_COUNT];
    EmailAddress typed;
    if (!api_read_body(request, response, &address_shape, in))
        return;
    if (email_address_parse(in[ADDRESS_ADDRESS].text, &typed) != IDENTITY_OK) {
        api_problem(request, response, "body.type", "address", "must be an e-mail address");
        return;
    }
    work.call = api_call_of(request);
    work.address = contact_key_of_email(request->arena, typed.text);
    static const CodingRefusals none;
    if (api_write(request, response, work.audit, take, &work, &none))
        api_send(request, response, 200, &done_shape,
                 (ShapeValue[DONE_COUNT]){
                     [DONE_ADDRESS] = shape_text(work.address), [DONE_CHANGED] = shape_number(work.changed)});
}

static bool forget(StoreTx *tx, const char *address, TimeMs now)
{
    (void)now;
    return sender_forget(tx, address);
}

static void sender_answer(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_address(request, response, (AddressWork){.take = automatic_stop_lift, .audit = "sender.answer"});
}

static void sender_seen(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_address(request, response, (AddressWork){.take = automatic_stop_set_looked, .audit = "sender.seen"});
}

static void sender_unlearn(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_address(request, response, (AddressWork){.take = forget, .audit = "sender.forget"});
}

/* ------------------------------------------------------------------------------------------------------------ a message */

enum { CORRECT_NATURE, CORRECT_COUNT };
static const ShapeField correct_fields[] = {
    [CORRECT_NATURE] = {"nature", SHAPE_WORD, true, .word = word_nature, .doc = "What wrote it."},
};
static const Shape correct_shape = {"SenderCorrection", correct_fields, CORRECT_COUNT};

typedef struct CorrectWork {
    HttpRequest *request;
    const ApiCall *call;
    SenderCorrection correction;
    Ticket after;
    CodingRefusals refused;
} CorrectWork;

static bool correct(StoreTx *tx, void *arg)
{
    CorrectWork *work = arg;
    const ApiCall *call = work->call;
    Arena *arena = work->request->arena;
    InputError error = {0};
    const char *audit = work->correction.nature == SENDER_PERSON ? "sender.person" : "sender.robot";
    work->refused.count = 0;
    if (!sender_correct(tx, arena, &work->correction, call->person, call->now, &error))
        return api_refuse(&work->refused, error);
    api_audit(tx, call, audit, "message", work->correction.message.value);
    return ticket_find(tx, arena, work->correction.ticket, &work->after);
}

static void message_sender(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[CORRECT_COUNT];
    CorrectWork work = {.request = request, .call = api_call_of(request)};
    if (!api_read_body(request, response, &correct_shape, in))
        return;
    work.correction = (SenderCorrection){.ticket = {http_param_id(request, "id")},
                                         .message = {http_param_id(request, "message")},
                                         .nature = (SenderNature)in[CORRECT_NATURE].number,
                                         .reopen_since = work.call->now - work.call->policy->reopen_ms,
                                         .next_update_at = desk_next_update(work.call->desk, work.call->now)};
    if (api_write(request, response, "api sender correct", correct, &work, &work.refused))
        api_send(request, response, 200, &ticket_now_shape, ticket_now_values(request->arena, &work.after));
}

static const ApiOperation operations[] = {
    {{HTTP_GET, "/api/v1/senders", known_list, "ticket.write", LANE_PAGE, ROUTE_TOKEN, 0,
      "Addresses somebody said are a robot's or a person's."},
     "senderList", NULL, NULL, &knowns_shape, 200, false},
    {{HTTP_GET, "/api/v1/senders/stops", stop_list, "ticket.write", LANE_PAGE, ROUTE_TOKEN, 0,
      "Whom Filo no longer answers automatically, of those nobody has seen to."},
     "senderStops", NULL, NULL, &stops_shape, 200, false},
    {{HTTP_POST, "/api/v1/senders/answer", sender_answer, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Lifts the stop: Filo answers them automatically again."},
     "senderAnswer", NULL, &address_shape, &done_shape, 200, false},
    {{HTTP_POST, "/api/v1/senders/seen", sender_seen, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Leaves the stop and takes it off the list."},
     "senderSeen", NULL, &address_shape, &done_shape, 200, false},
    {{HTTP_POST, "/api/v1/senders/forget", sender_unlearn, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Forgets what was said of them."},
     "senderForget", NULL, &address_shape, &done_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/messages/:message/sender", message_sender, "ticket.write", LANE_PAGE, ROUTE_TOKEN,
      API_BODY_LIMIT, "Says what wrote this message, a robot or a person, and learns its sender."},
     "messageSender", NULL, &correct_shape, &ticket_now_shape, 200, false},
};
const ApiOperations sender_operations = {operations, G_N_ELEMENTS(operations)};
