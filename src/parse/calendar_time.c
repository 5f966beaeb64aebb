/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * RFC 5545 3.3.4-3.3.6 and 3.6.5. A wall's time is compared with the onsets of its zone's observances as the walls of the
 * sender's zone showed them; a rule gives one onset a year, and only this year's and last year's can be the latest one.
 */
#include "parse/calendar_int.h"
#include "parse/message_int.h"

#include <string.h>

#define ZONE_NAME_MAX 1000
#define MOMENT_MAX INT64_C(253402300799000) /* 9999-12-31T23:59:59Z */

/* count digits at *at as a number; false when they are not all there. */
static bool read_number(const char **at, int count, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++, (*at)++) {
        if (!g_ascii_isdigit(**at))
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool read_date(const char **at, Date *out)
{
    return read_number(at, 4, &out->year) && read_number(at, 2, &out->month) && read_number(at, 2, &out->day) &&
           date_is_valid(*out);
}

/* "T100000"; a leap second is the one before it. */
static bool read_time(const char **at, int64_t *ms_out)
{
    int hour, minute, second;
    if (*(*at)++ != 'T' || !read_number(at, 2, &hour) || !read_number(at, 2, &minute) || !read_number(at, 2, &second) ||
        hour > 23 || minute > 59 || second > 60)
        return false;
    *ms_out = hour * TIME_HOUR + minute * TIME_MINUTE + MIN(second, 59) * TIME_SECOND;
    return true;
}

/* A wall's time of any year; false when it is none. */
static bool read_wall(const char *value, TimeMs *wall_out, bool *is_day_out, bool *is_utc_out)
{
    const char *at = value + strspn(value, " ");
    Date date;
    int64_t of_day = 0;
    if (!read_date(&at, &date))
        return false;
    *is_day_out = *at != 'T';
    if (!*is_day_out && !read_time(&at, &of_day))
        return false;
    *is_utc_out = *at == 'Z';
    *wall_out = date_to_days(date) * TIME_DAY + of_day;
    return !at[*is_utc_out] || at[*is_utc_out] == ' ' || at[*is_utc_out] == ',';
}

CalendarMoment calendar_moment(Arena *arena, const CalendarLine *line)
{
    CalendarMoment moment = {0};
    if (!read_wall(line->value, &moment.wall, &moment.is_day, &moment.is_utc) || moment.wall <= 0 ||
        moment.wall > MOMENT_MAX)
        return (CalendarMoment){0};
    g_autofree char *zone = calendar_parameter(line, "TZID");
    moment.is_there = true;
    moment.zone = zone && *zone ? arena_strdup(arena, zone) : NULL;
    return moment;
}

bool calendar_duration(const char *value, int64_t *ms_out)
{
    static const struct {
        char letter;
        bool of_time;
        int64_t ms;
    } units[] = {{'W', false, 7 * TIME_DAY}, {'D', false, TIME_DAY}, {'H', true, TIME_HOUR}, {'M', true, TIME_MINUTE},
                 {'S', true, TIME_SECOND}};
    bool negative = *value == '-', in_time = false, any = false;
    int64_t sum = 0;
    value += *value == '-' || *value == '+';
    if (*value++ != 'P')
        return false;
    for (size_t unit = 0; *value; unit++) {
        if (*value == 'T' && !in_time) {
            in_time = true;
            value++;
        }
        size_t digits = strspn(value, "0123456789");
        if (!digits || digits > 6)
            return false;
        for (; unit < G_N_ELEMENTS(units) && (units[unit].letter != value[digits] || units[unit].of_time != in_time);)
            unit++;
        if (unit == G_N_ELEMENTS(units))
            return false;
        sum += g_ascii_strtoll(value, NULL, 10) * units[unit].ms;
        value += digits + 1;
        any = true;
    }
    *ms_out = negative ? -sum : sum;
    return any;
}

/* ---- zones ---- */

/* "+0100", "-043000". */
static bool read_offset(const char *value, int64_t *ms_out)
{
    const char *at = value + 1;
    int hour, minute, second = 0;
    if ((*value != '+' && *value != '-') || !read_number(&at, 2, &hour) || !read_number(&at, 2, &minute) ||
        (*at && !read_number(&at, 2, &second)) || hour > 23 || minute > 59 || second > 59)
        return false;
    int64_t ms = hour * TIME_HOUR + minute * TIME_MINUTE + second * TIME_SECOND;
    *ms_out = *value == '-' ? -ms : ms;
    return true;
}

static int weekday_of(const char *text)
{
    static const char *const names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};
    for (int i = 0; i < 7; i++)
        if (!g_ascii_strcasecmp(text, names[i]))
            return i + 1;
    return 0;
}

