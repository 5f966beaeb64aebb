/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/transition.h"

#include "base/check.h"

#include <glib.h>

#define WORKED (TICKET_HAS_TEAM | TICKET_HAS_OWNER)
#define QUEUED (TICKET_HAS_TEAM | TICKET_HAS_NO_OWNER)
#define WAITING (WORKED | TICKET_HAS_CUSTOMER_REASON)
#define REOPENED (WORKED | TICKET_HAS_NOTE | TICKET_IN_REOPEN_WINDOW)
#define SOLVED                                                                                                         \
    (WORKED | TICKET_HAS_PRODUCT | TICKET_HAS_CUSTOMER | TICKET_HAS_DESCRIPTION | TICKET_HAS_PROBLEM |                 \
     TICKET_HAS_SOLUTION | TICKET_HAS_COST)

/* A passage to another person keeps the state: who waits goes on waiting. A passage to another team's queue is release.
 * resolve leaves waiting_customer too, when reminders brought no answer (domain.md 2.1), with the same needs. restore
 * is there because a wrong click must not lose a customer: a false "spam" comes back as new. */
static const Transition table[] = {
    {TICKET_NEW, TICKET_TRIAGE, TICKET_TRIAGED, QUEUED},
    {TICKET_TRIAGED, TICKET_TRIAGE, TICKET_TRIAGED, QUEUED}, /* to another team */

    {TICKET_NEW, TICKET_ASSIGN, TICKET_OWNED, WORKED},
    {TICKET_TRIAGED, TICKET_ASSIGN, TICKET_OWNED, WORKED},
    {TICKET_OWNED, TICKET_ASSIGN, TICKET_OWNED, WORKED},
    {TICKET_IN_PROGRESS, TICKET_ASSIGN, TICKET_IN_PROGRESS, WORKED},
    {TICKET_WAITING_CUSTOMER, TICKET_ASSIGN, TICKET_WAITING_CUSTOMER, WAITING},
    {TICKET_WAITING_THIRD_PARTY, TICKET_ASSIGN, TICKET_WAITING_THIRD_PARTY, WAITING},
    {TICKET_WAITING_PART, TICKET_ASSIGN, TICKET_WAITING_PART, WAITING},
    {TICKET_WAITING_APPROVAL, TICKET_ASSIGN, TICKET_WAITING_APPROVAL, WAITING},
    {TICKET_SCHEDULED, TICKET_ASSIGN, TICKET_SCHEDULED, WORKED | TICKET_HAS_APPOINTMENT},

    {TICKET_OWNED, TICKET_RELEASE, TICKET_TRIAGED, QUEUED},
    {TICKET_IN_PROGRESS, TICKET_RELEASE, TICKET_TRIAGED, QUEUED},
    {TICKET_WAITING_CUSTOMER, TICKET_RELEASE, TICKET_TRIAGED, QUEUED},
    {TICKET_WAITING_THIRD_PARTY, TICKET_RELEASE, TICKET_TRIAGED, QUEUED},
    {TICKET_WAITING_PART, TICKET_RELEASE, TICKET_TRIAGED, QUEUED},
    {TICKET_WAITING_APPROVAL, TICKET_RELEASE, TICKET_TRIAGED, QUEUED},
    {TICKET_SCHEDULED, TICKET_RELEASE, TICKET_TRIAGED, QUEUED},

    {TICKET_OWNED, TICKET_START, TICKET_IN_PROGRESS, WORKED},
    {TICKET_IN_PROGRESS, TICKET_WAIT_CUSTOMER, TICKET_WAITING_CUSTOMER, WAITING},
    {TICKET_IN_PROGRESS, TICKET_WAIT_THIRD_PARTY, TICKET_WAITING_THIRD_PARTY, WAITING},
    {TICKET_IN_PROGRESS, TICKET_WAIT_PART, TICKET_WAITING_PART, WAITING},
    {TICKET_IN_PROGRESS, TICKET_WAIT_APPROVAL, TICKET_WAITING_APPROVAL, WAITING},
    {TICKET_IN_PROGRESS, TICKET_SCHEDULE, TICKET_SCHEDULED, WORKED | TICKET_HAS_APPOINTMENT},
    {TICKET_WAITING_CUSTOMER, TICKET_RESUME, TICKET_IN_PROGRESS, WORKED},
    {TICKET_WAITING_THIRD_PARTY, TICKET_RESUME, TICKET_IN_PROGRESS, WORKED},
    {TICKET_WAITING_PART, TICKET_RESUME, TICKET_IN_PROGRESS, WORKED},
    {TICKET_WAITING_APPROVAL, TICKET_RESUME, TICKET_IN_PROGRESS, WORKED},
    {TICKET_SCHEDULED, TICKET_RESUME, TICKET_IN_PROGRESS, WORKED},

    {TICKET_IN_PROGRESS, TICKET_RESOLVE, TICKET_RESOLVED, SOLVED},
    {TICKET_WAITING_CUSTOMER, TICKET_RESOLVE, TICKET_RESOLVED, SOLVED},
    {TICKET_RESOLVED, TICKET_CLOSE, TICKET_CLOSED, TICKET_HAS_NOTICE},
    {TICKET_RESOLVED, TICKET_REOPEN, TICKET_IN_PROGRESS, REOPENED},
    {TICKET_CLOSED, TICKET_REOPEN, TICKET_IN_PROGRESS, REOPENED},

    {TICKET_NEW, TICKET_MARK_DUPLICATE, TICKET_DUPLICATE, TICKET_HAS_MASTER},
    {TICKET_TRIAGED, TICKET_MARK_DUPLICATE, TICKET_DUPLICATE, TICKET_HAS_MASTER},
    {TICKET_OWNED, TICKET_MARK_DUPLICATE, TICKET_DUPLICATE, TICKET_HAS_MASTER},
    {TICKET_IN_PROGRESS, TICKET_MARK_DUPLICATE, TICKET_DUPLICATE, TICKET_HAS_MASTER},
    {TICKET_WAITING_CUSTOMER, TICKET_MARK_DUPLICATE, TICKET_DUPLICATE, TICKET_HAS_MASTER},
    {TICKET_WAITING_THIRD_PARTY, TICKET_MARK_DUPLICATE, TICKET_DUPLICATE, TICKET_HAS_MASTER},
    {TICKET_WAITING_PART, TICKET_MARK_DUPLICATE, TICKET_DUPLICATE, TICKET_HAS_MASTER},
    {TICKET_WAITING_APPROVAL, TICKET_MARK_DUPLICATE, TICKET_DUPLICATE, TICKET_HAS_MASTER},
    {TICKET_SCHEDULED, TICKET_MARK_DUPLICATE, TICKET_DUPLICATE, TICKET_HAS_MASTER},

    {TICKET_NEW, TICKET_MARK_NOT_OURS, TICKET_NOT_OURS, TICKET_HAS_POINTER},
    {TICKET_TRIAGED, TICKET_MARK_NOT_OURS, TICKET_NOT_OURS, TICKET_HAS_POINTER},
    {TICKET_OWNED, TICKET_MARK_NOT_OURS, TICKET_NOT_OURS, TICKET_HAS_POINTER},
    {TICKET_IN_PROGRESS, TICKET_MARK_NOT_OURS, TICKET_NOT_OURS, TICKET_HAS_POINTER},

    {TICKET_NEW, TICKET_CANCEL, TICKET_CANCELLED, TICKET_HAS_NOTE},
    {TICKET_TRIAGED, TICKET_CANCEL, TICKET_CANCELLED, TICKET_HAS_NOTE},
    {TICKET_OWNED, TICKET_CANCEL, TICKET_CANCELLED, TICKET_HAS_NOTE},
    {TICKET_IN_PROGRESS, TICKET_CANCEL, TICKET_CANCELLED, TICKET_HAS_NOTE},
    {TICKET_WAITING_CUSTOMER, TICKET_CANCEL, TICKET_CANCELLED, TICKET_HAS_NOTE},
    {TICKET_WAITING_THIRD_PARTY, TICKET_CANCEL, TICKET_CANCELLED, TICKET_HAS_NOTE},
    {TICKET_WAITING_PART, TICKET_CANCEL, TICKET_CANCELLED, TICKET_HAS_NOTE},
    {TICKET_WAITING_APPROVAL, TICKET_CANCEL, TICKET_CANCELLED, TICKET_HAS_NOTE},
    {TICKET_SCHEDULED, TICKET_CANCEL, TICKET_CANCELLED, TICKET_HAS_NOTE},

    {TICKET_NEW, TICKET_MARK_SPAM, TICKET_SPAM, 0},
    {TICKET_TRIAGED, TICKET_MARK_SPAM, TICKET_SPAM, 0},
    {TICKET_OWNED, TICKET_MARK_SPAM, TICKET_SPAM, 0},
    {TICKET_IN_PROGRESS, TICKET_MARK_SPAM, TICKET_SPAM, 0},

    {TICKET_DUPLICATE, TICKET_RESTORE, TICKET_NEW, QUEUED | TICKET_HAS_NOTE},
    {TICKET_NOT_OURS, TICKET_RESTORE, TICKET_NEW, QUEUED | TICKET_HAS_NOTE},
    {TICKET_CANCELLED, TICKET_RESTORE, TICKET_NEW, QUEUED | TICKET_HAS_NOTE},
    {TICKET_SPAM, TICKET_RESTORE, TICKET_NEW, QUEUED | TICKET_HAS_NOTE},
};

