/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: what a request is about, what it cost, and which others belong to it, said by a program. How: as the forms beside a
 * ticket's page do, by the same calls of the desk.
 */
#include "api/ticket_code.h"

#include "api/operation.h"
#include "api/ticket_shape.h"
#include "api/word.h"
#include "base/text.h"
#include "desk/code/code.h"
#include "desk/cost/cost.h"
#include "desk/ticket/merge.h"

void ticket_codes_find(StoreTx *tx, Arena *arena, const CodeKeys *keys, TicketChange *change, CodingRefusals *refused)
{
    static const struct {
        CodeList list;
        TicketField field;
    } rows[TICKET_CODE_KEYS] = {{CODE_SYMPTOM, FIELD_PROBLEM},
                                {CODE_CONDITION, FIELD_CONDITION},
                                {CODE_COMPONENT, FIELD_COMPONENT},
                                {CODE_ORIGIN, FIELD_ORIGIN},
                                {CODE_SOLUTION, FIELD_SOLUTION_CODE}};
    for (size_t i = 0; i < TICKET_CODE_KEYS; i++) {
        Code code;
        if (!keys->given[i]->given)
            continue;
        if (code_find_key(tx, arena, rows[i].list, keys->given[i]->text, &code))
            change_set(change, rows[i].field, code.id.value);
        else
            api_refuse(refused, (InputError){keys->names[i], "ticket.error.code_of_other_list", NULL});
    }
}

/* ----------------------------------------------------------------------------------------------------------- details */

