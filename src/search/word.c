/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: characters to words to stems. How: one pass over UTF-8; ASCII by itself, the rest through GLib's decomposition,
 * of which the letters and digits stay and the accents go. Accents go before stemming: "perché" and "perche" must meet,
 * and people type without accents. Why not the engines' tokenizers: see word.h.
 */
#include "search/word.h"

#include "base/check.h"

#include <glib.h>
#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>

/* --- characters --------------------------------------------------------------------------------------------------- */

/* One character of the source; 0 for bytes that are none. */
static gunichar character_at(Bytes source, size_t at, size_t *size_out)
{
    const char *text = (const char *)source.data + at;
    *size_out = 1;
    if ((unsigned char)*text < 0x80)
        return (gunichar)*text;
    gunichar character = g_utf8_get_char_validated(text, (gssize)(source.size - at));
    if (character == (gunichar)-1 || character == (gunichar)-2)
        return 0;
    *size_out = (size_t)(g_utf8_next_char(text) - text);
    return character;
}

/* Written inside words without parting them: accents on their own, and where a line may break. */
static bool is_invisible(gunichar character)
{
    return character == 0xad || (character >= 0x200b && character <= 0x200d) || character == 0x2060 ||
           character == 0xfeff || g_unichar_ismark(character);
}

static bool is_apostrophe(gunichar character)
{
    return character == '\'' || character == 0x2019 || character == 0x2bc;
}

static void append_piece(WordReader *reader, gunichar piece)
{
    char utf8[6];
    gint size = g_unichar_to_utf8(g_unichar_tolower(piece), utf8);
    if (reader->size + (size_t)size > SEARCH_WORD_MAX)
        return;
    memcpy(reader->text + reader->size, utf8, (size_t)size);
    reader->size += (size_t)size;
}

static void append_folded(WordReader *reader, gunichar character)
{
    gunichar pieces[G_UNICHAR_MAX_DECOMPOSITION_LENGTH];
    if (reader->size >= SEARCH_WORD_MAX)
        return;
    if (character < 0x80) {
        reader->text[reader->size++] = g_ascii_tolower((char)character);
        return;
    }
    gsize count = g_unichar_fully_decompose(character, TRUE, pieces, G_N_ELEMENTS(pieces));
    for (gsize i = 0; i < count; i++)
        if (g_unichar_isalnum(pieces[i]))
            append_piece(reader, pieces[i]);
}

/* --- words -------------------------------------------------------------------------------------------------------- */

void word_reader_init(WordReader *reader, Bytes source)
{
    *reader = (WordReader){.source = source, .gap = true};
}

/* Moves to the next letter or digit; false at the end. */
static bool skip_to_word(WordReader *reader)
{
    size_t size;
    for (; reader->at < reader->source.size; reader->at += size) {
        gunichar character = character_at(reader->source, reader->at, &size);
        if (g_unichar_isalnum(character))
            return true;
        if (character == 0 || g_unichar_isspace(character))
            reader->gap = true;
    }
    return false;
}

static void read_letters(WordReader *reader, SearchWord *word)
{
    size_t size;
    reader->size = 0;
    *word = (SearchWord){.text = reader->text, .start = reader->at, .is_letters = true};
    for (; reader->at < reader->source.size; reader->at += size) {
        gunichar character = character_at(reader->source, reader->at, &size);
        if (g_unichar_isalnum(character)) {
            word->is_letters = word->is_letters && g_unichar_isalpha(character);
            append_folded(reader, character);
        } else if (!is_invisible(character)) {
            break;
        }
    }
    reader->text[reader->size] = '\0';
    word->end = reader->at;
}

static bool apostrophe_follows(const WordReader *reader)
{
    size_t size, ignored;
    if (reader->at >= reader->source.size || !is_apostrophe(character_at(reader->source, reader->at, &size)))
        return false;
    return reader->at + size < reader->source.size &&
           g_unichar_isalnum(character_at(reader->source, reader->at + size, &ignored));
}

