/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a preloaded library that adds FILO_SLOW_FSYNC_US microseconds to every fsync and fdatasync. Why: the disks of
 * companies are slower than those of those who measure.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_a_little(void)
{
    const char *asked = getenv("FILO_SLOW_FSYNC_US");
    long us = asked ? strtol(asked, NULL, 10) : 0;
    struct timespec left = {us / 1000000, us % 1000000 * 1000};
    while (nanosleep(&left, &left) != 0)
        continue;
}

int fsync(int descriptor)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_a_little();
    return real(descriptor);
}

int fdatasync(int descriptor)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_a_little();
    return real(descriptor);
}
