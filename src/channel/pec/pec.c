/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/pec/pec.h"

#include "channel/mail/fetch.h"
#include "channel/mail/mail.h"
#include "channel/pec/pec_normalise.h"

#include <string.h>

/* The account's settings, and that there are no plus addresses whatever they say: the first of a key counts. */
static ChannelSettings without_plus(Arena *arena, const ChannelSettings *settings)
{
    ChannelSetting *items = ARENA_ARRAY(arena, ChannelSetting, settings->count + 1);
    items[0] = (ChannelSetting){"plus_addressing", "0"};
    if (settings->count)
        memcpy(items + 1, settings->items, settings->count * sizeof *items);
    return (ChannelSettings){items, settings->count + 1};
}

static bool pec_check_config(const ChannelSettings *settings, InputError *error_out)
{
    return channel_mail.check_config(settings, error_out);
}

static const char *pec_server_name(Arena *arena, const ChannelSettings *settings)
{
    return channel_mail.server_name(arena, settings);
}

static bool pec_render(Arena *arena, const ChannelSettings *settings, const Outbound *outbound, Bytes *payload_out,
                       GError **error)
{
    ChannelSettings own = without_plus(arena, settings);
    return channel_mail.render(arena, &own, outbound, payload_out, error);
}

static void pec_deliver(Arena *arena, const ChannelSettings *settings, const Outbound *outbound,
                        const ChannelHooks *hooks, DeliveryResult *result_out)
{
    ChannelSettings own = without_plus(arena, settings);
    channel_mail.deliver(arena, &own, outbound, hooks, result_out);
}

static void pec_health(Arena *arena, const ChannelSettings *settings, ChannelHealth *health_out)
{
    channel_mail.health(arena, settings, health_out);
}

const ChannelAdapter channel_pec = {
    .key = "pec",
    .caps = CHANNEL_CAN_ATTACH | CHANNEL_CAN_COPY | CHANNEL_CAN_SUBJECT | CHANNEL_CAN_REPORT_DELIVERY,
    .limits = {.text_max = (size_t)1 << 20, .file_max = (size_t)20 << 20, .recipient_max = 50},
    .check_config = pec_check_config,
    .server_name = pec_server_name,
    .normalise = pec_normalise,
    .render = pec_render,
    .deliver = pec_deliver,
    .listens = mail_listens,
    .listen = mail_listen,
    .health = pec_health,
};
