/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/mail_sheet.h"

#include <string.h>

/* Where links go, by RFC 3986 3.2; "xn--pple-43d.com" is IDNA's form of "аpple.com" with a Cyrillic а (UTS 46). */
static const struct {
    const char *url, *host;
} hosts[] = {
    {"https://Bank.IT/x", "bank.it"},
    {"http://bank.it:8080", "bank.it"},
    {"https://bank.it@evil.test/login", "evil.test"},
    {"https://bank.it:pw@evil.test", "evil.test"},
    {"https://evil.test/https://bank.it", "evil.test"},
    {"https://evil.test?bank.it", "evil.test"},
    {"https://evil.test#@bank.it", "evil.test"},
    {"https://bank.it./", "bank.it"},
    {"http://[2001:db8::1]:80/", "[2001:db8::1]"},
    {"https://\xd0\xb0pple.com/", "xn--pple-43d.com"},
    {"mailto:Info@Bank.it?subject=a@b", "bank.it"},
    {"tel:+39055", ""},
};

static void test_hosts(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++)
        g_assert_cmpstr(mail_link_host(arena, hosts[i].url), ==, hosts[i].host);
}

static const struct {
    const char *url, *words, *betrays;
} links[] = {
    {"https://evil.test/x", "https://bank.it", "evil.test"}, /* A23 */
    {"https://evil.test/x", "www.bank.it", "evil.test"},
    {"https://evil.test/x", "vai su bank.it!", "evil.test"},
    {"https://evil.test/x", "BANK.IT", "evil.test"},
    {"https://bank.it.evil.test/", "bank.it", "bank.it.evil.test"},
    {"https://notbank.it/", "bank.it", "notbank.it"},
    {"https://bank.it/x", "https://www.bank.it/y", NULL},
    {"https://www.bank.it/x", "bank.it", NULL},
    {"https://area.bank.it/x", "bank.it", NULL},
    {"https://bank.it/x", "Acceda qui", NULL},
    {"https://bank.it/x", "1.250,00 \xe2\x82\xac ecc.", NULL},
    {"https://bank.it@evil.test/", "Acceda qui", "evil.test"},
    {"https://\xd0\xb0pple.com/", "qui", "xn--pple-43d.com"},
    {"https://apple.com/", "\xd0\xb0pple.com", "apple.com"},
    {"mailto:a@evil.test", "info@bank.it", "evil.test"},
    {"mailto:a@bank.it", "info@bank.it", NULL},
    {"tel:+39055", "bank.it", NULL},
};

static void test_betrayed(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
        g_test_message("%s as %s", links[i].url, links[i].words);
        g_assert_cmpstr(mail_link_betrays(arena, links[i].url, links[i].words), ==, links[i].betrays);
    }
}

static const char *body_of(Arena *arena, const char *clean, const MailPictures *pictures)
{
    g_autoptr(GString) out = g_string_new(NULL);
    mail_sheet_write(out, arena, LANG_EN, "a<b", bytes_of(clean), pictures);
    g_assert_nonnull(strstr(out->str, "<title>a&lt;b</title>"));
    const char *body = strstr(out->str, "<body>\n") + strlen("<body>\n");
    return arena_strndup(arena, body, (size_t)(strstr(body, "\n</body>") - body));
}

static void test_links_are_ours(void)
{
    static const MailPictures none = {0};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(
        body_of(arena, "<a title=\"https://bank.it\" href=\"https://evil.test/?a&amp;b\">https://<b>bank</b>.it</a>.",
                &none),
        ==,
        "<a href=\"https://evil.test/?a&amp;b\" title=\"https://evil.test/?a&amp;b\" "
        "rel=\"noopener noreferrer nofollow\" target=\"_blank\">https://<b>bank</b>.it</a>"
        "<span class=\"goes\">goes to evil.test</span>.");
    g_assert_cmpstr(body_of(arena, "<a>qui</a>", &none), ==, "<a>qui</a>");
}

