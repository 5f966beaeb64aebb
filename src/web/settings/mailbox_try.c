/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/mailbox_try.h"

#include "base/format.h"
#include "base/token.h"
#include "channel/account.h"
#include "channel/config.h"
#include "channel/mail/compose.h"
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

/* --- one message ---------------------------------------------------------------------------------------------------- */

/* One message of a test, and what became of it. */
typedef struct Trial {
    Arena *arena;
    const Visit *visit;
    const ChannelAccount *account;
    Token token;
    const char *to;
    bool to_itself;
    bool as_answer;           /* it leaves as answers do: bounces and replies come to addresses of its own */
    ChannelSettings settings; /* the password in them is wiped */
    DeliveryResult result;
    ChannelHealthRow health; /* of one that was waited for */
} Trial;

static Trial trial_of(Arena *arena, const Visit *visit, const ChannelAccount *account, const char *to)
{
    return (Trial){.arena = arena,
                   .visit = visit,
                   .account = account,
                   .token = token_new(),
                   .to = to,
                   .to_itself = g_ascii_strcasecmp(to, account->address) == 0};
}

static bool is_taken(const Trial *trial)
{
    return trial->result.outcome == CHANNEL_SENT && trial->result.refusal_count == 0;
}

static bool is_there(const Trial *trial)
{
    return is_taken(trial) && trial->health.test_arrived_at != TIME_NONE;
}

static void deliver(Trial *trial, AccountSettings *settings)
{
    const Visit *visit = trial->visit;
    const ChannelContact contact = {NULL, trial->to, false, false};
    const Outbound outbound = {
        .random = trial->token.text,
        .written_at = visit->now,
        .purpose = CHANNEL_NOTICE,
        .reply_token = trial->as_answer ? trial->token.text : NULL,
        .contacts = &contact,
        .contact_count = 1,
        .subject = msg(visit->lang, MSG_MAILBOX_TEST_SUBJECT),
        .text =
            msg_fill(trial->arena, visit->lang, MSG_MAILBOX_TEST_TEXT, "company", visit->policy->company_name, NULL),
    };
    channel_account_deliver(trial->arena, visit->desk, channel_find(trial->account->channel), settings, &outbound,
                            &(ChannelHooks){.before_send = may_send}, &trial->result);
}

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

/* Known before it leaves: it may be back at once. */
static bool announce(const Trial *trial, GError **error)
{
    TestWork work = {.account = trial->account->id, .now = desk_now(trial->visit->desk)};
    bytes_sha256_hex(bytes_of(trial->token.text), work.secret_sha256);
    return store_write(desk_store(trial->visit->desk), "mailbox test", begin_test, &work, error) == STORE_COMMITTED;
}

static bool send(Trial *trial, GError **error)
{
    AccountSettings settings;
    if ((trial->to_itself && !announce(trial, error)) ||
        !channel_account_open(trial->arena, trial->visit->desk, trial->account, &settings, error))
        return false;
    channel_config_add(trial->arena, &settings.all, "smtp_seconds", MAILBOX_TEST_S);
    deliver(trial, &settings);
    channel_account_wipe(&settings);
    trial->settings = settings.all;
    return true;
}

/* --- to itself ------------------------------------------------------------------------------------------------------ */

static bool read_health(Trial *trial, GError **error)
{
    StoreTx *tx = store_read_begin(desk_store(trial->visit->desk), error);
    if (!tx)
        return false;
    ChannelHealthRows rows = channel_health_list(tx, trial->arena);
    const ChannelHealthRow *row = mailbox_health_of(&rows, trial->account->id);
    trial->health = row ? *row : (ChannelHealthRow){.step = "", .said = ""};
    return store_read_end(tx, error);
}

/* Waits until it has come in, or long enough. */
static bool wait_for_arrival(Trial *trial, GError **error)
{
    enum { LOOK_MS = 250 };
    for (int64_t end = clock_monotonic_us() + (int64_t)MAILBOX_ARRIVAL_S * 1000000;;) {
        if (!read_health(trial, error))
            return false;
        if (trial->health.test_arrived_at || clock_monotonic_us() >= end)
            return true;
        poll(NULL, 0, LOOK_MS);
    }
}

static bool run(Trial *trial, GError **error)
{
    return send(trial, error) && (!trial->to_itself || !is_taken(trial) || wait_for_arrival(trial, error));
}

