/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: counts the commonest words of Italian, of English and of their neighbours. How: by paragraphs, and asks after each
 * whether that is enough. Why lists and not letter triplets: a mail to customer care is two lines long and half of it is names
 * of products; its small words are few but sure, and a person can read why an answer was given.
 */
#include "desk/intake/tongue.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

enum { EVIDENCE_MIN = 3, WORDS_MIN = 4, WORDS_READ = 400, WORD_MAX = 24 };

typedef enum Tongue { TONGUE_ITALIAN, TONGUE_ENGLISH, TONGUE_OTHER, TONGUE_COUNT } Tongue;

typedef struct Tally {
    int words;
    int votes[TONGUE_COUNT];
} Tally;

/* --------------------------------------------------------------------------------------------------------------- words */

/* In C order, small letters, accents as they are written (and without, as they are typed). What a neighbour writes too
 * stands in both tables. */
static const char *const italian_words[] = {
    "abbiamo", "ai", "alla", "alle", "anche", "ancora", "avete", "avrei", "buonasera", "buongiorno", "c", "che", "ci",
    "ciao", "con", "cordiali", "cosa", "cui", "dal", "dalla", "degli", "dei", "del", "della", "delle", "dello", "di",
    "dopo", "e", "funziona", "gentile", "gentili", "gli", "grazie", "guasta", "guasto", "ha", "hanno", "ho", "il",
    "io", "l", "la", "le", "lo", "loro", "ma", "mi", "mia", "mio", "molto", "nei", "nel", "nella", "nelle", "non",
    "nostra", "nostro", "o", "ogni", "oppure", "per", "perche", "piu", "poi", "possibile", "potete", "potreste",
    "prego", "qualcuno", "quale", "quando", "quella", "quello", "questa", "questo", "quindi", "rotta", "rotto",
    "saluti", "salve", "sempre", "senza", "si", "siamo", "sono", "spett", "stata", "stato", "su", "sul", "sulla",
    "tra", "tutto", "un", "una", "vi", "vorrei", "vorremmo", "vostra", "vostro", "\xc3\xa8"};
static const char *const english_words[] = {
    "after", "am", "and", "any", "are", "at", "because", "been", "before", "broken", "but", "by", "can", "cannot",
    "could", "dear", "did", "does", "for", "from", "had", "has", "have", "he", "hello", "help", "here", "hi", "how",
    "if", "is", "it", "its", "my", "need", "not", "of", "on", "or", "our", "please", "regards", "she", "should",
    "since", "some", "still", "thank", "thanks", "that", "the", "there", "these", "they", "this", "to", "was", "we",
    "were", "what", "when", "where", "which", "who", "why", "will", "with", "without", "work", "working", "works",
    "would", "yes", "yesterday", "you", "your"};
/* French, German, Spanish, Portuguese, Dutch, Romanian. */
static const char *const other_words[] = {
    "al", "au", "auch", "auf", "aux", "avec", "bei", "bitte", "bonjour", "buna", "c", "ce", "cette", "con", "danke",
    "dans", "das", "dat", "de", "dem", "den", "der", "des", "deze", "du", "een", "ein", "eine", "el", "elle", "em",
    "es", "est", "este", "et", "gracias", "haben", "hat", "het", "hola", "ich", "ik", "il", "ist", "je", "l", "la",
    "las", "le", "les", "lo", "los", "ma", "mais", "merci", "mi", "mit", "mon", "muy", "ne", "nicht", "niet", "noch",
    "notre", "nous", "nu", "o", "obrigado", "os", "para", "pas", "pentru", "plus", "pour", "que", "qui", "sie",
    "sind", "sont", "su", "sunt", "sur", "um", "uma", "un", "una", "und", "une", "usted", "van", "voor", "votre",
    "vous", "wir", "y", "zu", "\xc3\xa0", "über"};

static int compare_words(const void *key, const void *row)
{
    return strcmp(key, *(const char *const *)row);
}

#define IS_ONE_OF(word, rows) (bsearch((word), (rows), G_N_ELEMENTS(rows), sizeof *(rows), compare_words) != NULL)

static bool is_apostrophe(gunichar character)
{
    return character == '\'' || character == 0x2019;
}

/* più, città, così, perché: French has a handful of such words, Spanish and Portuguese write other accents. */
static bool ends_as_italian(const char *word)
{
    static const char *const endings[] = {"ch\xc3\xa9", "\xc3\xa0", "\xc3\xac", "\xc3\xb2", "\xc3\xb9"};
    static const char *const french[] = {"d\xc3\xa9j\xc3\xa0", "l\xc3\xa0", "o\xc3\xb9", "voil\xc3\xa0"};
    bool ends = false;
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        ends = ends || (strlen(word) > strlen(endings[i]) && g_str_has_suffix(word, endings[i]));
    return ends && !IS_ONE_OF(word, french);
}

