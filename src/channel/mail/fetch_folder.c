/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: one folder, read. How: the position (UIDVALIDITY, the newest UID taken, how far down the old mail is done) is
 * written after a batch, not after each message: a crash repeats at most a batch, and a repeated message is known by its
 * content (receive.h). Why old mail goes newest first and a few at a time: what people may still ask about comes first,
 * and a new message never waits for ten thousand old ones.
 */
#include "channel/mail/fetch_int.h"

#include "base/log.h"
#include "channel/channel_metrics.h"
#include "channel/mail/sent.h"
#include "parse/mail.h"

#include <string.h>

enum {
    NEW_BATCH = 50,
    OLD_BATCH = 10,
    SENT_DAYS = 30,  /* of sent mail, where old mail is what nobody has read */
    MESSAGE_CAP = 4, /* arenas of a message: its bytes, what they decode to, its HTML, and some */
    REFUSALS = 3,    /* of one message, each on a connection of its own */
};

/* A server in trouble refuses what it has, and most have got over it by then. */
#define REFUSED_FOR (10 * TIME_MINUTE)

/* The server's clock and ours differ by less, and no message that has come is longer in not being taken. */
#define COMING (10 * TIME_MINUTE)

bool fetch_is_stopped(const Fetcher *fetcher)
{
    return atomic_load(fetcher->on->stop);
}

bool fetch_fail(Fetcher *fetcher, const char *step, const char *said)
{
    char *kept = g_strdup(said);
    fetcher->step = step;
    g_free(fetcher->said);
    fetcher->said = kept;
    return false;
}

static TimeMs now_of(const Fetcher *fetcher)
{
    return desk_now(fetcher->on->desk);
}

bool fetch_heard(Fetcher *fetcher, ImapResult result)
{
    fetcher->result = result;
    return result.outcome <= IMAP_TOO_LARGE;
}

bool fetch_obeyed(Fetcher *fetcher, ImapResult result)
{
    return fetch_heard(fetcher, result) && (result.outcome == IMAP_OK || fetch_fail(fetcher, "refused", result.text));
}

/* --- the position --------------------------------------------------------------------------------------------------- */

static bool write_position(StoreTx *tx, void *arg)
{
    mailbox_folder_keep(tx, arg);
    return true;
}

static bool keep_position(Fetcher *fetcher, Folder *folder)
{
    g_autoptr(GError) error = NULL;
    if (store_write(desk_store(fetcher->on->desk), "mailbox position", write_position, &folder->position, &error) ==
        STORE_COMMITTED)
        return true;
    return fetch_fail(fetcher, "store", error ? error->message : "the position could not be written");
}

static bool read_position(Fetcher *fetcher, const Folder *folder, Arena *arena, MailboxFolder *stored_out,
                          bool *found_out)
{
    g_autoptr(GError) error = NULL;
    StoreTx *tx = store_read_begin(desk_store(fetcher->on->desk), &error);
    if (!tx)
        return fetch_fail(fetcher, "store", error->message);
    *found_out = mailbox_folder_find(tx, arena, &folder->position, stored_out);
    if (!store_read_end(tx, &error))
        return fetch_fail(fetcher, "store", error->message);
    return true;
}

/* What lay there before us and is wanted: from when on, TIME_NONE meaning those nobody has read. Sent mail is always read. */
static TimeMs old_since(const MailIncoming *incoming, const Folder *folder, TimeMs now)
{
    if (incoming->old == MAIL_OLD_DAYS)
        return now - incoming->old_days * TIME_DAY;
    if (incoming->old == MAIL_OLD_UNSEEN && folder->is_sent)
        return now - SENT_DAYS * TIME_DAY;
    return incoming->old == MAIL_OLD_ALL ? 1 : TIME_NONE;
}

