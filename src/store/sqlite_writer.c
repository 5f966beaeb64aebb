/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The one thread that writes. It takes up to 64 waiting requests as a group: BEGIN IMMEDIATE, a savepoint for each, one
 * COMMIT (one fsync), and only then the answers. One thread and a queue, instead of a connection per thread, because
 * SQLite's busy handler is not fair (a writer starved for 4 s in the measurement of stack.md) and because the WAL-reset
 * race needs two connections that write or checkpoint.
 *
 * When a group dies: SQLITE_FULL and some I/O errors roll back the whole transaction, after which "ROLLBACK TO" knows
 * no savepoint. So after every member sqlite3_get_autocommit() is asked; if the group is gone, or its COMMIT failed,
 * every member (also one that was refused: what it read was never committed) runs again, alone in a transaction.
 *
 * What members put off (store_put_off) runs after the last of them, in the same transaction.
 *
 * Checkpoints are made here too, after the answers went out, when the WAL is longer than 4,000 pages; while an old
 * reader keeps the WAL from beginning anew, each next try waits for another 4,000. So is upkeep (store_set_upkeep).
 */
#include "store/sqlite_int.h"

#include "base/log.h"
#include "store/store_metrics.h"

enum { GROUP_LIMIT = 64, CHECKPOINT_PAGES = 4000, UPKEEP_GROUPS = 16 };

typedef struct Waiting {
    WriteRequest *request;
    struct Waiting *next;
    pthread_cond_t answered;
    bool done;
} Waiting;

struct SqliteWriter {
    Store *store;
    SqliteConnection *connection;
    pthread_t thread;
    pthread_mutex_t lock; /* guards everything down to closing, and each Waiting's done */
    pthread_cond_t arrived;
    Waiting *head, *tail;
    unsigned waiting;
    bool closing;
    int wal_pages; /* the writer thread's own, from here on */
    int checkpoint_at;
    int groups;       /* committed since the last upkeep */
    bool upkeep_left; /* the last one still found work: go on while nobody waits */
};

/* --- one member -------------------------------------------------------------------------------------------------- */

static void member_fail(SqliteWriter *writer, WriteRequest *request, int code)
{
    request_fail(request, sqlite_error(writer->connection->db, code, request->name));
}

/* Runs the request inside the group's transaction. false: the whole transaction is gone. */
static bool member_run(SqliteWriter *writer, WriteRequest *request)
{
    SqliteConnection *connection = writer->connection;
    if (sqlite_control(connection, CONTROL_SAVEPOINT) != SQLITE_OK)
        return false;
    tx_init(&connection->tx, writer->store, connection, request->name, true);
    connection->tx.in_group = true;
    StoreOutcome outcome = tx_run_work(&connection->tx, request);
    request_settle(request, outcome, &connection->tx);
    tx_clear(&connection->tx);
    if (sqlite3_get_autocommit(connection->db))
        return false;
    if (outcome != STORE_COMMITTED && sqlite_control(connection, CONTROL_ROLLBACK_TO) != SQLITE_OK)
        return false;
    return sqlite_control(connection, CONTROL_RELEASE) == SQLITE_OK;
}

static void transaction_drop(SqliteConnection *connection)
{
    if (!sqlite3_get_autocommit(connection->db))
        sqlite_control(connection, CONTROL_ROLLBACK); /* on failure SQLite has rolled back by itself */
    check(sqlite3_get_autocommit(connection->db));
}

static void foreign_keys_check(StoreTx *tx)
{
    static const StoreColumn columns[] = {{"table", STORE_TEXT, false}, {"parent", STORE_TEXT, false}};
    static const StoreStatement statement = {.name = "foreign_key_check",
                                             .sql = {"SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1"},
                                             .index = STORE_UNLISTED,
                                             .column_count = G_N_ELEMENTS(columns),
                                             .columns = columns};
    StoreCursor cursor;
    StoreValue row[G_N_ELEMENTS(columns)];
    store_begin(&cursor, tx, &statement, NULL);
    if (store_step(&cursor, row))
        tx_fail(tx, FILO_ERROR_CORRUPT, "a row of %.*s would be left without its %.*s", (int)row[0].bytes.size,
                (const char *)row[0].bytes.data, (int)row[1].bytes.size, (const char *)row[1].bytes.data);
    store_finish(&cursor);
}

/* The work in the open transaction, then COMMIT or ROLLBACK. */
static void work_and_commit(SqliteWriter *writer, WriteRequest *request)
{
    SqliteConnection *connection = writer->connection;
    tx_init(&connection->tx, writer->store, connection, request->name, true);
    StoreOutcome outcome = tx_run_work(&connection->tx, request);
    if (request->schema && outcome == STORE_COMMITTED) {
        foreign_keys_check(&connection->tx);
        outcome = connection->tx.failed ? STORE_FAILED : outcome;
    }
    request_settle(request, outcome, &connection->tx);
    tx_clear(&connection->tx);
    if (outcome != STORE_COMMITTED) {
        transaction_drop(connection);
        return;
    }
    int code = sqlite_control(connection, CONTROL_COMMIT);
    if (code != SQLITE_OK) {
        member_fail(writer, request, code);
        transaction_drop(connection);
    }
}

