/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/json_in.h"

bool json_in_parse(Bytes text, JsonIn *in_out)
{
    const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL;
    const char *data = text.size ? (const char *)text.data : "";
    json_error_t error;
    *in_out = (JsonIn){.root = json_loadb(data, text.size, flags | JSON_REJECT_DUPLICATES, &error)};
    if (!in_out->root && json_error_code(&error) == json_error_duplicate_key)
        *in_out = (JsonIn){json_loadb(data, text.size, flags, &error), true};
    return in_out->root != NULL;
}
