/* SPDX-License-Identifier: EUPL-1.2 */
#include "parse/sheet.h"

#include "base/error.h"
#include "parse/html_allow_int.h"
#include "parse/mail.h"
#include "parse/zygote_int.h"

#include <string.h>
#include <unistd.h>

static bool corrupt(GError **error)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_CORRUPT, "the stored HTML cannot be shown");
    return false;
}

bool parse_sheet(ParseZygote *zygote, Arena *arena, Bytes stored, size_t attachment_count, Bytes *clean_out,
                 GError **error)
{
    g_autoptr(GBytes) result = NULL;
    const uint64_t arguments[WORKER_ARGUMENTS] = {attachment_count};
    if (stored.size > PARSE_HTML_MAX)
        return corrupt(error);
    int input = parse_zygote_input(stored, error);
    if (input < 0)
        return false;
    ParseRun run = parse_zygote_run(zygote, JOB_HTML, input, arguments, PARSE_HTML_MAX, &result, error);
    close(input);
    if (run == PARSE_RUN_ERROR)
        return false;
    gsize size = 0;
    const uint8_t *data = run == PARSE_RUN_DONE ? g_bytes_get_data(result, &size) : NULL;
    Bytes clean = {data ? data : (const uint8_t *)"", size};
    if (run != PARSE_RUN_DONE || !g_utf8_validate_len((const char *)clean.data, clean.size, NULL) ||
        !html_is_serialised(clean))
        return corrupt(error);
    *clean_out = (Bytes){(const uint8_t *)arena_strndup(arena, (const char *)clean.data, clean.size), clean.size};
    return true;
}

/* ---- pieces ---- */

static size_t until(Bytes bytes, char end)
{
    const uint8_t *found = bytes.size ? memchr(bytes.data, end, bytes.size) : NULL;
    return found ? (size_t)(found - bytes.data) : bytes.size;
}

static Bytes after(Bytes bytes, size_t taken)
{
    taken = MIN(taken, bytes.size);
    return (Bytes){bytes.data + taken, bytes.size - taken};
}

bool sheet_next(Bytes *rest, SheetPiece *piece_out)
{
    if (!rest->size)
        return false;
    *piece_out = (SheetPiece){.kind = SHEET_TEXT};
    size_t taken = until(*rest, '<');
    if (!taken) {
        bool closes = rest->size > 1 && rest->data[1] == '/';
        Bytes name = after(*rest, closes ? 2 : 1);
        size_t length = 0;
        while (length < name.size && length < sizeof piece_out->element - 1 && g_ascii_isalnum(name.data[length]))
            length++;
        memcpy(piece_out->element, name.data, length);
        piece_out->kind = closes ? SHEET_CLOSE : SHEET_OPEN;
        taken = MIN(until(*rest, '>') + 1, rest->size);
    }
    piece_out->written = (Bytes){rest->data, taken};
    *rest = after(*rest, taken);
    return true;
}

char *sheet_plain(Arena *arena, Bytes escaped)
{
    static const struct {
        const char *entity;
        char means;
    } entities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}};
    char *plain = arena_strndup(arena, (const char *)escaped.data, escaped.size), *out = plain;
    for (const char *at = plain; *at;) {
        size_t row = 0;
        while (row < G_N_ELEMENTS(entities) && !g_str_has_prefix(at, entities[row].entity))
            row++;
        *out++ = row < G_N_ELEMENTS(entities) ? entities[row].means : *at;
        at += row < G_N_ELEMENTS(entities) ? strlen(entities[row].entity) : 1;
    }
    *out = '\0';
    return plain;
}

/* The attribute at *at, as it stands; false after the last. */
static bool attribute_take(const SheetPiece *tag, Bytes *at, Bytes *name_out, Bytes *value_out)
{
    if (!at->data)
        *at = after(tag->written, until(tag->written, ' '));
    if (!at->size || at->data[0] != ' ')
        return false;
    Bytes name = after(*at, 1);
    size_t length = until(name, '=');
    Bytes value = after(name, length + 2); /* over =" */
    size_t size = until(value, '"');
    *name_out = (Bytes){name.data, length};
    *value_out = (Bytes){value.data, size};
    *at = after(value, size + 1);
    return true;
}

bool sheet_attribute_next(Arena *arena, const SheetPiece *tag, Bytes *at, const char **name_out, const char **value_out)
{
    Bytes name, value;
    if (!attribute_take(tag, at, &name, &value))
        return false;
    *name_out = arena_strndup(arena, (const char *)name.data, name.size);
    *value_out = sheet_plain(arena, value);
    return true;
}

const char *sheet_attribute(Arena *arena, const SheetPiece *tag, const char *name)
{
    Bytes found, value, at = {0};
    while (attribute_take(tag, &at, &found, &value))
        if (found.size == strlen(name) && !memcmp(found.data, name, found.size))
            return sheet_plain(arena, value);
    return NULL;
}
