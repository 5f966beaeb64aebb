/* SPDX-License-Identifier: EUPL-1.2 */
/* Expected values: domain.md sections 3 and 2.6 where marked, else by hand from the wall calendar of 2026 in Rome:
 * clocks go forward on Sunday 29 March at 02:00 (+01 to +02) and back on Sunday 25 October at 03:00 (+02 to +01). */
#include "desk/calendar/business.h"

#include <string.h>

typedef enum Kind {
    OFFICE,
    TOLENTINO,
    ALWAYS,
    ALWAYS_CLOSED_ON_HOLIDAYS,
    NIGHT,
    SUNDAY_HALF_PAST_ONE,
    SUNDAY_TWO,
    NEVER
} Kind;

static const CalendarWindow office[] = {
    {1, 840, 1080}, {1, 540, 780}, {2, 540, 780},  {2, 840, 1080}, {3, 540, 780},
    {3, 840, 1080}, {4, 540, 780}, {4, 840, 1080}, {5, 540, 780},  {5, 840, 1080},
};
static const CalendarWindow night[] = {
    {1, 0, 360},     {2, 0, 360},     {3, 0, 360},     {4, 0, 360},     {5, 0, 360},
    {6, 0, 360},     {7, 0, 360},     {1, 1320, 1440}, {2, 1320, 1440}, {3, 1320, 1440},
    {4, 1320, 1440}, {5, 1320, 1440}, {6, 1320, 1440}, {7, 1320, 1440},
};
static const CalendarWindow half_past_one[] = {{7, 90, 150}};
static const CalendarWindow two[] = {{7, 120, 180}};

static Calendar *calendar_of(Kind kind)
{
    static HolidayRule with_patron[32];
    HolidayRules italy = holiday_italy();
    memcpy(with_patron, italy.rows, italy.count * sizeof *with_patron);
    with_patron[italy.count] = holiday_patron("holiday.patron", 9, 10);
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    const CalendarSpec specs[] = {
        [OFFICE] = {rome, false, office, G_N_ELEMENTS(office), italy},
        [TOLENTINO] = {rome, false, office, G_N_ELEMENTS(office), {with_patron, italy.count + 1}},
        [ALWAYS] = {rome, true, NULL, 0, {NULL, 0}},
        [ALWAYS_CLOSED_ON_HOLIDAYS] = {rome, true, NULL, 0, italy},
        [NIGHT] = {rome, false, night, G_N_ELEMENTS(night), {NULL, 0}},
        [SUNDAY_HALF_PAST_ONE] = {rome, false, half_past_one, 1, {NULL, 0}},
        [SUNDAY_TWO] = {rome, false, two, 1, {NULL, 0}},
        [NEVER] = {rome, false, NULL, 0, italy},
    };
    InputError refused = {0};
    Calendar *calendar = calendar_new(&specs[kind], &refused);
    g_assert_nonnull(calendar);
    return calendar;
}

static TimeMs at(const char *text)
{
    TimeMs result = TIME_NONE;
    if (text)
        g_assert_true(time_parse_iso(text, &result));
    return result;
}

typedef struct ElapsedCase {
    Kind kind;
    const char *from, *to;
    int64_t minutes;
    const char *why;
} ElapsedCase;

