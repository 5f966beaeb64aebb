/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * moment: a preloaded library that knows whether the process stands between the first write of a transaction and its
 * commit, and can bring kill -9 at such a moment. It speaks with the test through a small shared file, which outlives
 * the process:
 *
 *     FILO_MOMENT_FILE=/tmp/x/moment LD_PRELOAD=libmoment.so filo serve …
 *
 * SQLite: from the first write to a -wal file after a sync of it, to the return of the next sync. PostgreSQL: from the
 * first statement after BEGIN … SERIALIZABLE has left, to the first answer after COMMIT has. Each call in between is a
 * moment; when their number reaches die_at, the process and the parent that would restart it are killed before the call.
 * And it can let one sync fail as a dying disk does (EIO).
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

enum { FILES_MAX = 4096 };

typedef struct Shared {
    _Atomic uint32_t open;    /* transactions between first write and commit now; what is read after a kill */
    _Atomic uint32_t moments; /* calls in between so far */
    _Atomic uint32_t die_at;  /* 0: never; set by the test, cleared by the death */
    _Atomic uint32_t commits;
    _Atomic uint32_t fail_sync; /* set by the test: the next sync of a -wal file fails, once */
} Shared;

typedef enum FileState { FILE_OTHER, FILE_WAL, FILE_WAL_WRITTEN, FILE_BEGUN, FILE_WRITTEN, FILE_COMMITTING } FileState;

static Shared *shared;
static pid_t parent; /* filo serve, or 0 */
static _Atomic int states[FILES_MAX];

#define REAL(name)                                                                                                     \
    static __typeof__(&name) real;                                                                                     \
    if (!real)                                                                                                         \
    *(void **)&real = dlsym(RTLD_NEXT, #name)

/* The parent, if this is a serving node. */
static pid_t find_parent(void)
{
    char line[64] = "";
    FILE *file = fopen("/proc/self/cmdline", "r");
    size_t got = file ? fread(line, 1, sizeof line - 1, file) : 0;
    if (file)
        fclose(file);
    const char *command = memchr(line, '\0', got);
    return command && strcmp(command + 1, "serve-node") == 0 ? getppid() : 0;
}

__attribute__((constructor)) static void moment_init(void)
{
    const char *path = getenv("FILO_MOMENT_FILE");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *page = fd >= 0 ? mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (fd >= 0)
        close(fd);
    parent = find_parent();
    if (page != MAP_FAILED)
        shared = page;
}

static FileState state_of(int fd)
{
    return shared && fd >= 0 && fd < FILES_MAX ? (FileState)atomic_load(&states[fd]) : FILE_OTHER;
}

static void moment(void)
{
    uint32_t wanted = atomic_load(&shared->die_at);
    if (atomic_fetch_add(&shared->moments, 1) + 1 < wanted || wanted == 0)
        return;
    if (!atomic_compare_exchange_strong(&shared->die_at, &wanted, 0))
        return;
    if (parent)
        kill(parent, SIGKILL);
    kill(getpid(), SIGKILL);
}

static void begin(int fd, FileState written)
{
    atomic_store(&states[fd], written);
    atomic_fetch_add(&shared->open, 1);
}

static void end(int fd, FileState after)
{
    atomic_store(&states[fd], after);
    atomic_fetch_sub(&shared->open, 1);
    atomic_fetch_add(&shared->commits, 1);
}

/* --- SQLite ------------------------------------------------------------------------------------------------------ */

static int note_open(int fd, const char *path)
{
    size_t size = strlen(path);
    if (shared && fd >= 0 && fd < FILES_MAX)
        atomic_store(&states[fd], size > 4 && strcmp(path + size - 4, "-wal") == 0 ? FILE_WAL : FILE_OTHER);
    return fd;
}

#define MODE_ARGUMENT()                                                                                                \
    va_list rest;                                                                                                      \
    va_start(rest, flags);                                                                                             \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                                            \
    va_end(rest)

int open(const char *path, int flags, ...)
{
    REAL(open);
    MODE_ARGUMENT();
    return note_open(real(path, flags, mode), path);
}

int open64(const char *path, int flags, ...)
{
    REAL(open64);
    MODE_ARGUMENT();
    return note_open(real(path, flags, mode), path);
}

static void wal_write(int fd)
{
    FileState state = state_of(fd);
    if (state == FILE_WAL)
        begin(fd, FILE_WAL_WRITTEN);
    else if (state == FILE_WAL_WRITTEN)
        moment();
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    REAL(pwrite);
    wal_write(fd);
    return real(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset)
{
    REAL(pwrite64);
    wal_write(fd);
    return real(fd, data, size, offset);
}

static int wal_sync(int fd, int (*real)(int))
{
    bool written = state_of(fd) == FILE_WAL_WRITTEN;
    if (written)
        moment();
    bool fails = written && atomic_exchange(&shared->fail_sync, 0);
    int result = fails ? -1 : real(fd);
    if (written)
        end(fd, FILE_WAL);
    if (fails)
        errno = EIO;
    return result;
}

int fdatasync(int fd)
{
    REAL(fdatasync);
    return wal_sync(fd, real);
}

int fsync(int fd)
{
    REAL(fsync);
    return wal_sync(fd, real);
}

int close(int fd)
{
    REAL(close);
    FileState state = state_of(fd);
    if (state == FILE_WAL_WRITTEN || state == FILE_WRITTEN || state == FILE_COMMITTING)
        end(fd, FILE_OTHER);
    else if (state != FILE_OTHER)
        atomic_store(&states[fd], FILE_OTHER);
    return real(fd);
}

/* --- PostgreSQL: simple queries are 'Q', a length, the text ------------------------------------------------------ */

static bool says(const void *data, size_t size, const char *query)
{
    size_t length = strlen(query);
    return size >= 5 + length && ((const char *)data)[0] == 'Q' && memcmp((const char *)data + 5, query, length) == 0;
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    REAL(send);
    FileState state = state_of(fd);
    if (shared && fd >= 0 && fd < FILES_MAX && says(data, size, "BEGIN ISOLATION LEVEL SERIALIZABLE"))
        atomic_store(&states[fd], FILE_BEGUN);
    else if (state == FILE_BEGUN)
        begin(fd, FILE_WRITTEN);
    else if (state == FILE_WRITTEN) {
        moment();
        if (says(data, size, "COMMIT") || says(data, size, "ROLLBACK"))
            atomic_store(&states[fd], FILE_COMMITTING);
    }
    return real(fd, data, size, flags);
}

ssize_t recv(int fd, void *data, size_t size, int flags)
{
    REAL(recv);
    if (state_of(fd) == FILE_COMMITTING)
        moment();
    ssize_t got = real(fd, data, size, flags);
    if (got > 0 && state_of(fd) == FILE_COMMITTING)
        end(fd, FILE_OTHER);
    return got;
}
