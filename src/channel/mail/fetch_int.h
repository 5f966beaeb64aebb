/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fetch_int: one folder of a mailbox, inside channel/mail/fetch*.c only. Answers: "what of this folder is not here yet, and
 * is there more?"
 *
 * Pointers: a Fetcher and all it holds live as long as one mail_listen. Errors: false; the session's result, or step and
 * said, tell why. Called by: fetch.c.
 *
 * Invariants:
 *  1. At most one folder is open, and it is fetcher->open.
 *  2. Sent mail is opened to observe, whatever the mailbox's settings.
 */
#ifndef FILO_CHANNEL_MAIL_FETCH_INT_H
#define FILO_CHANNEL_MAIL_FETCH_INT_H

#include "channel/mail/incoming.h"
#include "channel/mail/receive.h"
#include "desk/mailbox/mailbox.h"

typedef struct Folder {
    const char *name;
    bool is_sent;
    MailboxFolder position;
    int64_t due_us; /* monotonic; of sent mail, when it is next looked into while what arrived is not all read */
} Folder;

typedef struct Fetcher {
    const ChannelListening *on;
    ChannelReceiver receiver;
    ChannelReader *reader; /* of what arrived; yours */
    MailIncoming incoming;
    const char *server; /* "user@host" */
    ImapSession *session;
    Folder folders[MAIL_FOLDERS_MAX + 1]; /* the first is where we wait for news; sent mail is the last */
    size_t folder_count;
    const Folder *open;
    ImapResult result; /* of the last call with the session */
    const char *step;  /* set when something else than the session failed */
    char *said;        /* yours, with step */
    char *no_sent;     /* yours: why sent mail is not read; NULL: it is, or is not to be */
    char *below; /* yours: the folder mail moves to, under the server's prefix; NULL: there is none, or none is known */
    bool below_asked, below_works;
    bool untidied;     /* the log says so, of this connection */
    TimeMs message_at; /* when the last one came since on_well */
} Fetcher;

bool fetch_is_stopped(const Fetcher *fetcher);

/* Something of ours failed; false, for the caller to pass on. */
bool fetch_fail(Fetcher *fetcher, const char *step, const char *said);

/* Whether the session goes on after this. */
bool fetch_heard(Fetcher *fetcher, ImapResult result);

/* Whether the server did what nothing goes on without: a list, the waiting. A no to that is no answer, least of all that
 * there is nothing. */
bool fetch_obeyed(Fetcher *fetcher, ImapResult result);

/* Whether all that arrived is read, the old included, or as much of it as is wanted: until then, what was sent before us
 * waits. */
bool fetch_is_old_done(const Fetcher *fetcher);

/* The mailbox's owner is shown that it is done: marks the message as read, or moves it. Whether the session goes on. */
bool fetch_tidy(Fetcher *fetcher, uint32_t uid);

/* Opens the folder if it is not, and takes a batch of what is new there or, when nothing is, of what was there before us.
 * *more_out: there may be more. */
bool fetch_visit(Fetcher *fetcher, Folder *folder, bool *more_out);

#endif
