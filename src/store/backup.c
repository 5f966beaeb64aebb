/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/backup.h"

#include "store/backup_int.h"
#include "store/blob_int.h"
#include "store/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTIAL_PREFIX ".partial-"

static bool fail_errno(GError **error, const char *verb, const char *path)
{
    int saved = errno;
    g_autofree char *what = g_strdup_printf("%s %s", verb, path);
    filo_error_from_errno(error, saved, what);
    return false;
}

/* --- files ------------------------------------------------------------------------------------------------------- */

/* Not copy_file_range: it refuses to leave its file system, and a copy that stays on its disk is half a copy. */
static bool descriptor_copy(int from, int to)
{
    uint8_t piece[64 << 10];
    for (ssize_t got; (got = read(from, piece, sizeof piece)) != 0;) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || !file_write_all(to, (Bytes){piece, (size_t)got}))
            return false;
    }
    return fsync(to) == 0;
}

static bool file_copy_open(int from, const char *to, GError **error)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_errno(error, "making", to);
    bool copied = descriptor_copy(from, fd) || fail_errno(error, "copying to", to);
    close(fd);
    return copied;
}

static bool file_copy(const char *from, const char *to, GError **error)
{
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(error, "opening", from);
    bool copied = file_copy_open(fd, to, error);
    close(fd);
    return copied;
}

static bool blob_is_sound(const char *dir, const char *sha256)
{
    int64_t size;
    int fd = blob_file_open(dir, sha256, &size, NULL);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Blobs never change, so a second name is a copy; where the disk has no second names, a real copy. It gets its own name
 * last: a copy that was cut short must not be taken for the blob. */
static bool blob_place(const char *from, const char *folder, const char *path, GError **error)
{
    g_autofree char *fresh = g_strconcat(folder, "/" BLOB_FRESH_PREFIX "copy", NULL);
    unlink(fresh);
    bool placed = (link(from, fresh) == 0 || file_copy(from, fresh, error)) &&
                  (rename(fresh, path) == 0 || fail_errno(error, "naming", path));
    if (!placed)
        unlink(fresh);
    return placed && directory_sync(folder, error);
}

/* What lies there already is of a restore that did not end: sound or not. */
static bool blob_copy(const char *from_dir, const char *to_dir, const BackupBlob *blob, GError **error)
{
    int64_t size;
    int fd = blob_file_open(from_dir, blob->sha256, &size, error);
    if (fd < 0)
        return false;
    close(fd);
    g_autofree char *from = blob_path(from_dir, blob->sha256), *to = blob_path(to_dir, blob->sha256);
    g_autofree char *folder = blob_folder(to_dir, blob->sha256);
    if (!directory_make(folder, error))
        return false;
    return blob_is_sound(to_dir, blob->sha256) ? directory_sync(folder, error) : blob_place(from, folder, to, error);
}

static bool blobs_copy(const char *from_dir, const char *to_dir, const GArray *blobs, GError **error)
{
    g_autofree char *folder = g_build_filename(to_dir, "blobs", NULL);
    if (!directory_make(folder, error))
        return false;
    for (unsigned i = 0; i < blobs->len; i++)
        if (!blob_copy(from_dir, to_dir, &g_array_index(blobs, BackupBlob, i), error))
            return false;
    return directory_sync(folder, error);
}

static void tree_remove(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *below = g_build_filename(path, name, NULL);
        if (g_file_test(below, G_FILE_TEST_IS_DIR) && !g_file_test(below, G_FILE_TEST_IS_SYMLINK))
            tree_remove(below);
        else
            unlink(below);
    }
    rmdir(path);
}

static bool database_hash(const char *path, char hex_out[SHA256_HEX_SIZE], int64_t *size_out, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(error, "opening", path);
    bool hashed = file_hash(fd, hex_out, size_out) || fail_errno(error, "reading", path);
    close(fd);
    return hashed;
}

/* --- making ------------------------------------------------------------------------------------------------------ */

