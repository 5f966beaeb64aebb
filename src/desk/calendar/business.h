/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * business: working time. Answers: "how much of this stretch was open?", "when is it due?", "is it open now?"
 *
 * A Calendar is one frozen version of a service calendar: windows per weekday, holidays, a zone. Open is any instant
 * whose wall time lies in a window of its own date, unless that date is a holiday. A shift over midnight is two
 * windows, each judged on its own date. In the repeated hour of autumn both hours count; the skipped one of spring does
 * not exist. Not for who is on duty (rota) and not for storing calendars. To move a ticket to another calendar: keep
 * what elapsed, and ask the new one for business_due(now, target - elapsed). Thirty quiet minutes after a resume are a
 * business_due too.
 *
 * Pure: no table or clock; time zones through base/clock.h. A Calendar is immutable, may be read by many threads and
 * borrows nothing. Errors: InputError from calendar_new (windows as typed).
 * Called by: ticket deadlines, reports, settings pages.
 *
 * Sources: domain.md section 3 (business time) and 2.6 (due, zero target, cap, Easter Sunday, repeated hour).
 *
 * Invariants:
 *  1. All is integer milliseconds; business_elapsed(a,b) + business_elapsed(b,c) = business_elapsed(a,c).
 *  2. business_due is the earliest instant at which the elapsed time equals the target; a pause that starts there
 *     changes nothing. Done at or before it is met.
 *  3. No answer is negative; an end before its start is an empty stretch.
 *  4. Instants outside 1970-2199 count as the nearest end of that range.
 *  5. An answer costs a few binary searches, whatever the length of the stretch; making a calendar costs milliseconds,
 *     so it is made once for each version and kept.
 *
 * Example:
 *     g_autoptr(Calendar) calendar = calendar_new(&spec, &refused);
 *     TimeMs due = business_due(calendar, received, 480 * TIME_MINUTE, pauses, pause_count);
 */
#ifndef FILO_DESK_CALENDAR_BUSINESS_H
#define FILO_DESK_CALENDAR_BUSINESS_H

#include "base/error.h"
#include "desk/calendar/holiday.h"

/* Windows of one weekday; more than any shop writes on its door. */
#define CALENDAR_WINDOWS_MAX 8

typedef struct CalendarWindow {
    int weekday;     /* 1 Monday … 7 Sunday */
    int from_minute; /* of the day, 0-1439 */
    int to_minute;   /* past from_minute, at most 1440; not included */
} CalendarWindow;

typedef struct CalendarSpec {
    Zone *zone;                    /* read during calendar_new only */
    bool all_hours;                /* every hour of every day; windows are not read, holidays are */
    const CalendarWindow *windows; /* any order; read during calendar_new only */
    size_t window_count;
    HolidayRules holidays; /* no rows: a calendar that does not observe holidays */
} CalendarSpec;

typedef struct Calendar Calendar;

/* A calendar of the spec, yours to free; NULL and *error_out for windows that cannot be: "calendar.error.window_range"
 * (also one past midnight), "calendar.error.window_overlap", "calendar.error.window_count". */
Calendar *calendar_new(const CalendarSpec *spec, InputError *error_out);
void calendar_free(Calendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Calendar, calendar_free)

/* A stretch in which a clock stands still: [from, until). */
typedef struct BusinessPause {
    TimeMs from;
    TimeMs until; /* TIME_NONE: not over yet; only the last may be */
} BusinessPause;

bool business_is_open(const Calendar *calendar, TimeMs at);

/* Open milliseconds of [from, to). */
int64_t business_elapsed(const Calendar *calendar, TimeMs from, TimeMs to);

/* The same without the pauses, which are ordered by from and may overlap. */
int64_t business_elapsed_running(const Calendar *calendar, TimeMs from, TimeMs to, const BusinessPause *pauses,
                                 size_t pause_count);

/* The earliest instant at which target_ms open milliseconds have run since start, pauses left out. A target of 0 is due
 * at the first open instant, at or after start, at which the clock runs or stops. TIME_NONE: never, as things stand
 * (the calendar never opens, the last pause is not over, or it lies past 2199). target_ms >= 0; "no target" is the
 * caller's. */
TimeMs business_due(const Calendar *calendar, TimeMs start, int64_t target_ms, const BusinessPause *pauses,
                    size_t pause_count);

/* Cuts the pauses, in place, so that together they hold at most cap_ms open milliseconds: past the cap the clock runs
 * again even while waiting. Pauses after that become empty. They must not overlap. */
void business_cap_pauses(const Calendar *calendar, BusinessPause *pauses, size_t pause_count, int64_t cap_ms);

#endif
