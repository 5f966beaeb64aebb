/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/mailbox_try.h"

#include "base/token.h"
#include "channel/config.h"
#include "desk/setting/secret.h"

#include <sodium.h>
#include <string.h>

static bool may_send(void *arg)
{
    (void)arg; /* nothing is kept of a test: there is nothing to commit first */
    return true;
}

/* "sign_in: 535 5.7.8 wrong" without the step; a connection that failed has nothing to say that is not in our words. */
static const char *said_of(Arena *arena, const DeliveryResult *result)
{
    const char *colon = result->reason ? strstr(result->reason, ": ") : NULL;
    if (result->refusal_count > 0)
        return result->refusals[0].reason;
    return result->code && colon ? arena_printf(arena, "%d %s", result->code, colon + 2) : "";
}

static const char *words_of(Arena *arena, Lang lang, const DeliveryResult *result, const ChannelSettings *settings,
                            const char *to)
{
    MsgId id = MSG_MAILBOX_TEST_SENT, step;
    bool spoke = result->code && g_strcmp0(result->step, "connect") == 0; /* it answered, and sent us away */
    const char *key = arena_printf(arena, "mailbox.test.step.%s",
                                   spoke          ? "greet"
                                   : result->step ? result->step
                                                  : "here");
    if (result->outcome != CHANNEL_SENT)
        id = msg_id_find(key, &step) ? step : MSG_MAILBOX_TEST_FAILED;
    const char *port = channel_setting(settings, "smtp_port");
    return msg_fill(arena, lang, id, "host", channel_setting(settings, "smtp_host"), "port", *port ? port : "–", "to",
                    to, NULL);
}

static void send(Arena *arena, const Visit *visit, const ChannelSettings *settings, const char *to,
                 DeliveryResult *result)
{
    const ChannelContact contact = {NULL, to, false};
    const Token random = token_new();
    const Outbound outbound = {
        .random = random.text,
        .written_at = visit->now,
        .purpose = CHANNEL_NOTICE,
        .contacts = &contact,
        .contact_count = 1,
        .subject = msg(visit->lang, MSG_MAILBOX_TEST_SUBJECT),
        .text = msg_fill(arena, visit->lang, MSG_MAILBOX_TEST_TEXT, "company", visit->policy->company_name, NULL),
    };
    channel_find("mail")->deliver(arena, settings, &outbound, &(ChannelHooks){.before_send = may_send}, result);
}

bool mailbox_try(Arena *arena, const Visit *visit, const ChannelAccount *account, const ChannelSettings *stored,
                 const char *to, MailboxTested *tested_out, GError **error)
{
    ChannelSettings settings = *stored;
    char *secret = NULL;
    DeliveryResult result = {0};
    channel_config_add(arena, &settings, "address", account->address);
    channel_config_add(arena, &settings, "company_name", visit->policy->company_name);
    channel_config_add(arena, &settings, "smtp_seconds", MAILBOX_TEST_S);
    if (account->sealed_secret.size) {
        secret = secret_open(arena, desk_store(visit->desk), account->name, account->sealed_secret, error);
        if (!secret)
            return false;
        channel_config_add(arena, &settings, "smtp_password", secret);
    }
    send(arena, visit, &settings, to, &result);
    if (secret)
        sodium_memzero(secret, strlen(secret));
    visit_note_read(visit, "mailbox.test", "channel_account", account->id.value);
    *tested_out = (MailboxTested){result.outcome == CHANNEL_SENT && result.refusal_count == 0,
                                  words_of(arena, visit->lang, &result, &settings, to), said_of(arena, &result)};
    return true;
}
