/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The walls themselves. The test program is its own zygote and gives it jobs of its own: each input is the name of
 * something a taken-over worker would try. On a sanitizer build the sandbox is off, and only what does not need it runs.
 */
#include "base/error.h"
#include "parse/mail.h"
#include "parse/parse_metrics.h"
#include "parse/sandbox_int.h"
#include "parse/zygote_int.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static ParseZygote *zygote;

/* ---- what the worker tries: each answers with errno's number, or dies ---- */

static long try_open(void)
{
    return open("/etc/passwd", O_RDONLY);
}

static long try_create(void)
{
    return open("/tmp/filo-sandbox-test", O_CREAT | O_WRONLY, 0600);
}

static long try_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static long try_iconv_unlisted(void)
{
    return iconv_open("UTF-8", "IBM1364") == (iconv_t)-1 ? -1 : 0;
}

static long try_fork(void)
{
    return fork();
}

static long try_vfork_syscall(void)
{
    return syscall(SYS_clone3, NULL, 0);
}

static long try_exec(void)
{
    return execl("/bin/true", "true", (char *)NULL);
}

static long try_kill(void)
{
    return kill(getppid(), SIGKILL);
}

static long try_raise_by_tgkill(void)
{
    return syscall(SYS_tgkill, getpid(), getpid(), SIGTERM);
}

static long try_executable_memory(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? -1 : 0;
}

static long try_map_file(void)
{
    return mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, WORKER_INPUT, 0) == MAP_FAILED ? -1 : 0;
}

static long try_make_executable(void)
{
    void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(memory, 4096, PROT_READ | PROT_EXEC);
}

static long try_write_elsewhere(void)
{
    return write(WORKER_INPUT, "x", 1);
}

static long try_ptrace(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long try_io_uring(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL);
}

/* What each must come to: an error number the worker survives, or 0 for its death. */
static const struct {
    const char *name;
    long (*run)(void);
    int error;
} attempts[] = {
    {"open", try_open, EACCES},
    {"create", try_create, EACCES},
    {"socket", try_socket, EACCES},
    {"iconv-unlisted", try_iconv_unlisted, -1}, /* survives; the number is the C library's affair */
    {"fork", try_fork, 0},
    {"clone3", try_vfork_syscall, 0},
    {"exec", try_exec, 0},
    {"kill", try_kill, 0},
    {"tgkill", try_raise_by_tgkill, 0},
    {"executable-memory", try_executable_memory, 0},
    {"map-file", try_map_file, 0},
    {"make-executable", try_make_executable, 0},
    {"write-elsewhere", try_write_elsewhere, 0},
    {"ptrace", try_ptrace, 0},
    {"io-uring", try_io_uring, 0},
};

/* ---- the jobs ---- */

static bool job_attempt(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(attempts); i++)
        if (!strcmp(attempts[i].name, name)) {
            errno = 0;
            long result = attempts[i].run();
            char answer[32];
            int size = snprintf(answer, sizeof answer, "%ld %d", result, errno);
            return worker_write((Bytes){(const uint8_t *)answer, (size_t)size});
        }
    return false;
}

static bool fill_until_stopped(void)
{
    static const uint8_t block[1 << 16];
    while (worker_write((Bytes){block, sizeof block}))
        continue;
    return true;
}

static bool eat_memory(void)
{
    for (size_t i = 0; i < 40; i++) {
        volatile char *memory = malloc((size_t)16 << 20); /* volatile: a clever compiler leaves unused memory out */
        if (!memory)
            return worker_write(bytes_of("no memory"));
        for (size_t at = 0; at < (size_t)16 << 20; at += 4096)
            memory[at] = 1;
    }
    return worker_write(bytes_of("640 MiB"));
}

static void crash(void)
{
    volatile char *volatile nowhere = NULL;
    *nowhere = 1;
}

static void spin_for_ever(void)
{
    for (volatile unsigned i = 0;; i++)
        continue;
}

