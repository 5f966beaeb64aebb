/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store_int: how generated statements reach the engine. Included by src/store/ and by generated code, by nothing else.
 *
 * A statement is static data made by tools/statements.py: its SQL for each engine, its place in the dense table of all
 * statements (so a connection keeps prepared handles in an array), and the types it declares.
 *
 * Memory: column values point into the engine's row and live until the next step or finish of the same cursor.
 * Errors: none returned; a failure marks the transaction (store.h, invariant 3) and step gives false.
 *
 * Invariants:
 *  1. Parameters and columns arrive in declared order with declared types; an undeclared NULL marks the transaction
 *     failed with CORRUPT.
 *  2. A statement is never begun again on the same transaction while its cursor is open.
 *  3. A writing statement on a read transaction aborts: it is a bug.
 */
#ifndef FILO_STORE_STORE_INT_H
#define FILO_STORE_STORE_INT_H

#include "store/migration.h"
#include "store/store.h"

typedef enum StoreType { STORE_INT, STORE_REAL, STORE_TEXT, STORE_BLOB } StoreType;

/* The index of a statement outside the table (the runner's and the tests' own): prepared anew each time it runs. */
#define STORE_UNLISTED G_MAXUINT

typedef struct StoreColumn {
    const char *name;
    StoreType type;
    bool nullable;
} StoreColumn;

typedef struct StoreStatement {
    const char *name;
    const char *sql[2]; /* by StoreEngine; parameters are $1 … $n */
    unsigned index;     /* dense, 0 … store_statement_count - 1 of the generated table; or STORE_UNLISTED */
    bool writes;
    unsigned param_count, column_count;
    const StoreColumn *params, *columns;
} StoreStatement;

typedef struct StoreValue {
    bool null;
    union {
        int64_t integer;
        double real;
        Bytes bytes; /* text and blob; text from the engine is valid UTF-8, without a NUL byte inside */
    };
} StoreValue;

typedef struct StoreCursor {
    StoreTx *tx;
    const StoreStatement *statement;
    void *handle; /* engine's */
    int64_t row;  /* engine's */
} StoreCursor;

/* Binds and starts the statement; step gives one row at a time; finish is always called once, also when step was never
 * called (the statement then runs to its end). The bytes of params are borrowed until finish. */
void store_begin(StoreCursor *cursor, StoreTx *tx, const StoreStatement *statement, const StoreValue *params);
bool store_step(StoreCursor *cursor, StoreValue *columns_out);
/* Rows changed by an INSERT, UPDATE or DELETE; 0 for the rest or after a failure. */
int64_t store_finish(StoreCursor *cursor);

/* The generated table of all statements, by index. */
extern const StoreStatement *const store_statements[];
extern const unsigned store_statement_count;

/* What the engines must know of the program that opens them. store_open passes the generated tables; unit tests bring
 * their own. Zeros stand for the defaults named. Everything pointed to outlives the store. */
typedef struct StoreSetup {
    unsigned statement_count; /* how many statements have an index */
    const Migration *migrations;
    unsigned migration_count;
    const Clock *clock;        /* for applied_at, added_at and names of backups; NULL: clock_system() */
    unsigned queue_limit;      /* SQLite: writes waiting at most, then BUSY; 0: 1,024 */
    unsigned connection_limit; /* SQLite: readers, 0: 4. PostgreSQL: connections in all, 0: 8 */
} StoreSetup;

/* store_open with the tables given. */
Store *store_open_with(const StoreOptions *options, const StoreSetup *setup, GError **error);

#endif
