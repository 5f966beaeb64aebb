/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/solution/solution.h"

#include "desk/code/code.h"
#include "desk/noun_testing.h"
#include "desk/product/product.h"

typedef struct Shelf {
    ProductId v2, mono;
    CodeId leak, noise;
} Shelf;

static ProductId product_make(NounTest *test, const char *name)
{
    ProductId id;
    InputError refused;
    Product product = {.name = name, .role = PRODUCT_MADE, .kind = PRODUCT_GOODS};
    g_assert_true(product_add(test->tx, test->arena, &product, name, &id, &refused));
    return id;
}

static Shelf shelf_make(NounTest *test)
{
    Code leak, noise;
    code_install(test->tx, test->arena);
    g_assert_true(code_find_key(test->tx, test->arena, CODE_SYMPTOM, "leak", &leak));
    g_assert_true(code_find_key(test->tx, test->arena, CODE_SYMPTOM, "noise", &noise));
    return (Shelf){product_make(test, "V2"), product_make(test, "Mono"), leak.id, noise.id};
}

static SolutionId solution_make(NounTest *test, const char *title, ProductId product, CodeId problem, int used)
{
    SolutionId id;
    InputError refused;
    Solution solution = {.title = title,
                         .text = "Cambiare la guarnizione.",
                         .product = product,
                         .problem = problem,
                         .language = "it",
                         .author = test->sara};
    g_assert_true(solution_add(test->tx, &solution, test->now, &id, &refused));
    for (int i = 0; i < used; i++)
        g_assert_true(solution_use(test->tx, test->arena, id, &refused));
    return id;
}

static Solution find(NounTest *test, SolutionId id)
{
    Solution solution;
    g_assert_true(solution_find(test->tx, test->arena, id, &solution));
    return solution;
}

static void test_add_is_a_draft_with_its_author(NounTest *test)
{
    Shelf shelf = shelf_make(test);
    Solution solution = find(test, solution_make(test, "Perde", shelf.v2, shelf.leak, 2));
    g_assert_cmpint(solution.state, ==, SOLUTION_DRAFT);
    g_assert_cmpint(solution.author.value, ==, test->sara.value);
    g_assert_cmpint(solution.used_count, ==, 2);
    g_assert_cmpint(solution.version, ==, 1); /* use makes nothing stale */
    g_assert_cmpint(solution.created_at, ==, test->now);

    SolutionId id;
    InputError refused = {0};
    g_assert_false(solution_add(test->tx, &(Solution){.title = " ", .text = "x"}, test->now, &id, &refused));
    g_assert_cmpstr(refused.key, ==, "solution.error.title");
    g_assert_false(solution_add(test->tx, &(Solution){.title = "x", .text = ""}, test->now, &id, &refused));
    g_assert_cmpstr(refused.key, ==, "solution.error.text");
}

static void step(NounTest *test, SolutionId id, SolutionState to, const char *refused_key)
{
    InputError refused = {0};
    bool moved =
        solution_set_state(test->tx, test->arena, id, find(test, id).version, to, test->sara, test->now + 5, &refused);
    g_assert_cmpstr(refused.key, ==, refused_key);
    g_assert_cmpint(moved, ==, refused_key == NULL);
}

static void test_states(NounTest *test)
{
    Shelf shelf = shelf_make(test);
    SolutionId id = solution_make(test, "Perde", shelf.v2, shelf.leak, 0);
    step(test, id, SOLUTION_PUBLISHED, "solution.error.state"); /* unread */
    step(test, id, SOLUTION_REVIEWED, NULL);
    step(test, id, SOLUTION_PUBLISHED, NULL);
    g_assert_cmpint(find(test, id).state_by.value, ==, test->sara.value);
    g_assert_cmpint(find(test, id).state_at, ==, test->now + 5);

    Solution changed = find(test, id);
    InputError refused = {0};
    changed.title = "Perde acqua";
    g_assert_true(solution_edit(test->tx, test->arena, &changed, test->sara, test->now, &refused));
    changed = find(test, id);
    g_assert_cmpint(changed.state, ==, SOLUTION_PUBLISHED);
    changed.text = "Cambiare la guarnizione e la valvola.";
    g_assert_true(solution_edit(test->tx, test->arena, &changed, test->sara, test->now, &refused));
    g_assert_cmpint(find(test, id).state, ==, SOLUTION_DRAFT);
    g_assert_false(solution_edit(test->tx, test->arena, &changed, test->sara, test->now, &refused));
    g_assert_cmpstr(refused.key, ==, "solution.error.stale");

    step(test, id, SOLUTION_RETIRED, NULL);
    g_assert_false(solution_use(test->tx, test->arena, id, &refused));
    g_assert_cmpstr(refused.key, ==, "solution.error.retired");
    g_assert_cmpuint(solution_suggest(test->tx, test->arena, shelf.v2, shelf.leak, 5).count, ==, 0);
}

static void test_suggest_by_use(NounTest *test)
{
    Shelf shelf = shelf_make(test);
    SolutionId rare = solution_make(test, "rare", shelf.v2, shelf.leak, 1);
    SolutionId often = solution_make(test, "often", shelf.v2, shelf.leak, 3);
    SolutionId elsewhere = solution_make(test, "elsewhere", shelf.mono, shelf.leak, 9);
    SolutionId anywhere = solution_make(test, "anywhere", (ProductId){0}, shelf.leak, 8);
    SolutionId other = solution_make(test, "other problem", shelf.v2, shelf.noise, 7);
    solution_make(test, "neither", shelf.mono, shelf.noise, 99);

    const SolutionId expected[] = {often, rare, elsewhere, anywhere, other};
    SolutionList list = solution_suggest(test->tx, test->arena, shelf.v2, shelf.leak, 10);
    g_assert_cmpuint(list.count, ==, G_N_ELEMENTS(expected));
    for (size_t i = 0; i < list.count; i++)
        g_assert_cmpint(list.items[i].id.value, ==, expected[i].value);
    g_assert_cmpuint(solution_suggest(test->tx, test->arena, shelf.v2, shelf.leak, 2).count, ==, 2);
    list = solution_suggest(test->tx, test->arena, shelf.v2, (CodeId){0}, 1);
    g_assert_cmpint(list.items[0].id.value, ==, other.value);
    g_assert_cmpuint(solution_suggest(test->tx, test->arena, (ProductId){0}, (CodeId){0}, 5).count, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    noun_test_each_engine("/solution/add", test_add_is_a_draft_with_its_author);
    noun_test_each_engine("/solution/states", test_states);
    noun_test_each_engine("/solution/suggest", test_suggest_by_use);
    return g_test_run();
}
