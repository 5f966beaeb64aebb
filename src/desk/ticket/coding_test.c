/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/coding.h"

#include "desk/code/suggest.h"
#include "desk/cost/cost.h"
#include "desk/cost/tariff.h"
#include "desk/noun_testing.h"
#include "desk/party/party.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/solution/solution.h"
#include "desk/ticket/message.h"
#include "queue/outbox.h"

#include <string.h>

/* --------------------------------------------------------------------------------------------------------- a desk */

typedef struct Office {
    ProductId v2, dishwasher; /* ours; never sold by us */
    InstalledItemId item;     /* a V2 */
    PartyId bar;
    CodeId leak, noise, origin, repaired;
} Office;

static ProductId product_make(NounTest *test, const char *name, ProductRole role)
{
    ProductId id;
    InputError refused;
    Product product = {.name = name, .role = role, .kind = PRODUCT_GOODS};
    g_assert_true(product_add(test->tx, test->arena, &product, name, &id, &refused));
    return id;
}

static CodeId code_of(NounTest *test, CodeList list, const char *key)
{
    Code code;
    g_assert_true(code_find_key(test->tx, test->arena, list, key, &code));
    return code.id;
}

static Office office_make(NounTest *test)
{
    InputError refused;
    code_install(test->tx, test->arena);
    tariff_install(test->tx, LANG_IT);
    Office office = {
        .v2 = product_make(test, "V2", PRODUCT_MADE),
        .dishwasher = product_make(test, "Lavastoviglie", PRODUCT_THIRD_PARTY),
        .bar = party_add(test->tx,
                         &(Party){.kind = PARTY_COMPANY, .name = "Bar", .buyer = BUYER_BUSINESS, .language = "it"},
                         "bar", test->now),
        .leak = code_of(test, CODE_SYMPTOM, "leak"),
        .noise = code_of(test, CODE_SYMPTOM, "noise"),
        .origin = code_of(test, CODE_ORIGIN, "wear"),
        .repaired = code_of(test, CODE_SOLUTION, "repaired"),
    };
    Item item = {.product = office.v2, .serial = "A100", .party = office.bar, .seller = "", .batch = ""};
    g_assert_true(item_add(test->tx, test->arena, &item, &office.item, &refused));
    return office;
}

static TicketId ticket_make(NounTest *test, bool described)
{
    TicketId id = ticket_open(test->tx, test->arena,
                              &(TicketOpening){.channel = "mail",
                                               .subject = "La macchina perde acqua",
                                               .language = "it",
                                               .received_at = test->now - TIME_HOUR,
                                               .next_update_at = test->now + TIME_DAY,
                                               .kind = KIND_UNKNOWN,
                                               .team = test->team},
                              ACTOR_OF_SYSTEM, test->now);
    if (described)
        message_add(test->tx, &(Message){.ticket = id,
                                         .direction = MESSAGE_IN,
                                         .channel = "mail",
                                         .author = {ACTOR_CUSTOMER, 0},
                                         .sender_name = "Anna",
                                         .sender_address = "anna@example.org",
                                         .at = test->now,
                                         .subject = "",
                                         .text = "Perde acqua da ieri.",
                                         .quoted_at = MESSAGE_NOT_QUOTED});
    return id;
}

static TicketEdit edit_of(NounTest *test, TicketId id)
{
    TicketEdit edit;
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, test->now));
    return edit;
}

/* --------------------------------------------------------------------------------------------------------- coding */

static void test_coding_goes_into_events(NounTest *test)
{
    Office office = office_make(test);
    TicketId id = ticket_make(test, true);
    TicketEdit edit = edit_of(test, id);
    TicketChange wanted = {0};
    CodingRefusals refused = {.count = 0};
    change_set(&wanted, FIELD_KIND, KIND_FAULT);
    change_set(&wanted, FIELD_PARTY, office.bar.value);
    change_set(&wanted, FIELD_ITEM, office.item.value);
    change_set(&wanted, FIELD_PROBLEM, office.leak.value);
    g_assert_true(ticket_code(&edit, &wanted, &refused));
    g_assert_true(ticket_edit_end(&edit));

    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpint(ticket.now.kind, ==, KIND_FAULT);
    g_assert_cmpint(ticket.now.party_id, ==, office.bar.value);
    g_assert_cmpint(ticket.now.product_id, ==, office.v2.value); /* the item's */
    g_assert_cmpint(ticket.now.ownership, ==, OWNERSHIP_OURS);   /* the product's answer */
    g_assert_cmpint(ticket.now.problem_id, ==, office.leak.value);
    g_assert_null(ticket_verify(test->tx, test->arena, id));
}

