/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/calendar/house.h"

#include "desk/noun_testing.h"

#include <string.h>

static HouseHours typed(void)
{
    return (HouseHours){.zone = "Europe/Rome",
                        .days = {"9-13, 14.30 - 18", "14:00–18:00;9:00–13:00", "", "0-24", "9-13", "", ""},
                        .holidays = true,
                        .patron = "10-09",
                        .closures = "\n2026-08-10 – 2026-08-21 ferie estive\n24/12/2026\n",
                        .version = 1};
}

static TimeMs at(const char *iso)
{
    TimeMs time;
    g_assert_true(time_parse_iso(iso, &time));
    return time;
}

static void test_normal_form(NounTest *test)
{
    InputError wrong[HOUSE_FIELDS], refused;
    HouseHours hours = typed();
    g_assert_cmpuint(house_hours_check(test->arena, &hours, wrong), ==, 0);
    g_assert_cmpstr(hours.days[0], ==, "9:00–13:00, 14:30–18:00");
    g_assert_cmpstr(hours.days[1], ==, "9:00–13:00, 14:00–18:00");
    g_assert_cmpstr(hours.days[3], ==, "0:00–24:00");
    g_assert_cmpstr(hours.patron, ==, "10/9");
    g_assert_cmpstr(hours.closures, ==, "10/8/2026 – 21/8/2026 ferie estive\n24/12/2026");
    g_assert_true(house_hours_set(test->tx, &hours, test->actor, test->now, &refused));
    HouseHours read = house_hours_get(test->tx, test->arena);
    g_assert_cmpuint(house_hours_check(test->arena, &read, wrong), ==, 0); /* what is stored is typed again as it is */
    g_assert_cmpstr(read.days[0], ==, hours.days[0]);
    g_assert_cmpstr(read.closures, ==, hours.closures);
    g_assert_cmpint(read.version, ==, 2);
    g_assert_false(house_hours_set(test->tx, &hours, test->actor, test->now, &refused));
    g_assert_cmpstr(refused.key, ==, "setting.error.stale");
}

static void test_what_is_wrong(NounTest *test)
{
    InputError wrong[HOUSE_FIELDS];
    HouseHours hours = {.zone = "Europe/Tolentino",
                        .days = {"9-13, 12-14", "13-9", "nove", "9-25", "9:60-10", "9-13 14-18", ""},
                        .patron = "31/2",
                        .closures = "24/12/2026 - 20/12/2026"};
    const char *fields[] = {"zone", "day1", "day2", "day3", "day4", "day5", "day6", "patron", "closures"};
    g_assert_cmpuint(house_hours_check(test->arena, &hours, wrong), ==, G_N_ELEMENTS(fields));
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
        g_assert_cmpstr(wrong[i].field, ==, fields[i]);
    g_assert_cmpstr(wrong[1].key, ==, "calendar.error.overlap");
    g_assert_cmpstr(wrong[1].shown, ==, "9:00–13:00 / 12:00–14:00");
    g_assert_cmpstr(hours.days[2], ==, "nove"); /* as typed */
}

/* 10 September 2026 is a Thursday, 24 December 2026 a Thursday, 12 August 2026 a Wednesday. Rome is at +2 in summer. */
static void test_the_calendar(NounTest *test)
{
    InputError wrong[HOUSE_FIELDS];
    HouseHours hours = typed();
    g_assert_cmpuint(house_hours_check(test->arena, &hours, wrong), ==, 0);
    g_autoptr(GTimeZone) zone = zone_find(hours.zone);
    g_autoptr(Calendar) calendar = house_calendar(test->arena, &hours, zone);
    g_assert_true(business_is_open(calendar, at("2026-09-03T03:00:00Z")));  /* a Thursday, all day */
    g_assert_false(business_is_open(calendar, at("2026-09-10T10:00:00Z"))); /* the patron saint */
    g_assert_false(business_is_open(calendar, at("2026-12-24T10:00:00Z"))); /* our own day */
    g_assert_false(business_is_open(calendar, at("2026-08-13T10:00:00Z"))); /* holidays of ours, a Thursday */
    g_assert_true(business_is_open(calendar, at("2027-08-12T10:00:00Z")));  /* that year only */
    g_assert_false(business_is_open(calendar, at("2026-09-07T12:15:00Z"))); /* Monday 14:15 */
    g_assert_true(business_is_open(calendar, at("2026-09-07T12:30:00Z")));  /* Monday 14:30 */
}

static void test_words(NounTest *test)
{
    InputError wrong[HOUSE_FIELDS];
    HouseHours usual = house_hours_get(test->tx, test->arena);
    g_assert_cmpuint(house_hours_check(test->arena, &usual, wrong), ==, 0);
    g_assert_cmpstr(house_hours_words(test->arena, LANG_IT, &usual), ==, "lun–ven 9:00–13:00, 14:00–18:00");
    HouseHours hours = typed();
    house_hours_check(test->arena, &hours, wrong);
    hours.days[5] = hours.days[4];
    g_assert_cmpstr(house_hours_words(test->arena, LANG_EN, &hours), ==,
                    "Mon 9:00–13:00, 14:30–18:00; Tue 9:00–13:00, 14:00–18:00; Thu 0:00–24:00; Fri–Sat 9:00–13:00");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/house/normal-form", test_normal_form);
    noun_test_each_engine("/house/wrong", test_what_is_wrong);
    noun_test_each_engine("/house/calendar", test_the_calendar);
    noun_test_each_engine("/house/words", test_words);
    return g_test_run();
}
