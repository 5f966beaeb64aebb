/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/sqlite_int.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { BUSY_WAIT_MS = 5000 }; /* only WAL recovery by another process can make us wait: nobody else writes */

static const char *const control_sql[CONTROL_COUNT] = {
    [CONTROL_BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [CONTROL_BEGIN_READ] = "BEGIN",
    [CONTROL_COMMIT] = "COMMIT",
    [CONTROL_ROLLBACK] = "ROLLBACK",
    [CONTROL_SAVEPOINT] = "SAVEPOINT member",
    [CONTROL_ROLLBACK_TO] = "ROLLBACK TO member",
    [CONTROL_RELEASE] = "RELEASE member",
};

static const char shared_pragmas[] = "PRAGMA trusted_schema = OFF;"
                                     "PRAGMA cell_size_check = ON;"
                                     "PRAGMA foreign_keys = ON;"
                                     "PRAGMA temp_store = MEMORY;";
static const char writer_pragmas[] = "PRAGMA journal_mode = WAL;"
                                     "PRAGMA synchronous = FULL;"
                                     "PRAGMA wal_autocheckpoint = 0;"
                                     "PRAGMA journal_size_limit = 67108864;"
                                     "PRAGMA cache_size = -16000;";
static const char reader_pragmas[] = "PRAGMA query_only = ON;"
                                     "PRAGMA wal_autocheckpoint = 0;"
                                     "PRAGMA cache_size = -2000;";

/* What SQL may grow to. Ours is written by us: these stop a mistake or a forged schema, not a user. */
static const struct {
    int id, value;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, 64 << 20},      {SQLITE_LIMIT_SQL_LENGTH, 1 << 20},    {SQLITE_LIMIT_COLUMN, 200},
    {SQLITE_LIMIT_EXPR_DEPTH, 100},       {SQLITE_LIMIT_COMPOUND_SELECT, 50},    {SQLITE_LIMIT_VDBE_OP, 250000},
    {SQLITE_LIMIT_FUNCTION_ARG, 32},      {SQLITE_LIMIT_ATTACHED, 0},            {SQLITE_LIMIT_VARIABLE_NUMBER, 250},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000}, {SQLITE_LIMIT_TRIGGER_DEPTH, 10}, {SQLITE_LIMIT_WORKER_THREADS, 0},
};

static const struct {
    int id, value;
} switches[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},        {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
};

static FiloError code_of(sqlite3 *db, int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return FILO_ERROR_BUSY;
    case SQLITE_FULL:
        return FILO_ERROR_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return FILO_ERROR_CORRUPT;
    case SQLITE_CONSTRAINT:
        return FILO_ERROR_REFUSED;
    case SQLITE_TOOBIG:
        return FILO_ERROR_TOO_LARGE;
    case SQLITE_IOERR: { /* a quota or a file-size limit is a full disk by another name */
        int cause = sqlite3_system_errno(db);
        return cause == EDQUOT || cause == EFBIG || cause == ENOSPC ? FILO_ERROR_FULL : FILO_ERROR_IO;
    }
    default:
        return FILO_ERROR_IO;
    }
}

GError *sqlite_error(sqlite3 *db, int code, const char *what)
{
    if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC)
        store_die_of_fsync(what);
    check((code & 0xff) != SQLITE_NOMEM && (code & 0xff) != SQLITE_MISUSE);
    const char *detail = sqlite3_extended_errcode(db) == code ? sqlite3_errmsg(db) : sqlite3_errstr(code);
    return g_error_new(FILO_ERROR, (gint)code_of(db, code), "%s: SQLite: %s (%d)", what, detail, code);
}

#if FILO_TESTKIT
/* A planted fault: the test that fails the power must notice commits that are not synced. */
static bool fault_plant(sqlite3 *db, bool writer)
{
    const char *wanted = g_getenv("FILO_TEST_SYNCHRONOUS");
    if (!writer || g_strcmp0(wanted, "NORMAL") != 0)
        return true;
    return sqlite3_exec(db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL) == SQLITE_OK;
}
#else
static bool fault_plant(sqlite3 *db, bool writer)
{
    (void)db, (void)writer;
    return true;
}
#endif

