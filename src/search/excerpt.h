/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * excerpt: the part of a text that shows why it was found. Answers: "where in it are the words I looked for?"
 *
 * Gives a piece of the text as it stands and the places of the words in it; escaping and marking is the page's
 * business. Not for finding (index.h): a text in which nothing matches gives its beginning. Called by: desk.
 *
 * Pure. Memory: the excerpt lives in the arena given. Errors: none.
 *
 * Invariants:
 *  1. text is valid UTF-8 when the source is, on one line, of at most about EXCERPT_BYTES bytes.
 *  2. Marks are in order, do not overlap, and lie inside text.
 *
 * Example:
 *     Excerpt excerpt = excerpt_make(arena, &query, message->text);
 *     for (size_t i = 0; i < excerpt.count; i++) ... excerpt.text + excerpt.marks[i].start ...
 */
#ifndef FILO_SEARCH_EXCERPT_H
#define FILO_SEARCH_EXCERPT_H

#include "search/query.h"

#define EXCERPT_BYTES 200
#define EXCERPT_MARK_MAX 12

typedef struct ExcerptMark {
    size_t start, end; /* bytes start … end of the excerpt's text */
} ExcerptMark;

typedef struct Excerpt {
    const char *text;
    bool cut_before, cut_after; /* the source goes on there */
    ExcerptMark marks[EXCERPT_MARK_MAX];
    size_t count;
} Excerpt;

Excerpt excerpt_make(Arena *arena, const SearchQuery *query, const char *source);

#endif
