/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/mailbox_state.h"

#include "base/format.h"
#include "job/alarm.h"

#include <string.h>

const ChannelHealthRow *mailbox_health_of(const ChannelHealthRows *rows, ChannelAccountId account)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].account.value == account.value)
            return &rows->items[i];
    return NULL;
}

static const char *moment(Arena *arena, const Visit *visit, TimeMs at)
{
    return format_moment(arena, visit->lang, visit->policy->zone, at, visit->now);
}

static const char *well(Arena *arena, const Visit *visit, const ChannelHealthRow *row)
{
    const char *read = moment(arena, visit, row->checked_at);
    return row->last_message_at ? msg_fill(arena, visit->lang, MSG_MAILBOX_STATE_WELL, "read", read, "last",
                                           moment(arena, visit, row->last_message_at), NULL)
                                : msg_fill(arena, visit->lang, MSG_MAILBOX_STATE_QUIET, "read", read, NULL);
}

MailboxState mailbox_state_of(Arena *arena, const Visit *visit, const ChannelSettings *settings,
                              const ChannelHealthRow *row)
{
    if (!*channel_setting(settings, "imap_host"))
        return (MailboxState){msg(visit->lang, MSG_MAILBOX_STATE_HANDED), "", false};
    if (visit->policy->demo)
        return (MailboxState){msg(visit->lang, MSG_MAILBOX_STATE_DEMO), "", false};
    if (!row || !row->checked_at)
        return (MailboxState){msg(visit->lang, MSG_MAILBOX_STATE_SOON), "", false};
    if (row->failing_since)
        return (MailboxState){alarm_failure(arena, &(AlarmReader){visit->lang, visit->policy->zone, visit->now},
                                            settings, row->step, row->failing_since),
                              row->said, true};
    if (g_str_equal(row->step, "sent"))
        return (MailboxState){
            msg_fill(arena, visit->lang, MSG_MAILBOX_STATE_NO_SENT, "well", well(arena, visit, row), NULL), row->said,
            false};
    return (MailboxState){well(arena, visit, row), "", false};
}
