/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clock: the only source of "now" and the only code that knows time zones. Answers: "what time is it, and what is that
 * on the wall?"
 *
 * Time everywhere is TimeMs: milliseconds since 1970-01-01T00:00:00Z, an integer. Code that decides takes `now` as an
 * argument; code that runs on its own (job, serve) holds a Clock. Nothing else calls time(), gettimeofday() or
 * g_date_time_new_now(). Not for measuring durations: use clock_monotonic_us.
 *
 * Pointers: clock_system() lives for ever. A ClockManual is the caller's storage and must outlive its users.
 * A Zone is yours to free (g_time_zone_unref); time_format's result lives in the arena given.
 * Errors: zone_find gives NULL for an unknown name; time_parse_iso false for anything but the documented form.
 *
 * Invariants:
 *  1. TIME_NONE (0) means "no instant" and is never a real one: everything Filo keeps happened after 1970.
 *  2. A wall time inside the spring gap maps to the instant after the gap; one inside the autumn fold to the first.
 *
 * Example:
 *     TimeMs now = clock_now(clock);
 *     char *shown = time_format(arena, zone, now, "%d/%m/%Y %H:%M");
 */
#ifndef FILO_BASE_CLOCK_H
#define FILO_BASE_CLOCK_H

#include "base/arena.h"

#include <glib.h>
#include <stdint.h>

typedef int64_t TimeMs;
#define TIME_NONE ((TimeMs)0)
#define TIME_SECOND ((TimeMs)1000)
#define TIME_MINUTE (60 * TIME_SECOND)
#define TIME_HOUR (60 * TIME_MINUTE)
#define TIME_DAY (24 * TIME_HOUR)

typedef struct Clock Clock;
struct Clock {
    TimeMs (*now)(const Clock *clock);
};

/* A clock that stands where it is put; safe to set from one thread while others read. */
typedef struct ClockManual {
    Clock clock;
    _Atomic int64_t at;
} ClockManual;

/* The machine's clock. */
const Clock *clock_system(void);

/* Prepares caller's storage; clock_manual_set moves it. */
void clock_manual_init(ClockManual *clock, TimeMs at);
void clock_manual_set(ClockManual *clock, TimeMs at);

static inline TimeMs clock_now(const Clock *clock)
{
    return clock->now(clock);
}

/* Microseconds of a clock that never jumps: for durations and time-outs. */
int64_t clock_monotonic_us(void);

/* A day of the proleptic Gregorian calendar; month 1-12, day 1-31. */
typedef struct Date {
    int year, month, day;
} Date;

/* A wall time: a date and minutes and milliseconds within it, with the offset that was in force. */
typedef struct WallTime {
    Date date;
    int hour, minute, second, millisecond;
    int weekday;        /* 1 Monday … 7 Sunday (ISO 8601) */
    int offset_minutes; /* east of UTC */
} WallTime;

typedef GTimeZone Zone;

/* The zone of an IANA name ("Europe/Rome", "UTC"), or NULL if the system does not know it. Yours: g_time_zone_unref. */
Zone *zone_find(const char *name);

/* An instant on the zone's wall, and back (offset_minutes and weekday are not read on the way back). */
WallTime time_to_wall(Zone *zone, TimeMs at);
TimeMs time_from_wall(Zone *zone, const WallTime *wall);

/* The zone's offset east of UTC at the instant, and in *until_out the first later instant, but at most limit, at which
 * another offset holds: between the two, wall time is UTC plus that offset, and arithmetic needs no zone. limit > at. */
int64_t zone_offset_ms(Zone *zone, TimeMs at, TimeMs limit, TimeMs *until_out);

/* Midnight that opens the date in the zone (the first instant of that date). */
TimeMs time_of_date(Zone *zone, Date date);
Date date_add_days(Date date, int days);
int date_compare(Date a, Date b); /* <0, 0, >0 */
int date_weekday(Date date);      /* 1 Monday … 7 Sunday */
bool date_is_valid(Date date);

/* Days since 1970-01-01, and back. */
int64_t date_to_days(Date date);
Date date_from_days(int64_t days);

/* strftime of the instant in the zone, by GDateTime's rules; for people. */
char *time_format(Arena *arena, Zone *zone, TimeMs at, const char *format);

/* RFC 3339 in UTC with milliseconds ("2026-04-03T15:20:00.000Z"), and its strict reader: seconds and fraction (1-3
 * digits) optional, zone "Z" or ±hh:mm required. */
char *time_to_iso(Arena *arena, TimeMs at);
bool time_parse_iso(const char *text, TimeMs *at_out);

/* Sun, 22 Nov 2026 10:00:00 +0000, as RFC 5322 wants it, always in UTC. */
char *time_to_rfc5322(Arena *arena, TimeMs at);

#endif