static void test_pictures(void)
{
    const MailPicture attached[] = {{NULL, {0}}, {"image/png", bytes_of("PNG")}};
    const char *const urls[] = {"http://t.test/a?b&c"};
    const MailPicture remote[] = {{"image/gif", bytes_of("GIF")}};
    MailPictures pictures = {.attached = attached, .attached_count = 2};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    static const char clean[] =
        "<img alt=\"L\" width=\"9\" data-attachment=\"1\"><img data-attachment=\"0\">"
        "<img alt=\"&lt;x&gt;\" data-remote=\"http://t.test/a?b&amp;c\"><img width=\"1\" height=\"1\" "
        "data-remote=\"http://t.test/pixel\"><img data-attachment=\"7\">";
    g_assert_cmpstr(body_of(arena, clean, &pictures), ==,
                    "<img alt=\"L\" width=\"9\" src=\"data:image/png;base64,UE5H\"><span class=\"off\">picture</span>"
                    "<span class=\"off\">&lt;x&gt;</span><span class=\"off\">picture</span>");
    pictures.remote_urls = urls;
    pictures.remote = remote;
    pictures.remote_count = 1;
    g_assert_nonnull(
        strstr(body_of(arena, clean, &pictures), "<img alt=\"&lt;x&gt;\" src=\"data:image/gif;base64,R0lG\">"));
}

/* The same megabyte named a thousand times. */
static void test_data_is_bounded(void)
{
    g_autofree char *large = g_strnfill(1 << 20, 'x');
    const MailPicture attached[] = {{"image/png", {(const uint8_t *)large, 1 << 20}}};
    const MailPictures pictures = {.attached = attached, .attached_count = 1};
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GString) clean = g_string_new(NULL), out = g_string_new(NULL);
    for (int i = 0; i < 1000; i++)
        g_string_append(clean, "<img data-attachment=\"0\">");
    mail_sheet_write(out, arena, LANG_IT, "", bytes_of(clean->str), &pictures);
    g_assert_cmpuint(out->len, <, MAIL_SHEET_DATA_MAX / 3 * 4 + (1 << 20));
}

/* The largest that parse_sheet gives, of the shapes that cost most: in the memory message_page.c has for it, or the arena
 * aborts; and in time linear in it (A21, A58). */
static void test_worst_shapes(void)
{
    static const char *const shapes[] = {"<img>", "<img alt=\"\">", "<img data-remote=\"http://a\">",
                                         "<a href=\"http://a\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">b.it</a>",
                                         "<a href=\"mailto:b@c\">", "&lt;", "<b></b>", "a.b ", "<img data-attachment=\"1\">"};
    static const MailPictures none = {0};
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        g_autoptr(Arena) listing = arena_new(ARENA_REQUEST_CAP), writing = arena_new(2 * ARENA_REQUEST_CAP);
        g_autoptr(GString) clean = g_string_new(i % 2 ? "<a href=\"http://a\">" : ""), out = g_string_new(NULL);
        while (clean->len + strlen(shapes[i]) < (4 << 20))
            g_string_append(clean, shapes[i]);
        gint64 before = g_get_monotonic_time();
        Bytes bytes = {arena_bytes(writing, bytes_of(clean->str)).data, clean->len};
        mail_sheet_list(listing, bytes);
        mail_sheet_list(writing, bytes);
        mail_sheet_write(out, writing, LANG_IT, "", bytes, &none);
        gint64 took = g_get_monotonic_time() - before;
        g_test_message("%s: %" G_GINT64_FORMAT " ms, %zu kB", shapes[i], took / 1000, arena_used(writing) / 1024);
        g_assert_cmpint(took, <, 20 * G_USEC_PER_SEC); /* generous: sanitizer builds on a busy machine */
    }
}

static void test_needs(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    MailSheetNeeds needs = mail_sheet_list(
        arena,
        bytes_of("<img data-remote=\"http://t.test/a\"><img data-attachment=\"4\"><img data-remote=\"http://t.test/a\">"
                 "<img height=\"1\" data-remote=\"http://t.test/pixel\"><img data-attachment=\"4\" "
                 "data-remote=\"http://t.test/b\">"));
    g_assert_cmpuint(needs.remote_count, ==, 1);
    g_assert_cmpuint(needs.remote_total, ==, 1);
    g_assert_cmpstr(needs.remote_urls[0], ==, "http://t.test/a");
    g_assert_cmpuint(needs.attached_count, ==, 1);
    g_assert_cmpuint(needs.attached[0], ==, 4);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail-sheet/hosts", test_hosts);
    g_test_add_func("/mail-sheet/betrayed", test_betrayed);
    g_test_add_func("/mail-sheet/links", test_links_are_ours);
    g_test_add_func("/mail-sheet/pictures", test_pictures);
    g_test_add_func("/mail-sheet/bounded", test_data_is_bounded);
    g_test_add_func("/mail-sheet/worst", test_worst_shapes);
    g_test_add_func("/mail-sheet/needs", test_needs);
    return g_test_run();
}
