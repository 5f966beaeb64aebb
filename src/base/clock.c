/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static TimeMs system_now(const Clock *clock)
{
    (void)clock;
    return g_get_real_time() / 1000;
}

const Clock *clock_system(void)
{
    static const Clock system_clock = {system_now};
    return &system_clock;
}

static TimeMs manual_now(const Clock *clock)
{
    return atomic_load(&((const ClockManual *)clock)->at);
}

void clock_manual_init(ClockManual *clock, TimeMs at)
{
    clock->clock.now = manual_now;
    atomic_init(&clock->at, at);
}

void clock_manual_set(ClockManual *clock, TimeMs at)
{
    atomic_store(&clock->at, at);
}

int64_t clock_monotonic_us(void)
{
    return g_get_monotonic_time();
}

Zone *zone_find(const char *name)
{
    return name && *name ? g_time_zone_new_identifier(name) : NULL;
}

/* Floor division: instants before 1970 still fall in the right second. */
static int64_t floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0);
}

/* Days from 1970-01-01 of a proleptic Gregorian date (the era method: a March year makes leap days come last). */
int64_t date_to_days(Date date)
{
    int64_t year = date.month <= 2 ? (int64_t)date.year - 1 : date.year;
    int64_t era = floor_div(year, 400);
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

Date date_from_days(int64_t days)
{
    days += 719468;
    int64_t era = floor_div(days, 146097);
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;
    int month = (int)(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
    return (Date){(int)(year_of_era + era * 400 + (month <= 2)), month,
                  (int)(day_of_year - (153 * shifted_month + 2) / 5 + 1)};
}

static int64_t offset_ms_at(Zone *zone, TimeMs at)
{
    gint interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, floor_div(at, 1000));
    return (int64_t)g_time_zone_get_offset(zone, interval) * 1000;
}

int64_t zone_offset_ms(Zone *zone, TimeMs at, TimeMs limit, TimeMs *until_out)
{
    /* Steps never leap over a whole interval: the shortest in the tz database (Ramadan in Morocco) lasts a month. */
    const int64_t step = 14 * TIME_DAY / TIME_SECOND;
    int64_t offset = offset_ms_at(zone, at), end = floor_div(limit - 1, 1000) + 1;
    int64_t same = floor_div(at, 1000), other = MIN(same + step, end);
    *until_out = limit;
    while (offset_ms_at(zone, other * 1000) == offset) {
        if (other == end)
            return offset;
        same = other;
        other = MIN(other + step, end);
    }
    while (other - same > 1) {
        int64_t middle = same + (other - same) / 2;
        if (offset_ms_at(zone, middle * 1000) == offset)
            same = middle;
        else
            other = middle;
    }
    *until_out = MIN(other * 1000, limit);
    return offset;
}

/* --- what a thread remembers --------------------------------------------------------------------------------------- */

/* A page asks for a dozen instants of one zone, a report for a hundred thousand. Of each fortnight one was asked for, the
 * offset at its start and the one change it may hold are kept; zone_offset_ms says why there is no second. */
enum { FORTNIGHTS = 64 };
static const int64_t FORTNIGHT = 14 * TIME_DAY;

typedef struct Fortnight {
    bool known;
    int64_t number;
    TimeMs change; /* or its end */
    int64_t before_ms, after_ms;
} Fortnight;

typedef struct ZoneMemory {
    Zone *zone; /* held, so that no other zone can take its address */
    Fortnight places[FORTNIGHTS];
} ZoneMemory;

static void zone_memory_free(void *pointer)
{
    ZoneMemory *memory = pointer;
    g_time_zone_unref(memory->zone);
    g_free(memory);
}

static ZoneMemory *zone_memory_of(Zone *zone)
{
    static GPrivate own = G_PRIVATE_INIT(zone_memory_free);
    ZoneMemory *memory = g_private_get(&own);
    if (!memory || memory->zone != zone) {
        memory = g_new0(ZoneMemory, 1);
        memory->zone = g_time_zone_ref(zone);
        g_private_replace(&own, memory);
    }
    return memory;
}

static int64_t offset_ms_remembered(Zone *zone, TimeMs at)
{
    int64_t number = floor_div(at, FORTNIGHT);
    Fortnight *place = &zone_memory_of(zone)->places[(uint64_t)number % FORTNIGHTS];
    if (!place->known || place->number != number) {
        TimeMs begins = number * FORTNIGHT, ends = begins + FORTNIGHT;
        *place = (Fortnight){.known = true, .number = number};
        place->before_ms = zone_offset_ms(zone, begins, ends, &place->change);
        place->after_ms = offset_ms_at(zone, place->change);
    }
    return at < place->change ? place->before_ms : place->after_ms;
}

WallTime time_to_wall(Zone *zone, TimeMs at)
{
    int64_t offset = offset_ms_remembered(zone, at);
    int64_t days = floor_div(at + offset, TIME_DAY);
    int64_t of_day = at + offset - days * TIME_DAY;
    Date date = date_from_days(days);
    return (WallTime){
        .date = date,
        .hour = (int)(of_day / TIME_HOUR),
        .minute = (int)(of_day / TIME_MINUTE % 60),
        .second = (int)(of_day / TIME_SECOND % 60),
        .millisecond = (int)(of_day % TIME_SECOND),
        .weekday = date_weekday(date),
        .offset_minutes = (int)(offset / TIME_MINUTE),
    };
}

TimeMs time_from_wall(Zone *zone, const WallTime *wall)
{
    TimeMs as_if_utc = date_to_days(wall->date) * TIME_DAY + wall->hour * TIME_HOUR + wall->minute * TIME_MINUTE +
                       wall->second * TIME_SECOND + wall->millisecond;
    int64_t before = offset_ms_at(zone, as_if_utc - TIME_DAY);
    int64_t after = offset_ms_at(zone, as_if_utc + TIME_DAY);
    /* In the fold both are right and the earlier instant has the larger offset; in the gap neither is, and the offset
     * before the change carries the wall time past the gap by its length. */
    TimeMs with_before = as_if_utc - before;
    if (offset_ms_at(zone, with_before) == before)
        return with_before;
    TimeMs with_after = as_if_utc - after;
    return offset_ms_at(zone, with_after) == after ? with_after : with_before;
}

TimeMs time_of_date(Zone *zone, Date date)
{
    return time_from_wall(zone, &(WallTime){.date = date});
}

Date date_add_days(Date date, int days)
{
    return date_from_days(date_to_days(date) + days);
}

int date_compare(Date a, Date b)
{
    int64_t difference = date_to_days(a) - date_to_days(b);
    return (difference > 0) - (difference < 0);
}

int date_weekday(Date date)
{
    int64_t days = date_to_days(date) + 3; /* 1970-01-01 was a Thursday */
    return (int)(days - floor_div(days, 7) * 7) + 1;
}

bool date_is_valid(Date date)
{
    return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date_compare(date_from_days(date_to_days(date)), date) == 0 &&
           date_from_days(date_to_days(date)).month == date.month;
}

char *time_format(Arena *arena, Zone *zone, TimeMs at, const char *format)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(floor_div(at, 1000));
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
    g_autofree char *text = g_date_time_format(local, format);
    return arena_strdup(arena, text ? text : "");
}

