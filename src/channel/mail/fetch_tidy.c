/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: what becomes, in the mailbox, of a message that is here. How: a server's no takes nothing from what is kept; it
 * is told with the mailbox's health, until the server does it again. Why the folder is asked for under the server's own
 * prefix as well: where all folders lie below the inbox, nobody knows that "Filo" must be typed "INBOX.Filo".
 */
#include "channel/mail/fetch_int.h"

#include "base/log.h"

#include <string.h>

/* "INBOX.Filo" for "Filo"; not where it has the prefix already, nor where it would be read again. */
static ImapResult find_below(Fetcher *fetcher)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const char *folder = fetcher->incoming.move_to, *prefix;
    ImapResult result = imap_prefix(arena, fetcher->session, &prefix);
    const char *below = arena_printf(arena, "%s%s", prefix, folder);
    fetcher->below_asked = true;
    if (g_ascii_strncasecmp(folder, prefix, strlen(prefix)) != 0 && !mail_incoming_reads(&fetcher->incoming, below))
        fetcher->below = g_strdup(below);
    return result;
}

static ImapResult move_below(Fetcher *fetcher, uint32_t uid)
{
    ImapMove move;
    ImapResult result = imap_move(fetcher->session, uid, fetcher->below, &move);
    fetcher->below_works |= result.outcome == IMAP_OK;
    return result;
}

static ImapResult move_it(Fetcher *fetcher, uint32_t uid)
{
    ImapMove move;
    if (fetcher->below_works)
        return move_below(fetcher, uid);
    ImapResult result = imap_move(fetcher->session, uid, fetcher->incoming.move_to, &move);
    if (result.outcome != IMAP_REFUSED)
        return result;
    ImapResult asked = fetcher->below_asked ? result : find_below(fetcher);
    if (asked.outcome > IMAP_TOO_LARGE)
        return asked;
    return fetcher->below ? move_below(fetcher, uid) : result;
}

static void note_refusal(Fetcher *fetcher, uint32_t uid, const char *said)
{
    ChannelRefusal *refusal = fetcher->on->refusal;
    refusal->untidied = true;
    g_strlcpy(refusal->untidied_said, said, sizeof refusal->untidied_said);
    if (!fetcher->untidied)
        LOG(LOG_WARNING, "mail.untidied", LOG_TEXT("mailbox", fetcher->on->name), LOG_NUMBER("uid", uid),
            LOG_TEXT("said", said));
    fetcher->untidied = true;
}

bool fetch_tidy(Fetcher *fetcher, uint32_t uid)
{
    if (fetcher->incoming.after == MAIL_AFTER_OBSERVE)
        return true;
    ImapResult result =
        fetcher->incoming.after == MAIL_AFTER_MOVE ? move_it(fetcher, uid) : imap_mark(fetcher->session, uid, "\\Seen");
    if (result.outcome == IMAP_REFUSED)
        note_refusal(fetcher, uid, result.text);
    else if (result.outcome == IMAP_OK)
        fetcher->on->refusal->untidied = false;
    return fetch_heard(fetcher, result);
}
