/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * first_start: a new installation is claimed by whoever sits at its terminal. Answers: "may this browser found the
 * company?"
 *
 * An installation without a company (founding.h) has one door: a token that `filo serve` prints when it starts, of which
 * only the hash is kept. Whoever shows it answers four questions, and the door is gone. Not for the demo (demo_end.h).
 * Owns no table. Called by: cli (node), web (the first page).
 *
 * Memory: texts are borrowed for the call. Errors: first_start_claim refuses with start.error.closed (founded already, or
 * another token) or as founding.h and house.h do; a failing store marks the transaction. Audit: start.claimed.
 *
 * Invariants:
 *  1. A token opens once; a newer one closes the older; on a founded installation none opens.
 *  2. Founding and closing are one transaction: two who claim at once are one.
 *
 * Example:
 *     first_start_offer(tx, arena, token.sha256, now);                   // at start; false: nothing to offer
 *     first_start_claim(tx, arena, sha256, &founding, &hours, now, &refused);
 */
#ifndef FILO_DESK_SETTING_FIRST_START_H
#define FILO_DESK_SETTING_FIRST_START_H

#include "desk/calendar/house.h"
#include "desk/setting/founding.h"

bool first_start_offer(StoreTx *tx, Arena *arena, const char *sha256, TimeMs now);
bool first_start_opens(StoreTx *tx, Arena *arena, const char *sha256);

/* hours: checked. */
bool first_start_claim(StoreTx *tx, Arena *arena, const char *sha256, const Founding *founding, const HouseHours *hours,
                       TimeMs now, InputError *refused_out);

#endif
