/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/html_int.h"

#include <string.h>
#include <sys/resource.h>

static Bytes bytes(const GString *string)
{
    return (Bytes){(const uint8_t *)string->str, string->len};
}

static int find_cid(const char *id, void *user)
{
    (void)user;
    return !strcmp(id, "logo@x") ? 1 : -1;
}

static const HtmlParts parts = {find_cid, NULL, 2};

/* Sanitises, and asserts what must hold for any input. */
static GString *sanitise(Bytes html)
{
    GString *once = html_sanitise(html, &parts);
    g_autoptr(GString) twice = html_sanitise(bytes(once), &parts);
    g_assert_cmpstr(once->str, ==, twice->str);
    g_assert_true(html_is_serialised(bytes(once)));
    return once;
}

static const struct {
    const char *html, *expected;
} exact[] = {
    {"<p>Ciao <b>mondo</b></p>", "<p>Ciao <b>mondo</b></p>"},
    {"<p>a<script>alert(1)</script>b</p>", "<p>ab</p>"},
    {"<p onclick=x>a</p>", "<p>a</p>"},
    {"<p>5 &lt; 6 &amp; \"7\"</p>", "<p>5 &lt; 6 &amp; &quot;7&quot;</p>"},
    {"<p><a href='javascript:alert(1)'>x</a></p>", "<p><a>x</a></p>"},
    {"<p><a href=' JaVa&#10;script:alert(1)'>x</a></p>", "<p><a>x</a></p>"},
    {"<p><a href=\"https://x.it/?a=1&amp;b=2\">x</a></p>",
     "<p><a href=\"https://x.it/?a=1&amp;b=2\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">x</a></p>"},
    {"<p><img src=cid:logo%40x alt=L></p>", "<p><img alt=\"L\" data-attachment=\"1\"></p>"},
    {"<p><img src=cid:none></p>", "<p><img></p>"},
    {"<p><img src=\"http://t.it/x.gif\" onerror=alert(1)></p>", "<p><img data-remote=\"http://t.it/x.gif\"></p>"},
    {"<p><img data-attachment=2><img data-attachment=1></p>", "<p><img><img data-attachment=\"1\"></p>"},
    {"<p style=\"color: red; position:fixed; background:url(http://t)\">x</p>", "<p style=\"color: red\">x</p>"},
    {"<p style=\"width:expression(alert(1)); c\\olor:red\">x</p>", "<p>x</p>"},
    {"<p>a<svg><b>c</b></svg>d</p>", "<p>ad</p>"},
    {"testo <i>nudo</i><p>e</p> fine", "testo <i>nudo</i><p>e</p> fine"},
    {"<html><head><title>t</title></head><body><p>a</p></body></html><p>b</p>c", "<p>a</p><p>b</p>c"},
    {"<body><p>a</p></body><body><p>b</p></body>", "<p>a</p><p>b</p>"},
};

static void test_exact(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(exact); i++) {
        g_autoptr(GString) got = sanitise(bytes_of(exact[i].html));
        g_assert_cmpstr(got->str, ==, exact[i].expected);
    }
}

