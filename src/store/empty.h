/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * empty: everything goes, at once. Answers: "may this company be forgotten, and what stands in its place?"
 *
 * One transaction of its own: it asks whether it may, takes every row of every table away (but the record of migrations),
 * begins all numbers anew, and runs the work that writes what comes instead. Files of large blobs lose their rows here
 * and go with a later sweep (blob.h). For the end of the demo; nothing else in Filo deletes a company.
 * Called by: web (the demo's end).
 *
 * Memory: what both functions are given is borrowed for the call. Errors: those of store_write.
 *
 * Invariants:
 *  1. All of it or nothing, whatever happens half-way: after a kill either company stands whole.
 *  2. may sees the database as it is when it is emptied: no other write comes between.
 *
 * Example:
 *     switch (store_write_emptied(store, "demo end", is_demo, found_company, &work, &error)) …
 */
#ifndef FILO_STORE_EMPTY_H
#define FILO_STORE_EMPTY_H

#include "store/store.h"

/* may says no: STORE_REFUSED, and nothing has changed; work says no: likewise. */
StoreOutcome store_write_emptied(Store *store, const char *name, StoreWork may, StoreWork work, void *arg,
                                 GError **error) __attribute__((warn_unused_result));

#endif
