/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One write: BEGIN SERIALIZABLE, the transaction's own random key into write_key, the work, COMMIT. Conflicts (40001,
 * 40P01) run the work again, up to 8 times with a short, jittered wait.
 *
 * When the connection dies after COMMIT was sent, nobody here knows what became of it. The next try uses the same key:
 * if the server still works on the lost transaction, the insert waits for its end; if it was committed, the insert says
 * 23505 and the answer is "committed" (and what the work wrote into its argument still holds, since it did not run
 * again); if not, the work simply runs again. So one question has one answer, without a second way to look it up.
 */
#include "store/postgresql_int.h"

#include "base/log.h"
#include "store/store_metrics.h"

#include <errno.h>
#include <sodium.h>
#include <time.h>

enum { TRIES = 9, TAKEN_TRIES = 2, KEY_BYTES = 16 };
#define LOST_COMMIT_WAIT_US (10 * (int64_t)G_USEC_PER_SEC)
#define PRUNE_EVERY TIME_HOUR
/* Two nodes may start at once: the second waits as long as the first one's migration takes. */
#define MIGRATION_LOCK                                                                                                 \
    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(7236964)"

static const StoreColumn key_params[] = {{"key", STORE_TEXT, false}, {"at", STORE_INT, false}};
static const StoreStatement key_insert = {.name = "write_key_insert",
                                          .sql = {"", "INSERT INTO write_key (key, at) VALUES ($1, $2)"},
                                          .index = STORE_UNLISTED,
                                          .writes = true,
                                          .param_count = 2,
                                          .params = key_params};
static const StoreStatement key_prune = {.name = "write_key_prune",
                                         .sql = {"", "DELETE FROM write_key WHERE at < $1"},
                                         .index = STORE_UNLISTED,
                                         .writes = true,
                                         .param_count = 1,
                                         .params = &key_params[1]};

typedef enum Step { STEP_DONE, STEP_AGAIN, STEP_AGAIN_NOW } Step;

typedef struct Attempt {
    Store *store;
    WriteRequest *request;
    PgConnection *connection;
    char key[2 * KEY_BYTES + 1];
    bool commit_lost;     /* a COMMIT was sent and never answered */
    int64_t lost_until;   /* give up asking then */
    unsigned runs, taken; /* how often the work ran; how often it ended in 23505 */
} Attempt;

