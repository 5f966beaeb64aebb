/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: puts onto a ticket what people chose, and closes it. How: a table says for each field which event carries it and
 * who judges its value; all refusals are gathered before anything is appended. Closing runs every step even after a
 * refusal, so that a person sees all that is missing at once; the transaction is then rolled back.
 */
#include "desk/ticket/coding.h"

#include "base/check.h"
#include "base/text.h"
#include "desk/code/suggest.h"
#include "desk/cost/cost.h"
#include "desk/party/party.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/solution/solution.h"
#include "queue/outbox.h"

static void add_refusal(CodingRefusals *refused, InputError error)
{
    if (error.key && refused->count < CODING_REFUSALS_MAX)
        refused->items[refused->count++] = error;
}

/* --------------------------------------------------------------------------------------------- who judges a value */

/* Says by catalogue key why the value cannot be; NULL when it can. */
typedef const char *(*ValueCheck)(const TicketEdit *edit, int64_t value, CodeList list);

static const char *check_enum(const TicketEdit *edit, int64_t value, CodeList list)
{
    (void)edit, (void)value, (void)list;
    return NULL; /* its type was checked where it was read */
}

static const char *check_party(const TicketEdit *edit, int64_t value, CodeList list)
{
    Party party;
    (void)list;
    return party_find(edit->tx, edit->arena, (PartyId){value}, &party) ? NULL : "ticket.error.unknown_party";
}

static const char *check_product(const TicketEdit *edit, int64_t value, CodeList list)
{
    Product product;
    (void)list;
    if (!product_find(edit->tx, edit->arena, (ProductId){value}, &product))
        return "ticket.error.unknown_product";
    return product.active ? NULL : "ticket.error.inactive_product";
}

static const char *check_item(const TicketEdit *edit, int64_t value, CodeList list)
{
    Item item;
    (void)list;
    return item_find(edit->tx, edit->arena, (InstalledItemId){value}, &item) ? NULL : "ticket.error.unknown_item";
}

static const char *check_code(const TicketEdit *edit, int64_t value, CodeList list)
{
    Code code;
    if (!code_find(edit->tx, edit->arena, (CodeId){value}, &code) || code.list != list)
        return "ticket.error.code_of_other_list";
    if (!code.parent.value)
        return "ticket.error.code_is_group";
    return code.retired_at ? "ticket.error.code_retired" : NULL;
}

static const char *check_solution(const TicketEdit *edit, int64_t value, CodeList list)
{
    Solution solution;
    (void)list;
    if (!solution_find(edit->tx, edit->arena, (SolutionId){value}, &solution))
        return "solution.error.not_found";
    return solution.state == SOLUTION_RETIRED ? "solution.error.retired" : NULL;
}

static const struct {
    TicketField field;
    TicketEventKind event;
    const char *name; /* in forms and API */
    ValueCheck allows;
    CodeList list;
    const char *needed; /* why a solved ticket may not lose it, or NULL */
} judges[] = {
    {FIELD_KIND, EVENT_CODED, "kind", check_enum, 0, NULL},
    {FIELD_COMPLAINT, EVENT_CODED, "complaint", check_enum, 0, NULL},
    {FIELD_INITIATIVE, EVENT_CODED, "initiative", check_enum, 0, NULL},
    {FIELD_OWNERSHIP, EVENT_CODED, "ownership", check_enum, 0, NULL},
    {FIELD_PARTY, EVENT_CUSTOMER, "customer", check_party, 0, "ticket.error.no_customer"},
    {FIELD_CONTACT, EVENT_CUSTOMER, "contact", check_party, 0, NULL},
    {FIELD_PRODUCT, EVENT_PRODUCT, "product", check_product, 0, "ticket.error.no_product"},
    {FIELD_ITEM, EVENT_PRODUCT, "item", check_item, 0, NULL},
    {FIELD_PROBLEM, EVENT_CODED, "problem_code", check_code, CODE_SYMPTOM, "ticket.error.no_problem"},
    {FIELD_CONDITION, EVENT_CODED, "condition_code", check_code, CODE_CONDITION, NULL},
    {FIELD_COMPONENT, EVENT_CODED, "component_code", check_code, CODE_COMPONENT, NULL},
    {FIELD_ORIGIN, EVENT_CODED, "origin_code", check_code, CODE_ORIGIN, NULL},
    {FIELD_SOLUTION_CODE, EVENT_CODED, "solution_code", check_code, CODE_SOLUTION, "ticket.error.no_solution"},
    {FIELD_SOLUTION, EVENT_CODED, "solution", check_solution, 0, NULL},
};

