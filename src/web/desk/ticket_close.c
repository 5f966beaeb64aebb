/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_close.h"

#include "base/format.h"
#include "base/text.h"
#include "base/writer.h"
#include "desk/product/product.h"
#include "desk/ticket/coding.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_view.h"
#include "web/problem.h"

#include <string.h>

enum { SOLUTIONS_SHOWN = 5, MINUTES_DEFAULT = 5 };

/* ------------------------------------------------------------------------------------------------------------- showing */

void close_material_read(StoreTx *tx, Arena *arena, const Ticket *ticket, CloseMaterial *material_out)
{
    Product product;
    ProductId product_id = {ticket->now.product_id};
    CostEntryList costs = cost_list(tx, arena, ticket->id);
    *material_out = (CloseMaterial){.product = "", .costs = costs};
    if (!ticket_state_is_open((TicketState)ticket->now.state))
        return; /* no form will be shown */
    *material_out = (CloseMaterial){
        .problems = code_list(tx, arena, CODE_SYMPTOM, false),
        .origins = code_list(tx, arena, CODE_ORIGIN, false),
        .remedies = code_list(tx, arena, CODE_SOLUTION, false),
        .solutions = solution_suggest(tx, arena, product_id, (CodeId){ticket->now.problem_id}, SOLUTIONS_SHOWN),
        .product = product_id.value && product_find(tx, arena, product_id, &product) ? product.name : "",
        .costs = costs,
    };
}

static const char *id_text(Arena *arena, int64_t id)
{
    return arena_int(arena, id);
}

/* The leaves of a list, after a "not said" row. */
static const Option *options_of(Arena *arena, Lang lang, const CodeRows *codes, int64_t chosen, size_t *count_out)
{
    Option *options = ARENA_ARRAY(arena, Option, codes->count + 1);
    options[0] = (Option){"", "—", chosen == 0};
    *count_out = 1;
    for (size_t i = 0; i < codes->count; i++)
        if (codes->items[i].parent.value)
            options[(*count_out)++] = (Option){id_text(arena, codes->items[i].id.value),
                                               code_name(&codes->items[i], lang), codes->items[i].id.value == chosen};
    return options;
}

static const SolutionChoice *choices_of(Arena *arena, Lang lang, const CloseMaterial *material)
{
    SolutionChoice *choices = ARENA_ARRAY(arena, SolutionChoice, material->solutions.count);
    for (size_t i = 0; i < material->solutions.count; i++)
        choices[i] = (SolutionChoice){
            id_text(arena, material->solutions.items[i].id.value), material->solutions.items[i].title,
            msg_fill_count(arena, lang, MSG_CLOSING_USED, material->solutions.items[i].used_count, NULL), false};
    return choices;
}

/* Minutes of labour counted so far, or a first guess: shown to be corrected, not asked. */
static const char *minutes_of(Arena *arena, const CloseMaterial *material)
{
    return material->costs.count ? "" : arena_printf(arena, "%d", MINUTES_DEFAULT);
}

const TicketClosing *close_view(Arena *arena, const Visit *visit, const Ticket *ticket, const CloseMaterial *material)
{
    TicketState state = (TicketState)ticket->now.state;
    if (!visit_may(visit, "ticket.write") || !ticket_state_is_open(state))
        return NULL;
    TicketClosing *closing = ARENA_NEW(arena, TicketClosing);
    *closing = (TicketClosing){
        .url = url_local(arena, "/tickets/%/resolve", id_text(arena, ticket->id.value)),
        .error = "",
        .solutions = choices_of(arena, visit->lang, material),
        .solutions_count = material->solutions.count,
        .solution = "",
        .product = material->product,
        .minutes = minutes_of(arena, material),
        .zero_cost = ticket->now.zero_cost != 0,
    };
    closing->symptoms =
        options_of(arena, visit->lang, &material->problems, ticket->now.problem_id, &closing->symptoms_count);
    closing->causes = options_of(arena, visit->lang, &material->origins, ticket->now.origin_id, &closing->causes_count);
    closing->remedies =
        options_of(arena, visit->lang, &material->remedies, ticket->now.solution_code_id, &closing->remedies_count);
    return closing;
}

static const char *quantity_words(Arena *arena, Lang lang, const CostEntry *entry)
{
    if (entry->kind == COST_LABOUR)
        return format_minutes(arena, lang, entry->quantity / COST_UNIT);
    return *entry->note ? entry->note : "";
}

