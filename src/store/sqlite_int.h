/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sqlite_int: the parts of the SQLite engine. Answers: "who may touch this connection, and when?"
 *
 *   sqlite_connection.c  opens a connection with the settings of security.md, keeps its prepared statements
 *   sqlite_cursor.c      binds, steps, reads columns
 *   sqlite_writer.c      the one thread that writes, groups, commits and checkpoints
 *   sqlite_score.c       the ranking function of full-text search
 *   sqlite_read.c        the pool of read-only connections, and the engine's table of functions
 *
 * Memory: a connection owns its handles; its StoreTx is the one transaction it can run.
 * Errors: through GError or the StoreTx, as engine_int.h says.
 *
 * Invariants:
 *  1. A connection is used by one thread at a time (it is opened without SQLite's own mutex).
 *  2. Only the writer's connection writes or checkpoints.
 */
#ifndef FILO_STORE_SQLITE_INT_H
#define FILO_STORE_SQLITE_INT_H

#include "store/engine_int.h"

#include <sqlite3.h>

typedef enum SqliteControl {
    CONTROL_BEGIN_WRITE,
    CONTROL_BEGIN_READ,
    CONTROL_COMMIT,
    CONTROL_ROLLBACK,
    CONTROL_SAVEPOINT,
    CONTROL_ROLLBACK_TO,
    CONTROL_RELEASE,
    CONTROL_COUNT
} SqliteControl;

typedef struct SqliteHandle {
    sqlite3_stmt *stmt;
    int *places; /* by declared parameter: its number in SQLite, 0 where the SQL does not use it */
} SqliteHandle;

typedef struct SqliteConnection {
    sqlite3 *db;
    StoreTx tx;
    sqlite3_stmt *control[CONTROL_COUNT];
    SqliteHandle *handles; /* by statement index */
    unsigned handle_count;
    struct SqliteConnection *next; /* in the reader pool */
} SqliteConnection;

typedef struct SqliteWriter SqliteWriter;

typedef struct SqliteEngine {
    SqliteWriter *writer; /* NULL when read-only */
    char *path;
    pthread_mutex_t lock;
    pthread_cond_t freed;
    SqliteConnection *idle;
    unsigned open_readers;
} SqliteEngine;

/* Opens path for the writer (made 0600 if missing, WAL, synchronous=FULL) or for a reader. statement_count sizes the
 * prepared statements it keeps. Errors: IO, CORRUPT, BUSY, NOT_FOUND. Yours: sqlite_connection_close. */
SqliteConnection *sqlite_connection_open(const char *path, bool writer, unsigned statement_count, GError **error);
void sqlite_connection_close(SqliteConnection *connection);

/* Adds match_score (see sqlite_score.c) to the connection; gives SQLite's result code. */
int sqlite_score_add(sqlite3 *db);

/* Runs one of the control statements; gives SQLite's extended result code. */
int sqlite_control(SqliteConnection *connection, SqliteControl control);

/* The statement ready to bind, or a failed tx. One that is not listed is the caller's: clear and g_free it. */
SqliteHandle *sqlite_handle_find(SqliteConnection *connection, StoreTx *tx, const StoreStatement *statement);
void sqlite_handle_clear(SqliteHandle *handle);

/* The GError of the connection's last failure; aborts on a failed fsync (security.md R06). */
GError *sqlite_error(sqlite3 *db, int code, const char *what);

void sqlite_begin(StoreCursor *cursor, const StoreValue *params);
bool sqlite_step(StoreCursor *cursor, StoreValue *columns_out);
int64_t sqlite_finish(StoreCursor *cursor);
void sqlite_script(StoreTx *tx, const char *sql);

/* The writer owns the connection from here on; stop finishes what waits, checkpoints and closes it. */
SqliteWriter *sqlite_writer_start(Store *store, SqliteConnection *connection);
void sqlite_writer_stop(SqliteWriter *writer);
void sqlite_writer_run(SqliteWriter *writer, WriteRequest *request);
unsigned sqlite_writer_waiting(SqliteWriter *writer); /* requests in the queue now */

#endif
