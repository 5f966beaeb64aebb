/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * UIDs are listed by searches over windows of UIDs, between the first and the last that exist: a search of a whole old
 * mailbox is megabytes on a server without ESEARCH, and sparse folders would need endless windows of one size. The first
 * window is no wider than what is wanted asks for, because a server looks at every message in it (of a million, ten by
 * ten); one that finds too little makes the next one four times as wide; one whose answer the reader had to clip is asked
 * again narrow, and a narrow one always fits.
 */
#include "net/imap.h"

#include "base/check.h"
#include "net/imap_int.h"
#include "net/imap_name.h"

#include <string.h>

#define WINDOW_SURE ((uint64_t)65536) /* eleven bytes each, and the reader keeps a megabyte of a search */
#define WINDOW_FIRST ((uint64_t)16)   /* UIDs looked at for each that is wanted */

/* --- the folder -------------------------------------------------------------------------------------------------- */

/* "VERB "name"" with the name as the server writes it; NULL if it is none. Yours to free. */
static char *command_on_folder(const char *verb, const char *folder)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const char *name = imap_name_encode(arena, folder);
    if (!name)
        return NULL;
    GString *command = g_string_new(verb);
    g_string_append(command, " \"");
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            g_string_append_c(command, '\\');
        g_string_append_c(command, *name);
    }
    return g_string_free(g_string_append_c(command, '"'), FALSE);
}

static ImapOutcome run_on_folder(ImapSession *session, const char *verb, const char *folder, ImapCollect collect,
                                 void *arg, ImapResponse *answer_out)
{
    g_autofree char *command = command_on_folder(verb, folder);
    if (!command)
        return imap_say(session, IMAP_REFUSED, bytes_of("no folder can have that name"));
    return imap_run(session, command, collect, arg, answer_out);
}

static void collect_folder(const ImapResponse *response, void *arg)
{
    ImapFolder *folder = arg;
    if (response->kind == IMAP_EXISTS)
        folder->exists = response->number;
    else if (response->kind == IMAP_STATUS && response->code == IMAP_CODE_UIDVALIDITY)
        folder->uid_validity = response->number;
    else if (response->kind == IMAP_STATUS && response->code == IMAP_CODE_UIDNEXT)
        folder->uid_next = response->number;
    else if (response->kind == IMAP_STATUS && response->code == IMAP_CODE_PERMANENTFLAGS)
        folder->keeps_keywords = imap_words_have(response->words, "\\*");
}

ImapResult imap_select(ImapSession *session, const char *folder, bool observe, ImapFolder *folder_out)
{
    ImapResponse answer;
    *folder_out = (ImapFolder){0};
    session->selected = false;
    ImapFolder found = {0};
    if (run_on_folder(session, observe ? "EXAMINE" : "SELECT", folder, collect_folder, &found, &answer) != IMAP_OK)
        return session->result;
    if (!found.uid_validity) { /* without it nobody can say which messages are known */
        imap_end(session, IMAP_PROTOCOL, bytes_of("the folder has no UIDVALIDITY"));
        return session->result;
    }
    found.read_only = observe || answer.code == IMAP_CODE_READ_ONLY;
    session->selected = true;
    session->observing = found.read_only;
    session->exists = found.exists;
    session->news = false;
    *folder_out = found;
    return session->result;
}

static const struct {
    const char *attribute, *name;
} uses[IMAP_USES] = {
    [IMAP_USE_NONE] = {"", ""},
    [IMAP_USE_ALL] = {"\\All", "all"},
    [IMAP_USE_ARCHIVE] = {"\\Archive", "archive"},
    [IMAP_USE_DRAFTS] = {"\\Drafts", "drafts"},
    [IMAP_USE_FLAGGED] = {"\\Flagged", "flagged"},
    [IMAP_USE_IMPORTANT] = {"\\Important", "important"},
    [IMAP_USE_JUNK] = {"\\Junk", "junk"},
    [IMAP_USE_SENT] = {"\\Sent", "sent"},
    [IMAP_USE_TRASH] = {"\\Trash", "trash"},
};

const char *imap_use_name(ImapUse use)
{
    check(use >= 0 && use < IMAP_USES);
    return uses[use].name;
}

