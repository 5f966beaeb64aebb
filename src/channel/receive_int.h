/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receive_int: the two halves of channel_receive, inside channel/ only. Answers: "may somebody else read what I have kept?"
 *
 * Memory: a Reception and what it points to are the caller's until both halves are done; its texts live in its arena, which
 * belongs to one thread at a time. Called by: receive.c, reader.c. Errors: of keeping, those of channel_receive; reading has
 * none, it leaves a note in the receipt.
 *
 * Invariants:
 *  1. Only what reception_keep has kept, and was not kept already, is read.
 */
#ifndef FILO_CHANNEL_RECEIVE_INT_H
#define FILO_CHANNEL_RECEIVE_INT_H

#include "channel/receive.h"

typedef struct Reception {
    const ChannelReceiver *receiver;
    Arena *arena;
    Bytes raw;
    int64_t whole_size; /* at least raw's */
    ChannelSource source;
    InboundId inbound;
    int64_t attempts;
    TimeMs kept_at;    /* what we promise counts from here */
    TimeMs arrived_at; /* TIME_NONE: at kept_at */
    bool is_history;
    bool waits;   /* for another thread: no attempt begins with keeping it */
    bool counted; /* this attempt is, already */
    char raw_sha256[SHA256_HEX_SIZE];
} Reception;

Reception reception_of(const ChannelReceiver *receiver, Arena *arena, const ChannelArrival *arrival);
bool reception_keep(Reception *reception, const ChannelArrival *arrival, ChannelReceipt *receipt_out, GError **error);
void reception_read(Reception *reception, ChannelReceipt *receipt);

#endif
