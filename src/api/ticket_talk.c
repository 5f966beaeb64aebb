/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: answers and notes by a program. How: as the composer of a ticket's page does, by the same calls of the desk, in
 * the name of the token's maker: the customer reads a person's name, and that person owns the request.
 */
#include "api/call.h"
#include "api/operation.h"
#include "api/ticket_shape.h"
#include "base/text.h"
#include "desk/ticket/recipient.h"

enum { TEXT_MAX = 50000, COPIES_MAX = 10000 };

/* --------------------------------------------------------------------------------------------------------------- answer */

enum { REPLY_TEXT, REPLY_SEEN, REPLY_WAIT, REPLY_CC, REPLY_COUNT };
static const ShapeField reply_fields[] = {
    [REPLY_TEXT] = {"text", SHAPE_LINES, true, TEXT_MAX, .doc = "What the customer reads."},
    [REPLY_SEEN] = {"seen_message_id", SHAPE_NUMBER,
                    .doc = "The highest id of the messages you saw: refused if anything came after it."},
    [REPLY_CC] = {"cc", SHAPE_LINE, .max = COPIES_MAX,
                  .doc = "Who else receives it, addresses separated by commas; \"\" for nobody. Left out: as the last "
                         "message had it."},
    [REPLY_WAIT] = {"wait_customer", SHAPE_FLAG, .doc = "Whether the request then waits for the customer's answer."},
};
static const Shape reply_shape = {"Reply", reply_fields, REPLY_COUNT};

enum { SAID_TICKET, SAID_MESSAGE, SAID_ALREADY, SAID_COUNT };
static const ShapeField said_fields[] = {
    [SAID_TICKET] = {"id", SHAPE_NUMBER, true, .doc = "The request's number."},
    [SAID_MESSAGE] = {"message_id", SHAPE_NUMBER, true, .doc = "The message's number."},
    [SAID_ALREADY] = {"already", SHAPE_FLAG, true, .doc = "Whether an earlier call with this key had sent it."},
};
static const Shape said_shape = {"Said", said_fields, SAID_COUNT, true};

typedef struct ReplyWork {
    HttpRequest *request;
    const ApiCall *call;
    Answer answer;
    RecipientChoice choice;
    bool wait;
    AnswerResult result;
    CodingRefusals refused;
} ReplyWork;

static bool wait_for_customer(StoreTx *tx, ReplyWork *work)
{
    const ApiCall *call = work->call;
    TicketEdit edit;
    Lang lang = LANG_IT;
    if (!ticket_edit_begin(&edit, tx, work->request->arena, work->answer.ticket, call->person, call->now))
        return false;
    (void)lang_find(edit.ticket.language, &lang); /* a language we do not speak: the house's first */
    ActionInput input = {.customer_reason = msg(lang, MSG_WAIT_FOR_ANSWER)};
    if (edit.ticket.now.state == TICKET_IN_PROGRESS && !ticket_act(&edit, TICKET_WAIT_CUSTOMER, &input))
        return api_refuse(&work->refused, edit.refused);
    return ticket_edit_end(&edit);
}

/* A ticket that is not there is said before a recipient is missed. */
static bool is_there(StoreTx *tx, Arena *arena, TicketId id, CodingRefusals *refused)
{
    Ticket ticket;
    return ticket_find(tx, arena, id, &ticket) || api_refuse(refused, (InputError){"", "ticket.error.not_found", NULL});
}

static bool add_reply(StoreTx *tx, void *arg)
{
    ReplyWork *work = arg;
    const ApiCall *call = work->call;
    InputError error = {0};
    work->refused.count = 0;
    if (!is_there(tx, work->request->arena, work->answer.ticket, &work->refused))
        return false;
    if (!recipient_choose(tx, work->request->arena, &work->choice, call->person, call->now, &work->answer, &error) ||
        !answer_add(tx, work->request->arena, &work->answer, call->person, call->now, &work->result, &error))
        return api_refuse(&work->refused, error);
    if (work->result.already)
        return true;
    api_audit(tx, call, "ticket.answer", "ticket", work->answer.ticket.value);
    return !work->wait || wait_for_customer(tx, work);
}