static void test_another_product_takes_a_foreign_item_away(NounTest *test)
{
    Office office = office_make(test);
    TicketEdit edit = edit_of(test, ticket_make(test, true));
    TicketChange item = {0}, product = {0}, both = {0};
    CodingRefusals refused = {.count = 0};
    change_set(&item, FIELD_ITEM, office.item.value);
    change_set(&product, FIELD_PRODUCT, office.dishwasher.value);
    g_assert_true(ticket_code(&edit, &item, &refused));
    g_assert_true(ticket_code(&edit, &product, &refused));
    g_assert_cmpint(edit.ticket.now.installed_item_id, ==, 0);
    g_assert_cmpint(edit.ticket.now.ownership, ==, OWNERSHIP_OURS); /* answered before: a person changes it */

    both = product;
    change_set(&both, FIELD_ITEM, office.item.value);
    g_assert_false(ticket_code(&edit, &both, &refused));
    g_assert_cmpstr(refused.items[0].key, ==, "ticket.error.item_of_other_product");
}

static void test_all_refusals_are_listed_and_nothing_changes(NounTest *test)
{
    Office office = office_make(test);
    TicketEdit edit = edit_of(test, ticket_make(test, true));
    TicketProjection before = edit.ticket.now;
    Code retired;
    InputError error;
    g_assert_true(code_find_key(test->tx, test->arena, CODE_ORIGIN, "design", &retired));
    g_assert_true(code_retire(test->tx, test->arena, retired.id, retired.version, (CodeId){0}, test->now, &error));
    const struct {
        TicketField field;
        int64_t value;
        const char *name, *key;
    } cases[] = {
        {FIELD_PARTY, 999, "customer", "ticket.error.unknown_party"},
        {FIELD_PRODUCT, 999, "product", "ticket.error.unknown_product"},
        {FIELD_PROBLEM, office.repaired.value, "problem_code", "ticket.error.code_of_other_list"},
        {FIELD_COMPONENT, 99999, "component_code", "ticket.error.code_of_other_list"},
        {FIELD_ORIGIN, retired.id.value, "origin_code", "ticket.error.code_retired"},
        {FIELD_SOLUTION_CODE, code_of(test, CODE_SOLUTION, "repair").value, "solution_code",
         "ticket.error.code_is_group"},
        {FIELD_SOLUTION, 999, "solution", "solution.error.not_found"},
    };
    TicketChange wanted = {0};
    CodingRefusals refused = {.count = 0};
    change_set(&wanted, FIELD_KIND, KIND_FAULT); /* right by itself */
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        change_set(&wanted, cases[i].field, cases[i].value);
    g_assert_false(ticket_code(&edit, &wanted, &refused));
    g_assert_cmpuint(refused.count, ==, G_N_ELEMENTS(cases));
    for (size_t i = 0; i < refused.count; i++) {
        g_assert_cmpstr(refused.items[i].field, ==, cases[i].name);
        g_assert_cmpstr(refused.items[i].key, ==, cases[i].key);
    }
    g_assert_null(projection_difference(&before, &edit.ticket.now));
}

