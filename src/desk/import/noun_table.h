/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * noun_table: customers, products and installed items from a CSV. Answers: "which things does this file name, and which
 * of its lines cannot be one?"
 *
 * The first line names the columns, in any order; which there are is noun_columns and docs/import.md. Every value is
 * brought to the form desk/party and desk/product keep, or its line is refused. What depends on what is there already
 * (a customer an item names) is asked when the rows are staged (import.h). Not for logs (event_log.h).
 * Tables: none of its own. Called by: cli import.
 *
 * A row's record is its id (parties), name (products) or product and serial (items); its payload holds the cells by the
 * names of their columns. Pointers and refusals: as event_log.h, which this imitates. Errors: those of event_log.h.
 *
 * Invariants:
 *  1. A column that is not in the table is refused: nothing of a file is dropped in silence.
 *
 * Example:
 *     NounTable table = {IMPORT_PARTIES, ';'};
 *     bool read = noun_table_read(path, &table, &facts, take, &error);
 */
#ifndef FILO_DESK_IMPORT_NOUN_TABLE_H
#define FILO_DESK_IMPORT_NOUN_TABLE_H

#include "desk/import/event_log.h"

typedef struct NounColumn {
    const char *name;
    bool required;
} NounColumn;

/* The columns of a kind; static, ends with a NULL name. */
const NounColumn *noun_columns(ImportKind kind);

typedef struct NounTable {
    ImportKind kind;
    char delimiter;
} NounTable;

bool noun_table_read(const char *path, const NounTable *table, EventLogFacts *facts, EventLogTake take, GError **error);

#endif
