/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/signature.h"

#include "parse/lines_int.h"
#include "parse/signature_int.h"
#include "parse/zygote_int.h"

#include <unistd.h>

/* ---- the way back ---- */

GByteArray *signature_lines_write(const Signature *signature)
{
    GByteArray *out = g_byte_array_new();
    line_put_number(out, signature->verdict);
    line_put(out, signature->signer);
    line_put(out, signature->organization);
    line_put_number(out, (int64_t)signature->signed_offset);
    line_put_number(out, (int64_t)signature->signed_length);
    line_put_number(out, (int64_t)signature->address_count);
    for (size_t i = 0; i < signature->address_count; i++)
        line_put(out, signature->addresses[i]);
    return out;
}

bool signature_lines_read(Arena *arena, Bytes result, size_t raw_size, Signature *out)
{
    LineReader in = {.arena = arena, .rest = result};
    *out = (Signature){.verdict = (SignatureVerdict)line_number(&in, 0, SIGNATURE_VERDICTS - 1)};
    out->signer = line_text(&in);
    out->organization = line_text(&in);
    out->signed_offset = (uint64_t)line_number(&in, 0, (int64_t)raw_size);
    out->signed_length = (uint64_t)line_number(&in, 0, (int64_t)(raw_size - out->signed_offset));
    out->address_count = (size_t)line_number(&in, 0, SIGNATURE_ADDRESSES_MAX);
    const char **addresses = ARENA_ARRAY(arena, const char *, out->address_count + 1);
    for (size_t i = 0; i < out->address_count; i++)
        addresses[i] = line_text(&in);
    out->addresses = addresses;
    return lines_end(&in) && (out->verdict == SIGNATURE_VALID) == (out->signed_length > 0);
}

/* ---- asking ---- */

/* The trusted certificates, then the message; where the first end is an argument. Yours to close. */
static int input_of(Bytes raw, Bytes trusted, GError **error)
{
    g_autoptr(GByteArray) both = g_byte_array_sized_new((guint)(raw.size + trusted.size));
    if (trusted.size)
        g_byte_array_append(both, trusted.data, (guint)trusted.size);
    if (raw.size)
        g_byte_array_append(both, raw.data, (guint)raw.size);
    return parse_zygote_input((Bytes){both->data, both->len}, error);
}

bool parse_signature(ParseZygote *zygote, Arena *arena, Bytes raw, Bytes trusted, TimeMs at, Signature *out,
                     GError **error)
{
    static const Signature unreadable = {.verdict = SIGNATURE_UNREADABLE, .signer = "", .organization = ""};
    g_autoptr(GBytes) result = NULL;
    const uint64_t arguments[WORKER_ARGUMENTS] = {trusted.size, (uint64_t)at};
    *out = unreadable;
    if (!raw.size || raw.size > PARSE_RAW_MAX || trusted.size > SIGNATURE_TRUSTED_MAX)
        return true;
    int input = input_of(raw, trusted, error);
    if (input < 0)
        return false;
    ParseRun run = parse_zygote_run(zygote, JOB_SIGNATURE, input, arguments, LINES_RESULT_MAX, &result, error);
    close(input);
    if (run == PARSE_RUN_DONE) {
        gsize size;
        const uint8_t *data = g_bytes_get_data(result, &size);
        if (!signature_lines_read(arena, (Bytes){data, size}, raw.size, out))
            *out = unreadable;
    }
    return run != PARSE_RUN_ERROR;
}
