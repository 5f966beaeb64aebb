/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mail HTML made harmless, judged by a naive scan that shares nothing with the allow-list: what comes out holds no other
 * element than prose has, no on… attribute, no style that loads, no scheme but four; cleaned again it is the same. Laid out
 * as text it is UTF-8 without tags of its own and bounded by what came in.
 */
#include "base/check.h"
#include "parse/html_int.h"
#include "parse/quote.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const forbidden_elements[] = {
    "script", "style",  "iframe", "object", "embed", "applet", "form", "input", "button", "select", "textarea", "link",
    "meta",   "base",   "svg",    "math",   "audio", "video",  "source", "frame", "frameset", "html", "head", "body",
    "template", "noscript", "canvas", "map", "area", "marquee", "title", "xml", "isindex", "portal", NULL};

static const char *const loading_words[] = {"url(", "expression", "@import", "javascript", "behavior", "-moz-binding",
                                            "\\", "/*", NULL};

static Bytes bytes_in(const GString *string)
{
    return (Bytes){(const uint8_t *)string->str, string->len};
}

static bool holds_any(const char *text, const char *const *words)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    for (; *words; words++)
        if (strstr(lower, *words))
            return true;
    return false;
}

/* As a property; "position" within a value is only a word. */
static bool sets_position(const char *style)
{
    g_auto(GStrv) declarations = g_strsplit(style, ";", -1);
    for (char **one = declarations; *one; one++)
        if (g_str_has_prefix(g_strchug(*one), "position"))
            return true;
    return false;
}

static void scan_attribute(const char *name, const char *value)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:"};
    bool fine = false, links = !strcmp(name, "href") || !strcmp(name, "data-remote");
    check(g_ascii_strncasecmp(name, "on", 2) != 0);
    check(strcmp(name, "src") != 0 && strcmp(name, "srcset") != 0 && strcmp(name, "background") != 0);
    check(strcmp(name, "id") != 0 && strcmp(name, "class") != 0 && strcmp(name, "action") != 0);
    check(strcmp(name, "style") != 0 || !(holds_any(value, loading_words) || sets_position(value)));
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
        fine = fine || !g_ascii_strncasecmp(value, schemes[i], strlen(schemes[i]));
    check(!links || fine);
}

/* ` name="value"` one after another, up to the end of the tag's text. */
static void scan_attributes(char *at)
{
    while (*at) {
        check(*at == ' ');
        char *name = at + 1, *equals = strstr(name, "=\"");
        check(equals && equals > name);
        char *value = equals + 2, *quote = strchr(value, '"');
        check(quote != NULL);
        *equals = *quote = '\0';
        scan_attribute(name, value);
        at = quote + 1;
    }
}

/* Every "<" opens a tag that a ">" ends; between tags no control but line ends and tabs stands. */
static void scan(const GString *html)
{
    check(g_utf8_validate(html->str, (gssize)html->len, NULL) && strlen(html->str) == html->len);
    for (const char *at = html->str; *at; at++) {
        check(*at != '>' && ((unsigned char)*at >= ' ' || *at == '\n' || *at == '\t'));
        if (*at != '<')
            continue;
        const char *end = strchr(at, '>');
        check(end != NULL);
        bool closes = at[1] == '/';
        g_autofree char *tag = g_strndup(at + 1 + closes, (gsize)(end - at - 1 - closes));
        char *attributes = tag + strcspn(tag, " ");
        g_autofree char *name = g_strndup(tag, (gsize)(attributes - tag)), *lower = g_ascii_strdown(name, -1);
        check(*name && !strcmp(name, lower) && !strpbrk(name, ":<\"'&/=") &&
              !g_strv_contains(forbidden_elements, name));
        check(!closes || !*attributes);
        scan_attributes(attributes);
        at = end;
    }
}

/* A character of the source makes at most a line's end with its quotation marks: ten levels of "> ". */
static void check_text(Bytes html)
{
    g_autoptr(GString) text = g_string_new("before\n");
    HtmlQuote quote = html_to_text(html, text);
    check(g_str_has_prefix(text->str, "before\n") && strlen(text->str) == text->len);
    check(g_utf8_validate(text->str, (gssize)text->len, NULL));
    check(text->len <= 64 + 48 * html.size);
    check(quote.at == SIZE_MAX || (quote.at >= 7 && quote.at < text->len && text->str[quote.at - 1] == '\n'));
    check(quote.answered <= text->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes html = {data, size};
    if (size > 1 << 15 || !g_utf8_validate_len((const char *)data, size, NULL) || (size && memchr(data, '\0', size)))
        return 0;
    const HtmlParts parts = {.count = 3};
    g_autoptr(GString) once = html_sanitise(html, &parts), twice = html_sanitise(bytes_in(once), &parts);
    scan(once);
    check(g_string_equal(once, twice));
    check_text(html);
    check_text(bytes_in(once));
    return 0;
}
