/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/imap_name.h"

#include <string.h>

/* A run of characters beyond ASCII: &, base64 of its UTF-16 with the comma for the slash and no padding, -. */
static void add_run(GString *wire, const char *run, const char *end)
{
    glong units = 0;
    g_autofree gunichar2 *wide = g_utf8_to_utf16(run, end - run, NULL, &units, NULL);
    for (glong i = 0; i < units; i++)
        wide[i] = GUINT16_TO_BE(wide[i]);
    g_autofree char *coded = g_base64_encode((const guchar *)wide, (gsize)units * 2);
    coded[strcspn(coded, "=")] = '\0';
    g_string_append_printf(wire, "&%s-", g_strdelimit(coded, "/", ','));
}

static bool is_beyond_ascii(const char *at)
{
    return (guchar)*at >= 0x80;
}

char *imap_name_encode(Arena *arena, const char *name)
{
    if (!*name || !g_utf8_validate(name, -1, NULL))
        return NULL;
    g_autoptr(GString) wire = g_string_new(NULL);
    for (const char *at = name; *at;) {
        if (g_unichar_iscntrl(g_utf8_get_char(at)))
            return NULL;
        const char *end = at;
        while (is_beyond_ascii(end) && !g_unichar_iscntrl(g_utf8_get_char(end)))
            end = g_utf8_next_char(end);
        if (end > at)
            add_run(wire, at, end);
        else if (*at == '&')
            g_string_append(wire, "&-");
        else
            g_string_append_c(wire, *at);
        at = end > at ? end : at + 1;
    }
    return arena_strndup(arena, wire->str, wire->len);
}

/* The base64 between & and -, as UTF-8; false if it is not UTF-16. */
static bool add_decoded(GString *name, const char *coded, size_t length)
{
    g_autoptr(GString) plain = g_string_new_len(coded, (gssize)length);
    g_strdelimit(plain->str, ",", '/');
    while (plain->len % 4)
        g_string_append_c(plain, '=');
    gsize size = 0;
    g_autofree guchar *bytes = g_base64_decode(plain->str, &size);
    g_autofree gunichar2 *wide = g_new0(gunichar2, size / 2 + 1);
    for (gsize i = 0; i < size / 2; i++)
        wide[i] = (gunichar2)(bytes[i * 2] << 8 | bytes[i * 2 + 1]);
    g_autofree char *text = g_utf16_to_utf8(wide, (glong)(size / 2), NULL, NULL, NULL);
    if (text)
        g_string_append(name, text);
    return text != NULL;
}

char *imap_name_decode(Arena *arena, const char *wire)
{
    g_autoptr(GString) name = g_string_new(NULL);
    for (const char *at = wire; *at; at++) {
        if (*at != '&') {
            g_string_append_c(name, *at);
            continue;
        }
        const char *coded = at + 1;
        at = strchr(coded, '-');
        if (!at)
            return NULL;
        if (at == coded)
            g_string_append_c(name, '&');
        else if (!add_decoded(name, coded, (size_t)(at - coded)))
            return NULL;
    }
    /* What is not as we would write it (8-bit bytes, a stray run) is refused by writing it. */
    char *again = imap_name_encode(arena, name->str);
    return again && !strcmp(again, wire) ? arena_strndup(arena, name->str, name->len) : NULL;
}
