/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: "not a request" for one request and for many, and back, and what was learnt by it, by a program. How: each is the step
 * of desk/intake/aside.h that the buttons take. Asked again, it finds them as it left them and says so: no call is done twice.
 */
#include "desk/intake/aside.h"

#include "api/call.h"
#include "api/operation.h"
#include "api/ticket_code.h"
#include "api/ticket_shape.h"
#include "desk/audit/audit.h"
#include "desk/ticket/ticket.h"

typedef struct AsideWork {
    HttpRequest *request;
    const ApiCall *call;
    AsidePut *puts;
    AsideResult *results;
    size_t count;
    size_t at;  /* which one, where each has its own transaction */
    bool alone; /* what stays is a refusal of the call */
    Ticket after;
    CodingRefusals refused;
} AsideWork;

static bool end_one(StoreTx *tx, AsideWork *work, size_t at, const char *audit)
{
    const AsideResult *result = &work->results[at];
    if (result->outcome == ASIDE_LEFT)
        return work->alone ? api_refuse(&work->refused, result->refused) : false;
    if (result->outcome == ASIDE_DONE)
        api_audit(tx, work->call, audit, "ticket", result->ticket.value);
    return !work->alone || ticket_find(tx, work->request->arena, result->ticket, &work->after);
}

static bool put(StoreTx *tx, void *arg)
{
    AsideWork *work = arg;
    work->refused.count = 0;
    bool done = true;
    for (size_t i = 0; i < work->count; i++) {
        work->results[i] = aside_put_one(tx, work->request->arena, &work->puts[i], work->call->person, work->call->now);
        done = end_one(tx, work, i, "ticket.spam");
    }
    return done || !work->alone; /* what stays wrote nothing */
}

static bool take_back(StoreTx *tx, void *arg)
{
    AsideWork *work = arg;
    const ApiCall *call = work->call;
    work->refused.count = 0;
    AsideBack back = {.ticket = work->puts[work->at].ticket,
                      .version = work->puts[work->at].version,
                      .team = call->policy->intake_team,
                      .next_update_at = desk_next_update(call->desk, call->now)};
    work->results[work->at] = aside_take_back_one(tx, work->request->arena, &back, call->person, call->now);
    return end_one(tx, work, work->at, "ticket.request");
}

/* ------------------------------------------------------------------------------------------------------------------ one */

enum { PUT_LEARN, PUT_VERSION, PUT_COUNT };
static const ShapeField put_fields[] = {
    [PUT_LEARN] = {"learn", SHAPE_FLAG, .doc = "Also what its sender writes later, though they have other requests; "
                                               "of a sender without any it is learned in any case."},
    [PUT_VERSION] = TICKET_VERSION_FIELD,
};
static const Shape put_shape = {"AsidePut", put_fields, PUT_COUNT};

enum { BACK_VERSION, BACK_COUNT };
static const ShapeField back_fields[] = {[BACK_VERSION] = TICKET_VERSION_FIELD};
static const Shape back_shape = {"AsideBack", back_fields, BACK_COUNT};

static void run_one(HttpRequest *request, HttpResponse *response, AsidePut one, const char *name, StoreWork step)
{
    AsideResult result;
    AsideWork work = {
        .request = request, .call = api_call_of(request), .puts = &one, .results = &result, .count = 1, .alone = true};
    if (api_write(request, response, name, step, &work, &work.refused))
        api_send(request, response, 200, &ticket_now_shape, ticket_now_values(request->arena, &work.after));
}

static void ticket_aside(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[PUT_COUNT];
    AsidePut one = {.ticket = {http_param_id(request, "id")}};
    if (!api_read_body(request, response, &put_shape, in) ||
        !api_read_version(request, response, &in[PUT_VERSION], &one.version))
        return;
    one.learn_known = in[PUT_LEARN].number != 0;
    run_one(request, response, one, "api aside", put);
}

static void ticket_aside_back(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[BACK_COUNT];
    AsidePut one = {.ticket = {http_param_id(request, "id")}};
    if (api_read_body(request, response, &back_shape, in) &&
        api_read_version(request, response, &in[BACK_VERSION], &one.version))
        run_one(request, response, one, "api aside back", take_back);
}

/* ----------------------------------------------------------------------------------------------------------------- many */

enum { MANY_TICKETS, MANY_COUNT };
static const ShapeField many_fields[] = {
    [MANY_TICKETS] = {"ticket_ids", SHAPE_LINE, true, .max = 8000,
                      .doc = "Their numbers separated by commas, at most 200; each may say the version seen after a "
                             "point: 10001.3,10002."},
};
static const Shape many_shape = {"AsideMany", many_fields, MANY_COUNT};

/* In the order of AsideOutcome. */
static const char *word_outcome(int at)
{
    static const char *const words[] = {"done", "already", "left"};
    return at < (int)G_N_ELEMENTS(words) ? words[at] : NULL;
}