char *time_to_iso(Arena *arena, TimeMs at)
{
    Date date = date_from_days(floor_div(at, TIME_DAY));
    int64_t rest = at - floor_div(at, TIME_DAY) * TIME_DAY;
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", date.year, date.month, date.day,
                        (int)(rest / TIME_HOUR), (int)(rest / TIME_MINUTE % 60), (int)(rest / TIME_SECOND % 60),
                        (int)(rest % 1000));
}

static bool read_digits(const char **text, int count, int *value_out)
{
    int value = 0;
    for (int i = 0; i < count; i++, (*text)++) {
        if (!g_ascii_isdigit(**text))
            return false;
        value = value * 10 + (**text - '0');
    }
    *value_out = value;
    return true;
}

static bool read_char(const char **text, char wanted)
{
    if (**text != wanted)
        return false;
    (*text)++;
    return true;
}

static bool read_fraction(const char **text, int *millisecond_out)
{
    int digits = 0, value = 0;
    for (; g_ascii_isdigit(**text) && digits < 3; digits++, (*text)++)
        value = value * 10 + (**text - '0');
    for (int i = digits; i < 3; i++)
        value *= 10;
    *millisecond_out = value;
    return digits > 0;
}

static bool read_offset(const char **text, int *minutes_out)
{
    if (read_char(text, 'Z')) {
        *minutes_out = 0;
        return true;
    }
    int sign = **text == '-' ? -1 : 1, hours, minutes;
    if (!(read_char(text, '+') || read_char(text, '-')))
        return false;
    if (!read_digits(text, 2, &hours) || !read_char(text, ':') || !read_digits(text, 2, &minutes) || hours > 23 ||
        minutes > 59)
        return false;
    *minutes_out = sign * (hours * 60 + minutes);
    return true;
}

bool time_parse_iso(const char *text, TimeMs *at_out)
{
    WallTime wall = {0};
    int offset;
    if (!read_digits(&text, 4, &wall.date.year) || !read_char(&text, '-') || !read_digits(&text, 2, &wall.date.month) ||
        !read_char(&text, '-') || !read_digits(&text, 2, &wall.date.day))
        return false;
    if (!(read_char(&text, 'T') || read_char(&text, ' ')))
        return false;
    if (!read_digits(&text, 2, &wall.hour) || !read_char(&text, ':') || !read_digits(&text, 2, &wall.minute))
        return false;
    if (read_char(&text, ':') && !read_digits(&text, 2, &wall.second))
        return false;
    if (read_char(&text, '.') && !read_fraction(&text, &wall.millisecond))
        return false;
    if (!read_offset(&text, &offset) || *text)
        return false;
    if (!date_is_valid(wall.date) || wall.hour > 23 || wall.minute > 59 || wall.second > 59)
        return false;
    *at_out = date_to_days(wall.date) * TIME_DAY + wall.hour * TIME_HOUR + wall.minute * TIME_MINUTE +
              wall.second * TIME_SECOND + wall.millisecond - offset * TIME_MINUTE;
    return true;
}

char *time_to_rfc5322(Arena *arena, TimeMs at)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    Date date = date_from_days(floor_div(at, TIME_DAY));
    int64_t rest = at - floor_div(at, TIME_DAY) * TIME_DAY;
    return arena_printf(arena, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[date_weekday(date) - 1], date.day,
                        months[date.month - 1], date.year, (int)(rest / TIME_HOUR), (int)(rest / TIME_MINUTE % 60),
                        (int)(rest / TIME_SECOND % 60));
}
