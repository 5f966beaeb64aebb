/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The parent's side. A Generation is one zygote process; callers hold a reference while their worker runs, so a
 * generation that is replaced lives on until its last job is over and is then killed (its workers die with it) and
 * reaped by whoever let go last. A zygote that dies under a job is not that message's fault, nor is a worker that could
 * not be started: the job is run once more. The worker's first word on the status pipe tells the two kinds of silence
 * apart: without it nobody has looked at the message, and nothing is known of it.
 */
#include "parse/zygote_int.h"

#include "base/check.h"
#include "base/clock.h"
#include "base/error.h"
#include "parse/parse_metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILL_GRACE_MS = 1000 };

typedef struct Generation {
    pid_t pid;
    int socket;
    unsigned references; /* one of the ParseZygote, one of each job */
    unsigned jobs;       /* started so far */
    bool broken;         /* died or stopped answering: takes no more */
} Generation;

struct ParseZygote {
    char *exe_path;
    pthread_mutex_t lock; /* guards all below, and every Generation's references, jobs, broken */
    pthread_cond_t slot_free;
    Generation *current; /* NULL until the next job starts one */
    unsigned workers;
    uint64_t next_id;
    int64_t used_us; /* when the last job began */
};

/* ---- one generation ---- */

/* A fresh environment: only what makes the C library predictable, and a sanitizer's own settings. */
static GStrv environment_new(void)
{
    static const char *const passed[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"};
    GStrv environment = g_environ_setenv(NULL, "LC_ALL", "C.UTF-8", TRUE);
    environment = g_environ_setenv(environment, "TZ", "UTC0", TRUE);
    for (size_t i = 0; i < G_N_ELEMENTS(passed); i++)
        if (g_getenv(passed[i]))
            environment = g_environ_setenv(environment, passed[i], g_getenv(passed[i]), TRUE);
    return environment;
}

static int spawn_with_socket(const char *exe_path, int socket, pid_t *pid_out)
{
    char *const arguments[] = {(char *)"filo-parse", (char *)"parse-zygote", NULL};
    g_auto(GStrv) environment = environment_new();
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int error = posix_spawn_file_actions_adddup2(&actions, socket, ZYGOTE_SOCKET);
    if (!error)
        error = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!error)
        error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (!error)
        error = posix_spawn(pid_out, exe_path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return error;
}

static Generation *generation_new(const char *exe_path, GError **error)
{
    int ends[2];
    pid_t pid;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        filo_error_from_errno(error, errno, "making the parser's socket");
        return NULL;
    }
    int error_number = spawn_with_socket(exe_path, ends[1], &pid);
    close(ends[1]);
    if (error_number) {
        close(ends[0]);
        filo_error_from_errno(error, error_number, "starting the parser");
        return NULL;
    }
    metric_add(&metric_parser_starts, METRIC_PLAIN, 1);
    Generation *generation = g_new0(Generation, 1);
    *generation = (Generation){.pid = pid, .socket = ends[0], .references = 1};
    return generation;
}

