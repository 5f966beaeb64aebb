/* SPDX-License-Identifier: EUPL-1.2 */
#include "insight/period.h"

#include "base/check.h"

#include <string.h>

static bool digits_at(const char *text, size_t from, size_t count, int *number_out)
{
    *number_out = 0;
    for (size_t i = from; i < from + count; i++) {
        if (!g_ascii_isdigit(text[i]))
            return false;
        *number_out = *number_out * 10 + (text[i] - '0');
    }
    return true;
}

bool period_parse_day(Zone *zone, const char *text, TimeMs *at_out)
{
    Date date;
    if (strlen(text) != strlen("2026-04-03"))
        return time_parse_iso(text, at_out);
    if (!digits_at(text, 0, 4, &date.year) || text[4] != '-' || !digits_at(text, 5, 2, &date.month) || text[7] != '-' ||
        !digits_at(text, 8, 2, &date.day) || !date_is_valid(date))
        return false;
    *at_out = time_of_date(zone, date);
    return true;
}

static Date month_after(Date month)
{
    return month.month == 12 ? (Date){month.year + 1, 1, 1} : (Date){month.year, month.month + 1, 1};
}

MonthList period_months(Arena *arena, const Period *period)
{
    check(period->from < period->to);
    Date month = time_to_wall(period->zone, period->from).date;
    Date last = time_to_wall(period->zone, period->to - 1).date;
    month.day = 1;
    MonthList months = {.period = *period};
    months.starts = ARENA_ARRAY(arena, TimeMs, (size_t)((last.year - month.year) * 12 + last.month - month.month + 1));
    for (; date_compare(month, last) <= 0; month = month_after(month))
        months.starts[months.count++] = time_of_date(period->zone, month);
    return months;
}

size_t month_of(const MonthList *months, TimeMs at)
{
    size_t low = 0, high = months->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(months->starts[middle] <= at ? &low : &high) = middle;
    }
    return low;
}

char *month_key(Arena *arena, const MonthList *months, size_t month)
{
    return time_format(arena, months->period.zone, months->starts[month], "%Y-%m");
}