static const ElapsedCase elapsed_cases[] = {
    {OFFICE, "2026-04-03T17:20+02:00", "2026-04-07T09:25+02:00", 65, "domain.md 3, first response over Easter"},
    {ALWAYS, "2026-04-03T17:20+02:00", "2026-04-07T09:25+02:00", 88 * 60 + 5, "the same, calendar time"},
    {OFFICE, "2026-11-02T08:00+01:00", "2026-11-02T20:00+01:00", 480, "a day, seen from outside the hours"},
    {OFFICE, "2026-11-02T12:30+01:00", "2026-11-02T14:30+01:00", 60, "lunch is closed"},
    {OFFICE, "2026-11-02T13:00+01:00", "2026-11-02T14:00+01:00", 0, "only lunch"},
    {OFFICE, "2026-11-03T10:00+01:00", "2026-11-02T10:00+01:00", 0, "an end before its start"},
    {OFFICE, "2026-11-07T00:00+01:00", "2026-11-09T00:00+01:00", 0, "a week-end"},
    {OFFICE, "2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00", 254 * 480, "261 weekdays, 7 holidays on them"},
    {OFFICE, "2026-10-02T09:00+02:00", "2026-10-05T10:00+02:00", 540, "4 October 2026 is a Sunday"},
    {OFFICE, "2027-10-01T09:00+02:00", "2027-10-05T10:00+02:00", 480 + 60, "Monday 4 October 2027, L. 151/2025"},
    {TOLENTINO, "2026-09-09T17:00+02:00", "2026-09-11T10:00+02:00", 120, "the patron saint's Thursday"},
    {OFFICE, "2026-09-09T17:00+02:00", "2026-09-11T10:00+02:00", 600, "the same where it is no holiday"},
    /* Both nights. */
    {ALWAYS, "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", 23 * 60, "the short day"},
    {ALWAYS, "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00", 25 * 60, "the long day"},
    {ALWAYS, "2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00", 8760 * 60, "a year has both"},
    {NIGHT, "2026-03-28T22:00+01:00", "2026-03-29T06:00+02:00", 7 * 60, "night shift, short"},
    {NIGHT, "2026-10-24T22:00+02:00", "2026-10-25T06:00+01:00", 9 * 60, "night shift, long"},
    {NIGHT, "2026-05-02T22:00+02:00", "2026-05-03T06:00+02:00", 8 * 60, "night shift"},
    {SUNDAY_HALF_PAST_ONE, "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", 30, "its second half does not exist"},
    {SUNDAY_HALF_PAST_ONE, "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00", 90, "its second half comes twice"},
    {SUNDAY_HALF_PAST_ONE, "2026-10-25T02:15+02:00", "2026-10-25T02:15+01:00", 30, "from first to second 02:15"},
    {SUNDAY_HALF_PAST_ONE, "2026-10-25T02:45+02:00", "2026-10-25T02:10+01:00", 10, "the wall went back, time did not"},
    {SUNDAY_HALF_PAST_ONE, "2026-05-03T00:00+02:00", "2026-05-04T00:00+02:00", 60, "a plain Sunday"},
    {SUNDAY_TWO, "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00", 0, "the whole window is skipped"},
    {SUNDAY_TWO, "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00", 120, "the whole window twice"},
    {OFFICE, "2026-03-27T17:00+01:00", "2026-03-30T10:00+02:00", 120, "week-end with the short night"},
    {OFFICE, "2026-10-23T17:00+02:00", "2026-10-26T10:00+01:00", 120, "week-end with the long night"},
    {ALWAYS, "2026-03-29T01:59+01:00", "2026-03-29T03:01+02:00", 2, "over the gap"},
    {ALWAYS, "2026-10-25T02:59+02:00", "2026-10-25T02:01+01:00", 2, "over the fold"},
    {ALWAYS_CLOSED_ON_HOLIDAYS, "2026-04-05T00:00+02:00", "2026-04-07T00:00+02:00", 0, "domain.md 2.6: Easter Sunday"},
    {ALWAYS_CLOSED_ON_HOLIDAYS, "2026-04-04T00:00+02:00", "2026-04-08T00:00+02:00", 2880, "two of four days"},
    {ALWAYS_CLOSED_ON_HOLIDAYS, "2027-03-28T00:00+01:00", "2027-03-29T00:00+02:00", 0, "Easter 2027 is the short day"},
    {ALWAYS_CLOSED_ON_HOLIDAYS, "2011-04-24T12:00+02:00", "2011-04-26T12:00+02:00", 720, "two holidays on one date"},
    {NEVER, "2026-01-01T00:00+01:00", "2027-01-01T00:00+01:00", 0, "never open"},
};

