/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/calendar/holiday.h"

#include <string.h>

/* Dates of Easter as published (U.S. Naval Observatory tables): the earliest and latest possible, the two exceptions of
 * the Gregorian rule (1954, 1981), and years of our time. */
static void test_easter_falls_where_the_tables_say(void)
{
    static const Date sundays[] = {{1818, 3, 22}, {1943, 4, 25}, {1954, 4, 18}, {1981, 4, 19}, {2000, 4, 23},
                                   {2008, 3, 23}, {2024, 3, 31}, {2026, 4, 5},  {2038, 4, 25}, {2285, 3, 22}};
    for (size_t i = 0; i < G_N_ELEMENTS(sundays); i++)
        g_assert_cmpint(date_compare(holiday_easter(sundays[i].year), sundays[i]), ==, 0);
    for (int year = 1583; year < 3000; year++)
        g_assert_cmpint(date_weekday(holiday_easter(year)), ==, 7);
}

/* What the rules give for one year must be what the list holds for it, date for date (25 April 2011 is there twice). */
static void assert_year(GArray *listed, int year)
{
    HolidayRules italy = holiday_italy();
    size_t from_rules = 0, from_list = 0;
    int64_t rules_sum = 0, list_sum = 0;
    Date date;
    for (size_t i = 0; i < italy.count; i++) {
        if (holiday_rule_date(&italy.rows[i], year, &date))
            from_rules++, rules_sum += date_to_days(date);
    }
    for (guint i = 0; i < listed->len; i++) {
        date = g_array_index(listed, Date, i);
        if (date.year != year)
            continue;
        g_assert_nonnull(holiday_find(&italy, date));
        from_list++, list_sum += date_to_days(date);
    }
    g_assert_cmpuint(from_rules, ==, from_list);
    g_assert_cmpint(rules_sum, ==, list_sum);
}

/* npm date-holidays 3.37.0, Italy, public holidays 2010-2035: 323 lines. */
static void test_shipped_rules_give_the_published_list(void)
{
    const char *data = g_getenv("FILO_DATA");
    g_autofree char *sibling = g_build_filename(g_getenv("G_TEST_SRCDIR"), "..", "shared", "data", NULL);
    g_autofree char *path = g_build_filename(data ? data : sibling, "vectors", "holidays_it_2010_2035.tsv", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        g_test_skip("no holiday list: set FILO_DATA");
        return;
    }
    g_autoptr(GArray) listed = g_array_new(FALSE, TRUE, sizeof(Date));
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines + 1; *line; line++) {
        if (strlen(*line) < 10)
            continue;
        Date date = {(int)g_ascii_strtoll(*line, NULL, 10), (int)g_ascii_strtoll(*line + 5, NULL, 10),
                     (int)g_ascii_strtoll(*line + 8, NULL, 10)};
        g_array_append_val(listed, date);
    }
    g_assert_cmpuint(listed->len, ==, 323);
    for (int year = 2010; year <= 2035; year++)
        assert_year(listed, year);
}

static void test_rules_hold_only_between_their_dates(void)
{
    HolidayRules italy = holiday_italy();
    g_assert_null(holiday_find(&italy, (Date){2025, 10, 4}));
    g_assert_cmpstr(holiday_find(&italy, (Date){2026, 10, 4})->source, ==, "L. 151/2025");
    g_assert_null(holiday_find(&italy, (Date){2000, 6, 2})); /* L. 54/1977: first Sunday of June instead */
    g_assert_nonnull(holiday_find(&italy, (Date){2001, 6, 2}));
    g_assert_nonnull(holiday_find(&italy, (Date){1977, 1, 6}));
    g_assert_null(holiday_find(&italy, (Date){1978, 1, 6}));
    g_assert_null(holiday_find(&italy, (Date){2012, 3, 17}));
    g_assert_null(holiday_find(&italy, (Date){2026, 9, 10}));
}

static void test_a_leap_day_rule_sleeps_three_years(void)
{
    HolidayRule leap = holiday_patron("holiday.patron", 2, 29);
    Date date;
    g_assert_false(holiday_rule_date(&leap, 2026, &date));
    g_assert_true(holiday_rule_date(&leap, 2028, &date));
}

/* Art. 2963 c. 3: 2026-09-10 is Tolentino's patron saint (a Thursday), 2026-04-04 a Saturday, 2026-04-05 Easter. */
static void test_legal_terms_move_for_sundays_and_national_holidays_only(void)
{
    HolidayRule rows[17];
    HolidayRules italy = holiday_italy();
    g_assert_cmpuint(italy.count, <, G_N_ELEMENTS(rows));
    memcpy(rows, italy.rows, italy.count * sizeof *rows);
    rows[italy.count] = holiday_patron("holiday.patron", 9, 10);
    HolidayRules rules = {rows, italy.count + 1};
    static const struct {
        Date end, moved;
    } cases[] = {
        {{2026, 9, 10}, {2026, 9, 10}},   /* patron */
        {{2026, 4, 4}, {2026, 4, 4}},     /* Saturday */
        {{2026, 4, 5}, {2026, 4, 7}},     /* Easter Sunday, then Monday */
        {{2026, 3, 8}, {2026, 3, 9}},     /* a plain Sunday */
        {{2026, 12, 25}, {2026, 12, 28}}, /* Friday, then Saturday 26 and Sunday 27 */
        {{2026, 3, 10}, {2026, 3, 10}},   /* discovery 2 March + 8 days (domain.md 2.3): a Tuesday */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(date_compare(holiday_legal_end(&rules, cases[i].end), cases[i].moved), ==, 0);
    g_assert_cmpstr(holiday_find(&rules, (Date){2026, 9, 10})->key, ==, "holiday.patron");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/holiday/easter", test_easter_falls_where_the_tables_say);
    g_test_add_func("/holiday/published-list", test_shipped_rules_give_the_published_list);
    g_test_add_func("/holiday/validity", test_rules_hold_only_between_their_dates);
    g_test_add_func("/holiday/leap-day", test_a_leap_day_rule_sleeps_three_years);
    g_test_add_func("/holiday/legal-terms", test_legal_terms_move_for_sundays_and_national_holidays_only);
    return g_test_run();
}
