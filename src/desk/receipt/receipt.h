/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * receipt: what a certified channel's provider testifies. Answers: "was it accepted, delivered or not, when by law, who says
 * so, and where is the original?"
 *
 * Owns the table receipt. Two kinds of rows: receipts of what we sent, and what is certified of a message that came
 * (envelope, or the lack of one). Evidence only: a receipt is no message, opens no ticket, stops no clock. Not for reading
 * receipts (the channel does, and says how far each is proved) nor for sending. Called by: channel/pec, intake, web.
 *
 * Memory: lists live in the arena given; a Receipt's pointers are borrowed for the call.
 * Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. The same receipt is kept once (kind, reference, recipient, provider's identifier, proof); its original stays.
 *  2. Only one that counts moves anything, and only forward: a failure after a delivery to the same recipient changes
 *     nothing.
 *  3. A failure that counts makes the outbox row failed: it is seen where every failed delivery is.
 *     Of a message to several it is kept in the outbox who has it not: sending it again is for them alone. Whoever its
 *     provider took it for has it until a provider says otherwise; a failure that names nobody is everybody's but theirs
 *     whose delivery is proved.
 *  4. No text is longer than RECEIPT_TEXT_MAX bytes.
 *
 * Events: EVENT_DELIVERY when a delivery failed.
 */
#ifndef FILO_DESK_RECEIPT_RECEIPT_H
#define FILO_DESK_RECEIPT_RECEIPT_H

#include "receipt_kind_enum.h"
#include "receipt_signature_enum.h"
#include "receipt_standing_enum.h"
#include "schema_ids.h"
#include "store/store.h"

#define RECEIPT_TEXT_MAX 1000

typedef struct Receipt {
    ReceiptId id;
    ReceiptKind kind;
    InboundId inbound;
    OutboxId outbox;       /* {0}: of a message that came */
    TicketId ticket;       /* these three are filled in by receipt_accept */
    MessageId message;     /* what was sent, or what came; {0}: an acknowledgement, which is no message */
    const char *reference; /* external id of the message it speaks of, as the provider certifies it */
    const char *recipient; /* of whom it speaks; "" for all */
    const char *provider;
    const char *identifier; /* the provider's own for the transmission */
    TimeMs legal_at;        /* TIME_NONE when none can be read */
    TimeMs received_at;
    const char *error_text; /* the provider's words */
    const char *raw_sha256; /* the original's blob */
    ReceiptSignature signature;
    const char *signer; /* as its certificate names itself; "" when not looked at */
    ReceiptStanding standing;
} Receipt;

typedef struct ReceiptList {
    Receipt *items;
    size_t count;
} ReceiptList;

typedef struct ReceiptResult {
    bool found;   /* it speaks of something we sent by that channel; false: nothing was kept */
    bool already; /* the same had been kept before */
    TicketId ticket;
    MessageId message;
} ReceiptResult;

/* Keeps a receipt of what we sent by that channel, and lets it do what it may. claimed: an id that stands only where nothing
 * proves it, or NULL; it is used to file what otherwise would lie nowhere, never to move anything. */
ReceiptResult receipt_accept(StoreTx *tx, Arena *arena, const char *channel, const Receipt *receipt,
                             const char *claimed);

/* Keeps what is certified of a message that came: kind RECEIPT_ENVELOPE or RECEIPT_UNCERTIFIED, with ticket and message. */
void receipt_add_of_message(StoreTx *tx, const Receipt *receipt);

/* The message stands on another request from now on, and its evidence with it: what a receipt says never changes. */
void receipt_follow(StoreTx *tx, MessageId message, TicketId to);

ReceiptList receipt_list_of_ticket(StoreTx *tx, Arena *arena, TicketId ticket);

/* One of a ticket's; false when it has none of that id. */
bool receipt_find(StoreTx *tx, Arena *arena, TicketId ticket, ReceiptId id, Receipt *receipt_out);

/* The ticket whose transmission a provider gave this identifier: mail programs answer to it; {0}: none. */
TicketId receipt_find_ticket(StoreTx *tx, Arena *arena, const char *identifier);

/* A failure in one English line, as outbox rows keep it. */
const char *receipt_failure(Arena *arena, const Receipt *receipt);

#endif
