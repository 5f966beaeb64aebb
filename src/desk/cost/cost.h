/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cost: what a ticket cost, line by line. Answers: "how much, for what, by whose work, at which price?"
 *
 * Owns the table cost_entry. A line keeps the rate of the day of the work (tariff.h), rounds once (money.h), and is an
 * event on its ticket. A line is never changed: a wrong one is reversed and stands beside its reversal. Not for what
 * customers pay. Called by: faces, coding, job (phone calls), import.
 *
 * All take an edit of the ticket (ticket.h) that the caller ends. Memory: texts live in the arena given. Errors: false
 * and edit->refused, cost.error.*; a failing store marks the transaction.
 *
 * Invariants:
 *  1. A call's minutes are channel units; labour comes from time entries only.
 *  2. A total adds rounded lines.
 *  3. "It cost nothing" stands only on a ticket whose lines come to 0; a new line takes it away.
 *  4. A line is reversed once; a reversal never.
 *
 * Example:
 *     CostEntryId line;
 *     if (cost_add_time(&edit, &(CostWork){.quantity = 34 * COST_UNIT, .worked_at = now, .staff = me, .note = ""}, &line))
 *         return ticket_edit_end(&edit);
 */
#ifndef FILO_DESK_COST_COST_H
#define FILO_DESK_COST_COST_H

#include "desk/cost/money.h"
#include "desk/ticket/ticket.h"

#define COST_QUANTITY_MAX (100000 * COST_UNIT)
#define COST_PRICE_MAX ((Cents)100000000) /* a million euro */

/* What was done or used; the price comes from elsewhere. */
typedef struct CostWork {
    int64_t quantity; /* thousandths of a unit, above 0 */
    TimeMs worked_at; /* when the work was done: the price of that day */
    StaffId staff;    /* whose; {0}: nobody's in particular */
    const char *note; /* "" when there is none */
} CostWork;

/* Each adds a line and its event. Refused: quantity; no_tariff (none in force on that day, shown: its key); price. */
bool cost_add_time(TicketEdit *edit, const CostWork *work, CostEntryId *id_out);   /* minutes of labour */
bool cost_add_travel(TicketEdit *edit, const CostWork *work, CostEntryId *id_out); /* kilometres */
/* channel: the adapter's key; units of its tariff: minutes, messages, sessions. */
bool cost_add_channel(TicketEdit *edit, const char *channel, const CostWork *work, CostEntryId *id_out);
/* Pieces at a price each, not below 0. */
bool cost_add_part(TicketEdit *edit, const CostWork *work, Cents price, CostEntryId *id_out);
/* A sum as it stands, above 0; work->quantity is not read. */
bool cost_add_fixed(TicketEdit *edit, const CostWork *work, Cents amount, CostEntryId *id_out);

/* Adds the line that takes another of this ticket back, at its rate and day. Refused: not_reversible. */
bool cost_reverse(TicketEdit *edit, CostEntryId id, const char *note, CostEntryId *id_out);

/* "It cost nothing", said by a person; or takes that back. Refused: not_zero. */
bool cost_set_zero(TicketEdit *edit, bool zero);

typedef struct CostEntry {
    CostEntryId id;
    CostKind kind;
    int64_t quantity; /* thousandths of a unit; negative: a reversal */
    Rate rate;
    Cents amount;
    TimeMs worked_at;
    StaffId staff; /* {0}: nobody's in particular */
    const char *note;
    TimeMs recorded_at;
    CostEntryId reverses; /* {0}: an original line */
} CostEntry;

typedef struct CostEntryList {
    CostEntry *items;
    size_t count;
} CostEntryList;

/* In the order they were added. */
CostEntryList cost_list(StoreTx *tx, Arena *arena, TicketId ticket);

/* The sums of a list, by kind and in all; pure. false when they do not fit (no list of this module's). */
bool cost_list_total(const CostEntryList *list, CostTotals *totals_out);

#endif