const TicketCosts *costs_view(Arena *arena, const Visit *visit, const Ticket *ticket, const CloseMaterial *material)
{
    static const MsgId labels[COST_KIND_COUNT] = {
        [COST_LABOUR] = MSG_COST_LABOUR, [COST_CHANNEL] = MSG_COST_CHANNEL, [COST_TRAVEL] = MSG_COST_TRAVEL,
        [COST_PART] = MSG_COST_PART,     [COST_FIXED] = MSG_COST_FIXED,
    };
    if (!visit_may(visit, "cost.read"))
        return NULL;
    TicketCosts *costs = ARENA_NEW(arena, TicketCosts);
    CostRow *lines = ARENA_ARRAY(arena, CostRow, material->costs.count);
    CostTotals totals = {0};
    (void)cost_list_total(&material->costs, &totals); /* sums of checked lines: they fit */
    for (size_t i = 0; i < material->costs.count; i++) {
        const CostEntry *entry = &material->costs.items[i];
        lines[i] = (CostRow){msg(visit->lang, labels[entry->kind]), quantity_words(arena, visit->lang, entry),
                             format_money(arena, visit->lang, entry->amount)};
    }
    *costs = (TicketCosts){.lines = lines,
                           .lines_count = material->costs.count,
                           .total = format_money(arena, visit->lang, totals.total),
                           .url = url_local(arena, "/tickets/%/costs", id_text(arena, ticket->id.value)),
                           .minutes = ""};
    return costs;
}

/* ------------------------------------------------------------------------------------------------------------- forms */

typedef struct CloseWork {
    HttpRequest *request;
    const Visit *visit;
    TicketId ticket;
    Closing closing;
    Answer notice;
    OutgoingAddress to;
    const char *product_name;
    bool peace;
    ClosingResult result;
    CodingRefusals refused;
} CloseWork;

static int64_t form_id(const HttpRequest *request, const char *name)
{
    const char *text = http_form(request, name);
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static void set_if_given(const HttpRequest *request, const char *name, TicketField field, TicketChange *change)
{
    int64_t id = form_id(request, name);
    if (id)
        change_set(change, field, id);
}

static void refuse(CloseWork *work, const char *field, const char *key)
{
    work->refused.items[work->refused.count++] = (InputError){field, key, NULL};
}

/* The product by the name typed; the cause of "settled for the sake of peace" by its key. */
static bool find_named(StoreTx *tx, CloseWork *work)
{
    Arena *arena = work->request->arena;
    Product product;
    Code peace;
    if (*work->product_name) {
        if (!product_find_name(tx, arena, work->product_name, &product)) {
            refuse(work, "product", "ticket.error.unknown_product");
            return false;
        }
        change_set(&work->closing.coding, FIELD_PRODUCT, product.id.value);
    }
    if (work->peace && code_find_key(tx, arena, CODE_ORIGIN, "quieto_vivere", &peace))
        change_set(&work->closing.coding, FIELD_ORIGIN, peace.id.value);
    return true;
}

/* Tells the customer, when somebody can be told by mail. */
static void add_notice(StoreTx *tx, CloseWork *work)
{
    Arena *arena = work->request->arena;
    ParticipantList participants = participant_list(tx, arena, work->ticket);
    MessageList messages = message_list(tx, arena, work->ticket);
    const Participant *to = ticket_recipient(&participants, &messages);
    if (!to)
        return;
    work->to = (OutgoingAddress){to->address, to->name};
    work->notice.to = &work->to;
    work->notice.to_count = 1;
    work->notice.recipient_key = to->address_key;
    work->closing.notice = &work->notice;
}

static bool close_ticket(StoreTx *tx, void *arg)
{
    CloseWork *work = arg;
    work->refused.count = 0;
    work->closing.notice = NULL;
    if (!find_named(tx, work))
        return false;
    add_notice(tx, work);
    visit_audit(tx, work->visit, "ticket.resolve", "ticket", work->ticket.value);
    return ticket_close_request(tx, work->request->arena, &work->closing, work->visit->actor, work->visit->now,
                                &work->result, &work->refused);
}

static Answer notice_of(HttpRequest *request, const Visit *visit, TicketId ticket)
{
    const char *number = id_text(request->arena, ticket.value);
    return (Answer){
        .ticket = ticket,
        .channel = "mail",
        .text = msg_fill(request->arena, visit->lang, MSG_CLOSING_NOTICE, "number", number, NULL),
        .author_name = visit->session.display_name,
        .author_team = visit->session.team,
        .reply = token_new(),
        .idempotency_key =
            arena_printf(request->arena, "solved:%s:%" G_GINT64_FORMAT, number, form_id(request, "version")),
        .leaves_at = visit->now + visit->policy->undo_ms,
        .sealed = visit->policy->demo,
    };
}

static CloseWork work_of(HttpRequest *request)
{
    const Visit *visit = visit_of(request);
    const char *solution = http_form(request, "solution"), *product = http_form(request, "product");
    TicketId ticket = {http_param_id(request, "id")};
    CloseWork work = {
        .request = request,
        .visit = visit,
        .ticket = ticket,
        .notice = notice_of(request, visit, ticket),
        .product_name = text_trim(request->arena, product),
        .peace = http_form(request, "peace") != NULL,
        .closing = {.ticket = ticket,
                    .version = form_id(request, "version"),
                    .solution = {form_id(request, "solution_id")},
                    .solution_text = text_is_blank(solution) ? NULL : text_clean(request->arena, bytes_of(solution)),
                    .minutes = CLAMP(form_id(request, "minutes"), 0, 100000) * COST_UNIT,
                    .zero_cost = http_form(request, "zero_cost") != NULL,
                    .team = visit->session.team,
                    .close = visit->policy->close_at_once},
    };
    set_if_given(request, "symptom", FIELD_PROBLEM, &work.closing.coding);
    set_if_given(request, "cause", FIELD_ORIGIN, &work.closing.coding);
    set_if_given(request, "remedy", FIELD_SOLUTION_CODE, &work.closing.coding);
    return work;
}

static const char *refusal_words(const CloseWork *work)
{
    GString *words = g_string_new(NULL);
    for (size_t i = 0; i < work->refused.count; i++) {
        const char *sentence = msg_find(work->visit->lang, work->refused.items[i].key);
        g_string_append_printf(words, "%s%s", i ? " " : "", sentence ? sentence : work->refused.items[i].key);
    }
    char *copy = arena_strndup(work->request->arena, words->str, words->len);
    g_string_free(words, TRUE);
    return copy;
}

static void go_back(HttpRequest *request, HttpResponse *response)
{
    http_redirect(response, arena_printf(request->arena, "/tickets/%" G_GINT64_FORMAT, http_param_id(request, "id")));
}

void ticket_resolve_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    CloseWork work = work_of(request);
    switch (store_write(desk_store(work.visit->desk), "ticket resolve", close_ticket, &work, &error)) {
    case STORE_COMMITTED:
        go_back(request, response);
        return;
    case STORE_REFUSED:
        http_set_status(response, 422);
        ticket_view_show(
            request, response, work.ticket,
            &(TicketTyped){.closing_error = refusal_words(&work), .solution = http_form(request, "solution")});
        return;
    case STORE_FAILED:
    default:
        problem_of_error(request, response, error);
    }
}

