/* SPDX-License-Identifier: EUPL-1.2 */
/* base/text on any bytes: what it gives keeps the header's first invariant, and cleaning twice changes nothing. */
#include "base/check.h"
#include "base/text.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_clean(const char *text, bool one_line)
{
    check(g_utf8_validate(text, -1, NULL));
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar character = g_utf8_get_char(at);
        check(!g_unichar_iscntrl(character) || (!one_line && (character == '\n' || character == '\t')));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1 << 16)
        return 0;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    char *text = text_clean(arena, (Bytes){data, size});
    check_clean(text, false);
    check(strcmp(text, text_clean(arena, bytes_of(text))) == 0);
    char *line = text_clean_line(arena, (Bytes){data, size});
    check_clean(line, true);
    check(strcmp(line, text_clean_line(arena, bytes_of(line))) == 0);
    check_clean(text_clip(arena, line, size % 40), true);
    text_sort_key(arena, line);
    return 0;
}
