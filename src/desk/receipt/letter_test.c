/* SPDX-License-Identifier: EUPL-1.2 */
/* The terms are counted by hand on the calendar of 2026 (Easter Sunday is 5 April). */
#include "desk/receipt/letter.h"

static TimeMs wall(Zone *zone, Date date, int hour)
{
    return time_from_wall(zone, &(WallTime){.date = date, .hour = hour});
}

static void test_terms(void)
{
    static const struct {
        Date came;
        int hour;
        int64_t days;
        Date last;
    } rows[] = {
        {{2026, 3, 2}, 10, 15, {2026, 3, 17}},   /* Monday to Tuesday */
        {{2026, 3, 2}, 0, 15, {2026, 3, 17}},    /* at midnight in Rome it is still the day before in UTC */
        {{2026, 3, 14}, 10, 15, {2026, 3, 30}},  /* 29 March is a Sunday */
        {{2026, 3, 21}, 10, 15, {2026, 4, 7}},   /* Easter Sunday, then its Monday */
        {{2026, 12, 10}, 10, 15, {2026, 12, 28}}, /* Christmas, St Stephen, a Sunday */
        {{2026, 3, 6}, 10, 15, {2026, 3, 21}},   /* a Saturday is no holiday */
        {{2026, 1, 31}, 23, 30, {2026, 3, 2}},   /* 2 March */
    };
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Date last = letter_term(rome, wall(rome, rows[i].came, rows[i].hour), rows[i].days);
        g_assert_cmpint(date_compare(last, rows[i].last), ==, 0);
    }
}

static void test_late(void)
{
    g_autoptr(GTimeZone) rome = zone_find("Europe/Rome");
    const Date term = {2026, 3, 17}, after = {2026, 3, 18};
    g_assert_false(letter_is_late(rome, term, wall(rome, term, 23)));
    g_assert_true(letter_is_late(rome, term, wall(rome, after, 0)));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/letter/terms", test_terms);
    g_test_add_func("/letter/late", test_late);
    return g_test_run();
}
