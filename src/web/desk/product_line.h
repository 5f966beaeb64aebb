/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * product_line: products and installed items as pages name them. Answers: "how do I say what this product is?"
 *
 * Shared by the pages of products and their forms. Owns no table. Called by: web/desk.
 * Pointers: all in the arena given or static. Errors: none.
 *
 * Invariants:
 *  1. A product is described in the same words wherever it is shown.
 */
#ifndef FILO_WEB_DESK_PRODUCT_LINE_H
#define FILO_WEB_DESK_PRODUCT_LINE_H

#include "base/catalogue.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "web/products_view.h"

const char *product_role_words(Arena *arena, Lang lang, ProductRole role);
const char *product_kind_words(Arena *arena, Lang lang, ProductKind kind);

/* "Prodotto nostro · macchina o apparecchio", and that it is no longer sold. */
const char *product_detail(Arena *arena, Lang lang, const Product *product);

SafeUrl product_url(Arena *arena, ProductId id);
SafeUrl item_url(Arena *arena, InstalledItemId id);

#endif
