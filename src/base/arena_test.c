/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/arena.h"

#include <stdint.h>
#include <string.h>

static void test_memory_is_zeroed_aligned_and_stays(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    char *first = arena_strdup(arena, "E07 decalcificazione");
    for (size_t size = 1; size < 9000; size += 37) {
        uint8_t *memory = arena_alloc(arena, size);
        g_assert_cmpuint((uintptr_t)memory % 16, ==, 0);
        for (size_t i = 0; i < size; i++)
            g_assert_cmpuint(memory[i], ==, 0);
        memset(memory, 0xff, size);
    }
    g_assert_cmpstr(first, ==, "E07 decalcificazione");
}

static void test_clear_gives_zeroed_memory_again(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    memset(arena_alloc(arena, 100), 0xff, 100);
    arena_clear(arena);
    g_assert_cmpuint(arena_used(arena), ==, 0);
    uint8_t *again = arena_alloc(arena, 100);
    for (size_t i = 0; i < 100; i++)
        g_assert_cmpuint(again[i], ==, 0);
}

static void test_passing_the_cap_aborts(void)
{
    if (g_test_subprocess()) {
        g_autoptr(Arena) arena = arena_new(1 << 20);
        for (;;)
            arena_alloc(arena, 4000);
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*bug at*arena.c*");
}

static void test_a_small_arena_holds_what_its_cap_says(void)
{
    g_autoptr(Arena) arena = arena_new(4096);
    for (int i = 0; i < 256; i++)
        memset(arena_alloc(arena, 16), 0xff, 16);
    g_assert_cmpuint(arena_used(arena), ==, 4096);
}

static void test_formats_and_copies(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(arena_printf(arena, "%d-%s", 10001, "V2"), ==, "10001-V2");
    g_assert_cmpstr(arena_strndup(arena, "Moretti", 4), ==, "More");
    g_assert_null(arena_strdup(arena, NULL));
    Bytes copy = arena_bytes(arena, bytes_of("abc"));
    g_assert_true(bytes_equal(copy, bytes_of("abc")));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/arena/zeroed-aligned-stays", test_memory_is_zeroed_aligned_and_stays);
    g_test_add_func("/arena/clear", test_clear_gives_zeroed_memory_again);
    g_test_add_func("/arena/cap", test_passing_the_cap_aborts);
    g_test_add_func("/arena/small", test_a_small_arena_holds_what_its_cap_says);
    g_test_add_func("/arena/formats", test_formats_and_copies);
    return g_test_run();
}
