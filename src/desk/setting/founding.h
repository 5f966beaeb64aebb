/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * founding: what a company has on its first day. Answers: "which rows must be there before anybody can work?"
 *
 * Name and language of the company, its first team, the shipped codes and example tariffs, and the person who can do
 * everything. Written through the modules that own the tables; owns none. Not for what the owner decides later (pages of
 * the settings). Called by: cli init, cli demo, the end of the demo.
 *
 * Memory: texts are borrowed for the call; sort keys and hashes are made before it, outside the transaction.
 * Errors: false and *refused_out: the key of setting_set, with the field of the setting; a failing store marks the
 * transaction.
 *
 * Invariants:
 *  1. Only into a store that has no team yet (founding_is_done); the caller asks in the same transaction.
 *
 * Example:
 *     if (founding_is_done(tx, arena)) return refuse();
 *     return founding_write(tx, arena, &founding, now, &id, &refused);
 */
#ifndef FILO_DESK_SETTING_FOUNDING_H
#define FILO_DESK_SETTING_FOUNDING_H

#include "base/error.h"
#include "desk/staff/staff.h"

typedef struct Founding {
    const char *company;
    const char *language; /* "it", "en": of the company and of the person */
    const char *team_sort_key;
    const char *login, *name, *name_sort_key, *email;
    const char *password_hash; /* NULL: the person cannot sign in yet */
} Founding;

/* What the first team is called in that language; static. */
const char *founding_team_name(const char *language);

bool founding_is_done(StoreTx *tx, Arena *arena);
bool founding_write(StoreTx *tx, Arena *arena, const Founding *founding, TimeMs now, StaffId *person_out,
                    InputError *refused_out);

#endif
