/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/channel.h"
#include "channel/mail/mail.h"
#include "channel/pec/pec.h"

#include <string.h>

/* A new channel is one line here. */
static const ChannelAdapter *const adapters[] = {
    &channel_mail,
    &channel_pec,
};

const ChannelAdapter *channel_find(const char *key)
{
    for (size_t i = 0; i < G_N_ELEMENTS(adapters); i++)
        if (strcmp(adapters[i]->key, key) == 0)
            return adapters[i];
    return NULL;
}

const ChannelAdapter *const *channel_list(size_t *count_out)
{
    *count_out = G_N_ELEMENTS(adapters);
    return adapters;
}

const char *channel_setting(const ChannelSettings *settings, const char *key)
{
    for (size_t i = 0; i < settings->count; i++)
        if (strcmp(settings->items[i].key, key) == 0)
            return settings->items[i].value ? settings->items[i].value : "";
    return "";
}