/* Of several the one that says where sent mail is, for that is looked for. */
static ImapUse use_of(ImapWords attributes)
{
    ImapUse found = IMAP_USE_NONE;
    for (ImapUse use = IMAP_USE_NONE + 1; use < IMAP_USES; use++)
        if (found != IMAP_USE_SENT && imap_words_have(attributes, uses[use].attribute))
            found = use;
    return found;
}

typedef struct Listing {
    Arena *arena;
    ImapFolderName *items;
    size_t count;
} Listing;

/* A name that no encoding of ours gives could not be opened: it is left out, and so is what only holds others. */
static void collect_list(const ImapResponse *response, void *arg)
{
    Listing *listing = arg;
    if (response->kind != IMAP_LIST || listing->count == IMAP_FOLDERS_MAX || strlen(response->folder) > 1000 ||
        imap_words_have(response->words, "\\Noselect") || imap_words_have(response->words, "\\NonExistent"))
        return;
    g_autoptr(Arena) spent = arena_new(ARENA_REQUEST_CAP); /* on names that are none there may be no end of them */
    const char *name = imap_name_decode(spent, response->folder);
    if (name)
        listing->items[listing->count++] =
            (ImapFolderName){arena_strdup(listing->arena, name), use_of(response->words)};
}

ImapResult imap_folders(Arena *arena, ImapSession *session, ImapFolders *folders_out)
{
    Listing listing = {.arena = arena, .items = ARENA_ARRAY(arena, ImapFolderName, IMAP_FOLDERS_MAX)};
    const char *command = session->lists_special_use ? "LIST \"\" \"*\" RETURN (SPECIAL-USE)" : "LIST \"\" \"*\"";
    *folders_out = (ImapFolders){0};
    if (imap_run(session, command, collect_list, &listing, NULL) == IMAP_OK)
        *folders_out = (ImapFolders){listing.items, listing.count};
    return session->result;
}

typedef struct Prefix {
    Arena *arena;
    const char *name;
} Prefix;

static void collect_prefix(const ImapResponse *response, void *arg)
{
    Prefix *prefix = arg;
    if (response->kind != IMAP_NAMESPACE || strlen(response->folder) > 200)
        return;
    const char *name = imap_name_decode(prefix->arena, response->folder);
    prefix->name = name ? name : "";
}

ImapResult imap_prefix(Arena *arena, ImapSession *session, const char **prefix_out)
{
    Prefix prefix = {arena, ""};
    imap_run(session, "NAMESPACE", collect_prefix, &prefix, NULL);
    *prefix_out = prefix.name;
    return session->result;
}

/* Whether there is a folder, and one we may change if we want to. */
static bool may(ImapSession *session, bool change)
{
    const char *fault = !session->selected             ? "no folder is open"
                        : change && session->observing ? "the folder is open to observe only"
                                                       : NULL;
    if (session->dead)
        imap_say(session, IMAP_CLOSED, bytes_of("the session has ended"));
    else if (fault)
        imap_say(session, IMAP_REFUSED, bytes_of(fault));
    return !session->dead && !fault;
}

/* --- listing ----------------------------------------------------------------------------------------------------- */

static void collect_ends(const ImapResponse *response, void *arg)
{
    ImapRange *ends = arg;
    if (response->kind != IMAP_FETCH || !response->fetch.has_uid)
        return;
    ends->first = ends->first ? MIN(ends->first, response->fetch.uid) : response->fetch.uid;
    ends->last = MAX(ends->last, response->fetch.uid);
}

/* Runs of a search's answer, clipped to what was asked. */
typedef struct Found {
    uint64_t low, high;
    const ImapQuery *query;
    GArray *ranges; /* ImapRange */
    bool clipped;
} Found;

static void collect_found(const ImapResponse *response, void *arg)
{
    Found *found = arg;
    if (response->kind != IMAP_SEARCH)
        return;
    found->clipped |= response->found.clipped;
    for (size_t i = 0; i < response->found.count; i++) {
        ImapRange range = response->found.ranges[i];
        range.first = (uint32_t)MAX(range.first, found->low);
        range.last = (uint32_t)MIN(range.last, found->high);
        if (range.first <= range.last && found->ranges->len < WINDOW_SURE)
            g_array_append_val(found->ranges, range);
    }
}