/* --------------------------------------------------------------------------------------------------------- coding */

static int64_t wanted_or(const TicketChange *change, TicketField field, int64_t now)
{
    return change_has(change, field) ? change->value[field] : now;
}

/* What follows from what was chosen: an item's product, no foreign item, whose the product is. */
static void complete(const TicketEdit *edit, TicketChange *change, CodingRefusals *refused)
{
    const TicketProjection *now = &edit->ticket.now;
    Item item;
    Product product;
    int64_t item_id = wanted_or(change, FIELD_ITEM, now->installed_item_id);
    bool has_item = item_id && item_find(edit->tx, edit->arena, (InstalledItemId){item_id}, &item);
    if (has_item && change_has(change, FIELD_ITEM) && !change_has(change, FIELD_PRODUCT))
        change_set(change, FIELD_PRODUCT, item.product.value);
    int64_t product_id = wanted_or(change, FIELD_PRODUCT, now->product_id);
    if (has_item && item.product.value != product_id && change_has(change, FIELD_ITEM))
        add_refusal(refused, (InputError){"item", "ticket.error.item_of_other_product", NULL});
    else if (has_item && item.product.value != product_id)
        change_set(change, FIELD_ITEM, 0);
    if (product_id && now->ownership == OWNERSHIP_UNKNOWN && !change_has(change, FIELD_OWNERSHIP) &&
        product_find(edit->tx, edit->arena, (ProductId){product_id}, &product))
        change_set(change, FIELD_OWNERSHIP, product_ownership(product.role));
}

static int64_t value_now(const TicketProjection *now, TicketField field)
{
    const int64_t values[TICKET_FIELD_COUNT] = {
        [FIELD_KIND] = now->kind,
        [FIELD_COMPLAINT] = now->complaint,
        [FIELD_INITIATIVE] = now->initiative,
        [FIELD_OWNERSHIP] = now->ownership,
        [FIELD_PARTY] = now->party_id,
        [FIELD_CONTACT] = now->contact_id,
        [FIELD_PRODUCT] = now->product_id,
        [FIELD_ITEM] = now->installed_item_id,
        [FIELD_PROBLEM] = now->problem_id,
        [FIELD_CONDITION] = now->condition_id,
        [FIELD_COMPONENT] = now->component_id,
        [FIELD_ORIGIN] = now->origin_id,
        [FIELD_SOLUTION_CODE] = now->solution_code_id,
        [FIELD_SOLUTION] = now->solution_id,
    };
    return values[field];
}

static bool is_enum(TicketField field)
{
    return field == FIELD_KIND || field == FIELD_COMPLAINT || field == FIELD_INITIATIVE || field == FIELD_OWNERSHIP;
}

static void judge(const TicketEdit *edit, size_t which, int64_t value, CodingRefusals *refused)
{
    bool solved = edit->ticket.now.state == TICKET_RESOLVED || edit->ticket.now.state == TICKET_CLOSED;
    const char *why = NULL;
    if (value || is_enum(judges[which].field))
        why = judges[which].allows(edit, value, judges[which].list);
    else if (solved)
        why = judges[which].needed;
    add_refusal(refused, (InputError){judges[which].name, why, NULL});
}

/* A new solution on the ticket is one more use of it. */
static void count_use(TicketEdit *edit, const TicketChange *change, CodingRefusals *refused)
{
    InputError error = {0};
    if (change_has(change, FIELD_SOLUTION) && change->value[FIELD_SOLUTION] &&
        !solution_use(edit->tx, edit->arena, (SolutionId){change->value[FIELD_SOLUTION]}, &error))
        add_refusal(refused, error);
}

/* What was counted for the ticket as it was is taken back, and counted as it is. */
static void learn(TicketEdit *edit, const TicketProjection *before)
{
    const TicketProjection *now = &edit->ticket.now;
    if (now->product_id == before->product_id && now->problem_id == before->problem_id)
        return;
    SuggestWords words = suggest_words(edit->arena, edit->ticket.subject);
    suggest_learn(edit->tx, &words, (ProductId){before->product_id}, (CodeId){before->problem_id}, -1);
    suggest_learn(edit->tx, &words, (ProductId){now->product_id}, (CodeId){now->problem_id}, 1);
}

