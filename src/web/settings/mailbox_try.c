/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/mailbox_try.h"

#include "base/format.h"
#include "base/token.h"
#include "channel/account.h"
#include "channel/config.h"
#include "web/settings/mailbox_state.h"

#include <poll.h>
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
    bool token = g_strcmp0(result->step, "sign_in") == 0 && oauth_is_wanted(settings);
    const char *key = arena_printf(arena, "mailbox.test.step.%s",
                                   spoke          ? "greet"
                                   : token        ? "sign_in_token"
                                   : result->step ? result->step
                                                  : "here");
    if (result->outcome != CHANNEL_SENT)
        id = msg_id_find(key, &step) ? step : MSG_MAILBOX_TEST_FAILED;
    const char *port = channel_setting(settings, "smtp_port");
    return msg_fill(arena, lang, id, "host", channel_setting(settings, "smtp_host"), "port", *port ? port : "–", "to",
                    to, NULL);
}

static void send(Arena *arena, const Visit *visit, const ChannelAccount *account, AccountSettings *settings,
                 const Token *token, const char *to, DeliveryResult *result)
{
    const ChannelContact contact = {NULL, to, false};
    const Outbound outbound = {
        .random = token->text,
        .written_at = visit->now,
        .purpose = CHANNEL_NOTICE,
        .contacts = &contact,
        .contact_count = 1,
        .subject = msg(visit->lang, MSG_MAILBOX_TEST_SUBJECT),
        .text = msg_fill(arena, visit->lang, MSG_MAILBOX_TEST_TEXT, "company", visit->policy->company_name, NULL),
    };
    channel_account_deliver(arena, visit->desk, channel_find(account->channel), settings, &outbound,
                            &(ChannelHooks){.before_send = may_send}, result);
}

/* --- to itself ----------------------------------------------------------------------------------------------------- */

typedef struct TestWork {
    ChannelAccountId account;
    char secret_sha256[SHA256_HEX_SIZE];
    TimeMs now;
} TestWork;

static bool begin_test(StoreTx *tx, void *arg)
{
    const TestWork *work = arg;
    channel_test_begin(tx, work->account, work->secret_sha256, work->now);
    return true;
}

static bool read_health(Arena *arena, const Visit *visit, ChannelAccountId account, ChannelHealthRow *row_out,
                        GError **error)
{
    StoreTx *tx = store_read_begin(desk_store(visit->desk), error);
    if (!tx)
        return false;
    ChannelHealthRows rows = channel_health_list(tx, arena);
    const ChannelHealthRow *row = mailbox_health_of(&rows, account);
    *row_out = row ? *row : (ChannelHealthRow){.step = "", .said = ""};
    return store_read_end(tx, error);
}

/* Waits until the test has come in, or long enough. */
static bool wait_for_arrival(Arena *arena, const Visit *visit, ChannelAccountId account, ChannelHealthRow *row_out,
                             GError **error)
{
    enum { LOOK_MS = 250 };
    for (int64_t end = clock_monotonic_us() + (int64_t)MAILBOX_ARRIVAL_S * 1000000;;) {
        if (!read_health(arena, visit, account, row_out, error))
            return false;
        if (row_out->test_arrived_at || clock_monotonic_us() >= end)
            return true;
        poll(NULL, 0, LOOK_MS);
    }
}

/* It was sent: has it come back? */
static bool look_for_arrival(Arena *arena, const Visit *visit, const ChannelAccount *account,
                             const ChannelSettings *settings, MailboxTested *tested_out, GError **error)
{
    ChannelHealthRow row;
    if (!wait_for_arrival(arena, visit, account->id, &row, error))
        return false;
    MailboxState state = mailbox_state_of(arena, visit, settings, &row);
    if (row.test_arrived_at)
        *tested_out = (MailboxTested){
            true,
            msg_fill(arena, visit->lang, MSG_MAILBOX_TEST_ARRIVED, "to", account->address, "span",
                     format_number(arena, visit->lang, MAX((row.test_arrived_at - row.test_sent_at + 999) / 1000, 1)),
                     NULL),
            ""};
    else if (state.wrong)
        *tested_out = (MailboxTested){
            false, arena_printf(arena, "%s %s", msg(visit->lang, MSG_MAILBOX_TEST_NOT_READ), state.words), state.said};
    else
        *tested_out = (MailboxTested){
            false, msg_fill(arena, visit->lang, MSG_MAILBOX_TEST_NOT_ARRIVED, "to", account->address, NULL), ""};
    return true;
}

bool mailbox_try(Arena *arena, const Visit *visit, const ChannelAccount *account, const char *to,
                 MailboxTested *tested_out, GError **error)
{
    AccountSettings settings;
    DeliveryResult result = {0};
    const Token token = token_new();
    bool to_itself = g_ascii_strcasecmp(to, account->address) == 0;
    TestWork work = {.account = account->id, .now = desk_now(visit->desk)};
    bytes_sha256_hex(bytes_of(token.text), work.secret_sha256);
    if (to_itself && store_write(desk_store(visit->desk), "mailbox test", begin_test, &work, error) != STORE_COMMITTED)
        return false;
    if (!channel_account_open(arena, visit->desk, account, &settings, error))
        return false;
    channel_config_add(arena, &settings.all, "smtp_seconds", MAILBOX_TEST_S);
    send(arena, visit, account, &settings, &token, to, &result);
    channel_account_wipe(&settings);
    visit_note_read(visit, "mailbox.test", "channel_account", account->id.value);
    *tested_out = (MailboxTested){result.outcome == CHANNEL_SENT && result.refusal_count == 0,
                                  words_of(arena, visit->lang, &result, &settings.all, to), said_of(arena, &result)};
    return !tested_out->worked || !to_itself ||
           look_for_arrival(arena, visit, account, &settings.all, tested_out, error);
}
