/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * period: the stretch of time a report is about. Answers: "from when to when, and which month was that?"
 *
 * Half-open, [from, to), in the calendar's zone: "2026-04-01" to "2026-05-01" is April. SQL knows no zone, so months
 * are cut here. Not for business time (desk/calendar/business.h).
 *
 * Pointers: the zone is borrowed and must outlive the period; months live in the arena given. Errors: period_parse_day
 * gives false for anything but YYYY-MM-DD or an RFC 3339 instant. Called by: insight, cli, web, api.
 *
 * Invariants:
 *  1. Every instant of the period is in exactly one month; the first and the last may be partial.
 *
 * Example:
 *     MonthList months = period_months(arena, &period);
 *     size_t month = month_of(&months, ticket->received);
 */
#ifndef FILO_INSIGHT_PERIOD_H
#define FILO_INSIGHT_PERIOD_H

#include "base/clock.h"

typedef struct Period {
    TimeMs from, to;
    Zone *zone;
} Period;

/* "2026-04-03": the instant that opens that date in the zone; or an instant as time_parse_iso takes it. */
bool period_parse_day(Zone *zone, const char *text, TimeMs *at_out);

typedef struct MonthList {
    Period period;
    TimeMs *starts; /* of each month that meets the period, rising; the first one may lie before period.from */
    size_t count;
} MonthList;

MonthList period_months(Arena *arena, const Period *period);

/* The place in the list of the month the instant lies in; instants outside the period count as its ends. */
size_t month_of(const MonthList *months, TimeMs at);

/* "2026-04". */
char *month_key(Arena *arena, const MonthList *months, size_t month);

#endif