/* Sleeps on an allowed call: no CPU is used, so only the wall clock can end it. */
static void hang(void)
{
    uint32_t word = 0;
    for (;;)
        syscall(SYS_futex, &word, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
}

static bool test_job(Bytes input, const uint64_t arguments[WORKER_ARGUMENTS])
{
    (void)arguments;
    g_autofree char *name = g_strndup((const char *)input.data, input.size);
    if (!strcmp(name, "echo"))
        return worker_write(input);
    if (!strcmp(name, "crash"))
        crash();
    if (!strcmp(name, "spin"))
        spin_for_ever();
    if (!strcmp(name, "hang"))
        hang();
    if (!strcmp(name, "fill"))
        return fill_until_stopped();
    if (!strcmp(name, "eat"))
        return eat_memory();
    if (!strcmp(name, "half"))
        return worker_write(bytes_of("half an answer")) && false;
    if (!strcmp(name, "garbage"))
        return worker_write(bytes_of("\x01\x02\xff garbage that no codec ever wrote"));
    if (!strcmp(name, "liar")) {
        bool wrote = worker_write(input);
        return write(WORKER_STATUS, "dd", 2) == 2 && wrote;
    }
    return job_attempt(name);
}

static const WorkerJob test_jobs[JOB_KINDS] = {[JOB_MAIL] = test_job, [JOB_MAIL_CLIPPED] = test_job,
                                               [JOB_DECODE] = test_job};

/* ---- tests ---- */

/* Runs the named job; NULL when the worker failed. Yours. */
static char *run_by(ParseZygote *by, const char *name)
{
    static const uint64_t none[WORKER_ARGUMENTS] = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) result = NULL;
    int input = parse_zygote_input(bytes_of(name), &error);
    g_assert_no_error(error);
    ParseRun state = parse_zygote_run(by, JOB_MAIL, input, none, 1 << 20, &result, &error);
    close(input);
    g_assert_no_error(error);
    g_assert_cmpint(state, !=, PARSE_RUN_ERROR);
    return result ? g_strndup(g_bytes_get_data(result, NULL), g_bytes_get_size(result)) : NULL;
}

static char *run(const char *name)
{
    return run_by(zygote, name);
}

static void assert_answers(void)
{
    g_autofree char *echo = run("echo");
    g_assert_cmpstr(echo, ==, "echo");
}

static void test_sandbox_blocks(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(attempts); i++) {
        g_autofree char *got = run(attempts[i].name);
        g_autofree char *expected = g_strdup_printf("-1 %d", attempts[i].error);
        bool died_as_said = !attempts[i].error && !got;
        bool refused_as_said = attempts[i].error && got && g_str_has_prefix(got, "-1 ") &&
                               (attempts[i].error < 0 || !strcmp(got, expected));
        if (!died_as_said && !refused_as_said)
            g_test_fail_printf("%s: %s", attempts[i].name, got ? got : "died");
    }
    g_assert_cmpint(access("/tmp/filo-sandbox-test", F_OK), !=, 0);
    assert_answers();
}

static void test_limits(void)
{
    gint64 before = g_get_monotonic_time();
    g_assert_null(run("spin"));
    g_assert_cmpint(g_get_monotonic_time() - before, <, 7 * G_USEC_PER_SEC);
    g_autofree char *eaten = run("eat");
    g_assert_cmpstr(eaten, ==, "no memory");
    g_assert_null(run("fill")); /* SIGXFSZ, or more than was allowed */
    assert_answers();
}

static int64_t counted(const char *end)
{
    return metric_value(&metric_parser_jobs, METRIC_LABELS("mail", end));
}

/* What whoever watches reads: how each job ended, and that none is under way or waits when all is over. */
static void test_failures_are_contained(void)
{
    const int64_t done = counted("done"), died = counted("died"), late = counted("timeout");
    gint64 before = g_get_monotonic_time();
    g_assert_null(run("hang"));
    g_assert_cmpint(g_get_monotonic_time() - before, >=, (gint64)PARSE_WALL_MS * 1000);
    g_assert_cmpint(g_get_monotonic_time() - before, <, (gint64)(PARSE_WALL_MS + 2000) * 1000);
    g_assert_null(run("crash"));
    g_assert_null(run("half"));
    g_assert_null(run("liar"));
    assert_answers();
    g_assert_cmpint(counted("timeout") - late, ==, 1);
    g_assert_cmpint(counted("died") - died, ==, 3);
    g_assert_cmpint(counted("done") - done, ==, 1);
    g_assert_cmpint(metric_value(&metric_parser_workers, METRIC_PLAIN), ==, 0);
    g_assert_cmpint(metric_value(&metric_parser_waiting, METRIC_PLAIN), ==, 0);
}

/* Four bytes where two are allowed. */
static void test_an_answer_too_large_is_counted_as_that(void)
{
    static const uint64_t none[WORKER_ARGUMENTS] = {0};
    const int64_t before = counted("too_large");
    g_autoptr(GError) error = NULL;
    GBytes *result;
    int input = parse_zygote_input(bytes_of("echo"), &error);
    g_assert_cmpint(parse_zygote_run(zygote, JOB_MAIL, input, none, 2, &result, &error), ==, PARSE_RUN_FAILED);
    close(input);
    g_assert_null(result);
    g_assert_cmpint(counted("too_large") - before, ==, 1);
}

