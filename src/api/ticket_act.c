/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: moving a request through its states by a program, up to solved and closed. How: each call is one store_write
 * whose work asks the desk, as the buttons of a ticket's page do, in the name of the token's maker.
 */
#include "api/call.h"
#include "api/operation.h"
#include "api/ticket_code.h"
#include "api/ticket_shape.h"
#include "base/text.h"
#include "desk/code/code.h"
#include "desk/cost/cost.h"
#include "desk/intake/aside.h"
#include "desk/intake/forwarded.h"
#include "desk/intake/split.h"
#include "desk/intake/unproved.h"
#include "desk/product/product.h"
#include "desk/ticket/merge.h"
#include "desk/ticket/recipient.h"

#include <string.h>

/* --------------------------------------------------------------------------------------------------------- one action */

typedef struct ActWork {
    HttpRequest *request;
    const ApiCall *call;
    TicketId ticket;
    int64_t version; /* as the program saw it; 0: it does not ask */
    TicketAction action;
    ActionInput input;
    bool other_customer;
    const char *audit;
    Ticket after;
    CodingRefusals refused;
} ActWork;

static bool read_work(HttpRequest *request, HttpResponse *response, const ShapeValue *version, const char *audit,
                      ActWork *work_out)
{
    *work_out = (ActWork){
        .request = request, .call = api_call_of(request), .ticket = {http_param_id(request, "id")}, .audit = audit};
    return api_read_version(request, response, version, &work_out->version);
}

static bool begin(TicketEdit *edit, StoreTx *tx, const ActWork *work)
{
    const ApiCall *call = work->call;
    Arena *arena = work->request->arena;
    return work->version ? ticket_edit_begin_at(edit, tx, arena, work->ticket, work->version, call->person, call->now)
                         : ticket_edit_begin(edit, tx, arena, work->ticket, call->person, call->now);
}

/* Waiting and solving begin from work: whoever waits from "owned" has begun. */
static bool start_if_owned(TicketEdit *edit, TicketAction action)
{
    bool needs_start = edit->ticket.now.state == TICKET_OWNED && !transition_find(TICKET_OWNED, action);
    return !needs_start || ticket_act(edit, TICKET_START, &(ActionInput){0});
}

static bool act(StoreTx *tx, void *arg)
{
    ActWork *work = arg;
    TicketEdit edit;
    work->refused.count = 0;
    bool done =
        begin(&edit, tx, work) && start_if_owned(&edit, work->action) && ticket_act(&edit, work->action, &work->input);
    if (!done)
        return api_refuse(&work->refused, edit.refused);
    api_audit(tx, work->call, work->audit, "ticket", work->ticket.value);
    return ticket_edit_end(&edit) && ticket_find(tx, work->request->arena, work->ticket, &work->after);
}

static void run(HttpResponse *response, const char *name, ActWork *work)
{
    HttpRequest *request = work->request;
    if (api_write(request, response, name, act, work, &work->refused))
        api_send(request, response, 200, &ticket_now_shape, ticket_now_values(request->arena, &work->after));
}

/* --------------------------------------------------------------------------------------------------------------- assign */

enum { ASSIGN_VERSION, ASSIGN_OWNER, ASSIGN_TEAM, ASSIGN_COUNT };
static const ShapeField assign_fields[] = {
    [ASSIGN_VERSION] = TICKET_VERSION_FIELD,
    [ASSIGN_OWNER] = {"owner_id", SHAPE_NUMBER, .doc = "Who gets it; without one it goes to the team's queue."},
    [ASSIGN_TEAM] = {"team_id", SHAPE_NUMBER, .doc = "Which team; as it is unless told."},
};
static const Shape assign_shape = {"Assign", assign_fields, ASSIGN_COUNT};

static bool team_is_there(StoreTx *tx, Arena *arena, TeamId id)
{
    TeamList teams = team_list(tx, arena);
    bool found = id.value == 0;
    for (size_t i = 0; i < teams.count; i++)
        found = found || teams.items[i].id.value == id.value;
    return found;
}

