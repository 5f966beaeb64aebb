/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * outbound: an outbox row as the message an adapter can send. Answers: "what exactly leaves, from which mailbox?"
 *
 * Reads the row's payload (desk/ticket/outgoing.h), the words from `message` or, for automatic messages, from the
 * catalogue in the ticket's language, and the channel account with its secret unsealed. Not for sending.
 * Owns no table. Called by: dispatcher.
 *
 * Memory: all in the arena given; outbound_wipe clears the secret. Errors: NOT_FOUND (message or account gone), CORRUPT
 * (payload, secret), REFUSED (a file of it is infected: it never leaves).
 *
 * Invariants:
 *  1. An automatic message holds no word the customer wrote, unless it goes to our own staff: nobody can use us to send
 *     theirs (security A15).
 *  2. The same row gives the same Outbound at each attempt.
 */
#ifndef FILO_JOB_OUTBOUND_H
#define FILO_JOB_OUTBOUND_H

#include "channel/account.h"
#include "desk/desk.h"
#include "parse/zygote.h"
#include "queue/outbox.h"

typedef struct OutboundParcel {
    Outbound outbound;
    AccountSettings account; /* with the secret; wiped by outbound_wipe */
    bool someone_has_it;     /* one of the recipients, by an earlier attempt */
    bool one_by_one;         /* how its recipients fare is kept of each: an earlier attempt parted them */
} OutboundParcel;

/* What a node has for it; borrowed. */
typedef struct OutboundSource {
    const Desk *desk;
    const char *base_url;
    ParseZygote *zygote; /* takes files out of mails */
} OutboundSource;

bool outbound_build(StoreTx *tx, Arena *arena, const OutboundSource *source, const OutboxItem *item,
                    OutboundParcel *parcel_out, GError **error);
void outbound_wipe(OutboundParcel *parcel);

#endif
