/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/command.h"
#include "desk/ticket/find.h"
#include "desk/ticket/ticket.h"
#include "store/store_check.h"

#include <stdio.h>

enum { TICKETS_A_READ = 200 };

static void print_finding(const char *finding, void *arg)
{
    (void)arg;
    printf("%s\n", finding);
}

/* Verifies the tickets after `last`; gives how many were read, -1 when the store failed. */
static int check_batch(Store *store, TicketId *last, int *found, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 16);
    StoreTx *tx = store_read_begin(store, error);
    if (!tx)
        return -1;
    TicketIds ids = ticket_list_ids(tx, arena, *last, TICKETS_A_READ);
    for (size_t i = 0; i < ids.count; i++) {
        const char *difference = ticket_verify(tx, arena, ids.items[i]);
        *last = ids.items[i];
        *found += difference != NULL;
        if (difference && !store_tx_failed(tx))
            printf("ticket %" G_GINT64_FORMAT ": %s\n", ids.items[i].value, difference);
    }
    return store_read_end(tx, error) ? (int)ids.count : -1;
}

static int check_tickets(Store *store, int *found, int64_t *read, GError **error)
{
    TicketId last = {0};
    int count;
    while ((count = check_batch(store, &last, found, error)) > 0)
        *read += count;
    return count;
}

/* Whether the index of words holds what is stored; adds to *found. */
static bool check_words(Store *store, int *found, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreTx *tx = store_read_begin(store, error);
    if (!tx)
        return false;
    const char *difference = find_verify(tx, arena);
    if (!store_read_end(tx, error))
        return false;
    if (difference) {
        printf("search: %s\n", difference);
        ++*found;
    }
    return true;
}

int command_check(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_auto(Installation) installation = {0};
    g_autoptr(GError) error = NULL;
    gboolean quick = FALSE;
    const GOptionEntry own[] = {
        {"quick", 0, 0, G_OPTION_ARG_NONE, &quick, "structure only, no content hashes", NULL},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    int found = 0;
    int64_t read = 0;
    if (!config_parse(&config, own, "Checks storage, and every ticket against its events.", argc, argv, &error) ||
        !installation_open(&installation, &config, NEED_READING, &error))
        return command_fail(error);
    int damage =
        store_check(installation.store, quick ? STORE_CHECK_QUICK : STORE_CHECK_WHOLE, print_finding, NULL, &error);
    if (damage < 0 || check_tickets(installation.store, &found, &read, &error) < 0 ||
        !check_words(installation.store, &found, &error))
        return command_fail(error);
    if (damage + found == 0)
        printf("ok: %" G_GINT64_FORMAT " tickets\n", read);
    return damage + found ? 1 : 0;
}
