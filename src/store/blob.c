/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A large blob is written to a temporary file in its own folder, synced, renamed to its hash, and the folder synced,
 * all before the transaction that refers to it: a row never names a file that a power cut can take away. What a refused
 * or lost transaction leaves behind is a file without a row, which blob_sweep finds.
 *
 * Two things keep sweep from taking a file that is about to be referred to: prepare touches a file it finds already
 * there (so it is young again), and both hold blob_lock while they look. A backup in any process holds a shared flock
 * on DIR/blobs, which sweep wants alone.
 */
#include "store/blob.h"

#include "blob_sql.h"
#include "store/blob_int.h"
#include "store/data_dir.h"
#include "store/engine_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ORPHAN_AGE_S = 24 * 60 * 60 };

static bool fail_errno(GError **error, const char *verb, const char *path)
{
    int saved = errno;
    g_autofree char *what = g_strdup_printf("%s %s", verb, path);
    filo_error_from_errno(error, saved, what);
    return false;
}

bool blob_name_is_valid(const char *sha256)
{
    return strlen(sha256) == SHA256_HEX_SIZE - 1 && strspn(sha256, "0123456789abcdef") == SHA256_HEX_SIZE - 1;
}

char *blob_folder(const char *data_dir, const char *sha256)
{
    return g_strdup_printf("%s/blobs/%.2s", data_dir, sha256);
}

char *blob_path(const char *data_dir, const char *sha256)
{
    return g_strdup_printf("%s/blobs/%.2s/%s", data_dir, sha256, sha256);
}

static bool folder_has_blob(const char *folder)
{
    g_autoptr(GDir) each = g_dir_open(folder, 0, NULL);
    const char *name = NULL;
    while (each && (name = g_dir_read_name(each)) && !blob_name_is_valid(name))
        ;
    return name != NULL;
}