/* The UID a message that comes next will have at least. */
static bool next_uid(Fetcher *fetcher, Arena *arena, const ImapFolder *opened, int64_t *uid_out)
{
    ImapUids newest;
    *uid_out = opened->uid_next;
    if (opened->uid_next)
        return true;
    if (!fetch_obeyed(fetcher,
                      imap_list(arena, fetcher->session, &(ImapQuery){.newest_first = true, .max = 1}, &newest)))
        return false;
    *uid_out = newest.count ? (int64_t)newest.uids[0] + 1 : 1;
    return true;
}

/* Another UIDVALIDITY; or the numbers went back under the same one, as in a mailbox restored from a copy: what comes next
 * would have numbers that we have had. */
static bool is_renumbered(const MailboxFolder *before, const ImapFolder *opened)
{
    return before->uid_validity != opened->uid_validity ||
           (opened->uid_next && (int64_t)opened->uid_next <= before->last_uid);
}

/* What is wanted of a renumbered folder: what came since the first time, and what of the old was not done yet. */
static TimeMs old_since_again(const MailboxFolder *before)
{
    return before->old_below == 0 ? before->first_read_at : MIN(before->old_since, before->first_read_at);
}

/* When the last message came: what came before is here, or was in the middle of coming. false: the store failed. */
static bool find_last_come(Fetcher *fetcher, Arena *arena, TimeMs *at_out)
{
    g_autoptr(GError) error = NULL;
    StoreTx *tx = store_read_begin(desk_store(fetcher->on->desk), &error);
    if (!tx)
        return fetch_fail(fetcher, "store", error->message);
    ChannelHealthRows rows = channel_health_list(tx, arena);
    *at_out = TIME_NONE;
    for (size_t i = 0; i < rows.count; i++)
        if (rows.items[i].account.value == fetcher->on->account.value)
            *at_out = rows.items[i].last_message_at - COMING;
    return store_read_end(tx, &error) || fetch_fail(fetcher, "store", error->message);
}

/* The first time: all that is there is old. Renumbered: all is to be read again, down to the first time. */
static bool begin_anew(Fetcher *fetcher, Folder *folder, Arena *arena, const ImapFolder *opened,
                       const MailboxFolder *before)
{
    MailboxFolder *position = &folder->position;
    int64_t next;
    TimeMs last_come = TIME_NONE;
    if (!next_uid(fetcher, arena, opened, &next) || (before && !find_last_come(fetcher, arena, &last_come)))
        return false;
    bool wanted = before || fetcher->incoming.old != MAIL_OLD_NONE;
    position->uid_validity = opened->uid_validity;
    position->last_uid = next - 1;
    position->old_below = wanted ? next : 0;
    position->first_read_at = before ? MAX(before->first_read_at, last_come) : now_of(fetcher);
    position->old_since =
        before ? old_since_again(before) : old_since(&fetcher->incoming, folder, position->first_read_at);
    if (before)
        LOG(LOG_WARNING, "mail.uidvalidity", LOG_TEXT("mailbox", fetcher->on->name), LOG_TEXT("folder", folder->name),
            LOG_NUMBER("before", before->uid_validity), LOG_NUMBER("now", opened->uid_validity));
    return keep_position(fetcher, folder);
}

static bool fail_on_folder(Fetcher *fetcher, const Folder *folder, const char *said)
{
    g_autofree char *words = g_strdup_printf("%s: %s", folder->name, said);
    return fetch_fail(fetcher, "folder", words);
}

static bool open_folder(Fetcher *fetcher, Folder *folder)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    bool observe = folder->is_sent || fetcher->incoming.after == MAIL_AFTER_OBSERVE;
    ImapFolder opened;
    MailboxFolder stored;
    bool found = false;
    if (fetcher->open == folder)
        return true;
    fetcher->open = NULL;
    if (!fetch_heard(fetcher, imap_select(fetcher->session, folder->name, observe, &opened)))
        return false;
    if (fetcher->result.outcome != IMAP_OK)
        return fail_on_folder(fetcher, folder, fetcher->result.text);
    if (opened.read_only && !observe)
        return fail_on_folder(fetcher, folder, "the server lets us read the folder, and change nothing in it");
    if (!read_position(fetcher, folder, arena, &stored, &found))
        return false;
    fetcher->open = folder;
    if (!found || is_renumbered(&stored, &opened))
        return begin_anew(fetcher, folder, arena, &opened, found ? &stored : NULL);
    folder->position = stored;
    return true;
}