static void test_elapsed_table(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(elapsed_cases); i++) {
        const ElapsedCase *row = &elapsed_cases[i];
        g_autoptr(Calendar) calendar = calendar_of(row->kind);
        int64_t elapsed = business_elapsed(calendar, at(row->from), at(row->to));
        if (elapsed != row->minutes * TIME_MINUTE)
            g_error("%s: %" G_GINT64_FORMAT " ms instead of %" G_GINT64_FORMAT " min", row->why, elapsed, row->minutes);
    }
}

static void test_milliseconds_are_kept(void)
{
    g_autoptr(Calendar) calendar = calendar_of(OFFICE);
    g_assert_cmpint(
        business_elapsed(calendar, at("2026-11-06T17:59:59.500+01:00"), at("2026-11-09T09:00:00.250+01:00")), ==, 750);
}

typedef struct DueCase {
    Kind kind;
    const char *start;
    int64_t minutes;
    const char *pauses[4]; /* from, until, from, until; "" for one that is not over */
    const char *due;       /* NULL: never */
    const char *why;
} DueCase;

static const DueCase due_cases[] = {
    {OFFICE, "2026-04-03T17:20+02:00", 480, {0}, "2026-04-07T17:20+02:00", "domain.md 3"},
    {OFFICE,
     "2026-04-03T17:20+02:00",
     480,
     {"2026-04-07T10:00+02:00", "2026-04-07T11:30+02:00"},
     "2026-04-08T09:50+02:00",
     "domain.md 3, 90 minutes' customer pause"},
    {OFFICE, "2026-11-02T09:00+01:00", 240, {0}, "2026-11-02T13:00+01:00", "2.6: reached at closing, not at opening"},
    {OFFICE, "2026-11-02T09:00+01:00", 480, {0}, "2026-11-02T18:00+01:00", "2.6: the same in the evening"},
    {OFFICE, "2026-11-06T18:00+01:00", 1, {0}, "2026-11-09T09:01+01:00", "received at closing"},
    {OFFICE, "2026-11-07T11:00+01:00", 0, {0}, "2026-11-09T09:00+01:00", "2.6: zero target on a Saturday"},
    {OFFICE, "2026-11-02T11:00+01:00", 0, {0}, "2026-11-02T11:00+01:00", "zero target while open"},
    {OFFICE, "2026-11-02T13:00+01:00", 0, {0}, "2026-11-02T14:00+01:00", "zero target at closing"},
    {OFFICE,
     "2026-11-02T09:00+01:00",
     60,
     {"2026-11-02T10:00+01:00", "2026-11-02T11:00+01:00"},
     "2026-11-02T10:00+01:00",
     "2.6: a pause starting at due changes nothing"},
    {OFFICE,
     "2026-11-02T09:00+01:00",
     60,
     {"2026-11-02T09:59+01:00", "2026-11-02T11:00+01:00"},
     "2026-11-02T11:01+01:00",
     "one minute earlier it does"},
    {OFFICE,
     "2026-11-02T09:00+01:00",
     300,
     {"2026-11-02T12:30+01:00", "2026-11-02T14:30+01:00"},
     "2026-11-02T16:00+01:00",
     "a pause over lunch takes 60 minutes, not 120"},
    {OFFICE,
     "2026-11-02T09:00+01:00",
     60,
     {"2026-11-02T09:30+01:00", "2026-11-02T10:30+01:00", "2026-11-02T10:00+01:00", "2026-11-02T11:00+01:00"},
     "2026-11-02T11:30+01:00",
     "overlapping pauses count once"},
    {OFFICE,
     "2026-11-02T09:00+01:00",
     60,
     {"2026-11-02T09:15+01:00", "2026-11-02T09:30+01:00", "2026-11-02T09:30+01:00", "2026-11-02T09:45+01:00"},
     "2026-11-02T10:30+01:00",
     "adjacent pauses"},
    {OFFICE, "2026-11-02T09:00+01:00", 60, {"2026-11-02T09:30+01:00", ""}, NULL, "not over yet"},
    {OFFICE, "2026-11-02T09:00+01:00", 60, {"2026-11-02T10:00+01:00", ""}, "2026-11-02T10:00+01:00", "begun at due"},
    {OFFICE,
     "2026-11-02T09:00+01:00",
     0,
     {"2026-11-02T09:00+01:00", "2026-11-02T10:00+01:00"},
     "2026-11-02T09:00+01:00",
     "zero target, pause starting at it"},
    {OFFICE,
     "2026-11-07T09:00+01:00",
     0,
     {"2026-11-07T10:00+01:00", "2026-11-10T11:00+01:00"},
     "2026-11-10T11:00+01:00",
     "zero target, paused before the first opening"},
    {OFFICE,
     "2026-11-07T09:00+01:00",
     0,
     {"2026-11-09T09:00+01:00", "2026-11-10T11:00+01:00"},
     "2026-11-09T09:00+01:00",
     "zero target, paused at the first opening"},
    {TOLENTINO, "2026-09-09T17:00+02:00", 120, {0}, "2026-09-11T10:00+02:00", "over the patron saint"},
    {OFFICE, "2026-01-01T00:00+01:00", 254 * 480, {0}, "2026-12-31T18:00+01:00", "a year's work"},
    {NEVER, "2026-01-01T00:00+01:00", 1, {0}, NULL, "never open"},
    {NEVER, "2026-01-01T00:00+01:00", 0, {0}, NULL, "never open, zero target"},
    {OFFICE, "2026-01-01T00:00+01:00", INT64_C(1000000000), {0}, NULL, "past 2199"},
    /* Both nights. */
    {ALWAYS, "2026-03-28T12:00+01:00", 1440, {0}, "2026-03-29T13:00+02:00", "24 hours over the short night"},
    {ALWAYS, "2026-10-24T12:00+02:00", 1440, {0}, "2026-10-25T11:00+01:00", "24 hours over the long night"},
    {NIGHT, "2026-03-28T12:00+01:00", 420, {0}, "2026-03-29T06:00+02:00", "the short shift"},
    {NIGHT, "2026-10-24T12:00+02:00", 300, {0}, "2026-10-25T02:00+01:00", "2 + 2 + the first 02:00-03:00"},
    {SUNDAY_HALF_PAST_ONE, "2026-10-25T00:00+02:00", 45, {0}, "2026-10-25T02:15+02:00", "in the first pass"},
    {SUNDAY_HALF_PAST_ONE, "2026-10-25T00:00+02:00", 60, {0}, "2026-10-25T02:30+02:00", "at the first closing"},
    {SUNDAY_HALF_PAST_ONE, "2026-10-25T00:00+02:00", 75, {0}, "2026-10-25T02:15+01:00", "in the second pass"},
    {SUNDAY_HALF_PAST_ONE, "2026-03-29T00:00+01:00", 31, {0}, "2026-04-05T01:31+02:00", "the rest a week later"},
    {SUNDAY_TWO, "2026-03-29T00:00+01:00", 0, {0}, "2026-04-05T02:00+02:00", "the skipped window never opens"},
};

