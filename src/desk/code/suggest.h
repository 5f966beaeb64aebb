/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * suggest: problem codes offered from what was coded before. Answers: "people wrote such words about this product: which
 * problem was it, those times?"
 *
 * Owns the table code_word: how often each word of a subject, and each product, went with each problem code. Nothing
 * learns by itself: coding.h says when a ticket got or lost a code. A suggestion is only offered; a person confirms.
 * Not for similar tickets or solutions (search, desk/solution). Called by: faces, desk/ticket/coding.
 *
 * suggest_words and suggest_rank are pure. Memory: results live in the arena given. Errors: none of its own; a failing
 * store marks the transaction.
 *
 * Invariants:
 *  1. A word counts once a subject; learning and unlearning the same ticket changes no offer.
 *  2. Only codes in use are offered; what was learnt of a replaced one counts for its replacement.
 *  3. A score is the sum of shares in thousandths: of those tickets with the word (the product), so many had the code.
 *     A word that goes with every code has small shares everywhere, so no list of empty words in any language is needed.
 *
 * Example:
 *     SuggestWords words = suggest_words(arena, ticket.subject);
 *     CodeSuggestions offered = code_suggest(tx, arena, &words, product, NULL);
 */
#ifndef FILO_DESK_CODE_SUGGEST_H
#define FILO_DESK_CODE_SUGGEST_H

#include "desk/code/code.h"

enum { SUGGEST_WORDS_MAX = 12, SUGGEST_MAX = 5 };

typedef struct SuggestWords {
    const char *items[SUGGEST_WORDS_MAX]; /* folded, each once */
    size_t count;
} SuggestWords;

/* The first words of a text, folded as sort keys are; of 4 to 24 characters (3 with a digit), and not bare
 * numbers. */
SuggestWords suggest_words(Arena *arena, const char *text);

/* How a word (or, when word is "", the product) went with a code. */
typedef struct CodeEvidence {
    const char *word;
    CodeId code;
    int64_t uses;      /* over all products */
    int64_t uses_here; /* of them, with the product asked about */
} CodeEvidence;

typedef struct CodeSuggestion {
    CodeId code;
    int64_t score;    /* thousandths; only for the order */
    const char *word; /* why: the word that said most, or "" for the product */
    int64_t uses;     /* of the tickets behind that, how many had this code */
} CodeSuggestion;

typedef struct CodeSuggestions {
    CodeSuggestion items[SUGGEST_MAX];
    size_t count;
} CodeSuggestions;

/* The best of the codes the evidence names; equal scores go by id, so that a page does not change by itself. */
CodeSuggestions suggest_rank(Arena *arena, const CodeEvidence *evidence, size_t count);

/* Up to SUGGEST_MAX problem codes; product {0}: not known yet. problems: the whole list, retired ones too, where the
 * caller has it; NULL: it is read. */
CodeSuggestions code_suggest(StoreTx *tx, Arena *arena, const SuggestWords *words, ProductId product,
                             const CodeRows *problems);

/* A ticket of the product with these words was given the problem code (by = 1), or lost it again (by = -1). */
void suggest_learn(StoreTx *tx, const SuggestWords *words, ProductId product, CodeId problem, int64_t by);

#endif
