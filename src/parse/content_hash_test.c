/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/content_hash.h"

#include <glib.h>
#include <string.h>

static char *hash(const char *raw)
{
    char hex[SHA256_HEX_SIZE];
    parse_content_hash(bytes_of(raw), hex);
    return g_strdup(hex);
}

static void assert_same(const char *a, const char *b, bool expected)
{
    g_autofree char *first = hash(a), *second = hash(b);
    g_assert_cmpint(!strcmp(first, second), ==, expected);
}

#define PLAIN "From: a@x.it\r\nSubject: caldaia\r\nMessage-ID: <1@x>\r\n\r\nNon parte.\r\n"

/* printf 'abc' | sha256sum, and of the empty input: FIPS 180-2 */
static void test_published_values(void)
{
    g_autofree char *abc = hash("abc"), *empty = hash("");
    g_assert_cmpstr(abc, ==, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    g_assert_cmpstr(empty, ==, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_carrying_changes_nothing(void)
{
    assert_same(PLAIN, "Return-Path: <a@x.it>\r\nDelivered-To: b@y.it\r\n" PLAIN, true);
    assert_same(PLAIN, "Received: from x\r\n by y; today\r\n" PLAIN, true);
    assert_same(PLAIN, "From a@x.it Mon Nov 23 01:00:00 2026\nX-Spam-Status: No,\r\n\ttests=none\r\n" PLAIN, true);
    assert_same(PLAIN, "ARC-Seal: i=1\r\nauthentication-results : mx; dmarc=pass\r\n" PLAIN, true);
    assert_same("Received: a\nReceived: first\n" PLAIN, "Received: c\nReceived: b\nReceived: first\n" PLAIN, true);
}

/* One mail to two mailboxes: what Gmail and Exchange Online write into each copy, in fields as such copies have them. */
static void test_two_mailboxes_of_one_server(void)
{
    assert_same("X-Google-Smtp-Source: AGHT+IF1\r\nX-Received: by 2002:a05:6402 with SMTP id a1\r\n" PLAIN,
                "X-Google-Smtp-Source: AGHT+IF2\r\nX-Received: by 2002:a17:906 with SMTP id b2\r\n" PLAIN, true);
    assert_same("X-Gm-Message-State: AOJu1\r\nX-Gm-Gg: ASb1\r\n" PLAIN, PLAIN, true);
    assert_same("X-MS-Exchange-CrossTenant-Network-Message-Id: 1\r\nX-MS-Exchange-Transport-EndToEndLatency: 00:02\r\n"
                "X-EOPAttributedMessage: 0\r\nX-MS-Office365-Filtering-Correlation-Id: 1\r\n" PLAIN,
                "X-Microsoft-Antispam: BCL:0;\r\nX-Microsoft-Antispam-Message-Info: a\r\n b\r\n"
                "X-MS-TrafficTypeDiagnostic: AM7\r\nX-Forefront-Antispam-Report: CIP:1\r\n" PLAIN,
                true);
    assert_same("X-CMAE-Envelope: MS4xfA\r\nX-CMAE-Analysis: v=2.4\r\n" PLAIN, PLAIN, true);
    assert_same("X-Mailer: a\r\n" PLAIN, "X-Mailer: b\r\n" PLAIN, false);
}

/* printf 'X-Gm-Gg: a\n\nx\n' | sha256sum: where only the first names are left out, the field counts. */
static void test_as_it_was_before(void)
{
    char before[SHA256_HEX_SIZE], now[SHA256_HEX_SIZE];
    g_assert_true(parse_content_hash_before(bytes_of("Lines: 1\nX-Gm-Gg: a\n\nx\n"), before));
    g_assert_cmpstr(before, ==, "f9cea15e3a624b3e8d15cc07ece5974ff555812dcdd8a626e45f2745679e83fd");
    parse_content_hash(bytes_of("X-Gm-Gg: a\n\nx\n"), now);
    g_assert_cmpstr(now, !=, before);
    g_assert_false(parse_content_hash_before(bytes_of(PLAIN), before));
    g_assert_false(parse_content_hash_before(bytes_of(PLAIN "X-Gm-Gg: in the body\n"), before));
}

/* One message by a pipe (LF), and by LMTP or IMAP (CRLF). */
static void test_line_ends_are_one(void)
{
    assert_same("Subject: a\n b\n\nx\n\ny\n", "Subject: a\r\n b\r\n\r\nx\r\n\r\ny\r\n", true);
    assert_same("Subject: a\n\nx\n", "Return-Path: <a@x.it>\r\nSubject: a\r\n\r\nx\r\n", true);
    assert_same("Subject: a\n\nx\r", "Subject: a\n\nx", false);
    assert_same("Subject: a\n\nx\ry", "Subject: a\n\nx\ny", false);
    assert_same("Subject: a\n\nx\r\r\n", "Subject: a\n\nx\r\n", false);
    g_autofree char *crlf = hash("a\r\n");
    /* printf 'a\n' | sha256sum */
    g_assert_cmpstr(crlf, ==, "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7");
}

static void test_content_changes_all(void)
{
    assert_same(PLAIN, "From: a@x.it\r\nSubject: caldaia\r\nMessage-ID: <1@x>\r\n\r\nNon parte!\r\n", false);
    assert_same(PLAIN, "From: a@x.it\r\nSubject: Caldaia\r\nMessage-ID: <1@x>\r\n\r\nNon parte.\r\n", false);
    assert_same(PLAIN, PLAIN "Return-Path: <in the body>\r\n", false);
    assert_same("Received: b\nReceived: first\n" PLAIN, "Received: b\nReceived: other\n" PLAIN, false);
    assert_same("Subject: a\rReceived: hidden\n\nx", "Subject: a\n\nx", false); /* a bare CR ends no line */
}

static void test_any_bytes_have_a_hash(void)
{
    static const uint8_t nul[] = "Subject: a\0b\nReceived: x\n\n\0";
    char first[SHA256_HEX_SIZE], second[SHA256_HEX_SIZE];
    parse_content_hash((Bytes){nul, sizeof nul}, first);
    parse_content_hash((Bytes){nul, sizeof nul - 1}, second);
    g_assert_cmpstr(first, !=, second);
    parse_content_hash((Bytes){NULL, 0}, first);
    parse_content_hash((Bytes){(const uint8_t *)"From ", 5}, first);
    parse_content_hash((Bytes){(const uint8_t *)"\r", 1}, first);
}

/* 100,000 Received fields and a 2 MB line: linear, so far under a second. */
static void test_long_headers_are_linear(void)
{
    g_autoptr(GString) raw = g_string_new(NULL);
    for (int i = 0; i < 100000; i++)
        g_string_append(raw, "Received: from a by b with c\r\n");
    g_string_append(raw, "Subject: ");
    for (int i = 0; i < 2000000; i++)
        g_string_append_c(raw, 'x');
    char hex[SHA256_HEX_SIZE];
    gint64 before = g_get_monotonic_time();
    parse_content_hash((Bytes){(const uint8_t *)raw->str, raw->len}, hex);
    g_assert_cmpint(g_get_monotonic_time() - before, <, 2 * G_USEC_PER_SEC);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/content-hash/published", test_published_values);
    g_test_add_func("/content-hash/carrying", test_carrying_changes_nothing);
    g_test_add_func("/content-hash/two-mailboxes", test_two_mailboxes_of_one_server);
    g_test_add_func("/content-hash/before", test_as_it_was_before);
    g_test_add_func("/content-hash/line-ends", test_line_ends_are_one);
    g_test_add_func("/content-hash/content", test_content_changes_all);
    g_test_add_func("/content-hash/any-bytes", test_any_bytes_have_a_hash);
    g_test_add_func("/content-hash/linear", test_long_headers_are_linear);
    return g_test_run();
}
