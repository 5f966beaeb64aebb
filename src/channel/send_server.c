/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/send_server.h"

#include "channel/config.h"

#include <string.h>

/* --- who asked for patience: a line for each server, "smtp.one.test 1764590460000 421 4.7.0 too many messages" ------ */

static bool slow_parse(Arena *arena, const char *line, SendServer *server_out)
{
    const char *space = strchr(line, ' ');
    char *said;
    if (!space)
        return false;
    server_out->name = arena_strndup(arena, line, (size_t)(space - line));
    server_out->slow_until = g_ascii_strtoll(space + 1, &said, 10);
    server_out->said = arena_strdup(arena, *said == ' ' ? said + 1 : "");
    return true;
}

static void find_slow(const char *known, Arena *arena, TimeMs now, SendServer *server)
{
    SendServer slow;
    g_auto(GStrv) lines = g_strsplit(known, "\n", -1);
    for (char **line = lines; *line; line++)
        if (slow_parse(arena, *line, &slow) && strcmp(slow.name, server->name) == 0 && slow.slow_until > now) {
            server->slow_until = slow.slow_until;
            server->said = slow.said;
        }
}

void send_server_slow(StoreTx *tx, Arena *arena, const char *name, const char *said, TimeMs now)
{
    InputError refused;
    SendServer slow;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "%s %" G_GINT64_FORMAT " %s", name, now + SEND_SERVER_PAUSE, said);
    g_strdelimit(text->str, "\n", ' ');
    g_auto(GStrv) lines = g_strsplit(setting_get(tx, arena, SETTING_SLOW_SERVERS), "\n", -1);
    for (char **line = lines; *line; line++)
        if (slow_parse(arena, *line, &slow) && slow.slow_until > now && strcmp(slow.name, name) != 0)
            g_string_append_printf(text, "\n%s", *line);
    setting_set(tx, SETTING_SLOW_SERVERS, text->str, now, &refused);
}

/* --- which there are ------------------------------------------------------------------------------------------------ */

int64_t send_server_account_rate(Arena *arena, const ChannelAccount *account)
{
    ChannelSettings settings;
    guint64 rate;
    const ChannelAdapter *adapter = channel_find(account->channel);
    bool read = channel_config_read(arena, account->config, &settings);
    if (read && g_ascii_string_to_unsigned(channel_setting(&settings, "send_per_minute"), 10, 0, 10000, &rate, NULL))
        return (int64_t)rate;
    return adapter ? adapter->limits.per_minute : 0;
}

static const char *name_of(Arena *arena, const ChannelAccount *account)
{
    ChannelSettings settings;
    const ChannelAdapter *adapter = channel_find(account->channel);
    if (!adapter || !adapter->server_name || !channel_config_read(arena, account->config, &settings))
        return NULL;
    return adapter->server_name(arena, &settings);
}

static SendServer *place_of(Arena *arena, SendServerList *list, const char *name, size_t owner_max)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].name, name) == 0)
            return &list->items[i];
    SendServer *server = &list->items[list->count++];
    *server = (SendServer){.name = name, .owners = ARENA_ARRAY(arena, const char *, owner_max), .said = ""};
    return server;
}

static void add_account(Arena *arena, SendServer *server, const ChannelAccount *account)
{
    int64_t rate = send_server_account_rate(arena, account);
    const char **owners = (const char **)server->owners;
    owners[server->owner_count++] = account->name;
    if (account->active && rate && (!server->per_minute || rate < server->per_minute))
        server->per_minute = rate;
}

SendServerList send_server_list(StoreTx *tx, Arena *arena, const ChannelAccountList *accounts, TimeMs now)
{
    SendServerList list = {ARENA_ARRAY(arena, SendServer, accounts->count), 0};
    const char *known = setting_get(tx, arena, SETTING_SLOW_SERVERS);
    for (size_t i = 0; i < accounts->count; i++) {
        const char *name = name_of(arena, &accounts->items[i]);
        if (name)
            add_account(arena, place_of(arena, &list, name, accounts->count), &accounts->items[i]);
    }
    for (size_t i = 0; i < list.count; i++)
        find_slow(known, arena, now, &list.items[i]);
    return list;
}

const SendServer *send_server_of(const SendServerList *list, const char *account)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t k = 0; k < list->items[i].owner_count; k++)
            if (strcmp(list->items[i].owners[k], account) == 0)
                return &list->items[i];
    return NULL;
}
