/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/writer.h"

#include "base/check.h"

#include <stdarg.h>
#include <string.h>

static const char *entity(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&#34;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

enum { IN_TEXT = 1, IN_ATTRIBUTE = 2, SHORT_RUN = 48 };
static const uint8_t special[256] = {['&'] = IN_TEXT | IN_ATTRIBUTE, ['<'] = IN_TEXT | IN_ATTRIBUTE,
                                     ['>'] = IN_TEXT | IN_ATTRIBUTE, ['"'] = IN_ATTRIBUTE,
                                     ['\''] = IN_ATTRIBUTE};

/* How many bytes stand before the first special one. Most texts are names and words, for which a loop beats the
 * library's preparations; a letter is worth them. */
static size_t plain_run(const char *text, size_t size, uint8_t where)
{
    size_t run = 0;
    if (size > SHORT_RUN)
        return MIN(size, strcspn(text, where == IN_TEXT ? "&<>" : "&<>\"'"));
    while (run < size && !(special[(uint8_t)text[run]] & where))
        run++;
    return run;
}

/* Copies runs between the characters that are special where it goes; those become entities. */
static void append_escaped(GString *out, const char *text, size_t size, uint8_t where)
{
    const char *end = text + size;
    while (text < end) {
        size_t run = plain_run(text, (size_t)(end - text), where);
        html_literal(out, text, run);
        text += run;
        if (text < end)
            g_string_append(out, entity(*text++));
    }
}

void html_text(GString *out, const char *text)
{
    if (text)
        append_escaped(out, text, strlen(text), IN_TEXT);
}

void html_attr(GString *out, const char *text)
{
    if (text)
        append_escaped(out, text, strlen(text), IN_ATTRIBUTE);
}

void html_int(GString *out, int64_t number)
{
    char buffer[INT_DIGITS_SIZE];
    Bytes digits = int_digits(buffer, number);
    html_literal(out, (const char *)digits.data, digits.size);
}

void url_arg(GString *out, const char *text)
{
    static const char hex[] = "0123456789ABCDEF";
    for (const unsigned char *at = (const unsigned char *)(text ? text : ""); *at; at++) {
        if (g_ascii_isalnum(*at) || strchr("-._~", *at)) {
            g_string_append_c(out, (char)*at);
        } else {
            g_string_append_c(out, '%');
            g_string_append_c(out, hex[*at >> 4]);
            g_string_append_c(out, hex[*at & 15]);
        }
    }
}

/* Browsers drop tabs and newlines from a URL and read '\' as '/': a text with any of them is not what it seems. */
static bool has_url_trick(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (*at <= ' ' || *at == 0x7f || *at == '\\')
            return true;
    return false;
}

bool url_is_safe(const char *text)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:"};
    if (!text || has_url_trick(text))
        return false;
    if (text[0] == '/')
        return text[1] != '/';
    if (text[0] == '\0' || text[0] == '#' || text[0] == '?')
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++)
        if (!g_ascii_strncasecmp(text, schemes[i], strlen(schemes[i])))
            return true;
    return false;
}

SafeUrl url_checked(const char *text)
{
    return (SafeUrl){url_is_safe(text) ? text : NULL};
}

SafeUrl url_local(Arena *arena, const char *pattern, ...)
{
    /* "/%/x" with an empty argument would become "//x", another host */
    check(pattern[0] == '/' && pattern[1] != '/' && pattern[1] != '%' && !has_url_trick(pattern));
    g_autoptr(GString) out = g_string_new(NULL);
    va_list args;
    va_start(args, pattern);
    for (const char *at = pattern; *at; at++) {
        if (*at == '%')
            url_arg(out, va_arg(args, const char *));
        else
            g_string_append_c(out, *at);
    }
    va_end(args);
    return (SafeUrl){arena_strndup(arena, out->str, out->len)};
}

/* How many bytes from at are an http(s) address; closing punctuation belongs to the sentence, not to it. */
static size_t link_length(const char *at)
{
    size_t scheme = g_str_has_prefix(at, "https://") ? 8 : g_str_has_prefix(at, "http://") ? 7 : 0;
    if (!scheme)
        return 0;
    size_t length = scheme + strcspn(at + scheme, " \t\r\n<>\"'\\");
    while (length > scheme && strchr(".,;:!?)]}", at[length - 1]))
        length--;
    return length > scheme ? length : 0;
}

SafeHtml html_from_lines(Arena *arena, const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const char *at = text ? text : "", *plain = at;
    while ((at = strstr(at, "http"))) {
        size_t length = link_length(at);
        if (!length) {
            at += 4;
            continue;
        }
        append_escaped(out, plain, (size_t)(at - plain), IN_TEXT);
        g_string_append(out, "<a rel=\"noopener noreferrer nofollow\" target=\"_blank\" href=\"");
        append_escaped(out, at, length, IN_ATTRIBUTE);
        g_string_append(out, "\">");
        append_escaped(out, at, length, IN_TEXT);
        g_string_append(out, "</a>");
        plain = at += length;
    }
    html_text(out, plain);
    return (SafeHtml){arena_strndup(arena, out->str, out->len)};
}

static void append_json_char(GString *out, gunichar character)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *pair = shorts; *pair; pair += 2) {
        if (character == (unsigned char)*pair) {
            g_string_append_c(out, '\\');
            g_string_append_c(out, pair[1]);
            return;
        }
    }
    /* '<' ends a script element and U+2028/9 end a line in old JavaScript: escaped, they are the same JSON. */
    if (character < 0x20 || character == '<' || character == 0x2028 || character == 0x2029)
        g_string_append_printf(out, "\\u%04x", character);
    else
        g_string_append_unichar(out, character);
}

void json_str(GString *out, const char *text)
{
    const char *at = text ? text : "";
    g_string_append_c(out, '"');
    while (*at) {
        gunichar character = g_utf8_get_char_validated(at, -1);
        bool broken = character == (gunichar)-1 || character == (gunichar)-2;
        append_json_char(out, broken ? 0xfffd : character);
        at = broken ? at + 1 : g_utf8_next_char(at);
    }
    g_string_append_c(out, '"');
}

static bool is_plain_number(const char *text)
{
    if (*text == '-' || *text == '+')
        text++;
    size_t length = strlen(text);
    return length && strspn(text, "0123456789.,") == length;
}

void csv_cell(GString *out, const char *text)
{
    if (!text || !*text)
        return;
    bool formula = strchr("=+-@\t\r", *text) && !is_plain_number(text);
    bool quoted = strpbrk(text, "\",;\r\n\t") || *text == ' ' || text[strlen(text) - 1] == ' ';
    if (quoted)
        g_string_append_c(out, '"');
    if (formula)
        g_string_append_c(out, '\'');
    for (; *text; text++) {
        if (*text == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *text);
    }
    if (quoted)
        g_string_append_c(out, '"');
}
