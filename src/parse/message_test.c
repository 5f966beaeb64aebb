/* SPDX-License-Identifier: EUPL-1.2 */
/* What a message says, through real workers; hostile shapes; and the checker against mutated results. */
#include "parse/attachment.h"
#include "parse/html_int.h"
#include "parse/sandbox_int.h"
#include "parse/wire_int.h"

#include "base/error.h"

#include <string.h>

static ParseZygote *zygote;
static Arena *arena;

static ParsedMail parse(const char *raw, size_t size)
{
    g_autoptr(GError) error = NULL;
    ParsedMail mail;
    arena_clear(arena);
    g_assert_true(parse_mail(zygote, arena, (Bytes){(const uint8_t *)raw, size}, &mail, &error));
    g_assert_no_error(error);
    return mail;
}

static ParsedMail parse_text(const char *raw)
{
    ParsedMail mail = parse(raw, strlen(raw));
    g_assert_true(mail.parsed);
    return mail;
}

/* ---- headers ---- */

static void test_headers(void)
{
    ParsedMail mail = parse_text("Return-Path: <>\n"
                                 "From: =?utf-8?q?Andrea_Galli?= <andrea@x.it>\n"
                                 "Reply-To: x@y.it, \"Y, Z\" <z@y.it>\n"
                                 "To: undisclosed: a@x.it, B <b@x.it>;\nCc: c@x.it\n"
                                 "Subject: Caldaia\n ferma\n"
                                 "Date: Tue, 03 Mar 2026 10:12:00 +0100\n"
                                 "Message-ID: <1@x.it>\nIn-Reply-To: <0@y.it>\nReferences: <a@y> <b@y>\n\t<0@y.it>\n"
                                 "Auto-Submitted: auto-replied\nX-Ricevuta: avvenuta-consegna\nX-Secret: no\n\nCiao\n");
    g_assert_cmpstr(mail.from_address, ==, "andrea@x.it");
    g_assert_cmpstr(mail.from_name, ==, "Andrea Galli");
    g_assert_cmpuint(mail.address_count, ==, 6);
    g_assert_cmpstr(mail.addresses[2].name, ==, "Y, Z");
    g_assert_cmpstr(mail.addresses[4].address, ==, "b@x.it");
    g_assert_cmpint(mail.addresses[5].role, ==, PARSE_CC);
    g_assert_cmpstr(mail.subject, ==, "Caldaia ferma");
    g_assert_cmpint(mail.date, ==, INT64_C(1772529120000)); /* date -u -d '2026-03-03 09:12:00' +%s */
    g_assert_cmpint(mail.date_offset_minutes, ==, 60);
    g_assert_cmpstr(mail.message_id, ==, "1@x.it");
    g_assert_cmpstr(mail.in_reply_to, ==, "0@y.it");
    g_assert_cmpuint(mail.reference_count, ==, 3);
    g_assert_cmpstr(mail.references[2], ==, "0@y.it");
    g_assert_cmpstr(parse_mail_field(&mail, "x-ricevuta"), ==, "avvenuta-consegna");
    g_assert_null(parse_mail_field(&mail, "x-secret"));
    g_assert_true(mail.is_auto);
    g_assert_false(mail.is_bounce);
    g_assert_cmpstr(mail.text, ==, "Ciao\n");
    g_assert_cmpuint(mail.defects, ==, 0);
}

