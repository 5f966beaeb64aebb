/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * delivery: what became of a message after the mail server took it. Answers: "did it reach each of those it went to, as
 * far as anybody reported?"
 *
 * Owns the table delivery: one row for an outbox row and an address, made by the first report about it. Not for what has
 * not left (outbox.h) nor for whose the address is (desk/party). Called by: desk/intake, web.
 *
 * Memory: lists live in the arena given. Errors: none of its own; a failing store marks the transaction.
 *
 * Invariants:
 *  1. A state only moves forward: delayed, delivered, failed. What is reported again, or late, changes nothing.
 *  2. A failure that nobody has looked at is counted and listed until somebody has.
 */
#ifndef FILO_QUEUE_DELIVERY_H
#define FILO_QUEUE_DELIVERY_H

#include "delivery_state_enum.h"
#include "schema_ids.h"
#include "store/store.h"

typedef struct Delivery {
    DeliveryId id;
    OutboxId outbox;
    TicketId ticket;         /* {0}: of none */
    const char *address_key; /* normal form */
    const char *address;     /* as it was written to */
    DeliveryState state;
    const char *status; /* "5.1.1", "" when none was said */
    const char *reason; /* the reporting server's words, "" when none */
    TimeMs at;          /* when it was reported */
} Delivery;

/* Notes what was reported (id is not read). true: it moved forward; false: it was known, or the store failed. */
bool delivery_note(StoreTx *tx, Arena *arena, const Delivery *delivery);

typedef struct DeliveryList {
    Delivery *items;
    size_t count;
} DeliveryList;

/* Of one ticket's messages, in the order of the first reports. */
DeliveryList delivery_list_of_ticket(StoreTx *tx, Arena *arena, TicketId ticket);

/* Failures nobody has looked at, oldest first, at most how_many; and how many there are. */
DeliveryList delivery_list_failed(StoreTx *tx, Arena *arena, int64_t how_many);
int64_t delivery_count_failed(StoreTx *tx, Arena *arena);

/* Somebody has looked at it; false when it is no failure. */
bool delivery_set_looked(StoreTx *tx, DeliveryId id, TimeMs now);

#endif
