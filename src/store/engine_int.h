/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * engine_int: what an engine is to the rest of store/. Answers: "which calls differ between SQLite and PostgreSQL?"
 *
 * Included inside src/store/ only. store.c holds what both engines share (sticky failure, slow-work log, commit notices);
 * an Engine is one struct of functions, chosen once at open.
 *
 * Memory: a Store owns everything it points to. A WriteRequest belongs to the caller of store_write and lives on its
 * stack until the outcome is set. A StoreTx belongs to the connection it runs on.
 * Errors: as in store.h.
 *
 * Invariants:
 *  1. A StoreTx that failed holds exactly one error: the first.
 *  2. tx_run_work is the only caller of a work function.
 */
#ifndef FILO_STORE_ENGINE_INT_H
#define FILO_STORE_ENGINE_INT_H

#include "base/check.h"
#include "store/store_int.h"

#include <pthread.h>

/* What a work function put off, in order. */
typedef struct PutOff {
    StoreWork work;
    void *arg;
    GDestroyNotify free_arg;
    struct PutOff *next;
} PutOff;

typedef struct WriteRequest {
    const char *name;
    StoreWork work;
    void *arg;
    bool schema; /* a migration: alone in its transaction, SQLite with foreign keys off and checked before COMMIT */
    StoreOutcome outcome;
    GError *error;   /* set with STORE_FAILED */
    PutOff *put_off; /* while its group is not at its end */
} WriteRequest;

typedef struct Engine {
    bool (*open)(Store *store, GError **error);
    void (*close)(Store *store);
    void (*write)(Store *store, WriteRequest *request); /* returns when outcome is set */
    StoreTx *(*read_begin)(Store *store, GError **error);
    void (*read_end)(StoreTx *tx); /* the tx is gone afterwards */
    void (*begin)(StoreCursor *cursor, const StoreValue *params);
    bool (*step)(StoreCursor *cursor, StoreValue *columns_out);
    int64_t (*finish)(StoreCursor *cursor);
    void (*script)(StoreTx *tx, const char *sql); /* many statements, no parameters, no rows */
} Engine;

extern const Engine engine_sqlite, engine_postgresql;

struct Store {
    const Engine *engine;
    StoreEngine kind;
    StoreMode mode;
    StoreSetup setup; /* defaults filled in */
    char *data_dir;
    char *db;                  /* the postgresql:// URL, or NULL */
    int lock_fd;               /* -1 when read-only */
    void *state;               /* the engine's */
    pthread_mutex_t blob_lock; /* blob_prepare's "it is there already" against blob_sweep's unlink */
    pthread_mutex_t commit_lock;
    StoreCommitted committed;
    void *committed_arg;
    uint64_t sequence;
    StoreWork upkeep; /* under commit_lock too */
};

struct StoreTx {
    Store *store;
    void *connection; /* the engine's */
    const char *name;
    bool writes;
    bool failed;
    GError *error; /* why it failed */
    int64_t begun_us;
    PutOff *put_off, *put_off_last;
    bool in_group; /* what is put off waits for the group's end */
};

static inline TimeMs store_now(const Store *store)
{
    return clock_now(store->setup.clock);
}

void tx_init(StoreTx *tx, Store *store, void *connection, const char *name, bool writes);
void tx_clear(StoreTx *tx);

/* Marks the transaction failed and takes the error; when it had failed before, the error is dropped. */
void tx_fail_error(StoreTx *tx, GError *error);
void tx_fail(StoreTx *tx, FiloError code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* Runs the request's work in tx, logs it when slow, says how it ended (a failed transaction is STORE_FAILED whatever
 * the work returned). What was put off follows at once, or is left in request->put_off when tx->in_group. Does not touch
 * the request's outcome. */
StoreOutcome tx_run_work(StoreTx *tx, WriteRequest *request);

/* Runs what a request put off, in order until one fails; false: it did. The list is gone in any case. */
bool request_run_put_off(StoreTx *tx, WriteRequest *request);
void request_drop_put_off(WriteRequest *request);

/* Sets the request's outcome, and its error from the transaction's when it failed. Forgets an earlier run's. */
void request_settle(WriteRequest *request, StoreOutcome outcome, StoreTx *tx);
void request_fail(WriteRequest *request, GError *error);

/* Tells the listener of store_on_commit. */
void store_committed(Store *store);

/* What store_set_upkeep set, or NULL. */
StoreWork store_upkeep(Store *store);

/* Before binding: NULL only where declared, text fit to keep; else the transaction fails. */
bool value_is_sound(StoreTx *tx, const StoreStatement *statement, const StoreColumn *param, const StoreValue *value);

/* Checks that bytes are UTF-8 without NUL; fast on ASCII. */
bool value_text_is_sound(Bytes text);

/* Reports that what was acknowledged may not be durable, and aborts: after a failed fsync the kernel may have dropped
 * the dirty pages, so trying again would say "ok" for data that is gone. */
void store_die_of_fsync(const char *what) __attribute__((noreturn, cold));

/* Waits on the condition, whose clock is CLOCK_MONOTONIC, until the instant; false when it has passed. */
bool cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t monotonic_us);
void cond_init_monotonic(pthread_cond_t *cond);

/* Work over this is logged by name; a read transaction over the second. */
#define SLOW_WORK_US (5 * 1000)
#define SLOW_READ_US (500 * 1000)
#define READER_WAIT_US (5 * 1000 * 1000)

#endif
