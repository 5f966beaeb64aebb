/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * One walk over the lines. Our marker, an "original message" line and an Outlook block each end the new text at once,
 * and so does an attribution line above words without ">". ">" lines, with the attribution above them, count only as a
 * tail, because people also answer between and below them. A forwarded message ends the search: it is no quotation, and
 * what it quotes is part of it. What single lines are: quote_line.c.
 */
#include "parse/quote.h"

#include "parse/quote_line_int.h"

#include <glib.h>
#include <string.h>

bool quote_is_forward(const char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        Line line = line_at(text, size, at);
        if (line.size && !(line_is_rule(&line) || (line.size == 1 && *line.text == '>')))
            return line_is_forward(&line);
        at = line.next;
    }
    return false;
}

size_t quote_split(const char *text, size_t size)
{
    size_t tail = size, rule = size; /* first line of the current run of ">" lines; a rule just above */
    bool said = false;               /* something new was seen before `tail` or the separator */
    bool signing = false;            /* below "-- ": a signature is nothing new */
    for (size_t at = 0; at < size;) {
        Line line = line_at(text, size, at);
        size_t end;
        bool quoted;
        at = line.next;
        if (!line.size)
            continue;
        if (!said && line_starts(&line, QUOTE_MARKER)) /* a mail of ours that begins with it: what follows is new */
            continue;
        if (line_is_forward(&line)) /* somebody else's message is what they want to show us */
            return size;
        if (separator_at(text, size, &line))
            return said ? MIN(MIN(rule, tail), line.start) : size;
        if (quotation_opens(text, size, &line, &end, &quoted)) {
            if (!quoted)
                return said ? MIN(MIN(rule, tail), line.start) : size;
            tail = MIN(MIN(rule, tail), line.start);
            at = end;
            continue;
        }
        if (*line.text == '>') {
            tail = MIN(MIN(rule, tail), line.start);
            continue;
        }
        bool is_rule = line_is_rule(&line);
        signing = signing || (line.size == 2 && !memcmp(line.text, "--", 2));
        rule = is_rule ? MIN(rule, line.start) : size;
        said = said || !(is_rule || signing || line_is_footer(&line));
        tail = size; /* words after the quotation: it is not a tail */
    }
    return said ? tail : size;
}

char *quote_take_out(const char *text, size_t size)
{
    GString *words = g_string_sized_new(size);
    for (size_t at = 0; at < size;) {
        Line line = line_at(text, size, at);
        size_t end;
        bool quoted, opens = line.size && quotation_opens(text, size, &line, &end, &quoted);
        if ((opens && !quoted) || separator_at(text, size, &line)) {
            g_string_free(words, TRUE);
            return NULL;
        }
        if (!opens && !(line.size && *line.text == '>'))
            g_string_append_len(words, text + line.start, (gssize)(line.next - line.start));
        at = opens ? end : line.next;
    }
    return g_string_free(words, FALSE);
}

bool quote_subject_is_forward(const char *subject)
{
    static const char *const prefixes[] = {"i:", "fw:", "fwd:", "inoltro:", "inoltra:", "inoltrato:", NULL};
    Line line = line_at(subject, strlen(subject), 0);
    return line_starts_any(&line, prefixes);
}
