/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/backup_int.h"
#include "store/sqlite_int.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PAGES_A_STEP = 1024 };

static bool fail_sqlite(sqlite3 *db, const char *what, GError **error)
{
    g_propagate_error(error, sqlite_error(db, sqlite3_extended_errcode(db), what));
    return false;
}

/* --- inspecting -------------------------------------------------------------------------------------------------- */

typedef bool (*RowSeen)(sqlite3_stmt *row, void *arg, GError **error);

static bool rows_each(sqlite3 *db, const char *sql, RowSeen seen, void *arg, GError **error)
{
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        return fail_sqlite(db, "inspecting a copy", error);
    int code;
    bool going = true;
    while (going && (code = sqlite3_step(stmt)) == SQLITE_ROW)
        going = seen(stmt, arg, error);
    if (going && code != SQLITE_DONE)
        going = fail_sqlite(db, "inspecting a copy", error);
    sqlite3_finalize(stmt);
    return going;
}

static bool integrity_seen(sqlite3_stmt *row, void *arg, GError **error)
{
    (void)arg;
    const char *verdict = (const char *)sqlite3_column_text(row, 0);
    if (g_strcmp0(verdict, "ok") == 0)
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "integrity_check: %s", verdict ? verdict : "");
    return false;
}

static bool orphan_seen(sqlite3_stmt *row, void *arg, GError **error)
{
    (void)arg;
    g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "a row of %s refers to nothing",
                (const char *)sqlite3_column_text(row, 0));
    return false;
}

typedef struct Inspection {
    sqlite3 *db;
    BackupContents *contents;
} Inspection;

static bool count_seen(sqlite3_stmt *row, void *arg, GError **error)
{
    (void)error;
    *(int64_t *)arg = sqlite3_column_int64(row, 0);
    return true;
}

static bool table_seen(sqlite3_stmt *row, void *arg, GError **error)
{
    const Inspection *inspection = arg;
    const char *name = (const char *)sqlite3_column_text(row, 0);
    int64_t rows = 0;
    char *sql = sqlite3_mprintf("SELECT count(*) FROM \"%w\"", name); /* a name from the schema cannot be a parameter */
    bool counted = rows_each(inspection->db, sql, count_seen, &rows, error);
    sqlite3_free(sql);
    if (counted)
        backup_contents_add_table(inspection->contents, name, rows);
    return counted;
}

static bool blob_seen(sqlite3_stmt *row, void *arg, GError **error)
{
    const Inspection *inspection = arg;
    const char *sha256 = (const char *)sqlite3_column_text(row, 0);
    char found[SHA256_HEX_SIZE];
    if (sqlite3_column_type(row, 2) == SQLITE_NULL) {
        backup_contents_add_blob(inspection->contents, sha256, sqlite3_column_int64(row, 1));
        return true;
    }
    const uint8_t *content = sqlite3_column_blob(row, 2);
    bytes_sha256_hex((Bytes){content, (size_t)sqlite3_column_bytes(row, 2)}, found);
    if (g_str_equal(found, sha256))
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "blob %s is not what was kept", sha256);
    return false;
}

static bool has_blobs(const BackupContents *contents)
{
    for (unsigned i = 0; i < contents->tables->len; i++)
        if (g_str_equal(g_array_index(contents->tables, BackupTable, i).name, "blob"))
            return true;
    return false;
}

static bool inspect(sqlite3 *db, BackupContents *contents, GError **error)
{
    Inspection inspection = {.db = db, .contents = contents};
    return rows_each(db, "PRAGMA integrity_check", integrity_seen, NULL, error) &&
           rows_each(db, "PRAGMA foreign_key_check", orphan_seen, NULL, error) &&
           rows_each(db,
                     "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'"
                     " AND rootpage > 0 ORDER BY name",
                     table_seen, &inspection, error) &&
           (!has_blobs(contents) ||
            rows_each(db, "SELECT sha256, size, content FROM blob ORDER BY sha256", blob_seen, &inspection, error));
}

bool backup_sqlite_inspect(const char *path, BackupContents *contents, GError **error)
{
    SqliteConnection *connection = sqlite_connection_open(path, false, 0, error);
    if (!connection)
        return false;
    bool sound = inspect(connection->db, contents, error);
    sqlite_connection_close(connection);
    return sound;
}

/* --- copying ----------------------------------------------------------------------------------------------------- */

static bool pages_copy(sqlite3 *from, sqlite3 *to, GError **error)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return fail_sqlite(to, "beginning a backup", error);
    int code;
    while ((code = sqlite3_backup_step(backup, PAGES_A_STEP)) == SQLITE_OK)
        continue;
    sqlite3_backup_finish(backup);
    if (code == SQLITE_DONE)
        return true;
    g_propagate_error(error, sqlite_error(to, code, "copying the database"));
    return false;
}

/* One snapshot for the whole copy: without a read transaction every write would make the copy begin anew. */
static bool snapshot_copy(SqliteConnection *from, sqlite3 *to, GError **error)
{
    if (sqlite_control(from, CONTROL_BEGIN_READ) != SQLITE_OK)
        return fail_sqlite(from->db, "beginning a backup", error);
    bool copied = pages_copy(from->db, to, error);
    sqlite_control(from, CONTROL_ROLLBACK);
    return copied;
}

/* One file, no WAL beside it: the copy says "WAL" in its header, like its source, until it is told otherwise. */
static bool copy_make(SqliteConnection *from, const char *path, GError **error)
{
    sqlite3 *to = NULL;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        filo_error_from_errno(error, errno, "making the copy");
        return false;
    }
    bool made = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK ||
                fail_sqlite(to, "opening the copy", error);
    made = made && snapshot_copy(from, to, error) &&
           (sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) == SQLITE_OK ||
            fail_sqlite(to, "closing the copy", error));
    sqlite3_close(to);
    if (made && fsync(fd) != 0) {
        filo_error_from_errno(error, errno, "syncing the copy");
        made = false;
    }
    close(fd);
    return made;
}

bool backup_sqlite_copy(Store *store, const char *path, BackupContents *contents, GError **error)
{
    g_autofree char *source = g_build_filename(store->data_dir, "filo.db", NULL);
    SqliteConnection *from = sqlite_connection_open(source, false, 0, error);
    if (!from)
        return false;
    bool copied = copy_make(from, path, error);
    sqlite_connection_close(from);
    return copied && backup_sqlite_inspect(path, contents, error);
}
