/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/attachment.h"

#include "base/error.h"
#include "parse/zygote_int.h"

#include <unistd.h>

static GBytes *too_large(GError **error, size_t cap)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE, "attachment decodes to more than %zu bytes", cap);
    return NULL;
}

static GBytes *decode_in_worker(ParseZygote *zygote, Bytes coded, ParseEncoding encoding, size_t cap, GError **error)
{
    g_autoptr(GBytes) result = NULL;
    const uint64_t arguments[WORKER_ARGUMENTS] = {encoding, cap};
    int input = parse_zygote_input(coded, error);
    if (input < 0)
        return NULL;
    ParseRun run = parse_zygote_run(zygote, JOB_DECODE, input, arguments, cap + 1, &result, error);
    close(input);
    if (run == PARSE_RUN_ERROR)
        return NULL;
    if (run == PARSE_RUN_FAILED) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "attachment could not be decoded");
        return NULL;
    }
    return g_bytes_get_size(result) > cap ? too_large(error, cap) : g_steal_pointer(&result);
}

GBytes *parse_mail_attachment(ParseZygote *zygote, Bytes raw, const ParsedAttachment *attachment, size_t cap,
                              GError **error)
{
    cap = MIN(cap, PARSE_RAW_MAX);
    if (attachment->length > raw.size || attachment->offset > raw.size - attachment->length) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "attachment lies outside its message");
        return NULL;
    }
    Bytes coded = {raw.data + attachment->offset, attachment->length};
    if (attachment->encoding != PARSE_IDENTITY)
        return decode_in_worker(zygote, coded, attachment->encoding, cap, error);
    return coded.size > cap ? too_large(error, cap) : g_bytes_new(coded.data, coded.size);
}
