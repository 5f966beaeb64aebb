/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * event: a parsed message in the desk's words. Answers: "who says what, to which ticket might it belong, and may a
 * robot answer?"
 *
 * Everything here comes from headers, and proves nothing; the desk decides. A pure function of what was parsed: no write,
 * no clock, no decision about tickets. Owns no table. Called by: normalise.c, channel/pec.
 *
 * Memory: what is given out lives in the arena given and borrows from the ParsedMail. Errors: none.
 *
 * Invariants:
 *  1. An unreadable message becomes an event whose one file is the original.
 *  2. No acknowledgement goes to a robot, a list, a bounce or ourselves (guard.h).
 */
#ifndef FILO_CHANNEL_MAIL_EVENT_H
#define FILO_CHANNEL_MAIL_EVENT_H

#include "channel/channel.h"
#include "parse/mail.h"

/* A parsed message and what is known of it besides. */
typedef struct MailArrival {
    const ChannelSource *source;
    const ParsedMail *mail;
    const char *auth_server; /* whose word on senders counts (vouch.h); "": nobody's */
    size_t raw_size;
    int64_t whole_size; /* over raw_size: the mailbox has the rest */
    const char *raw_sha256;
    TimeMs received_at; /* by the mail server, where that is known */
    bool is_history;    /* it lay in the mailbox before that was ours: no acknowledgement */
    Lang lang;          /* the house's; with zone NULL, appointments are not put in words */
    Zone *zone;
} MailArrival;

MailArrival mail_arrival(const ChannelKept *kept, const ParsedMail *mail);

/* The event, without what channel/receive.h fills in. */
InboundEvent mail_event(Arena *arena, const MailArrival *arrival);

/* What the message was signed with in the name of the address's domain: its first signature there. domain NULL: none. Says
 * something only of what nobody but ourselves can have written. */
ChannelSigning mail_signing(Arena *arena, const ParsedMail *mail, const char *address);

/* The secret of one of our own tests, where the id its sender gave the message is one ("0.0.<secret>@…": the id of no
 * answer); or NULL. */
const char *mail_test_secret(Arena *arena, const ChannelSource *source, const char *message_id);

#endif
