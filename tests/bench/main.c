/* SPDX-License-Identifier: EUPL-1.2 */
#include "bench.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

typedef struct Asked {
    gint tickets, clients, seconds;
    gboolean writes_only;
    gchar *page, *mailbox;
} Asked;

/* ------------------------------------------------------------------------------------------------------- subcommands */

static int run_with_store(const char *name, const Config *config, const Asked *asked)
{
    g_auto(Installation) installation = {0};
    g_autoptr(GError) error = NULL;
    InstallationNeed need = strcmp(name, "reads") == 0 ? NEED_READING : NEED_WRITING;
    bench_must(installation_open(&installation, config, need, &error), error, "the installation");
    if (need == NEED_READING)
        return bench_reads(&installation);
    if (strcmp(name, "fill") == 0)
        return bench_fill(&installation, asked->tickets);
    if (strcmp(name, "create") == 0)
        return bench_create(&installation, asked->clients, asked->seconds);
    return bench_bare(&installation, asked->seconds, asked->writes_only);
}

static int run(const char *name, const Config *config, const Asked *asked)
{
    if (strcmp(name, "plain") == 0)
        return bench_plain(asked->page, 0);
    if (strcmp(name, "mail") != 0)
        return run_with_store(name, config, asked);
    g_autofree char *socket = config_socket_path(config);
    return bench_mail(socket, asked->mailbox, asked->clients, asked->seconds);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"fill", "create", "bare", "reads", "mail", "plain", NULL};
    g_auto(Config) config = {0};
    g_autoptr(GError) error = NULL;
    Asked asked = {.tickets = 100000, .clients = 1, .seconds = 5};
    const GOptionEntry own[] = {
        {"tickets", 0, 0, G_OPTION_ARG_INT, &asked.tickets, "fill: how many", "N"},
        {"clients", 0, 0, G_OPTION_ARG_INT, &asked.clients, "create, mail: how many at once", "N"},
        {"seconds", 0, 0, G_OPTION_ARG_INT, &asked.seconds, "how long", "N"},
        {"writes-only", 0, 0, G_OPTION_ARG_NONE, &asked.writes_only, "bare: without the reads", NULL},
        {"page", 0, 0, G_OPTION_ARG_FILENAME, &asked.page, "plain: the bytes to serve", "FILE"},
        {"mailbox", 0, 0, G_OPTION_ARG_STRING, &asked.mailbox, "mail: which", "NAME"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (argc < 2 || !g_strv_contains(names, argv[1])) {
        fprintf(stderr, "usage: bench-desk fill|create|bare|reads|mail|plain --data DIR ...\n");
        return EX_USAGE;
    }
    log_set_level(LOG_ERROR); /* batches take longer than a write may: that is their point */
    bench_must(config_parse(&config, own, "Fills, writes and serves for make bench.", argc - 1, argv + 1, &error),
               error, "the options");
    int code = run(argv[1], &config, &asked);
    g_free(asked.page);
    g_free(asked.mailbox);
    return code;
}
