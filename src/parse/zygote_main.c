/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The zygote's side: one thread, one loop over two descriptors (the socket, and a signalfd for SIGCHLD). It opens what
 * workers may not open later, forks one worker a request and keeps their pids until it has reaped them, so a pid it
 * kills is always its own child's. The parent's end of the socket closing is the order to end.
 */
#include "parse/charset_int.h"
#include "parse/sandbox_int.h"
#include "parse/signature_int.h"
#include "parse/zygote_int.h"

#include <errno.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <libxml/parser.h>
#include <locale.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN_MAX = 4 * PARSE_WORKERS_MAX, REQUEST_FDS = 3 };

typedef struct Child {
    uint64_t id;
    pid_t pid; /* 0: free */
} Child;

typedef struct Nursery {
    const WorkerJob *jobs;
    int signals;
    Child children[CHILDREN_MAX];
} Nursery;

/* ---- worker ---- */

bool worker_write(Bytes bytes)
{
    while (bytes.size) {
        ssize_t size = write(WORKER_RESULT, bytes.data, bytes.size);
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return false;
        bytes.data += size;
        bytes.size -= (size_t)size;
    }
    return true;
}

/* Puts the three descriptors where the sandbox expects them. */
static bool fds_place(const int fds[REQUEST_FDS])
{
    static const int places[REQUEST_FDS] = {WORKER_INPUT, WORKER_RESULT, WORKER_STATUS};
    int high[REQUEST_FDS];
    for (int i = 0; i < REQUEST_FDS; i++)
        if ((high[i] = fcntl(fds[i], F_DUPFD, 64)) < 0) /* out of the way of the places */
            return false;
    for (int i = 0; i < REQUEST_FDS; i++)
        if (dup2(high[i], places[i]) < 0)
            return false;
    int null = sandbox_is_real() ? open("/dev/null", O_WRONLY) : WORKER_STDERR; /* a sanitizer's report must be seen */
    return null >= 0 && dup2(null, WORKER_STDERR) >= 0;
}

static bool input_map(Bytes *input_out)
{
    struct stat status;
    if (fstat(WORKER_INPUT, &status) != 0 || status.st_size < 0)
        return false;
    *input_out = (Bytes){NULL, (size_t)status.st_size};
    if (!input_out->size)
        return true;
    void *memory = mmap(NULL, input_out->size, PROT_READ, MAP_PRIVATE, WORKER_INPUT, 0);
    input_out->data = memory;
    return memory != MAP_FAILED;
}

static G_NORETURN void worker_main(const Nursery *nursery, const ZygoteRequest *request, const int fds[REQUEST_FDS],
                                   pid_t zygote)
{
    Bytes input;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    const char locked_in = WORKER_READY, done = WORKER_DONE;
    bool ready = getppid() == zygote && fds_place(fds) && input_map(&input) && sandbox_enter() &&
                 write(WORKER_STATUS, &locked_in, 1) == 1;
    if (ready && nursery->jobs[request->kind](input, request->arguments) && write(WORKER_STATUS, &done, 1) == 1)
        _exit(0);
    _exit(1);
}

/* ---- children ---- */

static Child *child_find(Nursery *nursery, uint64_t id)
{
    for (size_t i = 0; i < CHILDREN_MAX; i++)
        if (nursery->children[i].pid && nursery->children[i].id == id)
            return &nursery->children[i];
    return NULL;
}

static void child_start(Nursery *nursery, const ZygoteRequest *request, const int fds[REQUEST_FDS])
{
    pid_t zygote = getpid();
    for (size_t i = 0; i < CHILDREN_MAX; i++) {
        if (nursery->children[i].pid)
            continue;
        pid_t pid = fork();
        if (pid == 0)
            worker_main(nursery, request, fds, zygote);
        if (pid > 0)
            nursery->children[i] = (Child){.id = request->id, .pid = pid};
        return; /* without a child the pipe closes, and the parent sees that nobody began */
    }
}

static void children_reap(Nursery *nursery)
{
    struct signalfd_siginfo info;
    while (read(nursery->signals, &info, sizeof info) > 0)
        continue;
    for (size_t i = 0; i < CHILDREN_MAX; i++)
        if (nursery->children[i].pid && waitpid(nursery->children[i].pid, NULL, WNOHANG) > 0)
            nursery->children[i].pid = 0;
}

static void children_end(Nursery *nursery)
{
    for (size_t i = 0; i < CHILDREN_MAX; i++)
        if (nursery->children[i].pid)
            kill(nursery->children[i].pid, SIGKILL);
}

/* ---- requests ---- */

/* Receives one packet; fds_out are -1 where none came. False when the parent is gone. */
static bool request_receive(ZygoteRequest *request, int fds_out[REQUEST_FDS])
{
    union {
        char space[CMSG_SPACE(REQUEST_FDS * sizeof(int))];
        struct cmsghdr align;
    } control = {0};
    struct iovec part = {request, sizeof *request};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.space, .msg_controllen = sizeof control.space};
    memset(fds_out, -1, REQUEST_FDS * sizeof *fds_out);
    ssize_t size = recvmsg(ZYGOTE_SOCKET, &message, MSG_CMSG_CLOEXEC);
    if (size != (ssize_t)sizeof *request)
        return false;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_type == SCM_RIGHTS)
        memcpy(fds_out, CMSG_DATA(header), MIN(header->cmsg_len - CMSG_LEN(0), REQUEST_FDS * sizeof *fds_out));
    return true;
}

static bool request_serve(Nursery *nursery)
{
    ZygoteRequest request;
    int fds[REQUEST_FDS];
    if (!request_receive(&request, fds))
        return false;
    if (request.kind == JOB_KILL) {
        Child *child = child_find(nursery, request.id);
        if (child)
            kill(child->pid, SIGKILL);
    } else if (request.kind < JOB_KINDS && nursery->jobs[request.kind] && fds[REQUEST_FDS - 1] >= 0) {
        child_start(nursery, &request, fds);
    }
    for (int i = 0; i < REQUEST_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return true;
}

/* ---- life ---- */

/* A hostile message must not be able to write to our log, so nothing is logged here. */
static GLogWriterOutput drop_log(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer user)
{
    (void)level;
    (void)fields;
    (void)count;
    (void)user;
    return G_LOG_WRITER_HANDLED;
}

static void libraries_open(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    setenv("TZ", "UTC0", 1);
    tzset();
    mallopt(M_ARENA_MAX, 1);
    g_log_set_writer_func(drop_log, NULL, NULL);
    g_mime_init();
    xmlInitParser();
    charset_open_all();
    signature_open();
}

static bool nursery_open(Nursery *nursery)
{
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);
    nursery->signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
    return nursery->signals >= 0 && fcntl(ZYGOTE_SOCKET, F_SETFD, FD_CLOEXEC) == 0 && sandbox_prepare();
}

int parse_zygote_serve(const WorkerJob jobs[JOB_KINDS])
{
    Nursery nursery = {.jobs = jobs};
    libraries_open();
    if (!nursery_open(&nursery))
        return 1;
    for (bool serving = true; serving;) {
        struct pollfd poll_fds[] = {{.fd = ZYGOTE_SOCKET, .events = POLLIN}, {.fd = nursery.signals, .events = POLLIN}};
        if (poll(poll_fds, G_N_ELEMENTS(poll_fds), -1) < 0)
            serving = errno == EINTR;
        else if (poll_fds[1].revents)
            children_reap(&nursery);
        else if (poll_fds[0].revents)
            serving = request_serve(&nursery);
    }
    children_end(&nursery);
    return 0;
}

int parse_zygote_main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return parse_zygote_serve(worker_jobs);
}
