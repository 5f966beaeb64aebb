/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/decode_int.h"

#include <gmime/gmime.h>
#include <string.h>

enum { PIECE = 48 * 1024 };

static int base64_value(uint8_t letter)
{
    if (letter >= 'A' && letter <= 'Z')
        return letter - 'A';
    if (letter >= 'a' && letter <= 'z')
        return letter - 'a' + 26;
    if (letter >= '0' && letter <= '9')
        return letter - '0' + 52;
    return letter == '+' ? 62 : letter == '/' ? 63 : -1;
}

typedef struct Base64 {
    uint32_t bits;
    int letters; /* read of the current four */
} Base64;

/* Writes the bytes that n < 4 letters left before padding are worth. */
static size_t base64_flush(Base64 *state, uint8_t *out)
{
    size_t count = state->letters == 2 ? 1 : state->letters == 3 ? 2 : 0;
    uint32_t bits = state->bits << (6 * (4 - state->letters));
    for (size_t i = 0; i < count; i++)
        out[i] = (uint8_t)(bits >> (16 - 8 * i));
    *state = (Base64){0};
    return count;
}

static size_t base64_step(Base64 *state, Bytes in, uint8_t *out)
{
    size_t written = 0;
    for (size_t i = 0; i < in.size; i++) {
        int value = base64_value(in.data[i]);
        if (in.data[i] == '=')
            written += base64_flush(state, out + written);
        if (value < 0)
            continue;
        state->bits = (state->bits << 6) | (uint32_t)value;
        if (++state->letters < 4)
            continue;
        out[written++] = (uint8_t)(state->bits >> 16);
        out[written++] = (uint8_t)(state->bits >> 8);
        out[written++] = (uint8_t)state->bits;
        *state = (Base64){0};
    }
    return written;
}

static bool pump_base64(Bytes coded, DecodeSink sink, void *user)
{
    g_autofree uint8_t *out = g_malloc(PIECE + 4);
    Base64 state = {0};
    for (size_t at = 0; at < coded.size; at += PIECE) {
        Bytes in = {coded.data + at, MIN((size_t)PIECE, coded.size - at)};
        if (!sink((Bytes){out, base64_step(&state, in, out)}, user))
            return false;
    }
    return sink((Bytes){out, base64_flush(&state, out)}, user);
}

static bool pump_gmime(GMimeContentEncoding encoding, Bytes coded, DecodeSink sink, void *user)
{
    GMimeEncoding state;
    g_mime_encoding_init_decode(&state, encoding);
    g_autofree char *out = g_malloc(g_mime_encoding_outlen(&state, PIECE) + 16);
    for (size_t at = 0; at < coded.size; at += PIECE) {
        size_t size = MIN((size_t)PIECE, coded.size - at);
        size_t written = g_mime_encoding_step(&state, (const char *)coded.data + at, size, out);
        if (!sink((Bytes){(const uint8_t *)out, written}, user))
            return false;
    }
    size_t written = g_mime_encoding_flush(&state, "", 0, out);
    return sink((Bytes){(const uint8_t *)out, written}, user);
}

/* What follows the line "begin 644 name"; all of it when there is none near the top. */
static Bytes uu_body(Bytes coded)
{
    enum { LINES_MAX = 20 };
    if (!coded.size)
        return coded;
    const uint8_t *at = coded.data, *end = coded.data + coded.size;
    for (int line = 0; line < LINES_MAX && at < end; line++) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        const uint8_t *next = newline ? newline + 1 : end;
        if (end - at >= 6 && !memcmp(at, "begin ", 6))
            return (Bytes){next, (size_t)(end - next)};
        at = next;
    }
    return coded;
}

bool decode_pump(ParseEncoding encoding, Bytes coded, DecodeSink sink, void *user)
{
    switch (encoding) {
    case PARSE_BASE64:
        return pump_base64(coded, sink, user);
    case PARSE_QUOTED_PRINTABLE:
        return pump_gmime(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, coded, sink, user);
    case PARSE_UUENCODE:
        return pump_gmime(GMIME_CONTENT_ENCODING_UUENCODE, uu_body(coded), sink, user);
    case PARSE_IDENTITY:
    case PARSE_ENCODINGS:
        break;
    }
    return sink(coded, user);
}
