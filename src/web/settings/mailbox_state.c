/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/settings/mailbox_state.h"

#include "base/format.h"
#include "channel/mail/incoming.h"
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

/* It is read; what does not work beside that, "" for all does. */
static MailboxState beside(Arena *arena, const Visit *visit, const ChannelSettings *settings,
                           const ChannelHealthRow *row)
{
    MsgId id;
    const char *folder = channel_setting(settings, "imap_move_to"), *words = well(arena, visit, row);
    if (!*row->step || !msg_id_find(arena_printf(arena, "mailbox.state.beside.%s", row->step), &id))
        return (MailboxState){words, "", false};
    return (MailboxState){msg_fill(arena, visit->lang, id, "well", words, "host",
                                   channel_setting(settings, "imap_host"), "folder", *folder ? folder : MAIL_MOVE_TO,
                                   NULL),
                          row->said, false};
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
    return beside(arena, visit, settings, row);
}
