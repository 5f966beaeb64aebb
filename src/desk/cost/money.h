/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * money: what a line of cost comes to. Answers: "34 minutes at 0,55 € are how many cents?", "and all lines together?"
 *
 * Amounts are whole cents, rates whole micro-euro per unit (0,045 € a minute is 45,000), quantities thousandths of a
 * unit (46 km are 46,000; 90 s of labour are 1,500). Every line is rounded once; a total adds rounded lines, so that a
 * report's sum is the sum of what it shows. Not for prices shown to people (web formats them), nor for other
 * currencies.
 *
 * Pure. Errors: false when a result does not fit 64 bits; the results are then 0. Called by: cost entries, reports.
 *
 * Sources: design.md section 2 (cents, micro-euro, one rounding), domain.md section 3, cost per case (97.26 €).
 *
 * Invariants:
 *  1. Half a cent goes up in size: 0.5 is 1, -0.5 is -1. So a reversed line cancels its line to the cent.
 *  2. No floating point anywhere.
 *
 * Example:
 *     CostLine line = {COST_LABOUR, 34 * COST_UNIT, 550000};
 *     Cents amount;
 *     if (!cost_line_amount(&line, &amount)) return refuse_too_large();
 */
#ifndef FILO_DESK_COST_MONEY_H
#define FILO_DESK_COST_MONEY_H

#include "cost_kind_enum.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t Cents;

/* Micro-euro per unit. */
typedef int64_t Rate;

#define COST_UNIT ((int64_t)1000) /* one unit, in the thousandths quantities are in */

/* Units: labour minutes; channel minutes, sessions or messages; travel kilometres; pieces; fixed amounts count 1. */
typedef struct CostLine {
    CostKind kind;
    int64_t quantity; /* thousandths of a unit; negative: a reversal */
    Rate rate;        /* the one in force on the date of the work */
} CostLine;

/* The line's amount, rounded once. */
bool cost_line_amount(const CostLine *line, Cents *amount_out);

typedef struct CostTotals {
    Cents by_kind[COST_KIND_COUNT];
    Cents total; /* their sum */
} CostTotals;

bool cost_lines_total(const CostLine *lines, size_t count, CostTotals *totals_out);

/* *sum_out = a + b. */
bool cents_add(Cents a, Cents b, Cents *sum_out);

/* The rate of a yearly cost over the units worked in a year (labour: practical minutes, not paid ones), rounded once;
 * false too for units below 1. */
bool rate_of_yearly_cost(Cents yearly, int64_t units, Rate *rate_out);

/* A price of so many cents a unit. */
bool rate_of_price(Cents price, Rate *rate_out);

#endif
