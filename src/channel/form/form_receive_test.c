/* SPDX-License-Identifier: EUPL-1.2 */
/* The key, and what is kept with it, on both engines. */
#include "channel/form/form_receive.h"

#include "channel/form/form_event.h"
#include "desk/desk_testing.h"
#include "desk/ticket/ticket.h"
#include "queue/outbox.h"
#include "store/data_dir.h"

#include <string.h>

typedef struct Shop {
    House house;
    Desk *desk;
} Shop;

/* Into the caller's storage: the desk borrows the house's clock. */
static void shop_open(Shop *shop, gconstpointer engine)
{
    g_autoptr(GError) error = NULL;
    shop->house = house_open(ENGINE_OF(engine));
    data_dir_init(store_data_dir(shop->house.store), &error);
    g_assert_no_error(error);
    shop->desk = desk_new(shop->house.store, &shop->house.clock.clock, &error);
    g_assert_no_error(error);
}

static void shop_close(Shop *shop)
{
    desk_free(shop->desk);
    house_close(&shop->house);
}

static const FormEntry entry = {.name = "Lucia Ferri",
                                .email = "lucia@bar.test",
                                .phone = "333 1234567",
                                .business = "Bar Centrale",
                                .product = "",
                                .serial = "",
                                .subject = "Niente vapore",
                                .text = "Da lunedì."};

static FormReceipt send(Shop *shop, const FormKey *key, const FormFile *files, size_t file_count)
{
    Arena *arena = shop->house.arena;
    g_autoptr(GError) error = NULL;
    FormReceipt receipt;
    FormParcel parcel = {.source = "help",
                         .key = key,
                         .event = form_event(arena, shop->desk, &entry, key, LANG_IT, (ProductId){0}),
                         .raw = form_entry_to_json(arena, &entry),
                         .files = files,
                         .file_count = file_count};
    g_assert_true(form_receive(shop->desk, arena, &parcel, &receipt, &error));
    g_assert_no_error(error);
    return receipt;
}

static FormKey key_new_opened(Shop *shop)
{
    g_autoptr(GError) error = NULL;
    FormKey key;
    const char *text = form_key_make(shop->house.arena, shop->desk, &error);
    g_assert_no_error(error);
    clock_manual_set(&shop->house.clock, clock_now(&shop->house.clock.clock) + FORM_KEY_HASTY_MS);
    g_assert_cmpint(form_key_open(shop->house.arena, shop->desk, text, &key), ==, FORM_KEY_GOOD);
    return key;
}

static void test_key(gconstpointer engine)
{
    Shop shop;
    shop_open(&shop, engine);
    g_autoptr(GError) error = NULL;
    FormKey key;
    Arena *arena = shop.house.arena;
    char *text = form_key_make(arena, shop.desk, &error);
    g_assert_no_error(error);
    g_assert_cmpint(form_key_open(arena, shop.desk, text, &key), ==, FORM_KEY_HASTY);
    g_assert_null(strstr(text, key.token.text)); /* the page's source does not tell the tracking link */
    clock_manual_set(&shop.house.clock, TEST_NOW + FORM_KEY_HASTY_MS);
    g_assert_cmpint(form_key_open(arena, shop.desk, text, &key), ==, FORM_KEY_GOOD);
    clock_manual_set(&shop.house.clock, TEST_NOW + FORM_KEY_STALE_MS + 1);
    g_assert_cmpint(form_key_open(arena, shop.desk, text, &key), ==, FORM_KEY_STALE);
    for (size_t i = 0; text[i]; i++) {
        char was = text[i];
        text[i] = was == 'A' ? 'B' : 'A';
        g_assert_cmpint(form_key_open(arena, shop.desk, text, &key), ==, FORM_KEY_FORGED);
        text[i] = was;
    }
    g_assert_cmpint(form_key_open(arena, shop.desk, NULL, &key), ==, FORM_KEY_FORGED);
    g_assert_cmpint(form_key_open(arena, shop.desk, "", &key), ==, FORM_KEY_FORGED);
    shop_close(&shop);
}

static void test_once(gconstpointer engine)
{
    Shop shop;
    shop_open(&shop, engine);
    FormKey key = key_new_opened(&shop);
    FormReceipt first = send(&shop, &key, NULL, 0), second = send(&shop, &key, NULL, 0);
    g_assert_cmpint(first.outcome, ==, INTAKE_OPENED);
    g_assert_cmpint(second.outcome, ==, INTAKE_ALREADY);
    g_assert_cmpint(second.ticket.value, ==, first.ticket.value);
    g_assert_false(first.acknowledged); /* no mailbox: nothing is promised */
    StoreTx *tx = house_read(&shop.house);
    g_assert_cmpint(ticket_find_by_tracking(tx, shop.house.arena, key.token.sha256).value, ==, first.ticket.value);
    g_assert_cmpuint(message_list(tx, shop.house.arena, first.ticket).count, ==, 1);
    house_read_end(tx);
    shop_close(&shop);
}

