/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: marks of a query's words in a text. How: the text is read word by word as it was for the index; a word matches
 * if any word of the query has its stem, in either language. Single words of a phrase are marked too: the eye puts them
 * together, and the place shown first is where most of the query's words stand close to each other.
 */
#include "search/excerpt.h"

#include <string.h>

enum { HIT_MAX = 200, LEAD_BYTES = 40 };

typedef struct Hit {
    size_t start, end;
} Hit;

typedef struct Marking {
    const SearchQuery *query;
    WordStemmer *stemmer[2];
    Hit hits[HIT_MAX];
    size_t count;
} Marking;

static bool form_matches(const SearchTerm *term, const char *stem)
{
    for (size_t i = 0; i < term->form_count; i++)
        if (strcmp(term->forms[i], stem) == 0)
            return true;
    return false;
}

static bool term_matches(const SearchTerm *term, const char *word, const char *stem, SearchLanguage language)
{
    for (size_t i = 0; i < term->count; i++)
        if (strcmp(term->words[i].stem[language], stem) == 0)
            return true;
    return term->prefix && (g_str_has_prefix(word, term->words[term->count - 1].word) || form_matches(term, stem));
}

static bool word_matches(Marking *marking, const SearchWord *word)
{
    for (SearchLanguage language = SEARCH_ITALIAN; language <= SEARCH_ENGLISH; language++) {
        const char *stem = word_stem(marking->stemmer[language], word->text, word->is_letters);
        for (size_t i = 0; i < marking->query->count; i++)
            if (term_matches(&marking->query->terms[i], word->text, stem, language))
                return true;
    }
    return false;
}

static void find_hits(Marking *marking, Bytes source)
{
    WordReader reader;
    SearchWord word;
    word_reader_init(&reader, source);
    while (marking->count < HIT_MAX && word_next(&reader, &word))
        if (word_matches(marking, &word))
            marking->hits[marking->count++] = (Hit){word.start, word.end};
}

/* The hit from which an excerpt's length holds the most hits. */
static size_t best_hit(const Marking *marking)
{
    size_t best = 0, most = 0;
    for (size_t first = 0, last = 0; first < marking->count; first++) {
        while (last < marking->count &&
               marking->hits[last].end <= marking->hits[first].start + EXCERPT_BYTES - LEAD_BYTES)
            last++;
        if (last - first > most) {
            most = last - first;
            best = first;
        }
    }
    return best;
}

static size_t back_to_word(const char *source, size_t at)
{
    size_t limit = at > LEAD_BYTES ? at - LEAD_BYTES : 0;
    if (limit == 0)
        return 0;
    while (limit < at && source[limit] != ' ' && source[limit] != '\n')
        limit++;
    while (limit < at && (source[limit] == ' ' || source[limit] == '\n'))
        limit++;
    return limit;
}

static size_t end_at_character(const char *source, size_t start, size_t size)
{
    size_t end = MIN(start + EXCERPT_BYTES, size);
    while (end > start && end < size && ((unsigned char)source[end] & 0xc0) == 0x80)
        end--;
    return end;
}

static const char *one_line(Arena *arena, const char *source, size_t size)
{
    char *line = arena_strndup(arena, source, size);
    for (char *at = line; *at; at++)
        if (g_ascii_iscntrl(*at))
            *at = ' ';
    return line;
}

static void set_marks(Excerpt *excerpt, const Marking *marking, size_t start, size_t end)
{
    for (size_t i = 0; i < marking->count && excerpt->count < EXCERPT_MARK_MAX; i++)
        if (marking->hits[i].start >= start && marking->hits[i].end <= end)
            excerpt->marks[excerpt->count++] =
                (ExcerptMark){marking->hits[i].start - start, marking->hits[i].end - start};
}

Excerpt excerpt_make(Arena *arena, const SearchQuery *query, const char *source)
{
    Marking *marking = ARENA_NEW(arena, Marking);
    size_t size = strlen(source), start = 0;
    marking->query = query;
    marking->stemmer[0] = word_stemmer_new(SEARCH_ITALIAN);
    marking->stemmer[1] = word_stemmer_new(SEARCH_ENGLISH);
    find_hits(marking, (Bytes){(const uint8_t *)source, size});
    word_stemmer_free(marking->stemmer[0]);
    word_stemmer_free(marking->stemmer[1]);
    if (marking->count)
        start = back_to_word(source, marking->hits[best_hit(marking)].start);
    size_t end = end_at_character(source, start, size);
    Excerpt excerpt = {one_line(arena, source + start, end - start), start > 0, end < size, {{0}}, 0};
    set_marks(&excerpt, marking, start, end);
    return excerpt;
}
