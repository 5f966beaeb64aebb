/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One walk over the lines. Our marker, an "original message" line, an attribution line and an Outlook block each end
 * the new text at once; ">" lines count only as a tail, because people also answer between them. An attribution may
 * be wrapped over two or three lines, so up to three lines are joined before its end is looked for. Everything is
 * compared line by line with fixed patterns of bounded length: no regular expression, no backtracking.
 */
#include "parse/quote.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

enum { ATTRIBUTION_LINES = 3, ATTRIBUTION_MAX = 400 };

typedef struct Line {
    const char *text; /* without leading blanks */
    size_t size;      /* without trailing blanks and line end */
    size_t start;     /* offset in the whole text */
    size_t next;      /* offset of the following line */
} Line;

/* Bytes of the white space at the start: HTML mail is full of no-break spaces. */
static size_t blank_size(const char *text, size_t size)
{
    if (size && g_ascii_isspace(*text))
        return 1;
    return size >= 2 && !memcmp(text, "\xc2\xa0", 2) ? 2 : 0;
}

static bool ends_in_nbsp(const char *text, size_t size)
{
    return size >= 2 && !memcmp(text + size - 2, "\xc2\xa0", 2);
}

static Line line_at(const char *text, size_t size, size_t at)
{
    const char *newline = memchr(text + at, '\n', size - at);
    size_t end = newline ? (size_t)(newline - text) : size;
    Line line = {.text = text + at, .size = end - at, .start = at, .next = newline ? end + 1 : size};
    for (size_t blank; (blank = blank_size(line.text, line.size)); line.size -= blank)
        line.text += blank;
    while (line.size && (g_ascii_isspace(line.text[line.size - 1]) || ends_in_nbsp(line.text, line.size)))
        line.size -= ends_in_nbsp(line.text, line.size) ? 2 : 1;
    return line;
}

static bool line_starts(const Line *line, const char *prefix)
{
    size_t length = strlen(prefix);
    return line->size >= length && !g_ascii_strncasecmp(line->text, prefix, length);
}

static bool line_ends(const Line *line, const char *suffix)
{
    size_t length = strlen(suffix);
    return line->size >= length && !g_ascii_strncasecmp(line->text + line->size - length, suffix, length);
}

static bool line_starts_any(const Line *line, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (line_starts(line, *prefixes))
            return true;
    return false;
}

static bool line_has_digit(const Line *line)
{
    for (size_t i = 0; i < line->size; i++)
        if (g_ascii_isdigit(line->text[i]))
            return true;
    return false;
}

/* "-----Messaggio originale-----", "---------- Forwarded message ---------" and their kin. */
static bool line_is_original(const Line *line)
{
    static const char *const words[] = {"messaggio originale", "original message", "messaggio inoltrato",
                                        "forwarded message", "inizio messaggio inoltrato", NULL};
    Line inner = *line;
    while (inner.size && (*inner.text == '-' || *inner.text == '_' || *inner.text == ' ')) {
        inner.text++;
        inner.size--;
    }
    return line->text != inner.text && line->text[0] == '-' && line->size < 80 && line_starts_any(&inner, words);
}

/* "On 3 May 2025, Anna wrote:" and "Il giorno 3 mag 2025 Anna ha scritto:", on one line or wrapped. */
static bool attribution_at(const char *text, size_t size, const Line *first)
{
    static const char *const starts[] = {"il ", "in data ", "on ", "le ", "am ", "> il ", "> on ", NULL};
    static const char *const ends[] = {"ha scritto:", "ha scritto :", "wrote:", "scrive:", "writes:", NULL};
    if (!line_starts_any(first, starts))
        return false;
    Line line = *first;
    bool digit = false;
    for (int count = 0; count < ATTRIBUTION_LINES && line.size; count++) {
        digit = digit || line_has_digit(&line);
        for (const char *const *end = ends; *end; end++)
            if (line_ends(&line, *end))
                return digit && line.next - first->start < ATTRIBUTION_MAX;
        if (line.next >= size)
            break;
        line = line_at(text, size, line.next);
    }
    return false;
}

/* Outlook's block: Da/From, then within the next lines a date and an addressee or subject. */
static bool outlook_block_at(const char *text, size_t size, const Line *first)
{
    static const char *const from[] = {"da:", "from:", "*da:*", "*from:*", "mittente:", NULL};
    static const char *const date[] = {"inviato:", "sent:", "data:", "date:", "*inviato:*", "*sent:*", "*data:*",
                                       "*date:*", NULL};
    static const char *const rest[] = {"a:", "to:", "cc:", "oggetto:", "subject:", "*a:*", "*to:*", "*oggetto:*",
                                       "*subject:*", NULL};
    if (!line_starts_any(first, from))
        return false;
    bool dated = false, addressed = false;
    Line line = *first;
    for (int count = 0; count < 6 && line.next < size; count++) {
        line = line_at(text, size, line.next);
        dated = dated || line_starts_any(&line, date);
        addressed = addressed || line_starts_any(&line, rest);
    }
    return dated && addressed;
}

static bool separator_at(const char *text, size_t size, const Line *line)
{
    return line_starts(line, QUOTE_MARKER) || line_is_original(line) || attribution_at(text, size, line) ||
           outlook_block_at(text, size, line);
}

/* Outlook draws a rule above its block: it belongs to the quotation. */
static bool line_is_rule(const Line *line)
{
    for (size_t i = 0; i < line->size; i++)
        if (line->text[i] != '_')
            return false;
    return line->size >= 10;
}

size_t quote_split(const char *text, size_t size)
{
    size_t tail = size, rule = size; /* first line of the current run of ">" lines; a rule just above */
    bool said = false;               /* something new was seen before `tail` or the separator */
    for (size_t at = 0; at < size;) {
        Line line = line_at(text, size, at);
        at = line.next;
        if (!line.size)
            continue;
        if (separator_at(text, size, &line))
            return said ? MIN(MIN(rule, tail), line.start) : size;
        if (*line.text == '>') {
            tail = MIN(tail, line.start);
            continue;
        }
        bool is_rule = line_is_rule(&line);
        rule = is_rule ? MIN(rule, line.start) : size;
        said = said || !is_rule;
        tail = size; /* words after the quotation: it is not a tail */
    }
    return said ? tail : size;
}
