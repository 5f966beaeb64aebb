/* SPDX-License-Identifier: EUPL-1.2 */
/* The expected graph is written down a second time, from the diagram of domain.md 2.1 and the rules of design.md 2, as
 * one string per action: states it may start from, then where it leads. "=" leads back to the same state. */
#include "desk/ticket/transition.h"

#include <glib.h>
#include <string.h>

static const struct {
    const char *action, *from, *to;
} graph[] = {
    {"triage", "new triaged", "triaged"},
    {"assign", "new triaged", "owned"},
    {"assign", "owned in_progress waiting_customer waiting_third_party waiting_part waiting_approval scheduled", "="},
    {"release", "owned in_progress waiting_customer waiting_third_party waiting_part waiting_approval scheduled",
     "triaged"},
    {"start", "owned", "in_progress"},
    {"wait_customer", "in_progress", "waiting_customer"},
    {"wait_third_party", "in_progress", "waiting_third_party"},
    {"wait_part", "in_progress", "waiting_part"},
    {"wait_approval", "in_progress", "waiting_approval"},
    {"schedule", "in_progress", "scheduled"},
    {"resume", "waiting_customer waiting_third_party waiting_part waiting_approval scheduled", "in_progress"},
    {"resolve", "in_progress waiting_customer", "resolved"},
    {"close", "resolved", "closed"},
    {"reopen", "resolved closed", "in_progress"},
    {"mark_duplicate",
     "new triaged owned in_progress waiting_customer waiting_third_party waiting_part waiting_approval scheduled",
     "duplicate"},
    {"mark_not_ours", "new triaged owned in_progress", "not_ours"},
    {"cancel",
     "new triaged owned in_progress waiting_customer waiting_third_party waiting_part waiting_approval scheduled",
     "cancelled"},
    {"mark_spam", "new triaged owned in_progress", "spam"},
    {"restore", "duplicate not_ours cancelled spam", "new"},
};

static const unsigned ALL_FACTS = (1u << TICKET_FACT_COUNT) - 1;

/* Where the graph leads, or NULL. */
static const char *expected_to(const char *from, const char *action)
{
    for (size_t i = 0; i < G_N_ELEMENTS(graph); i++) {
        g_auto(GStrv) states = g_strsplit(graph[i].from, " ", -1);
        if (strcmp(graph[i].action, action) == 0 && g_strv_contains((const char *const *)states, from))
            return strcmp(graph[i].to, "=") == 0 ? from : graph[i].to;
    }
    return NULL;
}

static void test_every_pair_of_state_and_action(void)
{
    for (TicketState from = 0; from < TICKET_STATE_COUNT; from++) {
        for (TicketAction action = 0; action < TICKET_ACTION_COUNT; action++) {
            const char *to = expected_to(ticket_state_text(from), ticket_action_text(action));
            TransitionVerdict verdict = transition_check(from, action, ALL_FACTS);
            g_assert_true(verdict.allowed == (to != NULL));
            g_assert_cmpstr(ticket_state_text(verdict.to), ==, to ? to : ticket_state_text(from));
            if (to)
                continue;
            g_assert_cmpuint(verdict.reason_count, ==, 1);
            g_assert_cmpstr(verdict.reasons[0].key, ==, "ticket.error.transition");
            g_assert_cmpstr(verdict.reasons[0].shown, ==, ticket_state_text(from));
        }
    }
}

static void test_a_pair_has_one_row_both_ways(void)
{
    size_t count;
    const Transition *rows = transition_list(&count);
    g_assert_cmpuint(count, >, 60);
    for (size_t i = 0; i < count; i++)
        g_assert_true(transition_find(rows[i].from, rows[i].action) == &rows[i] &&
                      transition_between(rows[i].from, rows[i].to) == &rows[i]);
}

/* Invariants 1 to 3 of the header, over every row. */
static void test_rows_keep_the_invariants_of_the_state_they_lead_to(void)
{
    size_t count;
    const Transition *rows = transition_list(&count);
    for (size_t i = 0; i < count; i++) {
        TicketState to = rows[i].to;
        unsigned needs = rows[i].needs;
        if (ticket_state_is_owned(to))
            g_assert_true((needs & TICKET_HAS_OWNER) && (needs & TICKET_HAS_TEAM));
        if (ticket_state_is_queued(to))
            g_assert_true((needs & TICKET_HAS_NO_OWNER) && (needs & TICKET_HAS_TEAM));
        if (to >= TICKET_WAITING_CUSTOMER && to <= TICKET_WAITING_APPROVAL)
            g_assert_true(needs & TICKET_HAS_CUSTOMER_REASON);
        if (to == TICKET_SCHEDULED)
            g_assert_true(needs & TICKET_HAS_APPOINTMENT);
        g_assert_false((needs & TICKET_HAS_OWNER) && (needs & TICKET_HAS_NO_OWNER));
    }
}

