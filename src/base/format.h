/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * format: numbers, money, dates and spans as people write them. Answers: "how do I show this figure?"
 *
 * Italian "1.250,00 €", "ven 3 apr, 17:20"; English "€1,250.00", "Fri 3 Apr, 17:20". Not for machines: JSON, CSV and
 * headers use plain numbers and time_to_iso. The words (days, months, units) come from the catalogue.
 *
 * Pointers: every result lives in the arena given. Errors: none. Called by: web, insight, cli, channel.
 *
 * Invariants:
 *  1. A negative figure starts with U+2212 (−), which lines up with digits and is read as "minus".
 *  2. Nothing is rounded but by format_decimal and format_span: cents and minutes are shown as they are.
 *
 * Example:
 *     row->due = format_due(arena, lang, zone, ticket->due_at, now);
 */
#ifndef FILO_BASE_FORMAT_H
#define FILO_BASE_FORMAT_H

#include "base/catalogue_keys.h"
#include "base/clock.h"

/* 2340 → "2.340" / "2,340". */
char *format_number(Arena *arena, Lang lang, int64_t number);

/* The same into the caller's buffer, for writers that have no arena; the result points into buffer. */
#define FORMAT_NUMBER_SIZE 32
const char *format_number_in(char buffer[FORMAT_NUMBER_SIZE], Lang lang, int64_t number);

/* 61.5, 1 digit → "61,5" / "61.5"; half away from zero. digits 0-6. */
char *format_decimal(Arena *arena, Lang lang, double number, int digits);

/* 125000 cents → "1.250,00 €" / "€1,250.00". */
char *format_money(Arena *arena, Lang lang, int64_t cents);

/* 0.62, 0 digits → "62 %" / "62%". */
char *format_percent(Arena *arena, Lang lang, double share, int digits);

/* "ven 3 apr, 17:20" / "Fri 3 Apr, 17:20"; another year than now's is added: "ven 3 apr 2026, 17:20". TIME_NONE → "". */
char *format_moment(Arena *arena, Lang lang, Zone *zone, TimeMs at, TimeMs now);

/* The same, shortest: "oggi, 17:20", "domani, 9:00", within six days "ven 17:20", else as format_moment. */
char *format_due(Arena *arena, Lang lang, Zone *zone, TimeMs at, TimeMs now);

/* "3 aprile 2026" / "3 April 2026". */
char *format_date(Arena *arena, Lang lang, Date date);

/* "9:05": hours and minutes of the wall. */
char *format_hour(Arena *arena, Zone *zone, TimeMs at);

/* A span in its largest whole unit: "25 minuti", "2 ore", "3 giorni" (from 48 hours). Negative counts as 0. */
char *format_span(Arena *arena, Lang lang, int64_t span_ms);

/* Worked minutes: "45 min", "1 h 24 min", "2 h". */
char *format_minutes(Arena *arena, Lang lang, int64_t minutes);

#endif
