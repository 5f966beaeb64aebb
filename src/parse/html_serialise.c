/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The allow-list is two tables, elements and attributes, used by the writer and by the checker alike, so the two
 * cannot drift apart. libxml2 repairs what it reads (closes, implies paragraphs), and what it repairs on the second
 * reading can differ from the first; so the writer runs until the output stands still, and HTML that never does
 * becomes its text. Values are judged whole: an attribute is kept as it is or dropped, only `style` is reduced.
 */
#include "parse/html_int.h"

#include <string.h>

enum { PASSES_MAX = 6 };

static const char *const allowed_elements[] = {
    "a",     "abbr",  "address", "article", "b",     "big",   "blockquote", "br",    "caption", "center", "cite",
    "code",  "col",   "colgroup", "dd",     "del",   "dfn",   "div",        "dl",    "dt",      "em",     "figcaption",
    "figure", "font", "footer",  "h1",      "h2",    "h3",    "h4",         "h5",    "h6",      "header", "hr",
    "i",     "img",   "ins",     "kbd",     "li",    "mark",  "ol",         "p",     "pre",     "q",      "s",
    "samp",  "section", "small", "span",    "strike", "strong", "sub",      "sup",   "table",   "tbody",  "td",
    "tfoot", "th",    "thead",   "tr",      "tt",    "u",     "ul",         "var",   "wbr",
};
static const char *const void_elements[] = {"br", "col", "hr", "img", "wbr", NULL};

typedef enum ValueKind {
    VALUE_TEXT,
    VALUE_WORD,
    VALUE_LENGTH,
    VALUE_COLOUR,
    VALUE_STYLE,
    VALUE_LINK,
    VALUE_REMOTE,
    VALUE_INDEX,
    VALUE_FIXED
} ValueKind;

static const struct {
    const char *name;
    const char *element; /* NULL: any */
    ValueKind kind;
} allowed_attributes[] = {
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

static const char *const fixed_values[] = {"noopener noreferrer nofollow", "_blank", NULL};

static const char *const style_properties[] = {
    "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left", "border-radius",
    "border-right", "border-spacing", "border-style", "border-top", "border-width", "color", "direction", "font",
    "font-family", "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing", "line-height",
    "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-width",
    "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align", "text-decoration",
    "text-indent", "text-transform", "vertical-align", "white-space", "width", "word-break", NULL,
};

static bool element_is_allowed(const char *name)
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

/* The declarations of the allow-list, written in one way; "" when none is left. Yours. */
static char *style_reduce(const char *style)
{
    GString *out = g_string_new(NULL);
    g_auto(GStrv) declarations = g_strsplit(style, ";", 200);
    for (char **declaration = declarations; *declaration; declaration++)
        style_append(out, *declaration);
    return g_string_free(out, FALSE);
}

static bool style_is_reduced(const char *style)
{
    g_autofree char *reduced = style_reduce(style);
    return *style && !strcmp(reduced, style);
}

static bool value_is_allowed(ValueKind kind, const char *value)
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
        return g_strv_contains(fixed_values, value);
    }
    return false;
}

/* ---- writing ---- */

typedef struct Writer {
    GString *out;
    const HtmlParts *parts;
    const char *open[HTML_DEPTH_MAX]; /* names of the elements open in out, from allowed_elements */
    int depth;
    int hidden; /* open elements whose content is dropped */
} Writer;

/* U+0080 … U+009F, which &#128; can make. */
static bool is_c1(const char *at, const char *end)
{
    return at + 1 < end && (unsigned char)at[0] == 0xc2 && (unsigned char)at[1] < 0xa0;
}

static void write_escaped(GString *out, const char *text, size_t size)
{
    for (const char *at = text; at < text + size; at++) {
        unsigned char byte = (unsigned char)*at;
        if (*at == '&')
            g_string_append(out, "&amp;");
        else if (*at == '<')
            g_string_append(out, "&lt;");
        else if (*at == '>')
            g_string_append(out, "&gt;");
        else if (*at == '"')
            g_string_append(out, "&quot;");
        else if (is_c1(at, text + size))
            at++;
        else if (byte >= 0x20 ? byte != 0x7f : byte == '\n' || byte == '\t')
            g_string_append_c(out, *at);
    }
}

/* The value on one line without control characters, so that what is judged is what is written. Yours. */
static char *value_clean(const char *value)
{
    GString *out = g_string_new(NULL);
    for (const char *at = value, *end = value + strlen(value); at < end; at++) {
        if (is_c1(at, end))
            at++;
        else if (g_ascii_isspace(*at))
            g_string_append_c(out, ' ');
        else if (!g_ascii_iscntrl(*at))
            g_string_append_c(out, *at);
    }
    g_strstrip(out->str);
    return g_string_free(out, FALSE);
}

static void write_attribute(Writer *writer, const char *name, const char *value)
{
    g_string_append_printf(writer->out, " %s=\"", name);
    write_escaped(writer->out, value, strlen(value));
    g_string_append_c(writer->out, '"');
}

static void write_attribute_if_allowed(Writer *writer, size_t row, const char *value)
{
    ValueKind kind = allowed_attributes[row].kind;
    g_autofree char *clean = value_clean(value);
    g_autofree char *reduced = kind == VALUE_STYLE ? style_reduce(clean) : g_strdup(clean);
    if (kind == VALUE_INDEX && (!writer->parts || g_ascii_strtoull(clean, NULL, 10) >= (guint64)writer->parts->count))
        return;
    if (value_is_allowed(kind, reduced))
        write_attribute(writer, allowed_attributes[row].name, reduced);
}

