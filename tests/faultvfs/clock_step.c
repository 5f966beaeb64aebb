/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * clock_step: a preloaded library that steps the clock on the wall, as after a night asleep; the monotonic one goes on as
 * it did. How far stands in a small shared file, in seconds, and may grow while the process runs:
 *
 *     FILO_CLOCK_FILE=/tmp/x/clock LD_PRELOAD=libclock.so filo serve …
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Atomic uint32_t *seconds;

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("FILO_CLOCK_FILE");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    void *memory = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *seconds, PROT_READ, MAP_SHARED, file, 0);
    if (file >= 0)
        close(file);
    if (memory != MAP_FAILED)
        seconds = memory;
}

int clock_gettime(clockid_t clock, struct timespec *now_out)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
    int result = real(clock, now_out);
    if (result == 0 && clock == CLOCK_REALTIME && seconds)
        now_out->tv_sec += atomic_load(seconds);
    return result;
}

/* GLib asks this one. */
int gettimeofday(struct timeval *restrict now_out, void *restrict zone)
{
    static int (*real)(struct timeval *, void *);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "gettimeofday");
    int result = real(now_out, zone);
    if (result == 0 && seconds)
        now_out->tv_sec += atomic_load(seconds);
    return result;
}
