/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/config.h"

static void test_round(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const ChannelSetting items[] = {{"smtp_host", "mail.test"}, {"smtp_user", ""}, {"smtp_tls", NULL}, {"odd", "\"è\n"}};
    ChannelSettings settings = {items, G_N_ELEMENTS(items)}, read;
    const char *text = channel_config_text(arena, &settings);
    g_assert_true(channel_config_read(arena, text, &read));
    g_assert_cmpuint(read.count, ==, 2);
    g_assert_cmpstr(channel_setting(&read, "smtp_host"), ==, "mail.test");
    g_assert_cmpstr(channel_setting(&read, "odd"), ==, "\"è\n");
    g_assert_cmpstr(channel_setting(&read, "smtp_user"), ==, "");
    channel_config_add(arena, &read, "address", "a@b.test");
    g_assert_cmpstr(channel_setting(&read, "address"), ==, "a@b.test");
    g_assert_cmpstr(channel_setting(&read, "smtp_host"), ==, "mail.test");
    channel_config_add(arena, &read, "address", "b@b.test"); /* one value a key: the last */
    g_assert_cmpstr(channel_setting(&read, "address"), ==, "b@b.test");
}

static void test_no_object(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ChannelSettings read;
    g_assert_false(channel_config_read(arena, "[]", &read));
    g_assert_false(channel_config_read(arena, "", &read));
    g_assert_false(channel_config_read(arena, "{\"a\":\"1\",\"a\":\"2\"}", &read));
    g_assert_true(channel_config_read(arena, "{\"a\":1}", &read));
    g_assert_cmpuint(read.count, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel-config/round", test_round);
    g_test_add_func("/channel-config/no-object", test_no_object);
    return g_test_run();
}
