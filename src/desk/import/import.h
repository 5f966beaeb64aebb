/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * import: history and master data of other systems, brought in whole or not at all. Answers: "is this file in, and what
 * did it bring?"
 *
 * Owns the tables import_run, import_row, imported_case, imported_event, imported_party. An importer begins a run, stages every row of
 * the file (event_log.h reads and checks them), and commits it; only then is anything applied, in small transactions
 * that each take rows out of staging and do what they say. So a crash leaves either rows nobody committed, which are
 * discarded, or rows still to be applied, which import_work goes on with: at the next import, `filo import resume`, or
 * the start of the server. Not for live input (desk/intake).
 * Called by: cli import (also through the server's local door), job/caretaker.
 *
 * These functions run their own transactions: never call them inside one. Memory: given texts are borrowed for the call.
 * Errors: USAGE a row that cannot be one, or (with its line) refers to what is not there; REFUSED the run is not being staged any more; and those of store_write.
 *
 * Invariants:
 *  1. A row is applied exactly once: its deletion and its effect are one transaction.
 *  2. The same source, case and row (identity and ordinal) never make two events.
 *  3. Nothing here reaches the outbox, asks a rule or starts a clock.
 *  4. At most IMPORT_STAGE_MAX rows are staged, and IMPORT_APPLY_MAX applied, in one transaction.
 * Audit: import.commit with the run's id.
 *
 * Example:
 *     import_begin(desk, &(ImportNew){IMPORT_TICKETS, "bpi2013", "log.csv"}, &run, &error)
 *         && import_stage(desk, run, rows, count, &error) && import_commit(desk, run, &error);
 *     while (import_work(desk, &idle, &error) && !idle);
 */
#ifndef FILO_DESK_IMPORT_IMPORT_H
#define FILO_DESK_IMPORT_IMPORT_H

#include "desk/desk.h"
#include "import_kind_enum.h"
#include "import_state_enum.h"
#include "schema_ids.h"

enum { IMPORT_STAGE_MAX = 500, IMPORT_APPLY_MAX = 50 };

/* One checked row of a file. */
typedef struct ImportRow {
    int64_t line;
    const char *record;   /* the case, or the thing, by the other system's name */
    TimeMs at;            /* TIME_NONE for master data */
    const char *identity; /* SHA-256 in hex of what makes it this row and no other */
    const char *payload;  /* JSON object: event_log.h, noun_table.h */
} ImportRow;

typedef struct ImportNew {
    ImportKind kind;
    const char *source;
    const char *file_name; /* without its folder */
} ImportNew;

/* What a run has done so far. tickets counts what was newly made, whatever the kind; notes are among the events. */
typedef struct ImportRun {
    ImportKind kind;
    const char *source; /* in the arena */
    ImportState state;
    int64_t rows, tickets, events, already, notes;
} ImportRun;

bool import_begin(const Desk *desk, const ImportNew *fresh, ImportRunId *run_out, GError **error);
bool import_stage(const Desk *desk, ImportRunId run, const ImportRow *rows, size_t count, GError **error);
bool import_commit(const Desk *desk, ImportRunId run, GError **error);

/* The file was refused. */
bool import_discard(const Desk *desk, ImportRunId run, GError **error);

/* Runs left in staging are dead: whoever calls this holds the lock that their importers held. */
bool import_abandon(const Desk *desk, GError **error);

/* Does the next piece of the oldest run that has work left; *idle_out when there is none. */
bool import_work(const Desk *desk, bool *idle_out, GError **error);

/* false without *error when there is no such run: it was discarded. */
bool import_find(const Desk *desk, Arena *arena, ImportRunId run, ImportRun *run_out, GError **error);

/* For a dry run: which of the cases and rows are here already, and whether the row is one that leads to no state. The
 * ordinal is counted by the caller. */
typedef struct ImportKnown {
    bool record, row, note;
} ImportKnown;
ImportKnown import_is_known(StoreTx *tx, Arena *arena, ImportKind kind, const char *source, const ImportRow *row,
                            int64_t ordinal);

#endif
