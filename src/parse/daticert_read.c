/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: daticert.xml by SAX. How: the handlers below are all there are, so an entity that is not one of XML's five has no
 * way to become text; a DOCTYPE stops the parser before its first declaration is read. Why not the tree: its size would be
 * the input's to choose.
 */
#include "parse/daticert_int.h"
#include "parse/lines_int.h"
#include "parse/message_int.h"

#include <libxml/parser.h>
#include <string.h>

enum { DEPTH_MAX = 8, SECONDS_OF_DAY = 86400, YEAR_MIN = 1971, YEAR_MAX = 9998 };

/* The elements whose text is wanted. */
typedef enum DatiField {
    DATI_SENDER,
    DATI_RECIPIENT,
    DATI_REPLIES,
    DATI_SUBJECT,
    DATI_PROVIDER,
    DATI_DAY,
    DATI_TIME,
    DATI_IDENTIFIER,
    DATI_MESSAGE_ID,
    DATI_DELIVERED_TO,
    DATI_ERROR_TEXT,
    DATI_FIELDS
} DatiField;

static const char *const field_names[DATI_FIELDS] = {
    [DATI_SENDER] = "mittente",          [DATI_RECIPIENT] = "destinatari",    [DATI_REPLIES] = "risposte",
    [DATI_SUBJECT] = "oggetto",          [DATI_PROVIDER] = "gestore-emittente", [DATI_DAY] = "giorno",
    [DATI_TIME] = "ora",                 [DATI_IDENTIFIER] = "identificativo", [DATI_MESSAGE_ID] = "msgid",
    [DATI_DELIVERED_TO] = "consegna",    [DATI_ERROR_TEXT] = "errore-esteso",
};

typedef struct DatiReader {
    Arena *arena;
    Daticert *out;
    xmlParserCtxtPtr parser;
    const char *texts[DATI_FIELDS]; /* the first of each; NULL: not seen */
    const char *zone;
    DatiField field; /* being gathered; DATI_FIELDS: none */
    GString *text;
    bool recipient_certified;
    GArray *recipients; /* of DaticertRecipient */
    unsigned depth;
    bool refused;
} DatiReader;

static void refuse(DatiReader *reader)
{
    reader->refused = true;
    xmlStopParser(reader->parser);
}

/* ---- elements ---- */

/* The value of an attribute in SAX2's list of (name, prefix, URI, value, end), or "". */
static const char *attribute_of(const DatiReader *reader, int count, const xmlChar **attributes, const char *name)
{
    for (int i = 0; i < count; i++, attributes += 5)
        if (!strcmp((const char *)attributes[0], name)) {
            size_t size = MIN((size_t)(attributes[4] - attributes[3]), (size_t)PARSE_LINE_MAX);
            g_autofree char *value = g_strndup((const char *)attributes[3], size);
            return line_keep(reader->arena, value, PARSE_LINE_MAX);
        }
    return "";
}

static const char *lower_of(const DatiReader *reader, const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    return arena_strdup(reader->arena, lower);
}

static void read_attributes(DatiReader *reader, const char *name, int count, const xmlChar **attributes)
{
    if (!strcmp(name, "postacert") && reader->depth == 1) {
        reader->out->type = lower_of(reader, attribute_of(reader, count, attributes, "tipo"));
        reader->out->error = lower_of(reader, attribute_of(reader, count, attributes, "errore"));
        reader->out->read = true;
    } else if (!strcmp(name, "data") && !*reader->zone) {
        reader->zone = attribute_of(reader, count, attributes, "zona");
    } else if (!strcmp(name, "ricevuta")) {
        reader->out->receipt_form = lower_of(reader, attribute_of(reader, count, attributes, "tipo"));
    } else if (!strcmp(name, "destinatari")) {
        reader->recipient_certified =
            !g_ascii_strcasecmp(attribute_of(reader, count, attributes, "tipo"), "certificato");
    }
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int namespaces,
                     const xmlChar **namespace_list, int count, int defaulted, const xmlChar **attributes)
{
    DatiReader *reader = user;
    (void)prefix, (void)uri, (void)namespaces, (void)namespace_list, (void)defaulted;
    if (++reader->depth > DEPTH_MAX || (reader->depth == 1 && strcmp((const char *)name, "postacert") != 0)) {
        refuse(reader);
        return;
    }
    read_attributes(reader, (const char *)name, count, attributes);
    reader->field = DATI_FIELDS;
    for (DatiField field = 0; field < DATI_FIELDS; field++)
        if (!strcmp((const char *)name, field_names[field]))
            reader->field = field;
    g_string_truncate(reader->text, 0);
}