/* It left and has not come. */
static MailboxTested missing(const Trial *trial)
{
    Arena *arena = trial->arena;
    const Visit *visit = trial->visit;
    MailboxState state = mailbox_state_of(arena, visit, &trial->settings, &trial->health);
    if (state.wrong)
        return (MailboxTested){
            .words = arena_printf(arena, "%s %s", msg(visit->lang, MSG_MAILBOX_TEST_NOT_READ), state.words),
            .said = state.said};
    return (MailboxTested){.words = msg_fill(arena, visit->lang, MSG_MAILBOX_TEST_NOT_ARRIVED, "to", trial->to, NULL),
                           .said = ""};
}

static MailboxTested arrived(const Trial *trial, MsgId id, const char *plus)
{
    TimeMs span = trial->health.test_arrived_at - trial->health.test_sent_at;
    const char *seconds = format_number(trial->arena, trial->visit->lang, MAX((span + 999) / 1000, 1));
    return (MailboxTested){.worked = true,
                           .words = msg_fill(trial->arena, trial->visit->lang, id, "to", trial->account->address,
                                             "span", seconds, "plus", plus, NULL),
                           .said = ""};
}

static MailboxTested tested_of(const Trial *trial)
{
    if (is_there(trial))
        return arrived(trial, MSG_MAILBOX_TEST_ARRIVED, "");
    if (is_taken(trial) && trial->to_itself)
        return missing(trial);
    return (MailboxTested){.worked = is_taken(trial),
                           .words =
                               words_of(trial->arena, trial->visit->lang, &trial->result, &trial->settings, trial->to),
                           .said = said_of(trial->arena, &trial->result)};
}

/* --- where the replies come back ------------------------------------------------------------------------------------ */

static bool sends_with_plus(const Trial *trial)
{
    const ChannelAdapter *adapter = channel_find(trial->account->channel);
    return adapter->takes_reply_token && adapter->takes_reply_token(&trial->settings);
}

/* "assistenza+…@filo.test" */
static const char *plus_shown(const Trial *trial)
{
    const char *address = trial->account->address;
    return arena_printf(trial->arena, "%.*s+…%s", (int)strcspn(address, "@"), address, address + strcspn(address, "@"));
}

/* For good, and not just now. */
static bool is_refused(const DeliveryResult *result)
{
    return result->outcome == CHANNEL_REFUSED || (result->refusal_count > 0 && result->refusals[0].permanent);
}

/* Everything works but the plus address. */
static MailboxTested plus_failed(const Trial *plus)
{
    bool is_lost = is_taken(plus), is_known = is_lost || is_refused(&plus->result);
    MsgId id = !plus->to  ? MSG_MAILBOX_TEST_PLUS_LONG
               : is_lost  ? MSG_MAILBOX_TEST_PLUS_LOST
               : is_known ? MSG_MAILBOX_TEST_PLUS_REFUSED
                          : MSG_MAILBOX_TEST_PLUS_UNCLEAR;
    return (MailboxTested){.plus_fails = is_known,
                           .words =
                               msg_fill(plus->arena, plus->visit->lang, id, "to", plus->account->address, "host",
                                        channel_setting(&plus->settings, "smtp_host"), "plus", plus_shown(plus), NULL),
                           .said = said_of(plus->arena, &plus->result)};
}

/* The bare address has proved itself: does what is answered to us come in as well? */
static bool try_plus(const Trial *bare, MailboxTested *tested_out, GError **error)
{
    Trial plus = trial_of(bare->arena, bare->visit, bare->account, bare->account->address);
    plus.as_answer = true;
    plus.settings = bare->settings;
    plus.to = mail_plus_address(bare->arena, bare->account->address, 't', plus.token.text);
    if (!plus.to) /* no answer could leave with it either */
        plus.result = (DeliveryResult){.outcome = CHANNEL_REFUSED};
    else if (!run(&plus, error))
        return false;
    if (is_there(&plus))
        *tested_out = arrived(bare, MSG_MAILBOX_TEST_PLUS_ARRIVED, plus_shown(&plus));
    else if (mailbox_state_of(plus.arena, plus.visit, &plus.settings, &plus.health).wrong)
        *tested_out = missing(&plus);
    else
        *tested_out = plus_failed(&plus);
    return true;
}

bool mailbox_try(Arena *arena, const Visit *visit, const ChannelAccount *account, const char *to,
                 MailboxTested *tested_out, GError **error)
{
    Trial bare = trial_of(arena, visit, account, to);
    if (!run(&bare, error))
        return false;
    visit_note_read(visit, "mailbox.test", "channel_account", account->id.value);
    *tested_out = tested_of(&bare);
    return !is_there(&bare) || !sends_with_plus(&bare) || try_plus(&bare, tested_out, error);
}
