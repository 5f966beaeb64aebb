/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * transition: the life of a ticket as a table. Answers: "may this be done to a ticket in this state, and if not, what
 * is missing?", "which clocks run meanwhile?"
 *
 * Each row says: from this state, this action leads to that state, if these facts hold. A pair without a row is
 * refused. Facts describe the ticket as the action would leave it. Not for who may do it (permissions), nor for doing
 * it: the ticket module writes the event, in one transaction with the check. Imported history does not pass here.
 *
 * Pure. Texts of the verdict are static. Errors: InputErrors, one for each fact that is missing: field as in forms and
 * API, key "ticket.error.…". Called by: desk/ticket, web and api (which actions to offer).
 *
 * Sources: design.md section 2 (states, owner, reopening), domain.md 2.1 (diagram, clocks), R16 R26 R78-R81 (what
 * resolving needs).
 *
 * Invariants:
 *  1. new and triaged belong to a team; from owned to scheduled exactly one person owns: every row into them says so.
 *  2. Nothing is resolved without product, customer, description, problem code, solution code, and cost or a tick at
 *     none.
 *  3. Every waiting state is entered with a reason the customer sees.
 *  4. resolved and closed are left only by close and reopen; a side exit only by restore.
 *  5. A pair of state and action has at most one row.
 *
 * Example:
 *     TransitionVerdict verdict = transition_check(row->state, TICKET_RESOLVE, facts);
 *     if (!verdict.allowed) return refuse_all(verdict.reasons, verdict.reason_count);
 *     row->state = verdict.to;
 */
#ifndef FILO_DESK_TICKET_TRANSITION_H
#define FILO_DESK_TICKET_TRANSITION_H

#include "base/error.h"
#include "ticket_action_enum.h"
#include "ticket_state_enum.h"

#include <stddef.h>

/* new, triaged: a team's, nobody's own. */
bool ticket_state_is_queued(TicketState state);
/* owned to scheduled: one person's. */
bool ticket_state_is_owned(TicketState state);
/* Before resolved and not a side exit: counts as backlog, must have a next-update date. */
bool ticket_state_is_open(TicketState state);

/* What may hold of a ticket as the action would leave it; bits, so that a row is a sum. */
typedef enum TicketFact {
    TICKET_HAS_TEAM = 1 << 0,
    TICKET_HAS_OWNER = 1 << 1,           /* exactly one person, active, member of the team */
    TICKET_HAS_NO_OWNER = 1 << 2,        /* given back to the team's queue */
    TICKET_HAS_CUSTOMER_REASON = 1 << 3, /* a text the customer sees says what is waited for */
    TICKET_HAS_APPOINTMENT = 1 << 4,     /* a date and time are agreed */
    TICKET_HAS_PRODUCT = 1 << 5,
    TICKET_HAS_CUSTOMER = 1 << 6,
    TICKET_HAS_DESCRIPTION = 1 << 7,
    TICKET_HAS_PROBLEM = 1 << 8,
    TICKET_HAS_SOLUTION = 1 << 9,
    TICKET_HAS_COST = 1 << 10,        /* a cost line, or the tick that it cost nothing */
    TICKET_HAS_MASTER = 1 << 11,      /* another ticket, not a duplicate itself */
    TICKET_HAS_POINTER = 1 << 12,     /* who is competent, named to the customer */
    TICKET_HAS_NOTE = 1 << 13,        /* why, in the actor's words */
    TICKET_HAS_NOTICE = 1 << 14,      /* the customer was told it is solved and how to say it is not */
    TICKET_IN_REOPEN_WINDOW = 1 << 15 /* else a linked ticket is opened instead */
} TicketFact;

#define TICKET_FACT_COUNT 16

typedef struct Transition {
    TicketState from;
    TicketAction action;
    TicketState to;
    unsigned needs; /* TicketFacts */
} Transition;

typedef struct TransitionVerdict {
    bool allowed;
    TicketState to; /* meaningful only when allowed */
    size_t reason_count;
    InputError reasons[TICKET_FACT_COUNT]; /* all that is missing, in the order of TicketFact */
} TransitionVerdict;

/* The table, static, for tests, pages and documentation; its length in *count_out. */
const Transition *transition_list(size_t *count_out);

/* The row of the pair, static, or NULL: the table has none. */
const Transition *transition_find(TicketState from, TicketAction action);

/* The row that leads from the one state to the other (there is one at most), static, or NULL. */
const Transition *transition_between(TicketState from, TicketState to);

/* facts is a sum of TicketFacts. Without a row the one reason is "ticket.error.transition" on "action", shown: the
 * state's name. */
TransitionVerdict transition_check(TicketState from, TicketAction action, unsigned facts);

/* How a clock behaves in a state. */
typedef enum ClockPolicy {
    CLOCK_RUNS,
    CLOCK_PAUSED,
    CLOCK_PAUSED_CAPPED, /* paused until the cap on the customer's waits is spent (business_cap_pauses) */
    CLOCK_STOPPED        /* over, until a reopening */
} ClockPolicy;

typedef struct StateClocks {
    ClockPolicy customer; /* the one targets and promises are measured by */
    ClockPolicy operator; /* the one that tells a team how long work lay with it */
} StateClocks;

StateClocks ticket_state_clocks(TicketState state);

#endif
