/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * account: a configured channel as its adapter wants it. Answers: "which settings, and with which password or token?"
 *
 * Puts together what the account's row holds, the company's name and the secret, unsealed; and, for an account that signs
 * in by OAuth 2.0, the token (grant.h). Owns no table. Called by: job, web/settings.
 *
 * Memory: settings live in the arena; the secret and the token too, and whoever asked wipes them with channel_account_wipe.
 * Errors: CORRUPT (the configuration is no JSON), and those of secret_open. That there is no token is no error: grant.h
 * says why.
 *
 * Invariants:
 *  1. The secret stands under "smtp_password" and the token under "bearer", and nowhere else; never both.
 *  2. channel_account_authorize asks the network: never inside a transaction. channel_account_open touches neither.
 *  3. A token the server refused is replaced once in a delivery or a listening, never in a circle.
 */
#ifndef FILO_CHANNEL_ACCOUNT_H
#define FILO_CHANNEL_ACCOUNT_H

#include "channel/channel.h"
#include "channel/grant.h"
#include "desk/setting/setting.h"

typedef struct AccountSettings {
    ChannelSettings all;
    char *secret;          /* NULL: none */
    char *token;           /* NULL: none yet, or none is wanted */
    ChannelSettings plain; /* all, without the token */
    ChannelAccountId account;
    const char *name;
} AccountSettings;

bool channel_account_open(Arena *arena, const Desk *desk, const ChannelAccount *account, AccountSettings *settings_out,
                          GError **error);
void channel_account_wipe(AccountSettings *settings);

/* For an account that signs in with a token: adds one; after the server refused that, another. false: there is none, and
 * *token_out says why. */
bool channel_account_authorize(Arena *arena, const Desk *desk, AccountSettings *settings, const atomic_bool *stop,
                               GrantToken *token_out);

/* The adapter's deliver with a token that is good; once more with another when the server refuses it, which it does before
 * it hears of the message. result_out starts zeroed. */
void channel_account_deliver(Arena *arena, const Desk *desk, const ChannelAdapter *adapter, AccountSettings *settings,
                             const Outbound *outbound, const ChannelHooks *hooks, DeliveryResult *result_out);

/* The adapter's listen, likewise. listening->settings is filled here. */
void channel_account_listen(Arena *arena, const ChannelAdapter *adapter, AccountSettings *settings,
                            ChannelListening *listening, ChannelEnd *end_out);

#endif
