/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * event_log: a log of another system, CSV or XES, as checked rows. Answers: "what happened to which case when, by this
 * map, and which lines cannot be used?"
 *
 * Reads the whole file once, in pieces, and gives each usable row to the caller; a line that is not usable is added to
 * the refusals and reading goes on, so that one run names them all. What makes the rest unreadable (a quotation never
 * closed, a file cut off, a column named twice or missing) ends it with an error that names the line. CSV or XES is seen
 * from the first byte. Not for storing (import.h).
 * Tables: none. Called by: cli import.
 *
 * A row's payload: {"activity","lifecycle","team","resource","product","subject","state","kind","attributes":{…}}; what
 * the log does not say is left out, and so is state for a note. A row's identity is the SHA-256 of case, instant,
 * activity, lifecycle, team and resource as written: the map's other columns may change without doubling history.
 *
 * Pointers: a row and its texts live until the callback returns. EventLogFacts are yours: event_log_facts_clear.
 * Errors: those of import_file.h, parse/csv.h and parse/xes.h, and the callback's.
 *
 * Invariants:
 *  1. Rows come in the file's order.
 *  2. Memory does not grow with the file.
 *
 * Example:
 *     EventLogFacts facts = event_log_facts_new();
 *     bool read = event_log_read(path, map, &facts, (EventLogTake){take_row, tick, &import}, &error);
 */
#ifndef FILO_DESK_IMPORT_EVENT_LOG_H
#define FILO_DESK_IMPORT_EVENT_LOG_H

#include "desk/import/import.h"
#include "desk/import/import_file.h"
#include "desk/import/import_map.h"

/* What was seen on the way: an import says what it read. */
typedef struct EventLogFacts {
    int64_t rows; /* usable or not */
    TimeMs first_at, last_at;
    GHashTable *unknown; /* activity the map does not know → times seen; at most UNKNOWN_KEPT of them */
    Refusals refusals;
} EventLogFacts;

enum { UNKNOWN_KEPT = 100 };

EventLogFacts event_log_facts_new(void);
void event_log_facts_clear(EventLogFacts *facts);

typedef struct EventLogTake {
    bool (*row)(const ImportRow *row, void *arg, GError **error);
    void (*progress)(double done, void *arg); /* 0 to 1, now and then; or NULL */
    void *arg;
} EventLogTake;

bool event_log_read(const char *path, const ImportMap *map, EventLogFacts *facts, EventLogTake take, GError **error);

#endif
