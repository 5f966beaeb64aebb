/* SPDX-License-Identifier: EUPL-1.2 */
#include "job/alarm.h"

#include "base/format.h"
#include "channel/config.h"
#include "channel/oauth.h"

#include <string.h>

static const MsgId lines[INCIDENT_KIND_COUNT] = {
    [INCIDENT_FAILING] = MSG_TROUBLE_FAILING,
    [INCIDENT_UNWATCHED] = MSG_TROUBLE_UNWATCHED,
    [INCIDENT_WAITING] = MSG_TROUBLE_WAITING,
    [INCIDENT_QUIET] = MSG_TROUBLE_QUIET,
};
static const MsgId advice[INCIDENT_KIND_COUNT] = {
    [INCIDENT_FAILING] = MSG_TROUBLE_FAILING_ADVICE,
    [INCIDENT_UNWATCHED] = MSG_TROUBLE_UNWATCHED_ADVICE,
    [INCIDENT_WAITING] = MSG_TROUBLE_WAITING_ADVICE,
    [INCIDENT_QUIET] = MSG_TROUBLE_QUIET_ADVICE,
};
static const MsgId over_texts[INCIDENT_KIND_COUNT] = {
    [INCIDENT_FAILING] = MSG_TROUBLE_FAILING_OVER,
    [INCIDENT_UNWATCHED] = MSG_TROUBLE_UNWATCHED_OVER,
    [INCIDENT_WAITING] = MSG_TROUBLE_WAITING_OVER,
    [INCIDENT_QUIET] = MSG_TROUBLE_QUIET_OVER,
};

static const char *moment(Arena *arena, const AlarmReader *reader, TimeMs at)
{
    return format_moment(arena, reader->lang, reader->zone, at, reader->now);
}

const char *alarm_failure(Arena *arena, const AlarmReader *reader, const ChannelSettings *settings, const char *step,
                          TimeMs since)
{
    MsgId found, id = MSG_MAILBOX_STATE_FAILED;
    bool token = strcmp(step, "sign_in") == 0 && oauth_is_wanted(settings);
    if (msg_id_find(arena_printf(arena, "mailbox.state.step.%s", token ? "sign_in_token" : step), &found))
        id = found;
    return msg_fill(arena, reader->lang, id, "since", moment(arena, reader, since), "host",
                    channel_setting(settings, "imap_host"), NULL);
}

const char *alarm_line(Arena *arena, const AlarmReader *reader, const Incident *incident, const ChannelAccount *account)
{
    return msg_fill(arena, reader->lang, lines[incident->kind], "address", account->address, "since",
                    moment(arena, reader, incident->since), NULL);
}

static const char *details(Arena *arena, const AlarmReader *reader, const Incident *incident,
                           const ChannelAccount *account)
{
    ChannelSettings settings = {NULL, 0};
    if (incident->kind != INCIDENT_FAILING)
        return msg(reader->lang, advice[incident->kind]);
    (void)channel_config_read(arena, account->config, &settings); /* one that is no JSON has no server to name */
    return arena_printf(arena, "%s\n\n%s", alarm_failure(arena, reader, &settings, incident->step, incident->since),
                        msg(reader->lang, advice[incident->kind]));
}

/* Its own words on a line of their own, so that nobody takes them for ours. */
static const char *said(Arena *arena, const AlarmReader *reader, const Incident *incident)
{
    return *incident->said
               ? arena_printf(arena, "\n\n%s\n> %s", msg(reader->lang, MSG_MAILBOX_STATE_SAID), incident->said)
               : "";
}

AlarmMail alarm_mail(Arena *arena, const AlarmReader *reader, const Incident *incident, const ChannelAccount *account,
                     const char *base_url, bool over)
{
    const char *link = arena_printf(arena, "%s/settings/mail", base_url);
    const char *line = alarm_line(arena, reader, incident, account);
    const char *body = over ? msg_fill(arena, reader->lang, over_texts[incident->kind], "address", account->address,
                                       "since", moment(arena, reader, incident->since), NULL)
                            : arena_printf(arena, "%s\n\n%s%s", line, details(arena, reader, incident, account),
                                           said(arena, reader, incident));
    return (AlarmMail){
        msg_fill(arena, reader->lang, over ? MSG_TROUBLE_MAIL_OVER : MSG_TROUBLE_MAIL_SUBJECT, "address",
                 account->address, NULL),
        msg_fill(arena, reader->lang, MSG_TROUBLE_MAIL_TEXT, "body", body, "link", link, NULL),
    };
}

bool alarm_account(StoreTx *tx, Arena *arena, ChannelAccountId id, ChannelAccount *account_out)
{
    ChannelAccountList list = channel_account_list(tx, arena);
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].id.value == id.value) {
            *account_out = list.items[i];
            return true;
        }
    return false;
}
