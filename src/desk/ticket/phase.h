/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * phase: where a ticket's time went. Answers: "how long in which state, with whom?", "how often was it passed on, and
 * given back?", "what did solving take?"
 *
 * A phase is an interval in which state, team and owner stay the same. Teams and owners are plain numbers, 0 for none,
 * so that imported logs, whose teams are texts, use the same functions. Not for business minutes (calendar/business.h
 * takes the pauses from here) and not for storing phases.
 *
 * Pure. Arrays live in the arena given. Errors: phase_derive gives false for events out of order (corrections come as
 * events of the corrected time: sort first) or none. Called by: insight, filo check, reports on imported logs.
 *
 * Sources: domain.md section 3, phase times, resolution time, RWI, readings 2 and 6.
 *
 * Invariants:
 *  1. Phases are contiguous, none is empty, and they sum to last.until - first.from.
 *  2. Events at one instant make one change: the order they are given in decides what holds after it.
 *  3. Hand-overs and returns are counted over events, so a change and its undoing at one instant still count.
 *
 * Example:
 *     PhaseList list;
 *     if (phase_derive(arena, events, event_count, report_end, &list))
 *         sum = phase_time_in(&list, TICKET_WAITING_CUSTOMER);
 */
#ifndef FILO_DESK_TICKET_PHASE_H
#define FILO_DESK_TICKET_PHASE_H

#include "desk/calendar/business.h"
#include "desk/ticket/transition.h"

/* The part of a ticket that phases are made of, after an event. */
typedef struct PhaseEvent {
    TimeMs at;
    TicketState state;
    int64_t team, owner; /* 0: none */
} PhaseEvent;

typedef struct Phase {
    TicketState state;
    int64_t team, owner;
    TimeMs from, until; /* [from, until) */
} Phase;

typedef struct PhaseList {
    Phase *phases;
    size_t count;
    bool open; /* the last phase's state is an open one; it ends at until only because the question does */
} PhaseList;

/* The phases of a ticket as known just before until: later events are not read, and the last phase ends there. */
bool phase_derive(Arena *arena, const PhaseEvent *events, size_t event_count, TimeMs until, PhaseList *list_out);

/* Sums over the list. */
int64_t phase_time_total(const PhaseList *list);
int64_t phase_time_in(const PhaseList *list, TicketState state);

/* One person's (or, by_team, one team's) unbroken stretch; stretches of nobody are not listed. */
typedef struct PhaseHolder {
    int64_t holder;
    TimeMs from, until;
} PhaseHolder;

PhaseHolder *phase_list_holders(Arena *arena, const PhaseList *list, bool by_team, size_t *count_out);

/* The stretches in which the customer's clock stands still, ordered, joined; ready for business_due. One that lasts
 * at until, while the ticket is open, is not over (until TIME_NONE). */
BusinessPause *phase_list_pauses(Arena *arena, const PhaseList *list, size_t *count_out);

/* Calendar milliseconds a solution took. total adds what each reopening took from itself to its own solution. */
typedef struct PhaseResolution {
    bool resolved;     /* false: never yet, all figures 0 */
    int64_t first;     /* first resolved - received */
    int64_t first_net; /* without the pauses of the customer's clock */
    int64_t total;
    int64_t total_net;
} PhaseResolution;

PhaseResolution phase_resolution(const PhaseList *list, TimeMs received);

/* Runs of the responsible team or person, in order. */
typedef struct PhaseHandovers {
    size_t handovers; /* changes of hands: runs less one */
    size_t returns;   /* of these, to one who had it before: A,B,A,B has two */
} PhaseHandovers;

/* holders: who was responsible after each event; 0 (nobody named) is passed over, and repeats collapse. */
PhaseHandovers phase_count_handovers(const int64_t *holders, size_t count);

/* The rubber wall. A planned hand-over (end of shift, a specialist the customer asked for) changes the owner without
 * counting, neither as a reassignment nor as a return. */
typedef enum BounceKind { BOUNCE_OWNER, BOUNCE_PLANNED_OWNER, BOUNCE_FORCED_CHANNEL, BOUNCE_REASKED } BounceKind;

typedef struct BounceEvent {
    BounceKind kind;
    int64_t owner; /* of the two owner kinds: the new one; 0 is passed over */
} BounceEvent;

typedef struct BounceIndex {
    size_t reassignments; /* owner changes after the first owner */
    size_t returns;
    size_t forced_channels;
    size_t reasks;
    size_t rwi; /* reassignments + forced_channels + reasks + 2 * returns */
} BounceIndex;

BounceIndex bounce_index(const BounceEvent *events, size_t count);

#endif
