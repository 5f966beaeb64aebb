/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: XES by SAX. How: a place in the file (outside, in the log, a trace, an event) and the depth below it; an
 * attribute element counts only directly under a trace or an event. The trace's attributes are kept while its events
 * go by, so they must stand before them, as the standard's schema asks. Why not the tree or the reader: a log of a
 * million events would be held whole, or pulled from a descriptor we do not have (the input is being decompressed).
 */
#include "parse/xes.h"

#include "parse/libxml_late.h"

#include <string.h>

typedef enum XesPlace { OUTSIDE, IN_LOG, IN_TRACE, IN_EVENT, AFTER_LOG } XesPlace;

struct XesReader {
    xmlParserCtxtPtr parser; /* NULL until the first piece */
    XesTake take;
    void *arg;
    XesPlace place;
    unsigned below;  /* open elements below the place */
    GPtrArray *keys; /* owned texts: the trace's, then the event's */
    GPtrArray *values;
    guint trace_count; /* of them, the trace's */
    size_t text_size;  /* of all of them */
    size_t trace_size; /* of the trace's */
    bool ending;       /* no more input comes */
    GError *error;     /* the first; the parser was stopped at it */
};

/* ------------------------------------------------------------------------------------------------------- stopping */

static int64_t line_of(const XesReader *reader)
{
    return libxml.xmlSAX2GetLineNumber(reader->parser);
}

static void stop(XesReader *reader, FiloError code, int64_t line, const char *what)
{
    if (!reader->error)
        g_set_error(&reader->error, FILO_ERROR, (int)code, "line %" G_GINT64_FORMAT ": %s", line, what);
    libxml.xmlStopParser(reader->parser);
}

static bool give_up(XesReader *reader, GError **error)
{
    if (!reader->error)
        return true;
    g_propagate_error(error, g_steal_pointer(&reader->error));
    return false;
}

/* ----------------------------------------------------------------------------------------------------- attributes */

static void forget_from(XesReader *reader, guint count, size_t size)
{
    g_ptr_array_set_size(reader->keys, (gint)count);
    g_ptr_array_set_size(reader->values, (gint)count);
    reader->text_size = size;
}

/* SAX2 gives five pointers an attribute: name, prefix, URI, value, end of value. */
static char *attribute_of(const xmlChar **attributes, int count, const char *name)
{
    for (int i = 0; i < count; i++) {
        const xmlChar **one = attributes + i * 5;
        if (strcmp((const char *)one[0], name) == 0 && !one[1])
            return g_strndup((const char *)one[3], (gsize)(one[4] - one[3]));
    }
    return NULL;
}

static void keep_attribute(XesReader *reader, const xmlChar **attributes, int count)
{
    g_autofree char *key = attribute_of(attributes, count, "key");
    g_autofree char *value = attribute_of(attributes, count, "value");
    if (!key || !value) /* a list or container, which has none */
        return;
    reader->text_size += strlen(key) + strlen(value);
    if (reader->keys->len >= XES_ATTRIBUTES_MAX || reader->text_size > XES_TEXT_MAX) {
        stop(reader, FILO_ERROR_TOO_LARGE, line_of(reader), "more than 1024 attributes or 1 MB of them");
        return;
    }
    g_ptr_array_add(reader->keys, reader->place == IN_TRACE ? g_strconcat("case:", key, NULL) : g_steal_pointer(&key));
    g_ptr_array_add(reader->values, g_steal_pointer(&value));
}

/* ------------------------------------------------------------------------------------------------------- elements */

static const struct {
    XesPlace from, to;
    const char *element;
} steps[] = {{OUTSIDE, IN_LOG, "log"}, {IN_LOG, IN_TRACE, "trace"}, {IN_TRACE, IN_EVENT, "event"}};

static bool is_attribute(const char *element)
{
    static const char *const names[] = {"string", "date", "int", "float", "boolean", "id"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], element) == 0)
            return true;
    return false;
}

