/* SPDX-License-Identifier: EUPL-1.2 */
/* The fields are the examples of RFC 8601, appendix B, and forgeries of them. */
#include "channel/mail/vouch.h"

#define SERVER "mx.filo.test"

typedef struct Case {
    const char *from;
    const char *fields[5]; /* from the top; "-": handed on here */
    const char *said;      /* trust, spf, dkim, dmarc */
} Case;

static void check_said(const Case *one, const char *server)
{
    static const char *const trusts[] = {"unjudged", "vouched", "doubted"};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ParsedField fields[5];
    ParsedMail mail = {.from_address = one->from, .fields = fields};
    for (; mail.field_count < 5 && one->fields[mail.field_count]; mail.field_count++) {
        const char *value = one->fields[mail.field_count];
        bool handed = g_str_equal(value, "-");
        fields[mail.field_count] = (ParsedField){handed ? "received" : "authentication-results", handed ? "" : value};
    }
    MailVouch vouch = mail_vouch_read(arena, &mail, server);
    g_assert_cmpstr(arena_printf(arena, "%s %s %s %s%s", trusts[vouch.trust], auth_result_text(vouch.spf),
                                 auth_result_text(vouch.dkim), auth_result_text(vouch.dmarc),
                                 g_str_equal(vouch.judge, server) && *server ? "" : " by nobody"),
                    ==, one->said);
}

