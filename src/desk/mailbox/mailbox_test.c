/* SPDX-License-Identifier: EUPL-1.2 */
/* Where a mailbox stands is kept for one server; how it fares tells since when it fails. */
#include "desk/mailbox/mailbox.h"

#include "desk/noun_testing.h"

static ChannelAccountId account_add(NounTest *test)
{
    return test_mailbox_add(test->tx, test->arena, "assistenza");
}

static void test_position(NounTest *test)
{
    MailboxFolder inbox = {account_add(test), "INBOX", "luca@imap.test", 7, 120, 121, 55, 1000};
    MailboxFolder found;
    g_assert_false(mailbox_folder_find(test->tx, test->arena, &inbox, &found));
    mailbox_folder_keep(test->tx, &inbox);
    inbox.last_uid = 130;
    inbox.old_below = 0;
    inbox.old_since = TIME_NONE;
    mailbox_folder_keep(test->tx, &inbox);
    g_assert_true(mailbox_folder_find(test->tx, test->arena, &inbox, &found));
    g_assert_cmpint(found.uid_validity, ==, 7);
    g_assert_cmpint(found.last_uid, ==, 130);
    g_assert_cmpint(found.old_below, ==, 0);
    g_assert_cmpint(found.old_since, ==, TIME_NONE);
    g_assert_cmpint(found.first_read_at, ==, 1000);

    MailboxFolder elsewhere = inbox;
    elsewhere.server = "luca@other.test";
    g_assert_false(mailbox_folder_find(test->tx, test->arena, &elsewhere, &found));
    elsewhere.last_uid = 3;
    mailbox_folder_keep(test->tx, &elsewhere);
    g_assert_false(mailbox_folder_find(test->tx, test->arena, &inbox, &found)); /* one place a folder */
    g_assert_true(mailbox_folder_find(test->tx, test->arena, &elsewhere, &found));
    g_assert_cmpint(found.last_uid, ==, 3);
}

static ChannelHealthRow only_health(NounTest *test)
{
    ChannelHealthRows rows = channel_health_list(test->tx, test->arena);
    g_assert_cmpuint(rows.count, ==, 1);
    return rows.items[0];
}

static void test_health(NounTest *test)
{
    ChannelAccountId account = account_add(test);
    g_assert_cmpuint(channel_health_list(test->tx, test->arena).count, ==, 0);
    channel_health_set_failing(test->tx, account, "sign_in", "no", 1000);
    channel_health_set_failing(test->tx, account, "temporary", "gone", 2000);
    ChannelHealthRow row = only_health(test);
    g_assert_cmpint(row.failing_since, ==, 1000);
    g_assert_cmpint(row.checked_at, ==, 2000);
    g_assert_cmpstr(row.step, ==, "temporary");
    g_assert_cmpstr(row.said, ==, "gone");
    g_assert_cmpint(row.last_message_at, ==, TIME_NONE);

    channel_health_set_well(test->tx, account, &(ChannelHealthWell){3000, "sent", "no such folder"}, 3500);
    row = only_health(test);
    g_assert_cmpint(row.failing_since, ==, TIME_NONE);
    g_assert_cmpstr(row.step, ==, "sent");
    g_assert_cmpstr(row.said, ==, "no such folder");
    channel_health_set_well(test->tx, account, &(ChannelHealthWell){TIME_NONE, "", ""}, 4000);
    row = only_health(test);
    g_assert_cmpint(row.failing_since, ==, TIME_NONE);
    g_assert_cmpint(row.checked_at, ==, 4000);
    g_assert_cmpstr(row.step, ==, "");
    g_assert_cmpint(row.last_message_at, ==, 3000);

    channel_health_set_failing(test->tx, account, "closed", "", 5000);
    row = only_health(test);
    g_assert_cmpint(row.failing_since, ==, 5000); /* since the last success */
    g_assert_cmpint(row.last_message_at, ==, 3000);
}

static void test_test(NounTest *test)
{
    ChannelAccountId account = account_add(test);
    g_assert_false(channel_test_arrive(test->tx, account, "aa", true, 500)); /* none was sent */
    channel_test_begin(test->tx, account, "aa", 1000);
    ChannelHealthRow row = only_health(test);
    g_assert_cmpint(row.checked_at, ==, TIME_NONE);
    g_assert_cmpint(row.test_sent_at, ==, 1000);
    g_assert_cmpint(row.test_arrived_at, ==, TIME_NONE);
    g_assert_false(channel_test_arrive(test->tx, account, "bb", true, 1500));
    g_assert_true(channel_test_arrive(test->tx, account, "aa", false, 1600)); /* a receipt speaks of it */
    g_assert_cmpint(only_health(test).test_arrived_at, ==, TIME_NONE);
    g_assert_true(channel_test_arrive(test->tx, account, "aa", true, 2000));
    g_assert_cmpint(only_health(test).test_arrived_at, ==, 2000);
    channel_test_begin(test->tx, account, "bb", 3000);
    g_assert_cmpint(only_health(test).test_arrived_at, ==, TIME_NONE);
    g_assert_false(channel_test_arrive(test->tx, account, "aa", true, 3500)); /* of the one before */
    g_assert_false(channel_test_arrive(test->tx, account, "bb", true, 3001 + TIME_DAY));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/mailbox/position", test_position);
    noun_test_each_engine("/mailbox/health", test_health);
    noun_test_each_engine("/mailbox/test", test_test);
    return g_test_run();
}
