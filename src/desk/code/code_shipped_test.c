/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/catalogue.h"
#include "desk/code/code_shipped.h"

#include <string.h>

static void test_lists_have_two_levels_and_few_leaves(void)
{
    size_t count, leaves[CODE_LIST_COUNT] = {0}, groups[CODE_LIST_COUNT] = {0};
    const CodeShipped *rows = code_shipped_list(&count);
    for (size_t i = 0; i < count; i++) {
        g_assert_true(code_shipped_find(rows[i].list, rows[i].key) == &rows[i]);
        if (i > 0 && rows[i].list == rows[i - 1].list)
            g_assert_cmpint(rows[i].sort, >, rows[i - 1].sort);
        if (!rows[i].parent) {
            groups[rows[i].list]++;
            continue;
        }
        const CodeShipped *group = code_shipped_find(rows[i].list, rows[i].parent);
        g_assert_true(group && !group->parent && group < &rows[i]);
        leaves[rows[i].list]++;
    }
    for (CodeList list = 0; list < CODE_LIST_COUNT; list++) {
        g_assert_cmpuint(leaves[list], >=, 10);
        g_assert_cmpuint(leaves[list], <=, 15);
        g_assert_cmpuint(groups[list], >=, 3);
    }
    g_assert_null(code_shipped_find(CODE_SYMPTOM, "nff"));
}

/* domain.md 2.5, "Origins to ship", in its order. */
static void test_origins_are_those_of_the_specification(void)
{
    static const char *const expected[] = {"design",
                                           "supplier_material",
                                           "production",
                                           "software_configuration",
                                           "packaging_transport",
                                           "installation",
                                           "use_training",
                                           "maintenance",
                                           "wear",
                                           "environment_third_party",
                                           "documentation",
                                           "administrative",
                                           "nff",
                                           "quieto_vivere",
                                           "unknown"};
    size_t count, found = 0;
    const CodeShipped *rows = code_shipped_list(&count);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].list != CODE_ORIGIN || !rows[i].parent)
            continue;
        g_assert_cmpuint(found, <, G_N_ELEMENTS(expected));
        g_assert_cmpstr(rows[i].key, ==, expected[found++]);
    }
    g_assert_cmpuint(found, ==, G_N_ELEMENTS(expected));
}

static void test_no_fault_and_peace_are_distinct_and_no_defects(void)
{
    const CodeShipped *nff = code_shipped_find(CODE_ORIGIN, "nff");
    const CodeShipped *peace = code_shipped_find(CODE_ORIGIN, "quieto_vivere");
    g_assert_true(nff != peace);
    g_assert_false((nff->flags | peace->flags) & CODE_COUNTS_AS_DEFECT);
    g_assert_true(peace->flags & CODE_NEEDS_AUTHORISER);
    g_assert_false(nff->flags & CODE_NEEDS_AUTHORISER);
    g_assert_true(code_shipped_find(CODE_ORIGIN, "design")->flags & CODE_COUNTS_AS_DEFECT);
    size_t count;
    const CodeShipped *rows = code_shipped_list(&count);
    for (size_t i = 0; i < count; i++)
        g_assert_true(rows[i].list == CODE_ORIGIN ? rows[i].parent || !rows[i].flags : !rows[i].flags);
}

static void test_every_code_has_a_name_in_both_languages(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    size_t count;
    const CodeShipped *rows = code_shipped_list(&count);
    for (size_t i = 0; i < count; i++) {
        const char *key = code_shipped_name_key(arena, &rows[i]);
        g_assert_nonnull(msg_find(LANG_IT, key));
        g_assert_nonnull(msg_find(LANG_EN, key));
    }
}

/* And the catalogues name no code that is not shipped. */
static void test_no_name_without_its_code(void)
{
    size_t count, names = 0;
    code_shipped_list(&count);
    for (size_t i = 0; i < MSG_COUNT; i++) {
        g_auto(GStrv) words = g_strsplit(catalogue_keys[i], ".", 0);
        CodeList list;
        if (g_strv_length(words) != 3 || strcmp(words[0], "code") != 0 || !code_list_parse(words[1], &list))
            continue;
        g_assert_nonnull(code_shipped_find(list, words[2]));
        names++;
    }
    g_assert_cmpuint(names, ==, count);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/code/shape", test_lists_have_two_levels_and_few_leaves);
    g_test_add_func("/code/origins", test_origins_are_those_of_the_specification);
    g_test_add_func("/code/no-defects", test_no_fault_and_peace_are_distinct_and_no_defects);
    g_test_add_func("/code/names", test_every_code_has_a_name_in_both_languages);
    g_test_add_func("/code/names-known", test_no_name_without_its_code);
    return g_test_run();
}