static gint compare_ranges(gconstpointer a, gconstpointer b)
{
    const ImapRange *one = a, *other = b;
    return one->first < other->first ? -1 : one->first > other->first;
}

/* The UIDs of the runs in the order asked for, none twice, to the query's maximum. */
static void add_uids(GArray *uids, Found *found, const ImapQuery *query)
{
    g_array_sort(found->ranges, compare_ranges);
    for (guint i = 0; i < found->ranges->len; i++) {
        guint at = query->newest_first ? found->ranges->len - 1 - i : i;
        ImapRange range = g_array_index(found->ranges, ImapRange, at);
        for (uint64_t step = 0; step <= range.last - range.first && uids->len < query->max; step++) {
            uint32_t uid = (uint32_t)(query->newest_first ? range.last - step : range.first + step);
            uint32_t before = uids->len ? g_array_index(uids, uint32_t, uids->len - 1) : 0;
            if (!before || (query->newest_first ? uid < before : uid > before))
                g_array_append_val(uids, uid);
        }
    }
}

/* "SINCE 5-Mar-2026 ": the server compares days, in whatever zone it keeps them. Of the first day all came later: asking
 * would make it look up each date. */
static char *since_words(TimeMs since)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autoptr(GDateTime) day = since >= TIME_DAY ? g_date_time_new_from_unix_utc(since / 1000) : NULL;
    return day ? g_strdup_printf("SINCE %d-%s-%d ", g_date_time_get_day_of_month(day),
                                 months[g_date_time_get_month(day) - 1], g_date_time_get_year(day))
               : g_strdup("");
}

static ImapOutcome search(ImapSession *session, Found *found)
{
    g_autofree char *since = since_words(found->query->since);
    const char *unseen = !found->query->unseen ? "" : *since ? "OR UNSEEN " : "UNSEEN ";
    g_autofree char *command =
        g_strdup_printf("UID SEARCH %s%s%sUID %" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT,
                        session->has_esearch ? "RETURN (ALL) " : "", unseen, since, found->low, found->high);
    g_array_set_size(found->ranges, 0);
    found->clipped = false;
    return imap_run(session, command, collect_found, found, NULL);
}

/* How wide the window after this one is, which found so many runs. */
static uint64_t next_width(uint64_t width, const Found *found)
{
    if (found->clipped || (found->ranges->len && width >= WINDOW_SURE))
        return WINDOW_SURE;
    return width * 4;
}

/* From low to high, window by window. */
static ImapOutcome list_between(ImapSession *session, uint64_t low, uint64_t high, const ImapQuery *query, GArray *uids)
{
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(ImapRange));
    for (uint64_t width = MIN(query->max * WINDOW_FIRST, WINDOW_SURE); low <= high && uids->len < query->max;) {
        uint64_t span = MIN(width, high - low + 1);
        Found found = {.low = query->newest_first ? high - span + 1 : low, .query = query, .ranges = ranges};
        found.high = found.low + span - 1;
        if (search(session, &found) != IMAP_OK)
            return session->result.outcome;
        if (found.clipped && width <= WINDOW_SURE) {
            imap_end(session, IMAP_PROTOCOL, bytes_of("a search finds more than there can be"));
            return session->result.outcome;
        }
        width = next_width(width, &found);
        if (found.clipped)
            continue;
        add_uids(uids, &found, query);
        high = query->newest_first ? found.low - 1 : high;
        low = query->newest_first ? low : found.high + 1;
    }
    return imap_say_ok(session);
}

ImapResult imap_list(Arena *arena, ImapSession *session, const ImapQuery *query, ImapUids *uids_out)
{
    ImapRange ends = {0};
    *uids_out = (ImapUids){0};
    if (!may(session, false))
        return session->result;
    if (!query->below)         /* a list of old ones does not hold what was announced before it */
        session->news = false; /* what is announced from here on may be missing in the list */
    if (!session->exists)
        imap_say_ok(session);
    else if (imap_run(session, "FETCH 1,* (UID)", collect_ends, &ends, NULL) != IMAP_OK)
        return session->result;
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    uint64_t low = MAX((uint64_t)query->above + 1, ends.first);
    uint64_t high = query->below ? MIN(query->below - 1, ends.last) : ends.last;
    if (list_between(session, low, high, query, uids) != IMAP_OK)
        return session->result;
    uint32_t *kept = ARENA_ARRAY(arena, uint32_t, uids->len);
    if (uids->len)
        memcpy(kept, uids->data, uids->len * sizeof *kept);
    *uids_out = (ImapUids){kept, uids->len};
    return session->result;
}

