/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * store: one interface, two engines (SQLite, PostgreSQL). Answers: "keep this", "give it back", and promises that what
 * was acknowledged survives `kill -9` and power loss.
 *
 * Not for business rules, nor for SQL text: statements live in the .sql file beside the module that owns the tables and
 * become typed functions (tools/statements.py); those, and nothing else, call store_int.h.
 * Owns the tables schema_migration, blob and write_key, the data directory's lock, and the files under DIR/blobs.
 * Called by: desk, queue, search, insight (statements); cli and main (open, migrate, backup).
 *
 * Memory: rows are copied into the arena the caller gives. A StoreTx is borrowed: it lives until the work function
 * returns (write) or until store_read_end (read). GErrors are yours to free.
 * Errors: BUSY (try again: queue full, conflict after 8 tries), FULL (no space: nothing of this request was kept),
 * REFUSED (a constraint of the schema said no: a rule was forgotten), IO / CORRUPT (the message says what). Each
 * function names those it returns.
 *
 * Invariants:
 *  1. One connection ever writes or checkpoints an SQLite file; readers open read-only.
 *  2. store_write answers only after the COMMIT that holds its work is durable (WAL, synchronous=FULL / PostgreSQL).
 *  3. A failed statement marks its transaction: every later statement of it does nothing and gives no rows, and the
 *     transaction cannot commit. So a work function may go on to its end without testing each call.
 *  4. A work function may run twice (group failure, serialization conflict): SQL and pure rules only; no clock, file,
 *     hash, rendering or network; what it writes to its argument it sets anew each run.
 *  5. A work function takes at most 5 ms; longer ones are logged by name.
 *
 * Example:
 *     struct take work = {.ticket = id, .by = me, .now = now};
 *     switch (store_write(store, "ticket take", take_work, &work, &error)) {
 *     case STORE_COMMITTED: ...   case STORE_REFUSED: (work says why)   case STORE_FAILED: (error says why)
 *     }
 */
#ifndef FILO_STORE_STORE_H
#define FILO_STORE_STORE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"

typedef struct Store Store;
typedef struct StoreTx StoreTx;

typedef enum StoreEngine { STORE_SQLITE, STORE_POSTGRESQL } StoreEngine;

typedef enum StoreMode {
    STORE_WRITER,   /* takes the data directory's lock; on SQLite starts the one writer thread */
    STORE_READ_ONLY /* reports, check: never writes, never checkpoints, takes no lock */
} StoreMode;

typedef struct StoreOptions {
    const char *data_dir; /* DIR: holds filo.db, blobs/, backups/, keys/, filo.sock, lock */
    const char *db;       /* NULL: SQLite in DIR/filo.db; else postgresql://… without a password (PGPASSFILE, peer) */
    StoreMode mode;
    bool may_migrate; /* bring an older schema up (after a verified backup); false: an older schema is refused */
} StoreOptions;

/* Opens the store, and brings the schema to this program's version when may_migrate. A schema newer than the program is
 * refused. Errors: BUSY the directory is locked by a running server; REFUSED wrong schema or a password in db; IO,
 * CORRUPT. The store is yours: store_close. */
Store *store_open(const StoreOptions *options, GError **error);

/* Waits for work in flight, checkpoints (writer on SQLite), closes. No transaction may be open. */
void store_close(Store *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

StoreEngine store_engine(const Store *store);
const char *store_data_dir(const Store *store); /* borrowed; lives as long as the store */

/* The work of one write. true: commit it. false: roll it back (a rule said no; arg tells the caller why). */
typedef bool (*StoreWork)(StoreTx *tx, void *arg);

typedef enum StoreOutcome {
    STORE_COMMITTED, /* durable now */
    STORE_REFUSED,   /* the work function returned false; nothing of it was kept */
    STORE_FAILED     /* the store could not; *error is set; nothing of it was kept (one exception, said in the error: a
                        PostgreSQL server that vanished during COMMIT and did not come back within 10 s) */
} StoreOutcome;

/* Runs work in a write transaction that sees every committed write, and waits for its COMMIT. name is static text for
 * the slow-work log. Any thread may call it, but not from inside a work function. Errors: BUSY, FULL, IO, CORRUPT,
 * REFUSED. */
StoreOutcome store_write(Store *store, const char *name, StoreWork work, void *arg, GError **error)
    __attribute__((warn_unused_result));

/* Puts work off to the end of the transaction, from inside a work function: it runs after all that, before the COMMIT,
 * and only if the work function says yes; when it fails, so does the write. On SQLite that is the end of the whole
 * group of writes: for what is cheaper done for many at once (FTS5 writes a piece of its index at every savepoint).
 * Nothing later in this transaction sees what it does. arg is freed with free_arg (NULL: not) in every case. */
void store_put_off(StoreTx *tx, StoreWork work, void *arg, GDestroyNotify free_arg);

/* One read transaction: a snapshot of everything committed before it began. Waits for a free reader at most 5 s.
 * Errors of begin: BUSY, IO. end releases it and reports what went wrong in between (false and *error). Hold it for
 * milliseconds: an old snapshot makes the WAL grow. */
StoreTx *store_read_begin(Store *store, GError **error) __attribute__((warn_unused_result));
bool store_read_end(StoreTx *tx, GError **error) __attribute__((warn_unused_result));

/* True once a statement of this transaction has failed (invariant 3). */
bool store_tx_failed(const StoreTx *tx);
StoreEngine store_tx_engine(const StoreTx *tx);

/* Bytes of the database: SQLite's file without its WAL, PostgreSQL's own count. Files under blobs/ are not in it. */
int64_t store_tx_size(StoreTx *tx);

/* Marks the transaction failed from outside a statement, for instance when a row read back cannot be true. */
void store_tx_fail(StoreTx *tx, FiloError code, const char *message);

/* --- after commit ------------------------------------------------------------------------------------------------ */

/* Called on an internal thread after each group of commits and before their answers, with a counter that only grows;
 * must return at once.
 * Set once, before the first write. NULL: nobody listens. */
typedef void (*StoreCommitted)(uint64_t sequence, void *arg);
void store_on_commit(Store *store, StoreCommitted committed, void *arg);

/* Work the SQLite file needs now and then (joining pieces of an index): the writer runs it in a transaction of its own
 * after every 16 groups of commits, when they have their answers, and goes on while nobody waits and it still changes
 * more than one row; its failure is logged and not repeated until then. PostgreSQL looks after itself: never run there.
 * Set once, before the first write; NULL: none. */
void store_set_upkeep(Store *store, StoreWork upkeep);

#endif
