/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/html: mail HTML made harmless, and the same as text. Answers: "what may a browser be shown of this?" and "what
 * does it say?"
 *
 * libxml2's SAX push parser reads (no tree: depth costs nothing); an allow-list of elements and attributes is written
 * afresh, every value quoted and escaped. Not a mirror of the input: a script is gone, a form is its words, a remote
 * picture is ` data-remote="URL"`, a cid: picture ` data-attachment="N"`. The grammar of what is written:
 *     html = (text | "<" name (" " attribute "=\"" value "\"")* ">" | "</" name ">")*     no < > " in text or value
 *
 * Called by: the parse worker (html_sanitise, html_to_text), wire.c in the parent (html_allow_int.h).
 * Tables: none. Errors: none: what cannot be kept is left out. Pointers: strings given out are yours; Bytes are borrowed.
 *
 * Invariants:
 *  1. html_sanitise(html_sanitise(x)) == html_sanitise(x).
 *  2. html_is_serialised accepts all that html_sanitise writes; it accepts no other element, attribute or scheme.
 *  3. At most HTML_DEPTH_MAX elements are open at a time in what is written.
 *
 * Example:
 *     g_autoptr(GString) safe = html_sanitise(html, &parts);
 */
#ifndef FILO_PARSE_HTML_INT_H
#define FILO_PARSE_HTML_INT_H

#include "parse/html_allow_int.h"

#include <glib.h>
#include <libxml/HTMLparser.h>

#define HTML_DEPTH_MAX 100               /* open elements written */
#define HTML_ATTRIBUTES_MAX 64           /* attributes read of one tag; libxml2 is quadratic in them */
#define HTML_TAG_MAX ((size_t)256 << 10) /* bytes read of one tag */

/* Where a cid: image is found. */
typedef struct HtmlParts {
    int (*find_cid)(const char *content_id, void *user); /* index of the attachment, or -1; NULL: none is looked for */
    void *user;
    int count; /* attachments there are */
} HtmlParts;

/* UTF-8 in, UTF-8 out. parts NULL: no attachments. */
GString *html_sanitise(Bytes html, const HtmlParts *parts);

/* What the mail program marked as a quotation, as offsets in the text. */
typedef struct HtmlQuote {
    size_t at;       /* where its first line starts; SIZE_MAX: nothing is, or words of the sender's follow it */
    size_t answered; /* where the last words behind or between quotations end: nothing before is folded; 0 */
} HtmlQuote;

/* Appends the text. */
HtmlQuote html_to_text(Bytes html, GString *out);

/* ---- shared by the writers ---- */

/* Runs the handlers over html. */
void html_walk(Bytes html, htmlSAXHandler *handlers, void *user);

/* True for elements whose content is not for people: script, style, title … */
bool html_is_hidden(const char *element);

/* The value of an attribute in libxml2's list, "" when it has none, NULL when it is absent. */
const char *html_attribute(const xmlChar **attributes, const char *name);

#endif
