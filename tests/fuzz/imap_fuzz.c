/* SPDX-License-Identifier: EUPL-1.2 */
/* net/imap_read on any bytes, whole and one by one: the same responses, the limits kept; every folder's name decoded. */
#include "base/check.h"
#include "net/imap_name.h"
#include "net/imap_read.h"

#include <string.h>

#define LITERAL_MAX 1000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t mix(uint64_t sum, uint64_t value)
{
    return (sum ^ value) * 1099511628211u;
}

static uint64_t mix_bytes(uint64_t sum, Bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++)
        sum = mix(sum, bytes.data[i]);
    return mix(sum, bytes.size);
}

static uint64_t mix_set(uint64_t sum, ImapSet set)
{
    for (size_t i = 0; i < set.count; i++) {
        check(set.ranges[i].first && set.ranges[i].first <= set.ranges[i].last);
        sum = mix(mix(sum, set.ranges[i].first), set.ranges[i].last);
    }
    return sum;
}

/* Reads every byte the response points to. */
static uint64_t mix_response(uint64_t sum, const ImapResponse *response)
{
    const ImapFetch *fetch = &response->fetch;
    check(fetch->body.size <= MAX(LITERAL_MAX, (size_t)64 << 10));
    check(!fetch->skipped || !fetch->body.size);
    sum = mix(mix(mix(sum, response->kind), response->status), response->code);
    sum = mix_bytes(mix_bytes(sum, response->text), bytes_of(response->tag));
    sum = mix_set(mix_set(sum, response->found), response->source);
    for (size_t i = 0; i < response->words.count; i++)
        sum = mix_bytes(sum, bytes_of(response->words.at[i]));
    for (size_t i = 0; i < fetch->flags.count; i++)
        sum = mix_bytes(sum, bytes_of(fetch->flags.at[i]));
    sum = mix_bytes(mix(mix(mix(sum, fetch->uid), fetch->size), (uint64_t)fetch->date), fetch->body);
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    char *name = imap_name_decode(arena, response->folder);
    check(!name || !strcmp(imap_name_encode(arena, name), response->folder));
    return mix_bytes(mix(sum, response->number), bytes_of(response->folder));
}

static uint64_t read_in_steps(Bytes all, size_t step)
{
    g_autoptr(ImapReader) reader = imap_reader_new(LITERAL_MAX);
    ImapReading reading = IMAP_READ_MORE;
    ImapResponse response;
    uint64_t sum = 0;
    for (size_t at = 0; at < all.size && reading != IMAP_READ_BROKEN; at += step) {
        Bytes piece = {all.data + at, MIN(step, all.size - at)};
        while ((reading = imap_read(reader, &piece, &response)) == IMAP_READ_RESPONSE)
            sum = mix_response(sum, &response);
    }
    return mix(sum, reading);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes all = {data, size};
    check(read_in_steps(all, MAX(size, (size_t)1)) == read_in_steps(all, 1));
    return 0;
}
