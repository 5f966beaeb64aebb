/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * incident: trouble with a mailbox, from its beginning to its end, and who was told. Answers: "what is wrong with the
 * mail now, since when, and does anybody know?"
 *
 * Owns the tables incident and incident_told (rows stay: they hold ids, an adapter's word and the server's). Not for
 * deciding whether something is wrong (incident_rule.h, job/watch) nor for the words of the mail (job/alarm).
 * Called by: job (watch, alarm), web (banner, health page).
 *
 * Memory: texts live in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Of one mailbox at most one incident of a kind is open. What comes back within INCIDENT_MENDED_AFTER is the same one.
 *  2. A person is told once that it began and, if that has left, once that it is over: the row that says so and the outbox
 *     row are of one transaction, so that neither a crash nor another node repeats or loses it.
 *  3. It is told through a mailbox that has no trouble; through one that only cannot be read when there is no other;
 *     never through one from which nothing leaves. What is not told in one day is on the desk only: at most
 *     INCIDENT_TOLD_PER_DAY incidents of a kind and mailbox are told.
 *  4. News that did not leave before it was old is taken back.
 *  5. None of it goes to an address of ours (own_address.h).
 *
 * Example:
 *     incident_keep(tx, arena, &(IncidentLook){troubles, count, accounts, account_count}, now, &kept);
 */
#ifndef FILO_DESK_INCIDENT_INCIDENT_H
#define FILO_DESK_INCIDENT_INCIDENT_H

#include "desk/incident/incident_rule.h"
#include "incident_kind_enum.h"
#include "schema_ids.h"
#include "store/store.h"

typedef struct Incident {
    IncidentId id;
    ChannelAccountId account;
    IncidentKind kind;
    TimeMs since, noticed_at;
    const char *step, *said;
    TimeMs told_at;      /* TIME_NONE: nobody, so far */
    TimeMs mended_since; /* TIME_NONE: it goes on */
    TimeMs ended_at;     /* TIME_NONE: it is open */
    bool reached;        /* mail about it has left for somebody; of an open one */
} Incident;

typedef struct IncidentList {
    Incident *items;
    size_t count;
} IncidentList;

/* Those that go on; also_mended: and those that look well for too short. */
IncidentList incident_list_open(StoreTx *tx, Arena *arena, bool also_mended);

/* Of one mailbox, the newest first. */
IncidentList incident_list_of(StoreTx *tx, Arena *arena, ChannelAccountId account, int64_t how_many);

bool incident_find(StoreTx *tx, Arena *arena, IncidentId id, Incident *incident_out);

/* Who hears of trouble by mail: their names. Whoever's address is a mailbox of ours wants to, and is not reached. */
typedef struct IncidentPeople {
    const char **names, **unreached;
    size_t count, unreached_count;
} IncidentPeople;
IncidentPeople incident_list_people(StoreTx *tx, Arena *arena);

/* What is wrong with one mailbox just now. */
typedef struct Trouble {
    ChannelAccountId account;
    IncidentKind kind;
    TimeMs since;
    const char *step, *said; /* "" where there is nothing to say */
} Trouble;

/* A mailbox that is used. */
typedef struct IncidentAccount {
    ChannelAccountId id;
    const char *name;    /* the account's */
    const char *channel; /* adapter's key */
    bool sends;          /* it has a server to send by */
} IncidentAccount;

typedef struct IncidentLook {
    const Trouble *troubles; /* all there are */
    size_t trouble_count;
    const IncidentAccount *accounts; /* all that are used, those to send by first */
    size_t account_count;
} IncidentLook;

/* What became of it, for the log. */
typedef struct IncidentKept {
    int opened, ended, told, untold; /* untold: should be told, but nothing can send */
} IncidentKept;

/* The work of one write: opens, mends and ends incidents by what is seen now, and tells who wants to hear of them. */
void incident_keep(StoreTx *tx, Arena *arena, const IncidentLook *look, TimeMs now, IncidentKept *kept_out);

#endif
