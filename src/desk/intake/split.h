/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * split: two problems in one request. Answers: "does this message look like a new problem, and how does it become a
 * request of its own?"
 *
 * The other way round of merge.h. What came in moves, whole: message, files, original, evidence; the new request has the
 * customer who wrote it, follows the old one and is linked both ways. What the customer writes next to that message goes to
 * the new one (intake.c), because it refers to a message that stands there. Never by itself: a person says so. The way
 * back is joining the new one to the old one. Not for the state of the old one: a closed request that this message opened
 * again stays open until somebody solves it. Owns no table. Called by: web, api.
 *
 * Memory: texts are borrowed until the transaction ends. Errors: false and *refused_out: ticket.error.not_found, stale,
 * split_none, split_first (what the request began with stays), split_gone (it is no message of a customer on it).
 *
 * Invariants:
 *  1. Each message stands on one request; the one a request began with stays.
 *  2. Nobody takes part in the new one but who wrote the message; whoever else it names is as they were in the old one.
 * Audit: the faces record ticket.split with the old ticket's id.
 *
 * Example:
 *     Splitting splitting = {.ticket = 10001, .version = seen, .messages = chosen, .message_count = 1, …};
 *     if (!ticket_split(tx, arena, &splitting, me, now, &fresh, &refused)) return false;
 */
#ifndef FILO_DESK_INTAKE_SPLIT_H
#define FILO_DESK_INTAKE_SPLIT_H

#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"

/* Why a message looks like a new problem. */
typedef enum SplitSign {
    SPLIT_NO_SIGN,
    SPLIT_SUBJECT, /* another subject than all that were said before */
    SPLIT_SILENCE  /* nobody had said anything for long, and nobody had asked anything */
} SplitSign;

/* Of the message at that place of the list. silence: the house's window for opening again (channels.md 1, domain.md 2.1: later
 * it is a new request). A robot's, and what a request began with, gives no sign. */
SplitSign split_sign(Arena *arena, const Ticket *ticket, const MessageList *messages, size_t at,
                     const TicketEventHistory *events, TimeMs silence);

/* May this message become a request of its own? */
bool split_may(const MessageList *messages, size_t at);

typedef struct Splitting {
    TicketId ticket;
    int64_t version; /* as the person saw it; 0: do not ask */
    const MessageId *messages;
    size_t message_count;
    const char *subject;   /* of the new one; NULL or blank: the first message's own */
    TimeMs next_update_at; /* by when the customer hears from us on the new one */
    TeamId team;           /* whose queue, when the old one has none */
} Splitting;

bool ticket_split(StoreTx *tx, Arena *arena, const Splitting *splitting, Actor actor, TimeMs now, TicketId *fresh_out,
                  InputError *refused_out);

/* A subject without what mail programs and ticket systems put before it ("Re:", "R:", "I:", "Fwd:") and our own number. */
const char *subject_bare(Arena *arena, const char *subject);

#endif