enum { RESULT_ID, RESULT_OUTCOME, RESULT_CODE, RESULT_COUNT };
static const ShapeField result_fields[] = {
    [RESULT_ID] = {"id", SHAPE_NUMBER, true, .doc = "The request's number."},
    [RESULT_OUTCOME] = {"outcome", SHAPE_WORD, true, .word = word_outcome,
                        .doc = "done; already: it stood so; left: it stays as it is."},
    [RESULT_CODE] = {"code", SHAPE_LINE, .doc = "Why it was left: the code a call for it alone is refused with."},
};
static const Shape result_shape = {"AsideResult", result_fields, RESULT_COUNT, true};

enum { RESULTS_ITEMS, RESULTS_COUNT };
static const ShapeField results_fields[] = {
    [RESULTS_ITEMS] = {"items", SHAPE_LIST, true, .item = &result_shape, .doc = "Each one asked for, in that order."},
};
static const Shape results_shape = {"AsideResults", results_fields, RESULTS_COUNT, true};

static bool read_many(HttpRequest *request, HttpResponse *response, AsideWork *work_out)
{
    ShapeValue in[MANY_COUNT];
    *work_out = (AsideWork){.request = request, .call = api_call_of(request)};
    if (!api_read_body(request, response, &many_shape, in))
        return false;
    if (!aside_parse_tickets(request->arena, in[MANY_TICKETS].text, &work_out->puts, &work_out->count)) {
        api_problem(request, response, "body.type", "ticket_ids", "numbers separated by commas, at most 200");
        return false;
    }
    work_out->results = ARENA_ARRAY(request->arena, AsideResult, work_out->count);
    return true;
}

static void send_results(HttpRequest *request, HttpResponse *response, const AsideWork *work)
{
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, work->count * RESULT_COUNT);
    for (size_t i = 0; i < work->count; i++) {
        const AsideResult *result = &work->results[i];
        rows[i * RESULT_COUNT + RESULT_ID] = shape_number(result->ticket.value);
        rows[i * RESULT_COUNT + RESULT_OUTCOME] = shape_text(word_outcome((int)result->outcome));
        rows[i * RESULT_COUNT + RESULT_CODE] = shape_text(result->refused.key);
    }
    api_send(request, response, 200, &results_shape,
             (ShapeValue[RESULTS_COUNT]){[RESULTS_ITEMS] = shape_rows(rows, work->count)});
}

static void aside_many(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    AsideWork work;
    if (read_many(request, response, &work) &&
        api_write(request, response, "api aside many", put, &work, &work.refused))
        send_results(request, response, &work);
}

/* Each in a transaction of its own: what cannot come back whole does not come back in part. */
static void aside_many_back(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    AsideWork work;
    if (!read_many(request, response, &work))
        return;
    for (work.at = 0; work.at < work.count; work.at++)
        if (store_write(desk_store(work.call->desk), "api aside back", take_back, &work, &error) == STORE_FAILED) {
            api_problem_of_error(request, response, error);
            return;
        }
    send_results(request, response, &work);
}

/* ----------------------------------------------------------------------------------------------------- what was learnt */

enum { RULES_LISTED = 500 };

enum { RULE_ID, RULE_PATTERN, RULE_AT, RULE_COUNT };
static const ShapeField rule_fields[] = {
    [RULE_ID] = {"id", SHAPE_NUMBER, true, .doc = "Its number."},
    [RULE_PATTERN] = {"pattern", SHAPE_LINE, true, .doc = "An address, or @ and a domain: what comes from there is put aside."},
    [RULE_AT] = {"at", SHAPE_TIME, true, .doc = "When it was learnt."},
};
static const Shape rule_shape = {"AsideRule", rule_fields, RULE_COUNT, true};

enum { RULES_ITEMS, RULES_COUNT };
static const ShapeField rules_fields[] = {
    [RULES_ITEMS] = {"items", SHAPE_LIST, true, .item = &rule_shape, .doc = "By pattern, at most 500."},
};
static const Shape rules_shape = {"AsideRules", rules_fields, RULES_COUNT, true};

static void rule_list(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return;
    SenderRuleList list = sender_rule_list(tx, request->arena, RULES_LISTED);
    if (!api_read_end(request, response, tx))
        return;
    api_note_read(api_call_of(request), "sender_rule.list", "sender_rule", 0);
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, list.count * RULE_COUNT);
    for (size_t i = 0; i < list.count; i++) {
        rows[i * RULE_COUNT + RULE_ID] = shape_number(list.items[i].id.value);
        rows[i * RULE_COUNT + RULE_PATTERN] = shape_text(list.items[i].pattern);
        rows[i * RULE_COUNT + RULE_AT] = shape_number(list.items[i].at);
    }
    api_send(request, response, 200, &rules_shape,
             (ShapeValue[RULES_COUNT]){[RULES_ITEMS] = shape_rows(rows, list.count)});
}

