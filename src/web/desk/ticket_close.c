/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_close.h"

#include "base/format.h"
#include "base/text.h"
#include "base/writer.h"
#include "desk/product/product.h"
#include "desk/ticket/coding.h"
#include "desk/ticket/recipient.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_view.h"
#include "web/problem.h"

#include <string.h>

enum { SOLUTIONS_SHOWN = 5, MINUTES_DEFAULT = 5, PRECEDENTS_SHOWN = 3, WORDS_READ = 300 };

/* ------------------------------------------------------------------------------------------------------------- showing */

/* What is asked, in the customer's words: the subject, and the beginning of what they wrote first. */
static const char *asked_words(Arena *arena, const TicketMaterial *material)
{
    for (size_t i = 0; i < material->messages.count; i++) {
        const Message *message = &material->messages.items[i];
        if (message->direction == MESSAGE_IN)
            return arena_printf(arena, "%s %.*s", material->ticket.subject, WORDS_READ, message->text);
    }
    return material->ticket.subject;
}

/* A solution for the problem it most likely is, while nobody has said. */
static CodeId problem_or_likely(const Ticket *ticket, const CodeSuggestions *likely)
{
    if (ticket->now.problem_id || !likely->count)
        return (CodeId){ticket->now.problem_id};
    return likely->items[0].code;
}

void close_material_read(StoreTx *tx, Arena *arena, const TicketMaterial *material, CloseMaterial *material_out)
{
    Product product;
    const Ticket *ticket = &material->ticket;
    ProductId product_id = {ticket->now.product_id};
    *material_out = (CloseMaterial){.product = "", .costs = cost_list(tx, arena, ticket->id)};
    if (!ticket_state_is_open((TicketState)ticket->now.state))
        return; /* no form will be shown */
    SuggestWords words = suggest_words(arena, asked_words(arena, material));
    material_out->problems = code_list(tx, arena, CODE_SYMPTOM, true);
    if (!ticket->now.problem_id)
        material_out->likely = code_suggest(tx, arena, &words, product_id, &material_out->problems);
    material_out->precedents = precedent_list(tx, arena, ticket, &words, &material_out->likely, PRECEDENTS_SHOWN);
    material_out->origins = code_list(tx, arena, CODE_ORIGIN, false);
    material_out->remedies = code_list(tx, arena, CODE_SOLUTION, false);
    material_out->solutions =
        solution_suggest(tx, arena, product_id, problem_or_likely(ticket, &material_out->likely), SOLUTIONS_SHOWN);
    if (!product_id.value && material_out->solutions.count)
        product_id = material_out->solutions.items[0].product; /* what it was the other times: shown to be confirmed */
    if (product_id.value && product_find(tx, arena, product_id, &product))
        material_out->product = product.name;
}

static const char *id_text(Arena *arena, int64_t id)
{
    return arena_int(arena, id);
}

static const Code *code_of(const CodeRows *codes, CodeId id)
{
    for (size_t i = 0; i < codes->count; i++)
        if (codes->items[i].id.value == id.value)
            return &codes->items[i];
    return NULL;
}

typedef struct CodeChoice {
    const Option *options;
    size_t count;
} CodeChoice;

static bool is_likely(const CodeSuggestions *likely, CodeId code)
{
    for (size_t i = 0; likely && i < likely->count; i++)
        if (likely->items[i].code.value == code.value)
            return true;
    return false;
}

/* A leaf in use, or the one that stands there already. */
static bool is_offered(const Code *code, const char *id, const char *chosen)
{
    return code->parent.value && (!code->retired_at || strcmp(id, chosen) == 0);
}

/* The leaves of a list after a "not said" row, the likely ones first. */
static CodeChoice choice_of(const CloseAsk *ask, const CodeRows *codes, const CodeSuggestions *likely,
                            const char *chosen)
{
    Lang lang = ask->visit->lang;
    Option *options = ARENA_ARRAY(ask->arena, Option, codes->count + SUGGEST_MAX + 1);
    size_t count = 0;
    options[count++] = (Option){"", "—", !*chosen};
    for (size_t i = 0; likely && i < likely->count; i++) {
        const Code *code = code_of(codes, likely->items[i].code);
        const char *id = id_text(ask->arena, likely->items[i].code.value);
        if (code)
            options[count++] = (Option){id, code_name(code, lang), strcmp(id, chosen) == 0};
    }
    for (size_t i = 0; i < codes->count; i++) {
        const char *id = id_text(ask->arena, codes->items[i].id.value);
        if (is_offered(&codes->items[i], id, chosen) && !is_likely(likely, codes->items[i].id))
            options[count++] = (Option){id, code_name(&codes->items[i], lang), strcmp(id, chosen) == 0};
    }
    return (CodeChoice){options, count};
}

/* Why the first problem stands there already: what it was the other times. */
static const char *hint_of(const CloseAsk *ask)
{
    const CodeSuggestions *likely = &ask->material->likely;
    if (!likely->count)
        return "";
    const CodeSuggestion *best = &likely->items[0];
    if (*best->word)
        return msg_fill_count(ask->arena, ask->visit->lang, MSG_CLOSING_LIKELY_WORD, best->uses, "word", best->word,
                              NULL);
    return msg_fill_count(ask->arena, ask->visit->lang, MSG_CLOSING_LIKELY_PRODUCT, best->uses, NULL);
}

