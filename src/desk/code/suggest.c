/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: counts words with codes, and ranks by shares. How: for each piece of evidence (a word of the subject, the
 * product) the share of its tickets that had the code is added up. Why not a proper classifier: three counts a person
 * can check explain every offer ("noise: 9 of 11"), one row a word keeps it right in the transaction of the coding, and
 * forgetting a ticket is a subtraction.
 */
#include "desk/code/suggest.h"

#include "base/text.h"
#include "suggest_sql.h"

#include <string.h>

enum {
    WORD_MIN = 4, /* "che" and "the" go with everything, also where few cases do not show it yet */
    CODE_MIN = 3, /* "E07" does not */
    WORD_MAX = 24,
    SHARE_ONE = 1000,
    DOUBT = 2,           /* tickets' worth: one single case is weak evidence */
    HERE_COUNTS = 3,     /* a case of the same product counts so many times */
    WORD_TO_PRODUCT = 2, /* what is said counts so many times what the product usually has */
};

/* ----------------------------------------------------------------------------------------------------------- words */

static bool words_have(const SuggestWords *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->items[i], word) == 0)
            return true;
    return false;
}

static bool is_telling(const char *word)
{
    glong length = g_utf8_strlen(word, -1);
    bool digit = strpbrk(word, "0123456789");
    return length >= (digit ? CODE_MIN : WORD_MIN) && length <= WORD_MAX && strspn(word, "0123456789") != strlen(word);
}

static const char *skip(const char *at, bool in_word)
{
    while (*at && g_unichar_isalnum(g_utf8_get_char(at)) == in_word)
        at = g_utf8_next_char(at);
    return at;
}

SuggestWords suggest_words(Arena *arena, const char *text)
{
    SuggestWords words = {.count = 0};
    const char *at = skip(text_sort_key(arena, text), false);
    while (*at && words.count < SUGGEST_WORDS_MAX) {
        const char *end = skip(at, true);
        const char *word = arena_strndup(arena, at, (size_t)(end - at));
        if (is_telling(word) && !words_have(&words, word))
            words.items[words.count++] = word;
        at = skip(end, false);
    }
    return words;
}

/* --------------------------------------------------------------------------------------------------------- ranking */

static int64_t weight(const CodeEvidence *evidence)
{
    int64_t uses = MAX(evidence->uses, 0), here = MAX(evidence->uses_here, 0);
    return uses + (HERE_COUNTS - 1) * here;
}

/* All cases of the word (or product) that this piece of evidence is one code's share of. */
static int64_t weight_of_word(const CodeEvidence *evidence, size_t count, const char *word)
{
    int64_t all = 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(evidence[i].word, word) == 0)
            all += weight(&evidence[i]);
    return all;
}

static int64_t share_of(const CodeEvidence *one, const CodeEvidence *evidence, size_t count)
{
    int64_t share = SHARE_ONE * weight(one) / (weight_of_word(evidence, count, one->word) + DOUBT);
    return *one->word ? share : share / WORD_TO_PRODUCT;
}

typedef struct Ranked {
    CodeSuggestion offer;
    int64_t best_share;
} Ranked;

static Ranked *find_or_add(Ranked *ranked, size_t *count, CodeId code)
{
    for (size_t i = 0; i < *count; i++)
        if (ranked[i].offer.code.value == code.value)
            return &ranked[i];
    ranked[*count] = (Ranked){.offer = {.code = code, .word = ""}};
    return &ranked[(*count)++];
}

static int compare_ranked(const void *left, const void *right)
{
    const CodeSuggestion *a = &((const Ranked *)left)->offer, *b = &((const Ranked *)right)->offer;
    if (a->score != b->score)
        return a->score > b->score ? -1 : 1;
    return a->code.value < b->code.value ? -1 : a->code.value > b->code.value;
}