/* --- one message ---------------------------------------------------------------------------------------------------- */

static bool leave(const Fetcher *fetcher, uint32_t uid, const char *reason)
{
    LOG(LOG_WARNING, "mail.left", LOG_TEXT("mailbox", fetcher->on->name), LOG_TEXT("folder", fetcher->open->name),
        LOG_NUMBER("uid", uid), LOG_TEXT("reason", reason));
    metric_add(&metric_mailbox_messages, METRIC_LABELS(fetcher->on->name, "left"), 1);
    return true;
}

/* What no second attempt can better is left where it lies; anything else stops the reading. */
static bool fail_or_leave(Fetcher *fetcher, uint32_t uid, const GError *error)
{
    if (!g_error_matches(error, FILO_ERROR, FILO_ERROR_USAGE) &&
        !g_error_matches(error, FILO_ERROR, FILO_ERROR_TOO_LARGE))
        return fetch_fail(fetcher, "store", error->message);
    return leave(fetcher, uid, error->message);
}

static bool keep_message(Fetcher *fetcher, const ImapMessage *message, bool is_history)
{
    g_autoptr(GError) error = NULL;
    MailPassage passage = {fetcher->on->name, message->received, is_history, 0};
    if (!mail_take_passed(fetcher->reader, &passage, message->content, &error))
        return fail_or_leave(fetcher, message->uid, error);
    fetcher->message_at = now_of(fetcher);
    return true;
}

/* Whether the server has refused the message often and long enough, this time included. What it refuses right after one
 * that was given up is the same trouble: a hundred of them hold up nobody a hundred times as long. */
static bool is_given_up(Fetcher *fetcher, uint32_t uid)
{
    ChannelRefusal *refusal = fetcher->on->refusal;
    TimeMs now = now_of(fetcher);
    char thing[sizeof refusal->thing];
    g_snprintf(thing, sizeof thing, "%d %" G_GINT64_FORMAT " %u", (int)(fetcher->open - fetcher->folders),
               fetcher->open->position.uid_validity, uid);
    if (strcmp(thing, refusal->thing) != 0) {
        if (refusal->given_up_at == TIME_NONE || now - refusal->given_up_at >= REFUSED_FOR) {
            refusal->times = 0;
            refusal->since = now;
        }
        g_strlcpy(refusal->thing, thing, sizeof refusal->thing);
    }
    refusal->times++;
    bool given_up = refusal->times >= REFUSALS && now - refusal->since >= REFUSED_FOR;
    refusal->given_up_at = given_up ? now : TIME_NONE;
    return given_up;
}

/* false: stop; the session's result or the step says why. *there_out: the message is given; else the result says whether
 * it is no longer there, too large, or refused for good. */
static bool fetch(Fetcher *fetcher, uint32_t uid, bool head, ImapMessage *message_out, bool *there_out)
{
    ImapResult result =
        head ? imap_fetch_head(fetcher->session, uid, message_out) : imap_fetch(fetcher->session, uid, message_out);
    *there_out = result.outcome == IMAP_OK;
    if (*there_out && !head)
        fetcher->on->refusal->given_up_at = TIME_NONE;
    if (!fetch_heard(fetcher, result))
        return false;
    if (result.outcome == IMAP_REFUSED && !is_given_up(fetcher, uid))
        return fetch_fail(fetcher, "refused", result.text);
    bool is_said = head && !fetcher->open->is_sent; /* the whole was asked for first, but of sent mail */
    return *there_out || result.outcome == IMAP_NOT_FOUND || is_said || leave(fetcher, uid, result.text);
}

/* From when on all is wanted, read or not. */
static TimeMs all_since(const MailboxFolder *position)
{
    return position->old_since ? position->old_since : position->first_read_at;
}

