/* SPDX-License-Identifier: EUPL-1.2 */
/* Keys: RFC 6376 appendix C (RSA, 1024 bits) and RFC 8463 appendix A.2 (Ed25519); 512 and 2048 bits, and the bare form of
 * RFC 6376, made by OpenSSL. DMARC: RFC 7489, sections 6.3, 6.6.3 and appendix B. */
#include "channel/mail/dkim.h"
#include "channel/mail/dmarc.h"
#include "channel/mail/domain.h"
#include "channel/mail/zone_testing.h"

#define KEY_512                                                                                                        \
    "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALZUZVYJyK7eMpShblrn3DvvppvDk5RbGhtRpVCW9AcNGqaBl/"                               \
    "CYuZrGw48OLrrjDW020eAxscWzv0DHzUzeh18CAwEAAQ=="
#define KEY_1024                                                                                                       \
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/"                                    \
    "zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/"                                   \
    "NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB"
#define KEY_2048                                                                                                       \
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuKZBqzUAIalPpnod3n9YLt7QMwIB4jkVXmGcA/"                               \
    "XZSSh1dockcm1nzIXNY+GfbI3s6kjv9+phCZLPg5R3QJXj8jrY56zIsi/Fs6o7EKNRtpcphJe0sHtlczJDBsU/"                           \
    "EHyzW54D11foLQ6fcGrAYx3ahv2mjVBGoIZ65bmXosA7sCzg49QfQFdTanJq0Ty7qNRRVrL/"                                         \
    "qbhCPQoAWvJofH3f60mxf905ocSjBE2BgGiQjmStBnUYFuj3pXnND1XcX/c+om64ruzrHacvr8sxVkTeP1t5GQnsHUh3dJgkCw34/"            \
    "iCo8fb9w5pbx3WoDQfqZ/5u7ey6H70/+5nCTRcwq44cfQIDAQAB"
#define KEY_BARE                                                                                                       \
    "MIGJAoGBAKSlaHSoI7P/"                                                                                             \
    "MlTA99I+12rScouEPh5RakIXLO3Xnx9Qi04ogdTEaWJ50HN6n7YJiL3eoVg8rYvY6kbXk+QIRyIY+"                                    \
    "0Y6vS9yUMW2vIPbOtsgnGFpxBcJ1IU08yW3kx8wMAOmFDeZYAOq/DUwaJYsU0bJFb88Hnz8qUhxs3/1jvP/AgMBAAE="
#define KEY_ED25519 "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

static void test_keys(void)
{
    static const struct {
        const char *record;
        DkimState state;
        unsigned bits;
        bool testing;
    } cases[] = {
        {"v=DKIM1; p=" KEY_1024, DKIM_WEAK, 1024, false},
        {"p=" KEY_1024, DKIM_WEAK, 1024, false},
        {"v=DKIM1; k=rsa; t=y:s; p=" KEY_2048 ";", DKIM_GOOD, 2048, true},
        {"v=DKIM1; k=rsa; t=s; p=" KEY_BARE, DKIM_WEAK, 1024, false},
        {"v=DKIM1; k=rsa; p=" KEY_512, DKIM_SHORT, 512, false},
        {"v=DKIM1; k=ed25519; p=" KEY_ED25519, DKIM_GOOD, 0, false},
        {"v=DKIM1; k=ed25519; p=" KEY_1024, DKIM_BROKEN, 0, false},
        {"v=DKIM1; p=", DKIM_REVOKED, 0, false},
        {"v=DKIM1; k=rsa", DKIM_BROKEN, 0, false},
        {"v=DKIM1; p=M" KEY_2048, DKIM_BROKEN, 0, false}, /* pasted with a letter too many */
        {"v=DKIM1; p=MIIBIjAN", DKIM_BROKEN, 0, false},   /* cut where a panel takes no more */
        {"v=DKIM1; p=\"" KEY_2048 "\"", DKIM_BROKEN, 0, false},
        {"v=DKIM1; k=dsa; p=" KEY_1024, DKIM_BROKEN, 0, false},
        {"v=DKIM1; s=tlsa; p=" KEY_2048, DKIM_BROKEN, 0, false},
        {"v=DKIM1; s=email; p=" KEY_2048, DKIM_GOOD, 2048, false},
        {"p=" KEY_2048 "; v=DKIM1", DKIM_BROKEN, 0, false}, /* the version stands first (section 3.6.1) */
        {"v=DKIM1; p=" KEY_2048 "; p=" KEY_2048, DKIM_BROKEN, 0, false},
        {"v=spf1 -all", DKIM_ABSENT, 0, false},
        {"", DKIM_ABSENT, 0, false},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].record);
        DkimKey key = dkim_key_parse(arena, cases[i].record);
        g_assert_cmpint(key.state, ==, cases[i].state);
        g_assert_cmpuint(key.bits, ==, cases[i].bits);
        g_assert_cmpint(key.testing, ==, cases[i].testing);
    }
    g_assert_true(dkim_is_selector("s1") && dkim_is_selector("foo.bar-2_x"));
    g_assert_false(dkim_is_selector("") || dkim_is_selector("a..b") || dkim_is_selector("a b") ||
                   dkim_is_selector(".a") || dkim_is_selector("a.") || dkim_is_selector("à"));
}

