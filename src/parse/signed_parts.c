/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the exact bytes that were signed. How: GMime reads the top header for the boundary; the lines are then counted in
 * the raw itself, since a signature holds for bytes and not for what a parser makes of them.
 */
#include "parse/message_int.h"
#include "parse/prepare_int.h"
#include "parse/signature_int.h"

#include <string.h>

/* The boundary of a multipart/signed for S/MIME; NULL for anything else. Yours. */
static char *boundary_of(const Prepared *top)
{
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(top->bytes);
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    GMimeObject *body = message ? g_mime_message_get_mime_part(message) : NULL;
    GMimeContentType *type = body ? g_mime_object_get_content_type(body) : NULL;
    const char *protocol = type ? g_mime_content_type_get_parameter(type, "protocol") : NULL;
    const char *boundary = type ? g_mime_content_type_get_parameter(type, "boundary") : NULL;
    bool is_signed = protocol && boundary && *boundary && g_mime_content_type_is_type(type, "multipart", "signed") &&
                     (!g_ascii_strcasecmp(protocol, "application/pkcs7-signature") ||
                      !g_ascii_strcasecmp(protocol, "application/x-pkcs7-signature"));
    char *copy = is_signed ? g_strdup(boundary) : NULL;
    g_clear_object(&message);
    g_object_unref(parser);
    g_object_unref(stream);
    return copy;
}

static size_t next_line(Bytes raw, size_t at)
{
    const uint8_t *newline = at < raw.size ? memchr(raw.data + at, '\n', raw.size - at) : NULL;
    return newline ? (size_t)(newline - raw.data) + 1 : raw.size;
}

static bool is_delimiter(Bytes raw, size_t at, const char *boundary, size_t length)
{
    return raw.size - at >= length + 2 && raw.data[at] == '-' && raw.data[at + 1] == '-' &&
           !memcmp(raw.data + at + 2, boundary, length);
}

/* Where the next line of that boundary begins, from `at` on; raw.size when there is none. */
static size_t find_delimiter(Bytes raw, size_t at, const char *boundary)
{
    size_t length = strlen(boundary);
    while (at < raw.size && !is_delimiter(raw, at, boundary, length))
        at = next_line(raw, at);
    return at;
}

/* What stands between two places, without the line end that belongs to the boundary after it. */
static Bytes between(Bytes raw, size_t from, size_t to)
{
    if (to > from && raw.data[to - 1] == '\n')
        to--;
    if (to > from && raw.data[to - 1] == '\r')
        to--;
    return (Bytes){raw.data + from, to - from};
}

bool signed_parts_find(Bytes raw, SignedParts *parts_out)
{
    static const PrepareLimits only_headers = {256 * 1024, 5000, 200, 0};
    if (!raw.size)
        return false;
    Prepared top = message_prepare(raw, &only_headers);
    g_autofree char *boundary = boundary_of(&top);
    size_t body = (size_t)((int64_t)top.body_start + top.delta);
    g_byte_array_unref(top.bytes);
    if (!boundary)
        return false;
    size_t first = find_delimiter(raw, body, boundary), content = next_line(raw, first);
    size_t second = find_delimiter(raw, content, boundary), signature = next_line(raw, second);
    size_t third = find_delimiter(raw, signature, boundary);
    if (second >= raw.size || signature >= raw.size)
        return false;
    *parts_out = (SignedParts){between(raw, content, second), between(raw, signature, third)};
    return parts_out->content.size && parts_out->signature.size;
}
