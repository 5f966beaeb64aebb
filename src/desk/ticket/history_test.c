/* SPDX-License-Identifier: EUPL-1.2 */
/* What a customer, a product and an installed item were asked about, newest first and page by page; and which problems. */
#include "desk/ticket/history.h"

#include "desk/code/code.h"
#include "desk/noun_testing.h"
#include "desk/party/party.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/ticket/ticket.h"

/* The Bar has a v2 with a serial and asks of it; the Hotel asks of both products. */
typedef struct Shop {
    PartyId bar, hotel;
    ProductId v2, mono;
    InstalledItemId machine;
    CodeId noise, leak;
} Shop;

static ProductId product(NounTest *test, const char *name)
{
    ProductId id;
    InputError refused;
    Product made = {.name = name, .role = PRODUCT_MADE, .kind = PRODUCT_GOODS, .active = true};
    g_assert_true(product_add(test->tx, test->arena, &made, name, &id, &refused));
    return id;
}

static PartyId customer(NounTest *test, const char *name)
{
    Party party = {.kind = PARTY_COMPANY, .name = name, .buyer = BUYER_BUSINESS, .language = "it"};
    return party_add(test->tx, &party, name, test->now);
}

static Shop open_shop(NounTest *test)
{
    InputError refused;
    Shop shop = {.bar = customer(test, "bar"),
                 .hotel = customer(test, "hotel"),
                 .v2 = product(test, "v2"),
                 .mono = product(test, "mono")};
    Item machine = {.product = shop.v2,
                    .serial = "AC2-0417",
                    .party = shop.bar,
                    .seller = "",
                    .sold_at = TIME_NONE,
                    .delivered_at = TIME_NONE,
                    .batch = ""};
    g_assert_true(item_add(test->tx, test->arena, &machine, &shop.machine, &refused));
    code_install(test->tx, test->arena);
    CodeRows codes = code_list(test->tx, test->arena, CODE_SYMPTOM, false);
    for (size_t i = 0; i < codes.count; i++)
        if (codes.items[i].parent.value) {
            shop.leak = shop.noise;
            shop.noise = codes.items[i].id;
        }
    g_assert_cmpint(shop.leak.value, !=, 0);
    return shop;
}

static void asks(NounTest *test, const char *subject, PartyId party, ProductId product, InstalledItemId item,
                 CodeId problem)
{
    TicketOpening opening = {.channel = "phone",
                             .subject = subject,
                             .language = "it",
                             .received_at = test->now,
                             .next_update_at = test->now + TIME_DAY,
                             .party = party,
                             .product = product,
                             .team = test->team};
    TicketEdit edit;
    TicketChange change = {0};
    TicketId id = ticket_open(test->tx, test->arena, &opening, test->actor, test->now);
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, test->now));
    change_set(&change, FIELD_ITEM, item.value);
    change_set(&change, FIELD_PROBLEM, problem.value);
    ticket_edit_event(&edit, EVENT_CODED, &change, test->now);
    g_assert_true(ticket_edit_end(&edit));
}

static Shop fill(NounTest *test)
{
    Shop shop = open_shop(test);
    InstalledItemId none = {0};
    asks(test, "a", shop.bar, shop.v2, shop.machine, shop.leak);
    asks(test, "b", shop.hotel, shop.v2, none, shop.noise);
    asks(test, "c", shop.bar, shop.v2, none, (CodeId){0});
    asks(test, "d", shop.hotel, shop.mono, none, shop.noise);
    asks(test, "e", shop.bar, shop.v2, shop.machine, shop.noise);
    return shop;
}

static const char *subjects(Arena *arena, const WorklistPage *page)
{
    const char *text = "";
    for (size_t i = 0; i < page->count; i++)
        text = arena_printf(arena, "%s%s", text, page->rows[i].subject);
    return text;
}

static void check(NounTest *test, WorklistPage page, const char *expected, bool more)
{
    g_assert_cmpstr(subjects(test->arena, &page), ==, expected);
    g_assert_true(page.more == more);
}

static void whose(NounTest *test)
{
    Shop shop = fill(test);
    HistoryAsk all = {.how_many = 9};
    check(test, history_list_party(test->tx, test->arena, shop.bar, all), "eca", false);
    check(test, history_list_party(test->tx, test->arena, shop.hotel, all), "db", false);
    check(test, history_list_product(test->tx, test->arena, shop.v2, all), "ecba", false);
    check(test, history_list_item(test->tx, test->arena, shop.machine, all), "ea", false);
    check(test, history_list_all(test->tx, test->arena, all), "edcba", false);
    check(test, history_list_party(test->tx, test->arena, (PartyId){shop.hotel.value + 99}, all), "", false);
}

static void pages(NounTest *test)
{
    Shop shop = fill(test);
    HistoryAsk asked = {.how_many = 2};
    WorklistPage first = history_list_product(test->tx, test->arena, shop.v2, asked);
    check(test, first, "ec", true);
    check(test, history_list_all(test->tx, test->arena, asked), "ed", true);
    asked.before = first.rows[1].ticket;
    check(test, history_list_product(test->tx, test->arena, shop.v2, asked), "ba", false);
    asked = (HistoryAsk){first.rows[0].ticket, 1};
    check(test, history_list_party(test->tx, test->arena, shop.bar, asked), "c", true);
    check(test, history_list_item(test->tx, test->arena, shop.machine, asked), "a", false);
}

/* Those not coded do not count, nor those older than the latest asked for. */
static void problems(NounTest *test)
{
    Shop shop = fill(test);
    ProblemCounts counts = history_problems(test->tx, test->arena, shop.v2, 9);
    g_assert_cmpuint(counts.count, ==, 2);
    g_assert_cmpint(counts.items[0].problem.value, ==, shop.noise.value);
    g_assert_cmpint(counts.items[0].tickets, ==, 2);
    g_assert_cmpint(counts.items[1].problem.value, ==, shop.leak.value);
    g_assert_cmpint(counts.items[1].tickets, ==, 1);
    g_assert_cmpuint(history_problems(test->tx, test->arena, shop.v2, 3).count, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/history/whose", whose);
    noun_test_each_engine("/history/pages", pages);
    noun_test_each_engine("/history/problems", problems);
    return g_test_run();
}
