/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/command.h"
#include "base/log.h"
#include "cli/demo/demo.h"
#include "store/data_dir.h"

#include <stdio.h>
#include <unistd.h>

#define DEMO_SEED UINT64_C(20260403)

static void show_progress(int done, int all)
{
    if (isatty(STDERR_FILENO) && (done % 60 == 0 || done == all))
        fprintf(stderr, "\r%d of %d requests%s", done, all, done == all ? "\n" : "");
}

static bool make(Installation *installation, TimeMs now, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    g_autoptr(Arena) scratch = arena_new(ARENA_REQUEST_CAP);
    DemoWorld *world = ARENA_NEW(arena, DemoWorld);
    demo_world_init(world, installation->desk, arena, scratch, now ? now : desk_now(installation->desk), DEMO_SEED);
    return demo_make(world, show_progress, error);
}

int command_demo(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_auto(Installation) installation = {0};
    g_autoptr(GError) error = NULL;
    g_autofree char *at = NULL;
    TimeMs now = TIME_NONE;
    const GOptionEntry own[] = {
        {"at", 0, 0, G_OPTION_ARG_STRING, &at, "as if made at that instant, RFC 3339; else now", "TIME"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    log_set_level(LOG_ERROR); /* a write of 6 ms is news on a desk at work, not here */
    if (!config_parse(&config, own, "Makes an invented company, in a new installation.", argc, argv, &error))
        return command_fail(error);
    if (at && !time_parse_iso(at, &now)) {
        g_set_error(&error, FILO_ERROR, FILO_ERROR_USAGE, "--at %s is no instant like 2026-04-03T10:00:00+02:00", at);
        return command_fail(error);
    }
    if (!data_dir_init(config.data_dir, &error) || !installation_open(&installation, &config, NEED_WRITING, &error) ||
        !make(&installation, now, &error))
        return command_fail(error);
    printf("the demo company is in %s; sign in as sara, giulia, anna or roberto with '%s'\n", config.data_dir,
           DEMO_PASSWORD);
    return 0;
}
