/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/backoff.h"

/* 1, 5, 15, 30, 60, 120 minutes: 231 minutes, then every four hours. The first of those is at 231 + 240 = 471. By hand:
 * (7200 - 231) / 240 = 29.04, so 29 of them fit; one more attempt is made at the five days' end: 1 + 6 + 29 + 1 = 37. */
static void test_five_days_in_37_attempts(void)
{
    static const int minutes[] = {1, 6, 21, 51, 111, 231, 471, 711};
    const TimeMs first = 1764000000000;
    TimeMs now = first;
    int attempts = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(minutes); i++) {
        now = backoff_next(first, now, attempts++);
        g_assert_cmpint(now, ==, first + minutes[i] * TIME_MINUTE);
    }
    for (TimeMs next; (next = backoff_next(first, now, attempts)) != TIME_NONE; attempts++) {
        g_assert_cmpint(next, >, now);
        now = next;
    }
    g_assert_cmpint(attempts, ==, 37);
    g_assert_cmpint(now, ==, first + 5 * TIME_DAY);
}

/* A node that was off for a week finds the row: nothing is owed but to say so. */
static void test_late_is_over(void)
{
    g_assert_cmpint(backoff_next(1000, 1000 + 6 * TIME_DAY, 2), ==, TIME_NONE);
}

static void test_tells_after_four_hours(void)
{
    g_assert_false(backoff_must_tell(1000, 999 + 4 * TIME_HOUR));
    g_assert_true(backoff_must_tell(1000, 1000 + 4 * TIME_HOUR));
}

/* A mail server that is away, from a clock at 0: 5 + 10 + 20 + 40 + 80 + 160 + 320 + 640 = 1275 s, then every 900. */
static void test_listening_waits_five_seconds_to_fifteen_minutes(void)
{
    static const int at[] = {5, 15, 35, 75, 155, 315, 635, 1275, 2175, 3075};
    int wait_s = 0, clock_s = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(at); i++) {
        wait_s = backoff_listen_s(wait_s, false);
        clock_s += wait_s;
        g_assert_cmpint(clock_s, ==, at[i]);
    }
    g_assert_cmpint(backoff_listen_s(0, false), ==, 5); /* it worked meanwhile */
}

/* A wrong password does not mend itself; and who has waited for longer does not call more often for it. */
static void test_listening_waits_for_a_person(void)
{
    g_assert_cmpint(backoff_listen_s(0, true), ==, 300);
    g_assert_cmpint(backoff_listen_s(5, true), ==, 300);
    g_assert_cmpint(backoff_listen_s(900, true), ==, 900);
    g_assert_cmpint(backoff_listen_s(300, false), ==, 600);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/backoff/five-days", test_five_days_in_37_attempts);
    g_test_add_func("/backoff/late", test_late_is_over);
    g_test_add_func("/backoff/tell", test_tells_after_four_hours);
    g_test_add_func("/backoff/listening", test_listening_waits_five_seconds_to_fifteen_minutes);
    g_test_add_func("/backoff/listening-person", test_listening_waits_for_a_person);
    return g_test_run();
}