/* An image's source becomes a mark that the page acts on; nothing loads by itself. */
static void write_source(Writer *writer, const xmlChar **attributes)
{
    const char *source = html_attribute(attributes, "src");
    if (!source || html_attribute(attributes, "data-remote") || html_attribute(attributes, "data-attachment"))
        return;
    g_autofree char *clean = value_clean(source);
    if (!g_ascii_strncasecmp(clean, "cid:", 4) && writer->parts) {
        g_autofree char *id = g_uri_unescape_string(clean + 4, NULL);
        int index = id ? writer->parts->find_cid(id, writer->parts->user) : -1;
        if (index >= 0 && index < writer->parts->count)
            g_string_append_printf(writer->out, " data-attachment=\"%d\"", index);
    } else if (value_is_allowed(VALUE_REMOTE, clean)) {
        write_attribute(writer, "data-remote", clean);
    }
}

static void write_start_tag(Writer *writer, const char *name, const xmlChar **attributes)
{
    g_string_append_printf(writer->out, "<%s", name);
    for (size_t row = 0; row < G_N_ELEMENTS(allowed_attributes); row++) {
        if (allowed_attributes[row].element && strcmp(allowed_attributes[row].element, name) != 0)
            continue;
        const char *value = html_attribute(attributes, allowed_attributes[row].name);
        if (value && allowed_attributes[row].kind != VALUE_FIXED)
            write_attribute_if_allowed(writer, row, value);
    }
    if (!strcmp(name, "a") && html_attribute(attributes, "href"))
        g_string_append_printf(writer->out, " rel=\"%s\" target=\"%s\"", fixed_values[0], fixed_values[1]);
    if (!strcmp(name, "img"))
        write_source(writer, attributes);
    g_string_append_c(writer->out, '>');
}

static void on_start(void *user, const xmlChar *raw_name, const xmlChar **attributes)
{
    Writer *writer = user;
    g_autofree char *name = g_ascii_strdown((const char *)raw_name, -1);
    if (html_is_hidden(name))
        writer->hidden++;
    if (writer->hidden || !element_is_allowed(name))
        return;
    if (g_strv_contains(void_elements, name)) {
        write_start_tag(writer, name, attributes);
    } else if (writer->depth < HTML_DEPTH_MAX) {
        write_start_tag(writer, name, attributes);
        writer->open[writer->depth++] = g_intern_string(name);
    }
}

static void write_end_tags(Writer *writer, int depth)
{
    while (writer->depth > depth)
        g_string_append_printf(writer->out, "</%s>", writer->open[--writer->depth]);
}

static void on_end(void *user, const xmlChar *raw_name)
{
    Writer *writer = user;
    g_autofree char *name = g_ascii_strdown((const char *)raw_name, -1);
    if (html_is_hidden(name) && writer->hidden)
        writer->hidden--;
    else if (!writer->hidden)
        for (int i = writer->depth - 1; i >= 0; i--)
            if (!strcmp(writer->open[i], name)) {
                write_end_tags(writer, i);
                return;
            }
}

static void on_text(void *user, const xmlChar *text, int size)
{
    Writer *writer = user;
    if (!writer->hidden && size > 0)
        write_escaped(writer->out, (const char *)text, (size_t)size);
}

static GString *sanitise_once(Bytes html, const HtmlParts *parts)
{
    Writer writer = {.out = g_string_sized_new(html.size), .parts = parts};
    htmlSAXHandler handlers = {
        .startElement = on_start, .endElement = on_end, .characters = on_text, .ignorableWhitespace = on_text};
    html_walk(html, &handlers, &writer);
    write_end_tags(&writer, 0);
    return writer.out;
}

static Bytes string_bytes(const GString *string)
{
    return (Bytes){(const uint8_t *)string->str, string->len};
}

/* The text alone in one <pre>. */
static GString *sanitise_as_text(Bytes html)
{
    g_autoptr(GString) text = g_string_new(NULL);
    html_to_text(html, text);
    g_strchug(text->str);
    GString *out = g_string_new("<pre>");
    write_escaped(out, text->str, strlen(text->str));
    g_string_append(out, "</pre>");
    return out;
}

GString *html_sanitise(Bytes html, const HtmlParts *parts)
{
    GString *now = sanitise_once(html, parts);
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        GString *next = sanitise_once(string_bytes(now), parts);
        bool still = g_string_equal(now, next);
        g_string_free(now, TRUE);
        now = next;
        if (still)
            return now;
    }
    GString *text = sanitise_as_text(string_bytes(now));
    g_string_free(now, TRUE);
    return text;
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
    for (size_t row = 0; value && row < G_N_ELEMENTS(allowed_attributes); row++)
        if (!strcmp(allowed_attributes[row].name, name))
            return (!allowed_attributes[row].element || !strcmp(allowed_attributes[row].element, element)) &&
                   value_is_allowed(allowed_attributes[row].kind, value);
    return false;
}

static bool check_tag(Checker *checker)
{
    char name[24];
    bool closing = take(checker, "/");
    take_name(checker, name);
    if (!element_is_allowed(name))
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
