/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * postgresql_int: the parts of the PostgreSQL engine. Answers: "what did the server say, and may we try again?"
 *
 *   postgresql_connection.c  connecting, session settings, what an SQLSTATE means
 *   postgresql_cursor.c      binary parameters and results, prepared statements by name
 *   postgresql_write.c       serializable transactions, retries, the idempotency key of a lost COMMIT
 *   postgresql.c             the pool, reads, the engine's table of functions
 *
 * Memory: a connection owns its StoreTx. Errors: through GError or the StoreTx, as engine_int.h says.
 * Owns the table write_key (key, at): the keys of a day's write transactions.
 *
 * Invariants:
 *  1. A connection is used by one thread at a time.
 *  2. A failed transaction's verdict says whether running the work again may help.
 */
#ifndef FILO_STORE_POSTGRESQL_INT_H
#define FILO_STORE_POSTGRESQL_INT_H

#include "store/engine_int.h"
#include "store/libpq_late.h"

typedef enum PgVerdict {
    PG_FINAL,    /* trying again gives the same */
    PG_CONFLICT, /* 40001, 40P01: run the work again */
    PG_TAKEN,    /* 23505: a unique key is there; under SERIALIZABLE it may be a race too */
    PG_LOST      /* the connection is gone */
} PgVerdict;

typedef struct PgConnection {
    PGconn *pg; /* NULL: not connected */
    StoreTx tx;
    PgVerdict verdict; /* of the statement that failed tx */
    bool *prepared;    /* by statement index */
    struct PgConnection *next;
} PgConnection;

typedef struct PgEngine {
    pthread_mutex_t lock; /* guards the fields below */
    pthread_cond_t freed;
    PgConnection *idle;
    unsigned open;
    TimeMs pruned_at; /* when old write keys were last deleted */
} PgEngine;

/* Refuses a URL that carries a password. Errors: REFUSED, USAGE. */
bool pg_url_check(const char *url, GError **error);

/* Connects (again) with the session's settings. false: *error says why; the connection may be tried later. */
bool pg_connect(PgConnection *connection, const Store *store, GError **error);
void pg_disconnect(PgConnection *connection);

/* Sends one command without parameters. On failure the GError (when asked for) and the verdict are set. */
bool pg_command(PgConnection *connection, const char *sql, GError **error);

/* What a failed result means; result may be NULL (the connection died). */
GError *pg_error(PgConnection *connection, const PGresult *result, const char *what);

/* A connection from the pool, perhaps not connected; NULL and BUSY after 5 s. */
PgConnection *pg_take(Store *store, GError **error);
void pg_give_back(Store *store, PgConnection *connection);

void pg_write(Store *store, WriteRequest *request);

void pg_begin(StoreCursor *cursor, const StoreValue *params);
bool pg_step(StoreCursor *cursor, StoreValue *columns_out);
int64_t pg_finish(StoreCursor *cursor);
void pg_script(StoreTx *tx, const char *sql);

#endif
