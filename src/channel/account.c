/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/account.h"

#include "channel/config.h"
#include "desk/setting/secret.h"

#include <sodium.h>
#include <string.h>

bool channel_account_open(Arena *arena, const Desk *desk, const ChannelAccount *account, AccountSettings *settings_out,
                          GError **error)
{
    *settings_out = (AccountSettings){.account = account->id, .name = account->name};
    ChannelSettings *all = &settings_out->all;
    if (!channel_config_read(arena, account->config, all)) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "the configuration of '%s'", account->name);
        return false;
    }
    channel_config_add(arena, all, "address", account->address);
    channel_config_add(arena, all, "company_name", desk_policy(desk)->company_name);
    if (account->sealed_secret.size && !oauth_is_wanted(all)) {
        settings_out->secret = secret_open(arena, desk_store(desk), account->name, account->sealed_secret, error);
        if (!settings_out->secret)
            return false;
        channel_config_add(arena, all, "smtp_password", settings_out->secret);
    }
    settings_out->plain = *all;
    return true;
}

static void wipe(char **text)
{
    if (*text)
        sodium_memzero(*text, strlen(*text));
    *text = NULL;
}

void channel_account_wipe(AccountSettings *settings)
{
    wipe(&settings->secret);
    wipe(&settings->token);
}

bool channel_account_authorize(Arena *arena, const Desk *desk, AccountSettings *settings, const atomic_bool *stop,
                               GrantToken *token_out)
{
    const GrantFor whom = {settings->account, settings->name, &settings->plain};
    grant_token(arena, desk, &whom, settings->token, stop, token_out);
    wipe(&settings->token);
    settings->token = token_out->token;
    settings->all = settings->plain;
    if (settings->token)
        channel_config_add(arena, &settings->all, "bearer", settings->token);
    return settings->token != NULL;
}

/* What a caller added since the account was opened stays. */
static void note_settings(AccountSettings *settings)
{
    if (!settings->token)
        settings->plain = settings->all;
}

/* --- delivering ------------------------------------------------------------------------------------------------------ */

static void no_token(Arena *arena, const GrantToken *token, DeliveryResult *result_out)
{
    *result_out = (DeliveryResult){
        .outcome = CHANNEL_RETRY,
        .before_message = true,
        .configuration = grant_needs_person(token->outcome),
        .step = grant_step(token->outcome),
        .external_id = result_out->external_id,
        .reason = arena_printf(arena, "%s: %s", grant_step(token->outcome), token->said),
    };
}

static bool is_token_refused(const AccountSettings *settings, const char *step)
{
    return settings->token && g_strcmp0(step, "sign_in") == 0;
}

void channel_account_deliver(Arena *arena, const Desk *desk, const ChannelAdapter *adapter, AccountSettings *settings,
                             const Outbound *outbound, const ChannelHooks *hooks, DeliveryResult *result_out)
{
    GrantToken token;
    note_settings(settings);
    if (oauth_is_wanted(&settings->plain) && !channel_account_authorize(arena, desk, settings, hooks->stop, &token)) {
        no_token(arena, &token, result_out);
        return;
    }
    adapter->deliver(arena, &settings->all, outbound, hooks, result_out);
    if (!result_out->before_message || !is_token_refused(settings, result_out->step))
        return;
    if (!channel_account_authorize(arena, desk, settings, hooks->stop, &token)) {
        no_token(arena, &token, result_out);
        return;
    }
    *result_out = (DeliveryResult){0};
    adapter->deliver(arena, &settings->all, outbound, hooks, result_out);
}

/* --- listening ------------------------------------------------------------------------------------------------------- */

static ChannelEnd end_without_token(const GrantToken *token)
{
    return (ChannelEnd){grant_needs_person(token->outcome), grant_step(token->outcome), token->said};
}

void channel_account_listen(Arena *arena, const ChannelAdapter *adapter, AccountSettings *settings,
                            ChannelListening *listening, ChannelEnd *end_out)
{
    GrantToken token;
    note_settings(settings);
    listening->settings = &settings->all;
    if (oauth_is_wanted(&settings->plain) &&
        !channel_account_authorize(arena, listening->desk, settings, listening->stop, &token)) {
        *end_out = end_without_token(&token);
        return;
    }
    adapter->listen(arena, listening, end_out);
    if (!is_token_refused(settings, end_out->step))
        return;
    if (channel_account_authorize(arena, listening->desk, settings, listening->stop, &token))
        adapter->listen(arena, listening, end_out);
    else
        *end_out = end_without_token(&token);
}
