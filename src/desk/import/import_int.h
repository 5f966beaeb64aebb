/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * import_int: what staging hands to the code that applies it. Answers: "what is one row to do in this transaction?"
 *
 * Private to desk/import. Rows are prepared outside the transaction (JSON parsed, sort keys made) and live in the
 * chunk's arena; applying them runs inside it, and may run twice. Errors: a payload that cannot be read is CORRUPT.
 * Pointers: everything lives as long as the chunk. Called by: import.c.
 *
 * Invariants:
 *  1. Applying writes only to its counts, and those it sets anew.
 */
#ifndef FILO_DESK_IMPORT_IMPORT_INT_H
#define FILO_DESK_IMPORT_IMPORT_INT_H

#include "desk/import/import.h"
#include "ticket_kind_enum.h"
#include "ticket_state_enum.h"

/* What the log said of one event, ready to be written. Texts that were not said are "". */
typedef struct ImportedEvent {
    const char *activity, *lifecycle, *resource, *subject;
    const char *team, *team_key;       /* and their sort keys */
    const char *product, *product_key;
    const char *attributes; /* JSON object of texts */
    bool has_state;
    TicketState state;
    TicketKind kind;
} ImportedEvent;

typedef struct ImportChunkRow {
    ImportRowId id;
    const char *record;
    const char *identity; /* with its ordinal */
    TimeMs at;
    ImportedEvent event;
} ImportChunkRow;

typedef struct ImportCounts {
    int64_t tickets, events, already, notes;
} ImportCounts;

typedef struct ImportChunk {
    Arena *arena;
    ImportRunId run;
    const char *source;
    const char *language; /* of new tickets */
    TimeMs now;
    ImportChunkRow *rows;
    size_t count;
    ImportCounts counts; /* what this run of the transaction did */
} ImportChunk;

/* Reads a payload; false when it is not one. */
bool imported_event_parse(Arena *arena, const char *payload, ImportedEvent *event_out);

/* Takes each row out of staging and makes its event; rows another process took are passed over. */
void imported_tickets_apply(StoreTx *tx, ImportChunk *chunk);

#endif
