/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * product: what we make, resell or look after. Answers: "which product is it, and is it ours to answer for?"
 *
 * Owns the table product (item.h owns the single pieces). A product is never deleted: it is made inactive and then no
 * longer offered. Not for prices, contracts or warranty. Called by: faces, coding, import.
 *
 * Memory: texts live in the arena given; sort keys (text_sort_key) are made by the caller outside the transaction.
 * Errors: a refusal is false and an InputError product.error.*; a failing store marks the transaction.
 *
 * Invariants:
 *  1. Two products never have the same name.
 *  2. A stale write is refused with product.error.stale.
 *
 * Example:
 *     ProductRows rows = product_search(tx, arena, text_sort_key(arena, typed), (ProductCursor){0}, 20);
 */
#ifndef FILO_DESK_PRODUCT_PRODUCT_H
#define FILO_DESK_PRODUCT_PRODUCT_H

#include "base/error.h"
#include "product_kind_enum.h"
#include "product_role_enum.h"
#include "schema_ids.h"
#include "store/store.h"
#include "ticket_ownership_enum.h"

typedef struct Product {
    ProductId id;
    const char *name;
    const char *sort_key;
    ProductRole role;
    ProductKind kind;
    bool active;
    int64_t version;
} Product;

typedef struct ProductRows {
    Product *items;
    size_t count;
} ProductRows;

bool product_find(StoreTx *tx, Arena *arena, ProductId id, Product *product_out);
bool product_find_name(StoreTx *tx, Arena *arena, const char *name, Product *product_out);

/* All of them by name: a company has tens or hundreds. */
ProductRows product_list(StoreTx *tx, Arena *arena, bool with_inactive);

/* The last row of the page before; zeros: from the first. */
typedef struct ProductCursor {
    const char *sort_key;
    ProductId id;
} ProductCursor;

/* Active ones whose sort key begins with prefix ("": all), by name, after the cursor, at most how_many. */
ProductRows product_search(StoreTx *tx, Arena *arena, const char *prefix, ProductCursor after, int64_t how_many);

/* Adds an active one. Refused: name, name_taken. */
bool product_add(StoreTx *tx, Arena *arena, const Product *product, const char *sort_key, ProductId *id_out,
                 InputError *refused_out);

/* Changes all but the id, at product->version. Refused: not_found, stale, name, name_taken. */
bool product_edit(StoreTx *tx, Arena *arena, const Product *product, const char *sort_key, InputError *refused_out);

/* Whether a request about it is about something of ours: the question of intake that a product answers by itself. */
TicketOwnership product_ownership(ProductRole role);

#endif
