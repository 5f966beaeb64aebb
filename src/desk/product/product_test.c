/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/product/product.h"

#include "desk/noun_testing.h"
#include "desk/party/party.h"
#include "desk/product/item.h"

static ProductId product_make(NounTest *test, const char *name, const char *sort_key)
{
    ProductId id;
    InputError refused;
    Product product = {.name = name, .role = PRODUCT_MADE, .kind = PRODUCT_GOODS};
    g_assert_true(product_add(test->tx, test->arena, &product, sort_key, &id, &refused));
    return id;
}

static void test_add_and_edit(NounTest *test)
{
    InputError refused = {0};
    ProductId id = product_make(test, "V2", "v2"), taken;
    Product seen, stored;
    g_assert_true(product_find_name(test->tx, test->arena, "V2", &seen));
    g_assert_cmpint(seen.id.value, ==, id.value);
    g_assert_true(seen.active);

    seen.role = PRODUCT_RESOLD;
    seen.name = "V2 Bar";
    g_assert_true(product_edit(test->tx, test->arena, &seen, "v2 bar", &refused));
    g_assert_true(product_find(test->tx, test->arena, id, &stored));
    g_assert_cmpstr(stored.name, ==, "V2 Bar");
    g_assert_cmpint(stored.role, ==, PRODUCT_RESOLD);
    g_assert_cmpint(stored.version, ==, seen.version + 1);
    g_assert_false(product_edit(test->tx, test->arena, &seen, "v2 bar", &refused)); /* seen before the change */
    g_assert_cmpstr(refused.key, ==, "product.error.stale");

    Product same = {.name = "V2 Bar"};
    g_assert_false(product_add(test->tx, test->arena, &same, "v2 bar", &taken, &refused));
    g_assert_cmpstr(refused.key, ==, "product.error.name_taken");
    g_assert_cmpstr(refused.shown, ==, "V2 Bar");
    same.name = "  ";
    g_assert_false(product_add(test->tx, test->arena, &same, "", &taken, &refused));
    g_assert_cmpstr(refused.key, ==, "product.error.name");
}

static void test_search_pages_by_prefix(NounTest *test)
{
    InputError refused;
    product_make(test, "Macina K", "macina k");
    product_make(test, "Macchina V2", "macchina v2");
    product_make(test, "Mono", "mono");
    Product old;
    product_find(test->tx, test->arena, product_make(test, "Macchina V1", "macchina v1"), &old);
    old.active = false;
    g_assert_true(product_edit(test->tx, test->arena, &old, "macchina v1", &refused));

    ProductRows page = product_search(test->tx, test->arena, "mac", (ProductCursor){0}, 1);
    g_assert_cmpuint(page.count, ==, 1);
    g_assert_cmpstr(page.items[0].name, ==, "Macchina V2"); /* V1 is out of use */
    ProductCursor after = {page.items[0].sort_key, page.items[0].id};
    page = product_search(test->tx, test->arena, "mac", after, 10);
    g_assert_cmpuint(page.count, ==, 1);
    g_assert_cmpstr(page.items[0].name, ==, "Macina K");
    g_assert_cmpuint(product_search(test->tx, test->arena, "", (ProductCursor){0}, 10).count, ==, 3);
    g_assert_cmpuint(product_list(test->tx, test->arena, false).count, ==, 3);
    g_assert_cmpuint(product_list(test->tx, test->arena, true).count, ==, 4);
}

/* R22: whose it is. A service of ours and what we resell are ours to answer for. */
static void test_ownership(void)
{
    g_assert_cmpint(product_ownership(PRODUCT_MADE), ==, OWNERSHIP_OURS);
    g_assert_cmpint(product_ownership(PRODUCT_RESOLD), ==, OWNERSHIP_OURS);
    g_assert_cmpint(product_ownership(PRODUCT_SERVICE), ==, OWNERSHIP_OURS);
    g_assert_cmpint(product_ownership(PRODUCT_THIRD_PARTY), ==, OWNERSHIP_THIRD_PARTY);
}

