/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/product/item.h"

#include "base/text.h"
#include "desk/party/party.h"
#include "desk/product/product.h"
#include "item_sql.h"

#include <string.h>

static bool refuse(InputError *refused_out, const char *field, const char *key, const char *shown)
{
    *refused_out = (InputError){field, key, shown};
    return false;
}

const char *item_serial(Arena *arena, const char *typed)
{
    g_autofree char *upper = g_utf8_strup(text_clean_line(arena, bytes_of(typed)), -1);
    GString *kept = g_string_new(NULL);
    for (const char *at = upper; *at; at = g_utf8_next_char(at))
        if (!g_unichar_isspace(g_utf8_get_char(at)))
            g_string_append_unichar(kept, g_utf8_get_char(at));
    const char *serial = kept->len <= ITEM_SERIAL_MAX ? arena_strndup(arena, kept->str, kept->len) : "";
    g_string_free(kept, TRUE);
    return serial;
}

/* The row types have the same columns; C does not know. */
#define ITEM_OF_ROW(row)                                                                                               \
    ((Item){.id = (row)->installed_item_id,                                                                            \
            .product = (row)->product_id,                                                                              \
            .serial = (row)->serial,                                                                                   \
            .party = (row)->party_id,                                                                                  \
            .seller = (row)->seller,                                                                                   \
            .sold_at = (row)->sold_at,                                                                                 \
            .delivered_at = (row)->delivered_at,                                                                       \
            .batch = (row)->batch,                                                                                     \
            .version = (row)->version})

/* A list of any of the row types, copied. */
#define ITEMS_OF_ROWS(arena, rows, list)                                                                               \
    do {                                                                                                               \
        (list) = (ItemRows){ARENA_ARRAY((arena), Item, (rows).count), (rows).count};                                   \
        for (size_t i = 0; i < (rows).count; i++)                                                                      \
            (list).items[i] = ITEM_OF_ROW(&(rows).rows[i]);                                                            \
    } while (0)

bool item_find(StoreTx *tx, Arena *arena, InstalledItemId id, Item *item_out)
{
    SqlItemFindRow row;
    if (!sql_item_find_row(tx, arena, &(SqlItemFindRowIn){id}, &row))
        return false;
    *item_out = ITEM_OF_ROW(&row);
    return true;
}

ItemRows item_list_serial(StoreTx *tx, Arena *arena, const char *serial)
{
    ItemRows list;
    SqlItemRowsOfSerialList rows = sql_item_rows_of_serial(tx, arena, &(SqlItemRowsOfSerialIn){serial});
    ITEMS_OF_ROWS(arena, rows, list);
    return list;
}

ItemRows item_list_party(StoreTx *tx, Arena *arena, PartyId party, InstalledItemId after, int64_t how_many)
{
    ItemRows list;
    SqlItemRowsOfPartyList rows = sql_item_rows_of_party(tx, arena, &(SqlItemRowsOfPartyIn){party, after, how_many});
    ITEMS_OF_ROWS(arena, rows, list);
    return list;
}

ItemRows item_list_product(StoreTx *tx, Arena *arena, ProductId product, const char *after_serial, int64_t how_many)
{
    ItemRows list;
    SqlItemRowsOfProductList rows =
        sql_item_rows_of_product(tx, arena, &(SqlItemRowsOfProductIn){product, after_serial, how_many});
    ITEMS_OF_ROWS(arena, rows, list);
    return list;
}

ItemRows item_search(StoreTx *tx, Arena *arena, const char *prefix, ItemCursor after, int64_t how_many)
{
    bool first = !after.serial || strcmp(after.serial, prefix) < 0;
    /* One bound, so that every page costs the same. */
    ItemCursor from = first ? (ItemCursor){.serial = prefix} : after;
    ItemRows list;
    SqlItemRowsOfPrefixList rows =
        sql_item_rows_of_prefix(tx, arena,
                                &(SqlItemRowsOfPrefixIn){.prefix_end = text_prefix_end(arena, prefix),
                                                         .serial = from.serial,
                                                         .installed_item_id = from.id,
                                                         .how_many = how_many});
    ITEMS_OF_ROWS(arena, rows, list);
    return list;
}

static bool item_is_valid(StoreTx *tx, Arena *arena, const Item *item, InputError *refused_out)
{
    SqlItemFindTwin twin;
    Product product;
    Party party;
    const char *normal = item_serial(arena, item->serial);
    if (!*normal || strcmp(normal, item->serial) != 0)
        return refuse(refused_out, "serial", "item.error.serial", NULL);
    if (!product_find(tx, arena, item->product, &product))
        return refuse(refused_out, "product", "item.error.product", NULL);
    if (!party_find(tx, arena, item->party, &party))
        return refuse(refused_out, "party", "item.error.party", NULL);
    if (sql_item_find_twin(tx, arena, &(SqlItemFindTwinIn){item->product, item->serial}, &twin) &&
        twin.installed_item_id.value != item->id.value)
        return refuse(refused_out, "serial", "item.error.serial_taken", product.name);
    return true;
}

bool item_add(StoreTx *tx, Arena *arena, const Item *item, InstalledItemId *id_out, InputError *refused_out)
{
    Item fresh = *item;
    fresh.id = (InstalledItemId){0};
    if (!item_is_valid(tx, arena, &fresh, refused_out))
        return false;
    *id_out = sql_item_insert(tx, &(SqlItemInsertIn){.product_id = item->product,
                                                     .serial = item->serial,
                                                     .party_id = item->party,
                                                     .seller = item->seller,
                                                     .sold_at = item->sold_at,
                                                     .delivered_at = item->delivered_at,
                                                     .batch = item->batch});
    return true;
}

bool item_edit(StoreTx *tx, Arena *arena, const Item *item, InputError *refused_out)
{
    Item old;
    if (!item_find(tx, arena, item->id, &old))
        return refuse(refused_out, "item", "item.error.not_found", NULL);
    if (old.version != item->version)
        return refuse(refused_out, "version", "item.error.stale", NULL);
    return item_is_valid(tx, arena, item, refused_out) &&
           sql_item_update(tx, &(SqlItemUpdateIn){.installed_item_id = item->id,
                                                  .version = item->version,
                                                  .product_id = item->product,
                                                  .serial = item->serial,
                                                  .party_id = item->party,
                                                  .seller = item->seller,
                                                  .sold_at = item->sold_at,
                                                  .delivered_at = item->delivered_at,
                                                  .batch = item->batch}) == 1;
}