static bool assign(StoreTx *tx, void *arg)
{
    ActWork *work = arg;
    Staff owner;
    Arena *arena = work->request->arena;
    StaffId wanted = work->input.owner;
    work->refused.count = 0;
    if (wanted.value && !(staff_find(tx, arena, wanted, &owner) && owner.active))
        return api_refuse(&work->refused, (InputError){"owner_id", "ticket.error.no_owner", NULL});
    if (!team_is_there(tx, arena, work->input.team))
        return api_refuse(&work->refused, (InputError){"team_id", "ticket.error.no_team", NULL});
    return act(tx, arg);
}

static void ticket_assign(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[ASSIGN_COUNT];
    ActWork work;
    if (!api_read_body(request, response, &assign_shape, in) ||
        !read_work(request, response, &in[ASSIGN_VERSION], "ticket.assign", &work))
        return;
    work.action = in[ASSIGN_OWNER].number ? TICKET_ASSIGN : TICKET_RELEASE;
    work.input = (ActionInput){.owner = {in[ASSIGN_OWNER].number}, .team = {in[ASSIGN_TEAM].number}};
    if (api_write(request, response, "api ticket assign", assign, &work, &work.refused))
        api_send(request, response, 200, &ticket_now_shape, ticket_now_values(request->arena, &work.after));
}

/* ---------------------------------------------------------------------------------------------------------------- state */

/* What POST …/state does. Passing to others is assign's, and solving resolve's: they need other permissions or more. */
static const TicketAction state_actions[] = {
    TICKET_START,         TICKET_WAIT_CUSTOMER,  TICKET_WAIT_THIRD_PARTY, TICKET_WAIT_PART,
    TICKET_WAIT_APPROVAL, TICKET_SCHEDULE,       TICKET_RESUME,           TICKET_REOPEN,
    TICKET_MARK_DUPLICATE, TICKET_MARK_NOT_OURS, TICKET_CANCEL,           TICKET_MARK_SPAM,
    TICKET_RESTORE,
};

static const char *word_action(int at)
{
    return at < (int)G_N_ELEMENTS(state_actions) ? ticket_action_text(state_actions[at]) : NULL;
}

enum {
    STATE_ACTION,
    STATE_VERSION,
    STATE_REASON,
    STATE_NEXT_UPDATE_AT,
    STATE_APPOINTMENT_AT,
    STATE_MASTER,
    STATE_POINTER,
    STATE_NOTE,
    STATE_OTHER_CUSTOMER,
    STATE_COUNT
};
static const ShapeField state_fields[] = {
    [STATE_ACTION] = {"action", SHAPE_WORD, true, .word = word_action, .doc = "What is done."},
    [STATE_VERSION] = TICKET_VERSION_FIELD,
    [STATE_REASON] = {"reason", SHAPE_LINE, .max = 500,
                      .doc = "Why we wait, in words the customer reads; the waits need it."},
    [STATE_NEXT_UPDATE_AT] = {"next_update_at", SHAPE_TIME, .doc = "By when the customer hears from us."},
    [STATE_APPOINTMENT_AT] = {"appointment_at", SHAPE_TIME, .doc = "The date agreed; schedule needs it."},
    [STATE_MASTER] = {"master_id", SHAPE_NUMBER, .doc = "The request it is a duplicate of; mark_duplicate needs it."},
    [STATE_POINTER] = {"pointer", SHAPE_LINE, .max = 500, .doc = "Who is competent; mark_not_ours needs it."},
    [STATE_NOTE] = {"note", SHAPE_LINE, .max = 500, .doc = "Why, among us; cancel, restore and reopen need it."},
    [STATE_OTHER_CUSTOMER] = {"other_customer", SHAPE_FLAG,
                              .doc = "For mark_duplicate: it is another customer's request, and is joined on purpose."},
};
static const Shape state_shape = {"StateChange", state_fields, STATE_COUNT};

