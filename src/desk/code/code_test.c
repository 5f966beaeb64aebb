/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/code/code.h"

#include "desk/code/code_shipped.h"
#include "desk/noun_testing.h"

static Code find(NounTest *test, CodeList list, const char *key)
{
    Code code;
    g_assert_true(code_find_key(test->tx, test->arena, list, key, &code));
    return code;
}

static void test_install_writes_the_shipped_lists_once(NounTest *test)
{
    size_t shipped, stored = 0;
    code_shipped_list(&shipped);
    code_install(test->tx, test->arena);
    Code noise = find(test, CODE_SYMPTOM, "noise");
    noise.names[LANG_IT] = "Fischia";
    InputError refused;
    g_assert_true(code_edit(test->tx, test->arena, &noise, &refused));

    code_install(test->tx, test->arena); /* an upgrade */
    for (CodeList list = 0; list < CODE_LIST_COUNT; list++)
        stored += code_list(test->tx, test->arena, list, true).count;
    g_assert_cmpuint(stored, ==, shipped);
    noise = find(test, CODE_SYMPTOM, "noise");
    g_assert_cmpstr(code_name(&noise, LANG_IT), ==, "Fischia");
    g_assert_cmpstr(code_name(&noise, LANG_EN), ==, "Noise or vibration");
    g_assert_cmpint(noise.parent.value, ==, find(test, CODE_SYMPTOM, "works_badly").id.value);
}

static void test_marks_of_origins(NounTest *test)
{
    code_install(test->tx, test->arena);
    Code peace = find(test, CODE_ORIGIN, "quieto_vivere"), none = find(test, CODE_ORIGIN, "nff");
    g_assert_true(peace.needs_authoriser && !peace.is_defect);
    g_assert_true(!none.needs_authoriser && !none.is_defect);
    g_assert_true(find(test, CODE_ORIGIN, "design").is_defect);
}

static void test_list_has_groups_before_their_leaves(NounTest *test)
{
    code_install(test->tx, test->arena);
    CodeRows rows = code_list(test->tx, test->arena, CODE_SOLUTION, false);
    g_assert_cmpstr(rows.items[0].key, ==, "repair");
    CodeId group = {0};
    for (size_t i = 0; i < rows.count; i++) {
        if (!rows.items[i].parent.value)
            group = rows.items[i].id;
        else
            g_assert_cmpint(rows.items[i].parent.value, ==, group.value);
    }
}

/* A new one stands last in its group, under a key nobody has to think of; the second of a name gets a number. */
static void test_placed_last_in_its_group(NounTest *test)
{
    code_install(test->tx, test->arena);
    Code group = find(test, CODE_SYMPTOM, "works_badly");
    InputError refused;
    CodeId first, second;
    Code code = {.list = CODE_SYMPTOM,
                 .parent = group.id,
                 .names = {[LANG_IT] = "Perde vapore", [LANG_EN] = "Steam leak: valve!"}};
    code_place(test->tx, test->arena, &code);
    g_assert_cmpstr(code.key, ==, "steam_leak_valve");
    g_assert_true(code_add(test->tx, test->arena, &code, &first, &refused));
    code_place(test->tx, test->arena, &code);
    g_assert_cmpstr(code.key, ==, "steam_leak_valve_2");
    g_assert_true(code_add(test->tx, test->arena, &code, &second, &refused));
    CodeRows rows = code_list(test->tx, test->arena, CODE_SYMPTOM, false);
    size_t at = 0;
    while (rows.items[at].id.value != first.value)
        at++;
    g_assert_cmpstr(rows.items[at - 1].key, ==, "overheating"); /* the last shipped one of that group */
    g_assert_cmpint(rows.items[at + 1].id.value, ==, second.value);
    g_assert_cmpstr(rows.items[at + 2].key, ==, "cannot_use"); /* the next group */
    Code odd = {.list = CODE_SYMPTOM, .names = {[LANG_IT] = "!!!", [LANG_EN] = "…"}};
    code_place(test->tx, test->arena, &odd);
    g_assert_cmpstr(odd.key, ==, "code");
}

static void test_retired_and_back(NounTest *test)
{
    code_install(test->tx, test->arena);
    Code noise = find(test, CODE_SYMPTOM, "noise");
    InputError refused;
    g_assert_false(code_restore(test->tx, test->arena, noise.id, noise.version, &refused));
    g_assert_cmpstr(refused.key, ==, "code.error.in_use");
    g_assert_true(code_retire(test->tx, test->arena, noise.id, noise.version, (CodeId){0}, test->now, &refused));
    g_assert_false(code_restore(test->tx, test->arena, noise.id, noise.version, &refused));
    g_assert_cmpstr(refused.key, ==, "code.error.stale");
    g_assert_true(code_restore(test->tx, test->arena, noise.id, noise.version + 1, &refused));
    g_assert_cmpint(find(test, CODE_SYMPTOM, "noise").retired_at, ==, TIME_NONE);
}