/* --- one message ------------------------------------------------------------------------------------------------- */

typedef struct Fetched {
    ImapSession *session;
    uint32_t uid;
    bool is_head; /* the header is asked for */
    bool found, skipped;
    ImapMessage message;
    GByteArray *content; /* the message's is in it */
} Fetched;

/* The response's bytes go with it: a literal's are taken over, what came in quotes is copied. */
static GByteArray *keep_content(ImapReader *reader, const ImapFetch *fetch, Bytes *content_out)
{
    *content_out = fetch->body;
    if (!fetch->in_quotes)
        return imap_reader_take_literals(reader);
    GByteArray *copy = g_byte_array_sized_new((guint)fetch->body.size + 1);
    g_byte_array_append(copy, fetch->body.data, (guint)fetch->body.size);
    *content_out = (Bytes){copy->data, copy->len};
    return copy;
}

static void collect_message(const ImapResponse *response, void *arg)
{
    Fetched *fetched = arg;
    const ImapFetch *fetch = &response->fetch;
    if (response->kind != IMAP_FETCH || !fetch->has_uid || fetch->uid != fetched->uid)
        return;
    if (fetch->has_size) {
        fetched->found = true;
        fetched->message.size = fetch->size;
    }
    if (fetch->has_date)
        fetched->message.received = fetch->date;
    if (fetch->has_flags)
        fetched->message.seen = imap_words_have(fetch->flags, "\\Seen");
    if (!fetch->has_body || fetch->is_head != fetched->is_head || fetched->content)
        return;
    fetched->skipped = fetch->skipped;
    fetched->content = keep_content(fetched->session->reader, fetch, &fetched->message.content);
}

static ImapOutcome run_on_uid(ImapSession *session, uint32_t uid, const char *verb, const char *rest,
                              ImapCollect collect, void *arg)
{
    g_autofree char *command = g_strdup_printf("UID %s %u %s", verb, uid, rest);
    return imap_run(session, command, collect, arg, NULL);
}

static ImapOutcome fetch_message(ImapSession *session, Fetched *fetched)
{
    const char *facts = "(UID RFC822.SIZE INTERNALDATE FLAGS)", *content = "(UID BODY.PEEK[])";
    if (run_on_uid(session, fetched->uid, "FETCH", facts, collect_message, fetched) != IMAP_OK)
        return session->result.outcome;
    if (!fetched->found)
        return imap_say(session, IMAP_NOT_FOUND, bytes_of("no message has that number any more"));
    if (fetched->message.size > session->message_max)
        return imap_say(session, IMAP_TOO_LARGE, bytes_of("the message is over the limit"));
    imap_reader_set_literal_max(session->reader, session->message_max);
    ImapOutcome outcome = run_on_uid(session, fetched->uid, "FETCH", content, collect_message, fetched);
    imap_reader_set_literal_max(session->reader, IMAP_LITERAL_MAX);
    if (outcome != IMAP_OK)
        return outcome;
    if (fetched->skipped)
        return imap_say(session, IMAP_TOO_LARGE,
                        bytes_of("the message is over the limit, and larger than the server said"));
    if (!fetched->content || (fetched->message.size && !fetched->message.content.size))
        return imap_say(session, IMAP_REFUSED, bytes_of("the server gives the message without its content"));
    return session->result.outcome;
}

ImapResult imap_fetch(ImapSession *session, uint32_t uid, ImapMessage *message_out)
{
    *message_out = (ImapMessage){0};
    Fetched fetched = {.session = session, .uid = uid, .message.uid = uid};
    if (!may(session, false))
        return session->result;
    if (fetch_message(session, &fetched) == IMAP_OK) {
        *message_out = fetched.message;
        session->message = g_steal_pointer(&fetched.content);
    }
    g_clear_pointer(&fetched.content, g_byte_array_unref);
    return session->result;
}