static void on_text(void *user, const xmlChar *text, int size)
{
    DatiReader *reader = user;
    size_t room = PARSE_LINE_MAX - MIN(reader->text->len, (size_t)PARSE_LINE_MAX);
    if (reader->field != DATI_FIELDS && size > 0)
        g_string_append_len(reader->text, (const char *)text, (gssize)MIN((size_t)size, room));
}

static void recipient_add(DatiReader *reader, const char *address)
{
    if (!*address || reader->recipients->len >= DATICERT_RECIPIENTS_MAX)
        return;
    DaticertRecipient recipient = {address, reader->recipient_certified};
    g_array_append_val(reader->recipients, recipient);
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    DatiReader *reader = user;
    (void)name, (void)prefix, (void)uri;
    if (reader->depth)
        reader->depth--;
    if (reader->field == DATI_FIELDS)
        return;
    const char *line = line_keep(reader->arena, reader->text->str, PARSE_LINE_MAX);
    if (reader->field == DATI_RECIPIENT)
        recipient_add(reader, line);
    else if (!reader->texts[reader->field])
        reader->texts[reader->field] = line;
    reader->field = DATI_FIELDS;
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *external, const xmlChar *file)
{
    (void)name, (void)external, (void)file;
    refuse(user);
}

/* ---- values ---- */

static bool number_at(const char *text, size_t at, size_t digits, int *number_out)
{
    *number_out = 0;
    for (size_t i = at; i < at + digits; i++) {
        if (!g_ascii_isdigit(text[i]))
            return false;
        *number_out = *number_out * 10 + (text[i] - '0');
    }
    return true;
}

/* "+0100" east of UTC, in seconds. */
static bool read_zone(const char *zone, int *seconds_out)
{
    int hours, minutes;
    if (strlen(zone) != 5 || (zone[0] != '+' && zone[0] != '-') || !number_at(zone, 1, 2, &hours) ||
        !number_at(zone, 3, 2, &minutes) || hours > 14 || minutes > 59)
        return false;
    *seconds_out = (zone[0] == '-' ? -60 : 60) * (hours * 60 + minutes);
    return true;
}

/* "15/11/2024", "18:20:38" and "+0100" as an instant; TIME_NONE when one of them is not so. */
static TimeMs read_instant(const char *date, const char *time, const char *zone)
{
    int day, month, year, hour, minute, second, east;
    bool shaped = strlen(date) == 10 && date[2] == '/' && date[5] == '/' && strlen(time) == 8 && time[2] == ':' &&
                  time[5] == ':' && number_at(date, 0, 2, &day) && number_at(date, 3, 2, &month) &&
                  number_at(date, 6, 4, &year) && number_at(time, 0, 2, &hour) && number_at(time, 3, 2, &minute) &&
                  number_at(time, 6, 2, &second) && read_zone(zone, &east);
    if (!shaped || year < YEAR_MIN || year > YEAR_MAX)
        return TIME_NONE;
    GDateTime *there = g_date_time_new_utc(year, month, day, hour, minute, MIN(second, 59)); /* 60: a leap second */
    if (!there)
        return TIME_NONE;
    TimeMs at = (g_date_time_to_unix(there) - east) * TIME_SECOND;
    g_date_time_unref(there);
    return at;
}

/* "<id>" without its brackets; some providers escape it twice, as the text of a text. */
static const char *read_message_id(Arena *arena, const char *written)
{
    g_autoptr(GString) text = g_string_new(written);
    g_string_replace(text, "&lt;", "<", 1);
    g_string_replace(text, "&gt;", ">", 1);
    g_string_replace(text, "&amp;", "&", 0);
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(char *));
    ids_append(arena, ids, text->str);
    return ids->len ? g_array_index(ids, const char *, 0) : "";
}

static const char *text_of(const DatiReader *reader, DatiField field)
{
    return reader->texts[field] ? reader->texts[field] : "";
}

