/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The allow-list is two tables, elements and attributes, used by the writer and by the checker alike, so the two
 * cannot drift apart. Values are judged whole: an attribute is kept as it is or dropped, only `style` is reduced.
 * Apart from the writer, because the process that checks what a worker wrote has no HTML parser.
 */
#include "parse/html_allow_int.h"

#include <string.h>

static const char *const allowed_elements[] = {
    "a",     "abbr",  "address", "article", "b",     "big",   "blockquote", "br",    "caption", "center", "cite",
    "code",  "col",   "colgroup", "dd",     "del",   "dfn",   "div",        "dl",    "dt",      "em",     "figcaption",
    "figure", "font", "footer",  "h1",      "h2",    "h3",    "h4",         "h5",    "h6",      "header", "hr",
    "i",     "img",   "ins",     "kbd",     "li",    "mark",  "ol",         "p",     "pre",     "q",      "s",
    "samp",  "section", "small", "span",    "strike", "strong", "sub",      "sup",   "table",   "tbody",  "td",
    "tfoot", "th",    "thead",   "tr",      "tt",    "u",     "ul",         "var",   "wbr",
};

const HtmlAllowed html_allowed_attributes[] = {
    {"style", NULL, VALUE_STYLE},       {"title", NULL, VALUE_TEXT},        {"dir", NULL, VALUE_WORD},
    {"lang", NULL, VALUE_WORD},         {"align", NULL, VALUE_WORD},        {"valign", NULL, VALUE_WORD},
    {"width", NULL, VALUE_LENGTH},      {"height", NULL, VALUE_LENGTH},     {"bgcolor", NULL, VALUE_COLOUR},
    {"color", "font", VALUE_COLOUR},    {"size", "font", VALUE_LENGTH},     {"face", "font", VALUE_TEXT},
    {"border", "table", VALUE_LENGTH},  {"cellpadding", "table", VALUE_LENGTH}, {"cellspacing", "table", VALUE_LENGTH},
    {"colspan", NULL, VALUE_LENGTH},    {"rowspan", NULL, VALUE_LENGTH},    {"span", NULL, VALUE_LENGTH},
    {"start", "ol", VALUE_LENGTH},      {"type", "ol", VALUE_WORD},         {"alt", "img", VALUE_TEXT},
    {"href", "a", VALUE_LINK},          {"rel", "a", VALUE_FIXED},          {"target", "a", VALUE_FIXED},
    {"data-attachment", "img", VALUE_INDEX}, {"data-remote", "img", VALUE_REMOTE},
};
const size_t html_allowed_attribute_count = G_N_ELEMENTS(html_allowed_attributes);

const char *const html_fixed_values[] = {"noopener noreferrer nofollow", "_blank", NULL};

/* `background` takes a colour only: no value here can hold url(). `display: none` hides what its sender hid. */
static const char *const style_properties[] = {
    "background", "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
    "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width", "clear", "color",
    "direction", "display", "float", "font", "font-family", "font-size", "font-style", "font-variant", "font-weight",
    "height", "letter-spacing", "line-height", "list-style-type", "margin", "margin-bottom", "margin-left",
    "margin-right", "margin-top", "max-height", "max-width", "min-width", "overflow", "padding", "padding-bottom",
    "padding-left", "padding-right", "padding-top", "table-layout", "text-align", "text-decoration", "text-indent",
    "text-transform", "vertical-align", "visibility", "white-space", "width", "word-break", NULL,
};

bool html_element_is_allowed(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(allowed_elements); i++)
        if (!strcmp(allowed_elements[i], name))
            return true;
    return false;
}

/* ---- values ---- */

static bool value_consists_of(const char *value, const char *extra, size_t max)
{
    size_t length = 0;
    for (; value[length]; length++)
        if (!g_ascii_isalnum(value[length]) && !strchr(extra, value[length]))
            return false;
    return length && length <= max;
}

/* No url(), no expression(), no escape, no comment: only characters that sizes, colours and font names need. */
static bool style_value_is_allowed(const char *value)
{
    const char *plain = value;
    if (g_str_has_prefix(value, "rgb(") || g_str_has_prefix(value, "rgba("))
        plain = strchr(value, '(') + 1;
    size_t length = strlen(plain);
    g_autofree char *inner = g_strndup(plain, plain != value && g_str_has_suffix(plain, ")") ? length - 1 : length);
    return value_consists_of(inner, " #%.,-!'", 200);
}

static void style_append(GString *out, const char *declaration)
{
    const char *colon = strchr(declaration, ':');
    if (!colon)
        return;
    g_autofree char *lower = g_ascii_strdown(declaration, -1);
    lower[colon - declaration] = '\0';
    const char *property = g_strstrip(lower), *value = g_strstrip(lower + (colon - declaration) + 1);
    if (g_strv_contains(style_properties, property) && style_value_is_allowed(value))
        g_string_append_printf(out, "%s%s: %s", out->len ? "; " : "", property, value);
}