static ImapOutcome fetch_head(ImapSession *session, Fetched *fetched)
{
    const char *head = "(UID RFC822.SIZE INTERNALDATE FLAGS BODY.PEEK[HEADER]<0.65536>)"; /* IMAP_HEAD_MAX */
    if (run_on_uid(session, fetched->uid, "FETCH", head, collect_message, fetched) != IMAP_OK)
        return session->result.outcome;
    if (!fetched->found)
        return imap_say(session, IMAP_NOT_FOUND, bytes_of("no message has that number any more"));
    if (!fetched->content)
        return imap_say(session, IMAP_REFUSED, bytes_of("the server gives the message without its header"));
    return session->result.outcome;
}

ImapResult imap_fetch_head(ImapSession *session, uint32_t uid, ImapMessage *message_out)
{
    *message_out = (ImapMessage){0};
    Fetched fetched = {.session = session, .uid = uid, .is_head = true, .message.uid = uid};
    if (!may(session, false))
        return session->result;
    if (fetch_head(session, &fetched) == IMAP_OK) {
        fetched.message.content.size = MIN(fetched.message.content.size, IMAP_HEAD_MAX);
        *message_out = fetched.message;
        session->message = g_steal_pointer(&fetched.content);
    }
    g_clear_pointer(&fetched.content, g_byte_array_unref);
    return session->result;
}

/* --- changing ---------------------------------------------------------------------------------------------------- */

static bool is_flag(const char *flag)
{
    const char *word = flag + (*flag == '\\');
    size_t length = strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789$-_");
    return length && !word[length] && length < 64;
}

ImapResult imap_mark(ImapSession *session, uint32_t uid, const char *flag)
{
    if (!may(session, true))
        return session->result;
    if (!is_flag(flag)) {
        imap_say(session, IMAP_REFUSED, bytes_of("that is no flag"));
        return session->result;
    }
    g_autofree char *change = g_strdup_printf("+FLAGS.SILENT (%s)", flag);
    run_on_uid(session, uid, "STORE", change, NULL, NULL);
    return session->result;
}

/* Where the message went: COPYUID comes with the answer of COPY, before it with MOVE's. */
typedef struct Moving {
    uint32_t uid_there;
    bool expunged;
} Moving;

static void collect_move(const ImapResponse *response, void *arg)
{
    Moving *moving = arg;
    if (response->kind == IMAP_STATUS && response->code == IMAP_CODE_COPYUID && response->found.count)
        moving->uid_there = response->found.ranges[0].first;
    moving->expunged |= response->kind == IMAP_EXPUNGE;
}

static ImapOutcome copy_to(ImapSession *session, const char *verb, const char *folder, Moving *moving, bool *absent_out)
{
    ImapResponse answer = {0};
    ImapOutcome outcome = run_on_folder(session, verb, folder, collect_move, moving, &answer);
    *absent_out = outcome == IMAP_REFUSED && answer.code == IMAP_CODE_TRYCREATE;
    if (outcome == IMAP_OK)
        collect_move(&answer, moving);
    return outcome;
}

/* Mail programs show what is subscribed to; a server that knows no subscriptions is none the worse. */
static ImapOutcome make_folder(ImapSession *session, const char *folder)
{
    if (run_on_folder(session, "CREATE", folder, NULL, NULL, NULL) != IMAP_OK)
        return session->result.outcome;
    run_on_folder(session, "SUBSCRIBE", folder, NULL, NULL, NULL);
    return session->dead ? session->result.outcome : IMAP_OK;
}

/* Leaves its folder, once it is in the other. */
static ImapOutcome remove_copied(ImapSession *session, uint32_t uid, ImapMove *move)
{
    move->way = IMAP_COPIED_ONLY;
    if (run_on_uid(session, uid, "STORE", "+FLAGS.SILENT (\\Deleted)", NULL, NULL) != IMAP_OK || !session->has_uidplus)
        return session->result.outcome;
    if (run_on_uid(session, uid, "EXPUNGE", "", NULL, NULL) == IMAP_OK)
        move->way = IMAP_COPIED;
    return session->result.outcome;
}

