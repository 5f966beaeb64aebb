/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * From the bytes of a request to the pieces handlers read. Strict where the web allows it: a bad escape, a NUL or text
 * that is not UTF-8 refuses the request, because every lenient reading is one that some other program does not share.
 */
#include "net/http_int.h"

#include "net/multipart.h"

#include <string.h>

static int hex_value(char digit)
{
    return g_ascii_xdigit_value(digit);
}

char *http_percent_decode(Arena *arena, const char *text, size_t size, bool plus_is_space)
{
    char *out = arena_alloc(arena, size + 1);
    size_t used = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '%') {
            if (size - i < 3 || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0)
                return NULL;
            out[used++] = (char)(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out[used++] = plus_is_space && text[i] == '+' ? ' ' : text[i];
        }
    }
    return g_utf8_validate(out, (gssize)used, NULL) ? out : NULL; /* refuses NUL too: it counts as invalid */
}

static size_t count_char(const char *text, size_t size, char wanted)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += text[i] == wanted;
    return count;
}

/* The slice up to the next separator; moves *text and *size past it. */
static Bytes next_slice(const char **text, size_t *size, char separator)
{
    const char *end = memchr(*text, separator, *size);
    size_t length = end ? (size_t)(end - *text) : *size;
    Bytes slice = {(const uint8_t *)*text, length};
    size_t skipped = MIN(length + 1, *size);
    *text += skipped;
    *size -= skipped;
    return slice;
}

bool http_parse_pairs(Arena *arena, const char *text, size_t size, HttpPairs *pairs_out)
{
    size_t most = size ? count_char(text, size, '&') + 1 : 0;
    if (most > HTTP_PAIRS_MAX)
        return false;
    *pairs_out = (HttpPairs){ARENA_ARRAY(arena, HttpPair, most), 0};
    while (size > 0) {
        Bytes slice = next_slice(&text, &size, '&');
        if (slice.size == 0)
            continue;
        const char *pair = (const char *)slice.data;
        size_t left = slice.size;
        Bytes name = next_slice(&pair, &left, '=');
        HttpPair *item = &pairs_out->items[pairs_out->count++];
        item->name = http_percent_decode(arena, (const char *)name.data, name.size, true);
        item->value = http_percent_decode(arena, pair, left, true);
        if (!item->name || !item->value)
            return false;
    }
    return true;
}

static bool parse_segments(HttpRequest *request, const char *path)
{
    size_t size = strlen(path) - 1;
    const char *at = path + 1;
    request->segment_count = size ? count_char(at, size, '/') + 1 : 0;
    request->segments = ARENA_ARRAY(request->arena, const char *, request->segment_count + 1);
    for (size_t i = 0; i < request->segment_count; i++) {
        Bytes slice = next_slice(&at, &size, '/');
        char *segment = http_percent_decode(request->arena, (const char *)slice.data, slice.size, false);
        if (!segment || strchr(segment, '/') || strcmp(segment, "..") == 0 || strcmp(segment, ".") == 0)
            return false;
        request->segments[i] = segment;
    }
    return true;
}

/* Where the path starts: absolute form is allowed by RFC 9112, its host was compared by the gate. */
static const char *skip_origin(const char *target)
{
    const char *scheme = strstr(target, "://");
    if (*target == '/' || !scheme)
        return target;
    const char *path = strchr(scheme + 3, '/');
    return path ? path : "/";
}

bool http_parse_target(HttpRequest *request, const char *target)
{
    target = skip_origin(target);
    if (*target != '/')
        return false;
    const char *mark = strchr(target, '?');
    request->path = arena_strndup(request->arena, target, mark ? (size_t)(mark - target) : strlen(target));
    if (!parse_segments(request, request->path))
        return false;
    return !mark || http_parse_pairs(request->arena, mark + 1, strlen(mark + 1), &request->query);
}

static void add_cookies(HttpRequest *request, const char *text)
{
    size_t size = strlen(text);
    while (size > 0) {
        Bytes slice = next_slice(&text, &size, ';');
        char *pair = g_strstrip(arena_strndup(request->arena, (const char *)slice.data, slice.size));
        char *equals = strchr(pair, '=');
        if (!equals || equals == pair || !g_utf8_validate(pair, -1, NULL))
            continue;
        *equals = '\0';
        request->cookies.items[request->cookies.count++] = (HttpPair){pair, equals + 1};
    }
}

void http_parse_cookies(HttpRequest *request)
{
    size_t most = 0;
    for (size_t i = 0; i < request->headers.count; i++)
        if (strcmp(request->headers.items[i].name, "cookie") == 0)
            most += count_char(request->headers.items[i].value, strlen(request->headers.items[i].value), ';') + 1;
    request->cookies.items = ARENA_ARRAY(request->arena, HttpPair, most);
    for (size_t i = 0; i < request->headers.count; i++)
        if (strcmp(request->headers.items[i].name, "cookie") == 0)
            add_cookies(request, request->headers.items[i].value);
}

static char *unquote(Arena *arena, const char *text)
{
    if (*text != '"')
        return arena_strndup(arena, text, strcspn(text, "; \t"));
    GString *out = g_string_new(NULL);
    const char *at = text + 1;
    for (; *at && *at != '"'; at++) {
        if (*at == '\\' && (at[1] == '"' || at[1] == '\\'))
            at++;
        g_string_append_c(out, *at);
    }
    char *value = *at == '"' ? arena_strdup(arena, out->str) : NULL;
    g_string_free(out, TRUE);
    return value;
}

/* Moves past a parameter's value, so that ";" inside quotes is not taken for the end. */
static const char *skip_value(const char *at)
{
    bool quoted = false;
    for (; *at && (quoted || *at != ';'); at++) {
        if (quoted && *at == '\\' && at[1])
            at++;
        else if (*at == '"')
            quoted = !quoted;
    }
    return at;
}

char *http_header_param(Arena *arena, const char *value, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = skip_value(value); *at == ';'; at = skip_value(at)) {
        at++;
        while (*at == ' ' || *at == '\t')
            at++;
        if (g_ascii_strncasecmp(at, name, size) == 0 && at[size] == '=')
            return unquote(arena, at + size + 1);
    }
    return NULL;
}

static bool type_is(const char *value, const char *type)
{
    size_t size = strlen(type);
    return g_ascii_strncasecmp(value, type, size) == 0 && (value[size] == '\0' || strchr("; \t", value[size]));
}

bool http_parse_form(HttpRequest *request)
{
    const char *type = http_header(request, "content-type");
    if (!type || request->body.size == 0)
        return true;
    if (type_is(type, "application/x-www-form-urlencoded"))
        return http_parse_pairs(request->arena, (const char *)request->body.data, request->body.size, &request->form);
    if (type_is(type, "multipart/form-data"))
        return multipart_parse(request, http_header_param(request->arena, type, "boundary"));
    return true;
}