static bool folder_fill(Store *store, const char *folder, GError **error)
{
    g_autoptr(BackupContents) contents = backup_contents_new(store->kind);
    g_autofree char *database = g_build_filename(folder, backup_database_name(store->kind), NULL);
    contents->made_at = store_now(store);
    bool copied = store->kind == STORE_SQLITE ? backup_sqlite_copy(store, database, contents, error)
                                              : backup_pg_dump(store, database, contents, error);
    return copied && database_hash(database, contents->database_sha256, &contents->database_size, error) &&
           blobs_copy(store->data_dir, folder, contents->blobs, error) && manifest_write(contents, folder, error) &&
           directory_sync(folder, error);
}

static bool folder_publish(const char *folder, const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);
    if (rename(folder, path) != 0)
        return fail_errno(error, "naming the backup", path);
    return directory_sync(parent, error);
}

/* The lock on DIR/backups, or -1: one backup at a time, so that what another left half made is known to be left. */
static int backups_lock(const char *parent, GError **error)
{
    int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fail_errno(error, "opening", parent);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (errno == EWOULDBLOCK)
        g_set_error(error, FILO_ERROR, FILO_ERROR_BUSY, "another backup is being made in %s", parent);
    else
        fail_errno(error, "locking", parent);
    close(fd);
    return -1;
}

static void partials_remove(const char *parent)
{
    g_autoptr(GDir) dir = g_dir_open(parent, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *path = g_build_filename(parent, name, NULL);
        if (g_str_has_prefix(name, PARTIAL_PREFIX))
            tree_remove(path);
    }
}

static bool backup_make_alone(Store *store, const char *parent, const char *path, GError **error)
{
    g_autofree char *folder = g_strdup_printf("%s/" PARTIAL_PREFIX "XXXXXX", parent);
    partials_remove(parent);
    if (!g_mkdtemp_full(folder, 0700))
        return fail_errno(error, "making", folder);
    bool made = folder_fill(store, folder, error) && folder_publish(folder, path, error);
    if (!made)
        tree_remove(folder);
    return made;
}

static char *name_by_time(const Store *store)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    return g_strdelimit(g_strdup(time_to_iso(arena, store_now(store))), ":.", '-');
}

char *backup_make(Store *store, const char *name, GError **error)
{
    g_autofree char *by_time = name_by_time(store);
    const char *chosen = name ? name : by_time;
    g_autofree char *parent = g_build_filename(store->data_dir, "backups", NULL);
    g_autofree char *path = g_build_filename(parent, chosen, NULL);
    if (!chosen[0] || strchr(chosen, '/') || chosen[0] == '.' || g_file_test(path, G_FILE_TEST_EXISTS)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "\"%s\" cannot be the name of a new backup", chosen);
        return NULL;
    }
    int lock = backups_lock(parent, error);
    int held = lock < 0 ? -1 : blob_hold(store->data_dir, false, error);
    bool made = held >= 0 && backup_make_alone(store, parent, path, error);
    if (held >= 0)
        close(held);
    if (lock >= 0)
        close(lock);
    return made ? g_steal_pointer(&path) : NULL;
}

/* --- verifying --------------------------------------------------------------------------------------------------- */

static bool database_verify(const BackupContents *written, const char *database, GError **error)
{
    char sha256[SHA256_HEX_SIZE];
    int64_t size;
    if (!database_hash(database, sha256, &size, error))
        return false;
    if (!g_str_equal(sha256, written->database_sha256)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "%s is not what was written", database);
        return false;
    }
    if (written->engine == STORE_POSTGRESQL)
        return backup_pg_verify(database, error);
    g_autoptr(BackupContents) found = backup_contents_new(STORE_SQLITE);
    return backup_sqlite_inspect(database, found, error) && backup_contents_compare(written, found, error);
}

static bool blobs_verify(const BackupContents *written, const char *path, GError **error)
{
    for (unsigned i = 0; i < written->blobs->len; i++) {
        int64_t size;
        int fd = blob_file_open(path, g_array_index(written->blobs, BackupBlob, i).sha256, &size, error);
        if (fd < 0)
            return false;
        close(fd);
    }
    return true;
}