/* What to say when a fact is missing; the place in the array is the fact's bit. */
static const InputError missing[TICKET_FACT_COUNT] = {
    {"team", "ticket.error.no_team", NULL},
    {"owner", "ticket.error.no_owner", NULL},
    {"owner", "ticket.error.still_owned", NULL},
    {"customer_reason", "ticket.error.no_customer_reason", NULL},
    {"appointment", "ticket.error.no_appointment", NULL},
    {"product", "ticket.error.no_product", NULL},
    {"customer", "ticket.error.no_customer", NULL},
    {"description", "ticket.error.no_description", NULL},
    {"problem_code", "ticket.error.no_problem", NULL},
    {"solution_code", "ticket.error.no_solution", NULL},
    {"cost", "ticket.error.no_cost", NULL},
    {"master", "ticket.error.no_master", NULL},
    {"pointer", "ticket.error.no_pointer", NULL},
    {"note", "ticket.error.no_note", NULL},
    {"notice", "ticket.error.no_notice", NULL},
    {"action", "ticket.error.reopen_too_late", NULL},
};

/* Supplier and spare-part waits are ours to bear: the customer's clock runs. waiting_approval does not say whose
 * approval is awaited, and scheduled is our promise: there it runs too, so that no figure flatters us. */
static const StateClocks clocks[TICKET_STATE_COUNT] = {
    [TICKET_NEW] = {CLOCK_RUNS, CLOCK_RUNS},
    [TICKET_TRIAGED] = {CLOCK_RUNS, CLOCK_RUNS},
    [TICKET_OWNED] = {CLOCK_RUNS, CLOCK_RUNS},
    [TICKET_IN_PROGRESS] = {CLOCK_RUNS, CLOCK_RUNS},
    [TICKET_WAITING_CUSTOMER] = {CLOCK_PAUSED_CAPPED, CLOCK_PAUSED},
    [TICKET_WAITING_THIRD_PARTY] = {CLOCK_RUNS, CLOCK_PAUSED},
    [TICKET_WAITING_PART] = {CLOCK_RUNS, CLOCK_PAUSED},
    [TICKET_WAITING_APPROVAL] = {CLOCK_RUNS, CLOCK_PAUSED},
    [TICKET_SCHEDULED] = {CLOCK_RUNS, CLOCK_PAUSED},
    [TICKET_RESOLVED] = {CLOCK_STOPPED, CLOCK_STOPPED},
    [TICKET_CLOSED] = {CLOCK_STOPPED, CLOCK_STOPPED},
    [TICKET_DUPLICATE] = {CLOCK_STOPPED, CLOCK_STOPPED},
    [TICKET_NOT_OURS] = {CLOCK_STOPPED, CLOCK_STOPPED},
    [TICKET_CANCELLED] = {CLOCK_STOPPED, CLOCK_STOPPED},
    [TICKET_SPAM] = {CLOCK_STOPPED, CLOCK_STOPPED},
};

