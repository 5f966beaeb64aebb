/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the parent of the serving node. How: it starts `filo serve-node` with the same options, hands signals on, and
 * starts it again when a bug or the kernel ended it, at most five times a minute. Why a process of its own: a failed
 * check or no memory ends the node on purpose (base/check.h); this one has no thread, opens nothing and parses nothing,
 * so that it has no reason to fail with it. Why a program of its own, filo-parent, which `filo serve` becomes: it needs
 * hardly more than the C library, and it lies in memory as long as the desk does (docs/adr/0011).
 */
#include "base/clock.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { RESTARTS_MAX = 5, WINDOW_S = 60, HELD_TRIES = 60, HELD_PAUSE_US = 500 * 1000 };

extern char **environ;

static volatile sig_atomic_t node_pid;
static volatile sig_atomic_t stopping;

static void hand_on(int signal_number)
{
    if (signal_number != SIGHUP)
        stopping = 1;
    if (node_pid > 0)
        kill((pid_t)node_pid, signal_number);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = hand_on};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

/* The program that lies beside this one; false when /proc does not say where that is. */
static bool filo_path(char path_out[PATH_MAX])
{
    static const char name[] = "filo";
    ssize_t length = readlink("/proc/self/exe", path_out, PATH_MAX - sizeof name);
    if (length <= 0)
        return false;
    path_out[length] = '\0';
    char *slash = strrchr(path_out, '/');
    memcpy(slash ? slash + 1 : path_out, name, sizeof name);
    return true;
}

static pid_t start_node(char **argv)
{
    char path[PATH_MAX];
    pid_t pid = -1;
    int failure = filo_path(path) ? posix_spawn(&pid, path, NULL, NULL, argv, environ) : ENOENT;
    if (failure == 0)
        return pid;
    fprintf(stderr, "filo: the serving process could not be started: %s\n", strerror(failure));
    return -1;
}

static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* Ended as asked or by its own refusal to start: starting it again would change nothing. */
static bool ended_on_purpose(int status)
{
    return WIFEXITED(status) || stopping;
}

/* Remembers when the node was started; false when that was too often of late. */
static bool may_start_again(int64_t starts[RESTARTS_MAX], int64_t now)
{
    if (starts[0] && now - starts[0] < WINDOW_S)
        return false;
    memmove(starts, starts + 1, sizeof starts[0] * (RESTARTS_MAX - 1));
    starts[RESTARTS_MAX - 1] = now;
    return true;
}

/* One life of the node; how it ended. */
static int run_node(char **argv)
{
    pid_t pid = start_node(argv);
    if (pid < 0)
        return EX_OSERR << 8;
    node_pid = pid;
    if (stopping) /* asked while there was no node to hand it on to */
        kill(pid, SIGTERM);
    int status = wait_for(pid);
    node_pid = 0;
    return status;
}

/* After a crash a mail-in may have found no server and hold the directory for a moment: that is no reason to stay away. */
static int run_node_again(char **argv)
{
    int status = run_node(argv);
    for (int tries = 0; tries < HELD_TRIES && !stopping && WIFEXITED(status) && WEXITSTATUS(status) == EX_TEMPFAIL;
         tries++) {
        usleep(HELD_PAUSE_US);
        status = run_node(argv);
    }
    return status;
}

/* argv: "filo", "serve" and its options. */
int main(int argc, char **argv)
{
    static char node[] = "serve-node";
    int64_t starts[RESTARTS_MAX] = {0};
    if (argc < 2)
        return EX_USAGE;
    argv[1] = node;
    catch_signals();
    int status = run_node(argv);
    while (!ended_on_purpose(status) && may_start_again(starts, clock_monotonic_us() / 1000000))
        status = run_node_again(argv);
    if (WIFSIGNALED(status) && !stopping)
        fprintf(stderr, "filo: the serving process ended with signal %d, too often to start it again\n",
                WTERMSIG(status));
    return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}
