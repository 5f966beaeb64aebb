/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receive: a message's bytes are handed to channel/receive.h. Answers: "which message is it, if it comes again?"
 *
 * Its identity is its content, without what servers on the way add: a message that comes by pipe and by IMAP is one.
 * Not for fetching mail (cli mail-in, LMTP, IMAP bring it). Owns no table. Called by: cli, lmtp_in.c, fetch.c.
 *
 * Memory: as channel/receive.h. Errors: those of channel/receive.h; besides, USAGE (empty) and TOO_LARGE (over
 * PARSE_RAW_MAX): it will never be kept.
 *
 * Invariants:
 *  1. The same content is one message: equal SHA-256 without transport headers (parse/content_hash.h);
 *     one kept when fewer fields were left out is known by the hash it had then.
 */
#ifndef FILO_CHANNEL_MAIL_RECEIVE_H
#define FILO_CHANNEL_MAIL_RECEIVE_H

#include "channel/reader.h"
#include "parse/mail.h"

/* How a message came to us, where it did not come at the moment it was handed over. */
typedef struct MailPassage {
    const char *mailbox; /* a channel account's name */
    TimeMs arrived_at;   /* when the mail server had it; TIME_NONE, or a time to come: now */
    bool is_history;     /* it lay there before the mailbox was ours to read */
    int64_t
        whole_size; /* over the bytes given: they are its header alone, and the mailbox has the rest; 0: it is whole */
} MailPassage;

/* mail_receive, for a message that had been lying in a mailbox, read behind the caller's back. Of a header alone a request
 * is made that says where the rest lies, and why: over PARSE_RAW_MAX it was too large, else the server would not give it. */
bool mail_take_passed(ChannelReader *reader, const MailPassage *passage, Bytes raw, GError **error);

/* Takes one message for the mailbox (a channel account's name). false: not kept; *error says why. */
bool mail_receive(const ChannelReceiver *receiver, Arena *arena, const char *mailbox, Bytes raw,
                  ChannelReceipt *receipt_out, GError **error);

#endif