enum { NEW_RULE_DOMAIN, NEW_RULE_COUNT };
static const ShapeField new_rule_fields[] = {
    [NEW_RULE_DOMAIN] = {"domain", SHAPE_LINE, true, 254, .doc = "All that comes from there is put aside from now on."},
};
static const Shape new_rule_shape = {"AsideRuleNew", new_rule_fields, NEW_RULE_COUNT};

enum { OLD_RULE_ID, OLD_RULE_COUNT };
static const ShapeField old_rule_fields[] = {
    [OLD_RULE_ID] = {"id", SHAPE_NUMBER, true, .doc = "Which one, as the list numbers it."},
};
static const Shape old_rule_shape = {"AsideRuleOld", old_rule_fields, OLD_RULE_COUNT};

enum { RULE_DONE_CHANGED, RULE_DONE_COUNT };
static const ShapeField rule_done_fields[] = {
    [RULE_DONE_CHANGED] = {"changed", SHAPE_FLAG, true, .doc = "false: it stood so already."},
};
static const Shape rule_done_shape = {"AsideRuleDone", rule_done_fields, RULE_DONE_COUNT, true};

typedef struct RuleWork {
    HttpRequest *request;
    const ApiCall *call;
    const char *domain;
    SenderRuleId rule;
    bool changed;
    CodingRefusals refused;
} RuleWork;

/* pattern: NULL: nothing changed. */
static void note_rule(StoreTx *tx, RuleWork *work, const char *action, const char *pattern)
{
    work->changed = pattern != NULL;
    if (pattern)
        audit_add(tx, &(AuditEntry){work->call->now, work->call->program, action, "sender_rule", work->rule.value,
                                    sender_rule_payload(work->request->arena, pattern)});
}

static bool add_rule(StoreTx *tx, void *arg)
{
    RuleWork *work = arg;
    InputError error = {0};
    work->refused.count = 0;
    const char *pattern;
    if (!sender_rule_add_domain(tx, work->request->arena, work->domain, work->call->person, work->call->now, &error,
                                &pattern))
        return api_refuse(&work->refused, error);
    note_rule(tx, work, "sender_rule.add", pattern);
    return true;
}

static bool remove_rule(StoreTx *tx, void *arg)
{
    RuleWork *work = arg;
    note_rule(tx, work, "sender_rule.remove", sender_rule_remove(tx, work->request->arena, work->rule));
    return true;
}

static void run_rule(HttpRequest *request, HttpResponse *response, RuleWork work, const char *name, StoreWork step)
{
    work.request = request;
    work.call = api_call_of(request);
    if (api_write(request, response, name, step, &work, &work.refused))
        api_send(request, response, 200, &rule_done_shape,
                 (ShapeValue[RULE_DONE_COUNT]){[RULE_DONE_CHANGED] = shape_number(work.changed)});
}

static void rule_add(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[NEW_RULE_COUNT];
    if (api_read_body(request, response, &new_rule_shape, in))
        run_rule(request, response, (RuleWork){.domain = in[NEW_RULE_DOMAIN].text}, "api rule add", add_rule);
}

static void rule_remove(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[OLD_RULE_COUNT];
    if (api_read_body(request, response, &old_rule_shape, in))
        run_rule(request, response, (RuleWork){.rule = {in[OLD_RULE_ID].number}}, "api rule remove", remove_rule);
}

static const ApiOperation operations[] = {
    {{HTTP_POST, "/api/v1/tickets/:id/aside", ticket_aside, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Puts it aside as no request, and what its sender writes later; if it lies there already, changes nothing."},
     "ticketAside", NULL, &put_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/aside/undo", ticket_aside_back, "ticket.write", LANE_PAGE, ROUTE_TOKEN,
      API_BODY_LIMIT, "Takes that back: state, owner and promise as before, its sender learned no more."},
     "ticketAsideUndo", NULL, &back_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/aside", aside_many, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Puts many aside at once; says of each what became of it, and one that cannot be stops no other."},
     "asideMany", NULL, &many_shape, &results_shape, 200, false},
    {{HTTP_POST, "/api/v1/aside/undo", aside_many_back, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Takes back what was put aside, for many."},
     "asideManyUndo", NULL, &many_shape, &results_shape, 200, false},
    {{HTTP_GET, "/api/v1/aside/rules", rule_list, "ticket.write", LANE_PAGE, ROUTE_TOKEN, 0,
      "Whose mail is put aside as it comes: addresses learnt, and domains."},
     "asideRuleList", NULL, NULL, &rules_shape, 200, false},
    {{HTTP_POST, "/api/v1/aside/rules", rule_add, "settings.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "All that comes from a domain is put aside."},
     "asideRuleAdd", NULL, &new_rule_shape, &rule_done_shape, 200, false},
    {{HTTP_POST, "/api/v1/aside/rules/remove", rule_remove, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Forgets one: what comes from there is a request again."},
     "asideRuleRemove", NULL, &old_rule_shape, &rule_done_shape, 200, false},
};
const ApiOperations aside_operations = {operations, G_N_ELEMENTS(operations)};
