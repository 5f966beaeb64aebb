/* SPDX-License-Identifier: EUPL-1.2 */
#include "job/quotation.h"

#include "base/format.h"
#include "base/text.h"

#include <string.h>

enum { NAME_MAX_CHARS = 80 };

/* The customer's own words; all there is when they only passed something on. */
static const char *own_words(Arena *arena, const Message *message)
{
    size_t whole = strlen(message->text);
    size_t own = message->quoted_at == MESSAGE_NOT_QUOTED ? whole : MIN((size_t)message->quoted_at, whole);
    const char *words = text_trim(arena, text_clean(arena, (Bytes){(const uint8_t *)message->text, own}));
    return *words ? words : text_trim(arena, text_clean(arena, bytes_of(message->text)));
}

const char *quotation_own_words(Arena *arena, const Message *message)
{
    return text_clip(arena, own_words(arena, message), QUOTATION_MAX);
}

static const char *first_line(Arena *arena, Lang lang, Zone *zone, const Message *message)
{
    const char *name = *message->sender_name ? message->sender_name : message->sender_address;
    return msg_fill(arena, lang, MSG_MAIL_QUOTE, "day", format_date(arena, lang, time_to_wall(zone, message->at).date),
                    "hour", format_hour(arena, zone, message->at), "name",
                    text_clip(arena, text_clean_line(arena, bytes_of(name)), NAME_MAX_CHARS), NULL);
}

const char *quotation_text(Arena *arena, Lang lang, Zone *zone, const Message *message)
{
    const char *words = quotation_own_words(arena, message);
    if (!*words)
        return "";
    g_autoptr(GString) out = g_string_new(first_line(arena, lang, zone, message));
    while (*words) {
        size_t length = strcspn(words, "\n");
        g_string_append(out, !length || *words == '>' ? "\n>" : "\n> ");
        g_string_append_len(out, words, (gssize)length);
        words += length + (words[length] == '\n');
    }
    return arena_strndup(arena, out->str, out->len);
}