bool ticket_state_is_queued(TicketState state)
{
    return state == TICKET_NEW || state == TICKET_TRIAGED;
}

bool ticket_state_is_owned(TicketState state)
{
    return state >= TICKET_OWNED && state <= TICKET_SCHEDULED;
}

bool ticket_state_is_open(TicketState state)
{
    return ticket_state_is_queued(state) || ticket_state_is_owned(state);
}

const Transition *transition_list(size_t *count_out)
{
    *count_out = G_N_ELEMENTS(table);
    return table;
}

const Transition *transition_find(TicketState from, TicketAction action)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (table[i].from == from && table[i].action == action)
            return &table[i];
    }
    return NULL;
}

const Transition *transition_between(TicketState from, TicketState to)
{
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (table[i].from == from && table[i].to == to)
            return &table[i];
    }
    return NULL;
}

TransitionVerdict transition_check(TicketState from, TicketAction action, unsigned facts)
{
    TransitionVerdict verdict = {.to = from};
    const Transition *row = transition_find(from, action);
    if (!row) {
        verdict.reasons[verdict.reason_count++] =
            (InputError){"action", "ticket.error.transition", ticket_state_text(from)};
        return verdict;
    }
    for (size_t bit = 0; bit < TICKET_FACT_COUNT; bit++) {
        if (row->needs & ~facts & (1u << bit))
            verdict.reasons[verdict.reason_count++] = missing[bit];
    }
    verdict.allowed = verdict.reason_count == 0;
    verdict.to = verdict.allowed ? row->to : from;
    return verdict;
}

StateClocks ticket_state_clocks(TicketState state)
{
    check(state < TICKET_STATE_COUNT);
    return clocks[state];
}
