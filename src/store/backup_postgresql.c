/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pg_dump and pg_restore do the work, started without a shell. The dump and our counts see one snapshot: our
 * transaction exports it and stays open until pg_dump is done.
 */
#include "store/backup_int.h"
#include "store/postgresql_int.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* --- starting a program ------------------------------------------------------------------------------------------ */

static bool spawn(const char *const argv[], int complaints, pid_t *child_out)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, complaints, STDERR_FILENO);
    errno = posix_spawnp(child_out, argv[0], &actions, NULL, (char *const *)argv,
                         environ); /* which writes to none of them */
    posix_spawn_file_actions_destroy(&actions);
    return errno == 0;
}

/* The first bytes it complains with; reads to the end so that it never blocks. */
static void complaints_read(int fd, char *text, size_t room)
{
    char piece[512];
    size_t used = 0;
    for (ssize_t got; (got = read(fd, piece, sizeof piece)) != 0;) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            break;
        size_t kept = MIN((size_t)got, room - 1 - used);
        memcpy(text + used, piece, kept);
        used += kept;
    }
    text[used] = '\0';
    g_strchomp(text);
}

static bool program_run(const char *const argv[], GError **error)
{
    int ends[2], status = -1;
    pid_t child;
    char complaints[1024];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        filo_error_from_errno(error, errno, argv[0]);
        return false;
    }
    bool started = spawn(argv, ends[1], &child);
    int why = errno;
    close(ends[1]);
    if (started) {
        complaints_read(ends[0], complaints, sizeof complaints);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            continue;
        if (status != 0)
            g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "%s: %s", argv[0], complaints);
    } else {
        filo_error_from_errno(error, why, argv[0]);
    }
    close(ends[0]);
    return started && status == 0;
}

/* --- counting ---------------------------------------------------------------------------------------------------- */

static PGresult *rows_ask(PgConnection *connection, const char *sql, GError **error)
{
    PGresult *result = libpq.PQexec(connection->pg, sql);
    if (libpq.PQresultStatus(result) == PGRES_TUPLES_OK)
        return result;
    g_propagate_error(error, pg_error(connection, result, "reading for the backup"));
    libpq.PQclear(result);
    return NULL;
}

static int64_t cell_int(const PGresult *rows, int row, int column)
{
    return g_ascii_strtoll(libpq.PQgetvalue(rows, row, column), NULL, 10);
}

static bool table_count(PgConnection *connection, BackupContents *contents, const char *name, GError **error)
{
    char *quoted = libpq.PQescapeIdentifier(connection->pg, name, strlen(name));
    g_autofree char *sql = g_strconcat("SELECT count(*) FROM ", quoted, NULL); /* a name cannot be a parameter */
    libpq.PQfreemem(quoted);
    PGresult *rows = rows_ask(connection, sql, error);
    if (!rows)
        return false;
    backup_contents_add_table(contents, name, cell_int(rows, 0, 0));
    libpq.PQclear(rows);
    return true;
}

static bool tables_count(PgConnection *connection, BackupContents *contents, GError **error)
{
    PGresult *rows = rows_ask(connection,
                              "SELECT relname FROM pg_class WHERE relkind = 'r'"
                              " AND relnamespace = current_schema()::regnamespace ORDER BY relname",
                              error);
    bool counted = rows != NULL;
    for (int i = 0; counted && i < libpq.PQntuples(rows); i++)
        counted = table_count(connection, contents, libpq.PQgetvalue(rows, i, 0), error);
    libpq.PQclear(rows);
    return counted;
}

static bool blobs_list(PgConnection *connection, BackupContents *contents, GError **error)
{
    PGresult *rows = rows_ask(connection, "SELECT sha256, size FROM blob WHERE content IS NULL ORDER BY sha256", error);
    for (int i = 0; rows && i < libpq.PQntuples(rows); i++)
        backup_contents_add_blob(contents, libpq.PQgetvalue(rows, i, 0), cell_int(rows, i, 1));
    libpq.PQclear(rows);
    return rows != NULL;
}

static bool contents_count(PgConnection *connection, BackupContents *contents, GError **error)
{
    return tables_count(connection, contents, error) && blobs_list(connection, contents, error);
}

/* --- dump and restore -------------------------------------------------------------------------------------------- */

static bool dump_run(const char *db, const char *path, const char *snapshot, GError **error)
{
    g_autofree char *from = g_strconcat("--dbname=", db, NULL), *to = g_strconcat("--file=", path, NULL);
    g_autofree char *seen = g_strconcat("--snapshot=", snapshot, NULL);
    const char *const argv[] = {"pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password",
                                to,        seen,              from,         NULL};
    return program_run(argv, error);
}

static bool snapshot_dump(PgConnection *connection, const char *db, const char *path, BackupContents *contents,
                          GError **error)
{
    if (!pg_command(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", error) ||
        !pg_command(connection, "SET LOCAL idle_in_transaction_session_timeout = 0", error) ||
        !pg_command(connection, "SET LOCAL statement_timeout = 0", error))
        return false;
    PGresult *rows = rows_ask(connection, "SELECT pg_export_snapshot()", error);
    bool dumped =
        rows && dump_run(db, path, libpq.PQgetvalue(rows, 0, 0), error) && contents_count(connection, contents, error);
    libpq.PQclear(rows);
    return dumped;
}

bool backup_pg_dump(Store *store, const char *path, BackupContents *contents, GError **error)
{
    PgConnection connection = {0};
    bool dumped = pg_connect(&connection, store, error) && snapshot_dump(&connection, store->db, path, contents, error);
    pg_disconnect(&connection);
    return dumped;
}

bool backup_pg_verify(const char *path, GError **error)
{
    const char *const argv[] = {"pg_restore", "--list", path, NULL};
    return program_run(argv, error);
}

static bool is_empty(PgConnection *connection, GError **error)
{
    g_autoptr(BackupContents) found = backup_contents_new(STORE_POSTGRESQL);
    if (!tables_count(connection, found, error))
        return false;
    if (found->tables->len > 0)
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "the database to restore into is not empty");
    return found->tables->len == 0;
}

static bool restore_run(const char *db, const char *path, GError **error)
{
    g_autofree char *into = g_strconcat("--dbname=", db, NULL);
    const char *const argv[] = {"pg_restore",   "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
                    "--no-password", into, path, NULL};
    return program_run(argv, error);
}

bool backup_pg_restore(const char *path, const char *db, BackupContents *contents, GError **error)
{
    PgConnection connection = {0};
    Store target = {.db = (char *)db}; /* only read: pg_connect asks it for the URL */
    bool restored = pg_url_check(db, error) && pg_connect(&connection, &target, error) &&
                    is_empty(&connection, error) && restore_run(db, path, error) &&
                    contents_count(&connection, contents, error);
    pg_disconnect(&connection);
    return restored;
}
