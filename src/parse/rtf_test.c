/* SPDX-License-Identifier: EUPL-1.2 */
/* RTF as Outlook packs it: the published examples, and what each kind of word becomes. */
#include "parse/charset_int.h"
#include "parse/mail.h"
#include "parse/rtf_int.h"

#include <string.h>

/* The two examples of [MS-OXRTFCP]: a simple one, and one whose run reads what it writes. */
static const uint8_t hello[] = {0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a, 0x46, 0x75, 0xf1,
                                0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32,
                                0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62,
                                0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0};
static const uint8_t wraps[] = {0x1a, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x4c, 0x5a,
                                0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0x00, 0x04, 0x20,
                                0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0};

static void assert_unpacks(Bytes packed, const char *expected, bool damaged)
{
    bool is_damaged = false, cut = false;
    g_autoptr(GByteArray) rtf = rtf_unpack(packed, 1000, &is_damaged, &cut);
    g_assert_cmpmem(rtf->data, rtf->len, expected, (int)strlen(expected));
    g_assert_cmpint(is_damaged, ==, damaged);
    g_assert_false(cut);
}

static void test_published_examples(void)
{
    assert_unpacks((Bytes){hello, sizeof hello}, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", false);
    assert_unpacks((Bytes){wraps, sizeof wraps}, "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}", false);
}

static void test_damage_is_told_and_the_rest_is_read(void)
{
    uint8_t bad[sizeof hello];
    memcpy(bad, hello, sizeof hello);
    bad[12] ^= 1; /* the checksum */
    assert_unpacks((Bytes){bad, sizeof bad}, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n", true);
    assert_unpacks((Bytes){hello, 35}, "{\\rtf1\\ansi\\ansicpg1252\\pard hel", true);
    assert_unpacks((Bytes){hello, 15}, "", true);
    memcpy(bad, hello, sizeof hello);
    bad[8] = 'X'; /* no type we know */
    assert_unpacks((Bytes){bad, sizeof bad}, "", true);
    static const uint8_t plain[] = {0x10, 0, 0, 0, 4, 0, 0, 0, 0x4d, 0x45, 0x4c, 0x41, 0, 0, 0, 0, '{', 'a', 'b', '}'};
    assert_unpacks((Bytes){plain, sizeof plain}, "{ab}", false);
    assert_unpacks((Bytes){plain, sizeof plain - 1}, "{ab", true);
}

static void test_unpacking_is_bounded(void)
{
    for (size_t max = 0; max < 43; max++) {
        bool damaged = false, cut = false;
        g_autoptr(GByteArray) rtf = rtf_unpack((Bytes){hello, sizeof hello}, max, &damaged, &cut);
        g_assert_cmpuint(rtf->len, ==, max);
        g_assert_true(cut);
    }
}

#define FONTS "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fswiss Arial;}{\\f1\\fcharset204 Arial Cyr;}}"

static void test_words(void)
{
    static const struct {
        const char *rtf, *expected;
    } cases[] = {
        {"{\\rtf1 Buongiorno\\par la caldaia\\line \\'e8 ferma}", "Buongiorno\nla caldaia\nè ferma"},
        {FONTS "\\f0 costa 10 \\'80\\f1  \\'cf\\'f0\\'e8\\'e2\\'e5\\'f2\\f0 !}", "costa 10 € Привет!"},
        {FONTS "a{\\f1 \\'cf}\\'cf}", "aПÏ"}, /* a font ends with its group */
        {"{\\rtf1\\ansi\\ansicpg932 \\'93\\'fa\\'96\\'7b\\'93\\'fa\\'96\\{}", "日本日本"}, /* { is half of a letter */
        {"{\\rtf1\\uc1 \\u232?\\u8364\\'80\\u-10179?\\u-8704?.}", "è€😀."},
        {"{\\rtf1\\uc2 \\u232ab\\uc0\\u233 c}", "èéc"},
        {"{\\rtf1\\u-8704?x}", "\xef\xbf\xbdx"}, /* half a letter */
        {"{\\rtf1{\\colortbl;\\red0 x;}{\\*\\generator Riched20;}{\\info{\\author Anna}}{\\pict 0102}{\\header h}si}", "si"},
        {"{\\rtf1{\\field{\\*\\fldinst HYPERLINK \"http://x.it\"}{\\fldrslt qui}}}", "qui"},
        {"{\\rtf1 a{\\v nascosto}b\\v c\\v0 d\\v e\\plain f}", "abdf"},
        {"{\\rtf1 a\\bin4 {{{{b\\~c\\_d\\\\\\{\\}}", "ab\xc2\xa0" "c\xe2\x80\x91" "d\\{}"},
        {"{\\rtf1 a\\tab b\\cell c\\row d\\emdash\\bullet\\lquote x\\rquote}", "a\tb\tc\nd—•‘x’"},
        {"{\\rtf1 a\\\nb\nc}", "a\nbc"}, /* an escaped line end is one, a bare one is not */
        {"}}}a\\", "a"},
        {"{\\rtf1 \\'zz\\'4", "zz4"},
        {"", ""},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        RtfText read = rtf_read(bytes_of(cases[i].rtf), 1000, text);
        g_assert_cmpstr(text->str, ==, cases[i].expected);
        g_assert_false(read.is_html || read.cut);
    }
}

/* As [MS-OXRTFEX] tells it: tags from \htmltag, what is for RTF alone left out, its state kept by group. */
static void test_html_comes_back(void)
{
    static const char rtf[] =
        "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n"
        "{\\*\\htmltag19 <html>}{\\*\\htmltag64 <p class=\"x\\'e8\">}\\htmlrtf {\\htmlrtf0 Ciao "
        "{\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 mondo\\htmlrtf }\\htmlrtf0 {\\*\\htmltag92 </b>}"
        "{\\*\\htmltag84 &egrave;}\\htmlrtf \\'e8\\htmlrtf0 {\\*\\mhtmltag0 <no>}\\htmlrtf\\par}\\htmlrtf0 "
        "{\\*\\htmltag72 </p>}{\\*\\htmltag27 </html>}}";
    g_autoptr(GString) html = g_string_new(NULL);
    RtfText read = rtf_read(bytes_of(rtf), 1000, html);
    g_assert_true(read.is_html);
    g_assert_cmpstr(html->str, ==, "<html><p class=\"xè\">Ciao <b>mondo</b>&egrave;</p></html>");
}

static void test_hostile_shapes(void)
{
    static const char *const pieces[] = {"{", "}", "{\\*", "\\u1", "\\uc20\\u1", "\\bin", "\\'e9\\u1?", "\\bin2147483647 ", "{\\fonttbl"};
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) rtf = g_string_new("{\\rtf1 "), text = g_string_new(NULL);
        while (rtf->len < 200000)
            g_string_append(rtf, pieces[i]);
        rtf_read((Bytes){(const uint8_t *)rtf->str, rtf->len}, 5000, text);
        g_assert_cmpuint(text->len, <, 5100);
        g_assert_true(g_utf8_validate_len(text->str, text->len, NULL));
    }
    g_autoptr(GString) deep = g_string_new(NULL), text = g_string_new(NULL);
    for (int i = 0; i < 5000; i++)
        g_string_append(deep, "{");
    g_string_append(deep, "giù");
    for (int i = 0; i < 5000; i++)
        g_string_append(deep, "}");
    g_string_append(deep, "fuori");
    rtf_read((Bytes){(const uint8_t *)deep->str, deep->len}, 1000, text);
    g_assert_cmpstr(text->str, ==, "giùfuori"); /* \xc3\xb9 is UTF-8, whatever its code page says: charset_int.h */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    charset_open_all();
    g_test_add_func("/rtf/published", test_published_examples);
    g_test_add_func("/rtf/damage", test_damage_is_told_and_the_rest_is_read);
    g_test_add_func("/rtf/bounded", test_unpacking_is_bounded);
    g_test_add_func("/rtf/words", test_words);
    g_test_add_func("/rtf/html", test_html_comes_back);
    g_test_add_func("/rtf/hostile", test_hostile_shapes);
    return g_test_run();
}
