/* SPDX-License-Identifier: EUPL-1.2 */
/* A long conversation handed to a reader as fast as it takes it: each message answers the one before, so that one read out
 * of its turn would open a request of its own. */
#include "channel/reader.h"

#include "desk/desk_testing.h"
#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"
#include "parse/zygote.h"
#include "store/data_dir.h"

#include <string.h>

enum { MESSAGES = 40, LARGE_ONE = 20 };

static ParseZygote *zygote;

typedef struct Place {
    House house;
    Desk *desk;
    ChannelReceiver receiver;
} Place;

static void place_open(Place *place, gconstpointer engine)
{
    g_autoptr(GError) error = NULL;
    place->house = house_open(ENGINE_OF(engine));
    data_dir_init(store_data_dir(place->house.store), &error);
    g_assert_no_error(error);
    place->desk = desk_new(place->house.store, &place->house.clock.clock, &error);
    g_assert_no_error(error);
    house_add_mailbox(&place->house, "assistenza");
    place->receiver = (ChannelReceiver){place->desk, zygote};
}

static void place_close(Place *place)
{
    desk_free(place->desk);
    house_close(&place->house);
}

/* The one of that number; the large one is larger than all that may wait. */
static void take(ChannelReader *reader, int number)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) raw = g_string_new(NULL);
    g_string_printf(
        raw,
        "From: luca@bar.test\r\nTo: assistenza@filo.test\r\nSubject: Vapore\r\nMessage-ID: <%d@bar.test>\r\n"
        "In-Reply-To: <%d@bar.test>\r\n\r\nNumero %d.\r\n",
        number, number - 1, number);
    for (size_t i = 0; number == LARGE_ONE && raw->len <= CHANNEL_READER_BYTES; i++)
        g_string_append_printf(raw, "%zu, e non scalda ancora\r\n", i);
    g_autofree char *id = g_strdup_printf("numero %d", number);
    bool taken = channel_reader_take(
        reader,
        &(ChannelArrival){.account = "assistenza", .raw = {(const uint8_t *)raw->str, raw->len}, .external_id = id},
        &error);
    g_assert_no_error(error);
    g_assert_true(taken);
}

/* They stand on one request, in their order. */
static void check_conversation(Place *place, size_t wanted)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    StoreTx *tx = house_read(&place->house);
    TicketIds tickets = ticket_list_ids(tx, arena, (TicketId){0}, 10);
    g_assert_cmpuint(tickets.count, ==, 1);
    MessageList messages = message_list(tx, arena, tickets.items[0]);
    g_assert_cmpuint(messages.count, ==, wanted);
    for (size_t i = 0; i < messages.count; i++) {
        g_autofree char *begins = g_strdup_printf("Numero %zu.", i + 1);
        g_assert_true(g_str_has_prefix(messages.items[i].text, begins));
    }
    house_read_end(tx);
}

static void test_in_the_order_of_keeping(gconstpointer engine)
{
    Place place;
    place_open(&place, engine);
    g_autoptr(GError) error = NULL;
    ChannelReader *reader = channel_reader_new(&place.receiver, &error);
    g_assert_no_error(error);
    for (int number = 1; number <= MESSAGES; number++)
        take(reader, number);
    channel_reader_settle(reader);
    check_conversation(&place, MESSAGES);
    take(reader, 7); /* again: it is known */
    channel_reader_settle(reader);
    check_conversation(&place, MESSAGES);
    channel_reader_free(reader);
    place_close(&place);
}

static void test_what_waits_is_read_at_the_end(gconstpointer engine)
{
    Place place;
    place_open(&place, engine);
    g_autoptr(GError) error = NULL;
    ChannelReader *reader = channel_reader_new(&place.receiver, &error);
    g_assert_no_error(error);
    for (int number = 1; number <= CHANNEL_READER_THINGS; number++)
        take(reader, number);
    channel_reader_free(reader);
    check_conversation(&place, CHANNEL_READER_THINGS);
    place_close(&place);
}

static void test_what_cannot_be_kept(gconstpointer engine)
{
    Place place;
    place_open(&place, engine);
    g_autoptr(GError) error = NULL;
    ChannelReader *reader = channel_reader_new(&place.receiver, &error);
    g_assert_false(channel_reader_take(
        reader, &(ChannelArrival){.account = "nessuna", .raw = bytes_of("Subject: x\r\n\r\n"), .external_id = "x"},
        &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_NOT_FOUND);
    channel_reader_settle(reader); /* nothing to wait for */
    channel_reader_free(reader);
    place_close(&place);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "parse-zygote"))
        return parse_zygote_main(argc, argv);
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    zygote = parse_zygote_start("/proc/self/exe", &error);
    g_assert_no_error(error);
    desk_test_each_engine("/channel/reader/order", test_in_the_order_of_keeping);
    desk_test_each_engine("/channel/reader/end", test_what_waits_is_read_at_the_end);
    desk_test_each_engine("/channel/reader/not-kept", test_what_cannot_be_kept);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    return status;
}