static void foreign_keys_set(SqliteWriter *writer, bool on)
{
    check(sqlite3_db_config(writer->connection->db, SQLITE_DBCONFIG_ENABLE_FKEY, (int)on, NULL) == SQLITE_OK);
}

static void member_run_alone(SqliteWriter *writer, WriteRequest *request)
{
    if (request->schema) /* rebuilding a table with them on would delete its children; no effect inside BEGIN */
        foreign_keys_set(writer, false);
    int code = sqlite_control(writer->connection, CONTROL_BEGIN_WRITE);
    if (code != SQLITE_OK)
        member_fail(writer, request, code);
    else
        work_and_commit(writer, request);
    if (request->schema)
        foreign_keys_set(writer, true);
}

/* --- a group ----------------------------------------------------------------------------------------------------- */

/* What the members put off: no savepoint is open any more, so what fails here fails the group. */
static bool group_run_put_off(SqliteWriter *writer, Waiting *first)
{
    SqliteConnection *connection = writer->connection;
    bool all_ran = true;
    for (Waiting *member = first; member && all_ran; member = member->next) {
        tx_init(&connection->tx, writer->store, connection, member->request->name, true);
        all_ran = request_run_put_off(&connection->tx, member->request);
        tx_clear(&connection->tx);
    }
    return all_ran;
}

static bool group_run_members(SqliteWriter *writer, Waiting *first)
{
    for (Waiting *member = first; member; member = member->next)
        if (!member_run(writer, member->request))
            return false;
    return group_run_put_off(writer, first);
}

/* false: nothing of the group was kept, and none of the outcomes counts. */
static bool group_run_together(SqliteWriter *writer, Waiting *first)
{
    SqliteConnection *connection = writer->connection;
    if (sqlite_control(connection, CONTROL_BEGIN_WRITE) != SQLITE_OK)
        return false;
    if (!group_run_members(writer, first)) {
        for (Waiting *member = first; member; member = member->next)
            request_drop_put_off(member->request);
        transaction_drop(connection);
        return false;
    }
    int code = sqlite_control(connection, CONTROL_COMMIT);
    if (code == SQLITE_OK)
        return true;
    g_error_free(sqlite_error(connection->db, code, "a group of commits")); /* aborts if it was the fsync */
    transaction_drop(connection);
    return false;
}

static void group_run(SqliteWriter *writer, Waiting *first)
{
    if (first->next && group_run_together(writer, first))
        return;
    for (Waiting *member = first; member; member = member->next) {
        member_run_alone(writer, member->request);
        if (first->next)
            metric_add(&metric_store_again, METRIC_PLAIN, 1);
    }
}

static bool group_has_commit(const Waiting *first)
{
    for (const Waiting *member = first; member; member = member->next)
        if (member->request->outcome == STORE_COMMITTED)
            return true;
    return false;
}

/* Under the lock: the waiter frees its place on the stack as soon as it sees done. */
static void group_answer(SqliteWriter *writer, Waiting *first)
{
    pthread_mutex_lock(&writer->lock);
    for (Waiting *member = first, *next; member; member = next) {
        next = member->next;
        member->done = true;
        pthread_cond_signal(&member->answered);
    }
    pthread_mutex_unlock(&writer->lock);
}

/* The oldest requests, as a list of their own; a migration is always alone. NULL: nobody waits, and either upkeep has
 * work left or, *open_out false, the store closes. */
static Waiting *group_take(SqliteWriter *writer, bool *open_out)
{
    pthread_mutex_lock(&writer->lock);
    while (!writer->head && !writer->closing && !writer->upkeep_left)
        pthread_cond_wait(&writer->arrived, &writer->lock);
    Waiting *first = writer->head, *last = first;
    unsigned taken = first ? 1 : 0;
    while (last && last->next && taken < GROUP_LIMIT && !last->request->schema && !last->next->request->schema) {
        last = last->next;
        taken++;
    }
    if (last) {
        writer->head = last->next;
        last->next = NULL;
        writer->waiting -= taken;
    }
    *open_out = first || !writer->closing;
    pthread_mutex_unlock(&writer->lock);
    return first;
}

/* --- the WAL ----------------------------------------------------------------------------------------------------- */

static int wal_grew(void *arg, sqlite3 *db, const char *name, int pages)
{
    (void)db, (void)name;
    SqliteWriter *writer = arg;
    if (pages < writer->wal_pages) /* it began anew */
        writer->checkpoint_at = CHECKPOINT_PAGES;
    writer->wal_pages = pages;
    return SQLITE_OK;
}