void ticket_describe(TicketEdit *edit, const char *subject)
{
    const TicketProjection *now = &edit->ticket.now;
    SuggestWords before = suggest_words(edit->arena, edit->ticket.subject);
    ticket_edit_subject(edit, subject);
    SuggestWords after = suggest_words(edit->arena, edit->ticket.subject);
    suggest_learn(edit->tx, &before, (ProductId){now->product_id}, (CodeId){now->problem_id}, -1);
    suggest_learn(edit->tx, &after, (ProductId){now->product_id}, (CodeId){now->problem_id}, 1);
}

/* One event for each kind that has something to say. */
static void append(TicketEdit *edit, const TicketChange *change)
{
    static const TicketEventKind kinds[] = {EVENT_CUSTOMER, EVENT_PRODUCT, EVENT_CODED};
    for (size_t kind = 0; kind < G_N_ELEMENTS(kinds); kind++) {
        TicketChange part = {0};
        for (size_t i = 0; i < G_N_ELEMENTS(judges); i++)
            if (judges[i].event == kinds[kind] && change_has(change, judges[i].field))
                change_set(&part, judges[i].field, change->value[judges[i].field]);
        if (part.set)
            ticket_edit_event(edit, kinds[kind], &part, edit->now);
    }
}

bool ticket_code(TicketEdit *edit, const TicketChange *wanted, CodingRefusals *refused_out)
{
    TicketChange asked = *wanted, change = {0};
    TicketProjection before = edit->ticket.now;
    size_t refused_before = refused_out->count;
    complete(edit, &asked, refused_out);
    for (size_t i = 0; i < G_N_ELEMENTS(judges); i++) {
        TicketField field = judges[i].field;
        if (!change_has(&asked, field) || asked.value[field] == value_now(&before, field))
            continue;
        judge(edit, i, asked.value[field], refused_out);
        change_set(&change, field, asked.value[field]);
    }
    if (refused_out->count == refused_before)
        count_use(edit, &change, refused_out);
    if (refused_out->count > refused_before)
        return false;
    append(edit, &change);
    learn(edit, &before);
    return true;
}

/* -------------------------------------------------------------------------------------------------------- closing */

typedef struct Close {
    StoreTx *tx;
    Arena *arena;
    const Closing *closing;
    Actor actor;
    TimeMs now;
    TicketEdit edit;
    ClosingResult *result;
    CodingRefusals *refused;
} Close;

/* Somebody has it and works on it. A colleague's ticket stays the colleague's. */
static void put_in_hand(Close *close)
{
    TicketEdit *edit = &close->edit;
    TicketState state = (TicketState)edit->ticket.now.state;
    bool done = !ticket_state_is_queued(state) || ticket_take(edit, close->closing->team);
    if (done && edit->ticket.now.state == TICKET_OWNED)
        done = ticket_act(edit, TICKET_START, &(ActionInput){0});
    else if (done && ticket_state_is_owned(state) && state != TICKET_IN_PROGRESS && state != TICKET_WAITING_CUSTOMER)
        done = ticket_act(edit, TICKET_RESUME, &(ActionInput){0});
    if (!done)
        add_refusal(close->refused, edit->refused);
}

static bool write_solution(Close *close, SolutionId *id_out)
{
    const Closing *closing = close->closing;
    const Ticket *ticket = &close->edit.ticket;
    InputError error = {0};
    Solution solution = {
        .title = text_is_blank(closing->solution_title) ? ticket->subject : closing->solution_title,
        .text = closing->solution_text,
        .product = {ticket->now.product_id},
        .problem = {ticket->now.problem_id},
        .solution_code = {ticket->now.solution_code_id},
        .language = closing->language ? closing->language : ticket->language,
        .author = {actor_is_staff(close->actor) ? close->actor.id : 0},
    };
    if (solution_add(close->tx, &solution, close->now, id_out, &error))
        return true;
    add_refusal(close->refused, error);
    return false;
}

/* A solution that was there brings its code along when the ticket has none. */
static void borrow_code(Close *close, SolutionId id, TicketChange *change)
{
    Solution solution;
    if (!close->edit.ticket.now.solution_code_id && solution_find(close->tx, close->arena, id, &solution) &&
        solution.solution_code.value)
        change_set(change, FIELD_SOLUTION_CODE, solution.solution_code.value);
}

