/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: tells passwords that a guesser tries first. How: the password is folded (case, accents, the usual digits for
 * letters), then everything cheap is struck out of it, longest piece first: common words and the person's own, runs
 * along the keyboard or the alphabet, years, repetitions. What is left must be LEFT_MIN characters. Why not a list of a
 * hundred thousand leaked passwords: those of twelve characters and more are nearly all made of these pieces, and a list
 * of pieces also catches "Benvenuto2031!", which no leaked list holds yet.
 */
#include "desk/staff/password_int.h"

#include <glib.h>
#include <string.h>

#define LEFT_MIN 5
#define STRUCK ' ' /* no folded password holds one */

/* Folded as fold() does. Words under four letters would strike out too much by chance. */
static const char *const words[] = {
    /* the word itself, in the languages spoken around here */
    "password", "passwort", "passphrase", "motdepasse", "parolachiave", "parola", "chiave", "contrasena", "segreto",
    "segreta", "segretissima", "secret", "benvenuto", "benvenuta", "benvenuti", "welcome", "letmein", "fammientrare",
    "apritisesamo", "opensesame", "accesso", "access", "login", "logon", "entra", "ingresso", "cambiami", "changeme",
    "default", "predefinita", "temporanea", "temporary", "temp", "nuova", "prova", "test", "testing", "demo", "esempio",
    "example", "qualcosa", "something", "niente", "nothing", "qualunque", "whatever",
    /* roles and the trade */
    "administrator", "amministratore", "amministrazione", "admin", "root", "superuser", "user", "utente", "guest",
    "ospite", "operatore", "operator", "master", "manager", "direttore", "capo", "boss", "filo", "filodiretto",
    "assistenza", "support", "supporto", "servizio", "service", "servizioclienti", "cliente", "clienti", "customer",
    "helpdesk", "ticket", "ufficio", "office", "azienda", "ditta", "company", "server", "computer", "internet", "email",
    "posta", "mail", "lavoro", "work",
    /* seasons, months, days */
    "primavera", "estate", "autunno", "inverno", "spring", "summer", "autumn", "winter", "gennaio", "febbraio", "marzo",
    "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre", "january",
    "february", "march", "april", "june", "july", "august", "september", "october", "november", "december", "lunedi",
    "martedi", "mercoledi", "giovedi", "venerdi", "sabato", "domenica", "monday", "friday", "sunday", "natale",
    "christmas",
    /* football, places */
    "juventus", "forzajuve", "juve", "milan", "inter", "napoli", "roma", "lazio", "fiorentina", "torino", "milano",
    "italia", "italy", "forza", "calcio", "football", "soccer", "baseball", "basketball", "hockey", "ferrari",
    "maradona", "ronaldo", "vespa", "ducati",
    /* love, animals, heroes */
    "tiamo", "amore", "amoremio", "tivogliobene", "tesoro", "cucciolo", "stella", "stellina", "principessa", "princess",
    "iloveyou", "loveme", "love", "lovely", "angel", "angelo", "sunshine", "flower", "fiore", "dragon", "drago", "monkey",
    "tiger", "tigre", "panther", "lion", "leone", "lupo", "gatto", "gattino", "cane", "superman", "batman", "spiderman",
    "pokemon", "starwars", "shadow", "michael", "jordan", "jennifer", "jessica", "charlie", "ashley", "daniel", "robert",
    "hunter", "killer", "trustno", "trustme", "freedom", "liberta", "ciao", "ciaociao", "hello", "salve", "buongiorno",
    "buonasera", "google", "facebook", "samsung", "iphone", "apple", "microsoft", "windows", "linux", "chocolate",
    "cioccolato", "cookie", "pizza", "pasta", "caffe", "coffee", "cheese",
    /* names */
    "alessandro", "alessandra", "alessia", "alessio", "andrea", "angela", "anna", "antonella", "antonio", "barbara",
    "carlo", "chiara", "claudia", "claudio", "cristina", "daniela", "daniele", "davide", "elena", "elisa", "emanuele",
    "enrico", "fabio", "federica", "federico", "filippo", "francesca", "francesco", "gabriele", "giacomo", "gianluca",
    "gianni", "giorgia", "giorgio", "giovanna", "giovanni", "giulia", "giulio", "giuseppe", "ilaria", "laura", "leonardo",
    "lorenzo", "luca", "lucia", "luigi", "marco", "maria", "mario", "martina", "massimo", "matteo", "mattia", "michele",
    "mirko", "monica", "nicola", "paola", "paolo", "patrizia", "pietro", "riccardo", "roberta", "roberto", "salvatore",
    "sara", "serena", "silvia", "simona", "simone", "sofia", "stefania", "stefano", "tommaso", "valentina", "valeria",
    "vincenzo",
};

/* Where neighbours are one step apart; read both ways. */
static const char *const rows[] = {
    "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "01234567890", "qwertzuiop", "azertyuiop",
    "qazwsxedcrfvtgbyhnujmikolp", "1qaz2wsx3edc4rfv5tgb", "q1w2e3r4t5y6u7i8o9p0", "1q2w3e4r5t6y7u8i9o0p",
};

