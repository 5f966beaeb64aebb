/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Charset lies: what mail says of itself and what it is. The bytes of a case are what the named charset's own tables give
 * for the text expected (RFC 1843, 1468, 2152, 2781; the tables of Unicode), written by hand; nothing is ever lost, and
 * whatever comes out is valid UTF-8 without NUL.
 */
#include "base/text.h"
#include "parse/charset_int.h"
#include "parse/message_int.h"

#include <string.h>

typedef struct CharsetCase {
    const char *label, *bytes;
    size_t size; /* 0: strlen */
    const char *expected;
    bool guessed;
} CharsetCase;

#define WITH_NULS(text) text, sizeof text - 1

static const CharsetCase cases[] = {
    /* windows-1252 under every name */
    {"iso-8859-1", "\x93" "citt\xe0\x94 10 \x80\n", 0, "“città” 10 €\n", false},
    {"us-ascii", "\x93" "citt\xe0\x94\n", 0, "“città”\n", true},
    {"utf-8", "citt\xe0 perch\xe9\n", 0, "città perché\n", true},
    {NULL, "citt\xe0\n", 0, "città\n", true},
    {"", "citt\xe0\n", 0, "città\n", true},
    {"x-unknown", "citt\xe0\n", 0, "città\n", true},
    {"windows-1252", "CITT\xc0\n", 0, "CITTÀ\n", false},
    {"windows-1252", "a\x81z\n", 0, "a\xef\xbf\xbdz\n", true}, /* 81 stands for nothing there */
    /* UTF-8 under other names */
    {"iso-8859-1", "perch\xc3\xa9 10 \xe2\x82\xac\n", 0, "perché 10 €\n", true},
    {"windows-1252", "perch\xc3\xa9\n", 0, "perché\n", true},
    {"iso-8859-15", "perch\xc3\xa9\n", 0, "perché\n", true},
    {"us-ascii", "perch\xc3\xa9\n", 0, "perché\n", false},
    {"x-unknown", "perch\xc3\xa9\n", 0, "perché\n", true},
    {"iso-8859-1", "\xef\xbb\xbfperch\xc3\xa9\n", 0, "perché\n", false}, /* its mark says so */
    {"utf-8", "\xef\xbb\xbf" "ciao\n", 0, "ciao\n", false},
    {"UTF8", "perch\xc3\xa9\n", 0, "perché\n", false},
    /* two in one text, as when a gateway adds lines: by line, and never a letter lost in silence */
    {"utf-8", "perch\xc3\xa9\nriservatezza: citt\xe0\n", 0, "perché\nriservatezza: città\n", true},
    {"utf-8", "perch\xc3\xa9 citt\xe0\n", 0, "perché citt\xef\xbf\xbd\n", true},
    {"utf-8", "tronco \xc3\n", 0, "tronco Ã\n", true},
    {"utf-8", "surrogate \xed\xa0\x80 perch\xc3\xa9\n", 0, "surrogate \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd perché\n", true},
    /* UTF-16: RFC 2781 */
    {"utf-16", WITH_NULS("\xff\xfe" "c\0i\0\xe0\0"), "cià", false},
    {"utf-16", WITH_NULS("\xfe\xff" "\0c\0i\0\xe0"), "cià", false},
    {"utf-16", WITH_NULS("c\0i\0\xe0\0"), "cià", false},
    {"utf-16", WITH_NULS("\0c\0i\0\xe0"), "cià", false},
    {"utf-16", WITH_NULS("\x4e\x2d\x65\x87"), "中文", false}, /* no mark, no zero: big-endian */
    {"utf-16le", WITH_NULS("c\0i\0"), "ci", false},
    {"utf-16be", WITH_NULS("\xff\xfe" "c\0i\0"), "ci", false}, /* the mark is right */
    {"utf-16", WITH_NULS("c\0i\0x"), "ci\xef\xbf\xbd", true},  /* half a letter */
    {"utf-16", "<html>ciao</html>", 0, "<html>ciao</html>", true}, /* a page that lies about itself */
    {"us-ascii", WITH_NULS("\xff\xfe" "c\0i\0"), "ci", true},
    {"utf-8", WITH_NULS("c\0i\0"), "ci", false},
    {"utf-16", WITH_NULS("\xff\xfe" "\x3d\xd8\x00\xde"), "😀", false},
    {"utf-16", WITH_NULS("\xff\xfe" "a\0\x3d\xd8"), "a\xef\xbf\xbd\xef\xbf\xbd", true}, /* half a pair */
    /* UTF-7: RFC 2152 */
    {"utf-7", "perch+AOk- 1 +- 1\n", 0, "perché 1 + 1\n", false},
    {"unicode-1-1-utf-7", "perch+AOk-\n", 0, "perché\n", false},
    {"x-unicode-2-0-utf-7", "perch+AOk\n", 0, "perché\n", false},
    /* the east */
    {"iso-2022-jp", "\x1b$BF|K\\\x1b(B ok\n", 0, "日本 ok\n", false},
    {NULL, "\x1b$BF|K\\\x1b(B\n", 0, "日本\n", true},
    {"us-ascii", "\x1b$BF|K\\\x1b(B\n", 0, "日本\n", true},
    {"gb18030", "\xd6\xd0\xce\xc4 \x81\x30\x81\x30\n", 0, "中文 \xc2\x80\n", false}, /* U+0080, cleaned away later */
    {"gb2312", "\xd6\xd0 \x96\x52\n", 0, "中 朢\n", false}, /* a letter of GBK only */
    {"shift_jis", "\x87\x40\n", 0, "①\n", false},           /* of windows-31j only */
    {"big5", "\xa4\xa4\xa4\xe5\n", 0, "中文\n", false},
    {"euc-kr", "\x8c\x63\n", 0, "똠\n", false}, /* of the extended table only */
    {"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4\n", 0, "Привет\n", false},
    {"koi8-u", "\xa4\n", 0, "є\n", false},
    {"iso-8859-9", "\xfe\x80\n", 0, "ş€\n", false},
    /* ends of lines, NUL and what is no text */
    {"us-ascii", "a\r\nb\rc\n", 0, "a\nb\nc\n", false},
    {"iso-8859-1", WITH_NULS("a\0b"), "ab", false},
    {"binary", WITH_NULS("\x00\x01\xff"), "\x01ÿ", true},
};

