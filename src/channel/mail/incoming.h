/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * incoming: how a mailbox is read. Answers: "which server, which folder, and what may we do to what lies there?"
 *
 * Pure: it reads settings and touches nothing. Not for reading the mailbox (fetch.h). Settings (key: meaning):
 *   imap_host   the server; none: this mailbox is not read, its mail is handed over (pipe, LMTP)
 *   imap_port   default 993 or 143, by imap_tls
 *   imap_tls    implicit (default) | starttls | none (loopback only)
 *   imap_user   who signs in; none: smtp_user. The password is smtp_password for both,
 *               or the token bearer
 *   imap_folder which folders, one a line; default INBOX. The first is where news is heard of at once
 *   imap_sent   "0": sent mail is not read (sent.h); default it is
 *   imap_sent_folder where it lies; default the one the server or its name tells
 *   imap_after  what becomes of a message we have: seen (default) | move | observe (nothing at all)
 *   imap_move_to the folder it moves to; default "Filo"
 *   imap_old    what lay there before the mailbox was ours: unseen (default) | none | all | a number of days
 *   imap_old_paused "1": that waits
 *   smtp_ca_file is trusted here too
 *   auth_server the mail server whose word on senders counts, by its name in Authentication-Results, or
 *               MAIL_AUTH_NAMELESS (vouch.h); none: nobody's does
 *
 * Pointers: what a MailIncoming holds is borrowed from the settings. Errors: InputError keys channel.mail.error.imap_host,
 * .imap_port, .imap_tls, .imap_password, .imap_folder, .imap_after, .imap_old.
 * Called by: deliver.c (check), fetch.c, web/settings (the test).
 *
 * Invariants:
 *  1. Nothing is read without TLS but on the loopback, and nothing without a password or a token.
 */
#ifndef FILO_CHANNEL_MAIL_INCOMING_H
#define FILO_CHANNEL_MAIL_INCOMING_H

#include "channel/channel.h"
#include "net/imap.h"

typedef enum MailAfter { MAIL_AFTER_SEEN, MAIL_AFTER_MOVE, MAIL_AFTER_OBSERVE } MailAfter;

/* What of the old mail is wanted. */
typedef enum MailOld { MAIL_OLD_UNSEEN, MAIL_OLD_NONE, MAIL_OLD_ALL, MAIL_OLD_DAYS } MailOld;

/* Where what is read moves to unless told otherwise. */
#define MAIL_MOVE_TO "Filo"

enum { MAIL_OLD_DAYS_MAX = 3660, MAIL_FOLDERS_MAX = 10, MAIL_FOLDER_SIZE = 201 };

typedef struct MailIncoming {
    bool wanted;       /* false: nothing below holds */
    ImapServer server; /* without stop */
    char folders[MAIL_FOLDERS_MAX][MAIL_FOLDER_SIZE];
    size_t folder_count; /* at least one */
    bool sent;
    const char *sent_folder; /* "": to be found */
    MailAfter after;
    const char *move_to;
    MailOld old;
    int old_days; /* with MAIL_OLD_DAYS */
    bool old_paused;
} MailIncoming;

/* false: *error_out names the first wrong field. A mailbox that is not read is sound. */
bool mail_incoming_read(const ChannelSettings *settings, MailIncoming *incoming_out, InputError *error_out);

/* Whether that is one of the folders read. */
bool mail_incoming_reads(const MailIncoming *incoming, const char *folder);

/* May this be a server's name or address? And is it this very machine, where a plain connection is allowed? For sending as
 * well. */
bool mail_host_is_name(const char *text);
bool mail_host_is_here(const char *host);

#endif
