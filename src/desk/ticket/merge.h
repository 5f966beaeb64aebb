/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * merge: two requests that are one. Answers: "may this be joined to that, and what becomes of both?"
 *
 * The joined one becomes a duplicate and points to the one that goes on (its master); what was said on it stays its own,
 * and is read on the master's page too. Whoever took part in it takes part in the master, and what they write to the old
 * number, address or link goes there (desk/intake). Also the way back: a request set aside by mistake returns to its
 * team's queue, and a master gives back the time of arrival it had taken over.
 * Not for permissions. Owns no table. Called by: faces.
 *
 * Memory: lists live in the arena given; texts are borrowed until the transaction ends. Errors: false and *refused_out, a
 * key ticket.error.merge_* or a transition's; key NULL when it was the store.
 *
 * Invariants:
 *  1. A master is never itself a duplicate: what was joined to a request goes along when that is joined to another.
 *  2. The master has the earliest time of arrival of all, and is a complaint if one of them was.
 *  3. Two customers' requests are joined only by somebody who confirmed it.
 *
 * Example:
 *     if (!ticket_merge(tx, arena, &(Merging){.from = 10007, .into = 10002, .version = seen}, me, now, &refused)) return false;
 */
#ifndef FILO_DESK_TICKET_MERGE_H
#define FILO_DESK_TICKET_MERGE_H

#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"

typedef struct Merging {
    TicketId from;       /* becomes the duplicate */
    int64_t version;     /* of it, as the person saw it; 0: do not ask */
    TicketId into;       /* goes on */
    bool other_customer; /* confirmed, although the customers are not the same */
    const char *note;    /* why, among us; or NULL */
} Merging;

bool ticket_merge(StoreTx *tx, Arena *arena, const Merging *merging, Actor actor, TimeMs now, InputError *refused_out);

/* A request that was set aside goes back to its queue. */
typedef struct Restoring {
    TicketId ticket;
    int64_t version;
    const char *note; /* why */
    TimeMs next_update_at;
    TeamId team; /* whose queue, when it has none yet */
} Restoring;

bool ticket_restore(StoreTx *tx, Arena *arena, const Restoring *restoring, Actor actor, TimeMs now,
                    InputError *refused_out);

/* Two requests that go on apart but belong together. Refused: ticket.error.merge_itself, no_other, not_found. */
bool ticket_link_related(StoreTx *tx, Arena *arena, TicketId ticket, TicketId other, Actor actor, TimeMs now,
                         InputError *refused_out);

/* The requests joined to this one, by number. */
TicketIdList ticket_list_merged(StoreTx *tx, Arena *arena, TicketId master);

/* Whether what is said on one of them may be shown to the customer of the other: the same person of the same customer. */
bool ticket_same_customer(const Ticket *a, const Ticket *b);

#endif
