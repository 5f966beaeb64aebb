/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What is typed into the search box, as the engines get it. Expected texts by hand from query.h and the two engines'
 * manuals (sqlite.org/fts5.html §3, PostgreSQL 15 §8.11.2).
 */
#include "search/query.h"

#include <string.h>

static char *fts5_of_bytes(Arena *arena, Bytes typed)
{
    SearchQuery query = search_query_parse(arena, typed);
    return search_query_to_fts5(arena, &query);
}

static void assert_query(const char *typed, const char *fts5, const char *tsquery)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    SearchQuery query = search_query_parse(arena, bytes_of(typed));
    g_assert_cmpstr(search_query_to_fts5(arena, &query), ==, fts5);
    g_assert_cmpstr(search_query_to_tsquery(arena, &query), ==, tsquery);
}

static void test_words(void)
{
    assert_query("", NULL, NULL);
    assert_query(" \t\n", NULL, NULL);
    assert_query("E12", "((\"e12\"))", "(('e12'))");
    assert_query("perdite", "((\"perd\") OR (\"perdit\"))", "(('perd') | ('perdit'))");
    assert_query("la caldaia", "((\"caldai\") OR (\"caldaia\"))", "(('caldai') | ('caldaia'))");
    assert_query("the", "((\"the\"))", "(('the'))"); /* nothing else is asked */
    assert_query("x1 y2", "((\"x1\")) AND ((\"y2\"))", "(('x1')) & (('y2'))");
}

static void test_phrases(void)
{
    assert_query("\"x1 di y2\"", "((\"x1 di y2\"))", "(('x1' <-> 'di' <-> 'y2'))");
    assert_query("AB-12/4", "((\"ab 12 4\"))", "(('ab' <-> '12' <-> '4'))");
    assert_query("x1\"y2 z3\"w4", "((\"x1\")) AND ((\"y2 z3\")) AND ((\"w4\"))",
                 "(('x1')) & (('y2' <-> 'z3')) & (('w4'))");
    assert_query("\"\"", NULL, NULL);
}

static void test_prefixes(void)
{
    assert_query("ab1*", "((\"ab1\" *))", "(('ab1':*))");
    assert_query("AB-123*", "((\"ab 123\" *))", "(('ab' <-> '123':*))");
    assert_query("x1*", "((\"x1\"))", "(('x1'))"); /* too short: a word like any other */
    assert_query("*", NULL, NULL);
    assert_query("x1*y2", "((\"x1 y2\"))", "(('x1' <-> 'y2'))"); /* a star inside is a sign */
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const char *perdit = fts5_of_bytes(arena, bytes_of("perdit*"));
    g_assert_nonnull(strstr(perdit, "\"perdit\" *"));
    g_assert_nonnull(strstr(perdit, "OR \"perd\"")); /* the stem of perdita */
}

/* A54: the signs of both query languages are separators or plain words. */
static void test_hostile(void)
{
    assert_query("\"", NULL, NULL);
    assert_query("\"x1", "((\"x1\"))", "(('x1'))");
    assert_query("NEAR(x1 y2, 5)", "((\"near x1\")) AND ((\"y2\")) AND ((\"5\"))",
                 "(('near' <-> 'x1')) & (('y2')) & (('5'))");
    assert_query("title:x1", "((\"titl x1\"))", "(('titl' <-> 'x1'))");
    assert_query("-x1 +y2 ^z3", "((\"x1\")) AND ((\"y2\")) AND ((\"z3\"))", "(('x1')) & (('y2')) & (('z3'))");
    assert_query("xy1:* ) | ! & '", "((\"xy1\" *))", "(('xy1':*))");
    assert_query("'x1' <-> \\'y2", "((\"x1\")) AND ((\"y2\"))", "(('x1')) & (('y2'))");
    assert_query("{scope} : x1", "((\"scop\") OR (\"scope\")) AND ((\"x1\"))", "(('scop') | ('scope')) & (('x1'))");
    assert_query("x1 OR y2", "((\"x1\")) AND ((\"y2\"))", "(('x1')) & (('y2'))"); /* "or" is a function word */
    assert_query("%_%", NULL, NULL);
    assert_query("\xc2\xb7 \xff\xfe", NULL, NULL);
}

static void test_nul_and_length(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    static const uint8_t nul[] = {'x', '1', 0, 'y', '2'};
    g_assert_cmpstr(fts5_of_bytes(arena, (Bytes){nul, sizeof nul}), ==, "((\"x1\")) AND ((\"y2\"))");
    GString *huge = g_string_new(NULL);
    while (huge->len < 1 << 20)
        g_string_append(huge, "x1 ");
    SearchQuery many = search_query_parse(arena, (Bytes){(const uint8_t *)huge->str, huge->len});
    g_assert_cmpuint(many.count, ==, SEARCH_TERM_MAX);
    huge->str[0] = huge->str[huge->len - 1] = '"';
    SearchQuery phrase = search_query_parse(arena, (Bytes){(const uint8_t *)huge->str, huge->len});
    g_assert_cmpuint(phrase.count, ==, SEARCH_TERM_MAX); /* its end lies beyond what is read: plain words */
    g_string_free(huge, TRUE);
    g_assert_cmpuint(arena_used(arena), <, 1 << 20);
}

/* Whatever the bytes, what is written is words between our own signs. */
static void test_any_bytes(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    static const char signs[] = "\"*()':&|!<>-+^{} \\nearANDOR\xc3\xa0\xff,1";
    uint64_t state = 7;
    for (int round = 0; round < 5000; round++) {
        uint8_t typed[48];
        for (size_t i = 0; i < sizeof typed; i++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            typed[i] = (uint8_t)signs[(state >> 33) % sizeof signs]; /* its NUL too */
        }
        SearchQuery query = search_query_parse(arena, (Bytes){typed, sizeof typed});
        for (size_t i = 0; i < query.count; i++)
            for (size_t j = 0; j < query.terms[i].count; j++)
                for (const char *at = query.terms[i].words[j].word; *at; at = g_utf8_next_char(at))
                    g_assert_true(g_unichar_isalnum(g_utf8_get_char(at)));
        arena_clear(arena);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/query/words", test_words);
    g_test_add_func("/query/phrases", test_phrases);
    g_test_add_func("/query/prefixes", test_prefixes);
    g_test_add_func("/query/hostile", test_hostile);
    g_test_add_func("/query/nul-and-length", test_nul_and_length);
    g_test_add_func("/query/any-bytes", test_any_bytes);
    return g_test_run();
}
