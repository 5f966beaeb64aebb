/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * item: one piece of a product that a customer has (impianto, matricola). Answers: "which one is it, whose, since when?"
 *
 * Owns the table installed_item. Not for what it is entitled to (desk/warranty, desk/contract). Called by: faces,
 * coding, import.
 *
 * Memory: texts live in the arena given; item_serial is pure. Errors: a refusal is false and an InputError item.error.*;
 * a failing store marks the transaction.
 *
 * Invariants:
 *  1. A serial is kept and found in its normal form: upper case, no spaces. It is unique within its product.
 *  2. A stale write is refused with item.error.stale.
 *
 * Example:
 *     ItemRows found = item_list_serial(tx, arena, item_serial(arena, typed));
 */
#ifndef FILO_DESK_PRODUCT_ITEM_H
#define FILO_DESK_PRODUCT_ITEM_H

#include "base/error.h"
#include "schema_ids.h"
#include "store/store.h"

enum { ITEM_SERIAL_MAX = 64 }; /* bytes */

typedef struct Item {
    InstalledItemId id;
    ProductId product;
    const char *serial;           /* normal form */
    PartyId party;                /* who has it */
    const char *seller;           /* who sold it, "" when it was us or nobody knows */
    TimeMs sold_at, delivered_at; /* TIME_NONE: not known */
    const char *batch;            /* "" when not known */
    int64_t version;
} Item;

typedef struct ItemRows {
    Item *items;
    size_t count;
} ItemRows;

/* The normal form of a serial as typed or scanned; "" when nothing is left or it is longer than ITEM_SERIAL_MAX. */
const char *item_serial(Arena *arena, const char *typed);

bool item_find(StoreTx *tx, Arena *arena, InstalledItemId id, Item *item_out);

/* Those with exactly that serial (products may share one), oldest first. */
ItemRows item_list_serial(StoreTx *tx, Arena *arena, const char *serial);

/* A customer's, oldest first, after the one given ({0}: from the first), at most how_many. */
ItemRows item_list_party(StoreTx *tx, Arena *arena, PartyId party, InstalledItemId after, int64_t how_many);

/* A product's, by serial, after the one given ("": from the first), at most how_many. */
ItemRows item_list_product(StoreTx *tx, Arena *arena, ProductId product, const char *after_serial, int64_t how_many);

/* The last row of the page before; zeros: from the first. */
typedef struct ItemCursor {
    const char *serial;
    InstalledItemId id;
} ItemCursor;

/* Those whose serial begins with prefix, by serial, after the cursor, at most how_many. */
ItemRows item_search(StoreTx *tx, Arena *arena, const char *prefix, ItemCursor after, int64_t how_many);

/* Refused: serial, serial_taken, product, party. */
bool item_add(StoreTx *tx, Arena *arena, const Item *item, InstalledItemId *id_out, InputError *refused_out);

/* Changes all but the id, at item->version. Refused: not_found, stale and those of item_add. */
bool item_edit(StoreTx *tx, Arena *arena, const Item *item, InputError *refused_out);

#endif
