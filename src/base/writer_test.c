/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/writer.h"

static const char *written(Arena *arena, Writer writer, const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    writer(out, text);
    return arena_strdup(arena, out->str);
}

typedef struct Example {
    Writer writer;
    const char *text, *expected;
} Example;

/* Expected by hand from the HTML standard (13.1.2), RFC 3986 §2.3, RFC 8259 §7, RFC 4180 §2 and OWASP's CSV
 * injection page. */
static const Example examples[] = {
    {html_text, "<script>alert('1')</script> & \"co\"", "&lt;script&gt;alert('1')&lt;/script&gt; &amp; \"co\""},
    {html_text, NULL, ""},
    {html_attr, "\" onclick='x' <", "&#34; onclick=&#39;x&#39; &lt;"},
    {html_attr, "perché", "perché"},
    {url_arg, "coda & lista/à?", "coda%20%26%20lista%2F%C3%A0%3F"},
    {url_arg, "a-b._~9", "a-b._~9"},
    {json_str, "a\"b\\\n\x01</script>", "\"a\\\"b\\\\\\n\\u0001\\u003c/script>\""},
    {json_str, "\xff\xe2\x80\xa8", "\"\xef\xbf\xbd\\u2028\""},
    {csv_cell, "=1+1", "'=1+1"},
    {csv_cell, "@SUM(A1,\"x\")", "\"'@SUM(A1,\"\"x\"\")\""},
    {csv_cell, "-561,92", "\"-561,92\""},
    {csv_cell, "-cmd", "'-cmd"},
    {csv_cell, "\tx", "\"'\tx\""},
    {csv_cell, "Bar Centrale", "Bar Centrale"},
    {csv_cell, "due\nrighe", "\"due\nrighe\""},
    {csv_cell, "", ""},
};

static void test_each_context(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(examples); i++)
        g_assert_cmpstr(written(arena, examples[i].writer, examples[i].text), ==, examples[i].expected);
}

static void test_urls_by_scheme(void)
{
    static const char *const good[] = {
        "/tickets/10001",
        "/",
        "?page=2",
        "#reply",
        "",
        "https://example.com/a?b=c",
        "HTTP://example.com",
        "mailto:info@example.com",
        "tel:+390733000000",
    };
    static const char *const bad[] = {
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "/\\evil.example",
        "http:evil",
        "evil",
        "file:///etc/passwd",
        "/a b",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++)
        g_assert_cmpstr(url_checked(good[i]).text, ==, good[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        g_assert_null(url_checked(bad[i]).text);
    g_assert_false(url_is_safe(NULL));
}

static void test_local_urls_encode_their_holes(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(url_local(arena, "/tickets/%/reply?q=%", "10001", "a&b/../c").text, ==,
                    "/tickets/10001/reply?q=a%26b%2F..%2Fc");
    g_assert_cmpstr(url_local(arena, "/").text, ==, "/");
    g_assert_cmpstr(url_local(arena, "/t/%/x", "").text, ==, "/t//x");
}

static void test_lines_become_html_with_links(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(
        html_from_lines(arena, "<b>vedi</b>\nhttps://example.com/a?b=1&c=\"x (http://x).").text, ==,
        "&lt;b&gt;vedi&lt;/b&gt;\n"
        "<a rel=\"noopener noreferrer nofollow\" target=\"_blank\" href=\"https://example.com/a?b=1&amp;c=\">"
        "https://example.com/a?b=1&amp;c=</a>\"x ("
        "<a rel=\"noopener noreferrer nofollow\" target=\"_blank\" href=\"http://x\">http://x</a>).");
    g_assert_cmpstr(html_from_lines(arena, "http e https:// e javascript:alert(1)").text, ==,
                    "http e https:// e javascript:alert(1)");
    g_assert_cmpstr(html_from_lines(arena, NULL).text, ==, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/writer/contexts", test_each_context);
    g_test_add_func("/writer/url-checked", test_urls_by_scheme);
    g_test_add_func("/writer/url-local", test_local_urls_encode_their_holes);
    g_test_add_func("/writer/html-from-lines", test_lines_become_html_with_links);
    return g_test_run();
}