static void test_policies(void)
{
    static const struct {
        const char *record;
        bool inherited;
        const char *said; /* state, policy, percent, reports, strict spf and dkim */
    } cases[] = {
        {"v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com", false, "0 0 100 1 00"},
        {"v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com, mailto:tld-test@thirdparty.example.net!10m; pct=25", false, "0 1 25 1 00"},
        {"v=DMARC1;p=reject;aspf=s;adkim=r", false, "0 2 100 0 10"},
        {"v=DMARC1 ; p=REJECT ; adkim = s ;", false, "0 2 100 0 01"},
        {"v=DMARC1; p=reject; sp=none", false, "0 2 100 0 00"},
        {"v=DMARC1; p=reject; sp=quarantine", true, "0 1 100 0 00"},
        {"v=DMARC1; p=reject", true, "0 2 100 0 00"},
        {"v=DMARC1; p=refuse", false, "3 0 100 0 00"},
        {"v=DMARC1; rua=mailto:a@b.test", false, "3 0 100 1 00"},
        {"v=DMARC1; p=none; pct=101", false, "3 0 100 0 00"},
        {"v=DMARC1; p=none; p=reject", false, "3 0 100 0 00"},
        {"v=DMARC1, p=none", false, "3 0 100 0 00"},
        {"v=DMARC1; p=none; aspf=x", false, "3 0 100 0 00"},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        DmarcReport report = dmarc_parse(arena, cases[i].record, cases[i].inherited);
        g_test_message("%s", cases[i].record);
        g_assert_cmpstr(arena_printf(arena, "%d %d %u %d %d%d", report.state, report.policy, report.percent,
                                     report.reports, report.strict_spf, report.strict_dkim),
                        ==, cases[i].said);
    }
}

