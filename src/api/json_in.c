/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/json_in.h"

#include <glib.h>
#include <string.h>

static bool load(const char *text, size_t size, JsonIn *in_out, enum json_error_code *code_out)
{
    const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_error_t error;
    *in_out = (JsonIn){.root = json_loadb(text, size, flags | JSON_REJECT_DUPLICATES, &error)};
    if (!in_out->root && json_error_code(&error) == json_error_duplicate_key)
        *in_out = (JsonIn){json_loadb(text, size, flags, &error), true};
    if (!in_out->root)
        *code_out = json_error_code(&error);
    return in_out->root != NULL;
}

/* A copy whose escapes of U+0000 are escapes of U+FFFD, of the same length. Yours to free. */
static char *without_nul(const char *text, size_t size)
{
    static const char nul[] = "\\u0000", other[] = "\\uFFFD";
    char *copy = g_memdup2(text, size);
    for (size_t i = 0; i + 1 < size; i++) {
        if (copy[i] != '\\')
            continue;
        if (size - i >= sizeof nul - 1 && memcmp(copy + i, nul, sizeof nul - 1) == 0)
            memcpy(copy + i, other, sizeof other - 1);
        i++; /* what is escaped is no backslash of its own */
    }
    return copy;
}

bool json_in_parse(Bytes text, JsonIn *in_out)
{
    const char *data = text.size ? (const char *)text.data : "";
    enum json_error_code code;
    *in_out = (JsonIn){0};
    if (text.size > JSON_IN_SIZE_MAX || memchr(data, '\0', text.size)) /* a NUL outside texts ends it for the library */
        return false;
    if (load(data, text.size, in_out, &code))
        return true;
    if (code != json_error_null_byte_in_key)
        return false;
    g_autofree char *copy = without_nul(data, text.size);
    return load(copy, text.size, in_out, &code);
}