static void test_coding_teaches_suggestions(NounTest *test)
{
    Office office = office_make(test);
    TicketEdit edit = edit_of(test, ticket_make(test, true));
    TicketChange wanted = {0};
    CodingRefusals refused = {.count = 0};
    SuggestWords words = suggest_words(test->arena, "perde acqua");
    change_set(&wanted, FIELD_PRODUCT, office.v2.value);
    change_set(&wanted, FIELD_PROBLEM, office.leak.value);
    g_assert_true(ticket_code(&edit, &wanted, &refused));
    CodeSuggestions best = code_suggest(test->tx, test->arena, &words, office.v2, NULL);
    g_assert_cmpuint(best.count, ==, 1);
    g_assert_cmpint(best.items[0].code.value, ==, office.leak.value);

    wanted = (TicketChange){0};
    change_set(&wanted, FIELD_PROBLEM, office.noise.value); /* it was something else */
    g_assert_true(ticket_code(&edit, &wanted, &refused));
    best = code_suggest(test->tx, test->arena, &words, office.v2, NULL);
    g_assert_cmpuint(best.count, ==, 1);
    g_assert_cmpint(best.items[0].code.value, ==, office.noise.value);
    g_assert_cmpint(best.items[0].uses, ==, 1);
}

/* -------------------------------------------------------------------------------------------------------- closing */

static Closing closing_of(const Office *office, TicketId id)
{
    Closing closing = {.ticket = id, .solution_text = "Cambiata la guarnizione.", .minutes = 24 * COST_UNIT};
    change_set(&closing.coding, FIELD_PARTY, office->bar.value);
    change_set(&closing.coding, FIELD_PRODUCT, office->v2.value);
    change_set(&closing.coding, FIELD_PROBLEM, office->leak.value);
    change_set(&closing.coding, FIELD_SOLUTION_CODE, office->repaired.value);
    return closing;
}

static bool close_it(NounTest *test, const Closing *closing, ClosingResult *result, CodingRefusals *refused)
{
    return ticket_close_request(test->tx, test->arena, closing, test->actor, test->now, result, refused);
}

static void test_a_new_ticket_is_solved_in_one_go(NounTest *test)
{
    Office office = office_make(test);
    TicketId id = ticket_make(test, true);
    Closing closing = closing_of(&office, id);
    ClosingResult result;
    CodingRefusals refused;
    g_assert_true(close_it(test, &closing, &result, &refused));
    g_assert_cmpint(result.state, ==, TICKET_RESOLVED);

    Ticket ticket;
    Solution solution;
    CostEntryList costs = cost_list(test->tx, test->arena, id);
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpint(ticket.now.owner_id, ==, test->sara.value);
    g_assert_cmpint(ticket.now.resolved_at, ==, test->now);
    g_assert_true(solution_find(test->tx, test->arena, result.solution, &solution));
    g_assert_cmpstr(solution.title, ==, "La macchina perde acqua"); /* the subject, when nobody gave one */
    g_assert_cmpint(solution.problem.value, ==, office.leak.value);
    g_assert_cmpint(solution.solution_code.value, ==, office.repaired.value);
    g_assert_cmpint(solution.state, ==, SOLUTION_DRAFT);
    g_assert_cmpint(solution.used_count, ==, 1);
    g_assert_cmpuint(costs.count, ==, 1);
    g_assert_cmpint(costs.items[0].amount, ==, 1320); /* 24 · 0.55 */
    g_assert_null(ticket_verify(test->tx, test->arena, id));
}

/* Three actions: the solution (which brings its code), the codes that were suggested, close. */
static void test_a_reused_solution_brings_its_code(NounTest *test)
{
    Office office = office_make(test);
    Closing first = closing_of(&office, ticket_make(test, true)), second = {.zero_cost = true};
    ClosingResult result;
    CodingRefusals refused;
    g_assert_true(close_it(test, &first, &result, &refused));

    SolutionId solution = result.solution;
    second.ticket = ticket_make(test, true);
    second.solution = solution;
    change_set(&second.coding, FIELD_PARTY, office.bar.value);
    change_set(&second.coding, FIELD_PRODUCT, office.v2.value);
    change_set(&second.coding, FIELD_PROBLEM, office.leak.value);
    g_assert_true(close_it(test, &second, &result, &refused));
    Ticket ticket;
    Solution used;
    g_assert_true(ticket_find(test->tx, test->arena, second.ticket, &ticket));
    g_assert_cmpint(ticket.now.solution_code_id, ==, office.repaired.value);
    g_assert_cmpint(ticket.now.solution_id, ==, solution.value);
    g_assert_cmpint(ticket.now.zero_cost, ==, 1);
    g_assert_true(solution_find(test->tx, test->arena, solution, &used));
    g_assert_cmpint(used.used_count, ==, 2);
}

