/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/suspect.h"

#include "desk/noun_testing.h"

#define ANNA "anna@moretti.test"

static void test_marked_until_cleared(NounTest *test)
{
    Suspect found;
    g_assert_false(suspect_find(test->tx, test->arena, ANNA, &found));
    g_assert_false(suspect_clear(test->tx, ANNA));
    suspect_mark(test->tx, ANNA, &(Suspect){test->now, "5.1.1", "no such user", false});
    suspect_mark(test->tx, ANNA, &(Suspect){test->now + 5, "5.2.1", "switched off", true});
    g_assert_true(suspect_find(test->tx, test->arena, ANNA, &found));
    g_assert_cmpint(found.since, ==, test->now + 5);
    g_assert_cmpstr(found.status, ==, "5.2.1");
    g_assert_cmpstr(found.reason, ==, "switched off");
    g_assert_true(suspect_clear(test->tx, ANNA));
    g_assert_false(suspect_find(test->tx, test->arena, ANNA, &found));
}

/* A server that takes a message takes back what it said at once, not what a report said later. */
static void test_taken(NounTest *test)
{
    Suspect found;
    suspect_mark(test->tx, ANNA, &(Suspect){test->now, "5.1.1", "no such user", true});
    g_assert_false(suspect_clear_taken(test->tx, ANNA));
    g_assert_true(suspect_find(test->tx, test->arena, ANNA, &found));
    g_assert_true(found.by_report);
    suspect_mark(test->tx, ANNA, &(Suspect){test->now, "5.1.1", "no such user", false});
    g_assert_true(suspect_clear_taken(test->tx, ANNA));
    g_assert_false(suspect_find(test->tx, test->arena, ANNA, &found));
}

/* RFC 3463, section 3: what each subject is about. */
static void test_which_status_concerns_the_address(void)
{
    static const struct {
        const char *status;
        bool concerns;
    } rows[] = {
        {"", true},       {"5", true},       {"5.0.0", true},  {"5.1.1", true},  {"5.1.10", true}, {"5.2.1", true},
        {"5.2.2", false},{"4.2.2", false}, {"5.2.3", false},  {"5.3.4", false}, {"5.4.1", true},  {"5.4.4", true},  {"5.5.0", false},
        {"5.6.1", false}, {"5.7.1", false},  {"5.7.26", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].status);
        g_assert_cmpint(suspect_status_concerns_address(rows[i].status), ==, rows[i].concerns);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/suspect/marked", test_marked_until_cleared);
    noun_test_each_engine("/suspect/taken", test_taken);
    g_test_add_func("/suspect/status", test_which_status_concerns_the_address);
    return g_test_run();
}