/* One key is one answer of one token on one request; without a key every call is a new one. */
static const char *answer_key(const ReplyWork *work, const char *key)
{
    Token fresh = token_new();
    return arena_printf(work->request->arena, "api:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%s",
                        work->call->token.id.value, work->answer.ticket.value, key ? key : fresh.text);
}

static Answer answer_of(const HttpRequest *request, const ApiCall *call, const ShapeValue *in)
{
    return (Answer){
        .ticket = {http_param_id(request, "id")},
        .seen_message = {in[REPLY_SEEN].number},
        .channel = "mail",
        .text = in[REPLY_TEXT].text,
        .author_name = call->maker.display_name,
        .author_team = call->maker.team,
        .reply = token_new(),
        .leaves_at = call->now + call->policy->undo_ms,
        .next_update_at = desk_next_update(call->desk, call->now),
        .sealed = call->policy->demo,
    };
}

static void send_said(HttpRequest *request, HttpResponse *response, TicketId ticket, MessageId message, bool already)
{
    api_send(request, response, already ? 200 : 201, &said_shape,
             (ShapeValue[SAID_COUNT]){[SAID_TICKET] = shape_number(ticket.value),
                                      [SAID_MESSAGE] = shape_number(message.value),
                                      [SAID_ALREADY] = shape_number(already)});
}

static void ticket_reply(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const char *key;
    ShapeValue in[REPLY_COUNT];
    ReplyWork work = {.request = request, .call = api_call_of(request)};
    if (!api_read_body(request, response, &reply_shape, in) || !api_read_key(request, response, &key))
        return;
    work.answer = answer_of(request, work.call, in);
    work.answer.idempotency_key = answer_key(&work, key);
    work.choice = (RecipientChoice){.given = in[REPLY_CC].given, .added = in[REPLY_CC].text};
    work.wait = in[REPLY_WAIT].number != 0;
    if (api_write(request, response, "api ticket reply", add_reply, &work, &work.refused))
        send_said(request, response, work.answer.ticket, work.result.message, work.result.already);
}

/* ----------------------------------------------------------------------------------------------------------------- note */

enum { NOTE_TEXT, NOTE_COUNT };
static const ShapeField note_fields[] = {
    [NOTE_TEXT] = {"text", SHAPE_LINES, true, TEXT_MAX, .doc = "What the colleagues read; the customer never does."},
};
static const Shape note_shape = {"Note", note_fields, NOTE_COUNT};

typedef struct NoteWork {
    HttpRequest *request;
    const ApiCall *call;
    TicketId ticket;
    const char *text;
    MessageId message;
    CodingRefusals refused;
} NoteWork;

static bool add_note(StoreTx *tx, void *arg)
{
    NoteWork *work = arg;
    const ApiCall *call = work->call;
    InputError error = {0};
    work->refused.count = 0;
    if (!note_add(tx, work->request->arena, work->ticket, work->text, call->maker.display_name, call->person, call->now,
                  &work->message, &error))
        return api_refuse(&work->refused, error);
    api_audit(tx, call, "ticket.note", "ticket", work->ticket.value);
    return true;
}

static void ticket_note(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[NOTE_COUNT];
    if (!api_read_body(request, response, &note_shape, in))
        return;
    NoteWork work = {.request = request,
                     .call = api_call_of(request),
                     .ticket = {http_param_id(request, "id")},
                     .text = in[NOTE_TEXT].text};
    if (api_write(request, response, "api ticket note", add_note, &work, &work.refused))
        send_said(request, response, work.ticket, work.message, false);
}

static const ApiOperation operations[] = {
    {{HTTP_POST, "/api/v1/tickets/:id/reply", ticket_reply, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Answers the customer, as the token's maker."},
     "ticketReply", NULL, &reply_shape, &said_shape, 201, true},
    {{HTTP_POST, "/api/v1/tickets/:id/notes", ticket_note, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Leaves a note that only the staff reads."},
     "ticketNote", NULL, &note_shape, &said_shape, 201, false},
};
const ApiOperations ticket_talk_operations = {operations, G_N_ELEMENTS(operations)};
