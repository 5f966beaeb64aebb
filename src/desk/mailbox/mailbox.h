/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * mailbox: where reading each mailbox stands, and how it fares. Answers: "which messages have we had?" and "since when
 * does nothing come, and why?"
 *
 * Owns the tables mailbox_folder and channel_health. A folder is known by account, name and server (user and host):
 * another server begins anew. Not for the account's settings (desk/setting) nor for what was read (desk/intake).
 * Called by: channel/ (folders), job (health), web (both, to show).
 *
 * Memory: texts live in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * A test is a message a mailbox sends to itself with a secret in its Message-ID; whichever way it comes in, its arrival
 * is noted here and it becomes no request.
 *
 * Invariants:
 *  1. Within one UIDVALIDITY, last_uid only grows and old_below only shrinks, until the server's numbers go back;
 *     but of sent mail that found no request it grows again while what arrived is not all read.
 *  2. failing_since is the first failure after the last success, however often it failed since.
 */
#ifndef FILO_DESK_MAILBOX_MAILBOX_H
#define FILO_DESK_MAILBOX_MAILBOX_H

#include "schema_ids.h"
#include "store/store.h"

typedef struct MailboxFolder {
    ChannelAccountId account;
    const char *folder;   /* "INBOX" */
    const char *server;   /* "user@host" as it is signed in to */
    int64_t uid_validity; /* RFC 3501 2.3.1.1 */
    int64_t last_uid;     /* all above it is new */
    int64_t old_below;    /* of what was there first, this and above is done; 0: all of it is, or none is wanted */
    TimeMs
        old_since; /* of that, what came from then on; TIME_NONE: what nobody had read, or came since first_read_at */
    TimeMs
        first_read_at; /* what is older was there before us, or, where it was numbered anew, has been taken already */
} MailboxFolder;

/* false: this folder of this server was never read. */
bool mailbox_folder_find(StoreTx *tx, Arena *arena, const MailboxFolder *wanted, MailboxFolder *folder_out);

/* Adds the folder, or moves its position on. A row of another server is replaced. */
void mailbox_folder_keep(StoreTx *tx, const MailboxFolder *folder);

typedef struct ChannelHealthRow {
    ChannelAccountId account;
    TimeMs checked_at;      /* when it last worked or failed; TIME_NONE: not yet */
    TimeMs failing_since;   /* TIME_NONE: it works */
    const char *step;       /* how far the last failure came, an adapter's word: "sign_in"; "" when all works. While it
                               works, what does not beside it: "sent", "move", "mark" */
    const char *said;       /* the peer's words or ours, one line; "" when all works */
    TimeMs last_message_at; /* TIME_NONE: never */
    TimeMs test_sent_at, test_arrived_at; /* of the last test; TIME_NONE: not */
} ChannelHealthRow;

typedef struct ChannelHealthRows {
    ChannelHealthRow *items;
    size_t count;
} ChannelHealthRows;
ChannelHealthRows channel_health_list(StoreTx *tx, Arena *arena);

/* It worked just now. message_at: when the last message came in, TIME_NONE: none since the last call. step, said: what
 * beside it does not work, "" when all does. */
typedef struct ChannelHealthWell {
    TimeMs message_at;
    const char *step, *said;
} ChannelHealthWell;
void channel_health_set_well(StoreTx *tx, ChannelAccountId account, const ChannelHealthWell *well, TimeMs now);
void channel_health_set_failing(StoreTx *tx, ChannelAccountId account, const char *step, const char *said, TimeMs now);

/* A test leaves now, known by the SHA-256 of its secret; it replaces the one before. */
void channel_test_begin(StoreTx *tx, ChannelAccountId account, const char *secret_sha256, TimeMs now);

/* Something with that secret came in. Is it the account's test, sent within the last day? is_it: the test itself, whose
 * arrival is noted; false: something that speaks of it. */
bool channel_test_arrive(StoreTx *tx, ChannelAccountId account, const char *secret_sha256, bool is_it, TimeMs now);

#endif
