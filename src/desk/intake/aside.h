/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * aside: what is not a request. Answers: "is this sender's mail wanted, and how does a wrong 'not a request' come back?"
 *
 * Owns the table sender_rule. Putting a ticket aside (state spam) learns its sender's address, so that what comes from it
 * later lies aside at once: kept, findable, in no queue, with no acknowledgement. Not for joining tickets: an answer to a
 * request goes there whatever its sender's rule. Called by: intake.c, web, api. Erasing a person removes the rule of each
 * of their addresses.
 *
 * Memory: lists live in the arena given. Errors: false and *refused_out, a transition's reason or ticket.error.stale,
 * not_found; rule_add_domain: aside.error.domain.
 *
 * Invariants:
 *  1. An address whose customer has another request that was one is learned only when the person says so.
 *  2. A whole domain is never learned: a person writes it. Nor is an address that somebody only typed (unproved.h).
 *  3. Taking back gives the state, team, owner and promise the ticket had, and forgets the rules for its sender.
 *
 * Example:
 *     aside_put(tx, arena, &(AsidePut){.ticket = id, .version = seen}, me, now, &refused);
 */
#ifndef FILO_DESK_INTAKE_ASIDE_H
#define FILO_DESK_INTAKE_ASIDE_H

#include "base/error.h"
#include "desk/audit/actor.h"
#include "desk/ticket/ticket.h"
#include "desk/ticket/transition.h"
#include "schema_ids.h"
#include "store/store.h"

typedef struct AsidePut {
    TicketId ticket;
    int64_t version;  /* as the person saw it; 0: do not ask */
    bool learn_known; /* also the address of a customer with other requests */
} AsidePut;

bool aside_put(StoreTx *tx, Arena *arena, const AsidePut *put, Actor actor, TimeMs now, InputError *refused_out);

typedef struct AsideBack {
    TicketId ticket;
    int64_t version;       /* 0: do not ask */
    TeamId team;           /* whose queue, if it had none */
    TimeMs next_update_at; /* if the promise it had is over */
} AsideBack;

bool aside_take_back(StoreTx *tx, Arena *arena, const AsideBack *back, Actor actor, TimeMs now,
                     InputError *refused_out);

/* The same within an edit of the ticket, for who answers on a request put aside: the rules for its sender stay. false and
 * edit->refused. */
bool aside_end(TicketEdit *edit, const AsideBack *back);

/* --- several at once ------------------------------------------------------------------------------------------------ */

enum { ASIDE_MANY_MAX = 200 };

typedef enum AsideOutcome {
    ASIDE_DONE,
    ASIDE_ALREADY, /* it stood so already: nothing was written */
    ASIDE_LEFT     /* it stays as it is; refused says why */
} AsideOutcome;

typedef struct AsideResult {
    TicketId ticket;
    AsideOutcome outcome;
    InputError refused; /* of ASIDE_LEFT */
} AsideResult;

/* One of several that are put aside together: what cannot be (changed since it was seen, gone) stays and stops no other.
 * Nothing is written for it, so that all may share one transaction. */
AsideResult aside_put_one(StoreTx *tx, Arena *arena, const AsidePut *put, Actor actor, TimeMs now);

/* One of several that come back together. After ASIDE_LEFT the transaction must be refused: each needs its own. */
AsideResult aside_take_back_one(StoreTx *tx, Arena *arena, const AsideBack *back, Actor actor, TimeMs now);

/* Can a request in this state be put aside? */
bool aside_may_put(TicketState state);

/* "10001.3-10002": requests and the versions seen (0: not said), parted by '-' or ','; at most ASIDE_MANY_MAX. false:
 * it is no such list. */
bool aside_parse_tickets(Arena *arena, const char *text, AsidePut **puts_out, size_t *count_out);

/* --- senders -------------------------------------------------------------------------------------------------------- */

/* Does what comes from this address (normal form) lie aside? */
bool aside_has_rule(StoreTx *tx, Arena *arena, const char *address_key);

/* Has the customer a request besides this one that was not put aside? */
bool aside_is_known(StoreTx *tx, Arena *arena, PartyId customer, TicketId besides);

/* Some other way a request turned out to be one (ticket_restore): its sender is put aside no longer. */
void aside_forget(StoreTx *tx, Arena *arena, TicketId ticket);

typedef struct AsideTicket {
    TicketId ticket;
    const char *subject;
    TimeMs received_at;
    int64_t version;
} AsideTicket;

typedef struct AsideList {
    AsideTicket *items;
    size_t count;
} AsideList;

/* What lies aside, newest first, before the one given ({0}: from the newest), at most how_many. */
AsideList aside_list(StoreTx *tx, Arena *arena, TicketId before, int64_t how_many);

typedef struct SenderRule {
    SenderRuleId id;
    const char *pattern;
    TimeMs at;
} SenderRule;

typedef struct SenderRuleList {
    SenderRule *items;
    size_t count;
} SenderRuleList;

/* By pattern, at most how_many. */
SenderRuleList sender_rule_list(StoreTx *tx, Arena *arena, int64_t how_many);

/* A domain as typed, with or without "@"; *pattern_out: as it is kept, NULL: it was there. */
bool sender_rule_add_domain(StoreTx *tx, Arena *arena, const char *typed, Actor actor, TimeMs now,
                            InputError *refused_out, const char **pattern_out);
/* Gives the pattern of the rule that is gone; NULL: there was none. */
const char *sender_rule_remove(StoreTx *tx, Arena *arena, SenderRuleId id);
/* Which rule it was, for the audit: a JSON object with a hash, because a pattern may be somebody's address. */
const char *sender_rule_payload(Arena *arena, const char *pattern);

#endif