CodeSuggestions suggest_rank(Arena *arena, const CodeEvidence *evidence, size_t count)
{
    Ranked *ranked = ARENA_ARRAY(arena, Ranked, count);
    size_t codes = 0;
    for (size_t i = 0; i < count; i++) {
        if (weight(&evidence[i]) == 0)
            continue;
        int64_t share = share_of(&evidence[i], evidence, count);
        Ranked *code = find_or_add(ranked, &codes, evidence[i].code);
        code->offer.score += share;
        if (share > code->best_share) {
            code->best_share = share;
            code->offer.word = evidence[i].word;
            code->offer.uses = evidence[i].uses;
        }
    }
    if (codes > 1)
        qsort(ranked, codes, sizeof *ranked, compare_ranked);
    CodeSuggestions best = {.count = MIN(codes, SUGGEST_MAX)};
    for (size_t i = 0; i < best.count; i++)
        best.items[i] = ranked[i].offer;
    return best;
}

/* -------------------------------------------------------------------------------------------------------- counting */

void suggest_learn(StoreTx *tx, const SuggestWords *words, ProductId product, CodeId problem, int64_t by)
{
    if (!product.value || !problem.value)
        return;
    sql_code_word_count(tx, &(SqlCodeWordCountIn){"", problem, product, by});
    for (size_t i = 0; i < words->count; i++)
        sql_code_word_count(tx, &(SqlCodeWordCountIn){words->items[i], problem, product, by});
}

typedef struct Gathering {
    StoreTx *tx;
    Arena *arena;
    ProductId product;
    CodeRows codes; /* the whole list, retired ones too */
    GArray *evidence;
} Gathering;

static const Code *find_in(const CodeRows *codes, CodeId id)
{
    for (size_t i = 0; i < codes->count; i++)
        if (codes->items[i].id.value == id.value)
            return &codes->items[i];
    return NULL;
}

/* The code as it stands today, or NULL when nothing took the place of a retired one. */
static const Code *code_today(const CodeRows *codes, CodeId id)
{
    const Code *code = find_in(codes, id);
    for (size_t steps = 0; code && code->retired_at && steps < codes->count; steps++)
        code = find_in(codes, code->replaced_by);
    return code;
}

static void gather_word(Gathering *gathering, const SqlCodeWordOfWordsList *rows, const char *word)
{
    for (size_t i = 0; i < rows->count; i++) {
        const SqlCodeWordOfWords *row = &rows->rows[i];
        const Code *code = strcmp(row->word, word) == 0 ? code_today(&gathering->codes, row->code_id) : NULL;
        CodeEvidence one = {word, code ? code->id : (CodeId){0}, row->uses, row->uses_here};
        if (code)
            g_array_append_val(gathering->evidence, one);
    }
}

/* The product first, then the words as they were said: of equal reasons the first is named. */
static void gather(Gathering *gathering, const SuggestWords *words)
{
    const char *word[SUGGEST_WORDS_MAX];
    for (size_t i = 0; i < SUGGEST_WORDS_MAX; i++)
        word[i] = i < words->count ? words->items[i] : "";
    SqlCodeWordOfWordsIn in = {
        gathering->product, word[0], word[1], word[2], word[3], word[4], word[5], word[6], word[7], word[8], word[9],
        word[10],           word[11]};
    SqlCodeWordOfWordsList rows = sql_code_word_of_words(gathering->tx, gathering->arena, &in);
    gather_word(gathering, &rows, "");
    for (size_t i = 0; i < words->count; i++)
        gather_word(gathering, &rows, word[i]);
}

CodeSuggestions code_suggest(StoreTx *tx, Arena *arena, const SuggestWords *words, ProductId product,
                             const CodeRows *problems)
{
    g_autoptr(GArray) evidence = g_array_new(FALSE, FALSE, sizeof(CodeEvidence));
    Gathering gathering = {tx, arena, product, problems ? *problems : code_list(tx, arena, CODE_SYMPTOM, true),
                           evidence};
    gather(&gathering, words);
    return suggest_rank(arena, (const CodeEvidence *)(const void *)evidence->data, evidence->len);
}