/* Attack shapes (A17-A19): whatever comes out is in the grammar, and none of these words is in it as a tag or value. */
static const char *const vectors[] = {
    "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>",
    "<base href=//evil>", "<meta http-equiv=refresh content='0;url=//evil'>", "<form action=//evil><input name=a></form>",
    "<link rel=prefetch href=//evil>", "<object data=//evil></object>", "<embed src=//evil>", "<body onload=alert(1)>",
    "<style>@import '//evil';</style>", "<a href=\"data:text/html,<script>1</script>\">x</a>",
    "<a href=\"vbscript:x\">x</a>", "<a href=\"\x01javascript:x\">x</a>", "<math><mi xlink:href=javascript:1>x</mi></math>",
    "<div style=\"background-image:url(javascript:x)\">x</div>", "<table background=//evil><td>x</table>",
    "<img srcset='//evil 2x'>", "<video poster=//evil><source src=//evil></video>", "<<script>alert(1)//<</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>", "<!--><img src=x onerror=alert(1)>-->", "<![CDATA[<script>x</script>]]>",
    "<p title='\"><img src=x onerror=alert(1)>'>x</p>", "<noscript><p title=\"</noscript><img src=x onerror=1>\">",
    "<template><script>x</script></template>", "<textarea></textarea><script>x</script>", "<plaintext><b>x",
    "<xmp><script>x</script></xmp>", "<title><script>x</script>", "<select><option><script>x</script></select>",
    "<a href='http://x' style='position:fixed'>x", "<img/src=x/onerror=alert(1)>", "<IMG SRC=JaVaScRiPt:alert(1)>",
    "<p>&#128;&#1;\x7f</p>", "<a href='https://&#127;'>x</a>", "<a href='mailto:&#129;'>x</a>", "<b<i<u>x", "<", "</", "<!", "&#", "&",
};

static void test_vectors(void)
{
    static const char *const forbidden[] = {"<script", "onerror=\"", "onload", "srcdoc", "<iframe", "<base", "<meta",
                                            "<form", "<link", "<object", "<embed", "<style", "\"javascript", "\"data:",
                                            " src=\"", "srcset", "url(", "position", "<svg", "<math", "<input", NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++) {
        g_autoptr(GString) got = sanitise(bytes_of(vectors[i]));
        for (const char *const *word = forbidden; *word; word++)
            if (strstr(got->str, *word))
                g_test_fail_printf("%s gave %s", vectors[i], got->str);
    }
}

