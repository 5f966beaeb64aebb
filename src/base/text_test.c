/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/text.h"

#include <string.h>

static void test_clean_keeps_words_and_drops_controls(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    static const char hostile[] = "perch\xc3\xa9\r\nno\0\x1b[31m\xff"
                                  "fine\r";
    char *text = text_clean(arena, (Bytes){(const uint8_t *)hostile, sizeof hostile - 1});
    g_assert_cmpstr(text, ==,
                    "perché\nno[31m\xef\xbf\xbd"
                    "fine\n");
    g_assert_cmpstr(text_clean(arena, (Bytes){0}), ==, "");
    g_assert_cmpstr(text_clean_line(arena, bytes_of("  Re:\r\n\t E07   oggi \n")), ==, "Re: E07 oggi");
}

static void test_sort_key_ignores_case_and_accents(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(text_sort_key(arena, "Éclair S.r.l."), ==, "eclair s.r.l.");
}

static void test_prefix_end_is_above_all_that_begin_so(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const char *end = text_prefix_end(arena, "bar");
    g_assert_cmpint(strcmp("bar", end), <, 0);
    g_assert_cmpint(strcmp("bar centrale", end), <, 0);
    g_assert_cmpint(strcmp("barò", end), <, 0);
    g_assert_cmpint(strcmp("bas", end), >, 0);
}

static void test_clip_cuts_at_characters(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(text_clip(arena, "perché no", 7), ==, "perché…");
    g_assert_cmpstr(text_clip(arena, "perché", 6), ==, "perché");
}

static void test_trim_and_blank(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(text_trim(arena, " \n V2 \t"), ==, "V2");
    g_assert_cmpstr(text_trim(arena, NULL), ==, "");
    g_assert_true(text_is_blank(" \t\n"));
    g_assert_false(text_is_blank(" x"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/clean", test_clean_keeps_words_and_drops_controls);
    g_test_add_func("/text/sort-key", test_sort_key_ignores_case_and_accents);
    g_test_add_func("/text/prefix-end", test_prefix_end_is_above_all_that_begin_so);
    g_test_add_func("/text/clip", test_clip_cuts_at_characters);
    g_test_add_func("/text/trim", test_trim_and_blank);
    return g_test_run();
}
