/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/calendar: the appointments in a text/calendar part (RFC 5545, 5546). Answers: "what are we invited to, when
 * really, and what do they answer?"
 *
 * Reads what people must see of a VEVENT and nothing else. A time in a named zone becomes an instant by the rules the
 * message brings (VTIMEZONE), and by no others: a sealed worker has no zone database, and a zone of that name may mean
 * something else to the sender. Rules we cannot follow leave the time as written, with the zone's name.
 *
 * Called by: message.c in the worker. Tables: none. Errors: none: what cannot be read is absent.
 * Pointers: everything is in the arena. Runs in a sealed worker, but for its tests and the fuzzer.
 *
 * Invariants:
 *  1. Linear in the text; components nested deeper than CALENDAR_DEPTH_MAX, lines longer than CALENDAR_LINE_MAX and more
 *     of anything than the limits are left out.
 *  2. The same appointment is not given twice (a part and a file often hold the same).
 */
#ifndef FILO_PARSE_CALENDAR_INT_H
#define FILO_PARSE_CALENDAR_INT_H

#include "parse/mail.h"

#define CALENDAR_DEPTH_MAX 8
#define CALENDAR_LINE_MAX ((size_t)64 << 10) /* bytes kept of one unfolded line */
#define CALENDAR_ATTENDEES_MAX 50            /* shown by name */
#define CALENDAR_ZONES_MAX 20
#define CALENDAR_RULES_MAX 200 /* onsets of all zones together */

/* Appends to appointments (of ParsedAppointment). text is UTF-8 without NUL. */
void calendar_read(Arena *arena, const char *text, GArray *appointments);

/* ---- one content line (calendar_line.c) ---- */

/* NAME;PARAMETER=value;…:value, unfolded; the pointers live until the next line is read. */
typedef struct CalendarLine {
    const char *name;       /* upper case */
    const char *parameters; /* ";TZID=Europe/Rome", or "" */
    const char *value;
} CalendarLine;

typedef struct CalendarReader {
    const char *rest; /* not read yet */
    GString *line;    /* the caller's */
    char name[64];    /* longer names mean nothing to us */
} CalendarReader;

/* The next line that has the form of one; false at the end. */
bool calendar_next(CalendarReader *reader, CalendarLine *line_out);

/* A parameter's first value without quotes, RFC 6868 undone; NULL when it is not there. Yours. */
char *calendar_parameter(const CalendarLine *line, const char *name);

/* A TEXT value with its escapes undone (RFC 5545 3.3.11), in the arena. */
char *calendar_text(Arena *arena, const char *value);

/* ---- times (calendar_time.c) ---- */

/* A time as written. */
typedef struct CalendarMoment {
    bool is_there, is_day, is_utc;
    TimeMs wall;      /* as if in UTC */
    const char *zone; /* TZID as the sender has it, whatever that is: to compare, not to hand on; or NULL */
} CalendarMoment;

/* "20260303", "20260303T100000", "20260303T090000Z"; is_there false for anything else. */
CalendarMoment calendar_moment(Arena *arena, const CalendarLine *line);

/* "PT1H30M", "P1W", "-P1D" in milliseconds; false for anything else. */
bool calendar_duration(const char *value, int64_t *ms_out);

/* An observance of a zone: from each of its onsets on, another offset holds. */
typedef struct CalendarRule {
    const char *zone;
    TimeMs start;           /* DTSTART: the wall's before the change */
    int64_t from_ms, to_ms; /* offsets */
    bool yearly, followable;
    int month, weekday, nth; /* of RRULE: the nth weekday (1 Monday; negative: from the end); weekday 0: start's day */
    int day_from;            /* the first such weekday at or after this day of the month; 0: by nth */
    TimeMs until;            /* UTC; INT64_MAX */
} CalendarRule;

/* Reads a property of an observance into *rule. */
void calendar_rule_read(Arena *arena, const CalendarLine *line, CalendarRule *rule);

/* What the moment is, by the rules (of CalendarRule) of its zone. */
ParsedTime calendar_resolve(Arena *arena, const CalendarMoment *moment, const GArray *rules);

#endif
