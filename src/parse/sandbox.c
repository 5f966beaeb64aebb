/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/sandbox_int.h"

#include <errno.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <glib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANDBOX_REAL 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANDBOX_REAL 0
#endif
#endif
#ifndef SANDBOX_REAL
#define SANDBOX_REAL 1
#endif

enum { CPU_SECONDS = 2 };
#define ADDRESS_SPACE ((rlim_t)256 << 20)
#define FILE_SIZE ((rlim_t)64 << 20)

static scmp_filter_ctx sandbox_filter;

bool sandbox_is_real(void)
{
    return SANDBOX_REAL;
}

/* ---- seccomp ---- */

static const int allowed_calls[] = {
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(lseek), SCMP_SYS(futex),
    SCMP_SYS(clock_gettime), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(exit_group),
};

/* What libraries try on the way and do without: they get an error. Everything else kills. */
static const struct {
    int call, error;
} refused_calls[] = {
    {SCMP_SYS(open), EACCES},      {SCMP_SYS(openat), EACCES},    {SCMP_SYS(stat), EACCES},
    {SCMP_SYS(lstat), EACCES},     {SCMP_SYS(fstat), EACCES},     {SCMP_SYS(newfstatat), EACCES},
    {SCMP_SYS(statx), EACCES},     {SCMP_SYS(access), EACCES},    {SCMP_SYS(faccessat), EACCES},
    {SCMP_SYS(readlink), EACCES},  {SCMP_SYS(readlinkat), EACCES}, {SCMP_SYS(socket), EACCES},
    {SCMP_SYS(prctl), EACCES},     {SCMP_SYS(writev), EPERM},     {SCMP_SYS(fsync), EINVAL},
};

static bool filter_add_simple(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < G_N_ELEMENTS(allowed_calls); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed_calls[i], 0) != 0)
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(refused_calls); i++)
        if (seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint16_t)refused_calls[i].error), refused_calls[i].call, 0) != 0)
            return false;
    return true;
}

/* Memory is anonymous and never executable; write goes to our descriptors. */
static bool filter_add_conditional(scmp_filter_ctx filter)
{
    struct scmp_arg_cmp no_exec = SCMP_A2_64(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    struct scmp_arg_cmp anonymous = SCMP_A3_64(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS);
    if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, no_exec, anonymous) != 0 ||
        seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_exec) != 0)
        return false;
    for (unsigned fd = WORKER_RESULT; fd <= WORKER_STATUS; fd++) {
        struct scmp_arg_cmp is_ours = SCMP_A0_64(SCMP_CMP_EQ, fd);
        if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, is_ours) != 0)
            return false;
    }
    return true;
}

bool sandbox_prepare(void)
{
    if (!SANDBOX_REAL || sandbox_filter)
        return true;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter || !filter_add_simple(filter) || !filter_add_conditional(filter)) {
        seccomp_release(filter);
        return false;
    }
    sandbox_filter = filter;
    return true;
}

/* ---- Landlock ---- */

/* The kernel's struct as of ABI 6; older kernels get a prefix of it. */
typedef struct LandlockRules {
    uint64_t files, network, scoped;
} LandlockRules;

static bool landlock_close_everything(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (abi < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP;
    /* Rights 0–12 came with ABI 1, REFER with 2, TRUNCATE with 3, IOCTL_DEV with 5. */
    LandlockRules rules = {.files = ((uint64_t)1 << (abi >= 5   ? 16
                                                     : abi >= 3 ? 15
                                                     : abi >= 2 ? 14
                                                                : 13)) -
                                    1,
                           .network = abi >= 4 ? 3 : 0,
                           .scoped = abi >= 6 ? 3 : 0};
    size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? offsetof(LandlockRules, scoped) : sizeof rules.files;
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (ruleset < 0)
        return false;
    bool closed = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    return closed;
}

/* ---- limits ---- */

static bool limits_set(void)
{
    const struct {
        __rlimit_resource_t resource;
        rlim_t value;
    } limits[] = {{RLIMIT_CPU, CPU_SECONDS}, {RLIMIT_AS, ADDRESS_SPACE}, {RLIMIT_FSIZE, FILE_SIZE}, {RLIMIT_CORE, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(limits); i++)
        if (setrlimit(limits[i].resource, &(struct rlimit){limits[i].value, limits[i].value}) != 0)
            return false;
    return true;
}

bool sandbox_enter(void)
{
    if (close_range(WORKER_FD_END, ~0U, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return false;
    if (!SANDBOX_REAL)
        return true;
    return landlock_close_everything() && limits_set() && seccomp_load(sandbox_filter) == 0;
}