static size_t pauses_of(const DueCase *row, BusinessPause pauses[2])
{
    size_t count = 0;
    for (; count < 2 && row->pauses[2 * count]; count++) {
        const char *until = row->pauses[2 * count + 1];
        pauses[count] = (BusinessPause){at(row->pauses[2 * count]), *until ? at(until) : TIME_NONE};
    }
    return count;
}

static void test_due_table(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(due_cases); i++) {
        const DueCase *row = &due_cases[i];
        g_autoptr(Calendar) calendar = calendar_of(row->kind);
        BusinessPause pauses[2];
        size_t count = pauses_of(row, pauses);
        TimeMs due = business_due(calendar, at(row->start), row->minutes * TIME_MINUTE, pauses, count);
        if (due != at(row->due))
            g_error("%s: due %" G_GINT64_FORMAT " instead of %s", row->why, due, row->due ? row->due : "never");
        if (due != TIME_NONE)
            g_assert_cmpint(business_elapsed_running(calendar, at(row->start), due, pauses, count), ==,
                            row->minutes * TIME_MINUTE);
    }
}

static void test_pauses_come_off_what_elapsed(void)
{
    g_autoptr(Calendar) calendar = calendar_of(OFFICE);
    TimeMs nine = at("2026-11-02T09:00+01:00");
    const BusinessPause pauses[] = {{nine + 30 * TIME_MINUTE, nine + 60 * TIME_MINUTE},
                                    {nine + 120 * TIME_MINUTE, TIME_NONE}};
    g_assert_cmpint(business_elapsed_running(calendar, nine, nine + TIME_HOUR, pauses, 2), ==, 30 * TIME_MINUTE);
    g_assert_cmpint(business_elapsed_running(calendar, nine, nine + 90 * TIME_MINUTE, pauses, 2), ==, TIME_HOUR);
    g_assert_cmpint(business_elapsed_running(calendar, nine, nine + TIME_DAY, pauses, 2), ==, 90 * TIME_MINUTE);
    g_assert_cmpint(business_elapsed_running(calendar, nine + TIME_DAY, nine, pauses, 2), ==, 0);
}