/* R16, R78-R81 and the issue: each of these missing alone, and all at once. */
static void test_nothing_is_solved_with_something_missing(NounTest *test)
{
    Office office = office_make(test);
    enum { NO_PRODUCT, NO_CUSTOMER, NO_DESCRIPTION, NO_PROBLEM, NO_SOLUTION, NO_COST, CASES };
    static const char *const keys[CASES] = {"ticket.error.no_product",     "ticket.error.no_customer",
                                            "ticket.error.no_description", "ticket.error.no_problem",
                                            "ticket.error.no_solution",    "ticket.error.no_cost"};
    static const TicketField fields[CASES] = {[NO_PRODUCT] = FIELD_PRODUCT,
                                              [NO_CUSTOMER] = FIELD_PARTY,
                                              [NO_PROBLEM] = FIELD_PROBLEM,
                                              [NO_SOLUTION] = FIELD_SOLUTION_CODE};
    ClosingResult result;
    CodingRefusals refused;
    for (int missing = 0; missing < CASES; missing++) {
        TicketId id = ticket_make(test, missing != NO_DESCRIPTION);
        Closing closing = closing_of(&office, id);
        if (missing == NO_COST)
            closing.minutes = 0;
        else if (missing != NO_DESCRIPTION)
            closing.coding.set &= ~(UINT32_C(1) << fields[missing]);
        g_assert_false(close_it(test, &closing, &result, &refused));
        g_assert_cmpuint(refused.count, ==, 1);
        g_assert_cmpstr(refused.items[0].key, ==, keys[missing]);
        g_assert_cmpint(result.state, !=, TICKET_RESOLVED);
    }
    Closing nothing = {.ticket = ticket_make(test, false)};
    g_assert_false(close_it(test, &nothing, &result, &refused));
    g_assert_cmpuint(refused.count, ==, CASES);
    for (int missing = 0; missing < CASES; missing++)
        g_assert_cmpstr(refused.items[missing].key, ==, keys[missing]);
}

static void assert_close_refused(NounTest *test, const Closing *closing, const char *key)
{
    ClosingResult result;
    CodingRefusals refused;
    g_assert_false(close_it(test, closing, &result, &refused));
    g_assert_cmpuint(refused.count, >=, 1);
    g_assert_cmpstr(refused.items[0].key, ==, key);
}

static void test_other_refusals_of_closing(NounTest *test)
{
    Office office = office_make(test);
    Closing closing = closing_of(&office, ticket_make(test, true));
    closing.version = 7;
    assert_close_refused(test, &closing, "ticket.error.stale");
    closing = closing_of(&office, (TicketId){1});
    assert_close_refused(test, &closing, "ticket.error.not_found");
    closing = closing_of(&office, ticket_make(test, true));
    closing.solution_text = " ";
    assert_close_refused(test, &closing, "solution.error.text");
    closing = closing_of(&office, ticket_make(test, true));
    closing.zero_cost = true; /* and 24 minutes */
    assert_close_refused(test, &closing, "cost.error.not_zero");
    closing = closing_of(&office, ticket_make(test, true));
    ClosingResult result;
    CodingRefusals refused;
    g_assert_true(close_it(test, &closing, &result, &refused));
    assert_close_refused(test, &closing, "ticket.error.transition"); /* solved already */
    closing = closing_of(&office, ticket_make(test, true));
    closing.close = true; /* and the customer told nothing */
    assert_close_refused(test, &closing, "ticket.error.no_notice");
}

static Answer notice_of(NounTest *test, TicketId id, const OutgoingAddress *to)
{
    return (Answer){.ticket = id,
                    .channel = "mail",
                    .text = "Abbiamo cambiato la guarnizione.",
                    .author_name = "Sara",
                    .author_team = test->team,
                    .to = to,
                    .to_count = 1,
                    .recipient_key = to->address,
                    .reply = token_new(),
                    .idempotency_key = "close-1",
                    .leaves_at = test->now};
}

