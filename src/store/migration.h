/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * migration: the schema's history as this program knows it. Answers: "which steps lead to the schema I need?"
 *
 * The rows are made by tools/migrations.py from src/store/migration/NNNN_name.sql. Not for running them: store_open does.
 * Called by: src/store/. Pointers: static data. Errors: none.
 *
 * Invariants:
 *  1. store_migrations[i].version is i + 1.
 *  2. The checksum changes when the source, or the values of an enumeration it uses, change; never for the generator's
 *     own sake.
 */
#ifndef FILO_STORE_MIGRATION_H
#define FILO_STORE_MIGRATION_H

typedef struct Migration {
    int version;
    const char *name;
    const char *sql[2];   /* by StoreEngine; several statements, each ended by ";", to run in one transaction */
    const char *checksum; /* SHA-256 in hex, as recorded in schema_migration */
} Migration;

extern const Migration store_migrations[]; /* one empty row more when there is none */
extern const unsigned store_migration_count;

/* By StoreEngine: takes every row of every table of the newest version away, and begins the numbers anew. */
extern const char *const store_empty_sql[2];

#endif
