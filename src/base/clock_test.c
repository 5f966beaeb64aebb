/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/clock.h"

#define ROME_2026_SPRING_BEFORE ((TimeMs)1774745999000) /* 2026-03-29T00:59:59Z, `date -u -d … +%s` */

static void test_both_dst_nights_in_rome(void)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    WallTime before = time_to_wall(rome, ROME_2026_SPRING_BEFORE);
    g_assert_cmpint(before.hour * 100 + before.minute, ==, 159);
    WallTime after = time_to_wall(rome, ROME_2026_SPRING_BEFORE + 2000);
    g_assert_cmpint(after.hour * 100 + after.minute, ==, 300);
    g_assert_cmpint(after.offset_minutes, ==, 120);
    g_assert_cmpint(time_of_date(rome, (Date){2026, 3, 30}) - time_of_date(rome, (Date){2026, 3, 29}), ==,
                    23 * TIME_HOUR);
    g_assert_cmpint(time_of_date(rome, (Date){2026, 10, 26}) - time_of_date(rome, (Date){2026, 10, 25}), ==,
                    25 * TIME_HOUR);
}

static void test_gap_goes_after_fold_goes_first(void)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    TimeMs gap = time_from_wall(rome, &(WallTime){.date = {2026, 3, 29}, .hour = 2, .minute = 30});
    g_assert_cmpint(gap, ==, ROME_2026_SPRING_BEFORE + TIME_SECOND + 30 * TIME_MINUTE);
    /* 2026-10-25 02:30 happens at 00:30Z (CEST) and at 01:30Z (CET): the first. */
    TimeMs fold = time_from_wall(rome, &(WallTime){.date = {2026, 10, 25}, .hour = 2, .minute = 30}), expected;
    g_assert_true(time_parse_iso("2026-10-25T00:30:00Z", &expected));
    g_assert_cmpint(fold, ==, expected);
}

/* What is remembered must not depend on what was asked before: GDateTime, which remembers nothing, is asked beside it,
 * in zones whose changes are odd (Goose Bay's came at one minute past midnight, Casablanca's twice around Ramadan). */
static void test_walls_agree_with_the_library(void)
{
    static const char *const names[] = {"Europe/Rome", "America/Goose_Bay", "Africa/Casablanca", "Asia/Kathmandu", "UTC"};
    g_autoptr(GRand) random = g_rand_new_with_seed(2026);
    for (int i = 0; i < 20000; i++) {
        g_autoptr(GTimeZone) zone = zone_find(names[i / 4000]);
        int64_t second = g_rand_int_range(random, -400000000, 2000000000);
        if (i % 2) /* near a change */
            second = 1774746000 + (int64_t)g_rand_int_range(random, -60, 60) * 182 * 86400 +
                     g_rand_int_range(random, -9000, 9000);
        WallTime wall = time_to_wall(zone, second * 1000 + 7);
        g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(second);
        g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
        g_autofree char *expected = g_date_time_format(local, "%Y-%m-%d %H:%M:%S %u");
        g_autofree char *shown = g_strdup_printf("%04d-%02d-%02d %02d:%02d:%02d %d", wall.date.year, wall.date.month,
                                                 wall.date.day, wall.hour, wall.minute, wall.second, wall.weekday);
        g_assert_cmpstr(shown, ==, expected);
        g_assert_cmpint(wall.millisecond, ==, 7);
        g_assert_cmpint(wall.offset_minutes, ==, g_date_time_get_utc_offset(local) / G_TIME_SPAN_MINUTE);
    }
}

static void test_iso_is_strict_and_round_trips(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    TimeMs at;
    g_assert_true(time_parse_iso("2026-04-03T17:20:00.5+02:00", &at));
    g_assert_cmpstr(time_to_iso(arena, at), ==, "2026-04-03T15:20:00.500Z");
    g_assert_cmpstr(time_to_rfc5322(arena, at), ==, "Fri, 03 Apr 2026 15:20:00 +0000");
    static const char *const bad[] = {"",
                                      "2026-04-03",
                                      "2026-04-03T17:20:00",
                                      "2026-02-29T00:00:00Z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-04-03T24:00:00Z",
                                      "2026-04-03T17:20:00Zx",
                                      "2026-04-03T17:20:00+2:00",
                                      "2026-04-03T17:20:00.Z"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_false(time_parse_iso(bad[i], &at));
}

static void test_dates(void)
{
    g_assert_cmpint(date_weekday((Date){2026, 11, 23}), ==, 1); /* a Monday */
    g_assert_cmpint(date_compare(date_add_days((Date){2024, 2, 28}, 1), (Date){2024, 2, 29}), ==, 0);
    g_assert_cmpint(date_compare(date_add_days((Date){1970, 1, 1}, -1), (Date){1969, 12, 31}), ==, 0);
    g_assert_false(date_is_valid((Date){2023, 2, 29}));
    g_assert_true(date_is_valid((Date){2000, 2, 29}));
    g_assert_false(date_is_valid((Date){1900, 2, 29}));
}

static void test_manual_clock(void)
{
    ClockManual clock;
    clock_manual_init(&clock, 1000);
    g_assert_cmpint(clock_now(&clock.clock), ==, 1000);
    clock_manual_set(&clock, 2000);
    g_assert_cmpint(clock_now(&clock.clock), ==, 2000);
}

/* Rome 2026: +01:00 until 29 March 01:00 UTC, +02:00 until 25 October 01:00 UTC (tz database). */
static void test_offset_holds_until_the_clocks_change(void)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    TimeMs january = TIME_NONE, spring = TIME_NONE, autumn = TIME_NONE, december = TIME_NONE, until;
    g_assert_true(time_parse_iso("2026-01-01T00:00:00.001Z", &january));
    g_assert_true(time_parse_iso("2026-03-29T01:00Z", &spring));
    g_assert_true(time_parse_iso("2026-10-25T01:00Z", &autumn));
    g_assert_true(time_parse_iso("2026-12-01T00:00:00.5Z", &december));
    g_assert_cmpint(zone_offset_ms(rome, january, december, &until), ==, TIME_HOUR);
    g_assert_cmpint(until, ==, spring);
    g_assert_cmpint(zone_offset_ms(rome, spring - 1, december, &until), ==, TIME_HOUR);
    g_assert_cmpint(until, ==, spring);
    g_assert_cmpint(zone_offset_ms(rome, spring, december, &until), ==, 2 * TIME_HOUR);
    g_assert_cmpint(until, ==, autumn);
    g_assert_cmpint(zone_offset_ms(rome, autumn, december, &until), ==, TIME_HOUR);
    g_assert_cmpint(until, ==, december);
    g_assert_cmpint(zone_offset_ms(rome, january, spring, &until), ==, TIME_HOUR);
    g_assert_cmpint(until, ==, spring);
    g_assert_cmpint(date_to_days((Date){2000, 3, 1}), ==, 11017);
    g_assert_cmpint(date_compare(date_from_days(11016), (Date){2000, 2, 29}), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/clock/library", test_walls_agree_with_the_library);
    g_test_add_func("/clock/dst-nights", test_both_dst_nights_in_rome);
    g_test_add_func("/clock/gap-and-fold", test_gap_goes_after_fold_goes_first);
    g_test_add_func("/clock/iso", test_iso_is_strict_and_round_trips);
    g_test_add_func("/clock/dates", test_dates);
    g_test_add_func("/clock/manual", test_manual_clock);
    g_test_add_func("/clock/offset", test_offset_holds_until_the_clocks_change);
    return g_test_run();
}
