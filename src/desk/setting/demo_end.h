/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * demo_end: the invented company goes, a real one begins. Answers: "what would be deleted?", and deletes it.
 *
 * Everything that is stored goes with it, in one transaction (store/empty.h), and the first rows of an empty company
 * (founding.h) take its place. Only where company.demo says so: asked in that transaction, so a company that works can
 * never be hit. Owns no table. Called by: web (settings).
 *
 * Memory: texts are borrowed for the call; counts are values. Errors: those of the store; a refusal is STORE_REFUSED,
 * with *was_demo_out false (no demo: nothing has changed) or *refused_out as founding.h says.
 *
 * Invariants:
 *  1. Whatever happens half-way, either the demo stands whole or the new company does.
 *  2. Afterwards nobody signs in without a password, the outbox is open, and numbers begin anew.
 * Audit: demo.end, the first row of the new company.
 *
 * Example:
 *     DemoContents contents = demo_contents(tx, arena);   // for the page that asks
 *     …
 *     if (demo_end(desk, &founding, now, &result, &error) == STORE_COMMITTED) sign_in_the_new_administrator();
 */
#ifndef FILO_DESK_SETTING_DEMO_END_H
#define FILO_DESK_SETTING_DEMO_END_H

#include "desk/desk.h"
#include "desk/setting/founding.h"

typedef struct DemoContents {
    int64_t requests, added; /* added: of these, by whoever tried it out */
    int64_t customers, items, people, products, solutions;
} DemoContents;

/* Counts, for a page seen once. */
DemoContents demo_contents(StoreTx *tx, Arena *arena);

typedef struct DemoEnd {
    bool was_demo;
    StaffId administrator;
    InputError refused;
} DemoEnd;

StoreOutcome demo_end(Desk *desk, const Founding *founding, TimeMs now, DemoEnd *end_out, GError **error)
    __attribute__((warn_unused_result));

#endif
