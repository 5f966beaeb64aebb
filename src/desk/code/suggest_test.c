/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/code/suggest.h"

#include "desk/noun_testing.h"
#include "desk/product/product.h"

static void test_words(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SuggestWords words = suggest_words(arena, "Perché la V2 perde: PERDE acqua, n. 10234!  E07?");
    g_assert_cmpuint(words.count, ==, 4);
    g_assert_cmpstr(words.items[0], ==, "perche");
    g_assert_cmpstr(words.items[1], ==, "perde");
    g_assert_cmpstr(words.items[2], ==, "acqua");
    g_assert_cmpstr(words.items[3], ==, "e07");
    g_assert_cmpuint(suggest_words(arena, "").count, ==, 0);
    g_assert_cmpuint(suggest_words(arena, "aa bb 123 !!").count, ==, 0);
}

static void test_words_are_bounded(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; i < 1000; i++)
        g_string_append_printf(text, "word%d ", i);
    g_assert_cmpuint(suggest_words(arena, text->str).count, ==, SUGGEST_WORDS_MAX);
    g_string_assign(text, "");
    for (int i = 0; i < 1000; i++)
        g_string_append_c(text, 'x'); /* one endless word is no word */
    g_assert_cmpuint(suggest_words(arena, text->str).count, ==, 0);
}

/* By hand. "leak": 8 of 10 cases code 1, 2 of 10 code 2: shares 8·1000/12 = 666 and 166. "not": 5 and 5: 416 each.
 * Code 1: 1082, code 2: 582. */
static void test_rank_by_shares(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const CodeEvidence evidence[] = {
        {"leak", {1}, 8, 0}, {"leak", {2}, 2, 0}, {"not", {1}, 5, 0}, {"not", {2}, 5, 0}, {"gone", {3}, 0, 0}};
    CodeSuggestions best = suggest_rank(arena, evidence, G_N_ELEMENTS(evidence));
    g_assert_cmpuint(best.count, ==, 2); /* what was unlearnt is not offered */
    g_assert_cmpint(best.items[0].code.value, ==, 1);
    g_assert_cmpint(best.items[0].score, ==, 1082);
    g_assert_cmpstr(best.items[0].word, ==, "leak");
    g_assert_cmpint(best.items[0].uses, ==, 8);
    g_assert_cmpint(best.items[1].score, ==, 582);
    g_assert_cmpstr(best.items[1].word, ==, "not");
}

/* The same word: code 1 has 3 cases elsewhere, code 2 has 2 of this product, worth 6. 6000/11 = 545 beats 3000/11. */
static void test_rank_prefers_the_same_product(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const CodeEvidence evidence[] = {{"slow", {1}, 3, 0}, {"slow", {2}, 2, 2}};
    CodeSuggestions best = suggest_rank(arena, evidence, G_N_ELEMENTS(evidence));
    g_assert_cmpint(best.items[0].code.value, ==, 2);
    g_assert_cmpint(best.items[0].score, ==, 545);
    g_assert_cmpint(best.items[1].score, ==, 272);
}

static void test_rank_gives_five_in_a_fixed_order(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    CodeEvidence evidence[8];
    for (int i = 0; i < 8; i++)
        evidence[i] = (CodeEvidence){"word", {8 - i}, 1, 0};
    CodeSuggestions best = suggest_rank(arena, evidence, 8);
    g_assert_cmpuint(best.count, ==, SUGGEST_MAX);
    for (size_t i = 0; i < best.count; i++)
        g_assert_cmpint(best.items[i].code.value, ==, (int64_t)i + 1);
    g_assert_cmpuint(suggest_rank(arena, NULL, 0).count, ==, 0);
}

typedef struct Shop {
    ProductId v2, mono;
    Code leak, noise, slow;
    SuggestWords leaking, noisy;
} Shop;

static ProductId product_make(NounTest *test, const char *name)
{
    ProductId id;
    InputError refused;
    Product product = {.name = name, .role = PRODUCT_MADE, .kind = PRODUCT_GOODS};
    g_assert_true(product_add(test->tx, test->arena, &product, name, &id, &refused));
    return id;
}

