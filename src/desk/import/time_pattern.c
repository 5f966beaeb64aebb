/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/import/time_pattern.h"

#include <string.h>

static const char *const wrong_form = "the time is not written as the map's format says";

/* What was read so far, and where reading stands. */
typedef struct Reading {
    const char *at;
    WallTime wall;
    bool has_offset;
} Reading;

/* --------------------------------------------------------------------------------------------------------- fields */

static bool read_digits(Reading *reading, int least, int most, int *value_out)
{
    int count = 0;
    *value_out = 0;
    while (count < most && g_ascii_isdigit(reading->at[count]))
        *value_out = *value_out * 10 + (reading->at[count++] - '0');
    reading->at += count;
    return count >= least;
}

/* Milliseconds; further digits are read and dropped. */
static bool read_fraction(Reading *reading)
{
    int scale = 100, count = 0;
    for (; count < 9 && g_ascii_isdigit(reading->at[count]); count++, scale /= 10)
        reading->wall.millisecond += (reading->at[count] - '0') * scale;
    reading->at += count;
    return count > 0;
}

static bool read_offset(Reading *reading)
{
    int hours = 0, minutes = 0;
    char sign = *reading->at;
    reading->has_offset = true;
    if (sign == '\0')
        return false;
    reading->at++;
    if (sign == 'Z')
        return true;
    if ((sign != '+' && sign != '-') || !read_digits(reading, 2, 2, &hours))
        return false;
    bool colon = *reading->at == ':';
    reading->at += colon;
    if ((colon || g_ascii_isdigit(*reading->at)) && !read_digits(reading, 2, 2, &minutes))
        return false;
    reading->wall.offset_minutes = (hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return hours <= 15 && minutes <= 59;
}

static bool read_field(Reading *reading, char field)
{
    WallTime *wall = &reading->wall;
    switch (field) {
    case 'Y':
        return read_digits(reading, 4, 4, &wall->date.year);
    case 'm':
        return read_digits(reading, 1, 2, &wall->date.month);
    case 'd':
        return read_digits(reading, 1, 2, &wall->date.day);
    case 'H':
        return read_digits(reading, 1, 2, &wall->hour);
    case 'M':
        return read_digits(reading, 1, 2, &wall->minute);
    case 'S':
        return read_digits(reading, 1, 2, &wall->second);
    case 'f':
        return read_fraction(reading);
    case 'z':
        return read_offset(reading);
    case '%':
        return *reading->at++ == '%';
    default:
        return false;
    }
}

/* --------------------------------------------------------------------------------------------------------- pattern */

static bool read_by(Reading *reading, const char *pattern)
{
    for (const char *p = pattern; *p; p++) {
        if (*p == '%') {
            if (!read_field(reading, *++p))
                return false;
        } else if (*reading->at != *p) {
            return false;
        } else {
            reading->at++;
        }
    }
    return true;
}

static bool read_iso(Reading *reading)
{
    if (!read_by(reading, "%Y-%m-%d") || (*reading->at != 'T' && *reading->at != ' '))
        return false;
    reading->at++;
    if (!read_by(reading, "%H:%M:%S"))
        return false;
    if (*reading->at == '.') {
        reading->at++;
        if (!read_fraction(reading))
            return false;
    }
    return read_offset(reading);
}

static bool wall_is_valid(const WallTime *wall)
{
    return date_is_valid(wall->date) && wall->hour <= 23 && wall->minute <= 59 && wall->second <= 59;
}

static TimeMs instant_of(const TimePattern *pattern, const WallTime *wall)
{
    if (!pattern->has_zone)
        return time_from_wall(pattern->zone, wall);
    TimeMs of_day =
        wall->hour * TIME_HOUR + wall->minute * TIME_MINUTE + wall->second * TIME_SECOND + wall->millisecond;
    return date_to_days(wall->date) * TIME_DAY + of_day - wall->offset_minutes * TIME_MINUTE;
}

bool time_pattern_read(const TimePattern *pattern, const char *text, TimeMs *at_out, const char **reason_out)
{
    Reading reading = {.at = text, .wall = {.date = {1, 1, 1}}};
    bool iso = strcmp(pattern->text, "iso") == 0;
    *reason_out = wrong_form;
    if (!(iso ? read_iso(&reading) : read_by(&reading, pattern->text)) || *reading.at)
        return false;
    *reason_out = "there is no such day or hour";
    if (!wall_is_valid(&reading.wall))
        return false;
    *at_out = instant_of(pattern, &reading.wall);
    *reason_out = "a time before 1970 or after 9999 cannot be kept";
    return *at_out > TIME_NONE;
}

static bool fields_are_known(const char *text, bool *has_zone_out, bool *has_date_out)
{
    unsigned seen = 0;
    static const char letters[] = "YmdHMSfz%";
    for (const char *p = text; *p; p++) {
        if (*p != '%')
            continue;
        const char *letter = p[1] ? strchr(letters, *++p) : NULL;
        if (!letter || (*letter != '%' && seen >> (letter - letters) & 1))
            return false;
        seen |= 1U << (letter - letters);
    }
    *has_zone_out = seen >> 7 & 1;
    *has_date_out = (seen & 7) == 7;
    return true;
}

bool time_pattern_init(TimePattern *pattern, const char *text, Zone *zone, const char **reason_out)
{
    bool has_zone = true, has_date = true;
    *pattern = (TimePattern){.text = text, .zone = zone};
    *reason_out = "format knows %Y %m %d %H %M %S %f %z %%, each once, or the word iso";
    if (strcmp(text, "iso") != 0 && !fields_are_known(text, &has_zone, &has_date))
        return false;
    pattern->has_zone = has_zone;
    *reason_out = "format needs %Y, %m and %d";
    if (!has_date)
        return false;
    *reason_out = has_zone ? "the format reads the zone from each time (iso or %z): leave zone out"
                           : "the times name no zone: say zone = Europe/Rome, or whichever they were written in";
    return has_zone == (zone == NULL);
}