/* R22: the caller sees an unparsed message, never an error and never garbage. */
static void test_ladder_ends_in_unparsed(void)
{
    static const char *const inputs[] = {"crash", "garbage", "half", "liar"};
    for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++) {
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        g_autoptr(GError) error = NULL;
        ParsedMail mail;
        g_assert_true(parse_mail(zygote, arena, bytes_of(inputs[i]), &mail, &error));
        g_assert_no_error(error);
        g_assert_false(mail.parsed);
        g_assert_cmpstr(mail.text, ==, "");
    }
}

static void test_too_large_is_refused(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    ParsedMail mail;
    g_assert_false(parse_mail(zygote, arena, (Bytes){(const uint8_t *)"", PARSE_RAW_MAX + 1}, &mail, &error));
    g_assert_cmpint(error->code, ==, FILO_ERROR_TOO_LARGE);
}

static gpointer hammer(gpointer user)
{
    for (int i = 0; i < GPOINTER_TO_INT(user); i++) {
        g_autofree char *got = run(i % 5 == 4 ? "crash" : "echo");
        if (i % 5 == 4)
            g_assert_null(got);
        else
            g_assert_cmpstr(got, ==, "echo");
    }
    return NULL;
}

/* R22: many in parallel, one in five crashing; more jobs than one zygote lives for. */
static void test_parallel_and_replaced(void)
{
    pthread_t threads[25];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, hammer, GINT_TO_POINTER(sandbox_is_real() ? 44 : 8)), ==, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        pthread_join(threads[i], NULL);
    assert_answers();
}

/* The pid of the newest child process of ours that is a zygote. */
static pid_t zygote_pid(void)
{
    g_autofree char *children = NULL;
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/children", getpid());
    g_assert_true(g_file_get_contents(path, &children, NULL, NULL));
    g_auto(GStrv) pids = g_strsplit(g_strstrip(children), " ", -1);
    return (pid_t)g_ascii_strtoll(pids[g_strv_length(pids) - 1], NULL, 10);
}

/* ---- a program that is taken away ---- */

typedef struct Crowd {
    ParseZygote *zygote;
    gint ended;
} Crowd;

static gpointer ask_to_hang(gpointer user)
{
    static const uint64_t none[WORKER_ARGUMENTS] = {0};
    Crowd *crowd = user;
    g_autoptr(GError) error = NULL;
    GBytes *result;
    int input = parse_zygote_input(bytes_of("hang"), &error);
    g_assert_cmpint(parse_zygote_run(crowd->zygote, JOB_MAIL, input, none, 1, &result, &error), !=, PARSE_RUN_DONE);
    close(input);
    g_atomic_int_inc(&crowd->ended);
    return NULL;
}

static bool until_true(bool (*is_true)(const Crowd *crowd), const Crowd *crowd)
{
    for (int i = 0; i < 6000 && !is_true(crowd); i++)
        g_usleep(10000);
    return is_true(crowd);
}

static bool all_slots_taken(const Crowd *crowd)
{
    (void)crowd;
    return metric_value(&metric_parser_workers, METRIC_PLAIN) == PARSE_WORKERS_MAX &&
           metric_value(&metric_parser_waiting, METRIC_PLAIN) == 2 * PARSE_WORKERS_MAX;
}

static bool all_told(const Crowd *crowd)
{
    return g_atomic_int_get(&crowd->ended) == 3 * PARSE_WORKERS_MAX;
}

/* Whoever gets a slot and cannot use it leaves it to the next who waits: all hear that there is no parser. */
static void test_no_waiter_is_forgotten(void)
{
    pthread_t threads[3 * PARSE_WORKERS_MAX];
    g_autoptr(GError) error = NULL;
    g_autofree char *program = g_file_read_link("/proc/self/exe", &error);
    g_autofree char *folder = g_dir_make_tmp("filo-zygote-XXXXXX", &error);
    g_autofree char *path = g_build_filename(folder, "filo-parse", NULL);
    g_assert_cmpint(symlink(program, path), ==, 0);
    Crowd crowd = {.zygote = parse_zygote_start(path, &error)};
    g_assert_no_error(error);
    g_autofree char *echo = run_by(crowd.zygote, "echo"); /* by this thread, whose child the process is */
    g_assert_nonnull(echo);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        g_assert_cmpint(pthread_create(&threads[i], NULL, ask_to_hang, &crowd), ==, 0);
    g_assert_true(until_true(all_slots_taken, &crowd));
    g_assert_cmpint(unlink(path) + rmdir(folder), ==, 0);
    kill(zygote_pid(), SIGKILL);
    g_assert_true(until_true(all_told, &crowd));
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
        pthread_join(threads[i], NULL);
    parse_zygote_stop(crowd.zygote);
}

