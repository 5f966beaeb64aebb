/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/completeness.h"

/* Arrival, taking over and solution, in that order: a gap in between would be counted to another phase. */
static bool phases_are_known(const TicketProjection *ticket, const CompletenessFacts *facts)
{
    return ticket->received_at && facts->was_owned && ticket->resolved_at && ticket->received_at <= ticket->resolved_at;
}

Completeness completeness_of(const TicketProjection *ticket, const CompletenessFacts *facts)
{
    const bool filled[COMPLETENESS_COUNT] = {
        [COMPLETE_PRODUCT] = ticket->product_id != 0,
        [COMPLETE_CUSTOMER] = ticket->party_id != 0,
        [COMPLETE_DESCRIPTION] = facts->has_description,
        [COMPLETE_PROBLEM] = ticket->problem_id != 0,
        [COMPLETE_ORIGIN] = ticket->origin_id != 0 && !facts->origin_is_unknown,
        [COMPLETE_SOLUTION] = ticket->solution_code_id != 0,
        [COMPLETE_COST] = facts->has_cost || ticket->zero_cost,
        [COMPLETE_PHASES] = phases_are_known(ticket, facts),
    };
    Completeness have = {0};
    for (unsigned field = 0; field < COMPLETENESS_COUNT; field++) {
        have.filled += filled[field];
        have.missing |= filled[field] ? 0 : 1U << field;
    }
    return have;
}