static ImapOutcome move_message(ImapSession *session, uint32_t uid, const char *folder, ImapMove *move)
{
    g_autofree char *verb = g_strdup_printf("UID %s %u", session->has_move ? "MOVE" : "COPY", uid);
    Moving moving = {0};
    bool is_absent;
    ImapOutcome outcome = copy_to(session, verb, folder, &moving, &is_absent);
    if (is_absent) {
        if (make_folder(session, folder) != IMAP_OK)
            return session->result.outcome;
        move->created = true;
        outcome = copy_to(session, verb, folder, &moving, &is_absent);
    }
    if (outcome != IMAP_OK)
        return outcome;
    move->uid = moving.uid_there;
    /* A UID that is gone is no error to MOVE and COPY: they do nothing, and say OK. */
    if (session->has_uidplus && !moving.uid_there && !moving.expunged)
        return imap_say(session, IMAP_NOT_FOUND, bytes_of("no message has that number any more"));
    return session->has_move ? outcome : remove_copied(session, uid, move);
}

ImapResult imap_move(ImapSession *session, uint32_t uid, const char *folder, ImapMove *move_out)
{
    *move_out = (ImapMove){.way = IMAP_MOVED};
    if (may(session, true))
        move_message(session, uid, folder, move_out);
    return session->result;
}

/* --- waiting for news -------------------------------------------------------------------------------------------- */

/* Says IDLE and waits for the "+"; REFUSED when the server says no instead, and it is not said again. */
static ImapOutcome idle_begin(ImapSession *session)
{
    ImapResponse response;
    ImapWait wait = imap_wait_begin(session, session->command_seconds);
    if (!imap_begin(session, &wait, "IDLE"))
        return session->result.outcome;
    while (imap_next_response(session, &wait, &response)) {
        if (response.kind == IMAP_CONTINUE)
            return IMAP_OK;
        if (imap_is_answer(session, &response)) {
            session->has_idle = false;
            return imap_say(session, IMAP_REFUSED, response.text);
        }
        if (imap_is_astray(session, &response))
            imap_end(session, IMAP_PROTOCOL, bytes_of("the server answers what was not asked"));
        if (session->dead)
            break;
    }
    return session->result.outcome;
}

static ImapOutcome idle_end(ImapSession *session)
{
    ImapResponse answer;
    ImapWait wait = imap_wait_begin(session, session->command_seconds);
    if (!imap_speak(session, &wait, "DONE\r\n") || !imap_hear_answer(session, &wait, NULL, NULL, &answer))
        return session->result.outcome;
    return imap_judge(session, &answer);
}

/* Hears until there is news, or the wait is over; true when the server ended the idling by itself. */
static bool idle_hear(ImapSession *session, ImapWait *wait)
{
    ImapResponse response;
    while (!session->news && imap_next_response(session, wait, &response)) {
        if (imap_is_answer(session, &response)) {
            imap_judge(session, &response);
            return true;
        }
        if (imap_is_astray(session, &response))
            return imap_end(session, IMAP_PROTOCOL, bytes_of("the server answers what was not asked"));
    }
    return false;
}

static ImapOutcome idle(ImapSession *session, ImapWait *wait)
{
    if (idle_begin(session) != IMAP_OK || idle_hear(session, wait) || session->dead)
        return session->result.outcome;
    return idle_end(session);
}

/* Without IDLE: nothing is heard while we wait, so we ask at its end. */
static ImapOutcome wait_and_ask(ImapSession *session, ImapWait *wait)
{
    while (imap_wait_ready(session, wait, 0))
        ;
    return session->dead ? session->result.outcome : imap_run(session, "NOOP", NULL, NULL, NULL);
}

ImapResult imap_idle(ImapSession *session, unsigned seconds, int wake_fd, ImapWake *wake_out)
{
    *wake_out = IMAP_WAKE_TIME;
    if (!may(session, false))
        return session->result;
    ImapWait wait = imap_wait_begin(session, seconds);
    wait.idle = true;
    wait.wake_fd = wake_fd;
    if (session->news)
        imap_say_ok(session);
    else if (!session->has_idle)
        wait_and_ask(session, &wait);
    else if (idle(session, &wait) == IMAP_REFUSED && !session->has_idle)
        imap_run(session, "NOOP", NULL, NULL, NULL); /* at once: does it say no to everything? */
    *wake_out = session->news ? IMAP_WAKE_NEWS : wait.woken ? IMAP_WAKE_CALL : IMAP_WAKE_TIME;
    return session->result;
}
