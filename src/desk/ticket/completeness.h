/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * completeness: how much of what a request should tell was written down. Answers: "which of the eight are missing?"
 *
 * The eight: product, customer, description, problem code, origin, solution, cost, phase times (domain.md section 3,
 * reading 9; R78-R82). "Unknown" counts as missing. Reports take the mean share over tickets; imported ones are shown
 * apart. Not for what resolving needs (transition.h): origin is not needed there, and here it is.
 *
 * Pure; owns nothing, points to nothing. Errors: none. Called by: ticket page, insight.
 *
 * Invariants:
 *  1. filled is the number of bits not in missing, of COMPLETENESS_COUNT.
 *
 * Example:
 *     Completeness have = completeness_of(&ticket.now, &(CompletenessFacts){.has_description = true, …});
 *     share = (double)have.filled / COMPLETENESS_COUNT;
 */
#ifndef FILO_DESK_TICKET_COMPLETENESS_H
#define FILO_DESK_TICKET_COMPLETENESS_H

#include "desk/ticket/projection.h"

typedef enum CompletenessField {
    COMPLETE_PRODUCT,
    COMPLETE_CUSTOMER,
    COMPLETE_DESCRIPTION,
    COMPLETE_PROBLEM,
    COMPLETE_ORIGIN,
    COMPLETE_SOLUTION,
    COMPLETE_COST,
    COMPLETE_PHASES,
    COMPLETENESS_COUNT
} CompletenessField;

/* What the row alone does not say. */
typedef struct CompletenessFacts {
    bool has_description;   /* something was said by or for the customer */
    bool origin_is_unknown; /* its origin code is the list's "unknown" */
    bool has_cost;          /* at least one line; the tick "it cost nothing" is on the row */
    bool was_owned;         /* a phase in which one person had it, before it was resolved */
} CompletenessFacts;

typedef struct Completeness {
    unsigned missing; /* bit n: CompletenessField n */
    unsigned filled;
} Completeness;

Completeness completeness_of(const TicketProjection *ticket, const CompletenessFacts *facts);

#endif
