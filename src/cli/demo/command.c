/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/command.h"
#include "cli/demo/demo.h"

#include <stdio.h>
#include <unistd.h>

#define DEMO_SEED UINT64_C(20260403)

static void show_progress(int done, int all)
{
    if (isatty(STDERR_FILENO) && (done % 50 == 0 || done == all))
        fprintf(stderr, "\r%d of %d requests%s", done, all, done == all ? "\n" : "");
}

static TimeMs midnight_before(Zone *zone, TimeMs at)
{
    return time_of_date(zone, time_to_wall(zone, at).date);
}

static bool make(Installation *installation, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    g_autoptr(Arena) scratch = arena_new(ARENA_REQUEST_CAP);
    TimeMs now = desk_now(installation->desk);
    DemoWorld world = {.desk = installation->desk,
                       .arena = arena,
                       .scratch = scratch,
                       .now = now,
                       .today = midnight_before(desk_policy(installation->desk)->zone, now),
                       .random = DEMO_SEED};
    return demo_make_company(&world, error) && demo_make_background(&world, show_progress, error) &&
           demo_make_stories(&world, error);
}

int command_demo(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_auto(Installation) installation = {0};
    g_autoptr(GError) error = NULL;
    if (!config_parse(&config, NULL, "Fills a new installation with an invented company.", argc, argv, &error) ||
        !installation_open(&installation, &config, NEED_WRITING, &error) || !make(&installation, &error))
        return command_fail(error);
    printf("the demo company is in %s; sign in as sara, giulia, anna or roberto with '%s'\n", config.data_dir,
           DEMO_PASSWORD);
    return 0;
}
