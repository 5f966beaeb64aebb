/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/sqlite_int.h"

enum { QUEUE_LIMIT = 1024, READER_LIMIT = 4 };

/* --- the pool ---------------------------------------------------------------------------------------------------- */

static void reader_give_back(SqliteEngine *engine, SqliteConnection *reader)
{
    pthread_mutex_lock(&engine->lock);
    if (reader) {
        reader->next = engine->idle;
        engine->idle = reader;
    } else {
        engine->open_readers--;
    }
    pthread_cond_signal(&engine->freed);
    pthread_mutex_unlock(&engine->lock);
}

/* An idle connection; or NULL with *may_open_out when one more may be opened (counted already); or NULL and BUSY. */
static SqliteConnection *reader_take(Store *store, bool *may_open_out, GError **error)
{
    SqliteEngine *engine = store->state;
    int64_t until = clock_monotonic_us() + READER_WAIT_US;
    bool in_time = true;
    pthread_mutex_lock(&engine->lock);
    while (!engine->idle && engine->open_readers >= store->setup.connection_limit && in_time)
        in_time = cond_wait_until(&engine->freed, &engine->lock, until);
    SqliteConnection *reader = engine->idle;
    *may_open_out = !reader && engine->open_readers < store->setup.connection_limit;
    if (reader)
        engine->idle = reader->next;
    else if (*may_open_out)
        engine->open_readers++;
    pthread_mutex_unlock(&engine->lock);
    if (!reader && !*may_open_out)
        g_set_error(error, FILO_ERROR, FILO_ERROR_BUSY, "no reading connection became free in 5 s");
    return reader;
}

static StoreTx *sqlite_read_begin(Store *store, GError **error)
{
    SqliteEngine *engine = store->state;
    bool may_open;
    SqliteConnection *reader = reader_take(store, &may_open, error);
    if (may_open) {
        reader = sqlite_connection_open(engine->path, false, store->setup.statement_count, error);
        if (!reader)
            reader_give_back(engine, NULL);
    }
    if (!reader)
        return NULL;
    int code = sqlite_control(reader, CONTROL_BEGIN_READ);
    if (code != SQLITE_OK) {
        g_propagate_error(error, sqlite_error(reader->db, code, "read"));
        reader_give_back(engine, reader);
        return NULL;
    }
    tx_init(&reader->tx, store, reader, "read", false);
    return &reader->tx;
}

static void sqlite_read_end(StoreTx *tx)
{
    SqliteConnection *reader = tx->connection;
    SqliteEngine *engine = tx->store->state;
    tx_clear(tx);
    if (!sqlite3_get_autocommit(reader->db))
        sqlite_control(reader, CONTROL_ROLLBACK); /* nothing to keep, and ROLLBACK cannot fail for a reader */
    check(sqlite3_get_autocommit(reader->db));
    reader_give_back(engine, reader);
}

/* --- the engine -------------------------------------------------------------------------------------------------- */

static void engine_free(SqliteEngine *engine)
{
    pthread_mutex_destroy(&engine->lock);
    pthread_cond_destroy(&engine->freed);
    g_free(engine->path);
    g_free(engine);
}

/* Counting every byte SQLite holds takes one lock for all threads at each of its allocations. */
static void memory_count_off(void)
{
    check(sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK); /* else SQLite was used before the store */
}

static bool sqlite_open(Store *store, GError **error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, memory_count_off);
    SqliteEngine *engine = g_new0(SqliteEngine, 1);
    engine->path = g_build_filename(store->data_dir, "filo.db", NULL);
    pthread_mutex_init(&engine->lock, NULL);
    cond_init_monotonic(&engine->freed);
    if (!store->setup.queue_limit)
        store->setup.queue_limit = QUEUE_LIMIT;
    if (!store->setup.connection_limit)
        store->setup.connection_limit = READER_LIMIT;
    SqliteConnection *connection =
        sqlite_connection_open(engine->path, store->mode == STORE_WRITER, store->setup.statement_count, error);
    if (!connection) {
        engine_free(engine);
        return false;
    }
    store->state = engine;
    if (store->mode == STORE_WRITER) {
        engine->writer = sqlite_writer_start(store, connection);
    } else {
        engine->idle = connection;
        engine->open_readers = 1;
    }
    return true;
}

static void sqlite_close(Store *store)
{
    SqliteEngine *engine = store->state;
    for (SqliteConnection *reader = engine->idle, *next; reader; reader = next) {
        next = reader->next;
        engine->open_readers--;
        sqlite_connection_close(reader);
    }
    check(engine->open_readers == 0); /* else a read transaction is still open */
    sqlite_writer_stop(engine->writer);
    engine_free(engine);
}

static void sqlite_write(Store *store, WriteRequest *request)
{
    SqliteEngine *engine = store->state;
    sqlite_writer_run(engine->writer, request);
}

const Engine engine_sqlite = {
    .open = sqlite_open,
    .close = sqlite_close,
    .write = sqlite_write,
    .read_begin = sqlite_read_begin,
    .read_end = sqlite_read_end,
    .begin = sqlite_begin,
    .step = sqlite_step,
    .finish = sqlite_finish,
    .script = sqlite_script,
};
