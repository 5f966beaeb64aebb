/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * fetch: reads a mailbox by IMAP as long as it is let. Answers: "how does mail come in where nobody can hand it to us?"
 *
 * The adapter's listen (channel.h) for mail: signs in, takes what is new, oldest first, then, in small steps and newest
 * first, what lay there before, and waits for news. Each message is kept by receive.h before the mailbox is touched. Of
 * the sent mail it takes what belongs to requests (sent.h), once what arrived is read, and touches nothing there.
 * What was done stands in desk/mailbox; after a crash the last few are read again, and are known by their content.
 * Not for sending, nor for settings (incoming.h). Owns no table. Called by: job/listeners through channel.h.
 *
 * Memory: the end's texts live in the arena given. Errors: in ChannelEnd. Steps: "settings", the names of net/imap's
 * outcomes ("sign_in", "insecure", "temporary", "refused" …), "folder", "store".
 *
 * Invariants:
 *  1. A message is marked or moved only after the COMMIT that keeps it; with "observe" never.
 *  2. Nothing is skipped but what is no longer there. Of what is larger than PARSE_RAW_MAX, or what the server has refused
 *     on three connections and for ten minutes, a request says where it lies; both are logged as mail.left.
 *  3. When UIDVALIDITY changes, or the numbers go back without it, everything that came since the first reading is read
 *     again, and what of the old was not done yet; none is kept twice, and only what came since the last one taken is
 *     news, with an acknowledgement.
 */
#ifndef FILO_CHANNEL_MAIL_FETCH_H
#define FILO_CHANNEL_MAIL_FETCH_H

#include "channel/channel.h"

bool mail_listens(const ChannelSettings *settings);
void mail_listen(Arena *arena, const ChannelListening *listening, ChannelEnd *end_out);

#endif