/* security A15: one address, many forms, one mail an hour, and nothing typed by the sender in it. */
static void test_acknowledged_once_an_hour(gconstpointer engine)
{
    Shop shop;
    shop_open(&shop, engine);
    house_add_mailbox(&shop.house, "assistenza");
    int acknowledged = 0;
    for (int i = 0; i < 10; i++) {
        FormKey key = key_new_opened(&shop);
        acknowledged += send(&shop, &key, NULL, 0).acknowledged;
    }
    g_assert_cmpint(acknowledged, ==, 1);
    clock_manual_set(&shop.house.clock, clock_now(&shop.house.clock.clock) + TIME_HOUR + 1);
    FormKey key = key_new_opened(&shop);
    g_assert_true(send(&shop, &key, NULL, 0).acknowledged);
    OutboxItem item;
    TimeMs next;
    g_autoptr(GError) error = NULL;
    g_assert_true(outbox_lease(shop.house.store, shop.house.arena, "t", clock_now(&shop.house.clock.clock), TIME_MINUTE,
                               &item, &next, &error));
    g_assert_null(strstr(item.payload, "Lucia"));
    g_assert_null(strstr(item.payload, "vapore"));
    shop_close(&shop);
}

static void test_files(gconstpointer engine)
{
    Shop shop;
    shop_open(&shop, engine);
    FormKey key = key_new_opened(&shop);
    g_autofree char *large = g_strnfill(70000, 'x'); /* beyond a row: a file of its own */
    const FormFile files[] = {{"foto\n.jpg", "image/jpeg", bytes_of("abc")}, {"log.txt", "text/plain", bytes_of(large)}};
    FormReceipt receipt = send(&shop, &key, files, 2);
    StoreTx *tx = house_read(&shop.house);
    AttachmentList list = attachment_list(tx, shop.house.arena, receipt.ticket);
    g_assert_cmpuint(list.count, ==, 2);
    g_assert_cmpstr(list.items[0].name, ==, "foto .jpg");
    g_assert_cmpint(list.items[1].size, ==, 70000);
    house_read_end(tx);
    shop_close(&shop);
}

static void test_stale_opens_nothing(gconstpointer engine)
{
    Shop shop;
    shop_open(&shop, engine);
    g_autoptr(GError) error = NULL;
    FormReceipt receipt;
    FormKey key = key_new_opened(&shop), fresh = key_new_opened(&shop);
    FormReceipt first = send(&shop, &key, NULL, 0);
    FormParcel parcel = {.source = "help",
                         .key = &fresh,
                         .stale = true,
                         .event = form_event(shop.house.arena, shop.desk, &entry, &fresh, LANG_IT, (ProductId){0}),
                         .raw = "{}"};
    g_assert_false(form_receive(shop.desk, shop.house.arena, &parcel, &receipt, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_USAGE);
    g_clear_error(&error);
    parcel.key = &key; /* but what was sent before is still known */
    g_assert_true(form_receive(shop.desk, shop.house.arena, &parcel, &receipt, &error));
    g_assert_cmpint(receipt.ticket.value, ==, first.ticket.value);
    shop_close(&shop);
}

static void test_link_joins_its_ticket_alone(gconstpointer engine)
{
    Shop shop;
    shop_open(&shop, engine);
    Arena *arena = shop.house.arena;
    g_autoptr(GError) error = NULL;
    FormReceipt receipt;
    FormKey key = key_new_opened(&shop), again = key_new_opened(&shop);
    FormReceipt opened = send(&shop, &key, NULL, 0);
    FormReply reply = {.tracking_sha256 = key.token.sha256,
                       .sender_name = "Lucia",
                       .sender_address = "lucia@bar.test",
                       .subject = "Niente vapore",
                       .text = "Provato: niente."};
    FormParcel parcel = {.source = "track",
                         .key = &again,
                         .event = form_reply_event(arena, shop.desk, &reply, &again, LANG_IT),
                         .raw = form_reply_to_json(arena, &reply)};
    g_assert_true(form_receive(shop.desk, arena, &parcel, &receipt, &error));
    g_assert_cmpint(receipt.outcome, ==, INTAKE_APPENDED);
    g_assert_cmpint(receipt.ticket.value, ==, opened.ticket.value);
    FormKey third = key_new_opened(&shop);
    reply.tracking_sha256 = third.token.sha256; /* leads nowhere */
    parcel.key = &third;
    parcel.event = form_reply_event(arena, shop.desk, &reply, &third, LANG_IT);
    g_assert_true(form_receive(shop.desk, arena, &parcel, &receipt, &error));
    g_assert_cmpint(receipt.outcome, ==, INTAKE_OPENED);
    shop_close(&shop);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_test_each_engine("/form/receive/key", test_key);
    desk_test_each_engine("/form/receive/once", test_once);
    desk_test_each_engine("/form/receive/acknowledged", test_acknowledged_once_an_hour);
    desk_test_each_engine("/form/receive/files", test_files);
    desk_test_each_engine("/form/receive/stale", test_stale_opens_nothing);
    desk_test_each_engine("/form/receive/link", test_link_joins_its_ticket_alone);
    return g_test_run();
}
