/* SPDX-License-Identifier: EUPL-1.2 */
/* What every adapter promises in channel.h, asked of each that the registry has: a new channel is tested by being there. */
#include "base/catalogue.h"
#include "channel/channel.h"

#include <string.h>

static ParseZygote *zygote;

typedef void (*Ask)(const ChannelAdapter *adapter);

static void ask_each(gconstpointer ask)
{
    size_t count;
    const ChannelAdapter *const *adapters = channel_list(&count);
    g_assert_cmpuint(count, >, 0);
    for (size_t i = 0; i < count; i++)
        ((Ask)ask)(adapters[i]);
}

/* --- what it says of itself ---------------------------------------------------------------------------------------- */

static void is_whole(const ChannelAdapter *adapter)
{
    MsgId word;
    g_autofree char *key = g_strdup_printf("ticket.channel.%s", adapter->key);
    g_assert_true(channel_find(adapter->key) == adapter);
    g_assert_true(msg_id_find(key, &word)); /* pages name it; the catalogue's lint wants both languages */
    g_assert_cmpuint(adapter->limits.text_max, >, 0);
    g_assert_cmpuint(adapter->limits.recipient_max, >, 0);
    g_assert_true(!(adapter->caps & CHANNEL_CAN_ATTACH) == !adapter->limits.file_max);
    g_assert_true(!adapter->listens == !adapter->listen);
    g_assert_nonnull(adapter->check_config);
    g_assert_nonnull(adapter->render);
    g_assert_nonnull(adapter->deliver);
    g_assert_nonnull(adapter->health);
}

static void says_what_is_missing(const ChannelAdapter *adapter)
{
    MsgId word;
    InputError error = {0};
    g_assert_false(adapter->check_config(&(ChannelSettings){0}, &error));
    g_assert_nonnull(error.field);
    g_assert_true(msg_id_find(error.key, &word));
}

/* --- out ------------------------------------------------------------------------------------------------------------- */

static bool is_never(void *arg)
{
    (void)arg;
    g_assert_not_reached(); /* the settings reach nobody: there is nothing to commit before */
}

static const ChannelSetting SETTINGS[] = {{"address", "assistenza@caffemeccanica.test"},
                                          {"company_name", "Caffemeccanica"}};
static const ChannelContact CUSTOMER = {.name = "Luca", .address = "luca@bar.test"};
static const Outbound ANSWER = {
    .ticket_id = 10234,
    .outbox_id = 7,
    .random = "abcdefgh01",
    .written_at = INT64_C(1753776000000), /* 2025-07-29T08:00:00Z */
    .operator_name = "Sara",
    .contacts = &CUSTOMER,
    .contact_count = 1,
    .subject = "Re: E07",
    .text = "Buongiorno,\nspenga la macchina.",
};

static void writes_the_same_again(const ChannelAdapter *adapter)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP), other = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    ChannelSettings settings = {SETTINGS, G_N_ELEMENTS(SETTINGS)};
    Bytes first, second;
    g_assert_true(adapter->render(arena, &settings, &ANSWER, &first, &error));
    g_assert_true(adapter->render(other, &settings, &ANSWER, &second, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(first.size, ==, second.size);
    g_assert_cmpint(memcmp(first.data, second.data, first.size), ==, 0);
    g_assert_nonnull(g_strstr_len((const char *)first.data, (gssize)first.size, "spenga la macchina"));
}

/* Settings that lead nowhere: nothing may leave, and the cause is ours. */
static void sends_nothing_without_settings(const ChannelAdapter *adapter)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ChannelHooks hooks = {.before_send = is_never};
    DeliveryResult result = {0};
    adapter->deliver(arena, &(ChannelSettings){0}, &ANSWER, &hooks, &result);
    g_assert_cmpint(result.outcome, ==, CHANNEL_RETRY);
    g_assert_true(result.configuration);
    g_assert_cmpstr(result.reason, !=, "");
}

/* --- in -------------------------------------------------------------------------------------------------------------- */

static const char *const OWN[] = {"assistenza@caffemeccanica.test"};

static bool normalise(const ChannelAdapter *adapter, Arena *arena, Bytes raw, ChannelEvent *event_out)
{
    g_autoptr(GError) error = NULL;
    ChannelSource source = {
        .name = "assistenza", .address = OWN[0], .channel = adapter->key, .own_addresses = OWN, .own_count = 1};
    ChannelKept kept = {
        .source = &source, .zygote = zygote, .raw = raw, .raw_sha256 = "00", .received_at = ANSWER.written_at};
    bool done = adapter->normalise(arena, &kept, event_out, &error);
    g_assert_no_error(error);
    return done;
}

static void expect_the_same(const InboundEvent *one, const InboundEvent *two)
{
    g_assert_cmpstr(one->sender_address, ==, two->sender_address);
    g_assert_cmpstr(one->sender_key, ==, two->sender_key);
    g_assert_cmpstr(one->subject, ==, two->subject);
    g_assert_cmpstr(one->text, ==, two->text);
    g_assert_cmpstr(one->message_id, ==, two->message_id);
    g_assert_cmpstr(one->acknowledge_by, ==, two->acknowledge_by);
    g_assert_cmpint(one->flags, ==, two->flags);
    g_assert_cmpint(one->occurred_at, ==, two->occurred_at);
    g_assert_cmpint(one->received_at, ==, two->received_at);
    g_assert_cmpuint(one->key_count, ==, two->key_count);
    g_assert_cmpuint(one->file_count, ==, two->file_count);
}

/* Its own message, and bytes of nobody's: the same event each time, with nothing drawn and no rule of the desk's in it. */
static void understands_the_same_again(const ChannelAdapter *adapter)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    g_autoptr(GError) error = NULL;
    ChannelSettings settings = {SETTINGS, G_N_ELEMENTS(SETTINGS)};
    Bytes own;
    g_assert_true(adapter->render(arena, &settings, &ANSWER, &own, &error));
    const Bytes raws[] = {own, bytes_of("From: luca@bar.test\r\n\r\nciao\r\n"), bytes_of("\xff\xfe{[<?xml \x01"),
                          {(const uint8_t *)"\0\0\0", 3}};
    for (size_t i = 0; adapter->normalise && i < G_N_ELEMENTS(raws); i++) {
        ChannelEvent first = {0}, second = {0};
        g_assert_true(normalise(adapter, arena, raws[i], &first));
        g_assert_true(normalise(adapter, arena, raws[i], &second));
        g_assert_cmpint(first.kind, ==, CHANNEL_EVENT_MESSAGE);
        expect_the_same(&first.message, &second.message);
        g_assert_cmpstr(first.message.channel, ==, adapter->key);
        g_assert_cmpstr(first.message.tracking.text, ==, "");
        g_assert_cmpstr(first.message.reply.text, ==, "");
        g_assert_null(first.message.notices);
    }
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "parse-zygote"))
        return parse_zygote_main(argc, argv);
    g_test_init(&argc, &argv, NULL);
    g_autoptr(GError) error = NULL;
    zygote = parse_zygote_start("/proc/self/exe", &error);
    g_assert_no_error(error);
    g_test_add_data_func("/channel/contract/whole", is_whole, ask_each);
    g_test_add_data_func("/channel/contract/says-what-is-missing", says_what_is_missing, ask_each);
    g_test_add_data_func("/channel/contract/writes-the-same-again", writes_the_same_again, ask_each);
    g_test_add_data_func("/channel/contract/sends-nothing", sends_nothing_without_settings, ask_each);
    g_test_add_data_func("/channel/contract/understands-the-same-again", understands_the_same_again, ask_each);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    return status;
}
