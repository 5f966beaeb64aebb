/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"

#include <string.h>

static void append_clean(GString *out, gunichar character, bool one_line)
{
    if (character == '\n' || character == '\t')
        g_string_append_c(out, one_line ? ' ' : (char)character);
    else if (character < 0x20 || (character >= 0x7f && character < 0xa0))
        return;
    else
        g_string_append_unichar(out, character);
}

static GString *clean(Bytes text, bool one_line)
{
    GString *out = g_string_sized_new(text.size + 1);
    const char *at = text.size ? (const char *)text.data : "", *end = at + text.size; /* no bytes may be NULL */
    while (at < end) {
        if (*at == '\0') { /* the validator would call it an error */
            at++;
            continue;
        }
        gunichar character = g_utf8_get_char_validated(at, end - at);
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append_unichar(out, 0xfffd);
            at++;
            continue;
        }
        const char *next = g_utf8_next_char(at);
        if (character == '\r') {
            character = '\n';
            if (next < end && *next == '\n')
                next++;
        }
        append_clean(out, character, one_line);
        at = next;
    }
    return out;
}

static char *keep(Arena *arena, GString *text)
{
    char *copy = arena_strndup(arena, text->str, text->len);
    g_string_free(text, TRUE);
    return copy;
}

char *text_clean(Arena *arena, Bytes text)
{
    return keep(arena, clean(text, false));
}

char *text_clean_line(Arena *arena, Bytes text)
{
    GString *line = clean(text, true);
    GString *folded = g_string_sized_new(line->len);
    for (const char *at = line->str; *at; at++)
        if (*at != ' ' || (folded->len && folded->str[folded->len - 1] != ' '))
            g_string_append_c(folded, *at);
    if (folded->len && folded->str[folded->len - 1] == ' ')
        g_string_truncate(folded, folded->len - 1);
    g_string_free(line, TRUE);
    return keep(arena, folded);
}

char *text_trim(Arena *arena, const char *text)
{
    if (!text)
        return arena_strdup(arena, "");
    while (g_ascii_isspace(*text))
        text++;
    size_t length = strlen(text);
    while (length && g_ascii_isspace(text[length - 1]))
        length--;
    return arena_strndup(arena, text, length);
}

char *text_sort_key(Arena *arena, const char *text)
{
    g_autofree char *folded = g_utf8_casefold(text ? text : "", -1);
    g_autofree char *split = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL);
    GString *key = g_string_new(NULL);
    for (const char *at = split ? split : ""; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        if (!g_unichar_ismark(character))
            g_string_append_unichar(key, character);
    }
    return keep(arena, key);
}

char *text_prefix_end(Arena *arena, const char *prefix)
{
    return arena_printf(arena, "%s\xf4\x8f\xbf\xbf", prefix); /* U+10FFFF, the last one */
}

char *text_clip(Arena *arena, const char *text, size_t max_chars)
{
    if ((size_t)g_utf8_strlen(text, -1) <= max_chars)
        return arena_strdup(arena, text);
    const char *end = g_utf8_offset_to_pointer(text, (glong)(max_chars ? max_chars - 1 : 0));
    return arena_printf(arena, "%.*s…", (int)(end - text), text);
}

bool text_is_blank(const char *text)
{
    for (; text && *text; text++)
        if (!g_ascii_isspace(*text))
            return false;
    return true;
}
