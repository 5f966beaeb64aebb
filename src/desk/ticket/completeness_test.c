/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/completeness.h"

#include <glib.h>

static const TicketProjection full = {.product_id = 1,
                                      .party_id = 2,
                                      .problem_id = 3,
                                      .origin_id = 4,
                                      .solution_code_id = 5,
                                      .received_at = 1000,
                                      .resolved_at = 2000};
static const CompletenessFacts known = {.has_description = true, .has_cost = true, .was_owned = true};

static void test_all_eight(void)
{
    Completeness have = completeness_of(&full, &known);
    g_assert_cmpuint(have.filled, ==, COMPLETENESS_COUNT);
    g_assert_cmpuint(COMPLETENESS_COUNT, ==, 8); /* domain.md section 3 */
    g_assert_cmpuint(have.missing, ==, 0);
    have = completeness_of(&(TicketProjection){0}, &(CompletenessFacts){0});
    g_assert_cmpuint(have.filled, ==, 0);
    g_assert_cmpuint(have.missing, ==, 0xff);
}

/* Each of the eight missing alone. */
static void test_one_missing(void)
{
    TicketProjection tickets[COMPLETENESS_COUNT];
    CompletenessFacts facts[COMPLETENESS_COUNT];
    for (int i = 0; i < COMPLETENESS_COUNT; i++) {
        tickets[i] = full;
        facts[i] = known;
    }
    tickets[COMPLETE_PRODUCT].product_id = 0;
    tickets[COMPLETE_CUSTOMER].party_id = 0;
    facts[COMPLETE_DESCRIPTION].has_description = false;
    tickets[COMPLETE_PROBLEM].problem_id = 0;
    facts[COMPLETE_ORIGIN].origin_is_unknown = true; /* "ignota" is no answer */
    tickets[COMPLETE_SOLUTION].solution_code_id = 0;
    facts[COMPLETE_COST].has_cost = false;
    facts[COMPLETE_PHASES].was_owned = false;
    for (unsigned i = 0; i < COMPLETENESS_COUNT; i++) {
        Completeness have = completeness_of(&tickets[i], &facts[i]);
        g_assert_cmpuint(have.missing, ==, 1U << i);
        g_assert_cmpuint(have.filled, ==, 7);
    }
}

static void test_nothing_is_a_cost_when_said_so(void)
{
    TicketProjection free_of_cost = full;
    CompletenessFacts no_lines = known;
    free_of_cost.zero_cost = 1;
    no_lines.has_cost = false;
    g_assert_cmpuint(completeness_of(&free_of_cost, &no_lines).missing, ==, 0);
}

static void test_phases_need_an_end_after_the_beginning(void)
{
    TicketProjection ticket = full;
    ticket.resolved_at = 0;
    g_assert_cmpuint(completeness_of(&ticket, &known).missing, ==, 1U << COMPLETE_PHASES);
    ticket.resolved_at = 999;
    g_assert_cmpuint(completeness_of(&ticket, &known).missing, ==, 1U << COMPLETE_PHASES);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/completeness/all", test_all_eight);
    g_test_add_func("/completeness/one-missing", test_one_missing);
    g_test_add_func("/completeness/zero-cost", test_nothing_is_a_cost_when_said_so);
    g_test_add_func("/completeness/phases", test_phases_need_an_end_after_the_beginning);
    return g_test_run();
}