bool blob_any(const char *data_dir)
{
    g_autofree char *blobs = g_build_filename(data_dir, "blobs", NULL);
    g_autoptr(GDir) each = g_dir_open(blobs, 0, NULL);
    const char *name;
    while (each && (name = g_dir_read_name(each))) {
        g_autofree char *folder = g_build_filename(blobs, name, NULL);
        if (folder_has_blob(folder))
            return true;
    }
    return false;
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

bool file_write_all(int fd, Bytes bytes)
{
    while (bytes.size) {
        ssize_t written = write(fd, bytes.data, bytes.size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes.data += written;
        bytes.size -= (size_t)written;
    }
    return true;
}

static bool fresh_fill(int fd, Bytes bytes, const char *path, GError **error)
{
    if (!file_write_all(fd, bytes))
        return fail_errno(error, "writing", path);
    if (fsync(fd) == 0)
        return true;
    if (errno == EIO)
        store_die_of_fsync(path);
    return fail_errno(error, "syncing", path);
}

static bool file_create(const char *folder, const char *path, Bytes bytes, GError **error)
{
    g_autofree char *fresh = g_strdup_printf("%s/" BLOB_FRESH_PREFIX "XXXXXX", folder);
    int fd = mkostemp(fresh, O_CLOEXEC);
    if (fd < 0)
        return fail_errno(error, "making a file in", folder);
    bool filled = fresh_fill(fd, bytes, fresh, error);
    close(fd);
    if (filled && rename(fresh, path) == 0)
        return directory_sync(folder, error);
    if (filled)
        fail_errno(error, "naming", path);
    unlink(fresh);
    return false;
}

/* A file of the right length is taken for the content; its hash is compared whenever it is read. */
static bool is_there(const char *path, size_t size)
{
    struct stat found;
    return stat(path, &found) == 0 && found.st_size == (off_t)size && utimensat(AT_FDCWD, path, NULL, 0) == 0;
}

/* A name lasts only once its folder is synced. Whoever made it may not have come to that yet, or died before: so what
 * is found there is synced like what is made here. */
static bool file_keep(Store *store, const BlobPrepared *prepared, Bytes bytes, GError **error)
{
    g_autofree char *parent = g_build_filename(store->data_dir, "blobs", NULL);
    g_autofree char *folder = blob_folder(store->data_dir, prepared->sha256);
    g_autofree char *path = blob_path(store->data_dir, prepared->sha256);
    pthread_mutex_lock(&store->blob_lock);
    bool there = is_there(path, bytes.size);
    pthread_mutex_unlock(&store->blob_lock);
    if (!there && mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail_errno(error, "making", folder);
    if (!directory_sync(parent, error))
        return false;
    return there ? directory_sync(folder, error) : file_create(folder, path, bytes, error);
}

bool blob_prepare(Store *store, Bytes bytes, BlobPrepared *prepared_out, GError **error)
{
    static const uint8_t nothing[1]; /* an empty blob is not NULL */
    *prepared_out = (BlobPrepared){.size = (int64_t)bytes.size, .in_file = bytes.size > BLOB_ROW_MAX};
    prepared_out->at = store_now(store);
    bytes_sha256_hex(bytes, prepared_out->sha256);
    if (prepared_out->in_file)
        return file_keep(store, prepared_out, bytes, error);
    prepared_out->content = bytes.size ? bytes : (Bytes){nothing, 0};
    return true;
}

void blob_add(StoreTx *tx, const BlobPrepared *prepared)
{
    sql_blob_insert(tx, &(SqlBlobInsertIn){.sha256 = prepared->sha256,
                                           .size = prepared->size,
                                           .content = prepared->content,
                                           .added_at = prepared->at});
}

void blob_remove(StoreTx *tx, const char *sha256)
{
    sql_blob_delete(tx, &(SqlBlobDeleteIn){.sha256 = sha256});
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static bool fail_corrupt(const char *sha256, const char *why, GError **error)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "blob %s %s", sha256, why);
    return false;
}

bool file_hash(int fd, char hex_out[SHA256_HEX_SIZE], int64_t *size_out)
{
    crypto_hash_sha256_state state;
    uint8_t piece[64 << 10], digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_init(&state);
    *size_out = 0;
    for (ssize_t got; (got = pread(fd, piece, sizeof piece, *size_out)) != 0;) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        crypto_hash_sha256_update(&state, piece, (unsigned long long)got);
        *size_out += got;
    }
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(hex_out, SHA256_HEX_SIZE, digest, sizeof digest);
    return true;
}

int blob_file_open(const char *data_dir, const char *sha256, int64_t *size_out, GError **error)
{
    g_autofree char *path = blob_path(data_dir, sha256);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        if (errno == ENOENT)
            fail_corrupt(sha256, "has lost its file", error);
        else
            fail_errno(error, "opening", path);
        return -1;
    }
    char found[SHA256_HEX_SIZE];
    bool sound = file_hash(fd, found, size_out);
    if (!sound)
        fail_errno(error, "reading", path);
    else if (!g_str_equal(found, sha256))
        sound = fail_corrupt(sha256, "is not what was kept: its file was changed", error);
    if (sound)
        return fd;
    close(fd);
    return -1;
}

static bool row_find(StoreTx *tx, const char *sha256, Arena *arena, SqlBlobFind *row, GError **error)
{
    if (sql_blob_find(tx, arena, &(SqlBlobFindIn){.sha256 = sha256}, row))
        return true;
    if (tx->failed)
        g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "blob %s: %s", sha256, tx->error->message);
    else
        g_set_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND, "there is no blob %s", sha256);
    return false;
}

static bool content_verify(const char *sha256, Bytes content, GError **error)
{
    char found[SHA256_HEX_SIZE];
    bytes_sha256_hex(content, found);
    return g_str_equal(found, sha256) || fail_corrupt(sha256, "is not what was kept: its row was changed", error);
}

static bool file_read(int fd, int64_t size, Arena *arena, Bytes *bytes_out)
{
    uint8_t *bytes = arena_alloc(arena, (size_t)size + 1);
    *bytes_out = (Bytes){bytes, (size_t)size};
    for (int64_t at = 0; at < size;) {
        ssize_t got = pread(fd, bytes + at, (size_t)(size - at), at);
        if (got <= 0 && !(got < 0 && errno == EINTR))
            return false;
        at += MAX(got, 0);
    }
    return true;
}

static bool file_load(StoreTx *tx, const char *sha256, Arena *arena, Bytes *bytes_out, GError **error)
{
    int64_t size;
    int fd = blob_file_open(tx->store->data_dir, sha256, &size, error);
    if (fd < 0)
        return false;
    bool loaded = file_read(fd, size, arena, bytes_out) || fail_corrupt(sha256, "shrank while it was read", error);
    close(fd);
    return loaded && content_verify(sha256, *bytes_out, error);
}

