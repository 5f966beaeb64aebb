/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/prepare_int.h"

#include <string.h>

enum { JUNK_LINES_MAX = 10 };

const PrepareLimits prepare_normal = {256 * 1024, 5000, 200, SIZE_MAX};
const PrepareLimits prepare_clipped = {8 * 1024, 500, 50, 256 * 1024};

/* Names that make a line a header field even where none is expected. */
static const char *const known_names[] = {"from", "to", "cc", "subject", "date", "message-id", "mime-version", "received",
                                          "return-path", "reply-to", "sender", "delivered-to", "references",
                                          "in-reply-to", "content-type", "content-transfer-encoding",
                                          "content-disposition", NULL};

static size_t next_line(Bytes raw, size_t at)
{
    const uint8_t *newline = at < raw.size ? memchr(raw.data + at, '\n', raw.size - at) : NULL;
    return newline ? (size_t)(newline - raw.data) + 1 : raw.size;
}

static bool is_blank_line(Bytes raw, size_t at)
{
    return at < raw.size &&
           (raw.data[at] == '\n' || (raw.data[at] == '\r' && (at + 1 == raw.size || raw.data[at + 1] == '\n')));
}

static bool is_folded(Bytes raw, size_t at)
{
    return at < raw.size && (raw.data[at] == ' ' || raw.data[at] == '\t');
}

/* Length of the field name at the line, 0 when the line is not a header field. */
static size_t name_length(Bytes raw, size_t at)
{
    size_t end = at;
    while (end < raw.size && raw.data[end] > ' ' && raw.data[end] < 0x7f && raw.data[end] != ':')
        end++;
    size_t colon = end;
    while (colon < raw.size && (raw.data[colon] == ' ' || raw.data[colon] == '\t'))
        colon++;
    return colon < raw.size && raw.data[colon] == ':' ? end - at : 0;
}

static bool name_is(Bytes raw, size_t at, size_t length, const char *name)
{
    return strlen(name) == length && !g_ascii_strncasecmp((const char *)raw.data + at, name, length);
}

static bool is_known_field(Bytes raw, size_t at)
{
    size_t length = name_length(raw, at);
    for (const char *const *name = known_names; length && *name; name++)
        if (name_is(raw, at, length, *name))
            return true;
    return false;
}

static bool is_mbox_line(Bytes raw, size_t at)
{
    return raw.size - at >= 6 && (!memcmp(raw.data + at, "From ", 5) || !memcmp(raw.data + at, ">From ", 6));
}

/* Where the first header field is; raw.size when there is none near the top. */
static size_t first_field(Bytes raw, uint32_t *defects)
{
    size_t at = raw.size >= 3 && !memcmp(raw.data, "\xef\xbb\xbf", 3) ? 3 : 0;
    if (is_mbox_line(raw, at))
        at = next_line(raw, at);
    if (name_length(raw, at))
        return at;
    for (int line = 0; line < JUNK_LINES_MAX && at < raw.size; line++, at = next_line(raw, at)) {
        if (!is_known_field(raw, at))
            continue;
        *defects |= PARSE_DEFECT_LEADING_JUNK;
        return at;
    }
    return raw.size;
}

/* Copies raw[at … end) without its line end, NULs and bare CRs, cut at the limit. */
static void append_line(GByteArray *out, Bytes raw, size_t at, size_t end, size_t room)
{
    while (end > at && (raw.data[end - 1] == '\n' || raw.data[end - 1] == '\r'))
        end--;
    for (end = MIN(end, at + room); at < end; at++) {
        guint8 byte = raw.data[at] == '\0' || raw.data[at] == '\r' ? ' ' : raw.data[at];
        g_byte_array_append(out, &byte, 1);
    }
}

/* A line that is no field, but a broken piece of the field before it: the next line is a field we know. */
static bool is_unfolded_rest(Bytes raw, size_t at)
{
    size_t next = next_line(raw, at);
    return next < raw.size && is_known_field(raw, next);
}

/* Appends the field at `at` with its folded lines; gives where the next begins. */
static size_t append_field(Prepared *out, Bytes raw, size_t at, size_t room)
{
    size_t start = out->bytes->len, end = next_line(raw, at);
    append_line(out->bytes, raw, at, end, room);
    for (at = end; at < raw.size; at = end) {
        bool rest =
            !is_folded(raw, at) && !is_blank_line(raw, at) && !name_length(raw, at) && is_unfolded_rest(raw, at);
        if (!is_folded(raw, at) && !rest)
            break;
        end = next_line(raw, at);
        size_t used = out->bytes->len - start;
        if (used + (end - at) + 2 > room) {
            out->defects |= PARSE_DEFECT_HEADERS_CLIPPED;
            continue;
        }
        g_byte_array_append(out->bytes, (const guint8 *)"\n ", rest ? 2 : 1);
        append_line(out->bytes, raw, at, end, room - used);
    }
    if (out->bytes->len - start >= room)
        out->defects |= PARSE_DEFECT_HEADERS_CLIPPED;
    g_byte_array_append(out->bytes, (const guint8 *)"\n", 1);
    return at;
}

static size_t skip_field(Bytes raw, size_t at)
{
    do
        at = next_line(raw, at);
    while (is_folded(raw, at));
    return at;
}

/* Appends the header fields and gives where the body starts in raw. */
static size_t append_headers(Prepared *out, Bytes raw, size_t at, const PrepareLimits *limits)
{
    size_t fields = 0, received = 0;
    while (at < raw.size && !is_blank_line(raw, at)) {
        size_t length = name_length(raw, at);
        if (!length && !is_mbox_line(raw, at)) {
            out->defects |= PARSE_DEFECT_NO_SEPARATOR;
            return at;
        }
        bool is_received = length && name_is(raw, at, length, "received");
        bool skip = !length || fields >= limits->fields_max || (is_received && received >= limits->received_max);
        fields += !skip;
        received += is_received;
        if (skip && length)
            out->defects |= PARSE_DEFECT_HEADERS_CLIPPED;
        at = skip ? skip_field(raw, at) : append_field(out, raw, at, limits->field_max);
    }
    return at < raw.size ? next_line(raw, at) : at;
}

Prepared message_prepare(Bytes raw, const PrepareLimits *limits)
{
    Prepared out = {.bytes = g_byte_array_sized_new((guint)MIN(raw.size + 4096, PARSE_RAW_MAX))};
    size_t start = first_field(raw, &out.defects), body = 0;
    if (start < raw.size)
        body = append_headers(&out, raw, start, limits);
    else if (raw.size)
        out.defects |= PARSE_DEFECT_NO_HEADERS;
    g_byte_array_append(out.bytes, (const guint8 *)"\n", 1);
    out.body_start = out.bytes->len;
    out.delta = (int64_t)body - (int64_t)out.body_start;
    size_t size = MIN(raw.size - body, limits->body_max);
    if (size < raw.size - body)
        out.defects |= PARSE_DEFECT_BODY_CUT;
    if (size)
        g_byte_array_append(out.bytes, raw.data + body, (guint)size);
    return out;
}
