/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * send_server: what accounts send through, and how much of it. Answers: "which accounts share a server, how many messages
 * a minute does it take from all of them, and has it asked for patience?"
 *
 * A server is what an adapter calls it (channel.h, server_name); accounts whose adapter names none are in no list. What it
 * takes is the smallest number written in one of its active accounts: whoever wrote it knew the provider's limit. That a
 * server asked us to send less is remembered for SEND_SERVER_PAUSE, in one setting: all nodes heed it, also after a
 * restart. Not for leasing (queue/outbox.h) nor for a server that is away (that message's own back-off). Owns no table.
 * Called by: job, web/settings, api.
 *
 * Pointers: in the arena given, with names borrowed from the accounts. Errors: none of its own; a failing store marks the
 * transaction.
 *
 * Invariants:
 *  1. An account is in one server at most.
 *  2. What one server asks changes nothing for another.
 */
#ifndef FILO_CHANNEL_SEND_SERVER_H
#define FILO_CHANNEL_SEND_SERVER_H

#include "channel/channel.h"
#include "desk/setting/setting.h"

#define SEND_SERVER_PAUSE TIME_MINUTE

typedef struct SendServer {
    const char *name;          /* as the adapter calls it */
    int64_t per_minute;        /* messages, of all its accounts together; 0: no limit is written */
    const char *const *owners; /* the names of its accounts, in their order */
    size_t owner_count;
    TimeMs slow_until; /* nothing leaves through it before; TIME_NONE: it asked for nothing */
    const char *said;  /* how it asked, in its own words; "" */
} SendServer;

typedef struct SendServerList {
    SendServer *items;
    size_t count;
} SendServerList;

/* Of these accounts, in the order of their first one. */
SendServerList send_server_list(StoreTx *tx, Arena *arena, const ChannelAccountList *accounts, TimeMs now);

/* The one this account sends through, or NULL. */
const SendServer *send_server_of(const SendServerList *list, const char *account);

/* Messages a minute of one account: its setting, else its channel's custom; 0: no limit. */
int64_t send_server_account_rate(Arena *arena, const ChannelAccount *account);

/* It asked us just now to send less, in these words, on one line. */
void send_server_slow(StoreTx *tx, Arena *arena, const char *name, const char *said, TimeMs now);

#endif
