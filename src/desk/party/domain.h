/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * domain: what stands after the @. Answers: "whose people write from there?"
 *
 * Somebody unknown who writes from a customer's own domain is probably theirs. That is a proposal and nothing else: a From
 * proves nothing, so a person joins the two (membership_add), and until then the unknown one sees and says nothing of the
 * company's. Owns no table (party.h does). Called by: desk/party, web.
 *
 * Memory: what is given out lives in the arena or is borrowed from the argument. Errors: none; a failing store marks the
 * transaction.
 *
 * Invariants:
 *  1. A domain where anybody can have an address (free mail, providers of access and of certified mail) is nobody's.
 *  2. Whoever belongs to a company already, or is one, is proposed to none.
 *
 * Example:
 *     if (domain_propose(tx, arena, person, &company, &address)) offer(company);
 */
#ifndef FILO_DESK_PARTY_DOMAIN_H
#define FILO_DESK_PARTY_DOMAIN_H

#include "desk/party/party.h"

/* What stands after the only @ of an address in its normal form, borrowed from it; "" when it has not exactly one, with
 * something on both sides. */
const char *domain_of_address(const char *address_key);

/* Can anybody have an address there? Also of what stands below such a name. */
bool domain_is_shared(const char *domain);

/* The one company that has, or whose people have, addresses of that domain. false: none, several, or a shared one. */
bool domain_find_company(StoreTx *tx, Arena *arena, const char *domain, PartyId *company_out);

/* The company that this person may belong to by one of their addresses, and by which. */
bool domain_propose(StoreTx *tx, Arena *arena, PartyId person, PartyId *company_out, const char **address_out);

#endif