static void test_lies(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool guessed = false;
        g_autoptr(GString) out = g_string_new(NULL);
        size_t size = cases[i].size ? cases[i].size : strlen(cases[i].bytes);
        charset_append(out, cases[i].label, (Bytes){(const uint8_t *)cases[i].bytes, size}, &guessed);
        if (strcmp(out->str, cases[i].expected) != 0 || out->len != strlen(out->str) || guessed != cases[i].guessed)
            g_test_fail_printf("%zu (%s): \"%s\" guessed %d", i, cases[i].label ? cases[i].label : "nothing", out->str,
                               guessed);
    }
}

/* Every label on every pair of bytes: valid UTF-8 without NUL. */
static void test_always_text(void)
{
    static const char *const labels[] = {"utf-8",   "utf-16", "utf-16le", "utf-32", "utf-7",  "iso-2022-jp", "iso-2022-kr",
                                         "gb18030", "big5",   "euc-tw",   "viscii", "johab", "windows-1258", "x", NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++)
        for (unsigned pair = 0; pair < 65536; pair += 7) {
            const uint8_t bytes[] = {(uint8_t)(pair >> 8), (uint8_t)pair, 0x1b, 0x80, 'a'};
            bool guessed = false;
            g_autoptr(GString) out = g_string_new(NULL);
            charset_append(out, labels[i], (Bytes){bytes, sizeof bytes}, &guessed);
            g_assert_true(g_utf8_validate_len(out->str, out->len, NULL));
        }
}

/* ---- in messages ---- */

