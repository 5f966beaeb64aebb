/* SPDX-License-Identifier: EUPL-1.2 */
/* [MS-OXRTFCP]: header, dictionary, runs of eight tokens. */
#include "parse/rtf_int.h"

#include <string.h>

enum { HEADER_SIZE = 16, WINDOW = 4096, RUN_MIN = 2 };

#define TYPE_PACKED 0x75465a4cu /* "LZFu" */
#define TYPE_PLAIN 0x414c454du  /* "MELA" */

/* What the dictionary holds before the first byte. */
static const char beginning[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    "MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    "\\b\\i\\u\\tab\\tx";

static uint32_t little32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Its CRC: that of ISO 3309 without inverting at either end. */
static uint32_t crc_of(Bytes bytes)
{
    uint32_t table[256], crc = 0;
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] & 1 ? table[i] >> 1 ^ 0xedb88320u : table[i] >> 1;
    }
    for (size_t i = 0; i < bytes.size; i++)
        crc = crc >> 8 ^ table[(crc ^ bytes.data[i]) & 0xff];
    return crc;
}

typedef struct Unpacking {
    Bytes in;
    size_t at;
    uint8_t window[WINDOW];
    size_t write; /* where the next byte goes in window */
    GByteArray *out;
    size_t max;
    bool cut;
} Unpacking;

static void put(Unpacking *work, uint8_t byte)
{
    work->cut = work->cut || work->out->len >= work->max;
    if (work->cut)
        return;
    g_byte_array_append(work->out, &byte, 1);
    work->window[work->write] = byte;
    work->write = (work->write + 1) % WINDOW;
}

/* A run of what was written before. False at the one that points to itself: the end. */
static bool put_run(Unpacking *work, size_t offset, size_t length)
{
    if (offset == work->write)
        return false;
    for (size_t i = 0; i < length && !work->cut; i++)
        put(work, work->window[(offset + i) % WINDOW]);
    return true;
}

/* True when the end was found. */
static bool unpack(Unpacking *work)
{
    while (work->at < work->in.size && !work->cut) {
        uint8_t flags = work->in.data[work->at++];
        for (int bit = 0; bit < 8 && !work->cut; bit++) {
            bool is_run = flags >> bit & 1;
            if (work->in.size - work->at < (is_run ? 2u : 1u))
                return false;
            if (!is_run) {
                put(work, work->in.data[work->at++]);
                continue;
            }
            unsigned token = (unsigned)work->in.data[work->at] << 8 | work->in.data[work->at + 1];
            work->at += 2;
            if (!put_run(work, token >> 4, (token & 0xf) + RUN_MIN))
                return true;
        }
    }
    return work->cut;
}

static void unpack_lzfu(Unpacking *work, uint32_t raw_size, uint32_t crc, bool *damaged_out)
{
    G_STATIC_ASSERT(sizeof beginning - 1 == 207); /* as the specification counts it */
    memset(work->window, 0, sizeof work->window);
    memcpy(work->window, beginning, sizeof beginning - 1);
    work->write = sizeof beginning - 1;
    bool ended = unpack(work);
    *damaged_out = *damaged_out || crc_of(work->in) != crc || (!ended && work->out->len < raw_size);
}

GByteArray *rtf_unpack(Bytes packed, size_t max, bool *damaged_out, bool *cut_out)
{
    Unpacking work = {.out = g_byte_array_new(), .max = max};
    if (packed.size < HEADER_SIZE) {
        *damaged_out = true;
        return work.out;
    }
    size_t said = (size_t)little32(packed.data) + 4; /* of all but this number */
    uint32_t raw_size = little32(packed.data + 4), type = little32(packed.data + 8);
    *damaged_out = *damaged_out || said > packed.size || said < HEADER_SIZE;
    work.in = (Bytes){packed.data + HEADER_SIZE, CLAMP(said, (size_t)HEADER_SIZE, packed.size) - HEADER_SIZE};
    if (type == TYPE_PACKED) {
        unpack_lzfu(&work, raw_size, little32(packed.data + 12), damaged_out);
    } else if (type == TYPE_PLAIN) {
        *damaged_out = *damaged_out || raw_size > work.in.size;
        work.cut = MIN((size_t)raw_size, work.in.size) > max;
        g_byte_array_append(work.out, work.in.data, (guint)MIN(MIN((size_t)raw_size, work.in.size), max));
    } else {
        *damaged_out = true;
    }
    *cut_out = *cut_out || work.cut;
    return work.out;
}
