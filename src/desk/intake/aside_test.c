/* SPDX-License-Identifier: EUPL-1.2 */
/* What is put aside is learned by its sender, never a known customer's unasked, and comes back as it was. */
#include "desk/intake/aside.h"

#include "desk/intake/intake.h"
#include "desk/noun_testing.h"
#include "desk/ticket/action.h"

#define SELLER "vendite@x.test"

static IntakeResult take_in(NounTest *test, const char *from)
{
    IntakeResult result;
    InboundEvent event = noun_letter(test, from, "Offerta", "Compri ora.");
    g_assert_true(intake_accept(test->tx, test->arena, &event, test->now, &result));
    return result;
}

static Ticket ticket_of(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    g_assert_cmpstr(ticket_verify(test->tx, test->arena, id), ==, NULL);
    return ticket;
}

static void put(NounTest *test, TicketId id, bool learn_known)
{
    InputError refused;
    g_assert_true(aside_put(test->tx, test->arena, &(AsidePut){id, 0, learn_known}, test->actor, test->now, &refused));
}

static void take_back(NounTest *test, TicketId id)
{
    InputError refused;
    AsideBack back = {.ticket = id, .team = test->team, .next_update_at = test->now + TIME_DAY};
    g_assert_true(aside_take_back(test->tx, test->arena, &back, test->actor, test->now, &refused));
}

static void test_learned_and_forgotten(NounTest *test)
{
    IntakeResult first = take_in(test, SELLER);
    put(test, first.ticket, false);
    g_assert_true(aside_has_rule(test->tx, test->arena, SELLER));
    IntakeResult second = take_in(test, SELLER);
    g_assert_cmpint(second.outcome, ==, INTAKE_OPENED);
    g_assert_false(second.acknowledged);
    g_assert_cmpint(ticket_of(test, second.ticket).now.state, ==, TICKET_SPAM);
    g_assert_cmpint(ticket_of(test, take_in(test, "altro@x.test").ticket).now.state, ==, TICKET_NEW);
    AsideList list = aside_list(test->tx, test->arena, (TicketId){0}, 10);
    g_assert_cmpuint(list.count, ==, 2);
    g_assert_cmpint(list.items[0].ticket.value, ==, second.ticket.value);
    g_assert_cmpuint(aside_list(test->tx, test->arena, second.ticket, 10).count, ==, 1);
    take_back(test, second.ticket);
    g_assert_false(aside_has_rule(test->tx, test->arena, SELLER));
    g_assert_cmpint(ticket_of(test, second.ticket).now.state, ==, TICKET_NEW);
    IntakeResult third = take_in(test, SELLER);
    g_assert_true(third.acknowledged);
    g_assert_cmpint(ticket_of(test, third.ticket).now.state, ==, TICKET_NEW);
}

/* A customer with another request: the address is learned only on a person's word. */
static void test_known_customer(NounTest *test)
{
    take_in(test, SELLER);
    TicketId second = take_in(test, SELLER).ticket, third = take_in(test, SELLER).ticket;
    put(test, second, false);
    g_assert_false(aside_has_rule(test->tx, test->arena, SELLER));
    put(test, third, true);
    g_assert_true(aside_has_rule(test->tx, test->arena, SELLER));
}