static bool settings_apply(sqlite3 *db, bool writer)
{
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
        sqlite3_limit(db, limits[i].id, limits[i].value);
    for (size_t i = 0; i < G_N_ELEMENTS(switches); i++)
        if (sqlite3_db_config(db, switches[i].id, switches[i].value, NULL) != SQLITE_OK)
            return false;
    if (!writer && sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL) != SQLITE_OK)
        return false;
    sqlite3_busy_timeout(db, BUSY_WAIT_MS);
    return sqlite3_exec(db, shared_pragmas, NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_exec(db, writer ? writer_pragmas : reader_pragmas, NULL, NULL, NULL) == SQLITE_OK &&
           fault_plant(db, writer);
}

static bool controls_prepare(SqliteConnection *connection)
{
    for (int i = 0; i < CONTROL_COUNT; i++)
        if (sqlite3_prepare_v3(connection->db, control_sql[i], -1, SQLITE_PREPARE_PERSISTENT, &connection->control[i],
                               NULL) != SQLITE_OK)
            return false;
    return true;
}

/* SQLite would make the file with the umask's rights, and its WAL after it. */
static bool file_make_private(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        int saved = errno;
        g_autofree char *what = g_strdup_printf("opening %s", path);
        filo_error_from_errno(error, saved, what);
        return false;
    }
    close(fd);
    return true;
}

static bool file_exists(const char *path, GError **error)
{
    if (access(path, F_OK) == 0)
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "there is no database at %s", path);
    return false;
}

SqliteConnection *sqlite_connection_open(const char *path, bool writer, unsigned statement_count, GError **error)
{
    if (!(writer ? file_make_private(path, error) : file_exists(path, error)))
        return NULL;
    SqliteConnection *connection = g_new0(SqliteConnection, 1);
    int flags = SQLITE_OPEN_NOMUTEX | (writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY);
    int code = sqlite3_open_v2(path, &connection->db, flags, NULL);
    check(connection->db);
    sqlite3_extended_result_codes(connection->db, 1);
    if (code != SQLITE_OK || !settings_apply(connection->db, writer) || !controls_prepare(connection) ||
        sqlite_score_add(connection->db) != SQLITE_OK) {
        g_propagate_error(error, sqlite_error(connection->db, sqlite3_extended_errcode(connection->db), path));
        sqlite_connection_close(connection);
        return NULL;
    }
    connection->handles = g_new0(SqliteHandle, statement_count);
    connection->handle_count = statement_count;
    return connection;
}

void sqlite_connection_close(SqliteConnection *connection)
{
    if (!connection)
        return;
    for (unsigned i = 0; i < connection->handle_count; i++)
        sqlite_handle_clear(&connection->handles[i]);
    for (int i = 0; i < CONTROL_COUNT; i++)
        sqlite3_finalize(connection->control[i]);
    check(sqlite3_close(connection->db) == SQLITE_OK); /* else a cursor was never finished */
    g_free(connection->handles);
    g_free(connection);
}

int sqlite_control(SqliteConnection *connection, SqliteControl control)
{
    sqlite3_step(connection->control[control]);
    return sqlite3_reset(connection->control[control]);
}

static bool handle_prepare(SqliteHandle *handle, sqlite3 *db, StoreTx *tx, const StoreStatement *statement)
{
    bool listed = statement->index != STORE_UNLISTED;
    int code = sqlite3_prepare_v3(db, statement->sql[STORE_SQLITE], -1, listed ? SQLITE_PREPARE_PERSISTENT : 0,
                                  &handle->stmt, NULL);
    if (code != SQLITE_OK) {
        tx_fail_error(tx, sqlite_error(db, code, statement->name));
        return false;
    }
    handle->places = g_new0(int, statement->param_count);
    for (unsigned i = 0; i < statement->param_count; i++) {
        char name[16]; /* "$1" is a name to SQLite, which numbers names by first appearance */
        g_snprintf(name, sizeof name, "$%u", i + 1);
        handle->places[i] = sqlite3_bind_parameter_index(handle->stmt, name);
    }
    return true;
}

SqliteHandle *sqlite_handle_find(SqliteConnection *connection, StoreTx *tx, const StoreStatement *statement)
{
    bool listed = statement->index != STORE_UNLISTED;
    check(!listed || statement->index < connection->handle_count);
    SqliteHandle *handle = listed ? &connection->handles[statement->index] : g_new0(SqliteHandle, 1);
    if (handle->stmt || handle_prepare(handle, connection->db, tx, statement))
        return handle;
    if (!listed)
        g_free(handle);
    return NULL;
}

void sqlite_handle_clear(SqliteHandle *handle)
{
    sqlite3_finalize(handle->stmt);
    g_free(handle->places);
    *handle = (SqliteHandle){0};
}