/* SEARCH knows days only, and the date of arrival whole seconds. */
static bool is_too_old(const Folder *folder, const ImapMessage *message, bool is_history)
{
    const MailboxFolder *position = &folder->position;
    return is_history && message->received && message->received < all_since(position) / TIME_SECOND * TIME_SECOND &&
           (position->old_since || message->seen);
}

/* Read again as old, but come since: it is news. A date to come is no date. */
static bool is_past(const Fetcher *fetcher, const Folder *folder, const ImapMessage *message, bool is_history)
{
    return is_history && (message->received < folder->position.first_read_at || message->received > now_of(fetcher));
}

static bool keep_head(Fetcher *fetcher, uint32_t uid, const MailPassage *passage, Bytes head)
{
    g_autoptr(GError) error = NULL;
    return mail_take_passed(fetcher->reader, passage, head, &error) || fail_or_leave(fetcher, uid, error);
}

/* Of a message that the server will not even give the header of, its place is all that can be said. */
static bool take_place(Fetcher *fetcher, const Folder *folder, uint32_t uid, bool is_history)
{
    g_autofree char *head = g_strdup_printf("Subject: %s, UID %u\r\nX-Filo-Withheld: %s %" G_GINT64_FORMAT "\r\n\r\n",
                                            folder->name, uid, fetcher->server, folder->position.uid_validity);
    MailPassage passage = {fetcher->on->name, TIME_NONE, is_history, (int64_t)strlen(head) + 1};
    return keep_head(fetcher, uid, &passage, bytes_of(head));
}

/* What is left out is more than what is given; and more than we take, where that is why, whatever the server believes. */
static int64_t size_of_whole(const ImapMessage *message, bool is_too_large)
{
    int64_t least = is_too_large ? (int64_t)PARSE_RAW_MAX : (int64_t)message->content.size;
    return MAX((int64_t)message->size, least + 1);
}

/* Its header becomes a request; the message stays as it was, for a person to open. */
static bool take_head(Fetcher *fetcher, const Folder *folder, uint32_t uid, bool is_history)
{
    bool is_too_large = fetcher->result.outcome == IMAP_TOO_LARGE, there;
    ImapMessage message;
    if (!fetch(fetcher, uid, true, &message, &there))
        return false;
    if (fetcher->result.outcome == IMAP_REFUSED)
        return take_place(fetcher, folder, uid, is_history);
    if (!there || is_too_old(folder, &message, is_history))
        return true;
    MailPassage passage = {fetcher->on->name, message.received, is_past(fetcher, folder, &message, is_history),
                           size_of_whole(&message, is_too_large)};
    return keep_head(fetcher, uid, &passage, message.content);
}

static bool take_received(Fetcher *fetcher, Folder *folder, uint32_t uid, bool is_history)
{
    ImapMessage message;
    bool there;
    if (!fetch(fetcher, uid, false, &message, &there))
        return false;
    if (fetcher->result.outcome == IMAP_TOO_LARGE || fetcher->result.outcome == IMAP_REFUSED)
        return take_head(fetcher, folder, uid, is_history);
    if (!there || is_too_old(folder, &message, is_history))
        return true;
    return keep_message(fetcher, &message, is_past(fetcher, folder, &message, is_history)) && fetch_tidy(fetcher, uid);
}

/* Its request may be among what arrived and is not read yet: it is looked at again with the old. */
static void look_again(const Fetcher *fetcher, Folder *folder, uint32_t uid)
{
    if (!fetch_is_old_done(fetcher))
        folder->position.old_below = MAX(folder->position.old_below, (int64_t)uid + 1);
}

