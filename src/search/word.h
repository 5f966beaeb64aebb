/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * word: text cut into the words that are searched. Answers: "is this word that word?"
 *
 * A word is a run of letters and digits, lower-case, without accents ("Perché" is "perche"), at most SEARCH_WORD_MAX
 * bytes; what is longer is cut. An elided article or preposition before an apostrophe (l', dell', un') is no word, nor
 * is a single letter after one (customer's). A stem is what is left of a word of letters without its ending, by
 * libstemmer's rules for a language; words with digits keep theirs.
 * Both engines are given the same stems, made here, so that they find the same texts: FTS5 has no Italian stemmer and
 * PostgreSQL's dictionaries keep accents, drop words and cut codes in their own way.
 * Not for display (base/text.h) nor for names' order (text_sort_key). Called by: search/ only.
 *
 * Pure. Memory: a word's text lives in the reader until the next one; a stem in the stemmer until the next one.
 * Errors: none; bytes that are not UTF-8, and NUL, part words.
 *
 * Invariants:
 *  1. A word is made of letters and digits alone: no quote, operator or space of a query language can be in it.
 *  2. The same text gives the same words; the index depends on it (index.h, search_remove).
 *
 * Example:
 *     WordReader reader;
 *     SearchWord word;
 *     word_reader_init(&reader, bytes_of("L'acqua è finita"));
 *     while (word_next(&reader, &word)) ...            // acqua, e, finita
 */
#ifndef FILO_SEARCH_WORD_H
#define FILO_SEARCH_WORD_H

#include "base/bytes.h"
#include "search_language_enum.h"

#include <stdbool.h>

#define SEARCH_WORD_MAX 40

typedef struct SearchWord {
    const char *text; /* ends with NUL */
    size_t start;     /* bytes start … end of the source are the word as written */
    size_t end;
    bool joined;     /* no white space since the word before: "AB-12" is ab and, joined, 12 */
    bool is_letters; /* nothing but letters */
} SearchWord;

typedef struct WordReader {
    Bytes source;
    size_t at;
    bool gap; /* white space since the last word */
    char text[SEARCH_WORD_MAX + 8];
    size_t size;
} WordReader;

void word_reader_init(WordReader *reader, Bytes source);

/* false at the end. */
bool word_next(WordReader *reader, SearchWord *word_out);

/* Yours: word_stemmer_free. language is Italian or English. */
typedef struct sb_stemmer WordStemmer; /* libstemmer's */
WordStemmer *word_stemmer_new(SearchLanguage language);
void word_stemmer_free(WordStemmer *stemmer);
const char *word_stem(WordStemmer *stemmer, const char *word, bool is_letters);

/* Articles, prepositions and the like of either language: a search for several words goes without them. */
bool word_is_function_word(const char *word);

/* The language its function words speak for; SEARCH_ANY_LANGUAGE when they say nothing or both. *words_out (NULL: not
 * wanted) gets how many words that was told from. */
SearchLanguage word_guess_language(Bytes text, int *words_out);

#endif