/* domain.md 2.6: the cap is in business minutes, over the ticket. 240 + 60 of 300; the open third is empty. */
static void test_a_cap_cuts_the_pauses_of_a_ticket(void)
{
    g_autoptr(Calendar) calendar = calendar_of(OFFICE);
    TimeMs monday = at("2026-11-02T09:00+01:00"), tuesday = monday + TIME_DAY, wednesday = tuesday + TIME_DAY;
    BusinessPause pauses[] = {
        {monday, monday + 5 * TIME_HOUR}, {tuesday, tuesday + 4 * TIME_HOUR}, {wednesday, TIME_NONE}};
    business_cap_pauses(calendar, pauses, 3, 300 * TIME_MINUTE);
    g_assert_cmpint(pauses[0].until, ==, monday + 5 * TIME_HOUR);
    g_assert_cmpint(pauses[1].until, ==, tuesday + TIME_HOUR);
    g_assert_cmpint(pauses[2].until, ==, wednesday);
    BusinessPause open = {monday, TIME_NONE};
    business_cap_pauses(calendar, &open, 1, 300 * TIME_MINUTE);
    g_assert_cmpint(open.until, ==, monday + 6 * TIME_HOUR); /* 9-13, 14-15 */
    business_cap_pauses(calendar, &open, 1, 600 * TIME_MINUTE);
    g_assert_cmpint(open.until, ==, monday + 6 * TIME_HOUR); /* under its cap nothing changes */
}

/* An oracle that shares no code: ask the wall of every minute. */
static int64_t minute_by_minute(const CalendarWindow *windows, size_t count, TimeMs from, TimeMs to)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    int64_t open = 0;
    for (TimeMs minute = from; minute < to; minute += TIME_MINUTE) {
        WallTime wall = time_to_wall(rome, minute);
        for (size_t i = 0; i < count; i++) {
            int of_day = wall.hour * 60 + wall.minute;
            open +=
                windows[i].weekday == wall.weekday && windows[i].from_minute <= of_day && of_day < windows[i].to_minute;
        }
    }
    return open;
}

static void test_random_stretches_agree_with_a_minute_by_minute_count(void)
{
    g_autoptr(Calendar) calendar = calendar_of(NIGHT);
    g_autoptr(GRand) random = g_rand_new_with_seed(2026);
    for (int i = 0; i < 150; i++) {
        TimeMs from =
            at(i % 2 ? "2026-03-25T00:00Z" : "2026-10-20T00:00Z") + g_rand_int_range(random, 0, 7 * 1440) * TIME_MINUTE;
        TimeMs to = from + g_rand_int_range(random, 0, 7 * 1440) * TIME_MINUTE;
        int64_t elapsed = business_elapsed(calendar, from, to);
        g_assert_cmpint(elapsed, ==, minute_by_minute(night, G_N_ELEMENTS(night), from, to) * TIME_MINUTE);
        TimeMs due = business_due(calendar, from, elapsed, NULL, 0);
        g_assert_cmpint(business_elapsed(calendar, from, due), ==, elapsed);
        if (elapsed > 0) {
            g_assert_cmpint(due, <=, to);
            g_assert_cmpint(business_elapsed(calendar, from, due - 1), ==, elapsed - 1);
        }
    }
}

