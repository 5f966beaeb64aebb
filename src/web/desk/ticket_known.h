/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_known: the customer of a request being written down by hand. Answers: "do we know them already, what do they
 * have, and what have they asked that is still open?"
 *
 * Looked for by the number or address typed, then by the serial, then by the name. Not for deciding whose the request
 * is (desk/party/caller.h does, when it is kept). Owns no table. Called by: web/desk/ticket_new.c.
 *
 * Pointers: all in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Nobody is guessed: of several who fit none is known, and all are offered.
 */
#ifndef FILO_WEB_DESK_TICKET_KNOWN_H
#define FILO_WEB_DESK_TICKET_KNOWN_H

#include "desk/party/party.h"
#include "desk/product/item.h"
#include "web/parties_view.h"
#include "web/products_view.h"
#include "web/ticket_page_view.h"
#include "web/visit.h"

typedef struct KnownAsk {
    PartyId party;        /* a page sent us from this customer; {0}: looked for */
    const char *customer; /* as typed, each may be "" */
    const char *contact;
    PartyId item_owner; /* of the serial that was typed; {0}: of nobody */
} KnownAsk;

typedef struct KnownCustomer {
    Party party;          /* id {0}: nobody, or several */
    const char *person;   /* of its people, who has that number; "" otherwise */
    const char *contact;  /* how they are reached, "" when nobody knows */
    ItemRow *items;       /* what they have */
    PastTicket *tickets;  /* what is open */
    PartyRow *candidates; /* who else it may be */
    size_t item_count, ticket_count, candidate_count;
} KnownCustomer;

KnownCustomer ticket_known_find(StoreTx *tx, Arena *arena, const Visit *visit, const KnownAsk *ask);

#endif
