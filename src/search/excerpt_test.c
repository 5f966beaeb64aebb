/* SPDX-License-Identifier: EUPL-1.2 */
#include "search/excerpt.h"

#include <string.h>

/* The excerpt with [brackets] around its marks. */
static char *marked(Arena *arena, const char *typed, const char *source)
{
    SearchQuery query = search_query_parse(arena, bytes_of(typed));
    Excerpt excerpt = excerpt_make(arena, &query, source);
    GString *out = g_string_new(excerpt.cut_before ? "…" : "");
    size_t at = 0;
    for (size_t i = 0; i < excerpt.count; i++) {
        g_assert_cmpuint(excerpt.marks[i].start, >=, at);
        g_assert_cmpuint(excerpt.marks[i].end, <=, strlen(excerpt.text));
        g_string_append_len(out, excerpt.text + at, (gssize)(excerpt.marks[i].start - at));
        g_string_append_printf(out, "[%.*s]", (int)(excerpt.marks[i].end - excerpt.marks[i].start),
                               excerpt.text + excerpt.marks[i].start);
        at = excerpt.marks[i].end;
    }
    g_string_append(out, excerpt.text + at);
    g_string_append(out, excerpt.cut_after ? "…" : "");
    g_assert_true(g_utf8_validate(out->str, -1, NULL));
    char *text = arena_strdup(arena, out->str);
    g_string_free(out, TRUE);
    return text;
}

static void test_marks(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_assert_cmpstr(marked(arena, "perdita acqua", "Le caldaie perdono l'acqua,\nPERDE ancora."), ==,
                    "Le caldaie [perdono] l'[acqua], [PERDE] ancora.");
    g_assert_cmpstr(marked(arena, "perche", "È così perché è così"), ==, "È così [perché] è così");
    g_assert_cmpstr(marked(arena, "perdit*", "perdita, perdite, perditempo, altro"), ==,
                    "[perdita], [perdite], [perditempo], altro");
    g_assert_cmpstr(marked(arena, "niente", "<b>testo</b>"), ==, "<b>testo</b>"); /* as it stands: pages escape */
    g_assert_cmpstr(marked(arena, "", "testo"), ==, "testo");
    g_assert_cmpstr(marked(arena, "testo", ""), ==, "");
}

static void test_window(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    GString *source = g_string_new(NULL);
    for (int i = 0; i < 100; i++)
        g_string_append(source, "riga città ");
    g_string_append(source, "la pompa XK7 si ferma ");
    for (int i = 0; i < 100; i++)
        g_string_append(source, "riga città ");
    const char *shown = marked(arena, "xk7", source->str);
    g_assert_nonnull(strstr(shown, "pompa [XK7] si ferma"));
    g_assert_true(g_str_has_prefix(shown, "…"));
    g_assert_true(g_str_has_suffix(shown, "…"));
    g_assert_cmpuint(strlen(shown), <=, EXCERPT_BYTES + 2 * strlen("…") + 2);
    const char *beginning = marked(arena, "assente", source->str);
    g_assert_true(g_str_has_prefix(beginning, "riga città riga"));
    g_string_free(source, TRUE);
}

/* The place where most words of the query stand together is shown, not the first one. */
static void test_best_place(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autofree char *filler = g_strnfill(600, '.');
    g_autofree char *source = g_strconcat("pompa ", filler, " la pompa XK7 perde ", filler, NULL);
    g_assert_nonnull(strstr(marked(arena, "pompa xk7 perde", source), "[pompa] [XK7] [perde]"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/excerpt/marks", test_marks);
    g_test_add_func("/excerpt/window", test_window);
    g_test_add_func("/excerpt/best-place", test_best_place);
    return g_test_run();
}