/* What was typed before a refusal, else what it starts with. */
static const char *typed_or(const CloseAsk *ask, const char *field, const char *otherwise)
{
    const char *typed = ask->typed ? http_form(ask->typed, field) : NULL;
    return typed ? typed : otherwise;
}

static const char *code_or_none(const CloseAsk *ask, const char *field, int64_t code)
{
    return typed_or(ask, field, code ? id_text(ask->arena, code) : "");
}

static const SolutionChoice *choices_of(const CloseAsk *ask)
{
    const SolutionList *solutions = &ask->material->solutions;
    const char *chosen = typed_or(ask, "solution_id", "");
    SolutionChoice *choices = ARENA_ARRAY(ask->arena, SolutionChoice, solutions->count);
    for (size_t i = 0; i < solutions->count; i++) {
        const char *id = id_text(ask->arena, solutions->items[i].id.value);
        choices[i] = (SolutionChoice){
            id, solutions->items[i].title,
            msg_fill_count(ask->arena, ask->visit->lang, MSG_CLOSING_USED, solutions->items[i].used_count, NULL),
            strcmp(id, chosen) == 0};
    }
    return choices;
}

/* Minutes of labour counted so far, or a first guess: shown to be corrected, not asked. */
static const char *minutes_of(const CloseAsk *ask)
{
    return ask->material->costs.count ? "" : arena_printf(ask->arena, "%d", MINUTES_DEFAULT);
}

static void fill_codes(const CloseAsk *ask, TicketClosing *closing)
{
    const TicketProjection *now = &ask->ticket->now;
    const CloseMaterial *material = ask->material;
    int64_t problem = problem_or_likely(ask->ticket, &material->likely).value;
    CodeChoice symptoms = choice_of(ask, &material->problems, &material->likely, code_or_none(ask, "symptom", problem));
    CodeChoice causes = choice_of(ask, &material->origins, NULL, code_or_none(ask, "cause", now->origin_id));
    CodeChoice remedies = choice_of(ask, &material->remedies, NULL, code_or_none(ask, "remedy", now->solution_code_id));
    closing->symptoms = symptoms.options;
    closing->symptoms_count = symptoms.count;
    closing->causes = causes.options;
    closing->causes_count = causes.count;
    closing->remedies = remedies.options;
    closing->remedies_count = remedies.count;
    closing->likely = hint_of(ask);
}

const TicketClosing *close_view(const CloseAsk *ask)
{
    const Ticket *ticket = ask->ticket;
    if (!visit_may(ask->visit, "ticket.write") || !ticket_state_is_open((TicketState)ticket->now.state))
        return NULL;
    TicketClosing *closing = ARENA_NEW(ask->arena, TicketClosing);
    *closing = (TicketClosing){
        .url = url_local(ask->arena, "/tickets/%/resolve", id_text(ask->arena, ticket->id.value)),
        .error = "",
        .solutions = choices_of(ask),
        .solutions_count = ask->material->solutions.count,
        .solution = typed_or(ask, "solution", ""),
        .product = typed_or(ask, "product", ask->material->product),
        .minutes = typed_or(ask, "minutes", minutes_of(ask)),
        .zero_cost = ask->typed ? http_form(ask->typed, "zero_cost") != NULL : ticket->now.zero_cost != 0,
        .peace = ask->typed && http_form(ask->typed, "peace") != NULL,
    };
    fill_codes(ask, closing);
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

/* In the customer's language, if it is one of ours. */
static const char *notice_text(StoreTx *tx, const CloseWork *work)
{
    Arena *arena = work->request->arena;
    Ticket ticket;
    Lang lang = work->visit->lang;
    if (ticket_find(tx, arena, work->ticket, &ticket))
        (void)lang_find(ticket.language, &lang);
    return msg_fill(arena, lang, MSG_CLOSING_NOTICE, "number", id_text(arena, work->ticket.value), NULL);
}

/* Tells the customer, when somebody can be told by mail. */
static void add_notice(StoreTx *tx, CloseWork *work)
{
    Arena *arena = work->request->arena;
    InputError refused = {0};
    if (!recipient_choose(tx, arena, &(RecipientChoice){.given = false}, work->visit->actor, work->visit->now,
                          &work->notice, &refused) ||
        !work->notice.to_count)
        return;
    work->closing.notice = &work->notice;
    work->notice.text = notice_text(tx, work);
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
        .text = "",
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
        ticket_view_show(request, response, work.ticket, &(TicketTyped){.closing_error = refusal_words(&work)});
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
                         &(TicketTyped){.form = "costs", .wrong = msg_find(work.visit->lang, work.refused.key)});
    } else if (error) {
        problem_of_error(request, response, error);
    } else {
        problem_page(request, response, PROBLEM_CONFLICT, "");
    }
}
