/* SPDX-License-Identifier: EUPL-1.2 */
/* RFC 5545 3.1: lines folded by a line end and a blank, parameters with quotes, escaped text. */
#include "parse/calendar_int.h"

#include <string.h>

/* Appends the physical line at *rest, without its end, and steps over it. */
static void line_append(CalendarReader *reader, const char *from)
{
    size_t size = 0;
    while (from[size] && from[size] != '\r' &&
           from[size] != '\n') /* strcspn under a sanitizer measures the whole rest */
        size++;
    size_t room = CALENDAR_LINE_MAX - MIN(reader->line->len, CALENDAR_LINE_MAX);
    g_string_append_len(reader->line, from, (gssize)MIN(size, room));
    const char *end = from + size;
    end += *end == '\r';
    end += *end == '\n';
    reader->rest = end;
}

/* Where the parameters end: at the first ":" outside quotes. NULL when there is none. */
static char *value_find(char *at)
{
    bool quoted = false;
    for (; *at; at++) {
        if (*at == '"')
            quoted = !quoted;
        else if (*at == ':' && !quoted)
            return at;
    }
    return NULL;
}

bool calendar_next(CalendarReader *reader, CalendarLine *line_out)
{
    while (*reader->rest) {
        g_string_truncate(reader->line, 0);
        line_append(reader, reader->rest);
        while (*reader->rest == ' ' || *reader->rest == '\t')
            line_append(reader, reader->rest + 1);
        char *line = reader->line->str, *colon = value_find(line);
        size_t size = strcspn(line, ";:");
        if (!colon || !size || size >= sizeof reader->name || line + size > colon)
            continue;
        for (size_t i = 0; i < size; i++)
            reader->name[i] = g_ascii_toupper(line[i]);
        reader->name[size] = '\0';
        *colon = '\0';
        *line_out = (CalendarLine){.name = reader->name, .parameters = line + size, .value = colon + 1};
        return true;
    }
    return false;
}

/* The end of a parameter: the next ";" outside quotes. */
static const char *parameter_end(const char *at)
{
    bool quoted = false;
    for (; *at && (quoted || *at != ';'); at++)
        if (*at == '"')
            quoted = !quoted;
    return at;
}

/* Undoes quotes and RFC 6868 ("^n" a line end, "^'" a quote, "^^" itself), up to the first "," outside quotes. Yours. */
static char *parameter_value(const char *at, const char *end)
{
    GString *out = g_string_new(NULL);
    bool quoted = false;
    for (; at < end && (quoted || *at != ','); at++) {
        bool coded = *at == '^' && at + 1 < end && strchr("n'^", at[1]);
        if (*at == '"')
            quoted = !quoted;
        else if (coded)
            g_string_append_c(out, *++at == 'n' ? '\n' : *at == '\'' ? '"' : '^');
        else
            g_string_append_c(out, *at);
    }
    return g_string_free(out, FALSE);
}

char *calendar_parameter(const CalendarLine *line, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = line->parameters; *at == ';';) {
        const char *start = at + 1, *end = parameter_end(start);
        if ((size_t)(end - start) > size && !g_ascii_strncasecmp(start, name, size) && start[size] == '=')
            return parameter_value(start + size + 1, end);
        at = end;
    }
    return NULL;
}

char *calendar_text(Arena *arena, const char *value)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *at = value; *at; at++) {
        bool escaped = *at == '\\' && at[1];
        at += escaped;
        g_string_append_c(out, escaped && (*at == 'n' || *at == 'N') ? '\n' : *at);
    }
    return arena_strndup(arena, out->str, out->len);
}
