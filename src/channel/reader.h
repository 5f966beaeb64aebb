/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * reader: a thread that reads what was kept while the next is fetched. Answers: "must the mail server wait until we have
 * understood each message?"
 *
 * channel_receive for who brings one thing after another: keeping is done at once, in the caller's thread; reading goes on
 * behind, in the order of keeping, a reply after what it answers. Not for who must say what became of it (LMTP, a pipe).
 * Owns no table. Called by: channel/mail/fetch.
 *
 * Memory: the arrival is copied as far as it is needed; at most CHANNEL_READER_BYTES wait, and one larger thing, which the
 * caller's thread reads itself. Errors: of new, IO (no thread); of take, those of channel_receive. Only one thread calls.
 *
 * Invariants:
 *  1. true from take means what it means from channel_receive; what a crash leaves unread the caretaker finds.
 *  2. Nothing is read before what was taken before it.
 *  3. On PostgreSQL nothing is behind when take comes back: what a dead node left unread another looks at only later, and an
 *     answer found among the sent mail meanwhile would miss its request.
 *
 * Example:
 *     if (channel_reader_take(reader, &arrival, &error))
 *         move_it_where_it_is_done();
 *     …
 *     channel_reader_settle(reader); // from here on what arrived can be found
 */
#ifndef FILO_CHANNEL_READER_H
#define FILO_CHANNEL_READER_H

#include "channel/receive.h"

enum { CHANNEL_READER_THINGS = 16 }; /* wait at most */
#define CHANNEL_READER_BYTES ((size_t)1 << 20)

typedef struct ChannelReader ChannelReader;

/* The receiver is borrowed as long as the reader lives. Yours to free. */
ChannelReader *channel_reader_new(const ChannelReceiver *receiver, GError **error);

/* Keeps one thing, and has it read. Waits while too many wait. false: not kept; *error says why. */
bool channel_reader_take(ChannelReader *reader, const ChannelArrival *arrival, GError **error);

/* Waits until all that was taken has been read, or will be tried again. */
void channel_reader_settle(ChannelReader *reader);

/* Reads what waits, and frees. NULL is nothing. */
void channel_reader_free(ChannelReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ChannelReader, channel_reader_free)

#endif