static void test_closed_at_once_with_the_notice(NounTest *test)
{
    Office office = office_make(test);
    TicketId id = ticket_make(test, true);
    const OutgoingAddress anna = {"anna@example.org", "Anna"};
    Answer notice = notice_of(test, id, &anna);
    Closing closing = closing_of(&office, id);
    ClosingResult result, again;
    CodingRefusals refused;
    closing.notice = &notice;
    closing.close = true;
    g_assert_true(close_it(test, &closing, &result, &refused));
    g_assert_cmpint(result.state, ==, TICKET_CLOSED);
    g_assert_cmpint(result.notice.outbox.value, !=, 0);

    Ticket ticket;
    g_assert_true(close_it(test, &closing, &again, &refused)); /* the button pressed twice */
    g_assert_true(again.notice.already);
    g_assert_cmpint(again.state, ==, TICKET_CLOSED);
    g_assert_cmpint(again.solution.value, ==, result.solution.value);
    g_assert_cmpuint(cost_list(test->tx, test->arena, id).count, ==, 1);
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpint(ticket.now.closed_at, ==, test->now);
    g_assert_cmpint(ticket.now.first_reply_at, ==, test->now);
    g_assert_null(ticket_verify(test->tx, test->arena, id));
}

static void test_reopening_is_counted_and_solved_again(NounTest *test)
{
    Office office = office_make(test);
    TicketId id = ticket_make(test, true);
    Closing closing = closing_of(&office, id);
    ClosingResult result;
    CodingRefusals refused;
    g_assert_true(close_it(test, &closing, &result, &refused));
    TimeMs first_resolved = test->now;
    for (int times = 1; times <= 2; times++) {
        test->now += TIME_HOUR;
        TicketEdit edit = edit_of(test, id);
        g_assert_true(ticket_act(&edit, TICKET_REOPEN, &(ActionInput){.note = "goccia ancora"}));
        g_assert_cmpint(edit.ticket.now.reopened, ==, times);
        g_assert_true(ticket_edit_end(&edit));
        Closing again = {.ticket = id};
        g_assert_true(close_it(test, &again, &result, &refused)); /* all that is needed is still there */
    }
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpint(ticket.now.resolved_at, ==, first_resolved);
    g_assert_cmpint(ticket.now.reopened, ==, 2);
    g_assert_null(ticket_verify(test->tx, test->arena, id));
}

static void test_a_solved_ticket_keeps_what_it_needs(NounTest *test)
{
    Office office = office_make(test);
    TicketId id = ticket_make(test, true);
    Closing closing = closing_of(&office, id);
    ClosingResult result;
    CodingRefusals refused;
    g_assert_true(close_it(test, &closing, &result, &refused));
    TicketEdit edit = edit_of(test, id);
    TicketChange emptied = {0}, corrected = {0};
    change_set(&emptied, FIELD_PARTY, 0);
    change_set(&emptied, FIELD_PROBLEM, 0);
    change_set(&emptied, FIELD_SOLUTION_CODE, 0);
    refused.count = 0;
    g_assert_false(ticket_code(&edit, &emptied, &refused));
    g_assert_cmpuint(refused.count, ==, 3);
    g_assert_cmpstr(refused.items[1].key, ==, "ticket.error.no_problem");
    refused.count = 0;
    change_set(&corrected, FIELD_PROBLEM, office.noise.value);
    change_set(&corrected, FIELD_ORIGIN, office.origin.value);
    g_assert_true(ticket_code(&edit, &corrected, &refused));
    change_set(&corrected, FIELD_ORIGIN, 0);
    g_assert_true(ticket_code(&edit, &corrected, &refused)); /* an origin was never needed */
}

