/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: hours as a person writes them ("9-13, 14:30-18"), and the rows a Calendar is made from. How: every field has one
 * reader that takes what people type and one writer of its normal form; what is stored is the normal form, and is read
 * by the same reader. Why texts and not rows: eleven fields that change together, read once a change.
 */
#include "desk/calendar/house.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "desk/setting/setting.h"

#include <string.h>

enum { CLOSURES_MAX = 60, CLOSURE_DAYS_MAX = 400, CLOSURES_CHARS = 4000 };

static const SettingKey day_keys[7] = {SETTING_CALENDAR_MONDAY,   SETTING_CALENDAR_TUESDAY, SETTING_CALENDAR_WEDNESDAY,
                                       SETTING_CALENDAR_THURSDAY, SETTING_CALENDAR_FRIDAY,  SETTING_CALENDAR_SATURDAY,
                                       SETTING_CALENDAR_SUNDAY};
static const char *const day_fields[7] = {"day1", "day2", "day3", "day4", "day5", "day6", "day7"};

HouseHours house_hours_get(StoreTx *tx, Arena *arena)
{
    HouseHours hours = {
        .zone = setting_get(tx, arena, SETTING_TIME_ZONE),
        .holidays = setting_get_int(tx, arena, SETTING_CALENDAR_HOLIDAYS) != 0,
        .patron = setting_get(tx, arena, SETTING_CALENDAR_PATRON),
        .closures = setting_get(tx, arena, SETTING_CALENDAR_CLOSURES),
        .version = setting_get_int(tx, arena, SETTING_CALENDAR_VERSION),
    };
    for (int day = 0; day < 7; day++)
        hours.days[day] = setting_get(tx, arena, day_keys[day]);
    return hours;
}

/* --- reading what people type --------------------------------------------------------------------------------------- */

static void skip_blanks(const char **at)
{
    while (g_ascii_isspace(**at))
        (*at)++;
}

/* A number of at most digits digits; -1 when there is none. */
static int take_number(const char **at, int digits)
{
    int number = 0, taken = 0;
    for (; taken < digits && g_ascii_isdigit(**at); taken++)
        number = number * 10 + *(*at)++ - '0';
    return taken > 0 && !g_ascii_isdigit(**at) ? number : -1;
}

/* "9", "9:30", "09.30" as minutes of the day; -1: no time. */
static int take_time(const char **at)
{
    skip_blanks(at);
    int hour = take_number(at, 2), minute = 0;
    if (**at == ':' || **at == '.') {
        (*at)++;
        minute = take_number(at, 2);
    }
    bool good = hour >= 0 && minute >= 0 && minute < 60 && hour * 60 + minute <= 24 * 60;
    return good ? hour * 60 + minute : -1;
}

/* A hyphen, an en dash or an em dash. */
static bool take_dash(const char **at)
{
    static const char *const dashes[] = {"-", "–", "—"};
    skip_blanks(at);
    for (size_t i = 0; i < G_N_ELEMENTS(dashes); i++)
        if (g_str_has_prefix(*at, dashes[i])) {
            *at += strlen(dashes[i]);
            return true;
        }
    return false;
}

typedef struct DayWindows {
    CalendarWindow windows[CALENDAR_WINDOWS_MAX];
    size_t count;
} DayWindows;

static bool take_window(const char **at, int weekday, CalendarWindow *window_out)
{
    int from = take_time(at);
    if (from < 0 || !take_dash(at))
        return false;
    int to = take_time(at);
    *window_out = (CalendarWindow){weekday, from, to};
    skip_blanks(at);
    return to > from && (!**at || **at == ',' || **at == ';');
}

/* The day's windows in their order; a key says why it cannot be. */
static const char *read_day(const char *text, int weekday, DayWindows *day_out)
{
    day_out->count = 0;
    for (const char *at = text; skip_blanks(&at), *at;) {
        CalendarWindow window;
        if (!take_window(&at, weekday, &window))
            return "calendar.error.hours";
        if (day_out->count == CALENDAR_WINDOWS_MAX)
            return "calendar.error.window_count";
        size_t place = day_out->count++;
        for (; place > 0 && day_out->windows[place - 1].from_minute > window.from_minute; place--)
            day_out->windows[place] = day_out->windows[place - 1];
        day_out->windows[place] = window;
        if (*at)
            at++;
    }
    return NULL;
}

static const char *window_text(Arena *arena, const CalendarWindow *window)
{
    return arena_printf(arena, "%d:%02d–%d:%02d", window->from_minute / 60, window->from_minute % 60,
                        window->to_minute / 60, window->to_minute % 60);
}

static const char *day_text(Arena *arena, const DayWindows *day)
{
    const char *text = "";
    for (size_t i = 0; i < day->count; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? ", " : "", window_text(arena, &day->windows[i]));
    return text;
}