/* Folded case, without accents and spaces; letters of other scripts stay as they are. */
static GString *fold(const char *text)
{
    g_autofree char *apart = g_utf8_normalize(text, -1, G_NORMALIZE_ALL), *folded = g_utf8_casefold(apart, -1);
    GString *kept = g_string_new(NULL);
    for (const char *at = folded; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!g_unichar_isspace(c) && !g_unichar_ismark(c))
            g_string_append_unichar(kept, c);
    }
    return kept;
}

/* The letters people hide behind digits and signs; 0 where there is none. */
static char letter_behind(char c)
{
    static const char signs[] = "01345789@$!|", letters[] = "oieastbgasil";
    const char *place = c ? strchr(signs, c) : NULL;
    return place ? letters[place - signs] : 0;
}

/* Whether the word stands at that place, digits for letters allowed. */
static bool stands_at(const char *at, const char *word)
{
    for (; *word; at++, word++)
        if (*at != *word && letter_behind(*at) != *word)
            return false;
    return true;
}

static void strike_word(GString *text, const char *word)
{
    size_t size = strlen(word);
    for (size_t i = 0; size >= 4 && i + size <= text->len; i++)
        if (stands_at(text->str + i, word))
            memset(text->str + i, STRUCK, size);
}

static gint compare_longest_first(gconstpointer a, gconstpointer b)
{
    size_t left = strlen(*(char *const *)a), right = strlen(*(char *const *)b);
    return (left < right) - (left > right);
}

static void add_own_word(GPtrArray *pieces, const char *own_word)
{
    g_autoptr(GString) folded = fold(own_word);
    g_auto(GStrv) parts = g_strsplit_set(folded->str, "@.-_+", -1); /* of an address or a login */
    for (char **part = parts; *part; part++)
        g_ptr_array_add(pieces, g_strdup(*part));
    g_ptr_array_add(pieces, g_string_free(g_steal_pointer(&folded), FALSE));
}

static void strike_words(GString *text, const char *const *own_words, size_t own_word_count)
{
    g_autoptr(GPtrArray) pieces = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_ptr_array_add(pieces, g_strdup(words[i]));
    for (size_t i = 0; i < own_word_count; i++) {
        g_auto(GStrv) parts = g_strsplit(own_words[i], " ", -1);
        for (char **part = parts; *part; part++)
            add_own_word(pieces, *part);
    }
    g_ptr_array_sort(pieces, compare_longest_first);
    for (guint i = 0; i < pieces->len; i++)
        strike_word(text, pieces->pdata[i]);
}

/* How many characters from there walk along the row in that direction. */
static size_t run_along(const char *at, const char *row, int step)
{
    const char *place = strchr(row, *at);
    size_t size = 0;
    while (*at && place && *place == *at) {
        size++;
        at++;
        place = step < 0 && place == row ? NULL : place + step;
    }
    return size;
}

static void strike_runs(GString *text)
{
    for (size_t i = 0; i < text->len; i++)
        for (size_t row = 0; row < G_N_ELEMENTS(rows); row++) {
            size_t size = MAX(run_along(text->str + i, rows[row], 1), run_along(text->str + i, rows[row], -1));
            if (size >= 3)
                memset(text->str + i, STRUCK, size);
        }
}

static void strike_years(GString *text)
{
    for (size_t i = 0; i + 4 <= text->len; i++) {
        const char *at = text->str + i;
        bool century = strncmp(at, "19", 2) == 0 || strncmp(at, "20", 2) == 0;
        if (century && g_ascii_isdigit(at[2]) && g_ascii_isdigit(at[3]))
            memset(text->str + i, STRUCK, 4);
    }
}

/* What comes a second time counts once: a character like the one before it, or the whole as a repeated block. */
static void cut_repetitions(GString *text)
{
    for (size_t block = 1; block <= text->len / 2; block++)
        if (text->len % block == 0 && memcmp(text->str, text->str + block, text->len - block) == 0)
            g_string_truncate(text, block);
    for (size_t i = text->len; i > 1; i--)
        if (text->str[i - 1] == text->str[i - 2])
            g_string_erase(text, (gssize)i - 1, 1);
}

static size_t count_left(const GString *text)
{
    size_t left = 0;
    for (size_t i = 0; i < text->len; i++)
        left += text->str[i] != STRUCK && (text->str[i] & 0xC0) != 0x80; /* characters, not bytes */
    return left;
}

static size_t count_different(const char *text)
{
    bool seen[256] = {false};
    size_t different = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        different += !seen[*at];
        seen[*at] = true;
    }
    return different;
}

bool password_is_obvious(const char *password, const char *const *own_words, size_t own_word_count)
{
    if (count_different(password) < LEFT_MIN)
        return true;
    g_autoptr(GString) text = fold(password);
    strike_words(text, own_words, own_word_count);
    strike_runs(text);
    strike_years(text);
    cut_repetitions(text);
    return count_left(text) < LEFT_MIN;
}
