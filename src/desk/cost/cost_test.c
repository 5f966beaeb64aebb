/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/cost/cost.h"

#include "desk/cost/tariff.h"
#include "desk/noun_testing.h"

static TicketId ticket_make(NounTest *test)
{
    return ticket_open(test->tx, test->arena,
                       &(TicketOpening){.channel = "phone",
                                        .subject = "La V2 perde acqua",
                                        .language = "it",
                                        .received_at = test->now,
                                        .next_update_at = test->now + TIME_DAY,
                                        .kind = KIND_FAULT,
                                        .team = test->team},
                       test->actor, test->now);
}

static TicketEdit edit_make(NounTest *test)
{
    TicketEdit edit;
    tariff_install(test->tx, LANG_IT);
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, ticket_make(test), test->actor, test->now));
    return edit;
}

static CostWork work_of(const NounTest *test, int64_t units)
{
    return (CostWork){.quantity = units * COST_UNIT, .worked_at = test->now, .staff = test->sara, .note = ""};
}

/* domain.md section 3: 34 min·0.55 + 12 min·0.045 + 22 + 46 km·0.62 + 50 min·0.55 = 97.26 €; by hand 18.70 + 0.54 +
 * 22.00 + 28.52 + 27.50. */
static void test_the_example_of_the_specification(NounTest *test)
{
    TicketEdit edit = edit_make(test);
    CostEntryId id;
    CostWork remote = work_of(test, 34), call = work_of(test, 12), part = work_of(test, 1), road = work_of(test, 46),
             visit = work_of(test, 50);
    g_assert_true(cost_add_time(&edit, &remote, &id));
    g_assert_true(cost_add_channel(&edit, "phone", &call, &id));
    g_assert_true(cost_add_part(&edit, &part, 2200, &id));
    g_assert_true(cost_add_travel(&edit, &road, &id));
    g_assert_true(cost_add_time(&edit, &visit, &id));
    g_assert_true(ticket_edit_end(&edit));

    CostTotals totals;
    CostEntryList list = cost_list(test->tx, test->arena, edit.ticket.id);
    const Cents lines[] = {1870, 54, 2200, 2852, 2750};
    g_assert_cmpuint(list.count, ==, G_N_ELEMENTS(lines));
    for (size_t i = 0; i < list.count; i++)
        g_assert_cmpint(list.items[i].amount, ==, lines[i]);
    g_assert_true(cost_list_total(&list, &totals));
    g_assert_cmpint(totals.total, ==, 9726);
    g_assert_cmpint(totals.by_kind[COST_LABOUR], ==, 4620);
    g_assert_cmpint(totals.by_kind[COST_FIXED], ==, 0);
    g_assert_cmpint(list.items[0].rate, ==, 550000);
    g_assert_cmpint(list.items[0].staff.value, ==, test->sara.value);
    g_assert_null(ticket_verify(test->tx, test->arena, edit.ticket.id)); /* the lines are events too */
}

static void test_the_price_is_that_of_the_day_of_the_work(NounTest *test)
{
    TicketEdit edit = edit_make(test);
    TariffId tariff;
    InputError refused = {0};
    Tariff dearer = {.key = TARIFF_LABOUR, .unit = "minute", .rate = 600000, .valid_from = test->now, .source = "2026"};
    g_assert_true(tariff_add(test->tx, test->arena, &dearer, &tariff, &refused));
    CostEntryId id;
    CostWork today = work_of(test, 10), yesterday = work_of(test, 10);
    yesterday.worked_at = test->now - 1;
    g_assert_true(cost_add_time(&edit, &today, &id));
    g_assert_true(cost_add_time(&edit, &yesterday, &id));
    g_assert_true(ticket_edit_end(&edit));
    CostEntryList list = cost_list(test->tx, test->arena, edit.ticket.id);
    g_assert_cmpint(list.items[0].amount, ==, 600);
    g_assert_cmpint(list.items[1].amount, ==, 550);

    g_assert_false(tariff_add(test->tx, test->arena, &dearer, &tariff, &refused));
    g_assert_cmpstr(refused.key, ==, "tariff.error.same_day");
    dearer.valid_from++;
    dearer.source = "";
    g_assert_false(tariff_add(test->tx, test->arena, &dearer, &tariff, &refused));
    g_assert_cmpstr(refused.key, ==, "tariff.error.source");
}

/* What is to come may be taken back; what has begun stands for ever. */
static void test_a_tariff_to_come_is_withdrawn(NounTest *test)
{
    tariff_install(test->tx, LANG_IT);
    Tariff dearer = {
        .key = TARIFF_LABOUR, .unit = "minute", .rate = 600000, .valid_from = test->now + 1, .source = "x"};
    Tariff found;
    TariffId id;
    InputError refused;
    g_assert_true(tariff_add(test->tx, test->arena, &dearer, &id, &refused));
    g_assert_true(tariff_withdraw(test->tx, id, test->now, &refused));
    g_assert_false(tariff_withdraw(test->tx, id, test->now, &refused));
    g_assert_cmpstr(refused.key, ==, "tariff.error.begun");
    g_assert_true(tariff_add(test->tx, test->arena, &dearer, &id, &refused));
    g_assert_false(tariff_withdraw(test->tx, id, test->now + 1, &refused));
    g_assert_true(tariff_at(test->tx, test->arena, TARIFF_LABOUR, test->now + 1, &found));
    g_assert_cmpint(found.rate, ==, 600000);
}