/* "10/9/2026" or "2026-09-10". */
static bool take_date(const char **at, Date *date_out)
{
    skip_blanks(at);
    int first = take_number(at, 4);
    char separator = **at;
    if (separator != '/' && separator != '-' && separator != '.')
        return false;
    (*at)++;
    int second = take_number(at, 2);
    if (**at != separator)
        return false;
    (*at)++;
    int third = take_number(at, 4);
    *date_out = first > 31 ? (Date){first, second, third} : (Date){third, second, first};
    return date_out->year >= 1970 && date_out->year < 2200 && date_is_valid(*date_out);
}

static bool read_patron(const char *text, int *month_out, int *day_out)
{
    const char *at = text;
    skip_blanks(&at);
    *day_out = take_number(&at, 2);
    if (*at != '/' && *at != '-' && *at != '.')
        return false;
    at++;
    *month_out = take_number(&at, 2);
    skip_blanks(&at);
    return !*at && date_is_valid((Date){2024, *month_out, *day_out}); /* a leap year: 29 February may be */
}

typedef struct Closure {
    Date first, last;
    const char *name;
} Closure;

static bool read_closure(Arena *arena, const char *line, Closure *closure_out)
{
    const char *at = line;
    if (!take_date(&at, &closure_out->first))
        return false;
    closure_out->last = closure_out->first;
    if (take_dash(&at) && !take_date(&at, &closure_out->last))
        return false;
    closure_out->name = text_clean_line(arena, bytes_of(at));
    int64_t days = date_to_days(closure_out->last) - date_to_days(closure_out->first);
    return days >= 0 && days < CLOSURE_DAYS_MAX;
}

static const char *closure_text(Arena *arena, const Closure *closure)
{
    const Date *a = &closure->first, *b = &closure->last;
    const char *last = date_compare(*a, *b) == 0 ? "" : arena_printf(arena, " – %d/%d/%d", b->day, b->month, b->year);
    return arena_printf(arena, "%d/%d/%d%s%s%s", a->day, a->month, a->year, last, *closure->name ? " " : "",
                        closure->name);
}

/* --- checking ------------------------------------------------------------------------------------------------------- */

typedef struct Check {
    Arena *arena;
    InputError *wrong;
    size_t count;
} Check;

static void refuse(Check *check, const char *field, const char *key, const char *shown)
{
    if (check->count < HOUSE_FIELDS)
        check->wrong[check->count++] = (InputError){field, key, shown};
}

static void check_day(Check *check, int weekday, const char **text)
{
    DayWindows day;
    const char *typed = text_clean_line(check->arena, bytes_of(*text ? *text : ""));
    const char *why = read_day(typed, weekday, &day);
    *text = why ? typed : day_text(check->arena, &day);
    if (why)
        refuse(check, day_fields[weekday - 1], why, typed);
    for (size_t i = 1; !why && i < day.count; i++)
        if (day.windows[i - 1].to_minute > day.windows[i].from_minute) {
            refuse(check, day_fields[weekday - 1], "calendar.error.overlap",
                   arena_printf(check->arena, "%s / %s", window_text(check->arena, &day.windows[i - 1]),
                                window_text(check->arena, &day.windows[i])));
            return;
        }
}

static void check_patron(Check *check, const char **text)
{
    int month, day;
    *text = text_clean_line(check->arena, bytes_of(*text ? *text : ""));
    if (!**text)
        return;
    if (read_patron(*text, &month, &day))
        *text = arena_printf(check->arena, "%d/%d", day, month);
    else
        refuse(check, "patron", "calendar.error.patron", *text);
}

static void check_closures(Check *check, const char **text)
{
    g_auto(GStrv) lines = g_strsplit(text_clean(check->arena, bytes_of(*text ? *text : "")), "\n", -1);
    const char *normal = "";
    size_t count = 0;
    for (size_t i = 0; lines[i]; i++) {
        Closure closure;
        const char *line = text_clean_line(check->arena, bytes_of(lines[i]));
        if (!*line)
            continue;
        if (!read_closure(check->arena, line, &closure) || ++count > CLOSURES_MAX || strlen(*text) > CLOSURES_CHARS) {
            *text = text_clean(check->arena, bytes_of(*text));
            refuse(check, "closures", "calendar.error.closure", line);
            return;
        }
        normal =
            arena_printf(check->arena, "%s%s%s", normal, *normal ? "\n" : "", closure_text(check->arena, &closure));
    }
    *text = normal;
}