char *html_style_reduce(const char *style)
{
    GString *out = g_string_new(NULL);
    g_auto(GStrv) declarations = g_strsplit(style, ";", 200);
    for (char **declaration = declarations; *declaration; declaration++)
        style_append(out, *declaration);
    return g_string_free(out, FALSE);
}

static bool style_is_reduced(const char *style)
{
    g_autofree char *reduced = html_style_reduce(style);
    return *style && !strcmp(reduced, style);
}

bool html_value_is_allowed(HtmlValueKind kind, const char *value)
{
    switch (kind) {
    case VALUE_TEXT:
        return true;
    case VALUE_WORD:
        return value_consists_of(value, "-", 20);
    case VALUE_LENGTH:
        return value_consists_of(value, "%.+-", 10);
    case VALUE_COLOUR:
        return value_consists_of(value, "#", 30);
    case VALUE_STYLE:
        return style_is_reduced(value);
    case VALUE_LINK:
        return html_link_is_allowed(value);
    case VALUE_REMOTE:
        return html_link_is_allowed(value) && !g_ascii_strncasecmp(value, "http", 4);
    case VALUE_INDEX:
        return value_consists_of(value, "", 4) && strspn(value, "0123456789") == strlen(value);
    case VALUE_FIXED:
        return g_strv_contains(html_fixed_values, value);
    }
    return false;
}

bool html_link_is_allowed(const char *url)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:", NULL};
    for (const char *at = url; *at; at++)
        if ((unsigned char)*at <= ' ' || *at == '\\')
            return false;
    for (const char *const *scheme = schemes; *scheme; scheme++)
        if (!g_ascii_strncasecmp(url, *scheme, strlen(*scheme)))
            return url[strlen(*scheme)] != '\0';
    return false;
}

/* ---- checking ---- */

typedef struct Checker {
    const char *at, *end;
} Checker;

/* Copies the run of lower-case letters, digits and '-' at the reader; "" when there is none or it is too long. */
static void take_name(Checker *checker, char name_out[24])
{
    size_t length = 0;
    while (checker->at < checker->end && length < 23 &&
           (g_ascii_islower(*checker->at) || g_ascii_isdigit(*checker->at) || *checker->at == '-'))
        name_out[length++] = *checker->at++;
    name_out[length] = '\0';
}

static bool take(Checker *checker, const char *expected)
{
    size_t length = strlen(expected);
    if ((size_t)(checker->end - checker->at) < length || memcmp(checker->at, expected, length) != 0)
        return false;
    checker->at += length;
    return true;
}

/* The value up to its closing quote, entities undone; NULL when it is not one. Yours. */
static char *take_value(Checker *checker)
{
    GString *value = g_string_new(NULL);
    while (checker->at < checker->end && !strchr("<>\"\n", *checker->at)) {
        if (*checker->at != '&')
            g_string_append_c(value, *checker->at++);
        else if (take(checker, "&amp;"))
            g_string_append_c(value, '&');
        else if (take(checker, "&lt;"))
            g_string_append_c(value, '<');
        else if (take(checker, "&gt;"))
            g_string_append_c(value, '>');
        else if (take(checker, "&quot;"))
            g_string_append_c(value, '"');
        else
            break;
    }
    if (take(checker, "\""))
        return g_string_free(value, FALSE);
    g_string_free(value, TRUE);
    return NULL;
}

static bool check_attribute(Checker *checker, const char *element)
{
    char name[24];
    take_name(checker, name);
    if (!take(checker, "=\""))
        return false;
    g_autofree char *value = take_value(checker);
    for (size_t row = 0; value && row < G_N_ELEMENTS(html_allowed_attributes); row++)
        if (!strcmp(html_allowed_attributes[row].name, name))
            return (!html_allowed_attributes[row].element || !strcmp(html_allowed_attributes[row].element, element)) &&
                   html_value_is_allowed(html_allowed_attributes[row].kind, value);
    return false;
}

static bool check_tag(Checker *checker)
{
    char name[24];
    bool closing = take(checker, "/");
    take_name(checker, name);
    if (!html_element_is_allowed(name))
        return false;
    while (!closing && take(checker, " "))
        if (!check_attribute(checker, name))
            return false;
    return take(checker, ">");
}

bool html_is_serialised(Bytes html)
{
    if (!html.size)
        return true;
    Checker checker = {(const char *)html.data, (const char *)html.data + html.size};
    while (checker.at < checker.end) {
        char byte = *checker.at++;
        if (byte == '>' || byte == '"' || (byte == '<' && !check_tag(&checker)))
            return false;
    }
    return true;
}
