/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receive: a raw thing that came by a channel becomes part of a ticket. Answers: "is it safe to tell the peer that we have
 * it?"
 *
 * Two transactions: keep (the raw thing is durable, whatever it is, and that somebody begins to read it), accept (the desk
 * decides which ticket). Between them the channel's normalise says what it is, outside any transaction. What fails after the
 * first is tried again by channel_finish_waiting, each attempt counted first and taken back where it is the world that failed
 * (no parser, no database): what ended the program twice, or was refused twice, lies in the tray with its original.
 * Not for fetching (listen, a pipe, LMTP bring it), nor for what needs no parser (channel/form keeps and accepts at once).
 * Owns no table. Called by: channel/mail, job, cli.
 *
 * Memory: the receipt's texts live in the arena given. Errors: channel_receive: NOT_FOUND (no such account, or nothing comes
 * in by it: configure it, the peer tries again), BUSY, FULL, IO.
 *
 * Invariants:
 *  1. true means: durable, and never to be accepted twice, whatever happens next.
 *  2. The same external id is one thing.
 *  3. What no parser can read still opens a ticket, with the original attached.
 *  4. A message and what is certified of it are committed together; so are a receipt and what it moves.
 *
 * Example:
 *     ChannelArrival arrival = {.account = "assistenza", .raw = raw, .external_id = hash};
 *     if (channel_receive(&receiver, arena, &arrival, &receipt, &error))
 *         tell_the_peer_it_is_here();
 */
#ifndef FILO_CHANNEL_RECEIVE_H
#define FILO_CHANNEL_RECEIVE_H

#include "channel/channel.h"

typedef struct ChannelReceiver {
    Desk *desk;
    ParseZygote *zygote;
} ChannelReceiver;

typedef struct ChannelArrival {
    const char *account; /* a channel account's name */
    Bytes raw;
    const char *external_id; /* what makes it the same thing if it comes again: 1 to 200 bytes */
    int64_t whole_size;    /* bytes of what it is the beginning of, where the rest could not be taken; 0: it is whole */
    TimeMs arrived_at;     /* when whoever brought it had it; TIME_NONE, or a time to come: now */
    bool is_history;       /* it lay there before the account was ours to read */
    const char *former_id; /* what made it the same thing under an older rule; NULL: the same did */
} ChannelArrival;

typedef struct ChannelReceipt {
    InboundId inbound;
    bool already;  /* it had been kept before */
    bool accepted; /* it is on a ticket; false: kept, and is being read by another or will be tried again */
    TicketId ticket;
    IntakeOutcome outcome;
    const char *note; /* one English line when not accepted, else "" */
} ChannelReceipt;

/* The account of that name, and whose addresses are ours; NOT_FOUND when there is none that anything comes in by. */
bool channel_source_read(const ChannelReceiver *receiver, Arena *arena, const char *account, ChannelSource *source_out,
                         GError **error);

/* Fills in what an adapter may not know or draw: tokens, and what the desk's policy says. kept_at: what is promised counts
 * from then. Once for each attempt, outside the transaction. */
void channel_complete(const ChannelReceiver *receiver, Arena *arena, TimeMs kept_at, InboundEvent *event);

/* Takes one thing in. false: not kept; *error says why. */
bool channel_receive(const ChannelReceiver *receiver, Arena *arena, const ChannelArrival *arrival,
                     ChannelReceipt *receipt_out, GError **error);

/* One reader's way through what was kept but not accepted (a crash, a full disk), turn by turn and oldest first: what fails
 * does not hold up what lies behind it, and is tried again after a pause that grows. */
typedef struct ChannelWaiting {
    InboundId orphaned;    /* who was reading these is no more */
    InboundId behind;      /* where the last turn stopped; 0: at the beginning */
    bool failed;           /* something of this round */
    int pause_s;           /* after the last round, if something of it failed */
    int64_t rest_until_us; /* no turn does anything before; by clock_monotonic_us */
} ChannelWaiting;

/* To be called before anything can be taken in: on SQLite, where one node lives, all that lies there was left by a dead
 * one. Errors: the store's. */
bool channel_waiting_begin(const ChannelReceiver *receiver, ChannelWaiting *waiting_out, GError **error);

/* A turn: goes on with what is orphaned or was kept before that instant, and begins no other message once turn_us are over.
 * Gives how many were accepted, -1 and *error when the store failed. */
int channel_finish_waiting(const ChannelReceiver *receiver, ChannelWaiting *waiting, TimeMs kept_before,
                           int64_t turn_us, GError **error);

#endif
