/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/page.h"

#include <string.h>

const char *page_cursor(Arena *arena, PageCursor cursor)
{
    return arena_printf(arena, "%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, cursor.key, cursor.id);
}

bool page_cursor_parse(const char *text, PageCursor *cursor_out)
{
    g_auto(GStrv) parts = g_strsplit(text, ".", 3);
    return g_strv_length(parts) == 2 && strspn(text, "0123456789.") == strlen(text) &&
           g_ascii_string_to_signed(parts[0], 10, 0, G_MAXINT64, &cursor_out->key, NULL) &&
           g_ascii_string_to_signed(parts[1], 10, 1, G_MAXINT64, &cursor_out->id, NULL);
}

bool page_asked(HttpRequest *request, HttpResponse *response, const ShapeValue *after, const ShapeValue *limit,
                PageCursor *cursor_out, int64_t *limit_out)
{
    *cursor_out = (PageCursor){0};
    *limit_out = limit->given && limit->number ? limit->number : PAGE_ROWS;
    if (!after->given || page_cursor_parse(after->text, cursor_out))
        return true;
    api_problem(request, response, "query.cursor", "after", "is no \"next\" of this list");
    return false;
}
