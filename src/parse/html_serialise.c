/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libxml2 repairs what it reads (closes, implies paragraphs), and what it repairs on the second reading can differ from
 * the first; so the writer runs until the output stands still, and HTML that never does becomes its text.
 */
#include "parse/html_int.h"

#include <string.h>

enum { PASSES_MAX = 6 };

static const char *const void_elements[] = {"br", "col", "hr", "img", "wbr", NULL};

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
    HtmlValueKind kind = html_allowed_attributes[row].kind;
    g_autofree char *clean = value_clean(value);
    g_autofree char *reduced = kind == VALUE_STYLE ? html_style_reduce(clean) : g_strdup(clean);
    if (kind == VALUE_INDEX && (!writer->parts || g_ascii_strtoull(clean, NULL, 10) >= (guint64)writer->parts->count))
        return;
    if (html_value_is_allowed(kind, reduced))
        write_attribute(writer, html_allowed_attributes[row].name, reduced);
}

/* An image's source becomes a mark that the page acts on; nothing loads by itself. */
static void write_source(Writer *writer, const xmlChar **attributes)
{
    const char *source = html_attribute(attributes, "src");
    if (!source || html_attribute(attributes, "data-remote") || html_attribute(attributes, "data-attachment"))
        return;
    g_autofree char *clean = value_clean(source);
    if (!g_ascii_strncasecmp(clean, "cid:", 4) && writer->parts && writer->parts->find_cid) {
        g_autofree char *id = g_uri_unescape_string(clean + 4, NULL);
        int index = id ? writer->parts->find_cid(id, writer->parts->user) : -1;
        if (index >= 0 && index < writer->parts->count)
            g_string_append_printf(writer->out, " data-attachment=\"%d\"", index);
    } else if (html_value_is_allowed(VALUE_REMOTE, clean)) {
        write_attribute(writer, "data-remote", clean);
    }
}

static void write_start_tag(Writer *writer, const char *name, const xmlChar **attributes)
{
    g_string_append_printf(writer->out, "<%s", name);
    for (size_t row = 0; row < html_allowed_attribute_count; row++) {
        if (html_allowed_attributes[row].element && strcmp(html_allowed_attributes[row].element, name) != 0)
            continue;
        const char *value = html_attribute(attributes, html_allowed_attributes[row].name);
        if (value && html_allowed_attributes[row].kind != VALUE_FIXED)
            write_attribute_if_allowed(writer, row, value);
    }
    if (!strcmp(name, "a") && html_attribute(attributes, "href"))
        g_string_append_printf(writer->out, " rel=\"%s\" target=\"%s\"", html_fixed_values[0], html_fixed_values[1]);
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
    if (writer->hidden || !html_element_is_allowed(name))
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