/* Random tag soup from a fixed seed: the two invariants for 3,000 inputs. */
static void test_soup(void)
{
    static const char *const pieces[] = {"<p>", "</p>", "<div>", "</div>", "<table>", "<tr>", "<td>", "</table>", "<a href=http://x>",
                                         "</a>", "<b>", "</b>", "<li>", "<ul>", "text ", "&lt;", "\n", "<h1>", "</h1>", "<form>",
                                         "<br>", "<script>", "</script>", "<body>", "<html>", "<head>", "<title>", "<style>", "<pre>",
                                         "<dl><dt>", "<center>", "<font size=1>", "<img src=cid:logo@x>", "\"", "'", "<!--", "-->",
                                         "<blockquote>", "</blockquote>", "<hr>", "<col>", "<option>", "<svg>"};
    g_autoptr(GRand) random = g_rand_new_with_seed(42);
    for (int round = 0; round < 3000; round++) {
        g_autoptr(GString) soup = g_string_new(NULL);
        for (int i = g_rand_int_range(random, 1, 40); i > 0; i--)
            g_string_append(soup, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
        g_string_free(sanitise(bytes(soup)), TRUE);
    }
}

static void test_checker_refuses(void)
{
    static const char *const bad[] = {"<script>", "<p onclick=\"x\">", "<p", "a > b", "a \" b", "<a href=\"javascript:x\">",
                                      "<img src=\"http://x\">", "<P>", "<p style=\"position: fixed\">", "<p title=x>",
                                      "<p data-remote=\"http://x\">", "<img data-remote=\"ftp://x\">", "<p  title=\"x\">",
                                      "<p title=\"&bogus;\">", "</script>", "<img data-attachment=\"x\">", "<p title=\"<\">"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
        if (html_is_serialised(bytes_of(bad[i])))
            g_test_fail_printf("accepted %s", bad[i]);
    g_assert_true(html_is_serialised(bytes_of("<p title=\"a &amp; b\">x</p>")));
}

static GString *repeat(const char *head, const char *piece, size_t count, const char *tail)
{
    GString *out = g_string_new(head);
    for (size_t i = 0; i < count; i++)
        g_string_append(out, piece);
    return g_string_append(out, tail);
}

/* Of this thread: what other programs take of the machine is not counted. */
static gint64 cpu_us(void)
{
    struct rusage used;
    g_assert_cmpint(getrusage(RUSAGE_THREAD, &used), ==, 0);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * G_USEC_PER_SEC + used.ru_utime.tv_usec +
           used.ru_stime.tv_usec;
}

/* A21, A58: the whole of sanitising and laying out stays linear. */
static void test_hostile_shapes_are_linear(void)
{
    GString *shapes[] = {
        repeat("", "<div>", 100000, "x"),          repeat("<p ", "a=1 ", 250000, ">x"),
        repeat("<table><tr>", "<td>x</td>", 100000, "</table>"), repeat("", "(((((", 200000, ""),
        repeat("", "&&&&", 250000, ""),            repeat("", "http://aaaa", 90000, ""),
        repeat("<a href=\"", "http://a", 100000, "\">x</a>"), repeat("", "<a>", 300000, ""),
        repeat("", "<!--", 200000, ""),            repeat("", "<b><i>", 100000, "</b>"),
        repeat("", "<blockquote><br>", 60000, "x"), repeat("<p ", "a1", 400000, "=x>y"),
        repeat("<p style=\"", "color:red;", 90000, "\">x"),
    };
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        gint64 before = cpu_us();
        g_autoptr(GString) got = html_sanitise(bytes(shapes[i]), NULL);
        g_autoptr(GString) text = g_string_new(NULL);
        html_to_text(bytes(shapes[i]), text);
        gint64 took = cpu_us() - before;
        g_test_message("shape %zu: %" G_GINT64_FORMAT " ms, %zu bytes", i, took / 1000, got->len);
        g_assert_true(html_is_serialised(bytes(got)));
        g_assert_cmpint(took, <, 6 * G_USEC_PER_SEC); /* generous: sanitizer builds */
        g_string_free(shapes[i], TRUE);
    }
}

static const struct {
    const char *html, *text;
} layouts[] = {
    {"<p>Ciao</p><p>mondo  bello</p>", "Ciao\n\nmondo bello\n"},
    {"a<br>b", "a\nb\n"},
    {"<div>a</div><div>b</div>", "a\nb\n"},
    {"<ul><li>uno</li><li>due</li></ul>", "- uno\n- due\n"},
    {"<ol><li>uno</li><li>due</li></ol>", "1. uno\n2. due\n"},
    {"<p>un <b>testo</b> <i>misto</i></p>", "un testo misto\n"},
    {"<a href=\"https://evil.example/x\">https://bank.it</a>", "https://bank.it <https://evil.example/x>\n"},
    {"<a href=\"https://x.it/\">x.it</a>", "x.it\n"},
    {"<a href=\"mailto:a@x.it\">a@x.it</a>", "a@x.it\n"},
    {"<p>si</p><blockquote>no<br>forse</blockquote>", "si\n\n> no\n> forse\n"},
    {"<pre>a\n  b</pre>", "a\n  b\n"},
    {"<style>x</style><title>t</title>a<script>b</script>", "a\n"},
    {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc\n"},
    {"<img alt=logo src=x> ciao", "[logo] ciao\n"},
    {"", ""},
};

static void test_layout(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(layouts); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        html_to_text(bytes_of(layouts[i].html), text);
        g_assert_cmpstr(text->str, ==, layouts[i].text);
    }
}

static void test_quotation_marks(void)
{
    g_autoptr(GString) text = g_string_new(NULL);
    HtmlQuote quote = html_to_text(bytes_of("<div>Nuovo</div><div class=\"gmail_quote\">Vecchio</div>"), text);
    g_assert_cmpstr(text->str + quote.at, ==, "Vecchio\n");
    g_assert_cmpuint(quote.answered, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/html/exact", test_exact);
    g_test_add_func("/html/vectors", test_vectors);
    g_test_add_func("/html/soup", test_soup);
    g_test_add_func("/html/checker", test_checker_refuses);
    g_test_add_func("/html/linear", test_hostile_shapes_are_linear);
    g_test_add_func("/html/layout", test_layout);
    g_test_add_func("/html/quotation", test_quotation_marks);
    return g_test_run();
}
