/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * lmtp_in: what the LMTP door asks of the mail channel. Answers: "is this address a mailbox of ours, and may the mail
 * server forget this message?"
 *
 * An address is an active mailbox's own, in any case, with or without what follows a plus sign. Not for the protocol
 * (net/lmtp.h) nor for reading (receive.h). Owns no table. Called by: cli/node.
 *
 * Pointers: the receiver is borrowed for as long as the handlers are used. Errors: none; a failing store is LMTP_LATER
 * and a line in the log.
 *
 * Invariants:
 *  1. LMTP_TAKEN for a message means what mail_receive's true means.
 *  2. What may get better is never refused for good: the mail server keeps the message and comes again.
 */
#ifndef FILO_CHANNEL_MAIL_LMTP_IN_H
#define FILO_CHANNEL_MAIL_LMTP_IN_H

#include "channel/mail/receive.h"
#include "desk/setting/setting.h"
#include "net/lmtp.h"
#include "parse/mail.h"

/* The most bytes a message may bring, so that it fits with its trace fields. */
#define LMTP_IN_SIZE_MAX (PARSE_RAW_MAX - (size_t)4096)

LmtpHandlers mail_lmtp_handlers(const ChannelReceiver *receiver);

/* The name of the active mailbox an address belongs to, in the arena; NULL when it is no mailbox of ours. */
const char *mail_lmtp_mailbox(Arena *arena, const ChannelAccountList *accounts, const char *address);

#endif
