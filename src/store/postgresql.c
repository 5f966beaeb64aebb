/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/postgresql_int.h"

enum { CONNECTION_LIMIT = 8 };

/* --- the pool ---------------------------------------------------------------------------------------------------- */

PgConnection *pg_take(Store *store, GError **error)
{
    PgEngine *engine = store->state;
    int64_t until = clock_monotonic_us() + READER_WAIT_US;
    bool in_time = true;
    pthread_mutex_lock(&engine->lock);
    while (!engine->idle && engine->open >= store->setup.connection_limit && in_time)
        in_time = cond_wait_until(&engine->freed, &engine->lock, until);
    PgConnection *connection = engine->idle;
    if (connection) {
        engine->idle = connection->next;
    } else if (engine->open < store->setup.connection_limit) {
        engine->open++;
        connection = g_new0(PgConnection, 1);
    }
    pthread_mutex_unlock(&engine->lock);
    if (!connection)
        g_set_error(error, FILO_ERROR, FILO_ERROR_BUSY, "no connection to PostgreSQL became free in 5 s");
    return connection;
}

void pg_give_back(Store *store, PgConnection *connection)
{
    PgEngine *engine = store->state;
    pthread_mutex_lock(&engine->lock);
    connection->next = engine->idle;
    engine->idle = connection;
    pthread_cond_signal(&engine->freed);
    pthread_mutex_unlock(&engine->lock);
}

/* --- reads ------------------------------------------------------------------------------------------------------- */

static StoreTx *pg_read_begin(Store *store, GError **error)
{
    static const char begin[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    PgConnection *connection = pg_take(store, error);
    if (!connection)
        return NULL;
    bool begun = connection->pg && pg_command(connection, begin, NULL);
    if (!begun) /* never connected, or died in the pool */
        begun = pg_connect(connection, store, error) && pg_command(connection, begin, error);
    if (!begun) {
        pg_give_back(store, connection);
        return NULL;
    }
    tx_init(&connection->tx, store, connection, "read", false);
    return &connection->tx;
}

static void pg_read_end(StoreTx *tx)
{
    PgConnection *connection = tx->connection;
    tx_clear(tx);
    if (!pg_command(connection, "ROLLBACK", NULL))
        pg_disconnect(connection);
    pg_give_back(tx->store, connection);
}

/* --- the engine -------------------------------------------------------------------------------------------------- */

static void pg_close(Store *store)
{
    PgEngine *engine = store->state;
    for (PgConnection *connection = engine->idle, *next; connection; connection = next) {
        next = connection->next;
        engine->open--;
        pg_disconnect(connection);
        g_free(connection);
    }
    check(engine->open == 0); /* else a transaction is still open */
    pthread_mutex_destroy(&engine->lock);
    pthread_cond_destroy(&engine->freed);
    g_free(engine);
}

static bool first_connect(Store *store, GError **error)
{
    PgConnection *connection = pg_take(store, error);
    bool connected = connection && pg_connect(connection, store, error);
    if (connection)
        pg_give_back(store, connection);
    return connected;
}

static bool pg_open(Store *store, GError **error)
{
    if (!pg_url_check(store->db, error))
        return false;
    if (!store->setup.connection_limit)
        store->setup.connection_limit = CONNECTION_LIMIT;
    PgEngine *engine = g_new0(PgEngine, 1);
    pthread_mutex_init(&engine->lock, NULL);
    cond_init_monotonic(&engine->freed);
    store->state = engine;
    if (first_connect(store, error))
        return true;
    pg_close(store);
    return false;
}

const Engine engine_postgresql = {
    .open = pg_open,
    .close = pg_close,
    .write = pg_write,
    .read_begin = pg_read_begin,
    .read_end = pg_read_end,
    .begin = pg_begin,
    .step = pg_step,
    .finish = pg_finish,
    .script = pg_script,
};