static void summarise(const BackupContents *contents, BackupSummary *summary_out)
{
    *summary_out = (BackupSummary){.engine = contents->engine,
                                   .schema_version = contents->schema_version,
                                   .made_at = contents->made_at,
                                   .tables = contents->tables->len,
                                   .blob_files = contents->blobs->len};
    for (unsigned i = 0; i < contents->tables->len; i++)
        summary_out->rows += g_array_index(contents->tables, BackupTable, i).rows;
}

static BackupContents *verified(const char *path, GError **error)
{
    g_autoptr(BackupContents) written = manifest_read(path, error);
    if (!written)
        return NULL;
    g_autofree char *database = g_build_filename(path, backup_database_name(written->engine), NULL);
    bool sound = database_verify(written, database, error) && blobs_verify(written, path, error);
    return sound ? g_steal_pointer(&written) : NULL;
}

bool backup_verify(const char *path, BackupSummary *summary_out, GError **error)
{
    g_autoptr(BackupContents) written = verified(path, error);
    if (written && summary_out)
        summarise(written, summary_out);
    return written != NULL;
}

/* --- restoring --------------------------------------------------------------------------------------------------- */

static bool version_fits(const BackupContents *written, int newest, GError **error)
{
    if (written->schema_version <= newest)
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED,
                "the backup was made by a newer filo (its database at version %d, this program at %d)",
                written->schema_version, newest);
    return false;
}

static bool engine_fits(const BackupContents *written, const char *db, GError **error)
{
    if ((written->engine == STORE_POSTGRESQL) == (db != NULL))
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "the backup was made from %s and can only return to it",
                written->engine == STORE_SQLITE ? "SQLite" : "PostgreSQL");
    return false;
}

/* filo.db comes last and by a rename, so what a crash leaves behind is still "empty" and the restore can be repeated. */
static bool database_restore(const BackupContents *written, const char *database, const char *data_dir, const char *db,
                             GError **error)
{
    g_autoptr(BackupContents) found = backup_contents_new(written->engine);
    if (db)
        return backup_pg_restore(database, db, found, error) && backup_contents_compare(written, found, error);
    g_autofree char *fresh = g_build_filename(data_dir, ".filo.db.restoring", NULL);
    g_autofree char *path = g_build_filename(data_dir, "filo.db", NULL);
    unlink(fresh);
    if (!file_copy(database, fresh, error))
        return false;
    if (rename(fresh, path) != 0)
        return fail_errno(error, "naming", path);
    return directory_sync(data_dir, error);
}

static bool is_unused(const char *data_dir, GError **error)
{
    g_autofree char *database = g_build_filename(data_dir, "filo.db", NULL);
    if (!g_file_test(database, G_FILE_TEST_EXISTS))
        return true;
    g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "%s holds an installation already", data_dir);
    return false;
}

static bool has_seal_key(const char *data_dir)
{
    g_autofree char *key = g_build_filename(data_dir, "keys", "seal.key", NULL);
    return g_file_test(key, G_FILE_TEST_EXISTS);
}

static bool restore_locked(const BackupContents *written, const char *path, const char *data_dir, const char *db,
                           GError **error)
{
    g_autofree char *database = g_build_filename(path, backup_database_name(written->engine), NULL);
    int lock = data_dir_lock(data_dir, error);
    if (lock < 0)
        return false;
    bool restored =
        blobs_copy(path, data_dir, written->blobs, error) && database_restore(written, database, data_dir, db, error);
    close(lock);
    return restored;
}

bool backup_restore(const char *path, const char *data_dir, const char *db, int newest, BackupSummary *summary_out,
                    GError **error)
{
    g_autoptr(BackupContents) written = verified(path, error);
    if (!written || !version_fits(written, newest, error) || !engine_fits(written, db, error) ||
        !is_unused(data_dir, error))
        return false;
    bool new_key = !has_seal_key(data_dir);
    if (!data_dir_init(data_dir, error) || !restore_locked(written, path, data_dir, db, error))
        return false;
    summarise(written, summary_out);
    summary_out->new_seal_key = new_key;
    return true;
}