/* Invariant 1 over 24 years and pieces of odd length, through 48 clock changes and all holidays. */
static void test_pieces_sum_to_the_whole(void)
{
    g_autoptr(Calendar) calendar = calendar_of(OFFICE);
    TimeMs from = at("2012-02-29T23:59:59.999+01:00"), to = at("2036-02-29T10:00+01:00");
    int64_t sum = 0;
    for (TimeMs piece = from, next; piece < to; piece = next) {
        next = MIN(to, piece + 11 * TIME_DAY + 7919 * TIME_SECOND + 1);
        sum += business_elapsed(calendar, piece, next);
    }
    g_assert_cmpint(sum, ==, business_elapsed(calendar, from, to));
}

static void test_extremes_are_held(void)
{
    g_autoptr(Calendar) calendar = calendar_of(ALWAYS);
    g_assert_cmpint(business_elapsed(calendar, INT64_MIN, 0), ==, 0);
    g_assert_cmpint(business_elapsed(calendar, INT64_MIN, INT64_MAX), >, 0);
    g_assert_cmpint(business_due(calendar, at("2026-01-01T00:00Z"), INT64_MAX, NULL, 0), ==, TIME_NONE);
    g_assert_false(business_is_open(calendar, INT64_MAX - 1));
    g_assert_true(business_is_open(calendar, at("2026-01-01T00:00Z")));
}

static void test_impossible_windows_are_refused(void)
{
    static const CalendarWindow overlapping[] = {{1, 540, 780}, {1, 779, 800}};
    static const CalendarWindow touching[] = {{1, 540, 780}, {1, 780, 800}};
    static const CalendarWindow over_midnight[] = {{1, 1320, 360}};
    static const CalendarWindow many[9] = {{1, 0, 1},   {1, 2, 3},   {1, 4, 5},   {1, 6, 7},  {1, 8, 9},
                                           {1, 10, 11}, {1, 12, 13}, {1, 14, 15}, {1, 16, 17}};
    static const CalendarWindow weekday[] = {{0, 540, 780}}, late[] = {{1, 540, 1441}};
    static const struct {
        const CalendarWindow *windows;
        size_t count;
        const char *key;
    } cases[] = {
        {overlapping, 2, "calendar.error.window_overlap"}, {over_midnight, 1, "calendar.error.window_range"},
        {many, 9, "calendar.error.window_count"},          {weekday, 1, "calendar.error.window_range"},
        {late, 1, "calendar.error.window_range"},          {touching, 2, NULL},
    };
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        InputError refused = {0};
        g_autoptr(Calendar) calendar =
            calendar_new(&(CalendarSpec){rome, false, cases[i].windows, cases[i].count, {NULL, 0}}, &refused);
        g_assert_cmpstr(refused.key, ==, cases[i].key);
        g_assert_true((calendar == NULL) == (cases[i].key != NULL));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/business/elapsed", test_elapsed_table);
    g_test_add_func("/business/milliseconds", test_milliseconds_are_kept);
    g_test_add_func("/business/due", test_due_table);
    g_test_add_func("/business/pauses", test_pauses_come_off_what_elapsed);
    g_test_add_func("/business/cap", test_a_cap_cuts_the_pauses_of_a_ticket);
    g_test_add_func("/business/oracle", test_random_stretches_agree_with_a_minute_by_minute_count);
    g_test_add_func("/business/additive", test_pieces_sum_to_the_whole);
    g_test_add_func("/business/extremes", test_extremes_are_held);
    g_test_add_func("/business/refused", test_impossible_windows_are_refused);
    return g_test_run();
}
