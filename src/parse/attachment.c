/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/attachment.h"

#include "base/error.h"
#include "parse/zygote_int.h"

#include <string.h>
#include <unistd.h>

static const char *const codings[PARSE_ENCODINGS] = {
    [PARSE_IDENTITY] = "identity",
    [PARSE_BASE64] = "base64",
    [PARSE_QUOTED_PRINTABLE] = "quoted-printable",
    [PARSE_UUENCODE] = "uuencode",
};

static const char number_of_tnef[] = "+tnef:";

const char *parse_attachment_coding(Arena *arena, const ParsedAttachment *attachment)
{
    const char *coding = codings[attachment->encoding];
    return attachment->tnef ? arena_printf(arena, "%s%s%u", coding, number_of_tnef, attachment->tnef) : coding;
}

ParsedAttachment parse_attachment_slice(const char *coding, int64_t offset, int64_t length)
{
    ParsedAttachment slice = {.offset = (uint64_t)offset, .length = (uint64_t)length};
    const char *packed = strstr(coding, number_of_tnef);
    size_t size = packed ? (size_t)(packed - coding) : strlen(coding);
    guint64 number = 0;
    for (size_t i = 0; i < PARSE_ENCODINGS; i++)
        if (strlen(codings[i]) == size && !memcmp(codings[i], coding, size))
            slice.encoding = (ParseEncoding)i;
    if (packed &&
        g_ascii_string_to_unsigned(packed + strlen(number_of_tnef), 10, 1, PARSE_ATTACHMENTS_MAX, &number, NULL))
        slice.tnef = (uint32_t)number;
    return slice;
}

static GBytes *too_large(GError **error, size_t cap)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_TOO_LARGE, "attachment decodes to more than %zu bytes", cap);
    return NULL;
}

static GBytes *decode_in_worker(ParseZygote *zygote, Bytes coded, const ParsedAttachment *attachment, size_t cap,
                                GError **error)
{
    g_autoptr(GBytes) result = NULL;
    const uint64_t arguments[WORKER_ARGUMENTS] = {attachment->encoding, cap, attachment->tnef};
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
    if (attachment->encoding != PARSE_IDENTITY || attachment->tnef)
        return decode_in_worker(zygote, coded, attachment, cap, error);
    return coded.size > cap ? too_large(error, cap) : g_bytes_new(coded.data, coded.size);
}