/* From each state it can be put aside from, it comes back to that state, owner and promise. */
static void test_comes_back_as_it_was(NounTest *test)
{
    static const TicketState states[] = {TICKET_NEW, TICKET_TRIAGED, TICKET_OWNED, TICKET_IN_PROGRESS};
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        TicketId id = take_in(test, arena_printf(test->arena, "a%zu@x.test", i)).ticket;
        TicketEdit edit;
        g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, test->now));
        if (states[i] == TICKET_TRIAGED)
            g_assert_true(ticket_act(&edit, TICKET_TRIAGE, &(ActionInput){.team = test->team}));
        if (states[i] >= TICKET_OWNED)
            g_assert_true(ticket_take(&edit, test->team));
        if (states[i] == TICKET_IN_PROGRESS)
            g_assert_true(ticket_act(&edit, TICKET_START, &(ActionInput){0}));
        g_assert_true(ticket_edit_end(&edit));
        Ticket before = ticket_of(test, id);
        test->now += TIME_MINUTE;
        put(test, id, false);
        test->now += TIME_MINUTE;
        take_back(test, id);
        Ticket after = ticket_of(test, id);
        g_assert_cmpint(before.now.state, ==, states[i]);
        g_assert_cmpint(after.now.state, ==, before.now.state);
        g_assert_cmpint(after.now.team_id, ==, before.now.team_id);
        g_assert_cmpint(after.now.owner_id, ==, before.now.owner_id);
        g_assert_cmpint(after.now.next_update_at, ==, before.now.next_update_at);
        g_assert_cmpint(after.now.handovers, ==, before.now.handovers);
    }
}

static void test_only_what_lies_aside_comes_back(NounTest *test)
{
    InputError refused;
    AsideBack back = {.ticket = take_in(test, SELLER).ticket, .team = test->team};
    g_assert_false(aside_take_back(test->tx, test->arena, &back, test->actor, test->now, &refused));
    g_assert_cmpstr(refused.key, ==, "ticket.error.transition");
}

static void test_a_domain_by_hand(NounTest *test)
{
    InputError refused;
    const char *added;
    static const char *const wrong[] = {"", "@", "x", "a@b@c.test", "x.test/y"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_test_message("%s", wrong[i]);
        g_assert_false(
            sender_rule_add_domain(test->tx, test->arena, wrong[i], test->actor, test->now, &refused, &added));
        g_assert_cmpstr(refused.key, ==, "aside.error.domain");
    }
    for (int times = 0; times < 2; times++) {
        g_assert_true(
            sender_rule_add_domain(test->tx, test->arena, " @X.test", test->actor, test->now, &refused, &added));
        g_assert_cmpstr(added, ==, times == 0 ? "@x.test" : NULL);
    }
    g_assert_true(aside_has_rule(test->tx, test->arena, "chiunque@x.test"));
    g_assert_false(aside_has_rule(test->tx, test->arena, "chiunque@y.x.test"));
    SenderRuleList rules = sender_rule_list(test->tx, test->arena, 10);
    g_assert_cmpuint(rules.count, ==, 1);
    g_assert_cmpstr(rules.items[0].pattern, ==, "@x.test");
    g_assert_cmpstr(sender_rule_remove(test->tx, test->arena, rules.items[0].id), ==, "@x.test");
    g_assert_cmpstr(sender_rule_remove(test->tx, test->arena, rules.items[0].id), ==, NULL);
    /* printf %s @x.test | sha256sum */
    g_assert_cmpstr(sender_rule_payload(test->arena, "@x.test"), ==,
                    "{\"pattern_sha256\":\"4328db515931911bbd261d5660342797db23ecddd12a8feb7653f63c84a6e573\"}");
    g_assert_false(aside_has_rule(test->tx, test->arena, "chiunque@x.test"));
}

