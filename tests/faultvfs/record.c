/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * record: a preloaded library that writes down what a process does to the files below one directory, so that power.py
 * can ask at any moment "and if the power had failed now?". Linux may lose whatever was written but not synced: the
 * data of a file until fsync or fdatasync of it, a name until fsync of its directory.
 *
 *     FILO_RECORD_DIR=/tmp/x/data FILO_RECORD_TO=/tmp/x/journal LD_PRELOAD=librecord.so filo serve --data /tmp/x/data …
 *
 * FILO_RECORD_SLOW_NAMES_MS makes every sync of a directory take so long.
 *
 * A record is a RecordHead, then path, then data. A write is recorded before it is made, a sync after it returned, with
 * the length the journal had when it began: only what stood before that is safe. Every process of the tree appends to
 * the same journal; each record is one write with O_APPEND.
 *
 * Not for memory-mapped writing (SQLite maps only its -shm file, which is made anew), links, and files handed over by
 * descriptor. Two processes that write the same file at once would be recorded in an order of their own: Filo's lock
 * excludes that. Descriptors that were not opened here pass untouched, so a sandboxed worker makes no new system call.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { TRACKED_MAX = 4096, RECORD_MAGIC = 0x46494c4f };
enum RecordKind {
    RECORD_WRITE = 1,
    RECORD_TRUNCATE,
    RECORD_CREATE,
    RECORD_MKDIR,
    RECORD_RENAME,
    RECORD_UNLINK,
    RECORD_SYNC
};

typedef struct RecordHead {
    uint32_t magic, kind;
    uint64_t offset; /* of a write; the new size; of a sync: how long the journal was when it began */
    uint32_t path_size, data_size;
} RecordHead;

static char root[PATH_MAX];
static int journal = -1;
static unsigned slow_names_us;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *tracked[TRACKED_MAX]; /* by descriptor: the path below root, or NULL */

#define REAL(name)                                                                                                     \
    static __typeof__(&name) real;                                                                                     \
    if (!real)                                                                                                         \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void record_init(void)
{
    const char *dir = getenv("FILO_RECORD_DIR"), *to = getenv("FILO_RECORD_TO");
    const char *slow = getenv("FILO_RECORD_SLOW_NAMES_MS");
    slow_names_us = slow ? (unsigned)strtoul(slow, NULL, 10) * 1000 : 0;
    if (dir && to && snprintf(root, sizeof root, "%s", dir) < (int)sizeof root)
        journal = open(to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
}

static void record(enum RecordKind kind, const char *path, uint64_t offset, const void *data, size_t size)
{
    RecordHead head = {RECORD_MAGIC, kind, offset, (uint32_t)strlen(path), (uint32_t)size};
    struct iovec pieces[] = {{&head, sizeof head}, {(void *)path, head.path_size}, {(void *)data, size}};
    ssize_t whole = (ssize_t)(sizeof head + head.path_size + size);
    pthread_mutex_lock(&lock);
    if (writev(journal, pieces, 3) != whole)
        abort(); /* a journal with a hole proves nothing */
    pthread_mutex_unlock(&lock);
}

static uint64_t journal_size(void)
{
    struct stat status;
    if (fstat(journal, &status) != 0)
        abort();
    return (uint64_t)status.st_size;
}

/* The path below root, or NULL. Compared as text: Filo is given the directory by its one real, absolute name. */
static const char *below_root(const char *path)
{
    size_t size = strlen(root);
    if (journal < 0 || strncmp(path, root, size) != 0 || (path[size] != '/' && path[size] != '\0'))
        return NULL;
    return path[size] ? path + size + 1 : ".";
}

static const char *tracked_path(int fd)
{
    return fd >= 0 && fd < TRACKED_MAX ? tracked[fd] : NULL;
}

static int track(int fd, const char *path, int flags, bool existed)
{
    if (fd < 0 || !path)
        return fd;
    if (fd >= TRACKED_MAX)
        abort();
    tracked[fd] = strdup(path);
    if (!existed && (flags & O_CREAT))
        record(RECORD_CREATE, path, 0, NULL, 0);
    else if (flags & O_TRUNC)
        record(RECORD_TRUNCATE, path, 0, NULL, 0);
    return fd;
}

/* --- what is taken over ------------------------------------------------------------------------------------------ */

#define OPEN_BODY(call)                                                                                                \
    const char *found = below_root(path);                                                                              \
    bool existed = found && access(path, F_OK) == 0;                                                                   \
    return track(call, found, flags, existed)

#define MODE_ARGUMENT()                                                                                                \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                            \
    va_end(rest)

int open(const char *path, int flags, ...)
{
    REAL(open);
    MODE_ARGUMENT();
    OPEN_BODY(real(path, flags, mode));
}

int open64(const char *path, int flags, ...)
{
    REAL(open64);
    MODE_ARGUMENT();
    OPEN_BODY(real(path, flags, mode));
}

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
    return open(path, flags);
}

