/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * time_pattern: instants as other programs write them. Answers: "which instant is this text, by the pattern and the zone
 * the map names?"
 *
 * A pattern is text with %Y (four digits), %m %d %H %M %S (two digits, or one where no digit follows), %f (a fraction of
 * 1-9 digits), %z (Z, ±hh:mm, ±hhmm or ±hh) and %%; everything else stands for itself. "iso" is %Y-%m-%dT%H:%M:%S with a
 * space allowed for the T, an optional fraction and %z. Nothing is guessed: what does not match to its last byte is
 * refused, and so is a day that the calendar lacks.
 *
 * Pure. Pointers: a TimePattern borrows its text and zone. Errors: false, and *reason_out (static text) says why.
 * Called by: desk/import.
 *
 * Invariants:
 *  1. A wall time without %z is read in the zone by base/clock.h's rules: in the spring gap the instant after it, in
 *     the autumn fold the first.
 *  2. An instant at or before 1970-01-01T00:00:00Z, or after the year 9999, is refused.
 *
 * Example:
 *     TimePattern pattern;
 *     time_pattern_init(&pattern, "%d/%m/%Y %H:%M", rome, &reason) && time_pattern_read(&pattern, cell, &at, &reason)
 */
#ifndef FILO_DESK_IMPORT_TIME_PATTERN_H
#define FILO_DESK_IMPORT_TIME_PATTERN_H

#include "base/clock.h"

typedef struct TimePattern {
    const char *text;
    Zone *zone;    /* NULL when the text itself says it */
    bool has_zone; /* the text says it */
} TimePattern;

/* zone NULL: none was named. A pattern with a zone and one without are both refused: two truths, or none. */
bool time_pattern_init(TimePattern *pattern, const char *text, Zone *zone, const char **reason_out);

bool time_pattern_read(const TimePattern *pattern, const char *text, TimeMs *at_out, const char **reason_out);

#endif