static void fill(DatiReader *reader)
{
    Daticert *out = reader->out;
    out->sender = text_of(reader, DATI_SENDER);
    out->replies = text_of(reader, DATI_REPLIES);
    out->subject = text_of(reader, DATI_SUBJECT);
    out->provider = text_of(reader, DATI_PROVIDER);
    out->at = read_instant(text_of(reader, DATI_DAY), text_of(reader, DATI_TIME), reader->zone);
    out->identifier = text_of(reader, DATI_IDENTIFIER);
    out->message_id = read_message_id(reader->arena, text_of(reader, DATI_MESSAGE_ID));
    out->delivered_to = text_of(reader, DATI_DELIVERED_TO);
    out->error_text = text_of(reader, DATI_ERROR_TEXT);
    out->recipient_count = reader->recipients->len;
    DaticertRecipient *recipients = ARENA_ARRAY(reader->arena, DaticertRecipient, reader->recipients->len + 1);
    if (reader->recipients->len)
        memcpy(recipients, reader->recipients->data, reader->recipients->len * sizeof *recipients);
    out->recipients = recipients;
}

/* True when the document was whole and nothing in it was refused. */
static bool run(DatiReader *reader, Bytes xml)
{
    xmlSAXHandler handlers;
    memset(&handlers, 0, sizeof handlers);
    handlers.initialized = XML_SAX2_MAGIC;
    handlers.startElementNs = on_start;
    handlers.endElementNs = on_end;
    handlers.characters = on_text;
    handlers.cdataBlock = on_text;
    handlers.internalSubset = on_doctype;
    reader->parser = xmlCreatePushParserCtxt(&handlers, reader, NULL, 0, NULL);
    if (!reader->parser)
        return false;
    xmlCtxtUseOptions(reader->parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    int code = xmlParseChunk(reader->parser, (const char *)xml.data, (int)xml.size, 1);
    bool whole = code == 0 && reader->parser->wellFormed && !reader->refused;
    xmlFreeParserCtxt(reader->parser);
    return whole;
}

void daticert_read(Arena *arena, Bytes xml, Daticert *out)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GArray) recipients = g_array_new(FALSE, FALSE, sizeof(DaticertRecipient));
    static const Daticert nothing = {.type = "", .error = "", .receipt_form = ""};
    *out = nothing;
    DatiReader reader = {
        .arena = arena, .out = out, .zone = "", .field = DATI_FIELDS, .text = text, .recipients = recipients};
    bool whole = xml.size && xml.size <= DATICERT_MAX && run(&reader, xml) && out->read;
    if (!whole)
        *out = nothing;
    else
        fill(&reader);
}

/* ---- the way back ---- */

/* In the order they are written. */
#define TEXTS(certified)                                                                                               \
    {                                                                                                                  \
        &(certified)->type, &(certified)->error, &(certified)->sender, &(certified)->replies, &(certified)->subject,   \
            &(certified)->provider, &(certified)->identifier, &(certified)->message_id, &(certified)->receipt_form,    \
            &(certified)->delivered_to, &(certified)->error_text                                                       \
    }

GByteArray *daticert_lines_write(const Daticert *certified)
{
    GByteArray *out = g_byte_array_new();
    line_put_number(out, certified->read);
    if (!certified->read)
        return out;
    const char *const *const texts[] = TEXTS(certified);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        line_put(out, *texts[i]);
    line_put_number(out, certified->at);
    line_put_number(out, (int64_t)certified->recipient_count);
    for (size_t i = 0; i < certified->recipient_count; i++) {
        line_put_number(out, certified->recipients[i].certified);
        line_put(out, certified->recipients[i].address);
    }
    return out;
}

static void read_recipients(LineReader *in, Daticert *out)
{
    out->recipient_count = (size_t)line_number(in, 0, DATICERT_RECIPIENTS_MAX);
    DaticertRecipient *recipients = ARENA_ARRAY(in->arena, DaticertRecipient, out->recipient_count + 1);
    for (size_t i = 0; i < out->recipient_count; i++) {
        recipients[i].certified = line_number(in, 0, 1) == 1;
        recipients[i].address = line_text(in);
    }
    out->recipients = recipients;
}

bool daticert_lines_read(Arena *arena, Bytes result, Daticert *out)
{
    LineReader in = {.arena = arena, .rest = result};
    *out = (Daticert){.read = line_number(&in, 0, 1) == 1};
    if (!out->read)
        return lines_end(&in);
    const char **const texts[] = TEXTS(out);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        *texts[i] = line_text(&in);
    out->at = line_number(&in, 0, INT64_C(253402300799999)); /* 9999-12-31T23:59:59.999Z */
    read_recipients(&in, out);
    return lines_end(&in);
}
