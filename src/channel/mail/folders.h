/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * folders: a mailbox's folders, as its server tells them. Answers: "which are there to be read, and what are they for?"
 *
 * Signs in with an account's settings as they are kept, asks for the list and leaves; nothing is opened or changed. Not for
 * reading (fetch.h). Owns no table. Blocks for MAIL_FOLDERS_S twice at most, and for a token where one is wanted: outside
 * any transaction. Called by: web/settings.
 *
 * Memory: results live in the arena given; the account's secrets are the caller's to wipe. Errors: in step and said, as in
 * a ChannelEnd: "settings", the names of net/imap's outcomes, those of grant_step.
 *
 * Invariants:
 *  1. The password goes to the server of the settings given, as fetch.h would send it, and nowhere else.
 */
#ifndef FILO_CHANNEL_MAIL_FOLDERS_H
#define FILO_CHANNEL_MAIL_FOLDERS_H

#include "channel/account.h"
#include "net/imap.h"

enum { MAIL_FOLDERS_S = 20 };

typedef struct MailFolders {
    const char *step; /* "" when the list is there */
    const char *said; /* the server's words or ours; "" when there are none */
    const char *host;
    uint16_t port;
    ImapFolders list;
    const char *sent; /* the one where sent mail is looked for unless told otherwise; "": none is found */
} MailFolders;

void mail_folders_look(Arena *arena, const Desk *desk, AccountSettings *settings, MailFolders *folders_out);

#endif