/* Takes one fact away at a time: exactly the facts a row needs make it refuse, each with its own words. */
static void test_each_needed_fact_is_refused_alone(void)
{
    size_t count;
    const Transition *rows = transition_list(&count);
    for (size_t i = 0; i < count; i++) {
        for (unsigned bit = 0; bit < TICKET_FACT_COUNT; bit++) {
            unsigned fact = 1u << bit;
            TransitionVerdict verdict = transition_check(rows[i].from, rows[i].action, ALL_FACTS & ~fact);
            g_assert_true(verdict.allowed == !(rows[i].needs & fact));
            g_assert_cmpuint(verdict.reason_count, ==, verdict.allowed ? 0 : 1);
        }
    }
}

static void test_resolving_says_all_that_is_missing(void)
{
    static const char *const keys[] = {"ticket.error.no_product",     "ticket.error.no_customer",
                                       "ticket.error.no_description", "ticket.error.no_problem",
                                       "ticket.error.no_solution",    "ticket.error.no_cost"};
    TransitionVerdict verdict =
        transition_check(TICKET_IN_PROGRESS, TICKET_RESOLVE, TICKET_HAS_TEAM | TICKET_HAS_OWNER);
    g_assert_false(verdict.allowed);
    g_assert_cmpint(verdict.to, ==, TICKET_IN_PROGRESS);
    g_assert_cmpuint(verdict.reason_count, ==, G_N_ELEMENTS(keys));
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        g_assert_cmpstr(verdict.reasons[i].key, ==, keys[i]);
}

static void test_reopening_after_the_window_says_so(void)
{
    TransitionVerdict verdict =
        transition_check(TICKET_CLOSED, TICKET_REOPEN, ALL_FACTS & ~(unsigned)TICKET_IN_REOPEN_WINDOW);
    g_assert_cmpstr(verdict.reasons[0].key, ==, "ticket.error.reopen_too_late");
}

static void test_names_read_back(void)
{
    TicketState state;
    TicketAction action;
    for (TicketState i = 0; i < TICKET_STATE_COUNT; i++)
        g_assert_true(ticket_state_parse(ticket_state_text(i), &state) && state == i);
    for (TicketAction i = 0; i < TICKET_ACTION_COUNT; i++)
        g_assert_true(ticket_action_parse(ticket_action_text(i), &action) && action == i);
    g_assert_false(ticket_state_parse("case", &state));
    g_assert_false(ticket_action_parse("", &action));
    g_assert_cmpint(TICKET_STATE_COUNT, ==, 15);
}

/* domain.md 2.1: only waiting for the customer pauses the customer's clock; what is over stands still. */
static void test_clocks_of_each_state(void)
{
    for (TicketState state = 0; state < TICKET_STATE_COUNT; state++) {
        ClockPolicy expected = state == TICKET_WAITING_CUSTOMER ? CLOCK_PAUSED_CAPPED
                               : ticket_state_is_open(state)    ? CLOCK_RUNS
                                                                : CLOCK_STOPPED;
        g_assert_cmpint(ticket_state_clocks(state).customer, ==, expected);
    }
    g_assert_cmpint(ticket_state_clocks(TICKET_WAITING_PART).operator, ==, CLOCK_PAUSED);
    g_assert_cmpint(ticket_state_clocks(TICKET_WAITING_THIRD_PARTY).operator, ==, CLOCK_PAUSED);
    g_assert_cmpint(ticket_state_clocks(TICKET_IN_PROGRESS).operator, ==, CLOCK_RUNS);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/transition/pairs", test_every_pair_of_state_and_action);
    g_test_add_func("/transition/one-row", test_a_pair_has_one_row_both_ways);
    g_test_add_func("/transition/invariants", test_rows_keep_the_invariants_of_the_state_they_lead_to);
    g_test_add_func("/transition/facts", test_each_needed_fact_is_refused_alone);
    g_test_add_func("/transition/resolve", test_resolving_says_all_that_is_missing);
    g_test_add_func("/transition/reopen-window", test_reopening_after_the_window_says_so);
    g_test_add_func("/transition/names", test_names_read_back);
    g_test_add_func("/transition/clocks", test_clocks_of_each_state);
    return g_test_run();
}
