/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/format.h"

#include "base/catalogue.h"
#include "base/check.h"

#include <math.h>
#include <string.h>

#define MINUS "−"

typedef struct NumberStyle {
    char group, point;
} NumberStyle;

static const NumberStyle styles[LANG_COUNT] = {[LANG_IT] = {'.', ','}, [LANG_EN] = {',', '.'}};

/* Digits of a magnitude with a separator every three, at the end of buffer; 26 bytes and a sign of 3 are the longest. */
static char *group_digits(uint64_t number, char separator, char buffer[FORMAT_NUMBER_SIZE])
{
    char *at = buffer + FORMAT_NUMBER_SIZE - 1;
    *at = '\0';
    for (int digits = 0; digits == 0 || number > 0; digits++, number /= 10) {
        if (digits && digits % 3 == 0)
            *--at = separator;
        *--at = (char)('0' + number % 10);
    }
    return at;
}

static uint64_t magnitude(int64_t number)
{
    return number < 0 ? -(uint64_t)number : (uint64_t)number;
}

const char *format_number_in(char buffer[FORMAT_NUMBER_SIZE], Lang lang, int64_t number)
{
    char *digits = group_digits(magnitude(number), styles[lang].group, buffer);
    return number < 0 ? memcpy(digits - strlen(MINUS), MINUS, strlen(MINUS)) : digits;
}

char *format_number(Arena *arena, Lang lang, int64_t number)
{
    char buffer[FORMAT_NUMBER_SIZE];
    return arena_strdup(arena, format_number_in(buffer, lang, number));
}

char *format_decimal(Arena *arena, Lang lang, double number, int digits)
{
    static const double powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    check(digits >= 0 && digits < (int)G_N_ELEMENTS(powers));
    if (!isfinite(number) || fabs(number) > 1e12)
        return arena_strdup(arena, "–");
    uint64_t scaled = (uint64_t)llround(fabs(number) * powers[digits]);
    uint64_t unit = (uint64_t)powers[digits];
    char buffer[FORMAT_NUMBER_SIZE];
    const char *whole = group_digits(scaled / unit, styles[lang].group, buffer);
    const char *sign = number < 0 && scaled ? MINUS : "";
    if (!digits)
        return arena_printf(arena, "%s%s", sign, whole);
    return arena_printf(arena, "%s%s%c%0*u", sign, whole, styles[lang].point, digits, (unsigned)(scaled % unit));
}

char *format_money(Arena *arena, Lang lang, int64_t cents)
{
    char buffer[FORMAT_NUMBER_SIZE];
    const NumberStyle *style = &styles[lang];
    const char *whole = group_digits(magnitude(cents) / 100, style->group, buffer);
    unsigned rest = (unsigned)(magnitude(cents) % 100);
    bool first = lang == LANG_EN;
    return arena_printf(arena, "%s%s%s%c%02u%s", cents < 0 ? MINUS : "", first ? "€" : "", whole, style->point, rest,
                        first ? "" : " €");
}

char *format_percent(Arena *arena, Lang lang, double share, int digits)
{
    return arena_printf(arena, "%s%s", format_decimal(arena, lang, share * 100, digits), lang == LANG_EN ? "%" : " %");
}

/* A short text being put together: lists of moments are long enough for formats to be felt. */
typedef struct Line {
    char text[160];
    size_t length;
} Line;

static void line_put(Line *line, const char *text, size_t length)
{
    check(length < sizeof line->text - line->length);
    memcpy(line->text + line->length, text, length);
    line->length += length;
}

static void line_text(Line *line, const char *text)
{
    line_put(line, text, strlen(text));
}

/* The number with at least so many digits; number >= 0. */
static void line_number(Line *line, int number, int digits)
{
    char backwards[12];
    size_t count = 0;
    for (; number > 0 || digits > 0; number /= 10, digits--)
        backwards[sizeof backwards - ++count] = (char)('0' + number % 10);
    line_put(line, backwards + sizeof backwards - count, count);
}

/* The nth (from 1) of the words a catalogue text lists. */
static void line_word(Line *line, const char *words, int nth)
{
    for (; nth > 1; nth--) {
        words = strchr(words, ' ');
        check(words);
        words++;
    }
    line_put(line, words, strcspn(words, " "));
}