static void checkpoint_if_due(SqliteWriter *writer)
{
    if (writer->wal_pages < writer->checkpoint_at)
        return;
    sqlite3 *db = writer->connection->db;
    int code = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (code != SQLITE_OK && code != SQLITE_BUSY) {
        g_autoptr(GError) error = sqlite_error(db, code, "checkpoint");
        LOG(LOG_WARNING, "store.checkpoint", LOG_TEXT("reason", error->message)); /* the WAL still holds everything */
    }
    writer->checkpoint_at = writer->wal_pages + CHECKPOINT_PAGES;
}

/* --- upkeep ------------------------------------------------------------------------------------------------------ */

/* A work that finds nothing to do changes no row besides the one it is asked by. */
static void upkeep_run(SqliteWriter *writer)
{
    WriteRequest request = {.name = "upkeep", .work = store_upkeep(writer->store)};
    int before = sqlite3_total_changes(writer->connection->db);
    writer->groups = 0;
    writer->upkeep_left = false;
    if (!request.work)
        return;
    member_run_alone(writer, &request);
    if (request.outcome == STORE_FAILED) {
        LOG(LOG_WARNING, "store.upkeep", LOG_TEXT("reason", request.error->message)); /* due again 16 groups later */
        g_error_free(request.error);
        return;
    }
    writer->upkeep_left = sqlite3_total_changes(writer->connection->db) - before > 1;
}

/* --- the thread -------------------------------------------------------------------------------------------------- */

static void count_group(const Waiting *first, int64_t begun_us)
{
    int64_t size = 0;
    for (const Waiting *member = first; member; member = member->next)
        size++;
    metric_observe(&metric_store_group_size, METRIC_PLAIN, size);
    metric_observe(&metric_store_group_seconds, METRIC_PLAIN, clock_monotonic_us() - begun_us);
}

static void group_serve(SqliteWriter *writer, Waiting *group)
{
    int64_t begun_us = clock_monotonic_us();
    group_run(writer, group);
    count_group(group, begun_us);
    bool committed = group_has_commit(group); /* once answered, the group is gone */
    if (committed)
        store_committed(writer->store);
    group_answer(writer, group);
    if (committed && ++writer->groups >= UPKEEP_GROUPS)
        upkeep_run(writer);
}

static void *writer_main(void *arg)
{
    SqliteWriter *writer = arg;
    bool open = true;
    while (open) {
        Waiting *group = group_take(writer, &open);
        if (group)
            group_serve(writer, group);
        else if (open)
            upkeep_run(writer);
        checkpoint_if_due(writer);
    }
    return NULL;
}

SqliteWriter *sqlite_writer_start(Store *store, SqliteConnection *connection)
{
    SqliteWriter *writer = g_new0(SqliteWriter, 1);
    writer->store = store;
    writer->connection = connection;
    writer->checkpoint_at = CHECKPOINT_PAGES;
    pthread_mutex_init(&writer->lock, NULL);
    pthread_cond_init(&writer->arrived, NULL);
    sqlite3_wal_hook(connection->db, wal_grew, writer);
    check(pthread_create(&writer->thread, NULL, writer_main, writer) == 0);
    return writer;
}

void sqlite_writer_stop(SqliteWriter *writer)
{
    if (!writer)
        return;
    pthread_mutex_lock(&writer->lock);
    writer->closing = true;
    pthread_cond_signal(&writer->arrived);
    pthread_mutex_unlock(&writer->lock);
    pthread_join(writer->thread, NULL);
    sqlite_connection_close(writer->connection); /* the last one out checkpoints and removes the WAL */
    pthread_mutex_destroy(&writer->lock);
    pthread_cond_destroy(&writer->arrived);
    g_free(writer);
}

static bool queue_add(SqliteWriter *writer, Waiting *waiting)
{
    if (writer->closing || writer->waiting >= writer->store->setup.queue_limit)
        return false;
    if (writer->head)
        writer->tail->next = waiting;
    else
        writer->head = waiting;
    writer->tail = waiting;
    writer->waiting++;
    pthread_cond_signal(&writer->arrived);
    return true;
}

unsigned sqlite_writer_waiting(SqliteWriter *writer)
{
    pthread_mutex_lock(&writer->lock);
    unsigned waiting = writer->waiting;
    pthread_mutex_unlock(&writer->lock);
    return waiting;
}

void sqlite_writer_run(SqliteWriter *writer, WriteRequest *request)
{
    Waiting waiting = {.request = request};
    pthread_cond_init(&waiting.answered, NULL);
    pthread_mutex_lock(&writer->lock);
    bool queued = queue_add(writer, &waiting);
    while (queued && !waiting.done)
        pthread_cond_wait(&waiting.answered, &writer->lock);
    pthread_mutex_unlock(&writer->lock);
    pthread_cond_destroy(&waiting.answered);
    if (!queued)
        request_fail(request,
                     g_error_new(FILO_ERROR, FILO_ERROR_BUSY, "%s: too many writes are waiting", request->name));
}
