/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/xes: event logs in XES (IEEE 1849), a piece at a time. Answers: "which events of which trace does this file
 * hold, with which attributes?"
 *
 * libxml2's SAX parser over pieces: no tree is built, nothing is fetched, and a file with a DOCTYPE is refused before
 * an entity could be declared (XES needs none). Attributes directly under a trace or an event are given, as text, an
 * event's under its own key and its trace's under "case:" and the key; nested attributes, globals, classifiers and
 * extensions are passed over. Not in the sandboxed worker: an operator imports a file of their choice, in the importing
 * process, which is not the serving one. What the attributes mean is the caller's (desk/import).
 *
 * Tables: none. Called by: desk/import. Pointers: an XesEvent and its texts live until the callback returns; the reader
 * is yours: xes_reader_free. Errors: FILO_ERROR_USAGE (not XES, not well-formed, cut off; with the line), TOO_LARGE, NOT_FOUND
 * (no libxml2 here), and whatever the callback sets. After a failure the reader is used no more.
 *
 * Invariants:
 *  1. Memory is bounded by XES_TEXT_MAX and XES_ATTRIBUTES_MAX for each trace and event, whatever the input.
 *  2. A file is whole only if </log> was read: xes_reader_end says so.
 *
 * Example:
 *     XesReader *reader = xes_reader_new(take_event, &import);
 *     ok = xes_reader_feed(reader, piece, &error) && xes_reader_end(reader, &error);
 */
#ifndef FILO_PARSE_XES_H
#define FILO_PARSE_XES_H

#include "base/bytes.h"
#include "base/error.h"

enum { XES_TEXT_MAX = 1 << 20, XES_ATTRIBUTES_MAX = 1024 };

typedef struct XesEvent {
    int64_t line; /* of </event> */
    size_t count;
    const char *const *keys; /* "time:timestamp", "case:concept:name" … */
    const char *const *values;
} XesEvent;

typedef bool (*XesTake)(const XesEvent *event, void *arg, GError **error);

typedef struct XesReader XesReader;

XesReader *xes_reader_new(XesTake take, void *arg);
void xes_reader_free(XesReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(XesReader, xes_reader_free)

bool xes_reader_feed(XesReader *reader, Bytes piece, GError **error);
bool xes_reader_end(XesReader *reader, GError **error);

#endif