static void test_which_policy(void)
{
    static const ZoneRow rows[] = {
        {"_dmarc.example.com", DNS_TXT, "v=DMARC1; p=reject; sp=quarantine"},
        {"_dmarc.two.test", DNS_TXT, "v=DMARC1; p=none"},     {"_dmarc.two.test", DNS_TXT, "v=DMARC1; p=reject"},
        {"_dmarc.deaf.test", DNS_TXT, NULL},                  {"_dmarc.x.test", DNS_TXT, "v=spf1 -all"},
        {"_dmarc.test", DNS_TXT, "v=DMARC1; p=reject"}, /* of a public suffix: never asked */
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    TestZone zone = {rows, G_N_ELEMENTS(rows), arena};
    DnsSource source = {zone_ask, &zone};
    DmarcReport below = dmarc_read(arena, source, "mail.it.example.com");
    g_assert_true(below.state == DMARC_READ && below.inherited && below.policy == DMARC_QUARANTINE);
    g_assert_cmpstr(below.found_at, ==, "example.com");
    g_assert_cmpint(dmarc_read(arena, source, "example.com").policy, ==, DMARC_REJECT);
    g_assert_cmpint(dmarc_read(arena, source, "two.test").state, ==, DMARC_SEVERAL);
    g_assert_cmpint(dmarc_read(arena, source, "deaf.test").state, ==, DMARC_UNASKED);
    g_assert_cmpint(dmarc_read(arena, source, "x.test").state, ==, DMARC_ABSENT);
    g_assert_cmpint(dmarc_read(arena, source, "a.deaf.test").state, ==, DMARC_UNASKED);
}

/* --- together ------------------------------------------------------------------------------------------------------- */

static const DomainAsked asked = {.domain = "bar.test",
                                  .address = "info@bar.test",
                                  .servers = {{"smtps.aruba.it", "_spf.aruba.it"}},
                                  .server_count = 1,
                                  .selector = "",
                                  .learnt = ""};

/* "bad: mx_good/good spf_absent/bad …" */
static const char *check(Arena *arena, const ZoneRow *rows, size_t count, const DomainAsked *one)
{
    TestZone zone = {rows, count, arena};
    DomainReport report = domain_check(arena, (DnsSource){zone_ask, &zone}, one);
    g_autoptr(GString) said = g_string_new(domain_mark_text(report.mark));
    g_string_append_c(said, ':');
    for (size_t i = 0; i < report.count; i++) {
        const char *key = msg_key(report.findings[i].text);
        g_assert_true(g_str_has_prefix(key, "mail.domain."));
        g_assert_nonnull(domain_words(arena, LANG_IT, &report, &report.findings[i]));
        g_string_append_printf(said, " %s/%s", key + strlen("mail.domain."), domain_mark_text(report.findings[i].mark));
    }
    return arena_strdup(arena, said->str);
}

static void test_all_in_order(void)
{
    static const ZoneRow rows[] = {
        {"bar.test", DNS_MX, "mx.aruba.test"},
        {"bar.test", DNS_TXT, "google-site-verification=x"},
        {"bar.test", DNS_TXT, "v=spf1 include:_spf.aruba.it ~all"},
        {"_spf.aruba.it", DNS_TXT, "v=spf1 ip4:192.0.2.0/24 ~all"},
        {"a1._domainkey.bar.test", DNS_TXT, "v=DKIM1; p=" KEY_2048},
        {"_dmarc.bar.test", DNS_TXT, "v=DMARC1; p=quarantine; rua=mailto:info@bar.test"},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(check(arena, rows, G_N_ELEMENTS(rows), &asked), ==,
                    "good: mx_good/good spf_good/good spf_covered/good dkim_good/good dmarc_quarantine/good");
}

static void test_what_is_missing(void)
{
    static const ZoneRow bare[] = {{"bar.test", DNS_A, "192.0.2.1"}};
    static const ZoneRow mute[] = {{"bar.test", DNS_MX, ""}, {"bar.test", DNS_TXT, "v=spf1 +all"},
                                   {"_dmarc.bar.test", DNS_TXT, "v=DMARC1; p=none"}};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(check(arena, NULL, 0, &asked), ==, "bad: no_name/bad");
    g_assert_cmpstr(check(arena, bare, 1, &asked), ==,
                    "bad: mx_implicit/advice spf_absent/bad dkim_unknown/advice dmarc_absent/advice");
    g_assert_cmpstr(
        check(arena, mute, 3, &asked), ==,
        "bad: mx_null/bad spf_uncovered/bad spf_open/bad dkim_unknown/advice dmarc_none/advice dmarc_silent/advice");
}

/* Never red where it merely could not ask. */
static void test_nobody_answers(void)
{
    static const char *const names[] = {"bar.test", "_dmarc.bar.test"};
    static const DnsType types[] = {DNS_MX, DNS_TXT, DNS_A, DNS_AAAA};
    ZoneRow rows[32];
    size_t count = 0;
    for (size_t n = 0; n < G_N_ELEMENTS(names); n++)
        for (size_t t = 0; t < G_N_ELEMENTS(types); t++)
            rows[count++] = (ZoneRow){names[n], types[t], NULL};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (const char *const *usual = dkim_usual_selectors(); *usual; usual++)
        rows[count++] = (ZoneRow){arena_printf(arena, "%s._domainkey.bar.test", *usual), DNS_TXT, NULL};
    g_assert_cmpstr(check(arena, rows, count, &asked), ==,
                    "unknown: mx_unasked/unknown spf_unasked/unknown dkim_unasked/unknown dmarc_unasked/unknown");
}

static void test_selector(void)
{
    static const ZoneRow rows[] = {{"bar.test", DNS_MX, "m.test"},
                                   {"bar.test", DNS_TXT, "v=spf1 include:_spf.aruba.it -all"},
                                   {"_spf.aruba.it", DNS_TXT, "v=spf1 -all"},
                                   {"old._domainkey.bar.test", DNS_TXT, "v=DKIM1; p="},
                                   {"default._domainkey.bar.test", DNS_TXT, "v=DKIM1; p="},
                                   {"_dmarc.bar.test", DNS_TXT, "v=DMARC1; p=reject; rua=mailto:a@bar.test"}};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    DomainAsked one = asked;
    const char *rest = "mx_good/good spf_good/good spf_covered/good", *end = "dmarc_reject/good";
    one.selector = "old";
    g_assert_cmpstr(check(arena, rows, G_N_ELEMENTS(rows), &one), ==,
                    arena_printf(arena, "bad: %s dkim_revoked/bad %s", rest, end));
    one.selector = "new";
    g_assert_cmpstr(check(arena, rows, G_N_ELEMENTS(rows), &one), ==,
                    arena_printf(arena, "bad: %s dkim_absent/bad %s", rest, end));
    one.selector = "";
    g_assert_cmpstr(check(arena, rows, G_N_ELEMENTS(rows), &one), ==,
                    arena_printf(arena, "advice: %s dkim_revoked/advice dkim_unknown/advice %s", rest, end));
}

/* What our own mail is signed with is the one that counts: of the usual names none is tried. */
static void test_a_selector_that_was_learnt(void)
{
    static const ZoneRow rows[] = {{"bar.test", DNS_MX, "m.test"},
                                   {"bar.test", DNS_TXT, "v=spf1 include:_spf.aruba.it -all"},
                                   {"_spf.aruba.it", DNS_TXT, "v=spf1 -all"},
                                   {"s7._domainkey.bar.test", DNS_TXT, "v=DKIM1; p=" KEY_2048},
                                   {"default._domainkey.bar.test", DNS_TXT, "v=DKIM1; p="},
                                   {"_dmarc.bar.test", DNS_TXT, "v=DMARC1; p=reject; rua=mailto:a@bar.test"}};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    DomainAsked one = asked;
    const char *rest = "mx_good/good spf_good/good spf_covered/good", *end = "dmarc_reject/good";
    one.learnt = "s7";
    g_assert_cmpstr(check(arena, rows, G_N_ELEMENTS(rows), &one), ==,
                    arena_printf(arena, "good: %s dkim_good/good dkim_learnt/good %s", rest, end));
    one.learnt = "gone"; /* signed, and nobody can check it */
    g_assert_cmpstr(check(arena, rows, G_N_ELEMENTS(rows), &one), ==,
                    arena_printf(arena, "bad: %s dkim_absent/bad dkim_learnt/good %s", rest, end));
    one.selector = "s7"; /* somebody knows better */
    g_assert_cmpstr(check(arena, rows, G_N_ELEMENTS(rows), &one), ==,
                    arena_printf(arena, "good: %s dkim_good/good %s", rest, end));
}

/* The field of RFC 6376, section 3.5, shortened and as it stands once it is unfolded. */
static void test_whose_signature(void)
{
    static const char field[] =
        "v=1; a=rsa-sha256; d=example.net; s=brisbane; c=simple; q=dns/txt; i=@eng.example.net; "
        "t=1117574938; x=1118006938; h=from:to:subject:date; "
        "z=From:foo@eng.example.net|To:joe@example.com|  Subject:demo=20run; "
        "bh=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=; b=dzdVyOfAKCdLXdJOc9G2q8LoXSlEniSb av+yuU4zGeer";
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(dkim_signature_selector(arena, field, "Example.NET"), ==, "brisbane");
    g_assert_null(dkim_signature_selector(arena, field, "eng.example.net"));
    g_assert_null(dkim_signature_selector(arena, field, "net"));
    static const char *const none[] = {"", "s=x", "d=example.net", "d=example.net; s=", "d=example.net; s=a b",
                                       "d=example.net; s=x; s=y", "d=example.net. s=x"};
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_null(dkim_signature_selector(arena, none[i], "example.net"));
}

/* RFC 7489, section 7.1 and appendix B.2.2: example.com's reports go to thirdparty.example.net. */
static void test_reports_to_others(void)
{
    static const ZoneRow rows[] = {
        {"bar.test", DNS_MX, "m.test"},
        {"bar.test", DNS_TXT, "v=spf1 include:_spf.aruba.it -all"},
        {"_spf.aruba.it", DNS_TXT, "v=spf1 -all"},
        {"a1._domainkey.bar.test", DNS_TXT, "v=DKIM1; p=" KEY_2048},
        {"bar.test._report._dmarc.wants.test", DNS_TXT, "v=DMARC1"},
        {"bar.test._report._dmarc.other.test", DNS_TXT, "v=spf1 -all"},
        {"bar.test._report._dmarc.deaf.test", DNS_TXT, NULL},
        {"_dmarc.bar.test", DNS_TXT,
         "v=DMARC1; p=reject; rua=mailto:a@bar.test,mailto:b@Mail.bar.test, mailto:c@wants.test!10m"},
    };
    static const struct {
        const char *rua, *said;
    } cases[] = {
        {"mailto:a@bar.test,mailto:b@Mail.bar.test, mailto:c@wants.test!10m", "good:"},
        {"mailto:a@nobar.test", "advice: dmarc_unwanted/advice"},
        {"mailto:a@other.test,mailto:b@OTHER.test!1g", "advice: dmarc_unwanted/advice"},
        {"mailto:a@deaf.test", "unknown: dmarc_wanted_unasked/unknown"},
        {"mailto:a@other.test,mailto:b@test,https://x.test/@y", "advice: dmarc_unwanted/advice"},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ZoneRow zone[G_N_ELEMENTS(rows)];
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        memcpy(zone, rows, sizeof zone);
        zone[G_N_ELEMENTS(rows) - 1].text = arena_printf(arena, "v=DMARC1; p=reject; rua=%s", cases[i].rua);
        const char *said = check(arena, zone, G_N_ELEMENTS(rows), &asked);
        const char *colon = strchr(cases[i].said, ':'), *more = colon[1] ? colon + 1 : "";
        g_assert_cmpstr(
            said, ==,
            arena_printf(arena, "%.*s mx_good/good spf_good/good spf_covered/good dkim_good/good dmarc_reject/good%s",
                         (int)(colon + 1 - cases[i].said), cases[i].said, more));
    }
    TestZone all = {rows, G_N_ELEMENTS(rows), arena};
    DnsSource source = {zone_ask, &all};
    g_assert_cmpint(dmarc_consent(arena, source, "bar.test", "wants.test"), ==, DMARC_CONSENTS);
    g_assert_cmpint(dmarc_consent(arena, source, "mail.bar.test", "bar.test"), ==, DMARC_CONSENTS);
    g_assert_cmpint(dmarc_consent(arena, source, "bar.test", "foobar.test"), ==, DMARC_SILENT);
    g_assert_cmpstr(dmarc_consent_name(arena, "example.com", "thirdparty.example.net"), ==,
                    "example.com._report._dmarc.thirdparty.example.net");
}

/* Two servers of one name, as two mailboxes may write it: the words once, the line that has both. */
static void test_said_once(void)
{
    static const ZoneRow rows[] = {{"bar.test", DNS_MX, "m.test"},
                                   {"bar.test", DNS_TXT, "v=spf1 ip4:192.0.2.1 -all"},
                                   {"a1._domainkey.bar.test", DNS_TXT, "v=DKIM1; p=" KEY_2048},
                                   {"_dmarc.bar.test", DNS_TXT, "v=DMARC1; p=reject; rua=mailto:a@bar.test"}};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    DomainAsked one = asked;
    one.servers[1] = one.servers[0];
    one.server_count = 2;
    g_assert_cmpstr(check(arena, rows, G_N_ELEMENTS(rows), &one), ==,
                    "bad: mx_good/good spf_good/good spf_uncovered/bad dkim_good/good dmarc_reject/good");
}

/* --- which domains -------------------------------------------------------------------------------------------------- */

static void test_list(void)
{
    ChannelAccount accounts[] = {
        {.channel = "mail", .address = "info@Bar.TEST", .config = "{\"smtp_host\":\"smtps.aruba.it\"}", .active = true},
        {.channel = "mail", .address = "post@bar.test", .config = "{\"smtp_host\":\"SMTPS.aruba.it\"}", .active = true},
        {.channel = "mail", .address = "lab@bar.test", .config = "{\"smtp_host\":\"relay.bar.test\"}", .active = true},
        {.channel = "mail", .address = "bar@gmail.com", .config = "{\"smtp_host\":\"smtp.gmail.com\"}", .active = true},
        {.channel = "pec", .address = "bar@pec.bar.test", .config = "{\"smtp_host\":\"smtps.pec.aruba.it\"}", .active = true},
        {.channel = "mail", .address = "old@old.test", .config = "{}", .active = false},
        {.channel = "mail", .address = "caffè@caffè.test", .config = "none", .active = true},
        {.channel = "mail", .address = "a@localhost", .config = "{}", .active = true},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    DomainAsked *found = ARENA_ARRAY(arena, DomainAsked, DOMAINS_MAX);
    const DomainSelectors selectors = {"", "xn--caff-8oa.test k1\nbar.test s7"};
    g_assert_cmpuint(domain_list(arena, &(ChannelAccountList){accounts, G_N_ELEMENTS(accounts)}, &selectors, found), ==,
                     4);
    g_assert_cmpstr(found[0].domain, ==, "bar.test");
    g_assert_true(found[0].kind == DOMAIN_OURS && found[0].server_count == 2);
    g_assert_cmpstr(found[0].servers[0].include, ==, "_spf.aruba.it");
    g_assert_cmpstr(found[0].servers[1].include, ==, "");
    g_assert_true(found[1].kind == DOMAIN_EVERYBODYS && found[2].kind == DOMAIN_CERTIFIED);
    g_assert_cmpstr(found[3].domain, ==, "xn--caff-8oa.test");
    g_assert_cmpstr(found[0].learnt, ==, "s7");
    g_assert_cmpstr(found[1].learnt, ==, "");
    g_assert_cmpstr(found[3].learnt, ==, "k1");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/mail/domain/keys", test_keys);
    g_test_add_func("/channel/mail/domain/policies", test_policies);
    g_test_add_func("/channel/mail/domain/which-policy", test_which_policy);
    g_test_add_func("/channel/mail/domain/all-in-order", test_all_in_order);
    g_test_add_func("/channel/mail/domain/what-is-missing", test_what_is_missing);
    g_test_add_func("/channel/mail/domain/nobody-answers", test_nobody_answers);
    g_test_add_func("/channel/mail/domain/selector", test_selector);
    g_test_add_func("/channel/mail/domain/learnt", test_a_selector_that_was_learnt);
    g_test_add_func("/channel/mail/domain/signature", test_whose_signature);
    g_test_add_func("/channel/mail/domain/reports", test_reports_to_others);
    g_test_add_func("/channel/mail/domain/once", test_said_once);
    g_test_add_func("/channel/mail/domain/list", test_list);
    return g_test_run();
}
