/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/html_int.h"

#include <string.h>

/* Copies html without the attributes beyond the cap. Where a tag begins and ends is judged roughly, as only time
 * depends on it: a wrong guess loses text, never lets anything through. */
typedef struct TagCap {
    GString *out;
    size_t tag_start; /* where in out the tag began */
    unsigned attributes;
    char quote; /* the open quote, or 0 */
    bool in_tag, after_equals;
} TagCap;

static void cap_tag_byte(TagCap *cap, char byte)
{
    bool was_space = g_ascii_isspace(cap->out->str[cap->out->len - 1]);
    if (cap->quote) {
        if (byte == cap->quote)
            cap->quote = 0;
    } else if (byte == '>') {
        cap->in_tag = false;
        g_string_append_c(cap->out, byte);
        return;
    } else if ((byte == '"' || byte == '\'') && cap->after_equals) {
        cap->quote = byte;
    } else if (!g_ascii_isspace(byte) && (was_space || byte == '/')) {
        cap->attributes++;
    }
    cap->after_equals = byte == '=' || (cap->after_equals && g_ascii_isspace(byte));
    if (cap->attributes <= HTML_ATTRIBUTES_MAX && cap->out->len - cap->tag_start < HTML_TAG_MAX)
        g_string_append_c(cap->out, byte);
}

static GString *tags_capped(Bytes html)
{
    TagCap cap = {.out = g_string_sized_new(html.size + 32)};
    g_string_append(cap.out, "<html><body>"); /* libxml2 stops at the end of the first element outside one */
    for (size_t i = 0; i < html.size; i++) {
        char byte = (char)html.data[i];
        if (cap.in_tag) {
            cap_tag_byte(&cap, byte);
            continue;
        }
        if (byte == '&' && (i + 1 == html.size || !(g_ascii_isalpha(html.data[i + 1]) || html.data[i + 1] == '#'))) {
            g_string_append(cap.out, "&amp;"); /* what libxml2 would do, without an error report for each */
            continue;
        }
        bool opens = byte == '<' && i + 1 < html.size && g_ascii_isalpha(html.data[i + 1]);
        if (opens)
            cap = (TagCap){.out = cap.out, .tag_start = cap.out->len, .in_tag = true};
        g_string_append_c(cap.out, byte);
    }
    return cap.out;
}

static void drop_error(void *user, const char *message, ...)
{
    (void)user;
    (void)message;
}

void html_walk(Bytes html, htmlSAXHandler *handlers, void *user)
{
    g_autoptr(GString) capped = tags_capped(html);
    handlers->error = handlers->warning = drop_error;
    htmlParserCtxtPtr parser = htmlCreatePushParserCtxt(handlers, user, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (!parser)
        return;
    htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
                                   HTML_PARSE_IGNORE_ENC);
    htmlParseChunk(parser, capped->str, (int)capped->len, 1); /* all at once: no look-ahead is ever repeated */
    htmlFreeParserCtxt(parser);
}

bool html_is_hidden(const char *element)
{
    static const char *const hidden[] = {"script", "style", "title", "template", "svg", "math", "object", "iframe",
                                         "select", "textarea", "audio", "video", "canvas", "applet", "frameset",
                                         "noframes", "noembed", "xml", NULL};
    return g_strv_contains(hidden, element);
}

const char *html_attribute(const xmlChar **attributes, const char *name)
{
    for (; attributes && attributes[0]; attributes += 2)
        if (!g_ascii_strcasecmp((const char *)attributes[0], name))
            return attributes[1] ? (const char *)attributes[1] : "";
    return NULL;
}