static ActionInput input_of(const ApiCall *call, TicketAction action, const ShapeValue *in)
{
    ActionInput input = {.customer_reason = in[STATE_REASON].text,
                         .next_update_at = in[STATE_NEXT_UPDATE_AT].number,
                         .appointment_at = in[STATE_APPOINTMENT_AT].number,
                         .master = {in[STATE_MASTER].number},
                         .pointer = in[STATE_POINTER].text,
                         .note = in[STATE_NOTE].text};
    if (action == TICKET_RESTORE && !input.next_update_at)
        input.next_update_at = desk_next_update(call->desk, call->now);
    if (action == TICKET_REOPEN) {
        input.reopen_since = call->now - call->policy->reopen_ms;
        input.owner = call->maker.id;
        input.next_update_at = input.next_update_at ? input.next_update_at : desk_next_update(call->desk, call->now);
    }
    return input;
}

/* What concerns more than the request itself is not one edit. */
static bool change_more(StoreTx *tx, ActWork *work, InputError *error)
{
    const ApiCall *call = work->call;
    Arena *arena = work->request->arena;
    if (work->action == TICKET_RESTORE) {
        Restoring restoring = {.ticket = work->ticket,
                               .version = work->version,
                               .note = work->input.note,
                               .next_update_at = work->input.next_update_at,
                               .team = call->maker.team};
        aside_forget(tx, arena, work->ticket);
        return ticket_restore(tx, arena, &restoring, call->person, call->now, error);
    }
    if (work->action == TICKET_MARK_SPAM)
        return aside_put(tx, arena, &(AsidePut){work->ticket, work->version, false}, call->person, call->now, error);
    Merging merging = {.from = work->ticket,
                       .version = work->version,
                       .into = work->input.master,
                       .other_customer = work->other_customer,
                       .note = work->input.note};
    bool merged = ticket_merge(tx, arena, &merging, call->person, call->now, error);
    error->field = g_strcmp0(error->field, "into") == 0 ? "master_id" : error->field;
    return merged;
}

static bool change_state(StoreTx *tx, void *arg)
{
    ActWork *work = arg;
    InputError error = {0};
    if (work->action != TICKET_MARK_DUPLICATE && work->action != TICKET_RESTORE && work->action != TICKET_MARK_SPAM)
        return act(tx, arg);
    work->refused.count = 0;
    if (!change_more(tx, work, &error))
        return api_refuse(&work->refused, error);
    api_audit(tx, work->call, work->audit, "ticket", work->ticket.value);
    return ticket_find(tx, work->request->arena, work->ticket, &work->after);
}

static void ticket_state(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[STATE_COUNT];
    ActWork work;
    if (!api_read_body(request, response, &state_shape, in) ||
        !read_work(request, response, &in[STATE_VERSION], "ticket.state", &work))
        return;
    work.action = state_actions[in[STATE_ACTION].number];
    work.input = input_of(work.call, work.action, in);
    work.other_customer = in[STATE_OTHER_CUSTOMER].number != 0;
    if (api_write(request, response, "api ticket state", change_state, &work, &work.refused))
        api_send(request, response, 200, &ticket_now_shape, ticket_now_values(request->arena, &work.after));
}

/* -------------------------------------------------------------------------------------------------- solved and closed */

