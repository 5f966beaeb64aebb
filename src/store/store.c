/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the two engines share: opening in the right order (directory, lock, engine, migrations), the sticky failure of a
 * transaction, the slow-work log and the notices after commit. Everything else goes through one struct of functions,
 * so no line below asks which engine it is.
 */
#include "store/store.h"

#include "base/log.h"
#include "store/data_dir.h"
#include "store/engine_int.h"
#include "store/migrate_int.h"
#include "store/store_metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static Store *store_new(const StoreOptions *options, const StoreSetup *setup)
{
    Store *store = g_new0(Store, 1);
    store->kind = options->db ? STORE_POSTGRESQL : STORE_SQLITE;
    store->engine = options->db ? &engine_postgresql : &engine_sqlite;
    store->mode = options->mode;
    store->setup = *setup;
    if (!store->setup.clock)
        store->setup.clock = clock_system();
    store->data_dir = g_strdup(options->data_dir);
    store->db = g_strdup(options->db);
    store->lock_fd = -1;
    pthread_mutex_init(&store->blob_lock, NULL);
    pthread_mutex_init(&store->commit_lock, NULL);
    return store;
}

static void store_free(Store *store)
{
    if (store->lock_fd >= 0)
        close(store->lock_fd); /* gives the directory's lock back */
    pthread_mutex_destroy(&store->blob_lock);
    pthread_mutex_destroy(&store->commit_lock);
    g_free(store->data_dir);
    g_free(store->db);
    g_free(store);
}

static bool directory_take(Store *store, bool may_create, GError **error)
{
    if (store->mode == STORE_READ_ONLY)
        return true;
    if (may_create && !data_dir_init(store->data_dir, error))
        return false;
    store->lock_fd = data_dir_lock(store->data_dir, error);
    return store->lock_fd >= 0;
}

/* By StoreOutcome; then what failed because too many waited. */
static const char *const write_words[] = {"committed", "refused", "failed", "busy"};

Store *store_open_with(const StoreOptions *options, const StoreSetup *setup, GError **error)
{
    check(sodium_init() >= 0);
    Store *store = store_new(options, setup);
    if (!directory_take(store, options->may_migrate, error) || !store->engine->open(store, error)) {
        store_free(store);
        return NULL;
    }
    if (!migrate_run(store, options->may_migrate, error)) {
        store_close(store);
        return NULL;
    }
    return store;
}

Store *store_open(const StoreOptions *options, GError **error)
{
    StoreSetup setup = {.statement_count = store_statement_count,
                        .migrations = store_migrations,
                        .migration_count = store_migration_count};
    for (size_t i = 0; i < G_N_ELEMENTS(write_words); i++) /* the first failure is then seen as a step from 0 */
        metric_add(&metric_store_writes, METRIC_LABELS(write_words[i]), 0);
    return store_open_with(options, &setup, error);
}

void store_close(Store *store)
{
    if (!store)
        return;
    store->engine->close(store);
    store_free(store);
}

StoreEngine store_engine(const Store *store)
{
    return store->kind;
}

const char *store_data_dir(const Store *store)
{
    return store->data_dir;
}

/* --- transactions ------------------------------------------------------------------------------------------------ */

static void count_write(const WriteRequest *request)
{
    bool busy = request->outcome == STORE_FAILED && g_error_matches(request->error, FILO_ERROR, FILO_ERROR_BUSY);
    metric_add(&metric_store_writes, METRIC_LABELS(busy ? "busy" : write_words[request->outcome]), 1);
}

StoreOutcome store_write(Store *store, const char *name, StoreWork work, void *arg, GError **error)
{
    WriteRequest request = {.name = name, .work = work, .arg = arg};
    if (store->mode == STORE_READ_ONLY) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "%s: the store is open for reading only", name);
        return STORE_FAILED;
    }
    metric_add(&metric_store_waiting, METRIC_PLAIN, 1);
    store->engine->write(store, &request);
    metric_add(&metric_store_waiting, METRIC_PLAIN, -1);
    count_write(&request);
    if (request.outcome == STORE_FAILED)
        g_propagate_error(error, request.error);
    return request.outcome;
}

StoreTx *store_read_begin(Store *store, GError **error)
{
    return store->engine->read_begin(store, error);
}

