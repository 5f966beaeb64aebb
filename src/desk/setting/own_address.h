/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * own_address: which addresses are our mailboxes'. Answers: "would what is sent there come back to us?" and "can it be
 * said who writes from there?"
 *
 * A small company gives a person the address of a mailbox that Filo reads: mail to them would be taken for a loop, and mail
 * from there is anybody's. Owns no table (reads channel_account). Called by: desk/notice, desk/incident, desk/intake,
 * channel/mail, web (account).
 *
 * Pointers: all borrowed for the call. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. assistenza+word@ is assistenza@, in any case of letters.
 */
#ifndef FILO_DESK_SETTING_OWN_ADDRESS_H
#define FILO_DESK_SETTING_OWN_ADDRESS_H

#include "store/store.h"

/* Whether the address is that one, or that one with something after a plus. */
bool own_address_is(const char *address, const char *own);

/* Is it a mailbox in use? */
bool own_address_comes_back(StoreTx *tx, Arena *arena, const char *address);

/* Is it a mailbox, in use or not? */
bool own_address_has(StoreTx *tx, Arena *arena, const char *address);

#endif