/* dell'acqua; don't, I've. after: the letters after the apostrophe, or "". */
static void count_elided(Tally *tally, const char *word, const char *after)
{
    static const char *const italian[] = {"all", "dall", "dell", "nell", "quell", "quest", "sull"};
    static const char *const english[] = {"ll", "m", "re", "t", "ve"};
    tally->votes[TONGUE_ITALIAN] += IS_ONE_OF(word, italian);
    tally->votes[TONGUE_ENGLISH] += IS_ONE_OF(after, english);
}

static void count_word(Tally *tally, const char *word)
{
    tally->words++;
    tally->votes[TONGUE_ITALIAN] += IS_ONE_OF(word, italian_words) || ends_as_italian(word);
    tally->votes[TONGUE_ENGLISH] += IS_ONE_OF(word, english_words);
    tally->votes[TONGUE_OTHER] += IS_ONE_OF(word, other_words);
}

/* ---------------------------------------------------------------------------------------------------------------- text */

/* The letters from text on, small; gives where they end. A longer word is cut, and so is none of ours. */
static const char *read_word(const char *text, const char *end, char word_out[WORD_MAX + 8])
{
    size_t size = 0;
    for (; text < end && g_unichar_isalpha(g_utf8_get_char(text)); text = g_utf8_next_char(text))
        if (size < WORD_MAX)
            size += (size_t)g_unichar_to_utf8(g_unichar_tolower(g_utf8_get_char(text)), word_out + size);
    word_out[size] = '\0';
    return text;
}

/* An address, a code, a version. */
static bool is_no_word(const char *chunk, const char *end)
{
    for (; chunk < end; chunk++)
        if (g_ascii_isdigit(*chunk) || strchr("@/\\_<>=#", *chunk))
            return true;
    return false;
}

/* What stands between two blanks. */
static void count_chunk(Tally *tally, const char *chunk, const char *end)
{
    char word[WORD_MAX + 8], after[WORD_MAX + 8];
    if (is_no_word(chunk, end))
        return;
    while (chunk < end) {
        const char *stop = read_word(chunk, end, word);
        if (stop == chunk) {
            chunk = g_utf8_next_char(chunk);
            continue;
        }
        count_word(tally, word);
        if (stop < end && is_apostrophe(g_utf8_get_char(stop))) {
            (void)read_word(g_utf8_next_char(stop), end, after);
            count_elided(tally, word, after);
        }
        chunk = stop;
    }
}

static void count_line(Tally *tally, const char *line, const char *end)
{
    while (line < end && tally->words < WORDS_READ) {
        const char *chunk = line;
        while (line < end && !g_unichar_isspace(g_utf8_get_char(line)))
            line = g_utf8_next_char(line);
        count_chunk(tally, chunk, line);
        if (line < end)
            line = g_utf8_next_char(line);
    }
}

static bool is_blank(const char *line, const char *end)
{
    while (line < end && g_unichar_isspace(g_utf8_get_char(line)))
        line = g_utf8_next_char(line);
    return line == end;
}

static bool is_signature_mark(const char *line, const char *end)
{
    return end - line >= 2 && strncmp(line, "--", 2) == 0 && is_blank(line + 2, end);
}

/* ------------------------------------------------------------------------------------------------------------- verdict */

static bool tells(const Tally *tally, Tongue tongue)
{
    int own = tally->votes[tongue], opposite = tally->votes[TONGUE_ENGLISH - tongue];
    return tally->words >= WORDS_MIN && own >= EVIDENCE_MIN && own > opposite * 2 && own > tally->votes[TONGUE_OTHER];
}

static bool verdict(const Tally *tally, Lang *lang_out)
{
    if (!tells(tally, TONGUE_ITALIAN) && !tells(tally, TONGUE_ENGLISH))
        return false;
    *lang_out = tells(tally, TONGUE_ITALIAN) ? LANG_IT : LANG_EN;
    return true;
}

/* Several languages at once are none. */
static bool believe(const Tally *tally, const char *hint, Lang *lang_out)
{
    if (!hint || strchr(hint, ',') || !lang_find(hint, lang_out))
        return false;
    Tongue said = *lang_out == LANG_IT ? TONGUE_ITALIAN : TONGUE_ENGLISH;
    return tally->votes[said] >= tally->votes[TONGUE_ENGLISH - said] &&
           tally->votes[said] >= tally->votes[TONGUE_OTHER];
}

bool tongue_guess(const char *text, const char *hint, Lang *lang_out)
{
    Tally tally = {0};
    const char *end;
    (void)g_utf8_validate(text, -1, &end);
    while (text < end && tally.words < WORDS_READ) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        stop = stop ? stop : end;
        if (is_signature_mark(text, stop))
            break;
        if (is_blank(text, stop) && verdict(&tally, lang_out))
            return true;
        if (*text != '>')
            count_line(&tally, text, stop);
        text = stop < end ? stop + 1 : end;
    }
    return verdict(&tally, lang_out) || believe(&tally, hint, lang_out);
}
