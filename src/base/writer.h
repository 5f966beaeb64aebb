/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * writer: the only way text gets into HTML, URLs, JSON and CSV. Answers: "can this text break out of where I put it?"
 *
 * Each writer is named by the context it writes into and appends to a GString; nothing else builds these formats, and
 * nothing builds them from a format string. Templates (tools/templates.py) choose the writer by the HTML context of
 * each hole, so pages never call these by hand. Not for SQL (statements bind) nor for headers of mail (channel/mail).
 *
 * SafeUrl and SafeHtml are types that only a checking function makes: a template accepts nothing else in a URL
 * attribute, or unescaped.
 * Pointers: what is given is borrowed during the call; a SafeUrl borrows the text it was checked from, url_local's
 * lives in the arena. Errors: none; NULL counts as "". Called by: generated templates, web, api, insight, cli.
 *
 * Invariants:
 *  1. html_text and html_attr output holds no '<', '>' and no '&' but of an entity; html_attr also no quote.
 *  2. A SafeUrl's text is "", local ("/x", "?x", "#x") or of scheme http, https, mailto, tel; it has no control
 *     character, space or backslash.
 *  3. A csv_cell never starts a formula in a spreadsheet.
 *
 * Example:
 *     SafeUrl url = url_local(arena, "/tickets/%?from=%", id_text, "coda & lista");
 *     html_text(out, subject);
 */
#ifndef FILO_BASE_WRITER_H
#define FILO_BASE_WRITER_H

#include "base/arena.h"

#include <glib.h>
#include <string.h>

/* Bytes as they are: what a template itself says. A page is hundreds of these, so the usual case is a copy in place. */
static inline void html_literal(GString *out, const char *html, size_t size)
{
    if (out->allocated_len - out->len <= size) {
        g_string_append_len(out, html, (gssize)size);
        return;
    }
    memcpy(out->str + out->len, html, size);
    out->len += size;
    out->str[out->len] = '\0';
}

/* A writer for a context, for code that fills messages inside one (base/catalogue.h). */
typedef void (*Writer)(GString *out, const char *text);

void html_text(GString *out, const char *text); /* between tags, and in title and textarea */
void html_int(GString *out, int64_t number);
void html_attr(GString *out, const char *text); /* inside a quoted attribute that is not a URL, style or script */

/* Percent-encodes all but letters, digits and -._~ : one path segment, or one name or value of a query. */
void url_arg(GString *out, const char *text);

/* A URL fit for href, src and action; {NULL} stands for none. */
typedef struct SafeUrl {
    const char *text;
} SafeUrl;

/* Whether the text may be a link's target (invariant 2). */
bool url_is_safe(const char *text);

/* The text as a SafeUrl, or {NULL} if it may not be one. */
SafeUrl url_checked(const char *text);

/* A local URL: pattern is a constant that starts with one '/' and a word; each '%' in it takes one text argument and
 * writes it with url_arg. As many arguments as '%'. */
SafeUrl url_local(Arena *arena, const char *pattern, ...);

/* HTML that an allow-list re-serialiser (parse/) or html_from_lines made; {NULL} stands for none. */
typedef struct SafeHtml {
    const char *text;
} SafeHtml;

/* Plain text as HTML: escaped, http(s) addresses become links that open apart, line ends stay (CSS keeps them). */
SafeHtml html_from_lines(Arena *arena, const char *text);

/* The text with its quotes; bytes that are not UTF-8 become U+FFFD; safe inside a script element too. */
void json_str(GString *out, const char *text);

/* One cell, quoted where RFC 4180 asks; what a spreadsheet would run (= + - @ tab CR first) gets a ' in front, unless
 * it is a plain number. */
void csv_cell(GString *out, const char *text);

#endif
