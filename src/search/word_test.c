/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Words and stems. Stems are those of libstemmer's published vocabularies (snowballstem.org, italian/output.txt and
 * english/output.txt) for unaccented words; the rest is worked out by hand from word.h.
 */
#include "search/word.h"

#include <glib.h>
#include <string.h>

/* The words of text joined by blanks, a "+" before a joined one. */
static char *words_of_bytes(Bytes text)
{
    GString *out = g_string_new(NULL);
    WordReader reader;
    SearchWord word;
    word_reader_init(&reader, text);
    while (word_next(&reader, &word)) {
        g_assert_cmpuint(word.start, <, word.end);
        g_assert_cmpuint(word.end, <=, text.size);
        g_assert_cmpuint(strlen(word.text), <=, SEARCH_WORD_MAX);
        g_string_append(out, out->len ? " " : "");
        g_string_append(out, word.joined ? "+" : "");
        g_string_append(out, word.text);
    }
    return g_string_free(out, FALSE);
}

static void assert_words(const char *text, const char *expected)
{
    g_autofree char *words = words_of_bytes(bytes_of(text));
    g_assert_cmpstr(words, ==, expected);
}

static void test_words(void)
{
    assert_words("", "");
    assert_words(" .,;! \n", "");
    assert_words("La caldaia PERDE acqua.", "la caldaia perde acqua");
    assert_words("Perché è già così? Città, più, ÜBER, naïve", "perche e gia cosi citta piu uber naive");
    assert_words("perche\xcc\x81", "perche"); /* a combining acute */
    assert_words("cal\xc2\xad"
                 "daia",
                 "caldaia");                   /* a soft hyphen */
    assert_words("ﬁltro ２４V", "filtro 24v"); /* compatibility forms */
    assert_words("AB-12/4 x.y", "ab +12 +4 x +y");
    assert_words("anna@panificio.it", "anna +panificio +it");
    assert_words("a\xff"
                 "b",
                 "a b"); /* not UTF-8: parts words */
}

static void test_apostrophes(void)
{
    assert_words("l'acqua dell'impianto un’ora C'è", "acqua impianto ora");
    assert_words("the customer's boiler doesn't", "the customer boiler doesn");
    assert_words("O'Brien rock'n'roll", "o +brien rock +roll");
    assert_words("'caldaia'", "caldaia");
    assert_words("l'", "l"); /* nothing follows: a letter like any other */
}

static void test_nul_and_length(void)
{
    static const uint8_t bytes[] = {'a', 'b', 0, 'c', 'd'};
    g_autofree char *words = words_of_bytes((Bytes){bytes, sizeof bytes});
    g_assert_cmpstr(words, ==, "ab cd");
    g_autofree char *huge = g_strnfill(1 << 20, 'x');
    g_autofree char *one = words_of_bytes(bytes_of(huge));
    g_assert_cmpuint(strlen(one), ==, SEARCH_WORD_MAX);
    g_autofree char *accents = g_strdup("\xe2\xb7\xa0"); /* marks alone are no word */
    assert_words(accents, "");
}

static void assert_stem(SearchLanguage language, const char *word, const char *expected)
{
    WordStemmer *stemmer = word_stemmer_new(language);
    g_assert_cmpstr(word_stem(stemmer, word, true), ==, expected);
    word_stemmer_free(stemmer);
}

static void test_stems(void)
{
    assert_stem(SEARCH_ITALIAN, "perde", "perd");
    assert_stem(SEARCH_ITALIAN, "perdono", "perd");
    assert_stem(SEARCH_ITALIAN, "perdite", "perd");
    assert_stem(SEARCH_ITALIAN, "caldaia", "caldai");
    assert_stem(SEARCH_ITALIAN, "caldaie", "caldai");
    assert_stem(SEARCH_ENGLISH, "leaking", "leak");
    assert_stem(SEARCH_ENGLISH, "leaks", "leak");
    assert_stem(SEARCH_ENGLISH, "payments", "payment");
    WordStemmer *stemmer = word_stemmer_new(SEARCH_ENGLISH);
    g_assert_cmpstr(word_stem(stemmer, "ab12s", false), ==, "ab12s"); /* a code has no endings */
    word_stemmer_free(stemmer);
}

/* The tables are searched by halves: one word out of order would hide others. So each is asked for. */
static void test_function_words(void)
{
    static const char all[] = "abbiamo ai al alla alle anche che ci con da dal dalla degli dei del della delle dello "
                              "di e ed gli grazie ha ho il "
                              "la le lo ma mi nel nella non o per piu quando questa questo sono su un una uno vi am an "
                              "and are at been but by can "
                              "did does for from had has have is it my not of or our please that the there this to was "
                              "we were when will with "
                              "would you your a be do i in me no on se si";
    g_auto(GStrv) words = g_strsplit(all, " ", -1);
    for (char **word = words; *word; word++)
        if (!word_is_function_word(*word))
            g_error("%s is not found", *word);
    g_assert_false(word_is_function_word("caldaia"));
    g_assert_false(word_is_function_word(""));
}

static void test_languages(void)
{
    g_assert_cmpint(word_guess_language(bytes_of("La caldaia non parte e perde acqua"), NULL), ==, SEARCH_ITALIAN);
    g_assert_cmpint(word_guess_language(bytes_of("The boiler does not start and it is leaking"), NULL), ==,
                    SEARCH_ENGLISH);
    g_assert_cmpint(word_guess_language(bytes_of("Caldaia E12"), NULL), ==, SEARCH_ANY_LANGUAGE);
    g_assert_cmpint(word_guess_language(bytes_of("la caldaia non parte / the boiler does not start"), NULL), ==,
                    SEARCH_ANY_LANGUAGE);
    g_assert_cmpint(word_guess_language(bytes_of(""), NULL), ==, SEARCH_ANY_LANGUAGE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/word/words", test_words);
    g_test_add_func("/word/apostrophes", test_apostrophes);
    g_test_add_func("/word/nul-and-length", test_nul_and_length);
    g_test_add_func("/word/stems", test_stems);
    g_test_add_func("/word/function-words", test_function_words);
    g_test_add_func("/word/languages", test_languages);
    return g_test_run();
}
