/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * company: our own company and its house rules, as one form. Answers: "who are we, and how do we want requests treated?"
 *
 * A view on the settings of setting.h that change together, with one version for all of them. Not for hours and holidays
 * (desk/calendar/house.h) nor for customers (desk/party). Owns no table. Called by: web (settings, first start).
 *
 * Pointers: texts live in the arena given. Errors: company_check refuses field by field, under the names of Company's
 * members; company_set refuses with setting.error.stale. Audit: company.change.
 *
 * Invariants:
 *  1. What is stored has passed company_check: a number is in its range, a VAT number's check digit agrees.
 *  2. A stale write changes nothing.
 *
 * Example:
 *     InputError wrong[COMPANY_FIELDS];
 *     if (company_check(arena, &company, wrong) == 0)
 *         company_set(tx, &company, by, now, &refused);     // the work of one write
 */
#ifndef FILO_DESK_SETTING_COMPANY_H
#define FILO_DESK_SETTING_COMPANY_H

#include "base/error.h"
#include "desk/audit/actor.h"
#include "store/store.h"

#define COMPANY_FIELDS 11
#define COMPANY_NAME_MAX 120 /* characters */

typedef struct Company {
    const char *name, *address, *vat_number, *pec, *phone; /* all but the name may be "" */
    const char *language;                                  /* "it", "en": of texts to customers who have none */
    const char *reopen_days, *undo_seconds, *first_update_hours,
        *letter_days; /* whole numbers, as typed until checked */
    bool close_at_once;
    int64_t version;
} Company;

Company company_get(StoreTx *tx, Arena *arena);

/* Brings what was typed to its normal form in place; gives how many fields are wrong, and says which. */
size_t company_check(Arena *arena, Company *company, InputError wrong_out[COMPANY_FIELDS]);

/* The work of one write: stores a checked company that was read at company->version. */
bool company_set(StoreTx *tx, const Company *company, Actor by, TimeMs now, InputError *refused_out);

/* The phone as people read it: "0733 960000". */
const char *company_phone_shown(Arena *arena, const char *e164);

#endif
