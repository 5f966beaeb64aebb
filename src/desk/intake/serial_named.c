/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/serial_named.h"

#include <glib.h>
#include <string.h>

enum { MIXED_MIN = 5, DIGITS_MIN = 7 };

/* Any byte above ASCII is part of a letter. */
static bool is_letter(char c)
{
    return g_ascii_isalnum(c) || (unsigned char)c >= 0x80;
}

static bool is_gap(char c)
{
    return c == ' ' || c == '-' || c == '\t';
}

static bool is_signature(const char *line)
{
    return g_str_has_prefix(line, "--") &&
           (strcspn(line, "\r\n") == 2 || (line[2] == ' ' && strcspn(line, "\r\n") == 3));
}

const char *serial_words(Arena *arena, const char *words)
{
    const char *line = words;
    while (*line && !is_signature(line)) {
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    return arena_strndup(arena, words, MIN((size_t)(line - words), (size_t)SERIAL_WORDS_MAX));
}

static bool is_long_enough(const char *serial)
{
    size_t digits = 0, others = 0;
    for (; *serial; serial++) {
        digits += g_ascii_isdigit(*serial);
        others += g_ascii_isalpha(*serial);
    }
    return digits && digits + others >= (others ? MIXED_MIN : DIGITS_MIN);
}

static const char *skip_gaps(const char *at)
{
    while (is_gap(*at))
        at++;
    return at;
}

/* Whether the serial begins here and ends at the end of a word. */
static bool is_here(const char *at, const char *serial)
{
    for (serial = skip_gaps(serial); *serial; serial = skip_gaps(serial + 1)) {
        at = skip_gaps(at);
        if (g_ascii_toupper(*at) != g_ascii_toupper(*serial))
            return false;
        at++;
    }
    return !is_letter(*at);
}

bool serial_is_named(const char *words, const char *serial)
{
    if (!is_long_enough(serial))
        return false;
    for (const char *at = words; *at; at++)
        if (is_letter(*at) && (at == words || !is_letter(at[-1])) && is_here(at, serial))
            return true;
    return false;
}