bool store_read_end(StoreTx *tx, GError **error)
{
    int64_t took = clock_monotonic_us() - tx->begun_us;
    metric_observe(&metric_store_read_seconds, METRIC_PLAIN, took);
    if (took > SLOW_READ_US)
        LOG(LOG_WARNING, "store.slow_read", LOG_TEXT("last", tx->name), LOG_NUMBER("us", took));
    bool failed = tx->failed;
    if (failed)
        g_propagate_error(error, g_steal_pointer(&tx->error));
    tx->store->engine->read_end(tx);
    return !failed;
}

bool store_tx_failed(const StoreTx *tx)
{
    return tx->failed;
}

StoreEngine store_tx_engine(const StoreTx *tx)
{
    return tx->store->kind;
}

int64_t store_tx_size(StoreTx *tx)
{
    static const StoreColumn columns[] = {{"bytes", STORE_INT, false}};
    static const StoreStatement statement = {
        .name = "database_size",
        .sql = {"SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                "SELECT pg_database_size(current_database())"},
        .index = STORE_UNLISTED,
        .column_count = 1,
        .columns = columns};
    StoreCursor cursor;
    StoreValue row;
    store_begin(&cursor, tx, &statement, NULL);
    int64_t bytes = store_step(&cursor, &row) ? row.integer : 0;
    store_finish(&cursor);
    return bytes;
}

void store_tx_fail(StoreTx *tx, FiloError code, const char *message)
{
    tx_fail(tx, code, "%s", message);
}

void tx_init(StoreTx *tx, Store *store, void *connection, const char *name, bool writes)
{
    *tx = (StoreTx){.store = store, .connection = connection, .name = name, .writes = writes};
    tx->begun_us = clock_monotonic_us();
}

void tx_clear(StoreTx *tx)
{
    g_clear_error(&tx->error);
    tx->failed = false;
}

void tx_fail_error(StoreTx *tx, GError *error)
{
    if (tx->failed) {
        g_error_free(error);
        return;
    }
    tx->failed = true;
    tx->error = error;
}

void tx_fail(StoreTx *tx, FiloError code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tx_fail_error(tx, g_error_new_valist(FILO_ERROR, (gint)code, format, args));
    va_end(args);
}

/* --- work put off ------------------------------------------------------------------------------------------------- */

void store_put_off(StoreTx *tx, StoreWork work, void *arg, GDestroyNotify free_arg)
{
    PutOff *entry = g_new(PutOff, 1);
    check(tx->writes);
    *entry = (PutOff){work, arg, free_arg, NULL};
    if (tx->put_off)
        tx->put_off_last->next = entry;
    else
        tx->put_off = entry;
    tx->put_off_last = entry;
}

bool request_run_put_off(StoreTx *tx, WriteRequest *request)
{
    for (const PutOff *entry = request->put_off; entry && !tx->failed; entry = entry->next)
        if (!entry->work(tx, entry->arg) && !tx->failed)
            tx_fail(tx, FILO_ERROR_REFUSED, "%s: work that was put off cannot refuse", tx->name);
    request_drop_put_off(request);
    return !tx->failed;
}

void request_drop_put_off(WriteRequest *request)
{
    for (PutOff *entry = request->put_off, *next; entry; entry = next) {
        next = entry->next;
        if (entry->free_arg)
            entry->free_arg(entry->arg);
        g_free(entry);
    }
    request->put_off = NULL;
}

StoreOutcome tx_run_work(StoreTx *tx, WriteRequest *request)
{
    int64_t begun = clock_monotonic_us();
    bool wanted = request->work(tx, request->arg);
    int64_t took = clock_monotonic_us() - begun;
    if (took > SLOW_WORK_US && !request->schema)
        LOG(LOG_WARNING, "store.slow_write", LOG_TEXT("work", request->name), LOG_NUMBER("us", took));
    request->put_off = g_steal_pointer(&tx->put_off);
    if (tx->failed || !wanted)
        request_drop_put_off(request);
    else if (!tx->in_group)
        (void)request_run_put_off(tx, request); /* its failure is the transaction's */
    if (tx->failed)
        return STORE_FAILED;
    return wanted ? STORE_COMMITTED : STORE_REFUSED;
}

void request_settle(WriteRequest *request, StoreOutcome outcome, StoreTx *tx)
{
    g_clear_error(&request->error);
    request->outcome = outcome;
    if (outcome == STORE_FAILED)
        request->error = g_steal_pointer(&tx->error);
}

void request_fail(WriteRequest *request, GError *error)
{
    g_clear_error(&request->error);
    request->outcome = STORE_FAILED;
    request->error = error;
}

/* --- statements -------------------------------------------------------------------------------------------------- */

void store_begin(StoreCursor *cursor, StoreTx *tx, const StoreStatement *statement, const StoreValue *params)
{
    check(tx->writes || !statement->writes);
    *cursor = (StoreCursor){.tx = tx, .statement = statement};
    if (!tx->writes)
        tx->name = statement->name;
    if (!tx->failed)
        tx->store->engine->begin(cursor, params);
}

bool store_step(StoreCursor *cursor, StoreValue *columns_out)
{
    return !cursor->tx->failed && cursor->tx->store->engine->step(cursor, columns_out);
}

int64_t store_finish(StoreCursor *cursor)
{
    int64_t changed = cursor->handle ? cursor->tx->store->engine->finish(cursor) : 0;
    cursor->handle = NULL;
    return cursor->tx->failed ? 0 : changed;
}

/* Skips eight ASCII bytes at a time: pages are read far more often than they hold anything else. */
bool value_text_is_sound(Bytes text)
{
    const uint64_t high = 0x8080808080808080u, low = 0x0101010101010101u;
    size_t at = 0;
    for (uint64_t word; at + sizeof word <= text.size; at += sizeof word) {
        memcpy(&word, text.data + at, sizeof word);
        if ((word & high) || ((word - low) & ~word & high)) /* not ASCII, or a zero byte */
            break;
    }
    if (text.size - at < sizeof high)
        while (at < text.size && text.data[at] && text.data[at] < 0x80)
            at++;
    return at == text.size || g_utf8_validate_len((const char *)text.data + at, text.size - at, NULL);
}

bool value_is_sound(StoreTx *tx, const StoreStatement *statement, const StoreColumn *param, const StoreValue *value)
{
    if (value->null ? param->nullable : param->type != STORE_TEXT || value_text_is_sound(value->bytes))
        return true;
    tx_fail(tx, FILO_ERROR_REFUSED, "%s: parameter %s is %s", statement->name, param->name,
            value->null ? "missing" : "not UTF-8 text, or has a NUL byte");
    return false;
}

/* --- after commit ------------------------------------------------------------------------------------------------ */

void store_on_commit(Store *store, StoreCommitted committed, void *arg)
{
    pthread_mutex_lock(&store->commit_lock);
    store->committed = committed;
    store->committed_arg = arg;
    pthread_mutex_unlock(&store->commit_lock);
}

void store_committed(Store *store)
{
    pthread_mutex_lock(&store->commit_lock);
    store->sequence++;
    if (store->committed)
        store->committed(store->sequence, store->committed_arg);
    pthread_mutex_unlock(&store->commit_lock);
}

void store_set_upkeep(Store *store, StoreWork upkeep)
{
    pthread_mutex_lock(&store->commit_lock);
    store->upkeep = upkeep;
    pthread_mutex_unlock(&store->commit_lock);
}

StoreWork store_upkeep(Store *store)
{
    pthread_mutex_lock(&store->commit_lock);
    StoreWork upkeep = store->upkeep;
    pthread_mutex_unlock(&store->commit_lock);
    return upkeep;
}

void store_die_of_fsync(const char *what)
{
    fprintf(stderr, "filo: the disk refused to keep %s (fsync failed): stopping, nothing more is acknowledged\n", what);
    abort();
}

/* --- waiting ----------------------------------------------------------------------------------------------------- */

void cond_init_monotonic(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool cond_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t monotonic_us)
{
    struct timespec until = {.tv_sec = monotonic_us / G_USEC_PER_SEC, .tv_nsec = monotonic_us % G_USEC_PER_SEC * 1000};
    return pthread_cond_timedwait(cond, lock, &until) != ETIMEDOUT;
}
