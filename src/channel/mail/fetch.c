/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: one mailbox, read. How: one connection goes from folder to folder (fetch_folder.c), and waits for news in the
 * first; the others are looked into whenever it wakes, and once a minute. What was sent before us comes after what
 * arrived, the old included: an answer finds its request only once that is there. What is sent now does not wait for it,
 * and is looked at again then if it found none.
 */
#include "channel/mail/fetch.h"

#include "base/log.h"
#include "channel/mail/fetch_int.h"
#include "channel/mail/sent.h"
#include "parse/mail.h"

#include <poll.h>
#include <string.h>

enum {
    IDLE_S = 300, /* a connection that died in silence is found out after so long */
    ROUND_S = 60, /* with folders of which we hear no news */
    ASK_S = 30,   /* without IDLE */
    SETTLE_S = 2, /* back from another folder: what came meanwhile may be announced to nobody */
};

/* --- which folders -------------------------------------------------------------------------------------------------- */

static void add_folder(Fetcher *fetcher, const char *name, bool is_sent)
{
    fetcher->folders[fetcher->folder_count++] =
        (Folder){.name = name,
                 .is_sent = is_sent,
                 .position = {.account = fetcher->on->account, .folder = name, .server = fetcher->server}};
}

/* A mailbox without sent mail, or whose server does not say where it is, is read all the same. */
static bool find_sent(Fetcher *fetcher, Arena *arena)
{
    const MailIncoming *incoming = &fetcher->incoming;
    ImapFolders folders;
    const char *name = incoming->sent_folder;
    if (!incoming->sent)
        return true;
    if (!*name) {
        fetcher->result = imap_folders(arena, fetcher->session, &folders);
        if (fetcher->result.outcome > IMAP_TOO_LARGE)
            return false;
        name = mail_sent_folder(&folders);
    }
    bool is_other = name && !mail_incoming_reads(incoming, name) &&
                    (incoming->after != MAIL_AFTER_MOVE || strcmp(name, incoming->move_to) != 0);
    if (is_other)
        add_folder(fetcher, name, true);
    return true;
}

/* --- round after round ---------------------------------------------------------------------------------------------- */

/* Of the folder that could not be opened nothing is heard until the next connection. */
static bool drop_sent(Fetcher *fetcher)
{
    LOG(LOG_WARNING, "mail.no_sent", LOG_TEXT("mailbox", fetcher->on->name), LOG_TEXT("said", fetcher->said));
    g_free(fetcher->no_sent);
    fetcher->no_sent = g_steal_pointer(&fetcher->said);
    fetcher->step = NULL;
    fetcher->folder_count--;
    return true;
}

static bool visit_others(Fetcher *fetcher, bool *more_out)
{
    bool good = true, more;
    *more_out = false;
    for (size_t i = 1; good && i < fetcher->folder_count && !fetch_is_stopped(fetcher); i++) {
        Folder *folder = &fetcher->folders[i];
        bool waits = folder->is_sent && !fetch_is_old_done(fetcher);
        *more_out |= waits;
        if (waits && clock_monotonic_us() < folder->due_us)
            continue;
        good = fetch_visit(fetcher, folder, &more);
        folder->due_us = more ? 0 : clock_monotonic_us() + (int64_t)ROUND_S * G_USEC_PER_SEC;
        if (!good && folder->is_sent && g_strcmp0(fetcher->step, "folder") == 0)
            return drop_sent(fetcher);
        *more_out |= more;
    }
    return good;
}

/* A server that ends the waiting as soon as it began is asked as if it had no IDLE. */
static bool wait_for_news(Fetcher *fetcher, bool is_back)
{
    ImapWake wake;
    int64_t begun_us = clock_monotonic_us();
    unsigned heard_for = fetcher->folder_count > 1 ? ROUND_S : IDLE_S;
    unsigned seconds = is_back ? SETTLE_S : imap_has_idle(fetcher->session) ? heard_for : ASK_S;
    if (!fetch_obeyed(fetcher, imap_idle(fetcher->session, seconds, fetcher->on->wake_fd, &wake)))
        return false;
    if (wake == IMAP_WAKE_TIME && clock_monotonic_us() - begun_us < G_USEC_PER_SEC)
        poll(&(struct pollfd){.fd = fetcher->on->wake_fd, .events = POLLIN}, 1, (int)MIN(seconds, ASK_S) * 1000);
    return true;
}