/* The header first: what is about no request is not even fetched. Of what is too large the header is all there is. */
static bool take_sent(Fetcher *fetcher, Folder *folder, uint32_t uid, bool is_history)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * MESSAGE_CAP);
    g_autoptr(GError) error = NULL;
    ImapMessage message, whole;
    IntakeResult result;
    bool there, wanted;
    if (!fetch(fetcher, uid, true, &message, &there))
        return false;
    if (!there || is_too_old(folder, &message, is_history))
        return true;
    Bytes head = arena_bytes(arena, message.content);
    if (!mail_sent_look(&fetcher->receiver, fetcher->on->name, head, &wanted, &error))
        return fail_or_leave(fetcher, uid, error);
    if (!wanted) {
        look_again(fetcher, folder, uid);
        return true;
    }
    int64_t whole_size = size_of_whole(&message, true);
    if (!fetch(fetcher, uid, false, &whole, &there))
        return false;
    bool is_too_large = fetcher->result.outcome == IMAP_TOO_LARGE;
    MailPassage passage = {fetcher->on->name, message.received, is_history, is_too_large ? whole_size : 0};
    Bytes raw = is_too_large ? head : whole.content;
    return (!there && !is_too_large) ||
           mail_sent_take(&fetcher->receiver, arena, &passage, head, raw, &result, &error) ||
           fail_or_leave(fetcher, uid, error);
}

static bool take(Fetcher *fetcher, Folder *folder, uint32_t uid, bool is_history)
{
    return folder->is_sent ? take_sent(fetcher, folder, uid, is_history)
                           : take_received(fetcher, folder, uid, is_history);
}

/* --- what is there -------------------------------------------------------------------------------------------------- */

/* Takes what is new, a batch; *more_out: there may be more. */
static bool take_new(Fetcher *fetcher, Folder *folder, bool *more_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ImapQuery query = {.above = (uint32_t)folder->position.last_uid, .max = NEW_BATCH};
    ImapUids uids;
    bool good = fetch_obeyed(fetcher, imap_list(arena, fetcher->session, &query, &uids)), any = false;
    for (size_t i = 0; good && i < uids.count && !fetch_is_stopped(fetcher); i++) {
        good = take(fetcher, folder, uids.uids[i], false);
        if (good)
            folder->position.last_uid = uids.uids[i];
        any |= good;
    }
    *more_out = good && uids.count == NEW_BATCH;
    return (!any || keep_position(fetcher, folder)) && good;
}

/* The same for what lay there before us, newest first. */
static bool take_old(Fetcher *fetcher, Folder *folder, bool *more_out)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    MailboxFolder *position = &folder->position;
    ImapQuery query = {.below = (uint32_t)position->old_below,
                       .newest_first = true,
                       .unseen = position->old_since == TIME_NONE,
                       .since = all_since(position),
                       .max = OLD_BATCH};
    ImapUids uids;
    *more_out = false;
    if (position->old_below == 0 || fetcher->incoming.old_paused)
        return true;
    bool good = fetch_obeyed(fetcher, imap_list(arena, fetcher->session, &query, &uids));
    for (size_t i = 0; good && i < uids.count && !fetch_is_stopped(fetcher); i++) {
        good = take(fetcher, folder, uids.uids[i], true);
        if (good)
            position->old_below = uids.uids[i];
    }
    if (good && !fetch_is_stopped(fetcher) && uids.count < OLD_BATCH) {
        channel_reader_settle(fetcher->reader); /* done is what stands on the desk */
        position->old_below = 0;
    }
    *more_out = good && position->old_below != 0;
    return keep_position(fetcher, folder) && good;
}

bool fetch_is_old_done(const Fetcher *fetcher)
{
    for (size_t i = 0; i < fetcher->folder_count; i++)
        if (!fetcher->folders[i].is_sent && fetcher->folders[i].position.old_below != 0)
            return fetcher->incoming.old_paused;
    return true;
}

bool fetch_visit(Fetcher *fetcher, Folder *folder, bool *more_out)
{
    *more_out = false;
    if (folder->is_sent)
        channel_reader_settle(fetcher->reader); /* what is sent finds its request among what arrived */
    return open_folder(fetcher, folder) && take_new(fetcher, folder, more_out) &&
           (*more_out || (folder->is_sent && !fetch_is_old_done(fetcher)) || take_old(fetcher, folder, more_out));
}
