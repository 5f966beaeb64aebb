/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const subdirectories[] = {"blobs", "backups", "keys"};

static bool fail_errno(GError **error, const char *verb, const char *path)
{
    int saved = errno;
    g_autofree char *what = g_strdup_printf("%s %s", verb, path);
    filo_error_from_errno(error, saved, what);
    return false;
}

bool directory_make(const char *path, GError **error)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return true;
    return fail_errno(error, "making the directory", path);
}

bool directory_sync(const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(error, "opening the directory", path);
    bool synced = fsync(fd) == 0 || fail_errno(error, "syncing the directory", path);
    close(fd);
    return synced;
}

/* Ours: it does not exist, is empty, or holds what data_dir_init makes. */
static bool is_ours_or_empty(const char *path)
{
    g_autofree char *keys = g_build_filename(path, "keys", NULL);
    if (g_file_test(keys, G_FILE_TEST_IS_DIR))
        return true;
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    return !dir || !g_dir_read_name(dir);
}

/* Written whole under another name and then linked: a crash leaves no short key, a second init no second key. */
static bool seal_key_link(const char *path, const char *fresh, GError **error)
{
    uint8_t key[SEAL_KEY_SIZE];
    randombytes_buf(key, sizeof key);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0400);
    if (fd < 0)
        return fail_errno(error, "making", fresh);
    bool written = write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0;
    sodium_memzero(key, sizeof key);
    if (!written)
        fail_errno(error, "writing", fresh);
    close(fd);
    if (written && link(fresh, path) != 0 && errno != EEXIST)
        written = fail_errno(error, "making", path);
    unlink(fresh);
    return written;
}

static bool seal_key_make(const char *dir, GError **error)
{
    g_autofree char *keys = g_build_filename(dir, "keys", NULL);
    g_autofree char *path = g_build_filename(keys, "seal.key", NULL);
    g_autofree char *fresh = g_strdup_printf("%s/.seal.key.%d", keys, (int)getpid());
    g_autofree char *database = g_build_filename(dir, "filo.db", NULL);
    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    if (g_file_test(database, G_FILE_TEST_EXISTS)) /* a lost key must be noticed, not replaced */
        return true;
    return seal_key_link(path, fresh, error) && directory_sync(keys, error);
}

bool data_dir_init(const char *path, GError **error)
{
    if (!is_ours_or_empty(path)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "%s holds other files and is no data directory of Filo",
                    path);
        return false;
    }
    if (!directory_make(path, error))
        return false;
    if (chmod(path, 0700) != 0)
        return fail_errno(error, "closing to others", path);
    for (size_t i = 0; i < G_N_ELEMENTS(subdirectories); i++) {
        g_autofree char *below = g_build_filename(path, subdirectories[i], NULL);
        if (!directory_make(below, error))
            return false;
    }
    return seal_key_make(path, error) && directory_sync(path, error);
}

/* The holder writes its number into the file, for the sentence the second one prints. */
static void lock_refused(const char *path, int fd, GError **error)
{
    char holder[16] = "";
    if (read(fd, holder, sizeof holder - 1) <= 0)
        g_strlcpy(holder, "unknown", sizeof holder);
    g_strchomp(holder);
    g_set_error(error, FILO_ERROR, FILO_ERROR_BUSY, "%s is in use by another filo (process %s)", path, holder);
}

int data_dir_lock(const char *path, GError **error)
{
    g_autofree char *name = g_build_filename(path, "lock", NULL);
    int fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        fail_errno(error, "opening", name);
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            lock_refused(path, fd, error);
        else
            fail_errno(error, "locking", name);
        close(fd);
        return -1;
    }
    if (ftruncate(fd, 0) != 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
        g_debug("store: %s does not name its holder: %s", name, g_strerror(errno)); /* a full disk must not stop us */
    return fd;
}

bool data_dir_read_seal_key(const char *path, uint8_t key_out[SEAL_KEY_SIZE], GError **error)
{
    g_autofree char *name = g_build_filename(path, "keys", "seal.key", NULL);
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(error, "opening", name);
    uint8_t read_in[SEAL_KEY_SIZE + 1];
    ssize_t size = read(fd, read_in, sizeof read_in);
    close(fd);
    if (size == SEAL_KEY_SIZE)
        memcpy(key_out, read_in, SEAL_KEY_SIZE);
    sodium_memzero(read_in, sizeof read_in);
    if (size != SEAL_KEY_SIZE) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "%s is not a key of %d bytes", name, SEAL_KEY_SIZE);
        return false;
    }
    return true;
}