static void test_waiting_tickets_are_solved_too(NounTest *test)
{
    static const TicketAction waits[] = {TICKET_WAIT_CUSTOMER, TICKET_WAIT_THIRD_PARTY, TICKET_WAIT_PART,
                                         TICKET_WAIT_APPROVAL};
    Office office = office_make(test);
    for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
        TicketId id = ticket_make(test, true);
        TicketEdit edit = edit_of(test, id);
        g_assert_true(ticket_take(&edit, test->team));
        g_assert_true(ticket_act(&edit, TICKET_START, &(ActionInput){0}));
        g_assert_true(ticket_act(&edit, waits[i], &(ActionInput){.customer_reason = "Aspettiamo il ricambio."}));
        g_assert_true(ticket_edit_end(&edit));
        Closing closing = closing_of(&office, id);
        ClosingResult result;
        CodingRefusals refused;
        g_assert_true(close_it(test, &closing, &result, &refused));
        g_assert_cmpint(result.state, ==, TICKET_RESOLVED);
    }
}

/* ------------------------------------------------------------------------------------------- several transactions */

typedef struct Refused {
    NounTest test;
    Office office;
    TicketId id;
    CodingRefusals refused;
} Refused;

static bool set_up(StoreTx *tx, void *arg)
{
    Refused *work = arg;
    work->test.tx = tx;
    work->office = office_make(&work->test);
    work->id = ticket_make(&work->test, true);
    return true;
}

static bool close_without_customer(StoreTx *tx, void *arg)
{
    Refused *work = arg;
    ClosingResult result;
    Closing closing = closing_of(&work->office, work->id);
    closing.coding.set &= ~(UINT32_C(1) << FIELD_PARTY);
    work->test.tx = tx;
    return close_it(&work->test, &closing, &result, &work->refused);
}

/* What a refused closing had already done (code, solution, cost, owner) is gone with its transaction. */
static void test_a_refused_closing_leaves_nothing(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    Refused work = {.test = {.arena = house.arena,
                             .now = TEST_NOW,
                             .team = house.team,
                             .sara = house.admin,
                             .actor = {ACTOR_STAFF, house.admin.value}}};
    Ticket before, after;
    g_assert_true(house_write(&house, set_up, &work));
    StoreTx *tx = house_read(&house);
    g_assert_true(ticket_find(tx, house.arena, work.id, &before));
    house_read_end(tx);

    g_assert_false(house_write(&house, close_without_customer, &work));
    g_assert_cmpstr(work.refused.items[0].key, ==, "ticket.error.no_customer");
    tx = house_read(&house);
    g_assert_true(ticket_find(tx, house.arena, work.id, &after));
    g_assert_cmpint(after.version, ==, before.version);
    g_assert_null(projection_difference(&before.now, &after.now));
    g_assert_cmpuint(cost_list(tx, house.arena, work.id).count, ==, 0);
    g_assert_cmpuint(solution_suggest(tx, house.arena, work.office.v2, (CodeId){0}, 5).count, ==, 0);
    g_assert_null(ticket_verify(tx, house.arena, work.id));
    house_read_end(tx);
    house_close(&house);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/coding/events", test_coding_goes_into_events);
    noun_test_each_engine("/coding/foreign-item", test_another_product_takes_a_foreign_item_away);
    noun_test_each_engine("/coding/refusals", test_all_refusals_are_listed_and_nothing_changes);
    noun_test_each_engine("/coding/learning", test_coding_teaches_suggestions);
    noun_test_each_engine("/coding/solved-keeps", test_a_solved_ticket_keeps_what_it_needs);
    noun_test_each_engine("/closing/new", test_a_new_ticket_is_solved_in_one_go);
    noun_test_each_engine("/closing/reuse", test_a_reused_solution_brings_its_code);
    noun_test_each_engine("/closing/missing", test_nothing_is_solved_with_something_missing);
    noun_test_each_engine("/closing/refused", test_other_refusals_of_closing);
    noun_test_each_engine("/closing/at-once", test_closed_at_once_with_the_notice);
    noun_test_each_engine("/closing/reopened", test_reopening_is_counted_and_solved_again);
    noun_test_each_engine("/closing/waiting", test_waiting_tickets_are_solved_too);
    desk_test_each_engine("/closing/rolled-back", test_a_refused_closing_leaves_nothing);
    return g_test_run();
}