static bool apostrophe_before(const WordReader *reader, size_t start)
{
    const uint8_t *data = reader->source.data;
    return (start >= 1 && data[start - 1] == '\'') || (start >= 3 && memcmp(data + start - 3, "\xe2\x80\x99", 3) == 0);
}

static int compare_words(const void *key, const void *row)
{
    return strcmp(key, *(const char *const *)row);
}

#define IS_ONE_OF(word, rows) (bsearch((word), (rows), G_N_ELEMENTS(rows), sizeof *(rows), compare_words) != NULL)

static bool is_elided(const WordReader *reader)
{
    static const char *const elided[] = {"all", "c",    "d",     "dall",  "dell", "gl",   "l", "m", "n",
                                         "nell", "quell", "quest", "s", "sull", "t", "un", "v"};
    return apostrophe_follows(reader) && IS_ONE_OF(reader->text, elided);
}

bool word_next(WordReader *reader, SearchWord *word_out)
{
    while (skip_to_word(reader)) {
        read_letters(reader, word_out);
        bool leftover = reader->size == 1 && apostrophe_before(reader, word_out->start);
        if (reader->size == 0 || leftover || is_elided(reader))
            continue;
        word_out->joined = !reader->gap;
        reader->gap = false;
        return true;
    }
    return false;
}

/* --- stems -------------------------------------------------------------------------------------------------------- */

WordStemmer *word_stemmer_new(SearchLanguage language)
{
    WordStemmer *stemmer = sb_stemmer_new(language == SEARCH_ITALIAN ? "italian" : "english", "UTF_8");
    check(stemmer);
    return stemmer;
}

void word_stemmer_free(WordStemmer *stemmer)
{
    sb_stemmer_delete(stemmer);
}

const char *word_stem(WordStemmer *stemmer, const char *word, bool is_letters)
{
    if (!is_letters)
        return word;
    const sb_symbol *stem = sb_stemmer_stem(stemmer, (const sb_symbol *)word, (int)strlen(word));
    check(stem); /* NULL only without memory */
    return *stem ? (const char *)stem : word;
}

/* --- languages ---------------------------------------------------------------------------------------------------- */

/* In C order, without accents. Words that both languages write (in, a, i, come, do) stand in the third table alone. */
static const char *const italian_words[] = {
    "abbiamo", "ai",   "al",    "alla",  "alle", "anche", "che",  "ci",   "con",    "da",     "dal",  "dalla", "degli", "dei",
    "del",     "della", "delle", "dello", "di",  "e",     "ed",   "gli",  "grazie", "ha",     "ho",   "il",    "la",    "le",
    "lo",      "ma",   "mi",    "nel",   "nella", "non",  "o",    "per",  "piu",    "quando", "questa", "questo", "sono", "su",
    "un",      "una",  "uno",   "vi"};
static const char *const english_words[] = {
    "am",  "an",   "and", "are", "at",  "been", "but",  "by",   "can", "did",  "does", "for",  "from", "had", "has",  "have",
    "is",  "it",   "my",  "not", "of",  "or",   "our",  "please", "that", "the", "there", "this", "to", "was", "we",  "were",
    "when", "will", "with", "would", "you", "your"};
static const char *const shared_words[] = {"a", "be", "do", "i", "in", "me", "no", "on", "se", "si"};

bool word_is_function_word(const char *word)
{
    return IS_ONE_OF(word, italian_words) || IS_ONE_OF(word, english_words) || IS_ONE_OF(word, shared_words);
}

SearchLanguage word_guess_language(Bytes text, int *words_out)
{
    enum { WORDS_READ = 300 };
    WordReader reader;
    SearchWord word;
    int italian = 0, english = 0, words = 0;
    word_reader_init(&reader, text);
    for (; words < WORDS_READ && word_next(&reader, &word); words++) {
        italian += IS_ONE_OF(word.text, italian_words);
        english += IS_ONE_OF(word.text, english_words);
    }
    if (words_out)
        *words_out = words;
    if (italian > english * 2)
        return SEARCH_ITALIAN;
    return english > italian * 2 ? SEARCH_ENGLISH : SEARCH_ANY_LANGUAGE;
}
