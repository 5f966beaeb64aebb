/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool channel_config_read(Arena *arena, const char *json, ChannelSettings *settings_out)
{
    json_t *config = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    const char *key;
    json_t *value;
    bool read = json_is_object(config);
    ChannelSetting *items = ARENA_ARRAY(arena, ChannelSetting, read ? json_object_size(config) : 0);
    *settings_out = (ChannelSettings){items, 0};
    json_object_foreach(config, key, value)
    {
        if (json_is_string(value))
            items[settings_out->count++] =
                (ChannelSetting){arena_strdup(arena, key), arena_strdup(arena, json_string_value(value))};
    }
    json_decref(config);
    return read;
}

const char *channel_config_text(Arena *arena, const ChannelSettings *settings)
{
    json_t *object = json_object();
    for (size_t i = 0; i < settings->count; i++)
        if (settings->items[i].value && *settings->items[i].value)
            json_object_set_new(object, settings->items[i].key, json_string(settings->items[i].value));
    char *text = json_dumps(object, JSON_COMPACT);
    const char *copy = arena_strdup(arena, text ? text : "{}");
    free(text);
    json_decref(object);
    return copy;
}

void channel_config_add(Arena *arena, ChannelSettings *settings, const char *key, const char *value)
{
    ChannelSetting *items = ARENA_ARRAY(arena, ChannelSetting, settings->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].key, key) != 0)
            items[count++] = settings->items[i];
    items[count++] = (ChannelSetting){key, value};
    *settings = (ChannelSettings){items, count};
}