/* "-1SU", "2SU", "SU". */
static bool read_weekday(const char *value, CalendarRule *rule)
{
    size_t sign = strspn(value, "+-0123456789");
    rule->nth = sign ? (int)CLAMP(g_ascii_strtoll(value, NULL, 10), -6, 6) : 0;
    rule->weekday = weekday_of(value + sign);
    return rule->weekday && rule->nth >= -5 && rule->nth <= 5;
}

/* The smallest of "8,9,10,11,12,13,14" when they are seven in a row: "the first Sunday from the 8th on". */
static bool read_month_days(const char *value, CalendarRule *rule)
{
    g_auto(GStrv) days = g_strsplit(value, ",", 32);
    for (guint i = 0; days[i]; i++) {
        int day = (int)CLAMP(g_ascii_strtoll(days[i], NULL, 10), -99, 99);
        if (day < 1 || day > 31 || (i && day != rule->day_from + (int)i))
            return false;
        if (!i)
            rule->day_from = day;
    }
    return rule->day_from > 0;
}

static bool read_rule_part(const char *name, const char *value, CalendarRule *rule)
{
    bool is_day, is_utc;
    if (!g_ascii_strcasecmp(name, "FREQ"))
        return !g_ascii_strcasecmp(value, "YEARLY");
    if (!g_ascii_strcasecmp(name, "INTERVAL"))
        return !strcmp(value, "1");
    if (!g_ascii_strcasecmp(name, "WKST"))
        return true;
    if (!g_ascii_strcasecmp(name, "BYDAY"))
        return read_weekday(value, rule);
    if (!g_ascii_strcasecmp(name, "BYMONTHDAY"))
        return read_month_days(value, rule);
    if (!g_ascii_strcasecmp(name, "UNTIL"))
        return read_wall(value, &rule->until, &is_day, &is_utc);
    if (g_ascii_strcasecmp(name, "BYMONTH") != 0)
        return false;
    rule->month = (int)CLAMP(g_ascii_strtoll(value, NULL, 10), 0, 99);
    return rule->month >= 1 && rule->month <= 12 && !strchr(value, ',');
}

static bool read_rule(const char *value, CalendarRule *rule)
{
    g_auto(GStrv) parts = g_strsplit(value, ";", 20);
    bool followable = *parts != NULL;
    for (char **part = parts; *part && followable; part++) {
        char *equals = strchr(*part, '=');
        if (!equals)
            return false;
        *equals = '\0';
        followable = read_rule_part(*part, equals + 1, rule);
    }
    rule->yearly = true;
    return followable && (!rule->weekday || rule->nth || rule->day_from);
}

void calendar_rule_read(Arena *arena, const CalendarLine *line, CalendarRule *rule)
{
    (void)arena;
    bool is_day, is_utc, fine = true;
    if (!strcmp(line->name, "DTSTART"))
        fine = read_wall(line->value, &rule->start, &is_day, &is_utc);
    else if (!strcmp(line->name, "TZOFFSETFROM"))
        fine = read_offset(line->value, &rule->from_ms);
    else if (!strcmp(line->name, "TZOFFSETTO"))
        fine = read_offset(line->value, &rule->to_ms);
    else if (!strcmp(line->name, "RRULE"))
        fine = read_rule(line->value, rule);
    else if (!strcmp(line->name, "RDATE") || !strcmp(line->name, "EXDATE") || !strcmp(line->name, "EXRULE"))
        fine = false;
    rule->followable = rule->followable && fine;
}

