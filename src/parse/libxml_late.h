/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * libxml_late: the little of libxml2 that reading XES takes, loaded when such a file is imported (base/late.h). Answers:
 * "is it there, and how is it called?" Called as libxml.xmlParseChunk(…). filo-parse, whose daily work libxml2 is, links
 * it as usual (html_int.h).
 *
 * Called by: parse/xes.c, after libxml_load. Errors: late_load's. Pointers: static.
 *
 * Invariants:
 *  1. After libxml_load every function of the list may be called; before, none.
 */
#ifndef FILO_PARSE_LIBXML_LATE_H
#define FILO_PARSE_LIBXML_LATE_H

#include <glib.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdbool.h>

#define LIBXML_FUNCTIONS(X)                                                                                            \
    X(xmlCreatePushParserCtxt)                                                                                         \
    X(xmlCtxtUseOptions)                                                                                               \
    X(xmlFreeParserCtxt)                                                                                               \
    X(xmlParseChunk)                                                                                                   \
    X(xmlSAX2GetLineNumber)                                                                                            \
    X(xmlStopParser)

#define LATE_MEMBER(name) __typeof__(name) *name;
typedef struct LibXml {
    LIBXML_FUNCTIONS(LATE_MEMBER)
} LibXml;
#undef LATE_MEMBER

extern LibXml libxml;

bool libxml_load(GError **error);

#endif
