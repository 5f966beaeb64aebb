/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts as the mail servers named beside them write, with our own addresses; expected values read off by hand. */
#include "channel/mail/bounce.h"

#include <string.h>

#define OURS "10001.7.abcdefgh12345678@filo.test"

static Arena *arena;
static const char *const OWN[] = {"assistenza@filo.test"};

static ParsedMail said(const char *subject, const char *text)
{
    return (ParsedMail){
        .parsed = true, .subject = subject, .text = text, .text_size = strlen(text), .report_message_id = ""};
}

static MailBounce bounce_of(const ParsedMail *mail)
{
    return mail_bounce_read(arena, mail, OWN, G_N_ELEMENTS(OWN));
}

static void assert_item(const ReportedDelivery *item, const char *address, DeliveryState state, const char *status,
                        const char *reason)
{
    g_assert_cmpstr(item->address, ==, address);
    g_assert_cmpint(item->state, ==, state);
    g_assert_cmpstr(item->status, ==, status);
    g_assert_cmpstr(item->reason, ==, reason);
}

/* RFC 3464, 2.3.3: the five actions; a status alone counts by its class; relayed and expanded prove nothing. */
static void test_machine_readable(void)
{
    static const ParsedReport reports[] = {
        {"a@y.test", "failed", "5.1.1", "550 no such user"}, {"b@y.test", "delayed", "4.4.7", ""},
        {"c@y.test", "delivered", "2.0.0", ""},              {"d@y.test", "relayed", "2.0.0", ""},
        {"e@y.test", "expanded", "2.0.0", ""},               {"f@y.test", "", "5.2.2", ""},
        {"g@y.test", "", "", ""},                            {"A@Y.test", "delivered", "2.0.0", ""},
        {"unknown", "failed", "5.0.0", ""},
    };
    ParsedMail mail = said("Undelivered Mail Returned to Sender", "<z@y.test>: not read");
    mail.reports = reports;
    mail.report_count = G_N_ELEMENTS(reports);
    mail.report_message_id = "x1@filo.test";
    MailBounce bounce = bounce_of(&mail);
    g_assert_cmpstr(bounce.message_id, ==, "x1@filo.test");
    g_assert_cmpuint(bounce.count, ==, 4);
    assert_item(&bounce.items[0], "a@y.test", DELIVERY_FAILED, "5.1.1", "550 no such user");
    assert_item(&bounce.items[1], "b@y.test", DELIVERY_DELAYED, "4.4.7", "");
    assert_item(&bounce.items[2], "c@y.test", DELIVERY_DELIVERED, "2.0.0", "");
    assert_item(&bounce.items[3], "f@y.test", DELIVERY_FAILED, "5.2.2", "");
}

static void test_qmail(void)
{
    ParsedMail mail =
        said("failure notice", "Hi. This is the qmail-send program at mx.y.test.\n"
                               "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
                               "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
                               "<anna@y.test>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
                               "--- Below this line is a copy of the message.\n\n"
                               "Return-Path: <assistenza@filo.test>\nMessage-ID: <" OURS ">\nTo: carla@y.test\n\n"
                               "<dario@y.test>: 550 not read\n");
    MailBounce bounce = bounce_of(&mail);
    g_assert_cmpstr(bounce.message_id, ==, OURS);
    g_assert_cmpuint(bounce.count, ==, 1);
    assert_item(&bounce.items[0], "anna@y.test", DELIVERY_FAILED, "5.1.1",
                "Sorry, no mailbox here by that name. (#5.1.1)");
}

