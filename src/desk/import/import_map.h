/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * import_map: what the columns and values of another program's log mean here. Answers: "which column is the case, how
 * are times written, which activity is which state, what is kept?"
 *
 * A small text file of sections and `key = value` lines (docs/import.md has them all). It is the operator's, so it is
 * trusted not to be hostile but not to be right: a key that does not exist, one said twice, an unknown state, zone or
 * format is refused with its line. Not for the data itself (event_log.h).
 * Tables: none. Called by: cli import.
 *
 * Pointers: an ImportMap is yours (import_map_free) and owns all its texts. Errors: FILO_ERROR_USAGE with "map, line N".
 *
 * Invariants:
 *  1. case, time and activity are there, and the format and zone agree (time_pattern.h).
 *  2. An activity stands at most once.
 *
 * Example:
 *     g_autoptr(ImportMap) map = import_map_parse(text, &error);
 *     ImportMeaning meaning = import_map_meaning(map, "Accepted", "In Progress");
 */
#ifndef FILO_DESK_IMPORT_IMPORT_MAP_H
#define FILO_DESK_IMPORT_IMPORT_MAP_H

#include "base/error.h"
#include "desk/import/time_pattern.h"
#include "ticket_kind_enum.h"
#include "ticket_state_enum.h"

/* The columns a map can name; the first three must be. */
typedef enum MapColumn {
    COLUMN_CASE,
    COLUMN_TIME,
    COLUMN_ACTIVITY,
    COLUMN_LIFECYCLE, /* the activity's second half */
    COLUMN_TEAM,
    COLUMN_RESOURCE, /* who did it: kept beside the event, never in it */
    COLUMN_PRODUCT,
    COLUMN_SUBJECT,
    MAP_COLUMN_COUNT
} MapColumn;

typedef struct ImportMap {
    char *texts[MAP_COLUMN_COUNT]; /* NULL: not named */
    char *source;                  /* which system the cases come from; NULL: the file's name */
    char *zone_name, *format;
    char delimiter;     /* of CSV */
    bool may_lack_end;  /* the last line may have no line end */
    TicketKind kind;    /* of the tickets */
    GPtrArray *keep;    /* char *: columns kept as attributes */
    GHashTable *events; /* "Accepted/In Progress" → TicketState + 1, or MEANS_NOTE */
    Zone *zone;
    TimePattern times;
} ImportMap;

ImportMap *import_map_parse(const char *text, GError **error);
void import_map_free(ImportMap *map);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportMap, import_map_free)

/* What an activity means: a state, or a note because the map says so or because it does not know it. */
typedef struct ImportMeaning {
    bool known;
    bool has_state;
    TicketState state;
} ImportMeaning;

/* lifecycle NULL or "": the activity alone. */
ImportMeaning import_map_meaning(const ImportMap *map, const char *activity, const char *lifecycle);

#endif
