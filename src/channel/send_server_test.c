/* SPDX-License-Identifier: EUPL-1.2 */
/* Which mailboxes share a server and what it takes of them, and how long it is let alone, with a clock that is moved. */
#include "channel/send_server.h"

#include "desk/desk_testing.h"

static const ChannelAccount ACCOUNTS[] = {
    {.channel = "mail",
     .name = "assistenza",
     .address = "assistenza@bar.test",
     .active = true,
     .config = "{\"smtp_host\":\"SMTP.Uno.test\",\"smtp_port\":\"587\",\"send_per_minute\":\"30\"}"},
    {.channel = "mail",
     .name = "due",
     .address = "due@bar.test",
     .active = true,
     .config = "{\"smtp_host\":\"smtp.due.test\",\"send_per_minute\":\"0\"}"},
    {.channel = "mail",
     .name = "pec",
     .address = "bar@pec.test",
     .active = true,
     .config = "{\"smtp_host\":\"smtp.uno.test\",\"smtp_port\":\"465\",\"smtp_tls\":\"implicit\",\"send_per_minute\":\"6\"}"},
    {.channel = "mail",
     .name = "spenta",
     .address = "spenta@bar.test",
     .config = "{\"smtp_host\":\"smtp.uno.test\",\"send_per_minute\":\"1\"}"},
    {.channel = "mail",
     .name = "altra-porta",
     .address = "altra@bar.test",
     .active = true,
     .config = "{\"smtp_host\":\"smtp.uno.test\",\"smtp_port\":\"2525\"}"},
    {.channel = "mail", .name = "vuota", .address = "vuota@bar.test", .active = true, .config = "{}"},
};

static SendServerList servers_at(House *house, TimeMs now)
{
    StoreTx *tx = house_read(house);
    ChannelAccountList accounts = {(ChannelAccount *)ACCOUNTS, G_N_ELEMENTS(ACCOUNTS)};
    SendServerList list = send_server_list(tx, house->arena, &accounts, now);
    house_read_end(tx);
    return list;
}

/* The host in any case and by either of its usual ports is one server; the smallest number of those in use holds. */
static void test_who_shares(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    SendServerList list = servers_at(&house, TEST_NOW);
    g_assert_cmpuint(list.count, ==, 3);
    g_assert_cmpstr(list.items[0].name, ==, "smtp.uno.test");
    g_assert_cmpint(list.items[0].per_minute, ==, 6);
    g_assert_cmpuint(list.items[0].owner_count, ==, 3);
    g_assert_cmpstr(list.items[0].owners[2], ==, "spenta");
    g_assert_cmpstr(list.items[1].name, ==, "smtp.due.test");
    g_assert_cmpint(list.items[1].per_minute, ==, 0);
    g_assert_cmpstr(list.items[2].name, ==, "smtp.uno.test:2525");
    g_assert_cmpint(list.items[2].per_minute, ==, 60); /* the channel's custom */
    g_assert_true(send_server_of(&list, "pec") == &list.items[0]);
    g_assert_null(send_server_of(&list, "vuota"));
    house_close(&house);
}

typedef struct Asking {
    Arena *arena;
    const char *name, *said;
    TimeMs now;
} Asking;

static bool ask(StoreTx *tx, void *arg)
{
    const Asking *work = arg;
    send_server_slow(tx, work->arena, work->name, work->said, work->now);
    return true;
}

static void test_patience(gconstpointer engine)
{
    House house = house_open(ENGINE_OF(engine));
    house_write(&house, ask, &(Asking){house.arena, "smtp.uno.test", "mail: 421 too many\nmessages", TEST_NOW});
    house_write(&house, ask, &(Asking){house.arena, "smtp.due.test", "", TEST_NOW + 30 * TIME_SECOND});
    SendServerList list = servers_at(&house, TEST_NOW + 40 * TIME_SECOND);
    g_assert_cmpint(list.items[0].slow_until, ==, TEST_NOW + TIME_MINUTE);
    g_assert_cmpstr(list.items[0].said, ==, "mail: 421 too many messages");
    g_assert_cmpint(list.items[1].slow_until, ==, TEST_NOW + 90 * TIME_SECOND);
    g_assert_cmpstr(list.items[1].said, ==, "");
    g_assert_cmpint(list.items[2].slow_until, ==, TIME_NONE);
    list = servers_at(&house, TEST_NOW + TIME_MINUTE);
    g_assert_cmpint(list.items[0].slow_until, ==, TIME_NONE);
    g_assert_cmpint(list.items[1].slow_until, ==, TEST_NOW + 90 * TIME_SECOND);
    house_write(&house, ask, &(Asking){house.arena, "smtp.due.test", "again", TEST_NOW + 2 * TIME_MINUTE});
    StoreTx *tx = house_read(&house); /* what is over is not kept */
    g_assert_cmpstr(setting_get(tx, house.arena, SETTING_SLOW_SERVERS), ==, "smtp.due.test 1764590580000 again");
    house_read_end(tx);
    house_close(&house);
}

int main(int argc, char *argv[])
{
    g_test_init(&argc, &argv, NULL);
    desk_test_each_engine("/send-server/shares", test_who_shares);
    desk_test_each_engine("/send-server/patience", test_patience);
    return g_test_run();
}