static Shop shop_open(NounTest *test)
{
    Shop shop = {.v2 = product_make(test, "V2"), .mono = product_make(test, "Mono")};
    code_install(test->tx, test->arena);
    code_find_key(test->tx, test->arena, CODE_SYMPTOM, "leak", &shop.leak);
    code_find_key(test->tx, test->arena, CODE_SYMPTOM, "noise", &shop.noise);
    code_find_key(test->tx, test->arena, CODE_SYMPTOM, "slow", &shop.slow);
    shop.leaking = suggest_words(test->arena, "La macchina perde acqua");
    shop.noisy = suggest_words(test->arena, "La macchina fischia");
    for (int i = 0; i < 3; i++)
        suggest_learn(test->tx, &shop.leaking, shop.v2, shop.leak.id, 1);
    suggest_learn(test->tx, &shop.noisy, shop.v2, shop.noise.id, 1);
    return shop;
}

static void test_suggest_from_what_was_coded(NounTest *test)
{
    Shop shop = shop_open(test);
    SuggestWords asked = suggest_words(test->arena, "Perde ACQUA da ieri");
    CodeSuggestions best = code_suggest(test->tx, test->arena, &asked, shop.mono, NULL);
    g_assert_cmpint(best.items[0].code.value, ==, shop.leak.id.value);
    g_assert_cmpstr(best.items[0].word, ==, "perde");
    g_assert_cmpint(best.items[0].uses, ==, 3);

    asked = suggest_words(test->arena, "fischia forte");
    best = code_suggest(test->tx, test->arena, &asked, shop.mono, NULL);
    g_assert_cmpint(best.items[0].code.value, ==, shop.noise.id.value); /* one case of the word, three of the product */
    g_assert_cmpstr(best.items[0].word, ==, "fischia");
    g_assert_cmpint(best.items[1].code.value, ==, shop.leak.id.value);
}

static void test_suggest_by_product_alone(NounTest *test)
{
    Shop shop = shop_open(test);
    SuggestWords none = {.count = 0};
    CodeSuggestions best = code_suggest(test->tx, test->arena, &none, shop.v2, NULL);
    g_assert_cmpuint(best.count, ==, 2);
    g_assert_cmpint(best.items[0].code.value, ==, shop.leak.id.value);
    g_assert_cmpstr(best.items[0].word, ==, "");
    g_assert_cmpint(best.items[0].uses, ==, 3);
}

static void test_unlearning_and_retiring(NounTest *test)
{
    Shop shop = shop_open(test);
    InputError refused;
    suggest_learn(test->tx, &shop.noisy, shop.v2, shop.noise.id, -1);
    CodeSuggestions best = code_suggest(test->tx, test->arena, &shop.noisy, shop.v2, NULL);
    g_assert_cmpuint(best.count, ==, 1);

    g_assert_true(
        code_retire(test->tx, test->arena, shop.leak.id, shop.leak.version, shop.slow.id, test->now, &refused));
    best = code_suggest(test->tx, test->arena, &shop.leaking, shop.v2, NULL);
    g_assert_cmpuint(best.count, ==, 1);
    g_assert_cmpint(best.items[0].code.value, ==, shop.slow.id.value);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/suggest/words", test_words);
    g_test_add_func("/suggest/words-bounded", test_words_are_bounded);
    g_test_add_func("/suggest/shares", test_rank_by_shares);
    g_test_add_func("/suggest/same-product", test_rank_prefers_the_same_product);
    g_test_add_func("/suggest/five", test_rank_gives_five_in_a_fixed_order);
    noun_test_each_engine("/suggest/coded", test_suggest_from_what_was_coded);
    noun_test_each_engine("/suggest/product", test_suggest_by_product_alone);
    noun_test_each_engine("/suggest/unlearn", test_unlearning_and_retiring);
    return g_test_run();
}