static int count_fds(void)
{
    int count = 0;
    GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
    while (g_dir_read_name(dir))
        count++;
    g_dir_close(dir);
    return count;
}

static void test_nothing_leaks(void)
{
    assert_answers();
    int before = count_fds();
    for (int i = 0; i < 50; i++) {
        g_autofree char *got = run(i % 2 ? "echo" : "crash");
        (void)got;
    }
    g_assert_cmpint(count_fds(), ==, before);
}

static void test_dead_or_stopped_zygote_is_replaced(void)
{
    assert_answers();
    pid_t first = zygote_pid();
    g_assert_cmpint(first, >, 1);
    kill(first, SIGKILL);
    assert_answers();
    pid_t second = zygote_pid();
    g_assert_cmpint(second, !=, first);
    kill(second, SIGSTOP);
    assert_answers(); /* this job waits its time out, and the next zygote runs it */
}

/* Descriptors the zygote may hold: at 5 those of a job do not arrive, at 64 its worker cannot put them in place. */
static void zygote_allow_fds(rlim_t count)
{
    g_assert_cmpint(prlimit(zygote_pid(), RLIMIT_NOFILE, &(struct rlimit){count, 1024}, NULL), ==, 0);
}

/* Nobody has looked at the message: that is an error to try again after, and says nothing of the message. */
static void test_a_worker_that_cannot_start_is_not_the_messages_fault(void)
{
    static const rlim_t too_few[] = {5, 64};
    const int64_t none = counted("no_parser"), died = counted("died");
    for (size_t i = 0; i < G_N_ELEMENTS(too_few); i++) {
        g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
        g_autoptr(GError) error = NULL;
        ParsedMail mail;
        assert_answers();
        zygote_allow_fds(too_few[i]);
        g_assert_false(parse_mail(zygote, arena, bytes_of("echo"), &mail, &error));
        g_assert_error(error, FILO_ERROR, FILO_ERROR_IO);
        zygote_allow_fds(1024);
        assert_answers();
    }
    g_assert_cmpint(counted("no_parser") - none, ==, 2);
    g_assert_cmpint(counted("died") - died, ==, 0);
}

/* Whether any child process of ours is left. */
static bool has_children(void)
{
    g_autofree char *children = NULL;
    g_autofree char *path = g_strdup_printf("/proc/self/task/%d/children", getpid());
    g_assert_true(g_file_get_contents(path, &children, NULL, NULL));
    return *g_strstrip(children) != '\0';
}

static void test_an_idle_zygote_rests(void)
{
    assert_answers();
    parse_zygote_rest(zygote, INT64_C(3600) * 1000000);
    g_assert_true(has_children()); /* it was used within the hour */
    parse_zygote_rest(zygote, 0);
    g_assert_false(has_children());
    parse_zygote_rest(zygote, 0); /* there is none: nothing to do */
    assert_answers();
    g_assert_true(has_children());
}

static void test_a_program_that_is_not_there(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(parse_zygote_start("/nonexistent/filo-parse", &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "parse-zygote"))
        return parse_zygote_serve(test_jobs);
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    zygote = parse_zygote_start("/proc/self/exe", &error);
    g_assert_no_error(error);
    if (sandbox_is_real()) { /* off in sanitizer builds; the plain builds run them */
        g_test_add_func("/zygote/sandbox", test_sandbox_blocks);
        g_test_add_func("/zygote/limits", test_limits);
    }
    g_test_add_func("/zygote/failures", test_failures_are_contained);
    g_test_add_func("/zygote/too large an answer is counted", test_an_answer_too_large_is_counted_as_that);
    g_test_add_func("/zygote/ladder", test_ladder_ends_in_unparsed);
    g_test_add_func("/zygote/too-large", test_too_large_is_refused);
    g_test_add_func("/zygote/dead", test_dead_or_stopped_zygote_is_replaced);
    g_test_add_func("/zygote/unable", test_a_worker_that_cannot_start_is_not_the_messages_fault);
    g_test_add_func("/zygote/rests", test_an_idle_zygote_rests);
    g_test_add_func("/zygote/missing", test_a_program_that_is_not_there);
    g_test_add_func("/zygote/crowd", test_no_waiter_is_forgotten);
    g_test_add_func("/zygote/leaks", test_nothing_leaks);
    g_test_add_func("/zygote/parallel", test_parallel_and_replaced);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    return status;
}
