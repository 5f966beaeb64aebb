/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * query: what a person typed into the search box, understood. Answers: "which words, in which order, are wanted?"
 *
 * The language: words (all must be there, in any order, in any of their forms), "words in quotes" (side by side), and
 * prefix* (the beginning of a word, of three letters or more). A word with signs inside, as in AB-12/4, is searched side by side. Everything else
 * is literal or nothing: NEAR, AND, col:, parentheses are words or separators, and no sign reaches an engine.
 * Not the engines' query languages: index.c has those written. Called by: search/, and whoever marks what was found.
 *
 * Pure. Memory: a query lives in the arena given. Errors: none; what holds no word is an empty query, which finds
 * nothing. Only the first SEARCH_QUERY_MAX bytes, SEARCH_TERM_MAX terms and SEARCH_PHRASE_MAX words of a term count.
 *
 * Invariants:
 *  1. Whatever was typed, the texts written for the engines are well-formed, and hold no more than what word.h calls
 *     words, between signs of ours.
 *  2. Function words are left out unless nothing else is asked, or they stand in quotes.
 *
 * Example:
 *     SearchQuery query = search_query_parse(arena, bytes_of("caldaia \"non parte\" accens*"));
 */
#ifndef FILO_SEARCH_QUERY_H
#define FILO_SEARCH_QUERY_H

#include "base/arena.h"
#include "search/word.h"

#define SEARCH_QUERY_MAX 500
#define SEARCH_TERM_MAX 10
#define SEARCH_PHRASE_MAX 10
#define SEARCH_FORM_MAX 12

/* One word of a term: as written, and its stem by language. */
typedef struct SearchTermWord {
    const char *word;
    const char *stem[2]; /* SEARCH_ITALIAN, SEARCH_ENGLISH */
    bool is_letters;
} SearchTermWord;

/* One word, or several that stand side by side; a prefix is the beginning of the last. */
typedef struct SearchTerm {
    SearchTermWord words[SEARCH_PHRASE_MAX];
    size_t count;
    bool quoted;
    bool prefix;
    /* Of a prefix alone: stems shorter than it of words that begin with it ("perdit" → "perd", of perdita). */
    const char *forms[SEARCH_FORM_MAX];
    size_t form_count;
} SearchTerm;

typedef struct SearchQuery {
    SearchTerm *terms;
    size_t count;
} SearchQuery;

SearchQuery search_query_parse(Arena *arena, Bytes typed);

/* The query as an FTS5 expression over the columns title and body; as a tsquery. NULL for an empty query. */
char *search_query_to_fts5(Arena *arena, const SearchQuery *query);
char *search_query_to_tsquery(Arena *arena, const SearchQuery *query);

#endif