static void test_the_servers_word(void)
{
    static const Case cases[] = {
        {"a@bar.test", {SERVER "; dmarc=pass header.from=bar.test; spf=pass smtp.mailfrom=bar.test; dkim=pass header.d=bar.test"}, "vouched pass pass pass"},
        {"a@bar.test", {SERVER " 1; dmarc=fail (p=reject dis=none) header.from=bar.test"}, "doubted unsaid unsaid fail"},
        {"a@bar.test", {"MX.Filo.TEST;spf=fail smtp.mailfrom=x.test;dmarc=none"}, "doubted fail unsaid none"},
        {"a@bar.test", {SERVER "; spf=softfail smtp.mailfrom=bar.test"}, "unjudged softfail unsaid unsaid"},
        /* RFC 8601 B.2: the service ran no check */
        {"a@bar.test", {SERVER "; none"}, "unjudged unsaid unsaid unsaid"},
        /* of another domain: it says who sent it, not that it is from there */
        {"a@bar.test", {SERVER "; spf=pass smtp.mailfrom=x.test; dkim=pass header.d=x.test"}, "unjudged pass pass unsaid"},
        {"a@shop.bar.test", {SERVER "; dkim=pass header.i=@bar.test"}, "vouched unsaid pass unsaid"},
        {"a@bar.test", {SERVER "; dkim=pass header.d=evil.bar.test"}, "unjudged unsaid pass unsaid"},
        {"a@obar.test", {SERVER "; dkim=pass header.d=bar.test"}, "unjudged unsaid pass unsaid"},
        {"a@bar.test", {SERVER "; dkim=pass header.d=test"}, "unjudged unsaid pass unsaid"},
        /* two signatures, RFC 8601 B.6 */
        {"a@bar.test", {SERVER "; dkim=fail reason=\"bad signature\" header.d=list.test; dkim = pass (1024-bit) header.d = bar.test"}, "vouched unsaid pass unsaid"},
        /* SPF fails where a mail is passed on; the signature stands */
        {"a@bar.test", {SERVER "; spf=fail smtp.mailfrom=bar.test; dkim=pass header.d=bar.test"}, "vouched fail pass unsaid"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check_said(&cases[i], SERVER);
}

static void test_forgeries_say_nothing(void)
{
    static const Case cases[] = {
        {"a@bar.test", {"mx.evil.test; dmarc=pass header.from=bar.test"}, "unjudged unsaid unsaid unsaid by nobody"},
        {"a@bar.test", {SERVER ".evil.test; dmarc=pass header.from=bar.test"}, "unjudged unsaid unsaid unsaid by nobody"},
        {"a@bar.test", {"evil.test " SERVER "; dmarc=pass header.from=bar.test"}, "unjudged unsaid unsaid unsaid by nobody"},
        /* brought along from outside, below the true one */
        {"a@bar.test", {SERVER "; dmarc=fail", SERVER "; dmarc=pass header.from=bar.test"}, "doubted unsaid unsaid fail"},
        {"a@bar.test", {SERVER "; spf=none", SERVER "; dmarc=pass header.from=bar.test; dkim=pass header.d=bar.test"}, "unjudged none unsaid unsaid"},
        {"a@bar.test", {SERVER "; dkim=pass header.d=bar.test", SERVER "; dmarc=fail"}, "doubted unsaid pass fail"},
        {"a@bar.test", {SERVER "; spf=none", "-", SERVER "; dmarc=pass header.from=bar.test; dkim=pass header.d=bar.test"}, "unjudged none unsaid unsaid"},
        {"a@bar.test", {"in.test; none", "-", SERVER "; spf=none", SERVER "; dmarc=fail", "-"}, "doubted none unsaid fail"},
        /* chosen by the sender: a comment, a reason, an address */
        {"a@bar.test", {SERVER "; spf=none (x; dmarc=pass header.from=bar.test) smtp.mailfrom=\"x;dmarc=pass header.from=bar.test \"@x.test"}, "unjudged none unsaid unsaid"},
        {"a@bar.test", {SERVER "; spf=none reason=\"\\\"; dmarc=pass header.from=bar.test; \\\"\""}, "unjudged none unsaid unsaid"},
        {"a@bar.test", {SERVER "; spf=none (a (b) \\) ; dmarc=pass header.from=bar.test"}, "unjudged none unsaid unsaid"},
        {"a@bar.test", {SERVER "; dmarc=passed; spf=pass@x.test; dkim=unsaid"}, "unjudged unsaid unsaid unsaid"},
        /* of whom another program sees in the same From; and of nobody */
        {"a@bar.test", {SERVER "; dmarc=pass (p=reject) header.from=evil.test"}, "unjudged unsaid unsaid unsaid"},
        {"a@bar.test", {SERVER "; dmarc=pass"}, "unjudged unsaid unsaid unsaid"},
        {"a@shop.bar.test", {SERVER "; dmarc=pass header.from=bar.test"}, "unjudged unsaid unsaid unsaid"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check_said(&cases[i], SERVER);
    static const Case unset = {
        "a@bar.test", {SERVER "; dmarc=pass header.from=bar.test"}, "unjudged unsaid unsaid unsaid by nobody"};
    check_said(&unset, "");
}

/* The first two are the examples of learn.microsoft.com, "Anti-spam message headers", with our domains. */
static void test_a_server_without_a_name(void)
{
#define MICROSOFT                                                                                                      \
    "spf=pass (sender IP is 192.168.0.1) smtp.mailfrom=bar.test; dkim=pass (signature was verified) "                  \
    "header.d=bar.test; dmarc=pass action=none header.from=bar.test; compauth=pass reason=100"
    static const Case cases[] = {
        {"a@bar.test", {MICROSOFT}, "vouched pass pass pass"},
        {"a@bar.test", {"spf=fail (sender IP is 192.168.0.1) smtp.mailfrom=bar.test; dkim=none (message not signed) header.d=none; dmarc=fail action=quarantine header.from=bar.test;compauth=fail reason=000"}, "doubted fail none fail"},
        {"a@bar.test", {"dkim=none (message not signed) header.d=none;dmarc=none action=none header.from=bar.test;"}, "unjudged unsaid none none"},
        /* handed on inside before it came to the mailbox */
        {"a@bar.test", {"-", MICROSOFT, "-"}, "vouched pass pass pass"},
        /* no other counts: neither for the sender nor against */
        {"a@bar.test", {"spf=none smtp.mailfrom=bar.test", MICROSOFT}, "unjudged none unsaid unsaid"},
        {"a@bar.test", {MICROSOFT, "dmarc=fail header.from=bar.test"}, "vouched pass pass pass"},
        {"a@bar.test", {"mx.evil.test; dmarc=pass header.from=bar.test"}, "unjudged unsaid unsaid unsaid by nobody"},
        {"a@bar.test", {MAIL_AUTH_NAMELESS "; dmarc=pass header.from=bar.test"}, "unjudged unsaid unsaid unsaid by nobody"},
        {"a@bar.test", {"spf=none (x; dmarc=pass header.from=bar.test) smtp.mailfrom=\"x; dmarc=pass header.from=bar.test \"@x.test"}, "unjudged none unsaid unsaid"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check_said(&cases[i], MAIL_AUTH_NAMELESS);
    static const Case named = {"a@bar.test", {MICROSOFT}, "unjudged unsaid unsaid unsaid by nobody"};
    check_said(&named, SERVER);
}

static void test_names(void)
{
    g_assert_true(mail_auth_server_is_name(MAIL_AUTH_NAMELESS));
    g_assert_true(mail_auth_server_is_name("microsoft 365"));
    g_assert_false(mail_auth_server_is_name("Microsoft 365 x"));
    g_assert_true(mail_auth_server_is_name("mx.google.com"));
    g_assert_true(mail_auth_server_is_name("mx_1"));
    g_assert_false(mail_auth_server_is_name(""));
    g_assert_false(mail_auth_server_is_name("mx.test; dmarc=pass"));
    g_assert_false(mail_auth_server_is_name("mx.tést"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/vouch/word", test_the_servers_word);
    g_test_add_func("/vouch/forgeries", test_forgeries_say_nothing);
    g_test_add_func("/vouch/without-a-name", test_a_server_without_a_name);
    g_test_add_func("/vouch/names", test_names);
    return g_test_run();
}