/* Three of one stranger, one of another, one answered meanwhile, one that is not there: by hand, what each becomes. */
static void test_several_at_once(NounTest *test)
{
    TicketId first = take_in(test, SELLER).ticket, second = take_in(test, SELLER).ticket;
    TicketId other = take_in(test, "altro@x.test").ticket, changed = take_in(test, "cliente@x.test").ticket;
    int64_t seen = ticket_of(test, changed).version;
    TicketEdit edit;
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, changed, test->actor, test->now));
    g_assert_true(ticket_take(&edit, test->team));
    g_assert_true(ticket_edit_end(&edit));
    const AsidePut puts[] = {{.ticket = first, .version = ticket_of(test, first).version},
                             {.ticket = second},
                             {.ticket = changed, .version = seen},
                             {.ticket = {999999}},
                             {.ticket = other},
                             {.ticket = other}};
    static const AsideOutcome expected[] = {ASIDE_DONE, ASIDE_DONE, ASIDE_LEFT, ASIDE_LEFT, ASIDE_DONE, ASIDE_ALREADY};
    static const char *const reasons[] = {NULL, NULL, "ticket.error.stale", "ticket.error.not_found", NULL, NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(puts); i++) {
        AsideResult result = aside_put_one(test->tx, test->arena, &puts[i], test->actor, test->now);
        g_assert_cmpint(result.ticket.value, ==, puts[i].ticket.value);
        g_assert_cmpint(result.outcome, ==, expected[i]);
        g_assert_cmpstr(result.refused.key, ==, reasons[i]);
    }
    g_assert_true(
        aside_has_rule(test->tx, test->arena, SELLER)); /* with the last of his there is none left that counts */
    g_assert_true(aside_has_rule(test->tx, test->arena, "altro@x.test"));
    g_assert_false(aside_has_rule(test->tx, test->arena, "cliente@x.test"));
    g_assert_cmpint(ticket_of(test, changed).now.state, ==, TICKET_OWNED);
    const TicketId back[] = {first, second, other, first, changed};
    for (size_t i = 0; i < G_N_ELEMENTS(back); i++) {
        AsideBack one = {.ticket = back[i], .team = test->team, .next_update_at = test->now + TIME_DAY};
        g_assert_cmpint(aside_take_back_one(test->tx, test->arena, &one, test->actor, test->now).outcome, ==,
                        i < 3 ? ASIDE_DONE : ASIDE_ALREADY);
    }
    g_assert_cmpint(ticket_of(test, second).now.state, ==, TICKET_NEW);
    g_assert_false(aside_has_rule(test->tx, test->arena, SELLER));
    AsideBack gone = {.ticket = {999999}};
    AsideResult lost = aside_take_back_one(test->tx, test->arena, &gone, test->actor, test->now);
    g_assert_cmpint(lost.outcome, ==, ASIDE_LEFT);
    g_assert_cmpstr(lost.refused.key, ==, "ticket.error.not_found");
}

static void test_which_are_meant(NounTest *test)
{
    AsidePut *puts;
    size_t count;
    g_assert_true(aside_parse_tickets(test->arena, "10001.3-10002, 7", &puts, &count));
    g_assert_cmpuint(count, ==, 3);
    g_assert_cmpint(puts[0].ticket.value, ==, 10001);
    g_assert_cmpint(puts[0].version, ==, 3);
    g_assert_cmpint(puts[1].version, ==, 0);
    g_assert_cmpint(puts[2].ticket.value, ==, 7);
    g_assert_true(aside_parse_tickets(test->arena, "", &puts, &count));
    g_assert_cmpuint(count, ==, 0);
    static const char *const wrong[] = {"x", "1,", "-1", "0", "1.x", "1.0", "1.2.3", "99999999999999999999"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_test_message("%s", wrong[i]);
        g_assert_false(aside_parse_tickets(test->arena, wrong[i], &puts, &count));
    }
    GString *many = g_string_new("1");
    for (size_t i = 1; i < ASIDE_MANY_MAX; i++)
        g_string_append(many, ",1");
    g_assert_true(aside_parse_tickets(test->arena, many->str, &puts, &count));
    g_string_append(many, ",1");
    g_assert_false(aside_parse_tickets(test->arena, many->str, &puts, &count));
    g_string_free(many, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/aside/learned", test_learned_and_forgotten);
    noun_test_each_engine("/aside/known", test_known_customer);
    noun_test_each_engine("/aside/back", test_comes_back_as_it_was);
    noun_test_each_engine("/aside/only", test_only_what_lies_aside_comes_back);
    noun_test_each_engine("/aside/several", test_several_at_once);
    noun_test_each_engine("/aside/which", test_which_are_meant);
    noun_test_each_engine("/aside/domain", test_a_domain_by_hand);
    return g_test_run();
}
