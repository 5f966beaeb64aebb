/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * house: the hours this company keeps, as one form. Answers: "when are we open?", and makes the calendar that deadlines
 * and reports count with.
 *
 * A view on the settings calendar.* (desk/setting/setting.h) that change together, with one version. Not for working
 * time itself (business.h) nor for who is on duty. Owns no table. Called by: desk (the policy), web (settings, first
 * start).
 *
 * Pointers: texts live in the arena given. Errors: house_hours_check refuses field by field ("zone", "day1" Monday …
 * "day7", "patron", "closures"); house_hours_set refuses with setting.error.stale. Audit: calendar.change.
 *
 * Invariants:
 *  1. What is stored has passed house_hours_check, and makes a calendar.
 *  2. A stale write changes nothing.
 *
 * Example:
 *     HouseHours hours = house_hours_get(tx, arena);
 *     Calendar *calendar = house_calendar(arena, &hours, zone);
 */
#ifndef FILO_DESK_CALENDAR_HOUSE_H
#define FILO_DESK_CALENDAR_HOUSE_H

#include "base/catalogue.h"
#include "base/error.h"
#include "desk/audit/actor.h"
#include "desk/calendar/business.h"
#include "store/store.h"

#define HOUSE_FIELDS 12

typedef struct HouseHours {
    const char *zone;     /* IANA name */
    const char *days[7];  /* Monday first: "9:00–13:00, 14:00–18:00"; "" closed */
    bool holidays;        /* the national ones */
    const char *patron;   /* "10/9": day and month; "" none */
    const char *closures; /* a line each: "24/12/2026 – 31/12/2026 ferie" */
    int64_t version;
} HouseHours;

HouseHours house_hours_get(StoreTx *tx, Arena *arena);

/* Brings what was typed to its normal form in place; gives how many fields are wrong, and says which and what. */
size_t house_hours_check(Arena *arena, HouseHours *hours, InputError wrong_out[HOUSE_FIELDS]);

/* The work of one write: stores checked hours that were read at hours->version. */
bool house_hours_set(StoreTx *tx, const HouseHours *hours, Actor by, TimeMs now, InputError *refused_out);

/* The calendar of checked hours, yours to free; and the rules of its closed days, which live in the arena. */
Calendar *house_calendar(Arena *arena, const HouseHours *hours, Zone *zone);
HolidayRules house_holidays(Arena *arena, const HouseHours *hours);

/* "lun–ven 9:00–13:00, 14:00–18:00"; "" when never open. */
const char *house_hours_words(Arena *arena, Lang lang, const HouseHours *hours);

#endif