bool blob_read(StoreTx *tx, const char *sha256, Arena *arena, Bytes *bytes_out, GError **error)
{
    SqlBlobFind row;
    if (!row_find(tx, sha256, arena, &row, error))
        return false;
    if (!row.content.data)
        return file_load(tx, sha256, arena, bytes_out, error);
    *bytes_out = row.content;
    return content_verify(sha256, row.content, error);
}

static int memory_file(Bytes content, GError **error)
{
    int fd = memfd_create("blob", MFD_CLOEXEC);
    if (fd >= 0 && file_write_all(fd, content) && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    filo_error_from_errno(error, errno, "keeping a blob in memory");
    if (fd >= 0)
        close(fd);
    return -1;
}

int blob_open(StoreTx *tx, const char *sha256, int64_t *size_out, GError **error)
{
    SqlBlobFind row;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    if (!row_find(tx, sha256, arena, &row, error))
        return -1;
    if (!row.content.data)
        return blob_file_open(tx->store->data_dir, sha256, size_out, error);
    *size_out = (int64_t)row.content.size;
    return content_verify(sha256, row.content, error) ? memory_file(row.content, error) : -1;
}

/* --- sweeping ---------------------------------------------------------------------------------------------------- */

int blob_hold(const char *data_dir, bool alone, GError **error)
{
    g_autofree char *path = g_build_filename(data_dir, "blobs", NULL);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        fail_errno(error, "opening", path);
        return -1;
    }
    if (flock(fd, alone ? LOCK_EX | LOCK_NB : LOCK_SH) == 0)
        return fd;
    fail_errno(error, "locking", path);
    close(fd);
    return -1;
}

typedef struct Sweep {
    Store *store;
    StoreTx *tx;
    Arena *arena;
    TimeMs before;
    int removed;
} Sweep;

static bool is_old(const Sweep *sweep, const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && (TimeMs)found.st_mtime * TIME_SECOND < sweep->before;
}

/* The row is asked for under the lock, in a transaction begun before it: a file prepared since is young. */
static void file_sweep(Sweep *sweep, const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    SqlBlobFind row;
    bool is_blob = blob_name_is_valid(name);
    if (!is_blob && !g_str_has_prefix(name, BLOB_FRESH_PREFIX))
        return;
    arena_clear(sweep->arena);
    pthread_mutex_lock(&sweep->store->blob_lock);
    if (is_old(sweep, path) && !(is_blob && sql_blob_find(sweep->tx, sweep->arena, &(SqlBlobFindIn){name}, &row)) &&
        !sweep->tx->failed && unlink(path) == 0)
        sweep->removed++;
    pthread_mutex_unlock(&sweep->store->blob_lock);
}

static void folders_sweep(Sweep *sweep)
{
    g_autofree char *parent = g_build_filename(sweep->store->data_dir, "blobs", NULL);
    for (unsigned first = 0; first < 256; first++) {
        g_autofree char *folder = g_strdup_printf("%s/%02x", parent, first);
        g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL); /* most do not exist */
        for (const char *name; dir && (name = g_dir_read_name(dir));)
            file_sweep(sweep, folder, name);
    }
}

static int sweep_held(Store *store, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Sweep sweep = {.store = store, .arena = arena};
    sweep.before = store_now(store) - (TimeMs)ORPHAN_AGE_S * TIME_SECOND;
    sweep.tx = store_read_begin(store, error);
    if (!sweep.tx)
        return -1;
    folders_sweep(&sweep);
    return store_read_end(sweep.tx, error) ? sweep.removed : -1;
}

int blob_sweep(Store *store, GError **error)
{
    GError *why = NULL;
    int held = blob_hold(store->data_dir, true, &why);
    if (held < 0 && g_error_matches(why, FILO_ERROR, FILO_ERROR_BUSY)) {
        g_error_free(why); /* a backup runs: its files stay where they are */
        return 0;
    }
    if (held < 0) {
        g_propagate_error(error, why);
        return -1;
    }
    int removed = sweep_held(store, error);
    close(held);
    return removed;
}
