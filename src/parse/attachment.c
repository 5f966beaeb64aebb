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

static const char piece_of_message[] = "+within:";
static const char number_of_tnef[] = "+tnef:";

const char *parse_attachment_coding(Arena *arena, const ParsedAttachment *attachment)
{
    const char *coding = codings[attachment->encoding];
    if (attachment->is_within)
        coding =
            arena_printf(arena, "%s%s%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%s", coding, piece_of_message,
                         attachment->within_offset, attachment->within_length, codings[attachment->within_encoding]);
    return attachment->tnef ? arena_printf(arena, "%s%s%u", coding, number_of_tnef, attachment->tnef) : coding;
}

/* The word before the "+", if there is one. */
static ParseEncoding encoding_read(const char *coding)
{
    size_t size = strcspn(coding, "+");
    for (size_t i = 0; i < PARSE_ENCODINGS; i++)
        if (strlen(codings[i]) == size && !memcmp(codings[i], coding, size))
            return (ParseEncoding)i;
    return PARSE_IDENTITY;
}

/* "120:64:quoted-printable". */
static void within_read(const char *words, ParsedAttachment *slice)
{
    g_auto(GStrv) parts = g_strsplit(words, ":", 3);
    if (g_strv_length(parts) < 3 ||
        !g_ascii_string_to_unsigned(parts[0], 10, 0, PARSE_RAW_MAX, &slice->within_offset, NULL) ||
        !g_ascii_string_to_unsigned(parts[1], 10, 0, PARSE_RAW_MAX, &slice->within_length, NULL))
        return;
    slice->is_within = true;
    slice->within_encoding = encoding_read(parts[2]);
}

ParsedAttachment parse_attachment_slice(const char *coding, int64_t offset, int64_t length)
{
    ParsedAttachment slice = {
        .encoding = encoding_read(coding), .offset = (uint64_t)offset, .length = (uint64_t)length};
    const char *piece = strstr(coding, piece_of_message), *packed = strstr(coding, number_of_tnef);
    guint64 number = 0;
    if (piece)
        within_read(piece + strlen(piece_of_message), &slice);
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

static GBytes *read_range(ParseZygote *zygote, Bytes raw, const ParsedAttachment *attachment, size_t cap,
                          GError **error)
{
    if (attachment->length > raw.size || attachment->offset > raw.size - attachment->length) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "attachment lies outside its message");
        return NULL;
    }
    Bytes coded = {raw.data + attachment->offset, attachment->length};
    if (attachment->encoding != PARSE_IDENTITY || attachment->tnef)
        return decode_in_worker(zygote, coded, attachment, cap, error);
    return coded.size > cap ? too_large(error, cap) : g_bytes_new(coded.data, coded.size);
}

GBytes *parse_mail_attachment(ParseZygote *zygote, Bytes raw, const ParsedAttachment *attachment, size_t cap,
                              GError **error)
{
    cap = MIN(cap, PARSE_RAW_MAX);
    if (!attachment->is_within)
        return read_range(zygote, raw, attachment, cap, error);
    const ParsedAttachment whole = {
        .encoding = attachment->encoding, .offset = attachment->offset, .length = attachment->length};
    const ParsedAttachment piece = {.encoding = attachment->within_encoding,
                                    .offset = attachment->within_offset,
                                    .length = attachment->within_length,
                                    .tnef = attachment->tnef};
    g_autoptr(GBytes) message = read_range(zygote, raw, &whole, PARSE_RAW_MAX, error);
    gsize size = 0;
    const uint8_t *data = message ? g_bytes_get_data(message, &size) : NULL;
    return message ? read_range(zygote, (Bytes){data, size}, &piece, cap, error) : NULL;
}
