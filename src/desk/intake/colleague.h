/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * colleague: one of us, known by a mail address. Answers: "is this address a colleague's, and whose?"
 *
 * An address proves nothing: who asks must know that the message came from there. Owns no table (staff.h does).
 * Called by: desk/intake.
 *
 * Memory: texts live in the arena given. Errors: none; a failing store marks the transaction.
 *
 * Invariants:
 *  1. An address of two people is found to be neither's; so is that of a mailbox of ours, which everybody writes from.
 */
#ifndef FILO_DESK_INTAKE_COLLEAGUE_H
#define FILO_DESK_INTAKE_COLLEAGUE_H

#include "desk/staff/staff.h"

/* The one active person who has that address (in its normal form); false: nobody, several, or all of us. */
bool colleague_find(StoreTx *tx, Arena *arena, const char *address_key, Staff *colleague_out);

/* Is it anybody's of ours, also of those who left? */
bool colleague_has(StoreTx *tx, Arena *arena, const char *address_key);

#endif
