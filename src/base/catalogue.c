/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/catalogue.h"

#include "base/check.h"
#include "base/format.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const tags[LANG_COUNT] = {[LANG_IT] = "it", [LANG_EN] = "en"};

enum { MAX_ARGS = 8 }; /* placeholders of one text; tools/catalogue.py refuses more */

bool lang_find(const char *tag, Lang *lang_out)
{
    for (size_t i = 0; tag && i < LANG_COUNT; i++) {
        size_t length = strlen(tags[i]);
        if (!g_ascii_strncasecmp(tag, tags[i], length) && !g_ascii_isalnum(tag[length])) {
            *lang_out = (Lang)i;
            return true;
        }
    }
    return false;
}

const char *lang_tag(Lang lang)
{
    return tags[lang];
}

/* "en;q=0.8" weighs 800; no q weighs 1000; a q that cannot be read weighs nothing. */
static int range_weight(const char *range)
{
    const char *parameter = strstr(range, ";q=");
    if (!parameter)
        parameter = strstr(range, "; q=");
    if (!parameter)
        return 1000;
    double weight = g_ascii_strtod(strchr(parameter, '=') + 1, NULL);
    return weight > 0 && weight <= 1 ? (int)(weight * 1000) : 0;
}

Lang lang_negotiate(const char *accept_language)
{
    Lang best = LANG_IT;
    int best_weight = 0;
    g_auto(GStrv) ranges = g_strsplit(accept_language ? accept_language : "", ",", 32);
    for (char **range = ranges; *range; range++) {
        Lang lang;
        int weight = range_weight(g_strstrip(*range));
        if (weight > best_weight && lang_find(*range, &lang)) {
            best = lang;
            best_weight = weight;
        }
    }
    return best;
}

const char *msg(Lang lang, MsgId id)
{
    check(id < MSG_COUNT);
    const CatalogueText *text = &catalogue_texts[lang][id];
    return text->other;
}

const char *msg_plural(Lang lang, MsgId id, int64_t count)
{
    check(id < MSG_COUNT);
    const CatalogueText *text = &catalogue_texts[lang][id];
    return count == 1 && text->one ? text->one : text->other;
}

const char *msg_key(MsgId id)
{
    check(id < MSG_COUNT);
    return catalogue_keys[id];
}

static int compare_key(const void *key, const void *entry)
{
    return strcmp(key, *(const char *const *)entry);
}

bool msg_id_find(const char *key, MsgId *id_out)
{
    const char *const *found =
        key ? bsearch(key, catalogue_keys, MSG_COUNT, sizeof *catalogue_keys, compare_key) : NULL;
    if (!found)
        return false;
    *id_out = (MsgId)(found - catalogue_keys);
    return true;
}

const char *msg_find(Lang lang, const char *key)
{
    MsgId id;
    return msg_id_find(key, &id) ? msg(lang, id) : NULL;
}

static const char *arg_find(const MsgArg *args, size_t arg_count, const char *name, size_t length)
{
    for (size_t i = 0; i < arg_count; i++)
        if (strlen(args[i].name) == length && !memcmp(args[i].name, name, length))
            return args[i].value ? args[i].value : "";
    return NULL;
}

void msg_write(GString *out, Writer writer, const char *text, const MsgArg *args, size_t arg_count)
{
    for (const char *open; (open = strchr(text, '{')); text = strchr(open, '}') + 1) {
        g_autofree char *words = g_strndup(text, (gsize)(open - text));
        writer(out, words);
        const char *value = arg_find(args, arg_count, open + 1, strcspn(open + 1, "}"));
        check(value);
        writer(out, value);
    }
    writer(out, text);
}

static void write_plain(GString *out, const char *text)
{
    g_string_append(out, text);
}

static size_t collect_args(va_list pairs, MsgArg args[MAX_ARGS], size_t count)
{
    for (const char *name; (name = va_arg(pairs, const char *)); count++) {
        check(count < MAX_ARGS);
        args[count] = (MsgArg){name, va_arg(pairs, const char *)};
    }
    return count;
}

static char *fill(Arena *arena, const char *text, const MsgArg *args, size_t count)
{
    g_autoptr(GString) out = g_string_new(NULL);
    msg_write(out, write_plain, text, args, count);
    return arena_strndup(arena, out->str, out->len);
}

char *msg_fill(Arena *arena, Lang lang, MsgId id, ...)
{
    MsgArg args[MAX_ARGS];
    va_list pairs;
    va_start(pairs, id);
    size_t count = collect_args(pairs, args, 0);
    va_end(pairs);
    return fill(arena, msg(lang, id), args, count);
}

char *msg_fill_count(Arena *arena, Lang lang, MsgId id, int64_t count, ...)
{
    MsgArg args[MAX_ARGS] = {{"count", format_number(arena, lang, count)}};
    va_list pairs;
    va_start(pairs, count);
    size_t arg_count = collect_args(pairs, args, 1);
    va_end(pairs);
    return fill(arena, msg_plural(lang, id, count), args, arg_count);
}
