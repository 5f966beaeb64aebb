/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/tags.h"

#include "base/text.h"

#include <string.h>

static bool is_tag_name(const char *name)
{
    bool good = g_ascii_isalpha(*name);
    for (const char *at = name; good && *at; at++)
        good = g_ascii_isalnum(*at) || *at == '_';
    return good;
}

bool tags_parse(Arena *arena, const char *text, TagList *tags_out)
{
    g_auto(GStrv) parts = g_strsplit(text, ";", TAGS_MAX + 2);
    *tags_out = (TagList){.count = 0};
    for (size_t i = 0; parts[i]; i++) {
        char *part = text_trim(arena, parts[i]), *equals = strchr(part, '=');
        if (!*part && !parts[i + 1])
            return true; /* after the last semicolon */
        if (!equals || tags_out->count == TAGS_MAX)
            return false;
        *equals = '\0';
        const char *name = text_trim(arena, part);
        if (!is_tag_name(name) || tags_find(tags_out, name))
            return false;
        tags_out->names[tags_out->count] = name;
        tags_out->values[tags_out->count++] = text_trim(arena, equals + 1);
    }
    return true;
}

const char *tags_find(const TagList *tags, const char *name)
{
    for (size_t i = 0; i < tags->count; i++)
        if (strcmp(tags->names[i], name) == 0)
            return tags->values[i];
    return NULL;
}