/* Adjacent words: padding inside a run, and a letter split between two words (é is c3 a9). */
static void test_encoded_words(void)
{
    static const struct {
        const char *subject, *expected;
    } cases[] = {
        {"=?utf-8?B?YWE=?= =?utf-8?B?YmI=?=", "aabb"},
        {"=?utf-8?B?cGVyY2jDqQ==?=", "perché"},
        {"=?utf-8?B?cGVyY2jD?=\n =?utf-8?B?qSBubw==?=", "perché no"},
        {"=?iso-8859-1?Q?perch=E9?=", "perché"},
        {"=?iso-8859-1?Q?costa_10=80?=", "costa 10€"}, /* mislabelled windows-1252 */
        {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"},
        {"=?x-unknown?Q?abc?=", "abc"},
        {"plain =?utf-8?Q?a?= text", "plain a text"},
        {"perch\xe9", "perché"}, /* raw 8-bit */
        {"perch\xc3\xa9", "perché"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *raw = g_strdup_printf("From: a@x.it\nSubject: %s\n\nx\n", cases[i].subject);
        g_assert_cmpstr(parse_text(raw).subject, ==, cases[i].expected);
    }
}

/* The first three are the shapes of RFC 8551 3.10 and RFC 3156 4; a signed file is a file, wherever it stands. */
static void test_a_sealed_message_says_so(void)
{
#define P7M "TUlNRQ==\n"
    static const struct {
        const char *raw;
        bool sealed;
    } rows[] = {
        {"Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\n name=smime.p7m\n"
         "Content-Transfer-Encoding: base64\n\n" P7M, true},
        {"Content-Type: application/x-pkcs7-mime; smime-type=signed-data\n\n" P7M, true},
        {"Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=B\n\n"
         "--B\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n"
         "--B\nContent-Type: application/octet-stream\n\nx\n--B--\n", true},
        {"Content-Type: application/pkcs7-mime; name=\"contratto.pdf.p7m\"\n\n" P7M, false},
        {"Content-Type: application/pkcs7-mime; smime-type=certs-only\n\n" P7M, false},
        {"Content-Type: multipart/mixed; boundary=B\n\n--B\n\nciao\n"
         "--B\nContent-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\n\n" P7M "--B--\n", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("row %zu", i);
        ParsedMail mail = parse_text(rows[i].raw);
        g_assert_cmpint((mail.defects & PARSE_DEFECT_SEALED) != 0, ==, rows[i].sealed);
        g_assert_cmpuint(mail.attachment_count, >=, 1);
    }
}

/* 64 + 1 + 255 bytes are an address still (RFC 5321 4.5.3.1.1 and .2), one more is none; the name stays. */
static void test_an_address_has_an_end(void)
{
    for (int more = 0; more < 2; more++) {
        g_autofree char *local = g_strnfill(64, 'l'), *domain = g_strnfill(255 - strlen(".it") + (size_t)more, 'd');
        g_autofree char *raw = g_strdup_printf("From: Eva <%s@%s.it>\nTo: a@x.it\n\nx\n", local, domain);
        ParsedMail mail = parse_text(raw);
        g_assert_cmpuint(strlen(mail.from_address), ==, more ? 0 : 320);
        g_assert_cmpstr(mail.from_name, ==, "Eva");
        g_assert_cmpint((mail.defects & PARSE_DEFECT_ADDRESS) != 0, ==, more);
    }
}

/* An encoded word hides no address: the sender is whom a checker of DMARC sees. What bad programs write stays readable. */
static void test_words_among_addresses(void)
{
    static const struct {
        const char *from, *address, *name;
    } cases[] = {
        {"=?u?q?x <evil@evil.test> (?= <a1@a.test> )", "evil@evil.test", NULL},
        {"=?u?b?<evil@evil.test>(?= <a1@a.test> )", "evil@evil.test", NULL},
        {"=?<evil@evil.test>(?q?x?= <a1@a.test> )", "evil@evil.test", NULL},
        {"=?u?q?x \"?= <a1@a.test>\" <evil@evil.test>", "evil@evil.test", NULL},
        {"=?iso-8859-1?Q?Rossi, Mario?= <mario@x.it>", "mario@x.it", "Rossi, Mario"},
        {"=?utf-8?Q?mario@x.it?= <mario@x.it>", "mario@x.it", "mario@x.it"},
        {"=?utf-8?Q?Mario_=28ufficio=29?= <mario@x.it>", "mario@x.it", "Mario (ufficio)"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *raw = g_strdup_printf("From: %s\nSubject: x\n\nx\n", cases[i].from);
        ParsedMail mail = parse_text(raw);
        g_assert_cmpstr(mail.from_address, ==, cases[i].address);
        if (cases[i].name)
            g_assert_cmpstr(mail.from_name, ==, cases[i].name);
    }
}

static void test_who_may_be_answered(void)
{
    static const struct {
        const char *header;
        bool is_auto, is_list;
    } cases[] = {
        {"Auto-Submitted: no", false, false},  {"Auto-Submitted: auto-generated", true, false},
        {"Precedence: bulk", true, true},      {"Precedence: auto_reply", true, false},
        {"List-Id: <l.x.it>", true, true},     {"X-Auto-Response-Suppress: DR, OOF", true, false},
        {"X-Loop: x", true, false},            {"Return-Path: <>", true, false},
        {"Return-Path: <a@x.it>", false, false}, {"Subject: out of office", false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *raw = g_strdup_printf("From: a@x.it\n%s\n\nx\n", cases[i].header);
        ParsedMail mail = parse_text(raw);
        if (mail.is_auto != cases[i].is_auto || mail.is_list != cases[i].is_list)
            g_test_fail_printf("%s", cases[i].header);
    }
}

/* What GMime gets wrong alone: prepare.c. */
static void test_broken_tops(void)
{
    g_assert_cmpstr(parse_text("\xef\xbb\xbf"
                               "From: a@x.it\nSubject: s\n\nx")
                        .subject,
                    ==, "s");
    g_assert_cmpstr(parse_text("From a@x.it Tue Mar  3 10:12:00 2026\nSubject: s\n\nx").subject, ==, "s");
    ParsedMail mail = parse_text(" folded: nothing\nSubject: s\n\nx");
    g_assert_cmpstr(mail.subject, ==, "s");
    g_assert_true(mail.defects & PARSE_DEFECT_LEADING_JUNK);
    mail = parse_text("Subject: s\nThis is already the body\nmore\n");
    g_assert_cmpstr(mail.subject, ==, "s");
    g_assert_cmpstr(mail.text, ==, "This is already the body\nmore\n");
    g_assert_true(mail.defects & PARSE_DEFECT_NO_SEPARATOR);
    mail = parse_text("just words\nand more\n");
    g_assert_cmpstr(mail.text, ==, "just words\nand more\n");
    g_assert_true(mail.defects & PARSE_DEFECT_NO_HEADERS);
    g_assert_cmpstr(parse("", 0).text, ==, "");
    mail = parse("Subject: a\0b\n\nc\0d\n", 18);
    g_assert_cmpstr(mail.subject, ==, "a b");
    g_assert_cmpstr(mail.text, ==, "cd\n");
    g_assert_true(mail.defects & PARSE_DEFECT_NUL);
}

/* ---- bodies ---- */

static void test_charsets(void)
{
    static const struct {
        const char *charset, *body, *expected;
        bool guessed;
    } cases[] = {
        {"utf-8", "perch\xc3\xa9\n", "perché\n", false},
        {"iso-8859-1", "10 \x80\n", "10 €\n", false},
        {"iso-8859-15", "10 \xa4\n", "10 €\n", false},
        {"windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2\n", "Привет\n", false},
        {"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4\n", "Привет\n", false},
        {"gb2312", "\xd6\xd0\xce\xc4\n", "中文\n", false},
        {"big5", "\xa4\xa4\xa4\xe5\n", "中文\n", false},
        {"shift_jis", "\x93\xfa\x96\x7b\n", "日本\n", false},
        {"euc-kr", "\xc7\xd1\xb1\xdb\n", "한글\n", false},
        {"utf-7", "perch+AOk-\n", "perché\n", false},
        {"ks_c_5601-1987", "\xc7\xd1\xb1\xdb\n", "한글\n", false},
        {"no-such-charset", "perch\xe9\n", "perché\n", true},
        {"IBM1364", "plain\n", "plain\n", false}, /* not opened: windows-1252, which plain text does not show */
        {"us-ascii", "perch\xe9\n", "perché\n", true},
        {"utf-8", "bad \xff byte, perch\xc3\xa9\n", "bad \xef\xbf\xbd byte, perché\n", true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *raw = g_strdup_printf("From: a@x.it\nContent-Type: text/plain; charset=%s\n\n%s",
                                               cases[i].charset, cases[i].body);
        ParsedMail mail = parse_text(raw);
        g_assert_cmpstr(mail.text, ==, cases[i].expected);
        g_assert_cmpint(!!(mail.defects & PARSE_DEFECT_CHARSET), ==, cases[i].guessed);
    }
}

#define MIXED(parts) "From: a@x.it\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=B\n\n" parts "--B--\n"
#define ALTERNATIVE(parts) "From: a@x.it\nContent-Type: multipart/alternative; boundary=B\n\n" parts "--B--\n"

static void test_plain_beside_html(void)
{
    ParsedMail mail = parse_text(
        ALTERNATIVE("--B\nContent-Type: text/plain\n\nCiao\n--B\nContent-Type: text/html\n\n<p>Ciao<br>x</p>\n"));
    g_assert_cmpstr(mail.text, ==, "Ciao");
    g_assert_cmpstr(mail.html, ==, "<p>Ciao<br>x</p>");
    g_assert_cmpuint(mail.attachment_count, ==, 0);
    mail = parse_text(
        ALTERNATIVE("--B\nContent-Type: text/plain\n\n \n--B\nContent-Type: text/html\n\n<p>Solo html</p>\n"));
    g_assert_cmpstr(mail.text, ==, "Solo html\n");
    mail = parse_text(
        MIXED("--B\nContent-Type: text/html\n\n<p>Testo</p>\n--B\nContent-Type: text/plain\n\npiede di lista\n"));
    g_assert_cmpstr(mail.text, ==, "Testo\n\npiede di lista");
}

static void test_quotation_is_folded(void)
{
    ParsedMail mail = parse_text("From: a@x.it\n\nSi\n\n> prima\n");
    g_assert_cmpuint(mail.quote_at, ==, strlen("Si\n\n"));
    mail = parse_text("From: a@x.it\nContent-Type: text/html\n\n<p>Si</p><div class=gmail_quote>Vecchio</div>");
    g_assert_cmpstr(mail.text + mail.quote_at, ==, "Vecchio\n");
    g_assert_cmpuint(parse_text("From: a@x.it\n\nSi\n").quote_at, ==, PARSE_NO_QUOTE);
}

static void test_flowed(void)
{
    ParsedMail mail =
        parse_text("From: a@x.it\nContent-Type: text/plain; format=flowed\n\nuna riga \nsola\n\n-- \nfirma\n");
    g_assert_cmpstr(mail.text, ==, "una riga sola\n\n-- \nfirma\n");
}

/* ---- attachments ---- */

static void assert_decodes(const char *raw, const ParsedAttachment *attachment, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = parse_mail_attachment(zygote, bytes_of(raw), attachment, 1000, &error);
    g_assert_no_error(error);
    g_autofree char *got = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_assert_cmpstr(got, ==, expected);
    g_assert_cmpuint(attachment->size, ==, strlen(expected));
    char hex[SHA256_HEX_SIZE];
    bytes_sha256_hex(bytes_of(expected), hex);
    g_assert_cmpstr(attachment->sha256, ==, hex);
}

static void test_attachments(void)
{
    const char *raw =
        MIXED("--B\n\nVedi\n"
              "--B\nContent-Type: application/pdf; name=\"x.pdf\"\nContent-Transfer-Encoding: base64\n\nY2lhbw==\n"
              "--B\nContent-Type: text/plain\nContent-Disposition: attachment; filename*=utf-8''perch%C3%A9.txt\n"
              "Content-Transfer-Encoding: quoted-printable\n\nperch=C3=A9\n"
              "--B\nContent-Type: IMAGE/PNG\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n\nYQ==YmM=\n"
              "--B\nContent-Type: text/html\n\n<img src=\"cid:logo@x\">\n"
              "--B\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: x-uuencode\n\n"
              "begin 644 a\n#0V%T\n`\nend\n"
              "--B\nContent-Type: message/rfc822\n\nSubject: dentro\n\nx\n");
    ParsedMail mail = parse_text(raw);
    g_assert_cmpuint(mail.attachment_count, ==, 5);
    assert_decodes(raw, &mail.attachments[0], "ciao");
    assert_decodes(raw, &mail.attachments[1], "perché");
    assert_decodes(raw, &mail.attachments[2], "abc"); /* two encodings one after the other */
    assert_decodes(raw, &mail.attachments[3], "Cat"); /* the uuencode example of Wikipedia */
    assert_decodes(raw, &mail.attachments[4], "Subject: dentro\n\nx");
    g_assert_cmpstr(mail.attachments[0].name, ==, "x.pdf");
    g_assert_cmpstr(mail.attachments[1].name, ==, "perché.txt");
    g_assert_cmpstr(mail.attachments[2].type, ==, "image/png");
    g_assert_true(mail.attachments[2].is_inline);
    g_assert_false(mail.attachments[0].is_inline);
    g_assert_cmpstr(mail.html, ==, "<img data-attachment=\"2\">");
    g_assert_cmpstr(mail.attachments[4].type, ==, "message/rfc822");
    g_autoptr(GError) error = NULL;
    g_assert_null(parse_mail_attachment(zygote, bytes_of(raw), &mail.attachments[0], 3, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE);
}

/* A27 */
static void test_names_are_harmless(void)
{
    static const struct {
        const char *parameter, *expected;
    } cases[] = {
        {"\"../../etc/passwd\"", "passwd"},
        {"\"C:\\\\dir\\\\x.exe\"", "x.exe"},
        {"\"a\xe2\x80\xaegpj.exe\"", "agpj.exe"},
        {"\"CON\"", "CON"},
        {"\"/\"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *raw = g_strdup_printf(
            "From: a@x.it\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=%s\n\nx",
            cases[i].parameter);
        g_assert_cmpstr(parse_text(raw).attachments[0].name, ==, cases[i].expected);
    }
    g_autofree char *longest = g_strnfill(300, 'n');
    g_autofree char *raw =
        g_strdup_printf("From: a@x.it\nContent-Type: application/pdf; name=\"%s.pdf\"\n\nx", longest);
    ParsedMail mail = parse_text(raw);
    g_assert_cmpuint(strlen(mail.attachments[0].name), <=, 255);
    g_assert_true(g_str_has_suffix(mail.attachments[0].name, ".pdf"));
}

/* A14; the shape is RFC 3464 appendix E.1 */
static void test_delivery_report(void)
{
    ParsedMail mail = parse_text(
        "From: MAILER-DAEMON@x.it\nContent-Type: multipart/report; report-type=delivery-status; boundary=B\n\n"
        "--B\n\nNot delivered.\n"
        "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.x.it\n\n"
        "Final-Recipient: rfc822; anna@y.it\nAction: Failed\nStatus: 5.1.1 (no such user)\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <anna@y.it>: no such\n user; sorry\n\n"
        "Final-Recipient: rfc822; <b@y.it>\nAction: delayed\nStatus: 4.4.7\n"
        "--B\nContent-Type: message/rfc822\n\nSubject: x\nMessage-ID: <out-1@filo>\n\nbody\n--B--\n");
    g_assert_true(mail.is_bounce);
    g_assert_true(mail.is_auto);
    g_assert_cmpuint(mail.report_count, ==, 2);
    g_assert_cmpstr(mail.reports[0].recipient, ==, "anna@y.it");
    g_assert_cmpstr(mail.reports[0].action, ==, "failed");
    g_assert_cmpstr(mail.reports[0].status, ==, "5.1.1");
    g_assert_cmpstr(mail.reports[0].reason, ==, "550 5.1.1 <anna@y.it>: no such user; sorry");
    g_assert_cmpstr(mail.reports[1].reason, ==, "");
    g_assert_cmpstr(mail.reports[1].recipient, ==, "b@y.it");
    g_assert_cmpstr(mail.report_message_id, ==, "out-1@filo");
    g_assert_cmpstr(mail.text, ==, "Not delivered.");
}

/* The forms older than RFC 3464: an attached original names ours, whatever the whole calls itself. */
static void test_report_by_a_daemon(void)
{
    ParsedMail mail =
        parse_text("From: Mail Delivery System <MAILER-DAEMON@x.it>\nSubject: failure notice\n"
                   "Content-Type: multipart/mixed; boundary=B\n\n"
                   "--B\n\n<anna@y.it>: no mailbox here by that name\n"
                   "--B\nContent-Type: message/rfc822\n\nSubject: x\nMessage-ID: <out-1@filo>\n\nbody\n--B--\n");
    g_assert_true(mail.is_bounce);
    g_assert_cmpuint(mail.report_count, ==, 0);
    g_assert_cmpstr(mail.report_message_id, ==, "out-1@filo");
    ParsedMail person = parse_text("From: anna@y.it\nContent-Type: multipart/mixed; boundary=B\n\n"
                                   "--B\nContent-Type: message/rfc822\n\nMessage-ID: <out-1@filo>\n\nbody\n--B--\n");
    g_assert_false(person.is_bounce);
    g_assert_cmpstr(person.report_message_id, ==, "");
}

/* Found by the fuzzer: a part of a report with nothing in it. */
static void test_empty_report_parts(void)
{
    ParsedMail mail =
        parse_text("From: a@x.it\nContent-Type: multipart/report; boundary=B\n\n"
                   "--B\nContent-Type: message/rfc822\n\n--B\nContent-Type: message/delivery-status\n\n--B--\n");
    g_assert_true(mail.is_bounce);
    g_assert_false(mail.truncated);
    g_assert_cmpuint(mail.report_count, ==, 0);
}

/* ---- hostile shapes (A09, A21, A31, A58) ---- */

static GString *shape(const char *head, const char *piece, size_t count, const char *tail)
{
    GString *out = g_string_new(head);
    for (size_t i = 0; i < count; i++)
        g_string_append(out, piece);
    return g_string_append(out, tail);
}

static GString *nested_multiparts(int depth)
{
    GString *out = g_string_new("From: a@x.it\nSubject: s\n");
    for (int i = 0; i < depth; i++)
        g_string_append_printf(out, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
    return g_string_append(out, "\ndeep\n");
}

static GString *nested_messages(int depth)
{
    GString *out = g_string_new("From: a@x.it\nSubject: s\n");
    for (int i = 0; i < depth; i++)
        g_string_append(out, "Content-Type: message/rfc822\n\nSubject: inner\n");
    return g_string_append(out, "\ndeep\n");
}

#define TOP "From: a@x.it\nSubject: s\n"
#define HTML_TOP TOP "Content-Type: text/html\n\n"

static void test_hostile_shapes(void)
{
    GString *shapes[] = {
        shape(TOP "To: ", "g:;,", 60000, "\n\nx\n"),
        shape(TOP "To: ", "(", 200000, "\n\nx\n"),
        shape(TOP "To: ", "a@x.it, ", 100000, "\n\nx\n"),
        shape(TOP, "Received: from a by b\n", 100000, "\nx\n"),
        shape(TOP "X-Long: ", "0123456789abcdef", 131072, "\n\nx\n"),
        shape(TOP "Subject: ", "=?utf-8?B?YQ==?= ", 100000, "\n\nx\n"),
        shape(TOP "References: ", "<a@b> ", 200000, "\n\nx\n"),
        shape(TOP "Message-ID: <", "0123456789abcdef", 512, "@x>\n\nx\n"),
        nested_multiparts(1000),
        nested_messages(50),
        shape(TOP "Content-Type: multipart/mixed; boundary=B\n\n", "--B\nContent-Type: image/png\n\nx\n", 10000, "--B--\n"),
        shape(HTML_TOP, "<div>", 100000, "x"),
        shape(HTML_TOP "<table><tr>", "<td>x</td>", 500000, "</table>"),
        shape(HTML_TOP "<p ", "a=1 ", 1000000, ">x"),
        shape(HTML_TOP "<p ", "a1 ", 1000000, ">x"),
        shape(TOP "\n", "http://aaaa", 95000, ""),
        shape(HTML_TOP, "&&&&", 262144, ""),
        shape(HTML_TOP, "(((((", 209715, ""),
        shape(TOP "Content-Type: application/x; ", "a*0=x; ", 20000, "\n\nx\n"),
        shape(TOP "Content-Transfer-Encoding: base64\n\n", "=", 4000000, ""),
        shape(TOP "Content-Type: text/plain; charset=utf-7\n\n", "+AOk", 400000, ""),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        gint64 before = g_get_monotonic_time();
        ParsedMail mail = parse(shapes[i]->str, shapes[i]->len);
        g_test_message("shape %zu: %" G_GINT64_FORMAT " ms, %zu bytes, defects %x", i,
                       (g_get_monotonic_time() - before) / 1000, shapes[i]->len, mail.defects);
        if (!mail.parsed || strcmp(mail.from_address, "a@x.it") != 0 || !g_str_has_prefix(mail.subject, "s"))
            g_test_fail_printf("shape %zu: from %s, subject %s", i, mail.from_address, mail.subject);
        g_string_free(shapes[i], TRUE);
    }
}

static void test_the_largest_message(void)
{
    g_autoptr(GString) raw = g_string_new(MIXED("--B\n\nVedi\n--B\nContent-Type: application/zip; name=z.zip\n"
                                                "Content-Transfer-Encoding: base64\n\n"));
    g_string_truncate(raw, raw->len - strlen("--B--\n"));
    g_autofree char *line = g_strnfill(76, 'A');
    while (raw->len + 200 < PARSE_RAW_MAX)
        g_string_append_printf(raw, "%s\n", line);
    g_string_append(raw, "--B--\n");
    ParsedMail mail = parse(raw->str, raw->len);
    g_assert_true(mail.parsed);
    g_assert_false(mail.truncated);
    g_assert_cmpuint(mail.attachment_count, ==, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = parse_mail_attachment(zygote, (Bytes){(const uint8_t *)raw->str, raw->len},
                                                    &mail.attachments[0], PARSE_RAW_MAX, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_bytes_get_size(bytes), ==, mail.attachments[0].size);
}

/* ---- the checker ---- */

static const char *const full_message =
    "From: A <a@x.it>\nTo: b@x.it\nSubject: s\nDate: Tue, 03 Mar 2026 10:12:00 +0100\nMessage-ID: <1@x>\nReferences: "
    "<r@x>\n"
    "X-Loop: l\nContent-Type: multipart/report; boundary=B\n\n--B\n\nCiao\n> q\n--B\nContent-Type: text/html\n\n"
    "<p style=\"color:red\"><a href=\"http://x.it\">x</a></p>\n--B\nContent-Type: message/delivery-status\n\n\n"
    "Final-Recipient: rfc822; a@y\nStatus: 5.0.0\n--B\nContent-Type: image/png; name=a.png\n\nx\n--B--\n";

static GByteArray *full_result(void)
{
    ParsedMail mail = parse_text(full_message);
    return wire_mail_write(&mail);
}

static bool reads(const GByteArray *result, size_t size, ParsedMail *mail_out)
{
    arena_clear(arena);
    return wire_mail_read(arena, (Bytes){result->data, size}, strlen(full_message), mail_out);
}

/* What callers rely on (mail.h), re-checked on whatever the checker let through. */
static void assert_invariants(const ParsedMail *mail)
{
    g_assert_true(g_utf8_validate(mail->text, -1, NULL));
    g_assert_cmpuint(strlen(mail->text), ==, mail->text_size);
    g_assert_true(mail->quote_at == PARSE_NO_QUOTE || mail->quote_at < mail->text_size);
    g_assert_true(!mail->html || html_is_serialised(bytes_of(mail->html)));
    for (size_t i = 0; i < mail->attachment_count; i++)
        g_assert_cmpuint(mail->attachments[i].offset + mail->attachments[i].length, <=, strlen(full_message));
    for (size_t i = 0; i < mail->address_count; i++)
        g_assert_null(strpbrk(mail->addresses[i].name, "\r\n"));
    g_assert_null(strpbrk(mail->subject, "\r\n"));
}

static void test_round_trip(void)
{
    g_autoptr(GByteArray) result = full_result();
    ParsedMail mail;
    g_assert_true(reads(result, result->len, &mail));
    g_autoptr(GByteArray) again = wire_mail_write(&mail);
    g_assert_cmpmem(result->data, result->len, again->data, again->len);
    g_assert_cmpuint(mail.attachment_count, ==, 2);
    g_assert_cmpuint(mail.report_count, ==, 1);
    assert_invariants(&mail);
}

static void test_every_byte_flipped(void)
{
    g_autoptr(GByteArray) result = full_result();
    unsigned refused = 0;
    for (guint i = 0; i < result->len; i++)
        for (int bit = 0; bit < 9; bit++) {
            guint8 kept = result->data[i];
            result->data[i] = (guint8)(bit == 8 ? 0xffu : kept ^ (1u << bit));
            ParsedMail mail;
            if (reads(result, result->len, &mail))
                assert_invariants(&mail);
            else
                refused++;
            result->data[i] = kept;
        }
    g_test_message("%u of %u mutations refused", refused, result->len * 9);
    g_assert_cmpuint(refused, >, result->len); /* lengths, types and grammars are most of it */
}

static void test_every_length_cut(void)
{
    g_autoptr(GByteArray) result = full_result();
    ParsedMail mail;
    for (guint size = 0; size < result->len; size++)
        g_assert_false(reads(result, size, &mail));
    g_byte_array_append(result, (const guint8 *)"", 1);
    g_assert_false(reads(result, result->len, &mail));
}

/* Each lie alone, in an answer that is otherwise right. */
static void test_lies_are_refused(void)
{
    const ParsedAttachment outside = {.name = "", .type = "a/b", .content_id = "", .offset = 1000000, .length = 1};
    const ParsedAttachment path = {.name = "../x", .type = "a/b", .content_id = ""};
    const ParsedAddress folded = {PARSE_FROM, "a@x.it\r\nBcc: v@x.it", ""};
    const ParsedField unknown = {"x-secret", "x"};
    const ParsedMail right = {.subject = "",
                              .message_id = "",
                              .in_reply_to = "",
                              .report_message_id = "",
                              .text = "",
                              .quote_at = PARSE_NO_QUOTE,
                              .has_html = true};
    ParsedMail lies[9];
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++)
        lies[i] = right;
    lies[0].subject = "a\nb";
    lies[1].subject = "\xff";
    lies[2].html = "<script>", lies[2].html_size = 8;
    lies[3].attachments = &outside, lies[3].attachment_count = 1;
    lies[4].attachments = &path, lies[4].attachment_count = 1;
    lies[5].addresses = &folded, lies[5].address_count = 1;
    lies[6].fields = &unknown, lies[6].field_count = 1;
    lies[7].quote_at = 5;
    lies[8].defects = 1u << 31;
    ParsedMail out;
    g_autoptr(GByteArray) honest = wire_mail_write(&right);
    g_assert_true(wire_mail_read(arena, (Bytes){honest->data, honest->len}, 100, &out));
    for (size_t i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autoptr(GByteArray) lie = wire_mail_write(&lies[i]);
        if (wire_mail_read(arena, (Bytes){lie->data, lie->len}, 100, &out))
            g_test_fail_printf("lie %zu was believed", i);
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
    arena = arena_new(ARENA_REQUEST_CAP);
    g_test_add_func("/message/headers", test_headers);
    g_test_add_func("/message/encoded-words", test_encoded_words);
    g_test_add_func("/message/sealed", test_a_sealed_message_says_so);
    g_test_add_func("/message/address-end", test_an_address_has_an_end);
    g_test_add_func("/message/words-among-addresses", test_words_among_addresses);
    g_test_add_func("/message/answerable", test_who_may_be_answered);
    g_test_add_func("/message/broken-tops", test_broken_tops);
    g_test_add_func("/message/charsets", test_charsets);
    g_test_add_func("/message/plain-and-html", test_plain_beside_html);
    g_test_add_func("/message/quotation", test_quotation_is_folded);
    g_test_add_func("/message/flowed", test_flowed);
    g_test_add_func("/message/attachments", test_attachments);
    g_test_add_func("/message/names", test_names_are_harmless);
    g_test_add_func("/message/report", test_delivery_report);
    g_test_add_func("/message/empty-report", test_empty_report_parts);
    g_test_add_func("/message/report-by-a-daemon", test_report_by_a_daemon);
    if (sandbox_is_real()) /* a sanitizer build has other limits of time and stack; the plain builds run it */
        g_test_add_func("/message/hostile", test_hostile_shapes);
    g_test_add_func("/message/largest", test_the_largest_message);
    g_test_add_func("/wire/round-trip", test_round_trip);
    g_test_add_func("/wire/flipped", test_every_byte_flipped);
    g_test_add_func("/wire/cut", test_every_length_cut);
    g_test_add_func("/wire/lies", test_lies_are_refused);
    int status = g_test_run();
    parse_zygote_stop(zygote);
    arena_free(arena);
    return status;
}