static void wait_jittered(unsigned run)
{
    uint32_t ceiling = 2u << MIN(run, 6u); /* 2, 4 … 128 ms */
    uint32_t us = ceiling * 500 + randombytes_uniform(ceiling * 500);
    struct timespec left = {.tv_sec = 0, .tv_nsec = (long)us * 1000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

static void run_statement(StoreTx *tx, const StoreStatement *statement, const StoreValue *params)
{
    StoreCursor cursor;
    store_begin(&cursor, tx, statement, params);
    store_finish(&cursor);
}

static void key_add(Attempt *attempt, StoreTx *tx)
{
    StoreValue params[] = {{.bytes = bytes_of(attempt->key)}, {.integer = store_now(attempt->store)}};
    run_statement(tx, &key_insert, params);
}

/* Begins on a live connection. A pooled one may have died since: then one fresh connection is tried. */
static bool transaction_begin(PgConnection *connection, Store *store, const char *sql, GError **error)
{
    if (connection->pg && pg_command(connection, sql, NULL))
        return true;
    return pg_connect(connection, store, error) && pg_command(connection, sql, error);
}

static void rollback(PgConnection *connection)
{
    if (libpq.PQtransactionStatus(connection->pg) == PQTRANS_IDLE)
        return;
    if (!pg_command(connection, "ROLLBACK", NULL)) /* dead, or in a state we do not know: the server rolls back */
        pg_disconnect(connection);
}

static Step settle(Attempt *attempt, StoreOutcome outcome)
{
    request_settle(attempt->request, outcome, &attempt->connection->tx);
    return STEP_DONE;
}

static Step lost_commit_ask_later(Attempt *attempt, GError *why)
{
    if (clock_monotonic_us() < attempt->lost_until) {
        g_error_free(why);
        return STEP_AGAIN;
    }
    g_prefix_error(&why, "the outcome is not known, the server went away during COMMIT: ");
    request_fail(attempt->request, why);
    return STEP_DONE;
}

/* What to do when the transaction failed before COMMIT. */
static Step failed(Attempt *attempt)
{
    PgConnection *connection = attempt->connection;
    PgVerdict verdict = connection->verdict;
    rollback(connection);
    if (verdict == PG_LOST)
        pg_disconnect(connection);
    if (verdict == PG_TAKEN)
        attempt->taken++;
    bool again = attempt->runs < TRIES && (verdict == PG_CONFLICT || verdict == PG_LOST ||
                                           (verdict == PG_TAKEN && attempt->taken < TAKEN_TRIES));
    if (!again)
        return settle(attempt, STORE_FAILED);
    return STEP_AGAIN;
}

static Step commit(Attempt *attempt)
{
    PgConnection *connection = attempt->connection;
    GError *error = NULL;
    check(libpq.PQtransactionStatus(connection->pg) != PQTRANS_INERROR); /* COMMIT would "succeed" by rolling back */
    if (pg_command(connection, "COMMIT", &error)) {
        store_committed(attempt->store);
        return settle(attempt, STORE_COMMITTED);
    }
    tx_fail_error(&connection->tx, error);
    if (connection->verdict == PG_LOST && !attempt->request->schema) {
        attempt->commit_lost = true;
        attempt->lost_until = clock_monotonic_us() + LOST_COMMIT_WAIT_US;
        pg_disconnect(connection);
        return STEP_AGAIN_NOW;
    }
    return failed(attempt);
}

/* The key first: its refusal after a lost COMMIT is the news that it was kept. */
static bool key_says_committed(Attempt *attempt)
{
    StoreTx *tx = &attempt->connection->tx;
    attempt->connection->verdict = PG_FINAL;
    if (attempt->request->schema)
        pg_script(tx, MIGRATION_LOCK); /* write_key may not exist yet, and the version says what was kept */
    else
        key_add(attempt, tx);
    return tx->failed && attempt->commit_lost && attempt->connection->verdict == PG_TAKEN;
}

static Step try_once(Attempt *attempt)
{
    PgConnection *connection = attempt->connection;
    GError *error = NULL;
    /* A migration's statements must see what another node did while it waited for the lock. */
    const char *begin =
        attempt->request->schema ? "BEGIN ISOLATION LEVEL READ COMMITTED" : "BEGIN ISOLATION LEVEL SERIALIZABLE";
    if (!transaction_begin(connection, attempt->store, begin, &error)) {
        if (attempt->commit_lost)
            return lost_commit_ask_later(attempt, error);
        request_fail(attempt->request, error);
        return STEP_DONE;
    }
    tx_init(&connection->tx, attempt->store, connection, attempt->request->name, true);
    if (key_says_committed(attempt)) {
        rollback(connection);
        store_committed(attempt->store);
        return settle(attempt, STORE_COMMITTED);
    }
    if (connection->tx.failed && attempt->commit_lost && connection->verdict == PG_LOST)
        return lost_commit_ask_later(attempt, g_steal_pointer(&connection->tx.error));
    attempt->runs++;
    if (connection->tx.failed)
        return failed(attempt);
    StoreOutcome outcome = tx_run_work(&connection->tx, attempt->request);
    if (outcome == STORE_COMMITTED)
        return commit(attempt);
    if (outcome == STORE_FAILED)
        return failed(attempt);
    rollback(connection);
    return settle(attempt, STORE_REFUSED);
}

/* Keys are asked for within seconds; a day is generous. Losing one pruning to an error costs nothing. */
static void keys_prune(Store *store, PgConnection *connection)
{
    PgEngine *engine = store->state;
    TimeMs now = store_now(store);
    pthread_mutex_lock(&engine->lock);
    bool due = now - engine->pruned_at >= PRUNE_EVERY;
    if (due)
        engine->pruned_at = now;
    pthread_mutex_unlock(&engine->lock);
    if (!due || !connection->pg)
        return;
    tx_init(&connection->tx, store, connection, "write_key_prune", true);
    run_statement(&connection->tx, &key_prune, &(StoreValue){.integer = now - TIME_DAY});
    if (connection->tx.failed)
        LOG(LOG_WARNING, "store.key_prune", LOG_TEXT("reason", connection->tx.error->message));
    tx_clear(&connection->tx);
}

void pg_write(Store *store, WriteRequest *request)
{
    GError *error = NULL;
    PgConnection *connection = pg_take(store, &error);
    if (!connection) {
        request_fail(request, error);
        return;
    }
    Attempt attempt = {.store = store, .request = request, .connection = connection};
    uint8_t random[KEY_BYTES];
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(attempt.key, sizeof attempt.key, random, sizeof random);
    int64_t begun_us = clock_monotonic_us();
    for (Step step; (step = try_once(&attempt)) != STEP_DONE;) {
        metric_add(&metric_store_again, METRIC_PLAIN, 1);
        tx_clear(&connection->tx);
        if (step == STEP_AGAIN)
            wait_jittered(attempt.commit_lost ? 6 : attempt.runs);
    }
    tx_clear(&connection->tx);
    metric_observe(&metric_store_group_size, METRIC_PLAIN, 1);
    metric_observe(&metric_store_group_seconds, METRIC_PLAIN, clock_monotonic_us() - begun_us);
    if (request->outcome == STORE_COMMITTED && !request->schema)
        keys_prune(store, connection);
    pg_give_back(store, connection);
}
