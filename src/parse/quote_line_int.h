/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/quote_line: one line of a mail's text. Answers: "did a mail program write this line, and what for?"
 *
 * Shared by quote.c (where new words end) and forward.c (what is handed on). Pure. Called by: those two.
 * Tables: none. Errors: none. Pointers: text is borrowed; a Line points into it.
 */
#ifndef FILO_PARSE_QUOTE_LINE_INT_H
#define FILO_PARSE_QUOTE_LINE_INT_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Line {
    const char *text; /* without leading blanks */
    size_t size;      /* without trailing blanks and line end */
    size_t start;     /* offset in the whole text */
    size_t next;      /* offset of the following line */
} Line;

/* The line that begins at that offset. */
Line line_at(const char *text, size_t size, size_t at);

bool line_starts(const Line *line, const char *prefix);
bool line_starts_any(const Line *line, const char *const *prefixes); /* NULL ends them */

/* The line without the characters of skipped that it begins with. */
Line line_inner(const Line *line, const char *skipped);

bool line_is_original(const Line *line); /* "-----Messaggio originale-----" */
bool line_is_forward(const Line *line);  /* "---------- Forwarded message ---------", quoted or not */
bool line_is_footer(const Line *line);   /* "Inviato da iPhone" */
bool line_is_rule(const Line *line);     /* "________" */

/* Outlook's block: a sender, then within the next lines a date and a subject. */
bool outlook_block_at(const char *text, size_t size, const Line *first);

/* Our marker, an "original message" line or an Outlook block: what follows is not new. */
bool separator_at(const char *text, size_t size, const Line *line);

/* An attribution ("Il … ha scritto:"), with where its quotation begins and whether ">" lines follow; false also when it
 * could be a sentence of theirs. */
bool quotation_opens(const char *text, size_t size, const Line *line, size_t *end_out, bool *quoted_out);

#endif
