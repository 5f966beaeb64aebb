/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/product/product.h"

#include "base/text.h"
#include "product_sql.h"

#include <string.h>

static bool refuse(InputError *refused_out, const char *field, const char *key, const char *shown)
{
    *refused_out = (InputError){field, key, shown};
    return false;
}

/* The row types have the same columns; C does not know. */
#define PRODUCT_OF_ROW(row)                                                                                            \
    ((Product){(row)->product_id, (row)->name, (row)->sort_key, (row)->role, (row)->kind, (row)->active,               \
               (row)->version})

bool product_find(StoreTx *tx, Arena *arena, ProductId id, Product *product_out)
{
    SqlProductFindRow row;
    if (!sql_product_find_row(tx, arena, &(SqlProductFindRowIn){id}, &row))
        return false;
    *product_out = PRODUCT_OF_ROW(&row);
    return true;
}

bool product_find_name(StoreTx *tx, Arena *arena, const char *name, Product *product_out)
{
    SqlProductFindByName row;
    return sql_product_find_by_name(tx, arena, &(SqlProductFindByNameIn){name}, &row) &&
           product_find(tx, arena, row.product_id, product_out);
}

ProductRows product_list(StoreTx *tx, Arena *arena, bool with_inactive)
{
    SqlProductListRowsList rows = sql_product_list_rows(tx, arena);
    ProductRows list = {ARENA_ARRAY(arena, Product, rows.count), 0};
    for (size_t i = 0; i < rows.count; i++)
        if (with_inactive || rows.rows[i].active)
            list.items[list.count++] = PRODUCT_OF_ROW(&rows.rows[i]);
    return list;
}

ProductRows product_search(StoreTx *tx, Arena *arena, const char *prefix, ProductCursor after, int64_t how_many)
{
    bool first = !after.sort_key || strcmp(after.sort_key, prefix) < 0;
    /* One bound, so that every page costs the same. */
    ProductCursor from = first ? (ProductCursor){.sort_key = prefix} : after;
    SqlProductSearchRowsList rows =
        sql_product_search_rows(tx, arena,
                                &(SqlProductSearchRowsIn){.prefix_end = text_prefix_end(arena, prefix),
                                                          .sort_key = from.sort_key,
                                                          .product_id = from.id,
                                                          .how_many = how_many});
    ProductRows list = {ARENA_ARRAY(arena, Product, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = PRODUCT_OF_ROW(&rows.rows[i]);
    return list;
}

static bool name_is_free(StoreTx *tx, Arena *arena, const Product *product, InputError *refused_out)
{
    SqlProductFindByName row;
    if (text_is_blank(product->name))
        return refuse(refused_out, "name", "product.error.name", NULL);
    if (sql_product_find_by_name(tx, arena, &(SqlProductFindByNameIn){product->name}, &row) &&
        row.product_id.value != product->id.value)
        return refuse(refused_out, "name", "product.error.name_taken", product->name);
    return true;
}

bool product_add(StoreTx *tx, Arena *arena, const Product *product, const char *sort_key, ProductId *id_out,
                 InputError *refused_out)
{
    Product fresh = *product;
    fresh.id = (ProductId){0};
    if (!name_is_free(tx, arena, &fresh, refused_out))
        return false;
    *id_out = sql_product_insert(tx, &(SqlProductInsertIn){product->name, sort_key, product->role, product->kind});
    return true;
}

bool product_edit(StoreTx *tx, Arena *arena, const Product *product, const char *sort_key, InputError *refused_out)
{
    Product old;
    if (!product_find(tx, arena, product->id, &old))
        return refuse(refused_out, "product", "product.error.not_found", NULL);
    if (old.version != product->version)
        return refuse(refused_out, "version", "product.error.stale", NULL);
    return name_is_free(tx, arena, product, refused_out) &&
           sql_product_update(tx, &(SqlProductUpdateIn){.product_id = product->id,
                                                        .version = product->version,
                                                        .name = product->name,
                                                        .sort_key = sort_key,
                                                        .role = product->role,
                                                        .kind = product->kind,
                                                        .active = product->active}) == 1;
}

TicketOwnership product_ownership(ProductRole role)
{
    return role == PRODUCT_THIRD_PARTY ? OWNERSHIP_THIRD_PARTY : OWNERSHIP_OURS;
}