enum {
    CODE_VERSION,
    CODE_SUBJECT,
    CODE_KIND,
    CODE_COMPLAINT,
    CODE_INITIATIVE,
    CODE_OWNERSHIP,
    CODE_CUSTOMER,
    CODE_CONTACT,
    CODE_PRODUCT,
    CODE_ITEM,
    CODE_PROBLEM,
    CODE_CONDITION_KEY,
    CODE_COMPONENT_KEY,
    CODE_ORIGIN_KEY,
    CODE_REMEDY,
    CODE_LANGUAGE,
    CODE_COUNT
};
static const ShapeField code_fields[] = {
    [CODE_VERSION] = TICKET_VERSION_FIELD,
    [CODE_SUBJECT] = {"subject", SHAPE_LINE, .doc = "What is asked, in other words."},
    [CODE_KIND] = {"kind", SHAPE_WORD, .word = word_ticket_kind, .doc = "What kind of request."},
    [CODE_COMPLAINT] = {"complaint", SHAPE_FLAG, .doc = "Whether it is a complaint too."},
    [CODE_INITIATIVE] = {"initiative", SHAPE_WORD, .word = word_initiative, .doc = "Who began: they asked, or we did."},
    [CODE_OWNERSHIP] = {"ownership", SHAPE_WORD, .word = word_ownership, .doc = "Whose the product is."},
    [CODE_CUSTOMER] = {"customer_id", SHAPE_NUMBER, .doc = "The party it is for; 0: not known."},
    [CODE_CONTACT] = {"contact_id", SHAPE_NUMBER, .doc = "The person who asks; 0: not known."},
    [CODE_PRODUCT] = {"product_id", SHAPE_NUMBER, .doc = "What it is about; 0: not known."},
    [CODE_ITEM] = {"item_id", SHAPE_NUMBER, .doc = "Which piece of it; 0: not known."},
    [CODE_PROBLEM] = {"problem", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list symptom."},
    [CODE_CONDITION_KEY] = {"condition", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list condition."},
    [CODE_COMPONENT_KEY] = {"component", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list component."},
    [CODE_ORIGIN_KEY] = {"origin", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list origin."},
    [CODE_REMEDY] = {"remedy", SHAPE_LINE, .max = 60, .doc = "Key of a code of the list solution."},
    [CODE_LANGUAGE] = {"language", SHAPE_WORD, .word = word_language, .doc = "What the customer is written to in."},
};
static const Shape code_shape = {"Details", code_fields, CODE_COUNT};

/* What the works of this file share: which request, at which version, and what became of it. */
typedef struct DetailWork {
    HttpRequest *request;
    const ApiCall *call;
    const ShapeValue *in;
    TicketId ticket;
    int64_t version;
    Ticket after;
    CodingRefusals refused;
} DetailWork;

static bool begin(TicketEdit *edit, StoreTx *tx, DetailWork *work)
{
    const ApiCall *call = work->call;
    Arena *arena = work->request->arena;
    work->refused.count = 0;
    bool begun = work->version
                     ? ticket_edit_begin_at(edit, tx, arena, work->ticket, work->version, call->person, call->now)
                     : ticket_edit_begin(edit, tx, arena, work->ticket, call->person, call->now);
    return begun || api_refuse(&work->refused, edit->refused);
}

static bool done(StoreTx *tx, DetailWork *work, const char *action)
{
    api_audit(tx, work->call, action, "ticket", work->ticket.value);
    return ticket_find(tx, work->request->arena, work->ticket, &work->after);
}

static void run(HttpRequest *request, HttpResponse *response, const char *name, StoreWork store_work, DetailWork *work)
{
    if (api_write(request, response, name, store_work, work, &work->refused))
        api_send(request, response, 200, &ticket_now_shape, ticket_now_values(request->arena, &work->after));
}

static TicketChange change_of(const ShapeValue *in)
{
    static const struct {
        int place;
        TicketField field;
    } rows[] = {{CODE_KIND, FIELD_KIND},           {CODE_COMPLAINT, FIELD_COMPLAINT}, {CODE_INITIATIVE, FIELD_INITIATIVE},
                {CODE_OWNERSHIP, FIELD_OWNERSHIP}, {CODE_CUSTOMER, FIELD_PARTY},      {CODE_CONTACT, FIELD_CONTACT},
                {CODE_PRODUCT, FIELD_PRODUCT},     {CODE_ITEM, FIELD_ITEM}};
    TicketChange change = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (in[rows[i].place].given)
            change_set(&change, rows[i].field, in[rows[i].place].number);
    return change;
}

static bool put_right(StoreTx *tx, void *arg)
{
    DetailWork *work = arg;
    const ShapeValue *in = work->in;
    TicketEdit edit;
    CodeKeys keys = {
        {&in[CODE_PROBLEM], &in[CODE_CONDITION_KEY], &in[CODE_COMPONENT_KEY], &in[CODE_ORIGIN_KEY], &in[CODE_REMEDY]},
        {"problem", "condition", "component", "origin", "remedy"}};
    if (!begin(&edit, tx, work))
        return false;
    TicketChange change = change_of(in);
    ticket_codes_find(tx, work->request->arena, &keys, &change, &work->refused);
    if (work->refused.count || !ticket_code(&edit, &change, &work->refused))
        return false;
    if (in[CODE_SUBJECT].given)
        ticket_describe(&edit, in[CODE_SUBJECT].text);
    ticket_edit_language(&edit, in[CODE_LANGUAGE].text);
    return ticket_edit_end(&edit) && done(tx, work, "ticket.facts");
}

static bool read_work(HttpRequest *request, HttpResponse *response, const Shape *shape, ShapeValue *in, int version,
                      DetailWork *work_out)
{
    *work_out = (DetailWork){
        .request = request, .call = api_call_of(request), .in = in, .ticket = {http_param_id(request, "id")}};
    return api_read_body(request, response, shape, in) &&
           api_read_version(request, response, &in[version], &work_out->version);
}

static void ticket_details(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[CODE_COUNT];
    DetailWork work;
    if (read_work(request, response, &code_shape, in, CODE_VERSION, &work))
        run(request, response, "api ticket details", put_right, &work);
}

/* -------------------------------------------------------------------------------------------------------------- costs */

enum { COST_VERSION, COST_MINUTES, COST_KILOMETRES, COST_PART_NAME, COST_AMOUNT, COST_ZERO, COST_COUNT };
static const ShapeField cost_fields[] = {
    [COST_VERSION] = TICKET_VERSION_FIELD,
    [COST_MINUTES] = {"minutes", SHAPE_NUMBER, .max = 100000, .doc = "Of labour, at today's rate."},
    [COST_KILOMETRES] = {"kilometres", SHAPE_NUMBER, .max = 100000, .doc = "Travelled, at today's rate."},
    [COST_PART_NAME] = {"part", SHAPE_LINE, .doc = "What was bought or used."},
    [COST_AMOUNT] = {"amount_cents", SHAPE_NUMBER, .max = 100000000, .doc = "What that part cost."},
    [COST_ZERO] = {"zero_cost", SHAPE_FLAG, .doc = "Said on purpose: it cost nothing."},
};
static const Shape cost_shape = {"CostNew", cost_fields, COST_COUNT};

static bool add_lines(TicketEdit *edit, const DetailWork *work)
{
    const ShapeValue *in = work->in;
    CostEntryId line;
    CostWork labour = {.quantity = in[COST_MINUTES].number * COST_UNIT,
                       .worked_at = work->call->now,
                       .staff = work->call->maker.id,
                       .note = ""};
    CostWork travel = {.quantity = in[COST_KILOMETRES].number * COST_UNIT, .worked_at = work->call->now, .note = ""};
    CostWork part = {.quantity = COST_UNIT,
                     .worked_at = work->call->now,
                     .note = in[COST_PART_NAME].given ? in[COST_PART_NAME].text : ""};
    return (!labour.quantity || cost_add_time(edit, &labour, &line)) &&
           (!travel.quantity || cost_add_travel(edit, &travel, &line)) &&
           (!in[COST_AMOUNT].number || cost_add_part(edit, &part, in[COST_AMOUNT].number, &line)) &&
           (!in[COST_ZERO].given || cost_set_zero(edit, in[COST_ZERO].number != 0));
}

static bool cost(StoreTx *tx, void *arg)
{
    DetailWork *work = arg;
    const ShapeValue *in = work->in;
    TicketEdit edit;
    bool says = in[COST_MINUTES].number || in[COST_KILOMETRES].number || in[COST_AMOUNT].number || in[COST_ZERO].given;
    if (!begin(&edit, tx, work))
        return false;
    if (!says)
        return api_refuse(&work->refused, (InputError){"minutes", "cost.error.quantity", NULL});
    if (!add_lines(&edit, work))
        return api_refuse(&work->refused, edit.refused);
    return ticket_edit_end(&edit) && done(tx, work, "ticket.cost");
}

static void ticket_cost_add(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[COST_COUNT];
    DetailWork work;
    if (read_work(request, response, &cost_shape, in, COST_VERSION, &work))
        run(request, response, "api ticket cost", cost, &work);
}

/* -------------------------------------------------------------------------------------------------------------- others */

enum { MERGE_VERSION, MERGE_INTO, MERGE_OTHER_CUSTOMER, MERGE_NOTE, MERGE_COUNT };
static const ShapeField merge_fields[] = {
    [MERGE_VERSION] = TICKET_VERSION_FIELD,
    [MERGE_INTO] = {"into_id", SHAPE_NUMBER, true, .doc = "The request that goes on."},
    [MERGE_OTHER_CUSTOMER] = {"other_customer", SHAPE_FLAG,
                              .doc = "It is another customer's, and is merged on purpose."},
    [MERGE_NOTE] = {"note", SHAPE_LINE, .max = 500, .doc = "Why, among us."},
};
static const Shape merge_shape = {"Merge", merge_fields, MERGE_COUNT};

static bool merge(StoreTx *tx, void *arg)
{
    DetailWork *work = arg;
    const ShapeValue *in = work->in;
    InputError error = {0};
    Merging merging = {.from = work->ticket,
                       .version = work->version,
                       .into = {in[MERGE_INTO].number},
                       .other_customer = in[MERGE_OTHER_CUSTOMER].number != 0,
                       .note = in[MERGE_NOTE].given ? in[MERGE_NOTE].text : NULL};
    work->refused.count = 0;
    if (ticket_merge(tx, work->request->arena, &merging, work->call->person, work->call->now, &error))
        return done(tx, work, "ticket.merge");
    if (g_strcmp0(error.field, "into") == 0)
        error.field = "into_id";
    return api_refuse(&work->refused, error);
}

static void ticket_merge_into(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[MERGE_COUNT];
    DetailWork work;
    if (read_work(request, response, &merge_shape, in, MERGE_VERSION, &work))
        run(request, response, "api ticket merge", merge, &work);
}

enum { LINK_OTHER, LINK_COUNT };
static const ShapeField link_fields[] = {
    [LINK_OTHER] = {"other_id", SHAPE_NUMBER, true, .doc = "The other request; both go on."},
};
static const Shape link_shape = {"Link", link_fields, LINK_COUNT};

static bool link_two(StoreTx *tx, void *arg)
{
    DetailWork *work = arg;
    InputError error = {0};
    work->refused.count = 0;
    if (ticket_link_related(tx, work->request->arena, work->ticket, (TicketId){work->in[LINK_OTHER].number},
                            work->call->person, work->call->now, &error))
        return done(tx, work, "ticket.link");
    if (g_strcmp0(error.field, "other") == 0)
        error.field = "other_id";
    return api_refuse(&work->refused, error);
}

static void ticket_link_other(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[LINK_COUNT];
    DetailWork work = {
        .request = request, .call = api_call_of(request), .in = in, .ticket = {http_param_id(request, "id")}};
    if (api_read_body(request, response, &link_shape, in))
        run(request, response, "api ticket link", link_two, &work);
}

static const ApiOperation operations[] = {
    {{HTTP_POST, "/api/v1/tickets/:id/details", ticket_details, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Puts right what it is about: subject, kind, customer, language, product, codes."},
     "ticketDetails", NULL, &code_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/costs", ticket_cost_add, "cost.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Adds labour, travel or a part; or says it cost nothing."},
     "ticketCost", NULL, &cost_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/merge", ticket_merge_into, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Merges it into another, which goes on."},
     "ticketMerge", NULL, &merge_shape, &ticket_now_shape, 200, false},
    {{HTTP_POST, "/api/v1/tickets/:id/links", ticket_link_other, "ticket.write", LANE_PAGE, ROUTE_TOKEN, API_BODY_LIMIT,
      "Links it to another; both go on."},
     "ticketLink", NULL, &link_shape, &ticket_now_shape, 200, false},
};
const ApiOperations ticket_code_operations = {operations, G_N_ELEMENTS(operations)};
