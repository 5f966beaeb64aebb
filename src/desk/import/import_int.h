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
#include "desk/party/party.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "ticket_kind_enum.h"
#include "ticket_state_enum.h"

/* What the log said of one event, ready to be written. Texts that were not said are "". */
typedef struct ImportedEvent {
    const char *activity, *lifecycle, *resource, *subject;
    const char *team, *team_key; /* and their sort keys */
    const char *product, *product_key;
    const char *attributes; /* JSON object of texts */
    bool has_state;
    TicketState state;
    TicketKind kind;
} ImportedEvent;

enum { NOUN_POINTS_MAX = 5 };

/* What a line of master data named, in the forms that are kept; which members are used depends on the kind. */
typedef struct ImportedNoun {
    const char *record;
    const char *sort_key;
    Party party;
    ContactPoint points[NOUN_POINTS_MAX];
    size_t point_count;
    const char *company, *role; /* of a person: the id of their company, what they do there; "" for none */
    Product product;            /* of an item: only its name */
    Item item;                  /* without product and party */
    const char *customer;       /* of an item: the id of who has it */
} ImportedNoun;

/* What a noun refers to and is not there; what NULL: nothing. */
typedef struct ImportMissing {
    const char *what;
    const char *record;
} ImportMissing;

typedef struct ImportChunkRow {
    ImportRowId id;
    const char *record;
    const char *identity; /* with its ordinal */
    TimeMs at;
    ImportedEvent event; /* of a log */
    ImportedNoun noun;   /* of master data */
} ImportChunkRow;

typedef struct ImportCounts {
    int64_t tickets, events, already, notes;
} ImportCounts;

typedef struct ImportChunk {
    Arena *arena;
    ImportRunId run;
    ImportKind kind;
    const char *source;
    const char *language; /* of new tickets */
    TimeMs now;
    ImportChunkRow *rows;
    size_t count;
    ImportCounts counts; /* what this run of the transaction did */
} ImportChunk;

/* Reads a payload; false when it is not one. */
bool imported_event_parse(Arena *arena, const char *payload, ImportedEvent *event_out);

/* Reads a payload of that kind of master data, dates in the zone; false and why when a cell cannot be. */
bool imported_noun_parse(Arena *arena, ImportKind kind, Zone *zone, const char *payload, ImportedNoun *noun_out,
                         InputError *refused_out);
ImportMissing imported_noun_missing(StoreTx *tx, Arena *arena, ImportKind kind, const char *source,
                                    const ImportedNoun *noun);
bool imported_noun_is_known(StoreTx *tx, Arena *arena, ImportKind kind, const char *source, const ImportedNoun *noun);

/* Take each row out of staging and do what it says; rows another process took are passed over. */
void imported_tickets_apply(StoreTx *tx, ImportChunk *chunk);
void imported_nouns_apply(StoreTx *tx, ImportChunk *chunk);

#endif
