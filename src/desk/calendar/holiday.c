/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/calendar/holiday.h"

/* {0}: no bound on that side. */
static const HolidayRule italy[] = {
    {"holiday.new_year", HOLIDAY_FIXED, 1, 1, 0, true, {0}, {0}, "L. 260/1949 art. 2"},
    {"holiday.epiphany", HOLIDAY_FIXED, 1, 6, 0, true, {1949, 6, 1}, {1977, 3, 7}, "L. 260/1949 art. 2"},
    {"holiday.epiphany", HOLIDAY_FIXED, 1, 6, 0, true, {1986, 1, 1}, {0}, "D.P.R. 792/1985"},
    {"holiday.unity_2011", HOLIDAY_FIXED, 3, 17, 0, true, {2011, 3, 17}, {2011, 3, 17}, "D.L. 5/2011"},
    {"holiday.easter_sunday", HOLIDAY_EASTER, 0, 0, 0, true, {0}, {0}, "L. 260/1949 art. 2 (domenica)"},
    {"holiday.easter_monday", HOLIDAY_EASTER, 0, 0, 1, true, {0}, {0}, "L. 260/1949 art. 2"},
    {"holiday.liberation", HOLIDAY_FIXED, 4, 25, 0, true, {0}, {0}, "L. 260/1949 art. 2"},
    {"holiday.labour", HOLIDAY_FIXED, 5, 1, 0, true, {0}, {0}, "L. 260/1949 art. 2"},
    {"holiday.republic", HOLIDAY_FIXED, 6, 2, 0, true, {1949, 6, 1}, {1977, 3, 7}, "L. 260/1949 art. 1"},
    {"holiday.republic", HOLIDAY_FIXED, 6, 2, 0, true, {2001, 1, 1}, {0}, "L. 336/2000"},
    {"holiday.assumption", HOLIDAY_FIXED, 8, 15, 0, true, {0}, {0}, "L. 260/1949 art. 2"},
    {"holiday.saint_francis", HOLIDAY_FIXED, 10, 4, 0, true, {2026, 1, 1}, {0}, "L. 151/2025"},
    {"holiday.all_saints", HOLIDAY_FIXED, 11, 1, 0, true, {0}, {0}, "L. 260/1949 art. 2"},
    {"holiday.immaculate", HOLIDAY_FIXED, 12, 8, 0, true, {0}, {0}, "L. 260/1949 art. 2"},
    {"holiday.christmas", HOLIDAY_FIXED, 12, 25, 0, true, {0}, {0}, "L. 260/1949 art. 2"},
    {"holiday.saint_stephen", HOLIDAY_FIXED, 12, 26, 0, true, {0}, {0}, "L. 260/1949 art. 2"},
};

HolidayRules holiday_italy(void)
{
    return (HolidayRules){italy, G_N_ELEMENTS(italy)};
}

HolidayRule holiday_patron(const char *key, int month, int day)
{
    return (HolidayRule){.key = key, .kind = HOLIDAY_FIXED, .month = month, .day = day, .source = "patrono"};
}

Date holiday_easter(int year)
{
    int golden = year % 19, century = year / 100, in_century = year % 100;
    int moon_shift = (century - (century + 8) / 25 + 1) / 3;
    int epact = (19 * golden + century - century / 4 - moon_shift + 15) % 30;
    int weekday = (32 + 2 * (century % 4) + 2 * (in_century / 4) - epact - in_century % 4) % 7;
    int correction = (golden + 11 * epact + 22 * weekday) / 451;
    int march_day = epact + weekday - 7 * correction + 114;
    return (Date){year, march_day / 31, march_day % 31 + 1};
}

static bool rule_holds_on(const HolidayRule *rule, Date date)
{
    return (!rule->valid_from.year || date_compare(date, rule->valid_from) >= 0) &&
           (!rule->valid_to.year || date_compare(date, rule->valid_to) <= 0);
}

bool holiday_rule_date(const HolidayRule *rule, int year, Date *date_out)
{
    *date_out = (Date){year, rule->month, rule->day};
    if (rule->kind == HOLIDAY_EASTER)
        *date_out = date_add_days(holiday_easter(year), rule->easter_days);
    return date_is_valid(*date_out) && rule_holds_on(rule, *date_out);
}

const HolidayRule *holiday_find(const HolidayRules *rules, Date date)
{
    for (size_t i = 0; i < rules->count; i++) {
        Date found;
        if (holiday_rule_date(&rules->rows[i], date.year, &found) && date_compare(found, date) == 0)
            return &rules->rows[i];
    }
    return NULL;
}

static bool is_legal_holiday(const HolidayRules *rules, Date date)
{
    if (date_weekday(date) == 7)
        return true;
    for (size_t i = 0; i < rules->count; i++) {
        Date found;
        if (rules->rows[i].national && holiday_rule_date(&rules->rows[i], date.year, &found) &&
            date_compare(found, date) == 0)
            return true;
    }
    return false;
}

Date holiday_legal_end(const HolidayRules *rules, Date end)
{
    /* Rows are data: never trust them to leave a day free. */
    for (int moved = 0; moved < 366 && is_legal_holiday(rules, end); moved++)
        end = date_add_days(end, 1);
    return end;
}