static int month_days(int year, int month)
{
    Date next = month == 12 ? (Date){year + 1, 1, 1} : (Date){year, month + 1, 1};
    return (int)(date_to_days(next) - date_to_days((Date){year, month, 1}));
}

/* The rule's day in that year as days since 1970. */
static int64_t rule_day(const CalendarRule *rule, int year)
{
    Date start = date_from_days((rule->start - (rule->start % TIME_DAY + TIME_DAY) % TIME_DAY) / TIME_DAY);
    int month = rule->month ? rule->month : start.month, length = month_days(year, month);
    int64_t first = date_to_days((Date){year, month, 1});
    if (!rule->weekday)
        return first + MIN(rule->day_from ? rule->day_from : start.day, length) - 1;
    if (rule->nth < 0) {
        int64_t last = first + length - 1;
        int back = (date_weekday(date_from_days(last)) - rule->weekday + 7) % 7;
        return last - back + 7 * (rule->nth + 1);
    }
    int64_t from = first + (rule->day_from ? rule->day_from : 1) - 1;
    int forward = (rule->weekday - date_weekday(date_from_days(from)) + 7) % 7;
    return from + forward + 7 * (MAX(rule->nth, 1) - 1);
}

/* The latest onset at or before the wall's time; INT64_MIN when there is none. */
static TimeMs rule_onset(const CalendarRule *rule, TimeMs wall)
{
    if (!rule->yearly)
        return rule->start <= wall ? rule->start : INT64_MIN;
    TimeMs of_day = (rule->start % TIME_DAY + TIME_DAY) % TIME_DAY, best = INT64_MIN;
    TimeMs last = MIN(wall, rule->until == INT64_MAX ? wall : rule->until + rule->from_ms);
    int year = date_from_days(last / TIME_DAY).year;
    for (int back = 0; back < 2; back++) {
        TimeMs onset = rule_day(rule, year - back) * TIME_DAY + of_day;
        if (onset <= last && onset >= rule->start)
            best = MAX(best, onset);
    }
    return best;
}

/* The offset on the wall's time in the zone; false when its rules are not there or cannot be followed. */
static bool zone_offset(const char *zone, TimeMs wall, const GArray *rules, int64_t *offset_out)
{
    const CalendarRule *latest = NULL, *earliest = NULL;
    TimeMs latest_onset = INT64_MIN;
    for (guint i = 0; i < rules->len; i++) {
        const CalendarRule *rule = &g_array_index(rules, CalendarRule, i);
        if (strcmp(rule->zone, zone) != 0)
            continue;
        if (!rule->followable)
            return false;
        TimeMs onset = rule_onset(rule, wall);
        if (onset > latest_onset) {
            latest = rule;
            latest_onset = onset;
        }
        if (!earliest || rule->start < earliest->start)
            earliest = rule;
    }
    if (!earliest)
        return false;
    /* In the hour that a change leaves out, the offset before it holds (3.3.5). */
    bool before = !latest || wall < latest_onset + (latest->to_ms - latest->from_ms);
    *offset_out = before ? (latest ? latest : earliest)->from_ms : latest->to_ms;
    return true;
}

static ParsedTime instant(TimeMs at)
{
    return at > 0 && at <= MOMENT_MAX ? (ParsedTime){PARSE_WHEN_INSTANT, at, ""} : (ParsedTime){.zone = ""};
}

ParsedTime calendar_resolve(Arena *arena, const CalendarMoment *moment, const GArray *rules)
{
    int64_t offset;
    if (!moment->is_there)
        return (ParsedTime){.zone = ""};
    if (moment->is_day)
        return (ParsedTime){PARSE_WHEN_DAY, moment->wall, ""};
    if (moment->is_utc)
        return instant(moment->wall);
    if (!moment->zone)
        return (ParsedTime){PARSE_WHEN_FLOATING, moment->wall, ""};
    if (zone_offset(moment->zone, moment->wall, rules, &offset))
        return instant(moment->wall - offset);
    return (ParsedTime){PARSE_WHEN_ZONE, moment->wall, line_keep(arena, moment->zone, ZONE_NAME_MAX)};
}