static void assert_add_refused(NounTest *test, Code code, const char *key)
{
    CodeId id;
    InputError refused = {0};
    g_assert_false(code_add(test->tx, test->arena, &code, &id, &refused));
    g_assert_cmpstr(refused.key, ==, key);
}

static void test_add(NounTest *test)
{
    code_install(test->tx, test->arena);
    CodeId group = find(test, CODE_SYMPTOM, "works_badly").id, id;
    Code drips = {.list = CODE_SYMPTOM, .key = "drips", .parent = group, .sort = 95, .names = {"Gocciola", "Drips"}};
    InputError refused;
    g_assert_true(code_add(test->tx, test->arena, &drips, &id, &refused));
    Code stored;
    g_assert_true(code_find(test->tx, test->arena, id, &stored));
    g_assert_cmpstr(code_name(&stored, LANG_IT), ==, "Gocciola");

    assert_add_refused(test, drips, "code.error.key_taken");
    Code wrong = drips;
    wrong.key = "Gocciola!";
    assert_add_refused(test, wrong, "code.error.key");
    wrong = drips;
    wrong.key = "drips_more";
    wrong.names[LANG_EN] = " ";
    assert_add_refused(test, wrong, "code.error.name");
    wrong = drips;
    wrong.key = "drips_more";
    wrong.parent = find(test, CODE_ORIGIN, "making").id; /* a group of another list */
    assert_add_refused(test, wrong, "code.error.parent");
    wrong.parent = id; /* a leaf */
    assert_add_refused(test, wrong, "code.error.parent");
}

static void test_stale_write(NounTest *test)
{
    code_install(test->tx, test->arena);
    Code seen = find(test, CODE_ORIGIN, "wear");
    InputError refused = {0};
    g_assert_true(code_edit(test->tx, test->arena, &seen, &refused));
    g_assert_false(code_edit(test->tx, test->arena, &seen, &refused));
    g_assert_cmpstr(refused.key, ==, "code.error.stale");
    g_assert_false(code_retire(test->tx, test->arena, seen.id, seen.version, (CodeId){0}, test->now, &refused));
    g_assert_cmpstr(refused.key, ==, "code.error.stale");
}

static void test_retire_keeps_the_row_and_names_the_heir(NounTest *test)
{
    code_install(test->tx, test->arena);
    Code leak = find(test, CODE_SYMPTOM, "leak"), noise = find(test, CODE_SYMPTOM, "noise");
    Code slow = find(test, CODE_SYMPTOM, "slow"), today;
    InputError refused = {0};
    size_t before = code_list(test->tx, test->arena, CODE_SYMPTOM, false).count;
    g_assert_true(code_retire(test->tx, test->arena, leak.id, leak.version, noise.id, test->now, &refused));
    g_assert_true(code_retire(test->tx, test->arena, noise.id, noise.version, slow.id, test->now, &refused));
    g_assert_cmpuint(code_list(test->tx, test->arena, CODE_SYMPTOM, false).count, ==, before - 2);
    g_assert_cmpuint(code_list(test->tx, test->arena, CODE_SYMPTOM, true).count, ==, before);
    g_assert_true(code_find_current(test->tx, test->arena, leak.id, &today));
    g_assert_cmpint(today.id.value, ==, slow.id.value);
}

static void assert_retire_refused(NounTest *test, Code code, CodeId heir, const char *key)
{
    InputError refused = {0};
    g_assert_false(code_retire(test->tx, test->arena, code.id, code.version, heir, test->now, &refused));
    g_assert_cmpstr(refused.key, ==, key);
}

static void test_retire_refusals(NounTest *test)
{
    code_install(test->tx, test->arena);
    Code leak = find(test, CODE_SYMPTOM, "leak");
    assert_retire_refused(test, leak, leak.id, "code.error.replacement");
    assert_retire_refused(test, leak, find(test, CODE_ORIGIN, "wear").id, "code.error.replacement");
    assert_retire_refused(test, leak, leak.parent, "code.error.replacement");
    assert_retire_refused(test, find(test, CODE_SYMPTOM, "works_badly"), (CodeId){0}, "code.error.has_leaves");
    assert_retire_refused(test, (Code){.id = {999999}}, (CodeId){0}, "code.error.not_found");
    InputError refused;
    g_assert_true(code_retire(test->tx, test->arena, leak.id, leak.version, (CodeId){0}, test->now, &refused));
    leak = find(test, CODE_SYMPTOM, "leak");
    assert_retire_refused(test, leak, (CodeId){0}, "code.error.retired");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/code/placed", test_placed_last_in_its_group);
    noun_test_each_engine("/code/restore", test_retired_and_back);
    noun_test_each_engine("/code/install", test_install_writes_the_shipped_lists_once);
    noun_test_each_engine("/code/marks", test_marks_of_origins);
    noun_test_each_engine("/code/list", test_list_has_groups_before_their_leaves);
    noun_test_each_engine("/code/add", test_add);
    noun_test_each_engine("/code/stale", test_stale_write);
    noun_test_each_engine("/code/retire", test_retire_keeps_the_row_and_names_the_heir);
    noun_test_each_engine("/code/retire-refused", test_retire_refusals);
    return g_test_run();
}