/* -------------------------------------------------------------------------------------------------------------- costs */

typedef struct CostsWork {
    HttpRequest *request;
    const Visit *visit;
    int64_t minutes;
    Cents amount;
    const char *part;
    InputError refused;
} CostsWork;

static bool add_costs(StoreTx *tx, void *arg)
{
    CostsWork *work = arg;
    TicketEdit edit;
    CostEntryId line;
    CostWork labour = {.quantity = work->minutes * COST_UNIT,
                       .worked_at = work->visit->now,
                       .staff = work->visit->session.staff,
                       .note = ""};
    CostWork part = {.quantity = COST_UNIT, .worked_at = work->visit->now, .note = work->part};
    bool done = ticket_edit_begin(&edit, tx, work->request->arena, (TicketId){http_param_id(work->request, "id")},
                                  work->visit->actor, work->visit->now) &&
                (!work->minutes || cost_add_time(&edit, &labour, &line)) &&
                (!work->amount || cost_add_part(&edit, &part, work->amount, &line));
    if (!done) {
        work->refused = edit.refused;
        return false;
    }
    visit_audit(tx, work->visit, "ticket.cost", "ticket", edit.ticket.id.value);
    return ticket_edit_end(&edit);
}

/* "22", "22,50" or "22.50" euro as cents; false for anything else. */
static bool read_amount(const char *text, Cents *cents_out)
{
    *cents_out = 0;
    if (text_is_blank(text))
        return true;
    char *rest;
    gint64 euro = g_ascii_strtoll(text, &rest, 10);
    int64_t cents = 0;
    if (*rest == ',' || *rest == '.') {
        size_t digits = strspn(rest + 1, "0123456789");
        if (digits == 0 || digits > 2)
            return false;
        cents = g_ascii_strtoll(rest + 1, NULL, 10) * (digits == 1 ? 10 : 1);
        rest += 1 + digits;
    }
    *cents_out = euro * 100 + cents;
    return euro >= 0 && euro <= 1000000 && text_is_blank(rest);
}

void ticket_costs_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    const char *part = http_form(request, "part");
    CostsWork work = {.request = request,
                      .visit = visit_of(request),
                      .minutes = CLAMP(form_id(request, "minutes"), 0, 100000),
                      .part = text_clean_line(request->arena, bytes_of(part ? part : ""))};
    TicketId ticket = {http_param_id(request, "id")};
    bool read = read_amount(http_form(request, "amount"), &work.amount);
    if (!read || (!work.minutes && !work.amount))
        work.refused = (InputError){"amount", "cost.error.quantity", NULL};
    StoreOutcome outcome = work.refused.key
                               ? STORE_REFUSED
                               : store_write(desk_store(work.visit->desk), "ticket costs", add_costs, &work, &error);
    if (outcome == STORE_COMMITTED) {
        go_back(request, response);
    } else if (outcome == STORE_REFUSED && work.refused.key) {
        http_set_status(response, 422);
        ticket_view_show(request, response, ticket,
                         &(TicketTyped){.flash = msg_find(work.visit->lang, work.refused.key)});
    } else if (error) {
        problem_of_error(request, response, error);
    } else {
        problem_page(request, response, PROBLEM_CONFLICT, "");
    }
}