enum {
    RESOLVE_VERSION,
    RESOLVE_SOLUTION,
    RESOLVE_SOLUTION_TITLE,
    RESOLVE_SOLUTION_TEXT,
    RESOLVE_PRODUCT,
    RESOLVE_CUSTOMER,
    RESOLVE_PROBLEM,
    RESOLVE_CONDITION,
    RESOLVE_COMPONENT,
    RESOLVE_ORIGIN,
    RESOLVE_REMEDY,
    RESOLVE_MINUTES,
    RESOLVE_ZERO_COST,
    RESOLVE_NOTICE,
    RESOLVE_CLOSE,
    RESOLVE_COUNT
};
static const ShapeField resolve_fields[] = {
    [RESOLVE_VERSION] = TICKET_VERSION_FIELD,
    [RESOLVE_SOLUTION] = {"solution_id", SHAPE_NUMBER, .doc = "A written solution that was used again."},
    [RESOLVE_SOLUTION_TITLE] = {"solution_title", SHAPE_LINE, .doc = "Of a new one; the subject unless told."},
    [RESOLVE_SOLUTION_TEXT] = {"solution_text", SHAPE_LINES, .max = 20000, .doc = "A new solution, to be found again."},
    [RESOLVE_PRODUCT] = {"product_id", SHAPE_NUMBER, .doc = "What it was about."},
    [RESOLVE_CUSTOMER] = {"customer_id", SHAPE_NUMBER, .doc = "The party it was for."},
    [RESOLVE_PROBLEM] = {"problem", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list symptom."},
    [RESOLVE_CONDITION] = {"condition", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list condition."},
    [RESOLVE_COMPONENT] = {"component", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list component."},
    [RESOLVE_ORIGIN] = {"origin", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list origin."},
    [RESOLVE_REMEDY] = {"remedy", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list solution."},
    [RESOLVE_MINUTES] = {"minutes", SHAPE_NUMBER, .max = 100000, .doc = "Of labour, to be added to what it cost."},
    [RESOLVE_ZERO_COST] = {"zero_cost", SHAPE_FLAG, .doc = "Said on purpose: it cost nothing."},
    [RESOLVE_NOTICE] = {"notice", SHAPE_LINES, .max = 20000, .doc = "What the customer is told by mail."},
    [RESOLVE_CLOSE] = {"close", SHAPE_FLAG, .doc = "Closed at once, which needs the notice."},
};
static const Shape resolve_shape = {"Resolve", resolve_fields, RESOLVE_COUNT};

typedef struct ResolveWork {
    HttpRequest *request;
    const ApiCall *call;
    const ShapeValue *in;
    Closing closing, asked;
    Answer notice;
    ClosingResult result;
    Ticket after;
    CodingRefusals refused;
} ResolveWork;

static void find_codes(StoreTx *tx, ResolveWork *work)
{
    const ShapeValue *in = work->in;
    CodeKeys keys = {{&in[RESOLVE_PROBLEM], &in[RESOLVE_CONDITION], &in[RESOLVE_COMPONENT], &in[RESOLVE_ORIGIN],
                      &in[RESOLVE_REMEDY]},
                     {"problem", "condition", "component", "origin", "remedy"}};
    ticket_codes_find(tx, work->request->arena, &keys, &work->asked.coding, &work->refused);
}

static bool find_recipient(StoreTx *tx, ResolveWork *work)
{
    Arena *arena = work->request->arena;
    InputError refused = {0};
    if (!recipient_choose(tx, arena, &(RecipientChoice){.given = false}, work->call->person, work->call->now,
                          &work->notice, &refused))
        return api_refuse(&work->refused, refused);
    if (!work->notice.to_count)
        return api_refuse(&work->refused, (InputError){"notice", "ticket.error.no_recipient", NULL});
    work->asked.notice = &work->notice;
    return true;
}

static bool resolve(StoreTx *tx, void *arg)
{
    ResolveWork *work = arg;
    const ApiCall *call = work->call;
    Arena *arena = work->request->arena;
    work->refused.count = 0;
    work->asked = work->closing;
    if (!ticket_find(tx, arena, work->asked.ticket, &work->after))
        return api_refuse(&work->refused, (InputError){"", "ticket.error.not_found", NULL});
    find_codes(tx, work);
    if (work->notice.text && !find_recipient(tx, work))
        return false;
    if (work->refused.count ||
        !ticket_close_request(tx, arena, &work->asked, call->person, call->now, &work->result, &work->refused))
        return false;
    api_audit(tx, call, "ticket.resolve", "ticket", work->asked.ticket.value);
    return ticket_find(tx, arena, work->asked.ticket, &work->after);
}

static Answer notice_of(const HttpRequest *request, const ApiCall *call, TicketId ticket, const char *text,
                        const char *key)
{
    Token fresh = token_new();
    return (Answer){
        .ticket = ticket,
        .channel = "mail",
        .text = text,
        .author_name = call->maker.display_name,
        .author_team = call->maker.team,
        .reply = token_new(),
        .idempotency_key = arena_printf(request->arena, "api-solved:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ":%s",
                                        call->token.id.value, ticket.value, key ? key : fresh.text),
        .leaves_at = call->now + call->policy->undo_ms,
        .sealed = call->policy->demo,
    };
}

static Closing closing_of(const ApiCall *call, TicketId ticket, const ShapeValue *in)
{
    const ShapeValue *text = &in[RESOLVE_SOLUTION_TEXT];
    Closing closing = {
        .ticket = ticket,
        .solution = {in[RESOLVE_SOLUTION].number},
        .solution_title = in[RESOLVE_SOLUTION_TITLE].text,
        .solution_text = text_is_blank(text->text) ? NULL : text->text,
        .minutes = in[RESOLVE_MINUTES].number * COST_UNIT,
        .zero_cost = in[RESOLVE_ZERO_COST].number != 0,
        .team = call->maker.team,
        .close = in[RESOLVE_CLOSE].number != 0,
    };
    if (in[RESOLVE_PRODUCT].number)
        change_set(&closing.coding, FIELD_PRODUCT, in[RESOLVE_PRODUCT].number);
    if (in[RESOLVE_CUSTOMER].number)
        change_set(&closing.coding, FIELD_PARTY, in[RESOLVE_CUSTOMER].number);
    return closing;
}

static void ticket_resolve(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const char *key;
    ShapeValue in[RESOLVE_COUNT];
    TicketId ticket = {http_param_id(request, "id")};
    ResolveWork work = {.request = request, .call = api_call_of(request), .in = in};
    int64_t version;
    if (!api_read_body(request, response, &resolve_shape, in) || !api_read_key(request, response, &key) ||
        !api_read_version(request, response, &in[RESOLVE_VERSION], &version))
        return;
    work.closing = closing_of(work.call, ticket, in);
    work.closing.version = version;
    if (!text_is_blank(in[RESOLVE_NOTICE].text))
        work.notice = notice_of(request, work.call, ticket, in[RESOLVE_NOTICE].text, key);
    if (api_write(request, response, "api ticket resolve", resolve, &work, &work.refused))
        api_send(request, response, 200, &ticket_now_shape, ticket_now_values(request->arena, &work.after));
}

enum { CLOSE_VERSION, CLOSE_COUNT };
static const ShapeField close_fields[] = {[CLOSE_VERSION] = TICKET_VERSION_FIELD};
static const Shape close_shape = {"Close", close_fields, CLOSE_COUNT};

/* The customer was told when it was solved, or has no address to be told at. */
static void ticket_close(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[CLOSE_COUNT];
    ActWork work;
    if (!api_read_body(request, response, &close_shape, in) ||
        !read_work(request, response, &in[CLOSE_VERSION], "ticket.close", &work))
        return;
    work.action = TICKET_CLOSE;
    work.input = (ActionInput){.notice = true};
    run(response, "api ticket close", &work);
}

/* ---------------------------------------------------------------------------------------------------------------- split */

enum { SPLIT_MESSAGES, SPLIT_SUBJECT_FIELD, SPLIT_VERSION, SPLIT_COUNT };
static const ShapeField split_fields[] = {
    [SPLIT_MESSAGES] = {"message_ids", SHAPE_LINE, true, .max = 1000,
                        .doc = "Which of its messages, their numbers separated by commas; not the first one."},
    [SPLIT_SUBJECT_FIELD] = {"subject", SHAPE_LINE, .doc = "Of the new request; the first message's unless told."},
    [SPLIT_VERSION] = TICKET_VERSION_FIELD,
};
static const Shape split_shape = {"Split", split_fields, SPLIT_COUNT};

typedef struct SplitWork {
    HttpRequest *request;
    const ApiCall *call;
    Splitting splitting;
    Ticket fresh;
    CodingRefusals refused;
} SplitWork;

static bool split(StoreTx *tx, void *arg)
{
    SplitWork *work = arg;
    const ApiCall *call = work->call;
    Arena *arena = work->request->arena;
    InputError error = {0};
    TicketId fresh;
    work->refused.count = 0;
    if (!ticket_split(tx, arena, &work->splitting, call->person, call->now, &fresh, &error)) {
        error.field = g_strcmp0(error.field, "messages") == 0 ? "message_ids" : error.field;
        return api_refuse(&work->refused, error);
    }
    api_audit(tx, call, "ticket.split", "ticket", work->splitting.ticket.value);
    return ticket_find(tx, arena, fresh, &work->fresh);
}

/* What is no number is the number of no message. */
static const MessageId *messages_of(Arena *arena, const char *typed, size_t *count_out)
{
    g_auto(GStrv) words = g_strsplit(typed, ",", -1);
    MessageId *messages = ARENA_ARRAY(arena, MessageId, g_strv_length(words));
    for (*count_out = 0; words[*count_out]; (*count_out)++) {
        gint64 number = 0;
        if (!g_ascii_string_to_signed(g_strstrip(words[*count_out]), 10, 1, INT64_MAX, &number, NULL))
            number = -1;
        messages[*count_out] = (MessageId){number};
    }
    return messages;
}

static void ticket_split_make(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[SPLIT_COUNT];
    SplitWork work = {.request = request, .call = api_call_of(request)};
    if (!api_read_body(request, response, &split_shape, in) ||
        !api_read_version(request, response, &in[SPLIT_VERSION], &work.splitting.version))
        return;
    work.splitting.ticket = (TicketId){http_param_id(request, "id")};
    work.splitting.messages = messages_of(request->arena, in[SPLIT_MESSAGES].text, &work.splitting.message_count);
    work.splitting.subject = in[SPLIT_SUBJECT_FIELD].text;
    work.splitting.next_update_at = desk_next_update(work.call->desk, work.call->now);
    work.splitting.team = work.call->policy->intake_team;
    if (api_write(request, response, "api ticket split", split, &work, &work.refused))
        api_send(request, response, 201, &ticket_now_shape, ticket_now_values(request->arena, &work.fresh));
}

/* -------------------------------------------------------------------------------------------------------------- forward */

enum { FORWARD_MESSAGE, FORWARD_VERSION, FORWARD_COUNT };
static const ShapeField forward_fields[] = {
    [FORWARD_MESSAGE] = {"message_id", SHAPE_NUMBER, true, .doc = "The message that seems passed on (proposed_sender_address)."},
    [FORWARD_VERSION] = TICKET_VERSION_FIELD,
};
static const Shape forward_shape = {"Forward", forward_fields, FORWARD_COUNT};

typedef struct ForwardWork {
    HttpRequest *request;
    const ApiCall *call;
    ForwardTaking taking;
    Ticket after;
    CodingRefusals refused;
} ForwardWork;

static bool take_forward(StoreTx *tx, void *arg)
{
    ForwardWork *work = arg;
    const ApiCall *call = work->call;
    Arena *arena = work->request->arena;
    InputError error = {0};
    work->refused.count = 0;
    if (!forwarded_take(tx, arena, &work->taking, call->person, call->now, &error)) {
        error.field = g_strcmp0(error.field, "message") == 0 ? "message_id" : error.field;
        return api_refuse(&work->refused, error);
    }
    api_audit(tx, call, "ticket.forward", "ticket", work->taking.ticket.value);
    return ticket_find(tx, arena, work->taking.ticket, &work->after);
}

static void ticket_forward(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[FORWARD_COUNT];
    ForwardWork work = {.request = request, .call = api_call_of(request)};
    if (!api_read_body(request, response, &forward_shape, in) ||
        !api_read_version(request, response, &in[FORWARD_VERSION], &work.taking.version))
        return;
    work.taking.ticket = (TicketId){http_param_id(request, "id")};
    work.taking.message = (MessageId){in[FORWARD_MESSAGE].number};
    if (api_write(request, response, "api ticket forward", take_forward, &work, &work.refused))
        api_send(request, response, 200, &ticket_now_shape, ticket_now_values(request->arena, &work.after));
}

/* ------------------------------------------------------------------------------------------------- whose it surely is */

enum { UNPROVED_VERSION, UNPROVED_COUNT };
static const ShapeField unproved_fields[] = {
    [UNPROVED_VERSION] = TICKET_VERSION_FIELD,
};
static const Shape unproved_shape = {"UnprovedWord", unproved_fields, UNPROVED_COUNT};

typedef struct UnprovedWork {
    HttpRequest *request;
    const ApiCall *call;
    bool (*take)(StoreTx *tx, Arena *arena, const UnprovedWord *word, Actor actor, TimeMs now, InputError *refused_out);
    const char *audit;
    UnprovedWord word;
    Ticket after;
    CodingRefusals refused;
} UnprovedWork;

static bool take_word(StoreTx *tx, void *arg)
{
    UnprovedWork *work = arg;
    const ApiCall *call = work->call;
    InputError error = {0};
    work->refused.count = 0;
    if (!work->take(tx, work->request->arena, &work->word, call->person, call->now, &error))
        return api_refuse(&work->refused, error);
    api_audit(tx, call, work->audit, "ticket", work->word.ticket.value);
    return ticket_find(tx, work->request->arena, work->word.ticket, &work->after);
}

static void run_word(HttpRequest *request, HttpResponse *response, UnprovedWork work)
{
    ShapeValue in[UNPROVED_COUNT];
    work.request = request;
    work.call = api_call_of(request);
    if (!api_read_body(request, response, &unproved_shape, in) ||
        !api_read_version(request, response, &in[UNPROVED_VERSION], &work.word.version))
        return;
    work.word.ticket = (TicketId){http_param_id(request, "id")};
    if (api_write(request, response, work.audit, take_word, &work, &work.refused))
        api_send(request, response, 200, &ticket_now_shape, ticket_now_values(request->arena, &work.after));
}

static void ticket_prove(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_word(request, response, (UnprovedWork){.take = unproved_prove, .audit = "ticket.prove"});
}

static void ticket_disown(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_word(request, response, (UnprovedWork){.take = unproved_disown, .audit = "ticket.disown"});
}

static const ApiOperation operations[] = {
    {{HTTP_POST, "/api/v1/tickets/:id/assign", ticket_assign, "ticket.assign", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Gives it to a person or to a team's queue."},
     "ticketAssign", NULL, &assign_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/state", ticket_state, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Begins, waits, resumes, opens again, sets aside."},
     "ticketState", NULL, &state_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/resolve", ticket_resolve, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Solves it: solution, codes, time, notice to the customer; closes it too if asked."},
     "ticketResolve", NULL, &resolve_shape, &ticket_now_shape, 200, true},
    {{HTTP_POST, "/api/v1/tickets/:id/close", ticket_close, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Closes a solved one."},
     "ticketClose", NULL, &close_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/split", ticket_split_make, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Makes messages a request of their own, which it answers."},
     "ticketSplit", NULL, &split_shape, &ticket_now_shape, 201, false},
    {{HTTP_POST, "/api/v1/tickets/:id/forward", ticket_forward, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Makes it the request of whoever wrote the mail that a colleague passed on."},
     "ticketForward", NULL, &forward_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/prove", ticket_prove, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Says that it is the customer's whose address somebody typed into the form (address_unproved)."},
     "ticketProve", NULL, &unproved_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/disown", ticket_disown, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Says that it is not: a customer of its own has it, and the typed address is not written to."},
     "ticketDisown", NULL, &unproved_shape, &ticket_now_shape, 200, false},
};
const ApiOperations ticket_act_operations = {operations, G_N_ELEMENTS(operations)};
