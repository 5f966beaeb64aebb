/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/lines_int.h"

#include "parse/wire_int.h"

#include <string.h>

void line_put(GByteArray *out, const char *text)
{
    g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
    g_byte_array_append(out, (const guint8 *)"\n", 1);
}

void line_put_number(GByteArray *out, int64_t number)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, number);
    line_put(out, text);
}

const char *line_text(LineReader *in)
{
    const uint8_t *end = in->failed || !in->rest.size ? NULL : memchr(in->rest.data, '\n', in->rest.size);
    Bytes line = {in->rest.data, end ? (size_t)(end - in->rest.data) : 0};
    in->failed = in->failed || !end || line.size > PARSE_LINE_MAX || !wire_text_is_clean(line, false);
    if (in->failed)
        return "";
    in->rest = (Bytes){end + 1, in->rest.size - line.size - 1};
    return arena_strndup(in->arena, (const char *)line.data, line.size);
}

int64_t line_number(LineReader *in, int64_t min, int64_t max)
{
    gint64 number = min;
    const char *text = line_text(in);
    in->failed = in->failed || !g_ascii_string_to_signed(text, 10, min, max, &number, NULL);
    return in->failed ? min : number;
}

bool lines_end(const LineReader *in)
{
    return !in->failed && !in->rest.size;
}
