/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * event: a parsed message in the desk's words. Answers: "who says what, to which ticket might it belong, and may a
 * robot answer?"
 *
 * Everything here comes from headers, and proves nothing; the desk decides. mail_event makes no write and no decision
 * about tickets. Owns no table; reads channel accounts through desk/setting. Called by: receive.c.
 *
 * Memory: what is given out lives in the arena given and borrows from the ParsedMail. Errors: mail_source_read gives
 * false for a mailbox that is not there.
 *
 * Invariants:
 *  1. An unreadable message becomes an event whose one file is the original.
 *  2. No acknowledgement goes to a robot, a list, a bounce or ourselves (guard.h).
 */
#ifndef FILO_CHANNEL_MAIL_EVENT_H
#define FILO_CHANNEL_MAIL_EVENT_H

#include "desk/desk.h"
#include "desk/intake/intake.h"
#include "parse/mail.h"

/* The mailbox a message came through, and all addresses that are ours. */
typedef struct MailSource {
    const char *mailbox; /* the account's name */
    const char *address;
    const char *const *own_addresses;
    size_t own_count;
} MailSource;

bool mail_source_read(StoreTx *tx, Arena *arena, const char *mailbox, MailSource *source_out);

typedef struct MailArrival {
    const MailSource *source;
    const ParsedMail *mail;
    InboundId inbound;
    size_t raw_size;
    const char *raw_sha256;
    const char *html_sha256; /* of the prepared blob, or NULL */
    TimeMs received_at;
} MailArrival;

/* The event, with its tokens drawn: call it once for each attempt, outside the transaction. */
InboundEvent mail_event(Arena *arena, const Desk *desk, const MailArrival *arrival);

#endif
