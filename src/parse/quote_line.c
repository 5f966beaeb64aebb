/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An attribution may be wrapped over two or three lines, so up to three lines are joined before its end is looked for.
 * Everything is compared line by line with fixed patterns of bounded length: no regular expression, no backtracking.
 */
#include "parse/quote_line_int.h"

#include "parse/quote.h"

#include <glib.h>
#include <string.h>

enum { ATTRIBUTION_LINES = 3, ATTRIBUTION_MAX = 400, BLOCK_LINES = 6 };

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

Line line_at(const char *text, size_t size, size_t at)
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

bool line_starts(const Line *line, const char *prefix)
{
    size_t length = strlen(prefix);
    return line->size >= length && !g_ascii_strncasecmp(line->text, prefix, length);
}

static bool line_ends(const Line *line, const char *suffix)
{
    size_t length = strlen(suffix);
    return line->size >= length && !g_ascii_strncasecmp(line->text + line->size - length, suffix, length);
}

bool line_starts_any(const Line *line, const char *const *prefixes)
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

/* The line without the dashes, underscores and ">" it begins with. */
Line line_inner(const Line *line, const char *skipped)
{
    Line inner = *line;
    while (inner.size && strchr(skipped, *inner.text)) {
        inner.text++;
        inner.size--;
    }
    return inner;
}

/* "-----Messaggio originale-----" and its kin. */
bool line_is_original(const Line *line)
{
    static const char *const words[] = {"messaggio originale", "original message", "messaggio di origine", NULL};
    Line inner = line_inner(line, "-_ ");
    return line->text != inner.text && line->text[0] == '-' && line->size < 80 && line_starts_any(&inner, words);
}

/* "---------- Forwarded message ---------", "Inizio messaggio inoltrato:", quoted or not. */
bool line_is_forward(const Line *line)
{
    static const char *const ruled[] = {"messaggio inoltrato", "forwarded message", "inizio messaggio inoltrato", NULL};
    static const char *const bare[] = {"inizio messaggio inoltrato:", "begin forwarded message:",
                                       "inizio del messaggio inoltrato:", NULL};
    Line unquoted = line_inner(line, "> "), inner = line_inner(&unquoted, "-_ ");
    bool has_rule = unquoted.size && *unquoted.text == '-' && inner.text != unquoted.text;
    return unquoted.size < 80 && ((has_rule && line_starts_any(&inner, ruled)) || line_starts_any(&unquoted, bare));
}

/* What telephones and mail programs write under a message by themselves. */
bool line_is_footer(const Line *line)
{
    static const char *const starts[] = {"inviato da ", "inviato dal ", "inviata da ", "sent from ", "get outlook for ",
                                         "ottieni outlook per ", "scarica outlook per ", "ottenere outlook per ",
                                         "sent via ", "inviato tramite ", "inviato con ", NULL};
    return line->size < 80 && line_starts_any(line, starts);
}

/* "10:12", "10.12" or a year: what a mail program's own line always says, and a sentence seldom. */
static bool line_has_moment(const Line *line)
{
    for (size_t i = 0; i + 4 <= line->size; i++) {
        const char *at = line->text + i;
        if (g_ascii_isdigit(at[0]) && (at[1] == ':' || at[1] == '.') && g_ascii_isdigit(at[2]) &&
            g_ascii_isdigit(at[3]))
            return true;
        if (at[0] == '2' && at[1] == '0' && g_ascii_isdigit(at[2]) && g_ascii_isdigit(at[3]))
            return true;
    }
    return false;
}

typedef struct Attribution {
    size_t end;      /* where the line after it starts */
    bool has_moment; /* a time, a year or an address: no person's sentence */
} Attribution;

/* "On 3 May 2025, Anna wrote:" and "Il giorno 3 mag 2025 Anna ha scritto:", on one line or wrapped. */
static bool attribution_at(const char *text, size_t size, const Line *first, Attribution *out)
{
    static const char *const starts[] = {"il ", "in data ", "on ", "le ", "am ", "> il ", "> on ", NULL};
    static const char *const ends[] = {"ha scritto:", "ha scritto :", "wrote:", "scrive:", "writes:", NULL};
    if (!line_starts_any(first, starts))
        return false;
    Line line = *first;
    bool digit = false;
    *out = (Attribution){0};
    for (int count = 0; count < ATTRIBUTION_LINES && line.size; count++) {
        digit = digit || line_has_digit(&line);
        out->has_moment = out->has_moment || line_has_moment(&line) || memchr(line.text, '@', line.size);
        for (const char *const *end = ends; *end; end++)
            if (line_ends(&line, *end)) {
                out->end = line.next;
                return digit && line.next - first->start < ATTRIBUTION_MAX;
            }
        if (line.next >= size)
            break;
        line = line_at(text, size, line.next);
    }
    return false;
}

/* "Anna ha scritto:", "2026-03-03 10:12 GMT+01:00 Anna <a@x.it>:": only above ">" lines. */
static bool line_is_short_attribution(const Line *line)
{
    static const char *const ends[] = {"ha scritto:", "wrote:", "scrive:", "writes:", NULL};
    if (line->size >= ATTRIBUTION_MAX || !line->size)
        return false;
    for (const char *const *end = ends; *end; end++)
        if (line_ends(line, *end))
            return true;
    return g_ascii_isdigit(*line->text) && line_ends(line, ">:");
}

/* Outlook's block, and that of many others: Da/From, then within the next lines a date and a subject. */
bool outlook_block_at(const char *text, size_t size, const Line *first)
{
    static const char *const from[] = {"da:", "from:", "*da:*", "*from:*", "mittente:", "da :", "from :", NULL};
    static const char *const date[] = {"inviato:", "sent:", "data:", "date:", "*inviato:*", "*sent:*", "*data:*",
                                       "*date:*", "inviato :", "sent :", "data :", "date :", NULL};
    static const char *const rest[] = {"oggetto:", "subject:", "*oggetto:*", "*subject:*", "oggetto :", "subject :", NULL};
    if (!line_starts_any(first, from))
        return false;
    bool dated = false, subjected = false;
    Line line = *first;
    for (int count = 0; count < BLOCK_LINES && line.next < size; count++) {
        line = line_at(text, size, line.next);
        dated = dated || line_starts_any(&line, date);
        subjected = subjected || line_starts_any(&line, rest);
    }
    return dated && subjected;
}

bool separator_at(const char *text, size_t size, const Line *line)
{
    return line_starts(line, QUOTE_MARKER) || line_is_original(line) || outlook_block_at(text, size, line);
}

/* The first line from there that is not empty starts with ">". */
static bool quoted_from(const char *text, size_t size, size_t at)
{
    while (at < size) {
        Line line = line_at(text, size, at);
        if (line.size)
            return *line.text == '>';
        at = line.next;
    }
    return false;
}

/* A rule drawn above a block belongs to the quotation. */
bool line_is_rule(const Line *line)
{
    for (size_t i = 0; i < line->size; i++)
        if (line->text[i] != '_' && line->text[i] != '-')
            return false;
    return line->size >= 3;
}

/* An attribution, with where its quotation begins; false also when it could be a sentence of theirs. */
bool quotation_opens(const char *text, size_t size, const Line *line, size_t *end_out, bool *quoted_out)
{
    Attribution found;
    if (attribution_at(text, size, line, &found)) {
        *end_out = found.end;
        *quoted_out = quoted_from(text, size, found.end);
        return *quoted_out || found.has_moment;
    }
    *end_out = line->next;
    *quoted_out = line_is_short_attribution(line) && quoted_from(text, size, line->next);
    return *quoted_out;
}
