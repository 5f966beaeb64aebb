/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/process.h"

#include <dirent.h>
#include <glib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Places in /proc/self/stat after the name in parentheses, which may hold anything (proc(5), numbered from 3 there). */
enum { PLACE_UTIME = 14 - 3, PLACE_STIME = 15 - 3, PLACE_THREADS = 20 - 3, PLACE_START = 22 - 3, PLACE_RSS = 24 - 3 };

static bool read_stat(ProcessFigures *figures, int64_t *start_ticks_out)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents("/proc/self/stat", &text, NULL, NULL))
        return false;
    const char *after = strrchr(text, ')');
    g_auto(GStrv) words = after ? g_strsplit(after + 2, " ", -1) : NULL;
    if (!words || g_strv_length(words) <= PLACE_RSS)
        return false;
    int64_t ticks = sysconf(_SC_CLK_TCK);
    figures->cpu_ms =
        (g_ascii_strtoll(words[PLACE_UTIME], NULL, 10) + g_ascii_strtoll(words[PLACE_STIME], NULL, 10)) * 1000 / ticks;
    figures->threads = g_ascii_strtoll(words[PLACE_THREADS], NULL, 10);
    figures->resident_bytes = g_ascii_strtoll(words[PLACE_RSS], NULL, 10) * sysconf(_SC_PAGESIZE);
    *start_ticks_out = g_ascii_strtoll(words[PLACE_START], NULL, 10);
    return true;
}

static bool read_start(ProcessFigures *figures, int64_t start_ticks)
{
    g_autofree char *text = NULL;
    if (!g_file_get_contents("/proc/stat", &text, NULL, NULL))
        return false;
    const char *boot = strstr(text, "\nbtime ");
    if (boot)
        figures->started_ms =
            g_ascii_strtoll(boot + strlen("\nbtime "), NULL, 10) * 1000 + start_ticks * 1000 / sysconf(_SC_CLK_TCK);
    return boot != NULL;
}

static bool read_descriptors(ProcessFigures *figures)
{
    struct rlimit limit;
    DIR *directory = opendir("/proc/self/fd");
    if (!directory || getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        if (directory)
            closedir(directory);
        return false;
    }
    figures->open_fds = -1; /* the directory's own */
    for (const struct dirent *entry; (entry = readdir(directory));)
        figures->open_fds += entry->d_name[0] != '.';
    closedir(directory);
    figures->max_fds = (int64_t)MIN(limit.rlim_cur, (rlim_t)INT64_MAX);
    return true;
}

bool process_figures(ProcessFigures *figures_out)
{
    int64_t start_ticks;
    *figures_out = (ProcessFigures){0};
    return read_stat(figures_out, &start_ticks) && read_start(figures_out, start_ticks) &&
           read_descriptors(figures_out);
}
