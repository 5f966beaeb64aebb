/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_company: somebody unknown at a customer's domain. Answers: "whose person is this, probably?"
 *
 * Puts into words what desk/party/domain.h proposes, and takes the press that makes it so: the person joins the company,
 * and the request becomes the company's. Called by: ticket_view (inside its read).
 * Pointers: all in the arena given. Errors: none; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Nothing is proposed of a sender whom our mail server doubts.
 */
#ifndef FILO_WEB_DESK_TICKET_COMPANY_H
#define FILO_WEB_DESK_TICKET_COMPANY_H

#include "web/desk/ticket_talk.h"

typedef struct CompanyProposal {
    PartyId company; /* {0}: nothing is proposed */
    const char *name, *address;
} CompanyProposal;

CompanyProposal ticket_company_read(StoreTx *tx, Arena *arena, const Visit *visit, const TicketMaterial *material);

#endif