static ParsedMail parse(Arena *arena, const char *before, const char *value)
{
    ParsedMail mail;
    g_autofree char *raw = g_strconcat(before, value, "\n\nx\n", NULL);
    message_parse(arena, bytes_of(raw), false, &mail);
    return mail;
}

static void test_header_words(void)
{
    static const struct {
        const char *subject, *expected;
    } subjects[] = {
        {"=?utf-8?Q?perch=C3?= =?utf-8?Q?=A9?=", "perché"},          /* a letter split between two */
        {"=?utf-8?B?cGVyY2jD?=\n =?UTF-8?Q?=A9?=", "perché"},        /* and two codings */
        {"=?utf-8?Q?=E2=82?=\n\t=?utf-8?Q?=AC_10?=", "€ 10"},
        {"=?iso-8859-1?Q?perch=C3=A9?=", "perché"},                  /* UTF-8 under the name of latin-1 */
        {"=?utf-8?Q?citt=E0?=", "città"},                            /* and the other way round */
        {"=?x-unknown?Q?citt=E0?=", "città"},
        {"=?unknown-8bit?B?cGVyY2jDqQ==?=", "perché"},
        {"=?utf-8*it?Q?perch=C3=A9?=", "perché"},                    /* RFC 2231 5 */
        {"=?utf-8?q?Caldaia ferma?=", "Caldaia ferma"},              /* a space where none may be */
        {"=?utf-8?q?Come va?" "?= ok", "Come va? ok"},
        {"=?utf-8?q?a=00b=07c?=", "abc"},
        {"=?utf-8?q?=ZZ=4?=", "=ZZ=4"},
        {"=?utf-8?b?!!cGVy!Y2g=?=", "perch"},
        {"=?gb2312?B?1tDOxA==?=", "中文"},
        {"=?koi8-r?Q?=F0=D2=C9=D7=C5=D4?=", "Привет"},
        {"=?utf-7?Q?perch+AOk-?=", "perché"},
        {"=?utf-16?B?/v8AYwBp?=", "ci"},
        {"=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"},
        {"=?utf-8?Q?a?= =?iso-8859-1?Q?=E0?=", "aà"},
        {"=?utf-8?X?a?=", "=?utf-8?X?a?="},
        {"=?utf-8?Q?senza fine", "=?utf-8?Q?senza fine"},
        {"citt\xe0 nuova", "città nuova"},
        {"citt\xc3\xa0 nuova", "città nuova"},
        {"a\x01z\x7f!", "az!"},
    };
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(subjects); i++) {
        ParsedMail mail = parse(arena, "From: a@x.it\nSubject: ", subjects[i].subject);
        if (strcmp(mail.subject, subjects[i].expected) != 0)
            g_test_fail_printf("%s: \"%s\"", subjects[i].subject, mail.subject);
    }
}

static void test_sender_names(void)
{
    static const struct {
        const char *from, *name;
    } senders[] = {
        {"=?utf-8?Q?Nicol=C3?= =?utf-8?Q?=B2?= <a@x.it>", "Nicolò"},
        {"\"=?iso-8859-1?Q?Nicol=F2=2C_Rossi?=\" <a@x.it>", "Nicolò, Rossi"},
        {"=?iso-8859-1?Q?Rossi=2C_Nicol=F2?= <a@x.it>", "Rossi, Nicolò"}, /* one address, whatever is coded in it */
        {"Nicol\xf2 <a@x.it>", "Nicolò"},
        {"Nicol\xc3\xb2 <a@x.it>", "Nicolò"},
        {"a@x.it (Nicol\xc3\xb2)", "Nicolò"},
    };
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(senders); i++) {
        ParsedMail mail = parse(arena, "From: ", senders[i].from);
        if (mail.address_count != 1 || strcmp(mail.from_address, "a@x.it") != 0 ||
            strcmp(mail.from_name, senders[i].name) != 0)
            g_test_fail_printf("%s: \"%s\" <%s>", senders[i].from, mail.from_name, mail.from_address);
    }
}

