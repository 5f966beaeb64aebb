/* SPDX-License-Identifier: EUPL-1.2 */
#include "net/multipart.h"

#include "net/http_int.h"

#include <string.h>

/* What is left of the body. */
typedef struct Reader {
    const uint8_t *at;
    size_t left;
} Reader;

static bool skip_literal(Reader *reader, const char *literal)
{
    size_t size = strlen(literal);
    if (reader->left < size || memcmp(reader->at, literal, size) != 0)
        return false;
    reader->at += size;
    reader->left -= size;
    return true;
}

/* The bytes before the next literal, and moves past it. */
static bool read_until(Reader *reader, const char *literal, Bytes *out)
{
    size_t size = strlen(literal);
    const uint8_t *found = memmem(reader->at, reader->left, literal, size);
    if (!found)
        return false;
    *out = (Bytes){reader->at, (size_t)(found - reader->at)};
    reader->left -= out->size + size;
    reader->at = found + size;
    return true;
}

/* The value of one part header, or NULL. head: lines ending in CRLF. */
static const char *part_header(Arena *arena, Bytes head, const char *name)
{
    Reader reader = {head.data, head.size};
    Bytes line;
    size_t size = strlen(name);
    while (read_until(&reader, "\r\n", &line)) {
        const char *text = (const char *)line.data;
        if (line.size > size && text[size] == ':' && g_ascii_strncasecmp(text, name, size) == 0)
            return g_strstrip(arena_strndup(arena, text + size + 1, line.size - size - 1));
    }
    return NULL;
}

/* Browsers percent-encode the quote and line ends in names; a path from an old browser loses its folders. */
static char *clean_file_name(Arena *arena, const char *name)
{
    const char *last = name;
    for (const char *at = name; *at; at++)
        if (*at == '/' || *at == '\\')
            last = at + 1;
    char *copy = arena_strdup(arena, last), *out = copy;
    for (const char *at = copy; *at; at++)
        if ((unsigned char)*at >= 0x20 && *at != 0x7f)
            *out++ = *at;
    *out = '\0';
    return copy;
}

static bool add_field(HttpRequest *request, const char *name, Bytes content)
{
    if (!g_utf8_validate((const char *)content.data, (gssize)content.size, NULL))
        return false;
    request->form.items[request->form.count++] =
        (HttpPair){name, arena_strndup(request->arena, (const char *)content.data, content.size)};
    return true;
}

static bool add_part(HttpRequest *request, Bytes head, Bytes content)
{
    Arena *arena = request->arena;
    if (head.size > MULTIPART_HEAD_MAX || memchr(head.data, '\0', head.size) ||
        !g_utf8_validate((const char *)head.data, (gssize)head.size, NULL))
        return false;
    const char *disposition = part_header(arena, head, "Content-Disposition");
    if (!disposition || g_ascii_strncasecmp(disposition, "form-data;", 10) != 0)
        return false;
    const char *name = http_header_param(arena, disposition, "name");
    const char *file_name = http_header_param(arena, disposition, "filename");
    if (!name)
        return false;
    if (!file_name)
        return add_field(request, name, content);
    const char *type = part_header(arena, head, "Content-Type");
    request->files[request->file_count++] =
        (HttpFile){name, clean_file_name(arena, file_name), type ? type : "application/octet-stream", content};
    return true;
}

/* RFC 2046: 1 to 70 characters; ours must also be plain enough to search for. */
static bool boundary_is_valid(const char *boundary)
{
    size_t size = boundary ? strlen(boundary) : 0;
    return size >= 1 && size <= 70 && strcspn(boundary, "\r\n\"\\") == size;
}

bool multipart_parse(HttpRequest *request, const char *boundary)
{
    if (!boundary_is_valid(boundary))
        return false;
    Arena *arena = request->arena;
    const char *delimiter = arena_printf(arena, "\r\n--%s", boundary);
    request->form = (HttpPairs){ARENA_ARRAY(arena, HttpPair, MULTIPART_PARTS_MAX), 0};
    request->files = ARENA_ARRAY(arena, HttpFile, MULTIPART_PARTS_MAX);
    request->file_count = 0;
    Reader reader = {request->body.data, request->body.size};
    if (!skip_literal(&reader, delimiter + 2)) /* the first one has no line before it */
        return false;
    for (int parts = 0; parts < MULTIPART_PARTS_MAX; parts++) {
        Bytes head, content;
        if (skip_literal(&reader, "--"))
            return reader.left == 0 || (skip_literal(&reader, "\r\n") && reader.left == 0);
        if (!skip_literal(&reader, "\r\n") || !read_until(&reader, "\r\n\r\n", &head) ||
            !read_until(&reader, delimiter, &content))
            return false;
        head.size += 2; /* its last line keeps its CRLF */
        if (!add_part(request, head, content))
            return false;
    }
    return false;
}
