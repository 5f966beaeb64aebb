/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/signing.h"

#include "desk/setting/setting.h"

#include <string.h>

/* A line for each domain, the newest first: "bar.test s1". */

const char *signing_known(StoreTx *tx, Arena *arena)
{
    return setting_get(tx, arena, SETTING_DKIM_SELECTORS);
}

static bool is_of(const char *line, const char *domain)
{
    size_t size = strlen(domain);
    return strncmp(line, domain, size) == 0 && line[size] == ' ';
}

const char *signing_selector(Arena *arena, const char *known, const char *domain)
{
    g_auto(GStrv) lines = g_strsplit(known, "\n", -1);
    for (char **line = lines; *line; line++)
        if (is_of(*line, domain))
            return arena_strdup(arena, *line + strlen(domain) + 1);
    return "";
}

bool signing_learn(StoreTx *tx, Arena *arena, const ChannelSigning *seen, TimeMs now)
{
    InputError refused;
    const char *known = signing_known(tx, arena);
    if (strcmp(signing_selector(arena, known, seen->domain), seen->selector) == 0)
        return false;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s", seen->domain, seen->selector);
    g_auto(GStrv) lines = g_strsplit(known, "\n", -1);
    size_t count = 1;
    for (char **line = lines; *line && count < SIGNING_DOMAINS_MAX; line++) {
        if (!**line || is_of(*line, seen->domain))
            continue;
        g_string_append_printf(text, "\n%s", *line);
        count++;
    }
    return setting_set(tx, SETTING_DKIM_SELECTORS, text->str, now, &refused);
}
