/* SPDX-License-Identifier: EUPL-1.2 */
/* Source: channels.md 1 ("product changed -> new linked case"). */
#include "desk/intake/intake.h"
#include "desk/noun_testing.h"
#include "desk/party/party.h"
#include "desk/product/item.h"
#include "desk/product/product.h"
#include "desk/ticket/ticket.h"

#include <string.h>

#define ANNA "anna@moretti.test"
#define FIRST "V2-24-01837"
#define SECOND "V2-25-00042"
#define THIRD "MAC-77-X"

typedef struct Shop {
    TicketId ticket; /* Anna's, about the first one */
    InstalledItemId first, second, third;
} Shop;

static IntakeResult say(NounTest *test, const char *text, TicketId number, int64_t flags)
{
    IntakeResult result;
    IntakeKey key = {INTAKE_KEY_NUMBER, NULL, number.value};
    InboundEvent event = noun_letter(test, ANNA, "Re: La macchina perde", text);
    event.keys = &key;
    event.key_count = number.value ? 1 : 0;
    event.flags = flags;
    const char *quoted = strstr(text, "\n> ");
    if (quoted)
        event.quoted_at = quoted + 1 - text;
    g_assert_true(intake_accept(test->tx, test->arena, &event, test->now, &result));
    return result;
}

static Ticket ticket_of(NounTest *test, TicketId id)
{
    Ticket ticket;
    g_assert_true(ticket_find(test->tx, test->arena, id, &ticket));
    return ticket;
}

static InstalledItemId add(NounTest *test, ProductId product, int64_t party, const char *serial)
{
    InputError refused;
    InstalledItemId id;
    Item item = {.product = product,
                 .serial = serial,
                 .party = {party},
                 .seller = "",
                 .sold_at = TIME_NONE,
                 .delivered_at = TIME_NONE,
                 .batch = ""};
    g_assert_true(item_add(test->tx, test->arena, &item, &id, &refused));
    return id;
}

static void set_item(NounTest *test, TicketId id, InstalledItemId item)
{
    TicketEdit edit;
    TicketChange change = {0};
    g_assert_true(ticket_edit_begin(&edit, test->tx, test->arena, id, test->actor, test->now));
    change_set(&change, FIELD_ITEM, item.value);
    ticket_edit_event(&edit, EVENT_PRODUCT, &change, test->now);
    g_assert_true(ticket_edit_end(&edit));
}

static Shop open_shop(NounTest *test)
{
    InputError refused;
    ProductId product;
    Shop shop = {.ticket = say(test, "La macchina perde.", (TicketId){0}, 0).ticket};
    int64_t anna = ticket_of(test, shop.ticket).now.party_id;
    Product made = {.name = "v2", .role = PRODUCT_MADE, .kind = PRODUCT_GOODS, .active = true};
    g_assert_true(product_add(test->tx, test->arena, &made, "v2", &product, &refused));
    shop.first = add(test, product, anna, FIRST);
    shop.second = add(test, product, anna, SECOND);
    shop.third = add(test, product, anna, THIRD);
    Party hotel = {.kind = PARTY_COMPANY, .name = "Hotel", .buyer = BUYER_BUSINESS, .language = "it"};
    PartyId other = party_add(test->tx, &hotel, "hotel", test->now);
    add(test, product, other.value, "HOTEL-900");
    set_item(test, shop.ticket, shop.first);
    return shop;
}

/* The message that is about another one: a request of its own, linked, about that; both say so once. */
static void test_another_thing_is_another_request(NounTest *test)
{
    Shop shop = open_shop(test);
    IntakeResult said = say(test, "Adesso perde anche la v2 25 00042.\n> la matricola " FIRST, shop.ticket, 0);
    g_assert_cmpint(said.outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(said.ticket.value, !=, shop.ticket.value);
    g_assert_true(said.acknowledged);
    g_assert_cmpint(ticket_of(test, said.ticket).now.installed_item_id, ==, shop.second.value);
    g_assert_cmpint(ticket_of(test, shop.ticket).now.installed_item_id, ==, shop.first.value);
    TicketLinkList links = ticket_link_list(test->tx, test->arena, said.ticket);
    g_assert_cmpuint(links.count, ==, 1);
    g_assert_cmpint(links.items[0].kind, ==, LINK_FOLLOWS);
    g_assert_cmpint(links.items[0].other.value, ==, shop.ticket.value);
    TicketId both[] = {shop.ticket, said.ticket};
    for (size_t i = 0; i < 2; i++) {
        TicketEventHistory events = ticket_event_history(test->tx, test->arena, both[i]);
        const TicketEvent *last = &events.items[events.count - 1].event;
        g_assert_cmpint(last->kind, ==, EVENT_LINKED);
        g_assert_cmpint(last->change.value[FIELD_OTHER_TICKET], ==, both[1 - i].value);
    }
    g_assert_null(ticket_verify(test->tx, test->arena, said.ticket));
    g_assert_null(ticket_verify(test->tx, test->arena, shop.ticket));

    /* Said again in the old talk, it goes where it belongs; and so back again, while that one is open. */
    IntakeResult again = say(test, "La V2-25-00042 perde ancora.", shop.ticket, 0);
    g_assert_cmpint(again.outcome, ==, INTAKE_APPENDED);
    g_assert_cmpint(again.ticket.value, ==, said.ticket.value);
    IntakeResult back = say(test, "E la " FIRST "?", said.ticket, 0);
    g_assert_cmpint(back.outcome, ==, INTAKE_APPENDED);
    g_assert_cmpint(back.ticket.value, ==, shop.ticket.value);
}

static void test_what_stays(NounTest *test)
{
    Shop shop = open_shop(test);
    static const struct {
        const char *text;
        int64_t flags;
    } rows[] = {
        {"Perde ancora.", 0},
        {"La " FIRST " perde come la " SECOND ".", 0},
        {"Perdono la " SECOND " e la " THIRD ".", 0},
        {"Perde ancora.\n> anche la " SECOND, 0},
        {"Perde ancora.\n-- \nAnna, " SECOND, 0},
        {"Come quella dell'hotel, HOTEL-900.", 0},
        {"V2-25-000421", 0},
        {"Sono assente. " SECOND, MESSAGE_AUTO_REPLY},
        {"Perde la " SECOND ".", MESSAGE_SENDER_UNVERIFIED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].text);
        g_assert_cmpint(say(test, rows[i].text, shop.ticket, rows[i].flags).ticket.value, ==, shop.ticket.value);
    }
}

/* Nobody has said what the request is about: what is written there may well be it. */
static void test_without_a_thing_of_its_own(NounTest *test)
{
    Shop shop = open_shop(test);
    set_item(test, shop.ticket, (InstalledItemId){0});
    g_assert_cmpint(say(test, "È la " SECOND ".", shop.ticket, 0).ticket.value, ==, shop.ticket.value);
    g_assert_cmpint(ticket_of(test, shop.ticket).now.installed_item_id, ==, 0);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/intake-item/apart", test_another_thing_is_another_request);
    noun_test_each_engine("/intake-item/stays", test_what_stays);
    noun_test_each_engine("/intake-item/unknown", test_without_a_thing_of_its_own);
    return g_test_run();
}
