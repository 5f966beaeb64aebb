/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * config: an account's configuration as it is kept. Answers: "which settings are these?" and "how are they written down?"
 *
 * A flat JSON object of texts, beside the account's address and sealed secret (desk/setting/setting.h). Not for what the
 * settings mean: that is the adapter's. Owns no table. Called by: job/outbound, web settings, cli mailbox.
 *
 * Pointers: settings and their texts live in the arena given; a text added is borrowed. Errors: false for what is no such
 * object.
 *
 * Invariants:
 *  1. channel_config_read of channel_config_text gives the same settings; empty ones are not written.
 */
#ifndef FILO_CHANNEL_CONFIG_H
#define FILO_CHANNEL_CONFIG_H

#include "channel/channel.h"

bool channel_config_read(Arena *arena, const char *json, ChannelSettings *settings_out);
const char *channel_config_text(Arena *arena, const ChannelSettings *settings);

/* One more setting, or another value of one that is there. */
void channel_config_add(Arena *arena, ChannelSettings *settings, const char *key, const char *value);

#endif