int __open64_2(const char *path, int flags);
int __open64_2(const char *path, int flags)
{
    return open64(path, flags);
}

#define MAKE_TEMPORARY(name, ...)                                                                                      \
    REAL(name);                                                                                                        \
    int fd = real(__VA_ARGS__);                                                                                        \
    return track(fd, below_root(pattern), O_CREAT, false) /* now the pattern is the name */

int mkstemp(char *pattern)
{
    MAKE_TEMPORARY(mkstemp, pattern);
}

int mkstemp64(char *pattern)
{
    MAKE_TEMPORARY(mkstemp64, pattern);
}

int mkostemp(char *pattern, int flags)
{
    MAKE_TEMPORARY(mkostemp, pattern, flags);
}

int mkostemp64(char *pattern, int flags)
{
    MAKE_TEMPORARY(mkostemp64, pattern, flags);
}

int close(int fd)
{
    REAL(close);
    if (tracked_path(fd)) {
        free(tracked[fd]);
        tracked[fd] = NULL;
    }
    return real(fd);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    REAL(pwrite);
    if (tracked_path(fd))
        record(RECORD_WRITE, tracked[fd], (uint64_t)offset, data, size);
    return real(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset)
{
    REAL(pwrite64);
    if (tracked_path(fd))
        record(RECORD_WRITE, tracked[fd], (uint64_t)offset, data, size);
    return real(fd, data, size, offset);
}

ssize_t write(int fd, const void *data, size_t size)
{
    REAL(write);
    if (tracked_path(fd)) {
        bool appends = fcntl(fd, F_GETFL) & O_APPEND;
        record(RECORD_WRITE, tracked[fd], (uint64_t)lseek(fd, 0, appends ? SEEK_END : SEEK_CUR), data, size);
    }
    return real(fd, data, size);
}

int ftruncate(int fd, off_t size)
{
    REAL(ftruncate);
    if (tracked_path(fd))
        record(RECORD_TRUNCATE, tracked[fd], (uint64_t)size, NULL, 0);
    return real(fd, size);
}

int ftruncate64(int fd, off_t size)
{
    REAL(ftruncate64);
    if (tracked_path(fd))
        record(RECORD_TRUNCATE, tracked[fd], (uint64_t)size, NULL, 0);
    return real(fd, size);
}

/* A disk that takes its time over names: what another thread does meanwhile is what the test is after. */
static void dawdle(int fd)
{
    struct stat status;
    if (slow_names_us && fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
        usleep(slow_names_us);
}

static int synced(int result, int fd, uint64_t before)
{
    if (result == 0)
        record(RECORD_SYNC, tracked[fd], before, NULL, 0);
    return result;
}

int fsync(int fd)
{
    REAL(fsync);
    if (!tracked_path(fd))
        return real(fd);
    uint64_t before = journal_size();
    dawdle(fd);
    return synced(real(fd), fd, before);
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    if (!tracked_path(fd))
        return real(fd);
    uint64_t before = journal_size();
    return synced(real(fd), fd, before);
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    int result = real(path, mode);
    const char *found = result == 0 ? below_root(path) : NULL;
    if (found)
        record(RECORD_MKDIR, found, 0, NULL, 0);
    return result;
}

/* The new name is the record's data. Descriptors keep the old path: nobody writes to a file after renaming it. */
int rename(const char *from, const char *to)
{
    REAL(rename);
    const char *old = below_root(from), *new = below_root(to);
    if (old && new)
        record(RECORD_RENAME, old, 0, new, strlen(new));
    return real(from, to);
}

int unlink(const char *path)
{
    REAL(unlink);
    const char *found = access(path, F_OK) == 0 ? below_root(path) : NULL;
    if (found)
        record(RECORD_UNLINK, found, 0, NULL, 0);
    return real(path);
}
