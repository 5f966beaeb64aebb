/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/format.h"

/* The forms are those of the interface brief; figures by hand. */

static void test_money(void)
{
    static const struct {
        int64_t cents;
        const char *it, *en;
    } cases[] = {
        {125000, "1.250,00 €", "€1,250.00"},
        {-56192, "−561,92 €", "−€561.92"},
        {0, "0,00 €", "€0.00"},
        {7, "0,07 €", "€0.07"},
        {123456789012, "1.234.567.890,12 €", "€1,234,567,890.12"},
        {INT64_MIN, "−92.233.720.368.547.758,08 €", "−€92,233,720,368,547,758.08"},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpstr(format_money(arena, LANG_IT, cases[i].cents), ==, cases[i].it);
        g_assert_cmpstr(format_money(arena, LANG_EN, cases[i].cents), ==, cases[i].en);
    }
}

static void test_numbers(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(format_number(arena, LANG_IT, 2340), ==, "2.340");
    g_assert_cmpstr(format_number(arena, LANG_EN, -999), ==, "−999");
    g_assert_cmpstr(format_number(arena, LANG_EN, INT64_MIN), ==, "−9,223,372,036,854,775,808");
    g_assert_cmpstr(format_decimal(arena, LANG_IT, 61.46, 1), ==, "61,5");
    g_assert_cmpstr(format_decimal(arena, LANG_IT, 1234.05, 2), ==, "1.234,05");
    g_assert_cmpstr(format_decimal(arena, LANG_EN, -0.04, 1), ==, "0.0");
    g_assert_cmpstr(format_decimal(arena, LANG_EN, -2.5, 0), ==, "−3");
    g_assert_cmpstr(format_decimal(arena, LANG_EN, 1.0 / 0.0, 0), ==, "–");
    g_assert_cmpstr(format_percent(arena, LANG_IT, 61.0 / 98, 0), ==, "62 %");
    g_assert_cmpstr(format_percent(arena, LANG_EN, 0.62, 0), ==, "62%");
}

static void test_moments(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Zone *rome = zone_find("Europe/Rome");
    TimeMs at = 1775229600000; /* date -d '2026-04-03 17:20 CEST' +%s */
    g_assert_cmpstr(format_moment(arena, LANG_IT, rome, at, at), ==, "ven 3 apr, 17:20");
    g_assert_cmpstr(format_moment(arena, LANG_EN, rome, at, at), ==, "Fri 3 Apr, 17:20");
    g_assert_cmpstr(format_moment(arena, LANG_IT, rome, at, at + 365 * TIME_DAY), ==, "ven 3 apr 2026, 17:20");
    g_assert_cmpstr(format_moment(arena, LANG_IT, rome, TIME_NONE, at), ==, "");
    g_assert_cmpstr(format_due(arena, LANG_IT, rome, at, at - TIME_HOUR), ==, "oggi, 17:20");
    g_assert_cmpstr(format_due(arena, LANG_IT, rome, at, at - TIME_DAY), ==, "domani, 17:20");
    g_assert_cmpstr(format_due(arena, LANG_EN, rome, at, at - 6 * TIME_DAY), ==, "Fri 17:20");
    g_assert_cmpstr(format_due(arena, LANG_EN, rome, at, at - 7 * TIME_DAY), ==, "Fri 3 Apr, 17:20");
    g_assert_cmpstr(format_due(arena, LANG_EN, rome, at, at + 2 * TIME_DAY), ==, "Fri 3 Apr, 17:20");
    g_assert_cmpstr(format_hour(arena, rome, at - 8 * TIME_HOUR - 15 * TIME_MINUTE), ==, "9:05");
    g_assert_cmpstr(format_date(arena, LANG_IT, (Date){2026, 9, 10}), ==, "10 settembre 2026");
    g_assert_cmpstr(format_date(arena, LANG_EN, (Date){2026, 12, 1}), ==, "1 December 2026");
    g_time_zone_unref(rome);
}

static void test_spans(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(format_span(arena, LANG_IT, 25 * TIME_MINUTE), ==, "25 minuti");
    g_assert_cmpstr(format_span(arena, LANG_IT, TIME_MINUTE), ==, "1 minuto");
    g_assert_cmpstr(format_span(arena, LANG_EN, 2 * TIME_HOUR + 59 * TIME_MINUTE), ==, "2 hours");
    g_assert_cmpstr(format_span(arena, LANG_IT, 47 * TIME_HOUR), ==, "47 ore");
    g_assert_cmpstr(format_span(arena, LANG_IT, 3 * TIME_DAY), ==, "3 giorni");
    g_assert_cmpstr(format_span(arena, LANG_EN, -TIME_DAY), ==, "0 minutes");
    g_assert_cmpstr(format_minutes(arena, LANG_IT, 45), ==, "45 min");
    g_assert_cmpstr(format_minutes(arena, LANG_IT, 84), ==, "1 h 24 min");
    g_assert_cmpstr(format_minutes(arena, LANG_IT, 120), ==, "2 h");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/format/money", test_money);
    g_test_add_func("/format/numbers", test_numbers);
    g_test_add_func("/format/moments", test_moments);
    g_test_add_func("/format/spans", test_spans);
    return g_test_run();
}