static void test_tariffs_are_installed_once(NounTest *test)
{
    tariff_install(test->tx, LANG_IT);
    tariff_install(test->tx, LANG_EN);
    TariffList list = tariff_list(test->tx, test->arena);
    g_assert_cmpuint(list.count, ==, 3);
    g_assert_cmpstr(list.items[0].key, ==, "channel.phone");
    g_assert_cmpint(list.items[0].rate, ==, 45000);
    g_assert_cmpstr(list.items[2].source, ==, msg(LANG_IT, MSG_TARIFF_SOURCE_SHIPPED));
    Tariff none;
    g_assert_false(tariff_at(test->tx, test->arena, TARIFF_LABOUR, 1, &none)); /* 1970 */
}

static void test_zero_needs_a_tick_and_no_lines(NounTest *test)
{
    TicketEdit edit = edit_make(test);
    CostEntryId line, reversal;
    CostWork work = work_of(test, 10);
    g_assert_true(cost_set_zero(&edit, true));
    g_assert_cmpint(edit.ticket.now.zero_cost, ==, 1);
    g_assert_true(cost_add_time(&edit, &work, &line)); /* it did cost something */
    g_assert_cmpint(edit.ticket.now.zero_cost, ==, 0);
    g_assert_false(cost_set_zero(&edit, true));
    g_assert_cmpstr(edit.refused.key, ==, "cost.error.not_zero");

    g_assert_true(cost_reverse(&edit, line, "sbagliata", &reversal));
    g_assert_true(cost_set_zero(&edit, true));
    g_assert_true(ticket_edit_end(&edit));
    CostEntryList list = cost_list(test->tx, test->arena, edit.ticket.id);
    g_assert_cmpint(list.items[1].amount, ==, -550);
    g_assert_cmpint(list.items[1].reverses.value, ==, line.value);
    g_assert_null(ticket_verify(test->tx, test->arena, edit.ticket.id));
}

static void test_a_line_is_reversed_once(NounTest *test)
{
    TicketEdit edit = edit_make(test);
    CostEntryId line, reversal, again;
    CostWork work = work_of(test, 10);
    g_assert_true(cost_add_travel(&edit, &work, &line));
    g_assert_true(cost_reverse(&edit, line, "", &reversal));
    g_assert_false(cost_reverse(&edit, line, "", &again));
    g_assert_cmpstr(edit.refused.key, ==, "cost.error.not_reversible");
    g_assert_false(cost_reverse(&edit, reversal, "", &again));
    g_assert_false(cost_reverse(&edit, (CostEntryId){999}, "", &again));
    g_assert_true(ticket_edit_end(&edit));
    TicketEdit other = edit_make(test);
    g_assert_false(cost_reverse(&other, line, "", &again)); /* another ticket's */
}

static void assert_refused(const TicketEdit *edit, bool done, const char *key)
{
    g_assert_false(done);
    g_assert_cmpstr(edit->refused.key, ==, key);
}

static void test_refusals(NounTest *test)
{
    TicketEdit edit = edit_make(test);
    CostEntryId id;
    CostWork none = work_of(test, 0), back = work_of(test, -1), ages = work_of(test, 100001), one = work_of(test, 1);
    assert_refused(&edit, cost_add_time(&edit, &none, &id), "cost.error.quantity");
    assert_refused(&edit, cost_add_time(&edit, &back, &id), "cost.error.quantity");
    assert_refused(&edit, cost_add_time(&edit, &ages, &id), "cost.error.quantity");
    assert_refused(&edit, cost_add_channel(&edit, "pigeon", &one, &id), "cost.error.no_tariff");
    g_assert_cmpstr(edit.refused.shown, ==, "channel.pigeon");
    assert_refused(&edit, cost_add_part(&edit, &one, -1, &id), "cost.error.price");
    assert_refused(&edit, cost_add_fixed(&edit, &one, 0, &id), "cost.error.price");
    g_assert_true(cost_add_fixed(&edit, &one, 4999, &id));
    CostEntryList list = cost_list(test->tx, test->arena, edit.ticket.id);
    g_assert_cmpuint(list.count, ==, 1); /* what was refused left nothing */
    g_assert_cmpint(list.items[0].amount, ==, 4999);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/cost/tariff-withdrawn", test_a_tariff_to_come_is_withdrawn);
    noun_test_each_engine("/cost/example", test_the_example_of_the_specification);
    noun_test_each_engine("/cost/dated", test_the_price_is_that_of_the_day_of_the_work);
    noun_test_each_engine("/cost/installed", test_tariffs_are_installed_once);
    noun_test_each_engine("/cost/zero", test_zero_needs_a_tick_and_no_lines);
    noun_test_each_engine("/cost/reversed", test_a_line_is_reversed_once);
    noun_test_each_engine("/cost/refused", test_refusals);
    return g_test_run();
}
