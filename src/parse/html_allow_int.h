/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/html_allow: the elements, attributes and values that mail HTML may have. Answers: "may this be written?" and "was
 * this written by us?"
 *
 * Pure; knows no HTML parser. Called by: html_serialise.c (the worker), wire.c (the parent).
 * Tables: none. Errors: none. Pointers: static, but where "yours" is said.
 *
 * Invariants: those of html_int.h.
 */
#ifndef FILO_PARSE_HTML_ALLOW_INT_H
#define FILO_PARSE_HTML_ALLOW_INT_H

#include "base/bytes.h"

#include <glib.h>

typedef enum HtmlValueKind {
    VALUE_TEXT,
    VALUE_WORD,
    VALUE_LENGTH,
    VALUE_COLOUR,
    VALUE_STYLE,
    VALUE_LINK,
    VALUE_REMOTE,
    VALUE_INDEX,
    VALUE_FIXED
} HtmlValueKind;

typedef struct HtmlAllowed {
    const char *name;
    const char *element; /* NULL: any */
    HtmlValueKind kind;
} HtmlAllowed;

extern const HtmlAllowed html_allowed_attributes[];
extern const size_t html_allowed_attribute_count;
extern const char *const html_fixed_values[]; /* rel and target of every link; NULL ends them */

bool html_element_is_allowed(const char *name);
bool html_value_is_allowed(HtmlValueKind kind, const char *value);

/* True for http:, https:, mailto: and tel: with something behind them. */
bool html_link_is_allowed(const char *url);

/* The declarations of the allow-list, written in one way; "" when none is left. Yours. */
char *html_style_reduce(const char *style);

/* Whether html_sanitise can have written it. */
bool html_is_serialised(Bytes html);

#endif