/* RFC 2231: 3 continuations, 4 charsets, 4.1 both. */
static void test_continued_names(void)
{
    static const struct {
        const char *parameters, *name;
    } names[] = {
        {"filename*0=\"prev\"; filename*1=\"entivo.pdf\"", "preventivo.pdf"},
        {"filename*=utf-8''perch%C3%A9.pdf", "perché.pdf"},
        {"filename*=UTF-8'it'perch%C3%A9.pdf", "perché.pdf"},
        {"filename*0*=utf-8''perch%C3; filename*1*=%A9.pdf", "perché.pdf"}, /* a letter split between two */
        {"filename*0*=utf-8''perch%C3%A9; filename*1=\".pdf\"", "perché.pdf"},
        {"filename*1=\"b.pdf\"; filename*0=\"a\"", "ab.pdf"}, /* in any order */
        {"filename*=iso-8859-1''perch%E9.pdf", "perché.pdf"},
        {"filename*=iso-8859-1''%A4.pdf", "¤.pdf"},
        {"filename=\"=?utf-8?Q?perch=C3=A9.pdf?=\"", "perché.pdf"}, /* RFC 2047 where it may not be */
        {"filename=\"perch\xc3\xa9.pdf\"", "perché.pdf"},
        {"filename=\"perch\xe9.pdf\"", "perché.pdf"},
        {"filename=perch\xe9.pdf", "perché.pdf"},
        {"filename*=utf-8''a%0d%0ac.pdf", "a c.pdf"},
        {"filename*=utf-8''a%00b.pdf", "a"}, /* a name ends at a NUL */
    };
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *parameters = names[i].parameters;
        ParsedMail mail = parse(arena, "From: a@x.it\nContent-Disposition: attachment; ", parameters);
        if (mail.attachment_count != 1 || strcmp(mail.attachments[0].name, names[i].name) != 0)
            g_test_fail_printf("%s: \"%s\"", parameters, mail.attachment_count ? mail.attachments[0].name : "none");
    }
}

/* Codings that break off or hold what they may not: the text around is read. */
static void test_broken_codings(void)
{
    static const struct {
        const char *coding, *body, *text;
    } bodies[] = {
        {"quoted-printable", "perch=C3=A9 =ZZ =4\nuna riga=\n lunga\nfine=", "perché =ZZ =4\nuna riga lunga\nfine"},
        {"quoted-printable", "citt\xc3\xa0 perch=c3=a9\n", "città perché\n"},
        {"base64", "Y2lh\nbw==\n-- \nnon e' base64\n", NULL},
        {"base64", "Y2 l*h-b w", "ciao"},
        {"base64", "Y2lhbyBp", "ciao i"},
        {"BASE64 ", "Y2lhbw==", "ciao"},
        {"x-nonsense", "ciao\n", "ciao\n"},
        {"8bit", "citt\xe0\n", "città\n"},
    };
    g_autoptr(Arena) arena = arena_new((size_t)64 << 20);
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        ParsedMail mail;
        g_autofree char *raw = g_strdup_printf("From: a@x.it\nContent-Type: text/plain; charset=utf-8\n"
                                               "Content-Transfer-Encoding: %s\n\n%s",
                                               bodies[i].coding, bodies[i].body);
        message_parse(arena, bytes_of(raw), false, &mail);
        bool fine = bodies[i].text ? !strcmp(mail.text, bodies[i].text) : g_str_has_prefix(mail.text, "ciao");
        if (!fine)
            g_test_fail_printf("%s %zu: \"%s\"", bodies[i].coding, i, mail.text);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_set_nonfatal_assertions();
    g_test_add_func("/charset/lies", test_lies);
    g_test_add_func("/charset/always-text", test_always_text);
    g_test_add_func("/charset/header-words", test_header_words);
    g_test_add_func("/charset/sender-names", test_sender_names);
    g_test_add_func("/charset/continued-names", test_continued_names);
    g_test_add_func("/charset/broken-codings", test_broken_codings);
    return g_test_run();
}
