/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * robot: who writes from an address. Answers: "is it a person or a robot, and does Filo still answer it by itself?"
 *
 * Owns the tables automatic_reply, automatic_stop and sender_nature. Two things are kept apart: what a person said of the sender (learned
 * until forgotten), and the brake on automatic answers, which asks nobody. Not for whose mail is put aside (aside.h), nor
 * for what a message's headers say (channel/). Called by: intake.c, web, api. Erasing a person erases the rows of each of
 * their addresses.
 *
 * Memory: lists live in the arena given. Errors: none of its own but sender_correct's; a failing store marks the
 * transaction.
 *
 * Invariants:
 *  1. Every automatic answer held back is counted in the transaction that holds it back: no crash lets one more through.
 *  2. An address that is stopped gets no automatic answer until a day has passed without a word from it, or a person
 *     lets Filo answer it again. People's answers are never held back.
 *  3. What is held back stays a request: a stop loses nothing and moves nothing.
 *  4. A word learned is undone by its contrary: who said "robot" and then "person" is where they were.
 */
#ifndef FILO_DESK_INTAKE_ROBOT_H
#define FILO_DESK_INTAKE_ROBOT_H

#include "base/error.h"
#include "desk/audit/actor.h"
#include "desk/ticket/message.h"
#include "schema_ids.h"
#include "sender_nature_enum.h"
#include "stop_reason_enum.h"
#include "store/store.h"

/* Automatic answers to one address in an hour, whatever brings the messages; one more that would leave, and it stops. */
enum { SENDER_AUTOMATIC_PER_HOUR = 5 };

/* --- the brake ------------------------------------------------------------------------------------------------------ */

typedef struct AutomaticAsk {
    const char *address_key; /* normal form */
    TicketId ticket;
    int64_t
        per_hour; /* at most SENDER_AUTOMATIC_PER_HOUR; less for an address nobody confirmed, which is never stopped: anybody
                         could have it silenced */
} AutomaticAsk;

/* May one more leave now? true: it is counted as sent. false: it is counted as held back, and told if that is much. */
bool automatic_take(StoreTx *tx, Arena *arena, const AutomaticAsk *ask, TimeMs now);

/* Stops it now, for that reason. */
void automatic_stop_now(StoreTx *tx, Arena *arena, const char *address_key, StopReason reason, TicketId ticket,
                        TimeMs now);

typedef struct AutomaticStop {
    const char *address_key;
    StopReason reason;
    TicketId ticket; /* the request it began with */
    int64_t held;
    TimeMs since, last_at;
} AutomaticStop;

typedef struct AutomaticStopList {
    AutomaticStop *items;
    size_t count;
} AutomaticStopList;

/* Does it stand now? */
bool automatic_stop_find(StoreTx *tx, Arena *arena, const char *address_key, TimeMs now, AutomaticStop *stop_out);

/* Stops that nobody has looked at, newest first, and how many there are. */
AutomaticStopList automatic_stop_list(StoreTx *tx, Arena *arena, int64_t how_many);
int64_t automatic_stop_count(StoreTx *tx, Arena *arena);

/* A person's word: Filo may answer it again; or: seen, it may stay stopped. false when it was not stopped, or seen. */
bool automatic_stop_lift(StoreTx *tx, const char *address_key, TimeMs now);
bool automatic_stop_set_looked(StoreTx *tx, const char *address_key, TimeMs now);

/* The requests this address was answered by itself on since then, newest first, at most how_many. */
typedef struct AnsweredTickets {
    TicketId *items;
    size_t count;
} AnsweredTickets;
AnsweredTickets automatic_list_answered(StoreTx *tx, Arena *arena, const char *address_key, TimeMs since,
                                        int64_t how_many);

/* --- the same words again ------------------------------------------------------------------------------------------- */

/* What a person would hardly write three times in a day. */
enum { SENDER_WORDS_MIN = 20, SENDER_REPEATS_MAX = 2 };

typedef struct SameWords {
    const char *address_key;
    const char *words; /* without what it quotes, trimmed */
    TicketId ticket;   /* where it belongs by its thread; {0}: nowhere */
} SameWords;

/* How many messages of the last day from this address, here and on requests that were answered by themselves, say just
 * this; *latest_out: the newest request that has one, or {0}. */
int64_t sender_count_same(StoreTx *tx, Arena *arena, const SameWords *same, TimeMs now, TicketId *latest_out);

/* --- what a person said --------------------------------------------------------------------------------------------- */

bool sender_nature_of(StoreTx *tx, Arena *arena, const char *address_key, SenderNature *nature_out);

/* Is it one whose sender a person can tell: it came in from an address, and is no report and nothing of ours. */
bool sender_may_correct(const Message *message);

/* A person corrects what one message was taken for. The sender is learned, or what was learned to the contrary forgotten;
 * the message counts as a person's or a robot's from now on, and a request that waited for the customer goes on or opens
 * again as if it had counted at once. */
typedef struct SenderCorrection {
    TicketId ticket;
    MessageId message;
    SenderNature nature;
    TimeMs reopen_since, next_update_at; /* as in InboundNote */
} SenderCorrection;

/* false: ticket.error.not_found, also for what did not come in from an address. */
bool sender_correct(StoreTx *tx, Arena *arena, const SenderCorrection *correction, Actor actor, TimeMs now,
                    InputError *refused_out);

/* Addresses somebody said something of, by address, at most how_many. */
typedef struct KnownSender {
    const char *address_key;
    SenderNature nature;
    TimeMs at;
} KnownSender;

typedef struct KnownSenderList {
    KnownSender *items;
    size_t count;
} KnownSenderList;
KnownSenderList sender_list(StoreTx *tx, Arena *arena, int64_t how_many);
bool sender_forget(StoreTx *tx, const char *address_key);

#endif
