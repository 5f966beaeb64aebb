/* SPDX-License-Identifier: EUPL-1.2 */
/* One renews at a time, nothing older overwrites what is newer, and an attempt counts once. */
#include "desk/mailbox/grant.h"

#include "desk/noun_testing.h"

static ChannelAccountId account_add(NounTest *test)
{
    return test_mailbox_add(test->tx, test->arena, "assistenza");
}

static void assert_bytes(Bytes bytes, const char *text)
{
    g_assert_true(bytes_equal(bytes, bytes_of(text)));
}

static MailboxGrant grant_now(NounTest *test, ChannelAccountId account)
{
    MailboxGrant grant;
    g_assert_true(mailbox_grant_find(test->tx, test->arena, account, &grant));
    return grant;
}

static MailboxGrant granted(NounTest *test)
{
    ChannelAccountId account = account_add(test);
    mailbox_grant_put(test->tx, &(MailboxGrant){.account = account,
                                                .access = bytes_of("a1"),
                                                .refresh = bytes_of("r1"),
                                                .bound = "b",
                                                .granted_at = 1000,
                                                .renew_at = 4000,
                                                .expires_at = 5000});
    return grant_now(test, account);
}

static void test_life(NounTest *test)
{
    ChannelAccountId account = account_add(test);
    MailboxGrant grant;
    g_assert_false(mailbox_grant_find(test->tx, test->arena, account, &grant));
    g_assert_cmpstr(grant.bound, ==, "");
    mailbox_grant_set_client(test->tx, account, bytes_of("c1"));
    grant = grant_now(test, account);
    assert_bytes(grant.client, "c1");
    g_assert_cmpuint(grant.access.size, ==, 0);
    mailbox_grant_put(test->tx, &(MailboxGrant){.account = account,
                                                .access = bytes_of("a1"),
                                                .refresh = bytes_of("r1"),
                                                .bound = "b",
                                                .granted_at = 1000,
                                                .renew_at = 4000,
                                                .expires_at = 5000});
    mailbox_grant_set_client(test->tx, account, (Bytes){NULL, 0});
    grant = grant_now(test, account);
    g_assert_cmpuint(grant.client.size, ==, 0);
    assert_bytes(grant.access, "a1");
    assert_bytes(grant.refresh, "r1");
    g_assert_cmpstr(grant.bound, ==, "b");
    g_assert_cmpint(grant.renew_at, ==, 4000);
    g_assert_cmpint(grant.expires_at, ==, 5000);
    mailbox_grant_set_client(test->tx, account, bytes_of("c2"));
    mailbox_grant_drop(test->tx, account);
    grant = grant_now(test, account);
    assert_bytes(grant.client, "c2");
    g_assert_cmpuint(grant.access.size + grant.refresh.size, ==, 0);
    g_assert_cmpint(grant.granted_at, ==, TIME_NONE);
}

static void test_renewal(NounTest *test)
{
    MailboxGrant grant = granted(test), other = grant;
    g_assert_true(mailbox_grant_lease(test->tx, &grant, 9000, 4000));
    g_assert_false(mailbox_grant_lease(test->tx, &other, 9000, 4000)); /* as it was read before */
    other = grant_now(test, grant.account);
    g_assert_false(mailbox_grant_lease(test->tx, &other, 9000, 8999));
    grant.version = other.version;
    grant.access = bytes_of("a2");
    grant.refresh = bytes_of("r2");
    grant.renew_at = 6000;
    grant.expires_at = 7000;
    g_assert_true(mailbox_grant_renew(test->tx, &grant));
    g_assert_false(mailbox_grant_renew(test->tx, &grant));
    grant = grant_now(test, grant.account);
    assert_bytes(grant.access, "a2");
    assert_bytes(grant.refresh, "r2");
    g_assert_cmpint(grant.busy_until, ==, TIME_NONE);

    /* who died while renewing holds it up for a while only */
    g_assert_true(mailbox_grant_lease(test->tx, &grant, 9000, 8000));
    grant = grant_now(test, grant.account);
    g_assert_true(mailbox_grant_lease(test->tx, &grant, 20000, 9000));

    grant = grant_now(test, grant.account);
    grant.withdrawn_at = 9100;
    g_assert_true(mailbox_grant_release(test->tx, &grant));
    g_assert_false(mailbox_grant_release(test->tx, &grant));
    g_assert_cmpint(grant_now(test, grant.account).withdrawn_at, ==, 9100);
    mailbox_grant_put(test->tx, &grant);
    g_assert_cmpint(grant_now(test, grant.account).withdrawn_at, ==, TIME_NONE);
}

static void begin(NounTest *test, ChannelAccountId account, const char *state, TimeMs at)
{
    grant_attempt_add(test->tx, &(GrantAttempt){account, state, bytes_of("v"), "b", at});
}

static void test_attempt(NounTest *test)
{
    ChannelAccountId account = account_add(test);
    GrantAttempt attempt;
    begin(test, account, "s1", 1000);
    g_assert_false(grant_attempt_take(test->tx, test->arena, "s2", 1001, &attempt));
    g_assert_true(grant_attempt_take(test->tx, test->arena, "s1", 1001, &attempt));
    assert_bytes(attempt.verifier, "v");
    g_assert_cmpstr(attempt.bound, ==, "b");
    g_assert_cmpint(attempt.account.value, ==, account.value);
    g_assert_false(grant_attempt_take(test->tx, test->arena, "s1", 1002, &attempt)); /* once */
    begin(test, account, "s3", 2000);
    begin(test, account, "s4", 3000);
    g_assert_false(grant_attempt_take(test->tx, test->arena, "s3", 3001, &attempt)); /* the last one counts */
    g_assert_false(grant_attempt_take(test->tx, test->arena, "s4", 3000 + GRANT_ATTEMPT_MS, &attempt));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/grant/life", test_life);
    noun_test_each_engine("/grant/renewal", test_renewal);
    noun_test_each_engine("/grant/attempt", test_attempt);
    return g_test_run();
}
