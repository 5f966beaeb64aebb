/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/certificate.h"

#include "parse/certificate_int.h"
#include "parse/lines_int.h"
#include "parse/zygote_int.h"

#include <string.h>
#include <unistd.h>

/* Wider than the years a certificate can write. */
#define MOMENT_MIN INT64_C(-62198755200000) /* 0000-01-01T00:00:00Z and a year less */
#define MOMENT_MAX INT64_C(253433836800000) /* 10000-12-31T00:00:00Z */

enum { PEM_LINE = 64 };

/* ---- the way back ---- */

GByteArray *certificate_lines_write(const Certificates *certificates)
{
    GByteArray *out = g_byte_array_new();
    line_put_number(out, certificates->verdict);
    line_put_number(out, (int64_t)certificates->count);
    for (size_t i = 0; i < certificates->count; i++) {
        const Certificate *item = &certificates->items[i];
        line_put(out, item->name);
        line_put(out, item->organization);
        line_put_number(out, item->not_before);
        line_put_number(out, item->not_after);
        line_put(out, item->base64);
    }
    return out;
}

/* The fingerprint is of the bytes that came, whatever the worker thinks it is; only one way of writing them is taken. */
static bool read_bytes(LineReader *in, Certificate *item)
{
    char hex[SHA256_HEX_SIZE];
    gsize size = 0;
    item->base64 = line_text(in);
    g_autofree guchar *der = g_base64_decode(item->base64, &size);
    g_autofree char *again = g_base64_encode(der, size);
    if (!size || size > CERTIFICATE_DER_MAX || strcmp(again, item->base64) != 0)
        return false;
    bytes_sha256_hex((Bytes){der, size}, hex);
    item->fingerprint = arena_strdup(in->arena, hex);
    return true;
}

static bool read_one(LineReader *in, Certificate *item)
{
    item->name = line_text(in);
    item->organization = line_text(in);
    item->not_before = line_number(in, MOMENT_MIN, MOMENT_MAX);
    item->not_after = line_number(in, MOMENT_MIN, MOMENT_MAX);
    return read_bytes(in, item);
}

bool certificate_lines_read(Arena *arena, Bytes result, Certificates *out)
{
    LineReader in = {.arena = arena, .rest = result};
    CertificateVerdict verdict = (CertificateVerdict)line_number(&in, 0, CERTIFICATE_VERDICTS - 1);
    size_t count = (size_t)line_number(&in, 0, CERTIFICATE_COUNT_MAX);
    Certificate *items = ARENA_ARRAY(arena, Certificate, count);
    for (size_t i = 0; i < count; i++)
        if (!read_one(&in, &items[i]) || certificate_find(items, i, items[i].fingerprint))
            return false;
    *out = (Certificates){verdict, items, count};
    return lines_end(&in) && (verdict == CERTIFICATES_READ) == (count > 0);
}

/* ---- asking ---- */

bool parse_certificates(ParseZygote *zygote, Arena *arena, Bytes file, Certificates *out, GError **error)
{
    g_autoptr(GBytes) result = NULL;
    const uint64_t arguments[WORKER_ARGUMENTS] = {0};
    *out = (Certificates){.verdict = file.size > CERTIFICATE_FILE_MAX ? CERTIFICATES_TOO_LARGE : CERTIFICATES_NONE};
    if (!file.size || file.size > CERTIFICATE_FILE_MAX)
        return true;
    int input = parse_zygote_input(file, error);
    if (input < 0)
        return false;
    ParseRun run = parse_zygote_run(zygote, JOB_CERTIFICATES, input, arguments, LINES_RESULT_MAX, &result, error);
    close(input);
    if (run == PARSE_RUN_DONE) {
        gsize size;
        const uint8_t *data = g_bytes_get_data(result, &size);
        if (!certificate_lines_read(arena, (Bytes){data, size}, out))
            *out = (Certificates){.verdict = CERTIFICATES_NONE};
    }
    return run != PARSE_RUN_ERROR;
}

/* ---- what was read ---- */

const char *certificate_pem(Arena *arena, const Certificate *items, size_t count)
{
    g_autoptr(GString) pem = g_string_new(NULL);
    for (size_t i = 0; i < count; i++) {
        g_string_append(pem, "-----BEGIN CERTIFICATE-----\n");
        for (size_t at = 0, size = strlen(items[i].base64); at < size; at += PEM_LINE) {
            g_string_append_len(pem, items[i].base64 + at, (gssize)MIN((size_t)PEM_LINE, size - at));
            g_string_append_c(pem, '\n');
        }
        g_string_append(pem, "-----END CERTIFICATE-----\n");
    }
    return arena_strndup(arena, pem->str, pem->len);
}

const Certificate *certificate_find(const Certificate *items, size_t count, const char *fingerprint)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(items[i].fingerprint, fingerprint) == 0)
            return &items[i];
    return NULL;
}
