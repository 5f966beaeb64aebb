/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_proof: what providers of certified mail testify, in words. Answers: "was it accepted, delivered or not, when by law,
 * says who, and may I believe it?"
 *
 * Turns receipts (desk/receipt) into lines of the ticket's page, for staff alone. Not for reading the store.
 * Pointers: lines live in the arena given and borrow from the receipts. Errors: none. Called by: ticket_talk, ticket_view.
 *
 * Invariants:
 *  1. A legal instant stands whole: day, second and offset.
 */
#ifndef FILO_WEB_DESK_TICKET_PROOF_H
#define FILO_WEB_DESK_TICKET_PROOF_H

#include "desk/receipt/receipt.h"
#include "desk/ticket/message.h"
#include "web/ticket_page_view.h"
#include "web/visit.h"

/* The lines of one message; message {0}: of the acknowledgement. */
const TicketProof *ticket_proofs(Arena *arena, const Visit *visit, const ReceiptList *receipts, MessageId message,
                                 size_t *count_out);

/* How far a message that left is proved to have come: RECEIPT_DELIVERED when it came to each of its recipients,
 * RECEIPT_ACCEPTED, or RECEIPT_OTHER for neither. */
ReceiptKind ticket_proof_rank(const ReceiptList *receipts, const MessageRecipientList *recipients, MessageId message);

/* Did a certified letter of the customer come? */
bool ticket_proof_has_letter(const ReceiptList *receipts);

#endif