static void put_solution(Close *close)
{
    SolutionId id = close->closing->solution;
    TicketChange change = {0};
    if (id.value)
        borrow_code(close, id, &change);
    else if (!close->closing->solution_text || !write_solution(close, &id))
        return;
    change_set(&change, FIELD_SOLUTION, id.value);
    ticket_code(&close->edit, &change, close->refused);
}

static void put_cost(Close *close)
{
    CostEntryId id;
    CostWork work = {.quantity = close->closing->minutes,
                     .worked_at = close->now,
                     .staff = {actor_is_staff(close->actor) ? close->actor.id : 0},
                     .note = ""};
    if (work.quantity && !cost_add_time(&close->edit, &work, &id))
        add_refusal(close->refused, close->edit.refused);
    if (close->closing->zero_cost && !cost_set_zero(&close->edit, true))
        add_refusal(close->refused, close->edit.refused);
}

static void tell_customer(Close *close)
{
    InputError error = {0};
    const Answer *notice = close->closing->notice;
    if (notice &&
        !answer_add(close->tx, close->arena, notice, close->actor, close->now, &close->result->notice, &error))
        add_refusal(close->refused, error);
    if (!notice && close->closing->close)
        add_refusal(close->refused, (InputError){"notice", "ticket.error.no_notice", NULL});
}

static void act_or_refuse(Close *close, TicketAction action, const ActionInput *input)
{
    TransitionVerdict verdict = ticket_may(&close->edit, action, input);
    for (size_t i = 0; !verdict.allowed && i < verdict.reason_count; i++)
        add_refusal(close->refused, verdict.reasons[i]);
    if (verdict.allowed && !ticket_act(&close->edit, action, input))
        add_refusal(close->refused, close->edit.refused);
}

static void resolve_and_close(Close *close)
{
    act_or_refuse(close, TICKET_RESOLVE, &(ActionInput){0});
    if (close->closing->close && close->refused->count == 0)
        act_or_refuse(close, TICKET_CLOSE, &(ActionInput){.notice = close->closing->notice != NULL});
    close->result->state = (TicketState)close->edit.ticket.now.state;
    close->result->solution = (SolutionId){close->edit.ticket.now.solution_id};
}

static bool begin(Close *close, int64_t version)
{
    TicketId id = close->closing->ticket;
    bool begun =
        version ? ticket_edit_begin_at(&close->edit, close->tx, close->arena, id, version, close->actor, close->now)
                : ticket_edit_begin(&close->edit, close->tx, close->arena, id, close->actor, close->now);
    if (!begun)
        add_refusal(close->refused, close->edit.refused);
    return begun;
}

static bool closed_before(Close *close)
{
    OutboxKeyMatch match;
    Ticket ticket;
    const Closing *closing = close->closing;
    if (!closing->notice || !outbox_find_key(close->tx, close->arena, closing->notice->idempotency_key, &match) ||
        !ticket_find(close->tx, close->arena, closing->ticket, &ticket))
        return false;
    *close->result =
        (ClosingResult){(TicketState)ticket.now.state, {ticket.now.solution_id}, {match.message, match.id, true}};
    return true;
}

bool ticket_close_request(StoreTx *tx, Arena *arena, const Closing *closing, Actor actor, TimeMs now,
                          ClosingResult *result_out, CodingRefusals *refused_out)
{
    Close close = {.tx = tx,
                   .arena = arena,
                   .closing = closing,
                   .actor = actor,
                   .now = now,
                   .result = result_out,
                   .refused = refused_out};
    *result_out = (ClosingResult){0};
    *refused_out = (CodingRefusals){.count = 0};
    check(!closing->notice || closing->notice->ticket.value == closing->ticket.value);
    if (closed_before(&close))
        return true;
    if (!begin(&close, closing->version))
        return false;
    ticket_code(&close.edit, &closing->coding, refused_out);
    put_solution(&close);
    put_cost(&close);
    put_in_hand(&close);
    if (!ticket_edit_end(&close.edit))
        return false;
    tell_customer(&close);
    if (!begin(&close, 0))
        return false;
    resolve_and_close(&close);
    return ticket_edit_end(&close.edit) && refused_out->count == 0;
}
