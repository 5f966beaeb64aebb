/* SPDX-License-Identifier: EUPL-1.2 */
/* Worked by hand with the office's hours: Monday to Friday 9-13 and 14-18, in Rome; 2 March 2026 is a Monday, and the
 * clocks go forward on 29 March only. */
#include "desk/incident/incident_rule.h"

static Calendar *office(void)
{
    static CalendarWindow windows[10];
    for (int day = 1; day <= 5; day++) {
        windows[day * 2 - 2] = (CalendarWindow){day, 540, 780};
        windows[day * 2 - 1] = (CalendarWindow){day, 840, 1080};
    }
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    InputError refused;
    Calendar *calendar = calendar_new(&(CalendarSpec){rome, false, windows, 10, holiday_italy()}, &refused);
    g_assert_nonnull(calendar);
    return calendar;
}

static TimeMs day_hour(int day, int hour)
{
    TimeMs monday;
    g_assert_true(time_parse_iso("2026-03-02T00:00:00+01:00", &monday));
    return monday + day * TIME_DAY + hour * TIME_HOUR;
}

/* Each working day at 10 and at 15, over weeks: every gap is four open hours, that of a weekend too (15-18 and 9-10). */
static size_t twice_a_day(TimeMs *at, int weeks)
{
    size_t count = 0;
    for (int day = 0; day < weeks * 7; day++)
        for (int hour = 10; hour <= 15 && day % 7 < 5; hour += 5)
            at[count++] = day_hour(day, hour);
    return count;
}

static void test_failing(void)
{
    const TimeMs since = 1000000;
    g_assert_false(incident_is_failing(TIME_NONE, since + TIME_DAY, true));
    g_assert_false(incident_is_failing(since, since + 14 * TIME_MINUTE, false));
    g_assert_true(incident_is_failing(since, since + 15 * TIME_MINUTE, false));
    g_assert_false(incident_is_failing(since, since, true)); /* refused once */
    g_assert_true(incident_is_failing(since, since + 5 * TIME_MINUTE, true));
}

static void test_habit(void)
{
    g_autoptr(Calendar) calendar = office();
    TimeMs at[64];
    size_t count = twice_a_day(at, 4);
    g_assert_cmpuint(count, ==, 40);
    QuietHabit habit = quiet_habit(calendar, at, count);
    g_assert_true(habit.is_known);
    g_assert_cmpint(habit.usual_ms, ==, 4 * TIME_HOUR);
    g_assert_cmpint(habit.limit_ms, ==, 8 * TIME_HOUR);
    TimeMs last = at[count - 1]; /* Friday at 15 */
    g_assert_cmpint(last, ==, day_hour(25, 15));
    g_assert_false(incident_is_quiet(calendar, &habit, last, day_hour(27, 23))); /* Sunday night */
}

/* From Monday 30 March on: Friday 15-18 are three hours, Monday 9-13 and 14-15 five more. Summer time has begun. */
static void test_silence(void)
{
    g_autoptr(Calendar) calendar = office();
    TimeMs at[64];
    size_t count = twice_a_day(at, 4);
    QuietHabit habit = quiet_habit(calendar, at, count);
    TimeMs monday_at_15;
    g_assert_true(time_parse_iso("2026-03-30T15:00:00+02:00", &monday_at_15));
    g_assert_false(incident_is_quiet(calendar, &habit, at[count - 1], monday_at_15));
    g_assert_true(incident_is_quiet(calendar, &habit, at[count - 1], monday_at_15 + 1));
    g_assert_false(incident_is_quiet(calendar, &habit, TIME_NONE, monday_at_15 + TIME_DAY));
}

/* An outage of three days, once, is not what is usual. */
static void test_outage(void)
{
    g_autoptr(Calendar) calendar = office();
    TimeMs at[64];
    size_t count = 0, all = twice_a_day(at, 4);
    for (size_t i = 0; i < all; i++)
        if (at[i] < day_hour(8, 0) || at[i] > day_hour(11, 0))
            at[count++] = at[i];
    g_assert_cmpuint(count, ==, 34);
    g_assert_cmpint(quiet_habit(calendar, at, count).usual_ms, ==, 4 * TIME_HOUR);
}

/* Four times a day, an open hour or two apart: the longest gaps are two hours (11-13 and 16-18 with 9 the next day), and
 * twice that is the least that counts. At 9, 11, 14, 16: 9-11 two, 11-14 two, 14-16 two, 16-9 two. */
static void test_least(void)
{
    g_autoptr(Calendar) calendar = office();
    static const int hours[] = {9, 11, 14, 16};
    TimeMs at[128];
    size_t count = 0;
    for (int day = 0; day < 21; day++)
        for (int i = 0; i < 4 && day % 7 < 5; i++)
            at[count++] = day_hour(day, hours[i]);
    QuietHabit habit = quiet_habit(calendar, at, count);
    g_assert_cmpint(habit.usual_ms, ==, 2 * TIME_HOUR);
    g_assert_cmpint(habit.limit_ms, ==, 4 * TIME_HOUR);
    for (size_t i = 0; i < count; i++) /* in two bursts: one gap, and all others are none */
        at[i] = day_hour(i < 5 ? 0 : 20, 3);
    habit = quiet_habit(calendar, at, count);
    g_assert_true(habit.is_known);
    g_assert_cmpint(habit.usual_ms, ==, 0);
    g_assert_cmpint(habit.limit_ms, ==, 4 * TIME_HOUR);
}

/* Only at night: of a working day's eight hours nothing is heard, and that is usual. */
static void test_at_night(void)
{
    g_autoptr(Calendar) calendar = office();
    TimeMs at[40];
    for (int i = 0; i < 40; i++)
        at[i] = day_hour(i / 2, 3 + i % 2);
    QuietHabit habit = quiet_habit(calendar, at, 40);
    g_assert_true(habit.is_known);
    g_assert_cmpint(habit.usual_ms, ==, 8 * TIME_HOUR);
}

static void test_too_little(void)
{
    g_autoptr(Calendar) calendar = office();
    TimeMs at[64];
    g_assert_false(quiet_habit(calendar, at, 0).is_known);
    size_t count = twice_a_day(at, 2);
    g_assert_cmpuint(count, ==, 20);
    QuietHabit habit = quiet_habit(calendar, at, count); /* eleven days and some hours */
    g_assert_false(habit.is_known);
    g_assert_false(incident_is_quiet(calendar, &habit, at[0], at[0] + 100 * TIME_DAY));
    count = twice_a_day(at, 4);
    g_assert_false(quiet_habit(calendar, at, 19).is_known);
}

static void test_never_open(void)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    InputError refused;
    g_autoptr(Calendar) never = calendar_new(&(CalendarSpec){rome, false, NULL, 0, {NULL, 0}}, &refused);
    TimeMs at[64];
    size_t count = twice_a_day(at, 4);
    QuietHabit habit = quiet_habit(never, at, count);
    g_assert_cmpint(habit.limit_ms, ==, 4 * TIME_HOUR);
    g_assert_false(incident_is_quiet(never, &habit, at[count - 1], at[count - 1] + 365 * TIME_DAY));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/incident-rule/failing", test_failing);
    g_test_add_func("/incident-rule/habit", test_habit);
    g_test_add_func("/incident-rule/silence", test_silence);
    g_test_add_func("/incident-rule/outage", test_outage);
    g_test_add_func("/incident-rule/least", test_least);
    g_test_add_func("/incident-rule/at-night", test_at_night);
    g_test_add_func("/incident-rule/too-little", test_too_little);
    g_test_add_func("/incident-rule/never-open", test_never_open);
    return g_test_run();
}
