/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * holiday: which dates are holidays, by dated rules. Answers: "is this date a holiday, and by which law?"
 *
 * A holiday is a row: a day of the year, or a distance from Easter Sunday, with the dates between which it holds and
 * the act it comes from. A law that adds or moves a holiday adds rows; no C changes. A company's own closing day is a
 * row with valid_from = valid_to. Not for working hours (business.h) and not for regional or school calendars.
 *
 * Pure: no table, clock or file. Rules are the caller's and must outlive the HolidayRules that names them; those of
 * holiday_italy() live for ever. Errors: none. Called by: business.h, warranty terms, settings pages.
 *
 * Sources of the shipped rows: L. 260/1949 art. 2, L. 54/1977 art. 1 (took away Epiphany and 2 June), D.P.R. 792/1985
 * (Epiphany back), L. 336/2000 (2 June back from 2001), D.L. 5/2011 (17 March 2011 only), L. 151/2025 (4 October from
 * 2026). Easter: the Gregorian computus in the arrangement of J. Meeus, "Astronomical Algorithms" (1991), chapter 8.
 *
 * Invariants:
 *  1. A rule gives at most one date in a year, and that date lies in [valid_from, valid_to].
 *  2. The shipped rows give every national holiday from 1987 on; Easter Sunday is among them.
 *  3. A patron saint's day is a holiday for calendars, never for legal terms.
 *
 * Example:
 *     HolidayRules italy = holiday_italy();
 *     const HolidayRule *rule = holiday_find(&italy, (Date){2026, 10, 4});
 *     if (rule) show(rule->key, rule->source);
 */
#ifndef FILO_DESK_CALENDAR_HOLIDAY_H
#define FILO_DESK_CALENDAR_HOLIDAY_H

#include "base/clock.h"

typedef enum HolidayKind {
    HOLIDAY_FIXED, /* the same month and day every year; 29 February only in leap years */
    HOLIDAY_EASTER /* days after Easter Sunday (negative: before) */
} HolidayKind;

typedef struct HolidayRule {
    const char *key; /* catalogue key of its name */
    HolidayKind kind;
    int month, day;     /* HOLIDAY_FIXED */
    int easter_days;    /* HOLIDAY_EASTER */
    bool national;      /* moves legal terms too (art. 2963 c.c.); false: patron saint, the company's own days */
    Date valid_from;    /* first date it may fall on; year 0: always */
    Date valid_to;      /* last date it may fall on; year 0: open */
    const char *source; /* the act, as a person would cite it */
} HolidayRule;

typedef struct HolidayRules {
    const HolidayRule *rows;
    size_t count;
} HolidayRules;

/* The Italian national holidays. */
HolidayRules holiday_italy(void);

/* The rule of a patron saint's day, kept every year. */
HolidayRule holiday_patron(const char *key, int month, int day);

/* Easter Sunday of a Gregorian year (1583 and later). */
Date holiday_easter(int year);

/* The rule's date in the year; false if it does not hold then. */
bool holiday_rule_date(const HolidayRule *rule, int year, Date *date_out);

/* The first rule that makes the date a holiday, borrowed from rules, or NULL. */
const HolidayRule *holiday_find(const HolidayRules *rules, Date date);

/* Where a legal term that ends on the date really ends: art. 2963 c. 3 c.c. moves an end on a holiday (a Sunday or a
 * national holiday, by L. 260/1949 art. 2) to the next day that is neither. Saturdays and patron saints move nothing.
 * Only for terms for an act (notice, action); a window in which a defect must appear never moves. */
Date holiday_legal_end(const HolidayRules *rules, Date end);

#endif
