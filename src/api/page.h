/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * page: the pages of a list. Answers: "from where, how many, and where does the next one begin?"
 *
 * Keyset paging: a cursor names the last row seen, so that the hundredth page costs what the first does. Programs take
 * it from "next" and send it back as "after"; what it holds is no promise. Owns no table. Called by: api's lists.
 *
 * Pointers: texts live in the arena given. Errors: page_cursor_parse is false for what page_cursor did not make.
 *
 * Invariants:
 *  1. page_cursor_parse(page_cursor(a, b)) gives a and b.
 */
#ifndef FILO_API_PAGE_H
#define FILO_API_PAGE_H

#include "api/call.h"

#define PAGE_ROWS 50
#define PAGE_ROWS_MAX 200

/* The two parameters that every list has, for its query's table. */
#define PAGE_AFTER_FIELD {"after", SHAPE_LINE, .max = 60, .doc = "The \"next\" of the page before."}
#define PAGE_LIMIT_FIELD {"limit", SHAPE_NUMBER, .max = PAGE_ROWS_MAX, .doc = "How many rows; 50 unless told."}

typedef struct PageCursor {
    int64_t key; /* what the list is ordered by, 0 when that is the id */
    int64_t id;  /* 0: from the first */
} PageCursor;

const char *page_cursor(Arena *arena, PageCursor cursor);
bool page_cursor_parse(const char *text, PageCursor *cursor_out);

/* What the caller asked; false: the response says what is wrong with the cursor. */
bool page_asked(HttpRequest *request, HttpResponse *response, const ShapeValue *after, const ShapeValue *limit,
                PageCursor *cursor_out, int64_t *limit_out);

#endif