/* What does not work beside the reading; of both, what concerns every message. */
static ChannelWell well_of(const Fetcher *fetcher)
{
    const ChannelRefusal *refusal = fetcher->on->refusal;
    const char *untidied = fetcher->incoming.after == MAIL_AFTER_MOVE ? "move" : "mark";
    if (refusal->untidied)
        return (ChannelWell){fetcher->message_at, untidied, refusal->untidied_said};
    return (ChannelWell){fetcher->message_at, fetcher->no_sent ? "sent" : "", fetcher->no_sent ? fetcher->no_sent : ""};
}

static void tell_well(Fetcher *fetcher)
{
    ChannelWell well = well_of(fetcher);
    fetcher->on->on_well(&well, fetcher->on->arg);
    fetcher->message_at = TIME_NONE;
}

static void read_on(Fetcher *fetcher)
{
    int64_t others_at = 0; /* monotonic, when the others are due */
    bool good = true, more, others_more, is_back = false;
    while (good && !fetch_is_stopped(fetcher)) {
        good = fetch_visit(fetcher, &fetcher->folders[0], &more);
        if (good && fetcher->folder_count > 1 && clock_monotonic_us() >= others_at) {
            good = visit_others(fetcher, &others_more);
            others_at = others_more ? 0 : clock_monotonic_us() + (int64_t)ROUND_S * G_USEC_PER_SEC;
            is_back = fetcher->open != &fetcher->folders[0];
            more |= is_back; /* to where we wait */
        }
        if (good)
            tell_well(fetcher);
        if (good && !more && !fetch_is_stopped(fetcher)) {
            good = wait_for_news(fetcher, is_back);
            others_at = is_back ? others_at : 0;
            is_back = false;
        }
    }
}

/* --- the whole ------------------------------------------------------------------------------------------------------ */

bool mail_listens(const ChannelSettings *settings)
{
    return *channel_setting(settings, "imap_host") != '\0';
}

static bool start_reader(Fetcher *fetcher)
{
    g_autoptr(GError) error = NULL;
    fetcher->reader = channel_reader_new(&fetcher->receiver, &error);
    return fetcher->reader || fetch_fail(fetcher, "store", error->message);
}

static ChannelEnd end_of(Arena *arena, const Fetcher *fetcher)
{
    ImapOutcome outcome = fetcher->result.outcome;
    if (fetch_is_stopped(fetcher))
        return (ChannelEnd){false, "", ""};
    if (fetcher->step)
        return (ChannelEnd){g_str_equal(fetcher->step, "folder"), fetcher->step, arena_strdup(arena, fetcher->said)};
    return (ChannelEnd){outcome == IMAP_SIGN_IN || outcome == IMAP_INSECURE || outcome == IMAP_PRIVATE,
                        imap_outcome_name(outcome), arena_strdup(arena, fetcher->result.text)};
}

void mail_listen(Arena *arena, const ChannelListening *listening, ChannelEnd *end_out)
{
    Fetcher fetcher = {.on = listening, .receiver = {listening->desk, listening->zygote}};
    InputError input;
    if (!mail_incoming_read(listening->settings, &fetcher.incoming, &input)) {
        *end_out =
            (ChannelEnd){true, "settings", arena_printf(arena, "the mailbox's setting %s is wrong", input.field)};
        return;
    }
    ImapServer *server = &fetcher.incoming.server;
    server->stop = listening->stop;
    server->message_max = PARSE_RAW_MAX;
    fetcher.server = arena_printf(arena, "%s@%s", server->user, server->host);
    for (size_t i = 0; i < fetcher.incoming.folder_count; i++)
        add_folder(&fetcher, fetcher.incoming.folders[i], false);
    fetcher.result = imap_open(server, &fetcher.session);
    if (fetcher.result.outcome == IMAP_OK && find_sent(&fetcher, arena) && start_reader(&fetcher))
        read_on(&fetcher);
    channel_reader_free(fetcher.reader);
    *end_out = end_of(arena, &fetcher);
    imap_close(fetcher.session);
    g_free(fetcher.said);
    g_free(fetcher.no_sent);
    g_free(fetcher.below);
}