static void line_hour(Line *line, const WallTime *wall)
{
    line_number(line, wall->hour, 1);
    line_text(line, ":");
    line_number(line, wall->minute, 2);
}

static char *line_keep(Arena *arena, const Line *line)
{
    return arena_strndup(arena, line->text, line->length);
}

char *format_hour(Arena *arena, Zone *zone, TimeMs at)
{
    Line line = {.length = 0};
    WallTime wall = time_to_wall(zone, at);
    line_hour(&line, &wall);
    return line_keep(arena, &line);
}

char *format_moment(Arena *arena, Lang lang, Zone *zone, TimeMs at, TimeMs now)
{
    if (at == TIME_NONE)
        return arena_strdup(arena, "");
    Line line = {.length = 0};
    WallTime wall = time_to_wall(zone, at);
    line_word(&line, msg(lang, MSG_DATE_WEEKDAYS_SHORT), wall.weekday);
    line_text(&line, " ");
    line_number(&line, wall.date.day, 1);
    line_text(&line, " ");
    line_word(&line, msg(lang, MSG_DATE_MONTHS_SHORT), wall.date.month);
    if (wall.date.year != time_to_wall(zone, now).date.year) {
        line_text(&line, " ");
        line_number(&line, wall.date.year, 1);
    }
    line_text(&line, ", ");
    line_hour(&line, &wall);
    return line_keep(arena, &line);
}

static char *weekday_and_hour(Arena *arena, Lang lang, const WallTime *wall)
{
    Line line = {.length = 0};
    line_word(&line, msg(lang, MSG_DATE_WEEKDAYS_SHORT), wall->weekday);
    line_text(&line, " ");
    line_hour(&line, wall);
    return line_keep(arena, &line);
}

char *format_due(Arena *arena, Lang lang, Zone *zone, TimeMs at, TimeMs now)
{
    if (at == TIME_NONE)
        return arena_strdup(arena, "");
    WallTime wall = time_to_wall(zone, at);
    Date today = time_to_wall(zone, now).date;
    const char *hour = format_hour(arena, zone, at);
    if (date_compare(wall.date, today) == 0)
        return msg_fill(arena, lang, MSG_DATE_TODAY_AT, "hour", hour, NULL);
    if (date_compare(wall.date, date_add_days(today, 1)) == 0)
        return msg_fill(arena, lang, MSG_DATE_TOMORROW_AT, "hour", hour, NULL);
    if (date_compare(wall.date, today) > 0 && date_compare(wall.date, date_add_days(today, 6)) <= 0)
        return weekday_and_hour(arena, lang, &wall);
    return format_moment(arena, lang, zone, at, now);
}

char *format_date(Arena *arena, Lang lang, Date date)
{
    Line line = {.length = 0};
    line_number(&line, date.day, 1);
    line_text(&line, " ");
    line_word(&line, msg(lang, MSG_DATE_MONTHS), date.month);
    line_text(&line, " ");
    line_number(&line, date.year, 1);
    return line_keep(arena, &line);
}

char *format_span(Arena *arena, Lang lang, int64_t span_ms)
{
    int64_t span = MAX(span_ms, 0);
    if (span < TIME_HOUR)
        return msg_fill_count(arena, lang, MSG_SPAN_MINUTES, span / TIME_MINUTE, NULL);
    if (span < 2 * TIME_DAY)
        return msg_fill_count(arena, lang, MSG_SPAN_HOURS, span / TIME_HOUR, NULL);
    return msg_fill_count(arena, lang, MSG_SPAN_DAYS, span / TIME_DAY, NULL);
}

char *format_minutes(Arena *arena, Lang lang, int64_t minutes)
{
    const char *rest = format_number(arena, lang, minutes % 60);
    if (minutes < 60)
        return arena_printf(arena, "%s min", rest);
    const char *hours = format_number(arena, lang, minutes / 60);
    return minutes % 60 ? arena_printf(arena, "%s h %s min", hours, rest) : arena_printf(arena, "%s h", hours);
}
