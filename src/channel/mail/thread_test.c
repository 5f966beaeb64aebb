/* SPDX-License-Identifier: EUPL-1.2 */
#include "channel/mail/thread.h"

#include "channel/mail/compose.h"

#define TOKEN "abcdefghij0123456789abcdefghij01"
#define TOKEN_ADDRESS "assistenza+t." TOKEN

static const char *const OWN[] = {"assistenza@filo.test", "ordini@filo.test"};

static void check_candidates(ThreadFacts facts, const char *expected)
{
    static const char *const words[] = {"token", "bounce", "own", "other", "number"};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    facts.own_addresses = OWN;
    facts.own_count = G_N_ELEMENTS(OWN);
    size_t count;
    const ThreadCandidate *found = mail_thread_candidates(arena, &facts, &count);
    g_autoptr(GString) shown = g_string_new(NULL);
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(shown, "%s%s %s", i ? ", " : "", words[found[i].evidence], found[i].value);
    g_assert_cmpstr(shown->str, ==, expected);
}

static void test_best_evidence_first(void)
{
    static const char *const recipients[] = {"luca@bar.test", "Assistenza+T.ABCDEFGHIJ0123456789ABCDEFGHIJ01@Filo.test",
                                             ("ordini+b." TOKEN "x@filo.test")};
    check_candidates((ThreadFacts){.recipients = recipients,
                                   .recipient_count = 3,
                                   .in_reply_to = "<old@bar.test> (comment)",
                                   .references = "<first@bar.test>\r\n <10001.7.Ab3dEf9h@filo.test> <old@bar.test>",
                                   .subject = "R: [#10001] E07 [#10002]"},
                     "token " TOKEN ", bounce " TOKEN
                     "x, own 10001.7.Ab3dEf9h@filo.test, other old@bar.test, other first@bar.test, "
                     "number 10001, number 10002");
}

static void test_tokens_elsewhere_mean_nothing(void)
{
    static const char *const recipients[] = {(TOKEN_ADDRESS "@evil.test"),
                                             ("altro+t." TOKEN "@filo.test"),
                                             "assistenza+t.short@filo.test",
                                             (TOKEN_ADDRESS ".x@filo.test"),
                                             ("assistenza+x." TOKEN "@filo.test"),
                                             "assistenza@filo.test",
                                             "",
                                             "@",
                                             "assistenza+t.@filo.test",
                                             TOKEN_ADDRESS};
    check_candidates((ThreadFacts){.recipients = recipients, .recipient_count = G_N_ELEMENTS(recipients)}, "");
}

static void test_subject_numbers(void)
{
    check_candidates((ThreadFacts){.subject = "[#] [#x1] [#10001 [# 10001] #10001 [#010001] [#1234567890123456]"}, "");
    check_candidates((ThreadFacts){.subject = "[#10001][#10001]"}, "number 10001");
}

static void test_hostile_references(void)
{
    check_candidates((ThreadFacts){.references = "<<<>>> <a b@c.test> < > <noat> <x@y.test", .in_reply_to = "><"}, "");
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 100000; i++)
        g_string_append_printf(many, "<%d@bar.test> ", i);
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ThreadFacts facts = {.references = many->str};
    size_t count;
    const ThreadCandidate *found = mail_thread_candidates(arena, &facts, &count);
    g_assert_cmpuint(count, ==, MAIL_CANDIDATES_MAX);
    g_assert_cmpstr(found[0].value, ==, "99999@bar.test"); /* the newest back */
    g_assert_cmpstr(found[63].value, ==, "99936@bar.test");
}

static void test_what_compose_makes_is_found_again(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const char *id = mail_message_id(arena, 10001, 42, "k3Jd8sQ1", OWN[0]);
    int64_t ticket, outbox;
    g_assert_true(mail_message_id_parse(id, OWN, 2, &ticket, &outbox));
    g_assert_cmpint(ticket, ==, 10001);
    g_assert_cmpint(outbox, ==, 42);
    g_assert_false(mail_message_id_parse("10001.42.k3Jd8sQ1@evil.test", OWN, 2, &ticket, &outbox));
    g_assert_false(mail_message_id_parse("10001.42.k3J@filo.test", OWN, 2, &ticket, &outbox));
    g_assert_false(mail_message_id_parse("99999999999999999999.42.k3Jd8sQ1@filo.test", OWN, 2, &ticket, &outbox));
    const char *recipients[] = {mail_plus_address(arena, OWN[1], 't', TOKEN)};
    check_candidates((ThreadFacts){.recipients = recipients, .recipient_count = 1}, "token " TOKEN);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail-thread/order", test_best_evidence_first);
    g_test_add_func("/mail-thread/foreign-tokens", test_tokens_elsewhere_mean_nothing);
    g_test_add_func("/mail-thread/numbers", test_subject_numbers);
    g_test_add_func("/mail-thread/hostile", test_hostile_references);
    g_test_add_func("/mail-thread/own", test_what_compose_makes_is_found_again);
    return g_test_run();
}