static bool enter(XesReader *reader, const char *element)
{
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (reader->place != steps[i].from || strcmp(steps[i].element, element) != 0)
            continue;
        reader->place = steps[i].to;
        if (reader->place == IN_TRACE)
            forget_from(reader, 0, 0);
        if (reader->place == IN_EVENT) {
            reader->trace_count = reader->keys->len;
            reader->trace_size = reader->text_size;
        }
        return true;
    }
    return false;
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespaces,
                     const xmlChar **namespace_list, int attribute_count, int defaulted, const xmlChar **attributes)
{
    XesReader *reader = context;
    const char *element = (const char *)name;
    (void)prefix, (void)uri, (void)namespaces, (void)namespace_list, (void)defaulted;
    if (reader->error)
        return;
    if (reader->below == 0 && enter(reader, element))
        return;
    if (reader->place == OUTSIDE) {
        stop(reader, FILO_ERROR_USAGE, line_of(reader), "this is XML but not an event log: no <log>");
        return;
    }
    if (reader->below == 0 && reader->place >= IN_TRACE && is_attribute(element))
        keep_attribute(reader, attributes, attribute_count);
    reader->below++;
}

static void give_event(XesReader *reader)
{
    XesEvent event = {line_of(reader), reader->keys->len, (const char *const *)reader->keys->pdata,
                      (const char *const *)reader->values->pdata};
    if (!reader->take(&event, reader->arg, &reader->error))
        libxml.xmlStopParser(reader->parser);
    forget_from(reader, reader->trace_count, reader->trace_size);
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    XesReader *reader = context;
    (void)name, (void)prefix, (void)uri;
    if (reader->error)
        return;
    if (reader->below > 0) {
        reader->below--;
        return;
    }
    if (reader->place == IN_EVENT)
        give_event(reader);
    reader->place = reader->place == IN_LOG ? AFTER_LOG : (XesPlace)(reader->place - 1);
}

static void on_doctype(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *address)
{
    XesReader *reader = context;
    (void)name, (void)external, (void)address;
    stop(reader, FILO_ERROR_USAGE, line_of(reader), "a document type declaration: an event log has none");
}

static void on_error(void *context, xmlErrorPtr problem)
{
    XesReader *reader = context;
    if (problem->level < XML_ERR_ERROR || reader->error)
        return;
    g_autofree char *words = g_strdup(problem->message ? problem->message : "not well-formed");
    g_strstrip(words);
    if (reader->ending && reader->place != AFTER_LOG) /* the parser's words do not tell that it was waiting for more */
        return;
    stop(reader, FILO_ERROR_USAGE, problem->line, words);
}

/* -------------------------------------------------------------------------------------------------------- reader */

XesReader *xes_reader_new(XesTake take, void *arg)
{
    XesReader *reader = g_new0(XesReader, 1);
    *reader = (XesReader){.take = take, .arg = arg};
    reader->keys = g_ptr_array_new_with_free_func(g_free);
    reader->values = g_ptr_array_new_with_free_func(g_free);
    return reader;
}

static bool parser_open(XesReader *reader, GError **error)
{
    xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC,
                             .startElementNs = on_start,
                             .endElementNs = on_end,
                             .internalSubset = on_doctype,
                             .serror = on_error};
    if (reader->parser)
        return true;
    if (!libxml_load(error))
        return false;
    reader->parser = libxml.xmlCreatePushParserCtxt(&handler, reader, NULL, 0, NULL);
    g_assert(reader->parser); /* NULL only without memory, and GLib aborts then too */
    libxml.xmlCtxtUseOptions(reader->parser, XML_PARSE_NONET | XML_PARSE_NOWARNING);
    return true;
}

void xes_reader_free(XesReader *reader)
{
    if (!reader)
        return;
    if (reader->parser)
        libxml.xmlFreeParserCtxt(reader->parser);
    g_ptr_array_unref(reader->keys);
    g_ptr_array_unref(reader->values);
    g_clear_error(&reader->error);
    g_free(reader);
}

bool xes_reader_feed(XesReader *reader, Bytes piece, GError **error)
{
    enum { AT_ONCE = 1 << 20 };
    if (!parser_open(reader, error))
        return false;
    for (size_t at = 0; at < piece.size && !reader->error; at += AT_ONCE)
        libxml.xmlParseChunk(reader->parser, (const char *)piece.data + at, (int)MIN(piece.size - at, AT_ONCE), 0);
    return give_up(reader, error);
}

bool xes_reader_end(XesReader *reader, GError **error)
{
    reader->ending = true;
    if (!parser_open(reader, error))
        return false;
    if (!reader->error)
        libxml.xmlParseChunk(reader->parser, NULL, 0, 1);
    if (reader->place != AFTER_LOG)
        stop(reader, FILO_ERROR_USAGE, line_of(reader),
             "the file ends before </log>: it is cut off or not well-formed");
    return give_up(reader, error);
}
