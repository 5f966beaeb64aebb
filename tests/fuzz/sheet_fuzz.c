/* SPDX-License-Identifier: EUPL-1.2 */
/* What is done with stored HTML and with files before they are shown: what the serialiser writes passes the check and
 * stands still; what the check lets pass is read piece by piece to its end; and no file of any shape is read beyond. */
#include "base/check.h"
#include "base/file_name.h"
#include "parse/file_kind.h"
#include "parse/html_int.h"
#include "web/mail_sheet.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Bytes bytes_in(const GString *string)
{
    return (Bytes){(const uint8_t *)string->str, string->len};
}

static void check_pieces(Arena *arena, Bytes clean)
{
    size_t seen = 0;
    Bytes rest = clean;
    for (SheetPiece piece; sheet_next(&rest, &piece); seen += piece.written.size) {
        check(piece.kind == SHEET_TEXT || html_element_is_allowed(piece.element));
        check(piece.kind == SHEET_TEXT || piece.written.data[piece.written.size - 1] == '>');
    }
    check(seen == clean.size);
    static const MailPictures none = {0};
    g_autoptr(GString) out = g_string_new(NULL);
    mail_sheet_list(arena, clean);
    mail_sheet_write(out, arena, LANG_IT, "", clean, &none);
    check(!strstr(out->str, "<img")); /* none was given; in text every < is escaped */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 15)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Bytes input = {data, size};
    FileNature nature = file_kind_read(input);
    check(nature.kind < FILE_KINDS && file_kind_type(nature.kind));
    const char *name = file_name_safe(arena, arena_strndup(arena, (const char *)data, size));
    check(*name && strlen(name) <= FILE_NAME_MAX && !strpbrk(name, "/\\\r\n") && g_utf8_validate(name, -1, NULL));
    check(!strcmp(name, file_name_safe(arena, name)));
    if (!g_utf8_validate_len((const char *)data, size, NULL) || (size && memchr(data, '\0', size)))
        return 0;
    const HtmlParts parts = {.count = 3};
    g_autoptr(GString) once = html_sanitise(input, &parts), twice = html_sanitise(bytes_in(once), &parts);
    check(g_string_equal(once, twice) && html_is_serialised(bytes_in(once)));
    check_pieces(arena, bytes_in(once));
    if (html_is_serialised(input))
        check_pieces(arena, input);
    return 0;
}