/* Nobody refers to it any more: no job of it is running. */
static void generation_end(Generation *generation)
{
    close(generation->socket);
    kill(generation->pid, SIGKILL);
    while (waitpid(generation->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    g_free(generation);
}

/* Call without the lock. */
static void generation_release(ParseZygote *zygote, Generation *generation)
{
    pthread_mutex_lock(&zygote->lock);
    bool last = --generation->references == 0;
    pthread_mutex_unlock(&zygote->lock);
    if (last)
        generation_end(generation);
}

/* True when the process at the other end is gone. */
static bool generation_is_dead(const Generation *generation)
{
    struct pollfd poll_fd = {.fd = generation->socket, .events = POLLRDHUP};
    return poll(&poll_fd, 1, 0) > 0 && (poll_fd.revents & (POLLHUP | POLLERR | POLLRDHUP));
}

static void generation_set_broken(ParseZygote *zygote, Generation *generation)
{
    pthread_mutex_lock(&zygote->lock);
    generation->broken = true;
    pthread_mutex_unlock(&zygote->lock);
}

/* ---- slots ---- */

/* Waits for a free slot, then gives the generation to run in, a new one when due. NULL and *error: no slot is held. */
static Generation *slot_take(ParseZygote *zygote, uint64_t *id_out, GError **error)
{
    Generation *retired = NULL;
    metric_add(&metric_parser_waiting, METRIC_PLAIN, 1);
    pthread_mutex_lock(&zygote->lock);
    while (zygote->workers >= PARSE_WORKERS_MAX)
        pthread_cond_wait(&zygote->slot_free, &zygote->lock);
    metric_add(&metric_parser_waiting, METRIC_PLAIN, -1);
    Generation *current = zygote->current;
    if (current && (current->broken || current->jobs >= PARSE_ZYGOTE_MESSAGES || generation_is_dead(current))) {
        retired = current;
        current = NULL;
    }
    if (!current)
        current = zygote->current = generation_new(zygote->exe_path, error);
    if (current) {
        current->references++;
        current->jobs++;
        zygote->workers++;
        metric_add(&metric_parser_workers, METRIC_PLAIN, 1);
        zygote->used_us = clock_monotonic_us();
        *id_out = ++zygote->next_id;
    } else {
        pthread_cond_signal(&zygote->slot_free); /* the slot this one was woken for is still free */
    }
    pthread_mutex_unlock(&zygote->lock);
    if (retired)
        generation_release(zygote, retired);
    return current;
}

static void slot_give_back(ParseZygote *zygote, Generation *generation)
{
    pthread_mutex_lock(&zygote->lock);
    zygote->workers--;
    metric_add(&metric_parser_workers, METRIC_PLAIN, -1);
    pthread_cond_signal(&zygote->slot_free);
    pthread_mutex_unlock(&zygote->lock);
    generation_release(zygote, generation);
}

/* ---- one job ---- */

static bool request_send(int socket, const ZygoteRequest *request, const int *fds, size_t fd_count)
{
    union {
        char space[CMSG_SPACE(3 * sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)request, sizeof *request};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count) {
        message.msg_control = control.space;
        message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
        memcpy(CMSG_DATA(header), fds, fd_count * sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)sizeof *request;
}

/* What came by a worker's status pipe. */
typedef struct WorkerStatus {
    char said[16];
    size_t size;
} WorkerStatus;

static bool worker_began(const WorkerStatus *status)
{
    return status->size >= 1 && status->said[0] == WORKER_READY;
}

static bool worker_finished(const WorkerStatus *status)
{
    return status->size == 2 && worker_began(status) && status->said[1] == WORKER_DONE;
}

/* Reads the status pipe to its end, on from what was read before. False when that took too long. */
static bool status_wait(int pipe, int64_t deadline_us, WorkerStatus *status)
{
    for (;;) {
        int64_t left_ms = (deadline_us - clock_monotonic_us()) / 1000;
        struct pollfd poll_fd = {.fd = pipe, .events = POLLIN};
        int ready = poll(&poll_fd, 1, (int)CLAMP(left_ms, 0, PARSE_WALL_MS));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0 || status->size == sizeof status->said)
            return false;
        ssize_t size = read(pipe, status->said + status->size, sizeof status->said - status->size);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return true;
        status->size += (size_t)size;
    }
}

static int64_t deadline_in(int milliseconds)
{
    return clock_monotonic_us() + (int64_t)milliseconds * 1000;
}

/* How a job ended, for the metrics' label too. */
static const char WORKER_WHOLE[] = "done", WORKER_DIED[] = "died", WORKER_LATE[] = "timeout",
                  WORKER_UNFIT[] = "too_large", WORKER_NONE[] = "no_parser";

/* Waits for the worker's end: WORKER_WHOLE, WORKER_DIED, WORKER_LATE and it was killed, or WORKER_NONE: it never came to
 * look at its input. */
static const char *worker_wait(ParseZygote *zygote, Generation *generation, uint64_t id, int pipe)
{
    WorkerStatus status = {.size = 0};
    bool late = !status_wait(pipe, deadline_in(PARSE_WALL_MS), &status);
    if (late) {
        ZygoteRequest kill_request = {.kind = JOB_KILL, .id = id};
        if (!request_send(generation->socket, &kill_request, NULL, 0) ||
            !status_wait(pipe, deadline_in(KILL_GRACE_MS), &status))
            generation_set_broken(zygote, generation); /* its end takes the worker with it */
    }
    if (!worker_began(&status))
        return WORKER_NONE;
    return late ? WORKER_LATE : worker_finished(&status) ? WORKER_WHOLE : WORKER_DIED;
}

/* Seals the memfd and maps it. NULL when the worker left it unfit. */
static GBytes *result_map(int memfd, size_t result_max)
{
    struct stat status;
    if (fcntl(memfd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0 ||
        fstat(memfd, &status) != 0 || status.st_size < 0 || (uint64_t)status.st_size > result_max)
        return NULL;
    if (status.st_size == 0)
        return g_bytes_new(NULL, 0);
    GMappedFile *mapped = g_mapped_file_new_from_fd(memfd, FALSE, NULL);
    if (!mapped)
        return NULL;
    GBytes *bytes = g_mapped_file_get_bytes(mapped);
    g_mapped_file_unref(mapped);
    return bytes;
}

static ParseRun job_run(ParseZygote *zygote, Generation *generation, ZygoteRequest *request, int input,
                        size_t result_max, GBytes **result_out, const char **end_out, GError **error)
{
    int status[2];
    int result = memfd_create("filo-parsed", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (result < 0 || pipe2(status, O_CLOEXEC) != 0) {
        filo_error_from_errno(error, errno, "making the parser's channels");
        if (result >= 0)
            close(result);
        return PARSE_RUN_ERROR;
    }
    const int fds[] = {input, result, status[1]};
    bool sent = request_send(generation->socket, request, fds, G_N_ELEMENTS(fds));
    close(status[1]);
    *end_out = sent ? worker_wait(zygote, generation, request->id, status[0]) : WORKER_NONE;
    close(status[0]);
    *result_out = *end_out == WORKER_WHOLE ? result_map(result, result_max) : NULL;
    close(result);
    if (*end_out == WORKER_NONE) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "the parser could start no worker");
        return PARSE_RUN_ERROR;
    }
    if (*end_out == WORKER_WHOLE && !*result_out)
        *end_out = WORKER_UNFIT;
    return *result_out ? PARSE_RUN_DONE : PARSE_RUN_FAILED;
}

static ParseRun run_counted(ParseZygote *zygote, JobKind kind, int input, const uint64_t arguments[WORKER_ARGUMENTS],
                            size_t result_max, GBytes **result_out, const char **end_out, GError **error)
{
    ZygoteRequest request = {.kind = (uint32_t)kind};
    memcpy(request.arguments, arguments, sizeof request.arguments);
    *result_out = NULL;
    ParseRun run = PARSE_RUN_FAILED;
    bool again = true;
    for (int attempt = 0; attempt < 2 && again; attempt++) {
        g_clear_error(error);
        Generation *generation = slot_take(zygote, &request.id, error);
        if (!generation)
            return PARSE_RUN_ERROR;
        run = job_run(zygote, generation, &request, input, result_max, result_out, end_out, error);
        again = run == PARSE_RUN_ERROR || (run == PARSE_RUN_FAILED && generation_is_dead(generation));
        if (generation_is_dead(generation))
            generation_set_broken(zygote, generation);
        slot_give_back(zygote, generation);
    }
    return run;
}

ParseRun parse_zygote_run(ParseZygote *zygote, JobKind kind, int input, const uint64_t arguments[WORKER_ARGUMENTS],
                          size_t result_max, GBytes **result_out, GError **error)
{
    static const char *const names[JOB_KINDS] = {
        [JOB_KILL] = "kill",           [JOB_MAIL] = "mail",         [JOB_MAIL_CLIPPED] = "mail_clipped",
        [JOB_DECODE] = "decode",       [JOB_DATICERT] = "daticert", [JOB_SIGNATURE] = "signature",
        [JOB_HTML] = "html",           [JOB_FILE_KIND] = "file_kind", [JOB_TNEF] = "tnef",
        [JOB_CERTIFICATES] = "certificates"};
    const char *end = WORKER_NONE;
    int64_t begun_us = clock_monotonic_us();
    ParseRun run = run_counted(zygote, kind, input, arguments, result_max, result_out, &end, error);
    metric_add(&metric_parser_jobs, METRIC_LABELS(names[kind], run == PARSE_RUN_ERROR ? WORKER_NONE : end), 1);
    metric_observe(&metric_parser_seconds, METRIC_LABELS(names[kind]), clock_monotonic_us() - begun_us);
    return run;
}

int parse_zygote_input(Bytes bytes, GError **error)
{
    int memfd = memfd_create("filo-raw", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    size_t written = 0;
    while (memfd >= 0 && written < bytes.size) {
        ssize_t size = write(memfd, bytes.data + written, bytes.size - written);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            break;
        written += (size_t)size;
    }
    if (memfd >= 0 && written == bytes.size &&
        fcntl(memfd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0)
        return memfd;
    filo_error_from_errno(error, errno, "copying a message for the parser");
    if (memfd >= 0)
        close(memfd);
    return -1;
}

/* ---- life ---- */

ParseZygote *parse_zygote_start(const char *exe_path, GError **error)
{
    if (access(exe_path, X_OK) != 0) {
        filo_error_from_errno(error, errno, exe_path);
        return NULL;
    }
    const char *const ends[] = {WORKER_WHOLE, WORKER_DIED, WORKER_LATE, WORKER_UNFIT, WORKER_NONE};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) /* whoever watches sees the first death as a step from 0 */
        metric_add(&metric_parser_jobs, METRIC_LABELS("mail", ends[i]), 0);
    ParseZygote *zygote = g_new0(ParseZygote, 1);
    zygote->exe_path = g_strdup(exe_path);
    pthread_mutex_init(&zygote->lock, NULL);
    pthread_cond_init(&zygote->slot_free, NULL);
    return zygote;
}

void parse_zygote_rest(ParseZygote *zygote, int64_t unused_us)
{
    Generation *idle = NULL;
    pthread_mutex_lock(&zygote->lock);
    if (zygote->workers == 0 && clock_monotonic_us() - zygote->used_us >= unused_us)
        idle = g_steal_pointer(&zygote->current);
    pthread_mutex_unlock(&zygote->lock);
    if (idle)
        generation_release(zygote, idle);
}

void parse_zygote_stop(ParseZygote *zygote)
{
    if (!zygote)
        return;
    check(zygote->workers == 0);
    if (zygote->current)
        generation_release(zygote, zygote->current);
    pthread_cond_destroy(&zygote->slot_free);
    pthread_mutex_destroy(&zygote->lock);
    g_free(zygote->exe_path);
    g_free(zygote);
}