static void test_exim(void)
{
    static const ParsedField field = {"x-failed-recipients", "anna@y.test, bruno@y.test"};
    ParsedMail mail =
        said("Mail delivery failed: returning message to sender",
             "A message that you sent could not be delivered to one or more of its\nrecipients.\n\n"
             "  anna@y.test\n    host mx.y.test [192.0.2.1]\n    SMTP error from remote mail server after RCPT "
             "TO:<anna@y.test>:\n    550 5.2.2 mailbox full\n\n"
             "------ This is a copy of the message, including all the headers. ------\n\n"
             "Message-ID: <" OURS ">\n");
    mail.fields = &field;
    mail.field_count = 1;
    MailBounce bounce = bounce_of(&mail);
    g_assert_cmpstr(bounce.message_id, ==, OURS);
    g_assert_cmpuint(bounce.count, ==, 2);
    assert_item(&bounce.items[0], "anna@y.test", DELIVERY_FAILED, "5.2.2",
                "host mx.y.test [192.0.2.1] SMTP error from remote mail server after RCPT TO:<anna@y.test>: 550 5.2.2 "
                "mailbox full");
    g_assert_cmpstr(bounce.items[1].address, ==, "bruno@y.test");
    g_assert_cmpint(bounce.items[1].state, ==, DELIVERY_FAILED);
}

static void test_delays(void)
{
    static const struct {
        const char *subject, *text;
    } rows[] = {
        {"Warning: message 1abc-0001 delayed 24 hours", "  anna@y.test\n    Delay reason: connection timed out\n"},
        {"Delivery Status Notification (Delay)", "<anna@y.test>: 451 4.3.0 try later\n"},
        {"Messaggio in ritardo", "<anna@y.test>: il server non risponde\n"},
        {"Avviso di consegna", "<anna@y.test>: consegna ritardata, seguiranno ulteriori tentativi\n"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        ParsedMail mail = said(rows[i].subject, rows[i].text);
        MailBounce bounce = bounce_of(&mail);
        g_test_message("row %zu", i);
        g_assert_cmpuint(bounce.count, ==, 1);
        g_assert_cmpstr(bounce.items[0].address, ==, "anna@y.test");
        g_assert_cmpint(bounce.items[0].state, ==, DELIVERY_DELAYED);
    }
}

static void test_italian(void)
{
    ParsedMail mail =
        said("Mancato recapito", "Il messaggio non ha potuto essere consegnato ai seguenti destinatari:\n\n"
                                 "* anna@y.test - casella inesistente\n\n<bruno@y.test>: 550 rifiutato\nper sempre\n");
    MailBounce bounce = bounce_of(&mail);
    g_assert_null(bounce.message_id);
    g_assert_cmpuint(bounce.count, ==, 2);
    assert_item(&bounce.items[0], "anna@y.test", DELIVERY_FAILED, "", "- casella inesistente");
    assert_item(&bounce.items[1], "bruno@y.test", DELIVERY_FAILED, "", "550 rifiutato per sempre");
}

/* Another desk's id, an id without brackets, and one of another domain are not ours. */
static void test_ids_that_are_not_ours(void)
{
    static const char *const texts[] = {"Message-ID: <10001.7.abcdefgh12345678@altro.test>", ("Message-ID: " OURS),
                                        "<10001.7.abcdefgh12345678@filo.test", "<x@filo.test> <1.2.abc@filo.test>", ""};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        ParsedMail mail = said("failure notice", texts[i]);
        g_assert_null(bounce_of(&mail).message_id);
    }
}

/* Ten thousand addresses and codes: a hundred are kept. */
static void test_bounded(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 10000; i++)
        g_string_append_printf(text, "<a%d@y.test>: 550 5.1.1 no\n", i);
    ParsedMail mail = said("failure notice", text->str);
    g_assert_cmpuint(bounce_of(&mail).count, ==, BOUNCE_RECIPIENTS_MAX);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bounce/machine-readable", test_machine_readable);
    g_test_add_func("/bounce/qmail", test_qmail);
    g_test_add_func("/bounce/exim", test_exim);
    g_test_add_func("/bounce/delays", test_delays);
    g_test_add_func("/bounce/italian", test_italian);
    g_test_add_func("/bounce/ids-that-are-not-ours", test_ids_that_are_not_ours);
    g_test_add_func("/bounce/bounded", test_bounded);
    arena = arena_new((size_t)4 << 20);
    int failed = g_test_run();
    arena_free(arena);
    return failed;
}
