/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * wall_field: the value of a datetime-local field. Answers: "which instant did they mean?", on the house's wall.
 *
 * Not for API times (those carry their zone: base/clock.h). Pure; owns nothing. Called by: web pages with such a field.
 * Pointers: borrowed for the call. Errors: TIME_NONE for what no such field sends.
 *
 * Invariants:
 *  1. wall_field_parse(wall_field_text(at)) is at, to the minute, but in the hour the autumn repeats.
 */
#ifndef FILO_WEB_WALL_FIELD_H
#define FILO_WEB_WALL_FIELD_H

#include "base/clock.h"

/* "2026-04-03T17:20" */
char *wall_field_text(Arena *arena, Zone *zone, TimeMs at);
TimeMs wall_field_parse(Arena *arena, Zone *zone, const char *text);

#endif