static void test_serial_has_one_form(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(item_serial(arena, " v2-00 123\n"), ==, "V2-00123");
    g_assert_cmpstr(item_serial(arena, " "), ==, "");
    g_assert_cmpstr(item_serial(arena, "12345678901234567890123456789012345678901234567890123456789012345"), ==, "");
}

typedef struct Park {
    ProductId v2, mono;
    PartyId bar;
} Park;

static Park park_make(NounTest *test)
{
    PartyId bar =
        party_add(test->tx, &(Party){.kind = PARTY_COMPANY, .name = "Bar", .buyer = BUYER_BUSINESS, .language = "it"},
                  "bar", test->now);
    return (Park){product_make(test, "V2", "v2"), product_make(test, "Mono", "mono"), bar};
}

static InstalledItemId item_make(NounTest *test, Park park, ProductId product, const char *serial)
{
    InstalledItemId id;
    InputError refused;
    Item item = {.product = product,
                 .serial = serial,
                 .party = park.bar,
                 .seller = "",
                 .batch = "2026-04",
                 .delivered_at = test->now};
    g_assert_true(item_add(test->tx, test->arena, &item, &id, &refused));
    return id;
}

static void test_items(NounTest *test)
{
    Park park = park_make(test);
    InstalledItemId first = item_make(test, park, park.v2, "A100"), twin = item_make(test, park, park.mono, "A100");
    item_make(test, park, park.v2, "A101");
    ItemRows found = item_list_serial(test->tx, test->arena, "A100");
    g_assert_cmpuint(found.count, ==, 2);
    g_assert_cmpint(found.items[0].id.value, ==, first.value);
    g_assert_cmpint(found.items[0].delivered_at, ==, test->now);
    g_assert_cmpint(found.items[0].sold_at, ==, TIME_NONE);
    g_assert_cmpstr(found.items[0].batch, ==, "2026-04");
    g_assert_cmpint(found.items[1].id.value, ==, twin.value);

    ItemRows page = item_search(test->tx, test->arena, "A10", (ItemCursor){0}, 2);
    g_assert_cmpuint(page.count, ==, 2);
    page = item_search(test->tx, test->arena, "A10", (ItemCursor){page.items[1].serial, page.items[1].id}, 2);
    g_assert_cmpuint(page.count, ==, 1);
    g_assert_cmpstr(page.items[0].serial, ==, "A101");
    g_assert_cmpuint(item_list_party(test->tx, test->arena, park.bar, (InstalledItemId){0}, 10).count, ==, 3);
    g_assert_cmpuint(item_list_party(test->tx, test->arena, park.bar, first, 10).count, ==, 2);
}

static void assert_item_refused(NounTest *test, Item item, const char *key)
{
    InstalledItemId id;
    InputError refused = {0};
    g_assert_false(item_add(test->tx, test->arena, &item, &id, &refused));
    g_assert_cmpstr(refused.key, ==, key);
}

static void test_item_refusals(NounTest *test)
{
    Park park = park_make(test);
    Item item;
    InputError refused = {0};
    g_assert_true(item_find(test->tx, test->arena, item_make(test, park, park.v2, "A100"), &item));
    assert_item_refused(test, item, "item.error.serial_taken");
    Item wrong = item;
    wrong.serial = "a200"; /* not the normal form */
    assert_item_refused(test, wrong, "item.error.serial");
    wrong.serial = "A200";
    wrong.party = (PartyId){999};
    assert_item_refused(test, wrong, "item.error.party");
    wrong.product = (ProductId){999};
    assert_item_refused(test, wrong, "item.error.product");

    item.batch = "2026-05";
    g_assert_true(item_edit(test->tx, test->arena, &item, &refused)); /* keeps its own serial */
    g_assert_false(item_edit(test->tx, test->arena, &item, &refused));
    g_assert_cmpstr(refused.key, ==, "item.error.stale");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/product/ownership", test_ownership);
    g_test_add_func("/item/serial", test_serial_has_one_form);
    noun_test_each_engine("/product/edit", test_add_and_edit);
    noun_test_each_engine("/product/search", test_search_pages_by_prefix);
    noun_test_each_engine("/item/list", test_items);
    noun_test_each_engine("/item/refused", test_item_refusals);
    return g_test_run();
}
