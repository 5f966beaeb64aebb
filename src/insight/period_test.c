/* SPDX-License-Identifier: EUPL-1.2 */
/* Months and days in Rome: UTC+1 in winter, UTC+2 from 29 March to 25 October 2026. */
#include "insight/period.h"

static TimeMs at(const char *iso)
{
    TimeMs instant;
    g_assert_true(time_parse_iso(iso, &instant));
    return instant;
}

static void test_days(void)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    TimeMs found;
    g_assert_true(period_parse_day(rome, "2026-04-01", &found));
    g_assert_cmpint(found, ==, at("2026-03-31T22:00:00Z"));
    g_assert_true(period_parse_day(rome, "2026-01-01", &found));
    g_assert_cmpint(found, ==, at("2025-12-31T23:00:00Z"));
    g_assert_true(period_parse_day(rome, "2026-04-01T10:00:00Z", &found));
    g_assert_cmpint(found, ==, at("2026-04-01T10:00:00Z"));
    static const char *const wrong[] = {"", "2026-4-1", "2026-02-29", "2026-13-01", "01-04-2026", "2026/04/01", "yesterday"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        g_assert_false(period_parse_day(rome, wrong[i], &found));
}

static void test_months(void)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Period period = {at("2025-12-10T00:00:00Z"), at("2026-04-01T00:00:00Z"), rome}; /* to: 2:00 on 1 April */
    MonthList months = period_months(arena, &period);
    g_assert_cmpuint(months.count, ==, 5);
    g_assert_cmpstr(month_key(arena, &months, 0), ==, "2025-12");
    g_assert_cmpstr(month_key(arena, &months, 4), ==, "2026-04");
    g_assert_cmpuint(month_of(&months, at("2025-12-31T22:59:59Z")), ==, 0);
    g_assert_cmpuint(month_of(&months, at("2025-12-31T23:00:00Z")), ==, 1);
    g_assert_cmpuint(month_of(&months, at("2026-03-31T21:59:59Z")), ==, 3);
    g_assert_cmpuint(month_of(&months, at("2026-03-31T22:00:00Z")), ==, 4);
    g_assert_cmpuint(month_of(&months, at("2020-01-01T00:00:00Z")), ==, 0);
    g_assert_cmpuint(month_of(&months, at("2030-01-01T00:00:00Z")), ==, 4);

    Period april = {at("2026-03-31T22:00:00Z"), at("2026-04-30T22:00:00Z"), rome};
    g_assert_cmpuint(period_months(arena, &april).count, ==, 1); /* its end is not in it */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/period/days", test_days);
    g_test_add_func("/period/months", test_months);
    return g_test_run();
}