size_t house_hours_check(Arena *arena, HouseHours *hours, InputError wrong_out[HOUSE_FIELDS])
{
    Check check = {arena, wrong_out, 0};
    hours->zone = text_clean_line(arena, bytes_of(hours->zone ? hours->zone : ""));
    g_autoptr(GTimeZone) zone = zone_find(hours->zone);
    if (!zone)
        refuse(&check, "zone", "setting.error.zone", hours->zone);
    for (int day = 0; day < 7; day++)
        check_day(&check, day + 1, &hours->days[day]);
    check_patron(&check, &hours->patron);
    check_closures(&check, &hours->closures);
    return check.count;
}

/* --- storing -------------------------------------------------------------------------------------------------------- */

bool house_hours_set(StoreTx *tx, const HouseHours *hours, Actor by, TimeMs now, InputError *refused_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    bool kept = true;
    if (setting_get_int(tx, arena, SETTING_CALENDAR_VERSION) != hours->version) {
        *refused_out = (InputError){"version", "setting.error.stale", NULL};
        return false;
    }
    for (int day = 0; day < 7; day++)
        kept = kept && setting_set(tx, day_keys[day], hours->days[day], now, refused_out);
    kept = kept && setting_set(tx, SETTING_TIME_ZONE, hours->zone, now, refused_out) &&
           setting_set(tx, SETTING_CALENDAR_HOLIDAYS, hours->holidays ? "1" : "0", now, refused_out) &&
           setting_set(tx, SETTING_CALENDAR_PATRON, hours->patron, now, refused_out) &&
           setting_set(tx, SETTING_CALENDAR_CLOSURES, hours->closures, now, refused_out) &&
           setting_set(tx, SETTING_CALENDAR_VERSION, arena_int(arena, hours->version + 1), now, refused_out);
    if (kept)
        audit_add(tx, &(AuditEntry){now, by, "calendar.change", "setting", 0, NULL});
    return kept;
}

/* --- what it makes -------------------------------------------------------------------------------------------------- */

static void add_rule(GArray *rules, HolidayRule rule)
{
    g_array_append_val(rules, rule);
}

static void add_closures(Arena *arena, GArray *rules, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (size_t i = 0; lines[i]; i++) {
        Closure closure;
        if (!read_closure(arena, lines[i], &closure))
            continue; /* an empty line: what is stored is in normal form */
        for (Date day = closure.first; date_compare(day, closure.last) <= 0; day = date_add_days(day, 1))
            add_rule(rules, (HolidayRule){.key = closure.name,
                                          .kind = HOLIDAY_FIXED,
                                          .month = day.month,
                                          .day = day.day,
                                          .valid_from = day,
                                          .valid_to = day,
                                          .source = ""});
    }
}

HolidayRules house_holidays(Arena *arena, const HouseHours *hours)
{
    g_autoptr(GArray) rules = g_array_new(FALSE, FALSE, sizeof(HolidayRule));
    HolidayRules italy = holiday_italy();
    int month, day;
    for (size_t i = 0; hours->holidays && i < italy.count; i++)
        add_rule(rules, italy.rows[i]);
    if (*hours->patron && read_patron(hours->patron, &month, &day))
        add_rule(rules, holiday_patron("holiday.patron", month, day));
    add_closures(arena, rules, hours->closures);
    HolidayRule *rows = ARENA_ARRAY(arena, HolidayRule, rules->len);
    for (guint i = 0; i < rules->len; i++)
        rows[i] = g_array_index(rules, HolidayRule, i);
    return (HolidayRules){rows, rules->len};
}

Calendar *house_calendar(Arena *arena, const HouseHours *hours, Zone *zone)
{
    CalendarWindow windows[7 * CALENDAR_WINDOWS_MAX];
    size_t count = 0;
    for (int weekday = 1; weekday <= 7; weekday++) {
        DayWindows day;
        if (read_day(hours->days[weekday - 1], weekday, &day))
            continue; /* never of checked hours */
        for (size_t i = 0; i < day.count; i++)
            windows[count++] = day.windows[i];
    }
    InputError impossible;
    return calendar_new(&(CalendarSpec){zone, false, windows, count, house_holidays(arena, hours)}, &impossible);
}

/* Days that follow each other with the same hours are said together. */
const char *house_hours_words(Arena *arena, Lang lang, const HouseHours *hours)
{
    g_auto(GStrv) names = g_strsplit(msg(lang, MSG_DATE_WEEKDAYS_SHORT), " ", 7);
    const char *words = "";
    for (int day = 0; day < 7;) {
        int last = day;
        while (last + 1 < 7 && strcmp(hours->days[last + 1], hours->days[day]) == 0)
            last++;
        if (*hours->days[day])
            words = arena_printf(arena, "%s%s%s%s%s %s", words, *words ? "; " : "", names[day], last > day ? "–" : "",
                                 last > day ? names[last] : "", hours->days[day]);
        day = last + 1;
    }
    return words;
}
