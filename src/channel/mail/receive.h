/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receive: a raw message becomes part of a ticket. Answers: "is it safe to tell the mail server that we have it?"
 *
 * Three transactions: keep (the raw message is durable, whatever it is), count the attempt, accept (the desk decides
 * which ticket). Between the last two the sandboxed parser reads it. What fails after the first is tried again by
 * mail_finish_waiting, and the third time lies in the tray with its original.
 * Not for fetching mail (cli mail-in, LMTP, IMAP bring it). Owns no table.
 * Called by: cli (mail-in, serve), job.
 *
 * Memory: the receipt's texts live in the arena given. Errors: mail_receive: USAGE (empty), TOO_LARGE, NOT_FOUND (no
 * such mailbox: configure it, the mail server tries again), BUSY, FULL, IO.
 *
 * Invariants:
 *  1. true means: durable, and never to be accepted twice, whatever happens next.
 *  2. The same content is one message: equal SHA-256 without transport headers (parse/content_hash.h).
 *  3. A message no parser can read still opens a ticket, with the original attached.
 */
#ifndef FILO_CHANNEL_MAIL_RECEIVE_H
#define FILO_CHANNEL_MAIL_RECEIVE_H

#include "desk/desk.h"
#include "desk/intake/intake.h"
#include "parse/zygote.h"

typedef struct MailReceiver {
    Desk *desk;
    ParseZygote *zygote;
} MailReceiver;

typedef struct MailReceipt {
    InboundId inbound;
    bool already;  /* this content had been kept before */
    bool accepted; /* it is on a ticket; false: kept, and is being read by another or will be tried again */
    TicketId ticket;
    IntakeOutcome outcome;
    const char *note; /* one English line when not accepted, else "" */
} MailReceipt;

/* Takes one message for the mailbox (a channel account's name). false: not kept; *error says why. */
bool mail_receive(const MailReceiver *receiver, Arena *arena, const char *mailbox, Bytes raw, MailReceipt *receipt_out,
                  GError **error);

/* Goes on with what was kept before that instant but not accepted (a crash, a full disk). Gives how many were accepted, -1 and *error when
 * the store failed. */
int mail_finish_waiting(const MailReceiver *receiver, TimeMs kept_before, GError **error);

#endif
