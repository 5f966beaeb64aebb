/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * sent: a mailbox's sent mail, as far as it is about requests. Answers: "where is sent mail kept, is this message about a
 * request, and is it there now?"
 *
 * Two steps, because most sent mail is none of our business: mail_sent_look sees the header alone and keeps nothing;
 * mail_sent_take has the whole message, keeps it and hands it to desk/intake/elsewhere in one transaction. What our own
 * program sent, what a robot wrote and what is known already is left. Not for what arrives (receive.h). Owns no table.
 * Called by: fetch.c.
 *
 * Memory: what is given out lives in the arena given. Errors: NOT_FOUND (no such mailbox), REFUSED (its request cannot take
 * it now: nothing was kept), and those of parse and store; a message nobody can read is no error.
 *
 * Invariants:
 *  1. Of a message that belongs to no request nothing is kept.
 *  2. A crash at any moment leaves all of it or nothing.
 */
#ifndef FILO_CHANNEL_MAIL_SENT_H
#define FILO_CHANNEL_MAIL_SENT_H

#include "channel/mail/receive.h"
#include "net/imap.h"

/* The folder that holds sent mail: the one its server calls so, else one with a name mail programs use; NULL: none. */
const char *mail_sent_folder(const ImapFolders *folders);

/* Whether the message with this header belongs to a request and is not there yet. */
bool mail_sent_look(const ChannelReceiver *receiver, const char *mailbox, Bytes head, bool *wanted_out, GError **error);

/* Takes it; head is its header as looked at. passage->arrived_at: when it was sent; whole_size:
 * over raw, which is the header alone: its words then say that it was too large, and where it lies. */
bool mail_sent_take(const ChannelReceiver *receiver, Arena *arena, const MailPassage *passage, Bytes head, Bytes raw,
                    IntakeResult *result_out, GError **error);

#endif
