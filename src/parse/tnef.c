/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * [MS-OXTNEF]: a signature, then attributes of level, id, length, content and checksum. Those of level 2 belong to the
 * attachment that the last attAttachRenddata began. Numbers are little-endian. Reading keeps a sticky `failed`, as wire.c
 * does; a checksum that is wrong is said, and the content is taken all the same: who would rather have nothing has the
 * file as it came. A message inside is read by calling ourselves, TNEF_DEPTH_MAX deep.
 */
#include "parse/tnef_int.h"

#include "base/text.h"
#include "parse/charset_int.h"
#include "parse/rtf_int.h"

#include <string.h>

#define SIGNATURE 0x223e9f78u

enum {
    LEVEL_MESSAGE = 1,
    LEVEL_ATTACHMENT = 2,
    /* Attributes: the lower half of the id, which alone names it. */
    ATTRIBUTE_SUBJECT = 0x8004,
    ATTRIBUTE_BODY = 0x800c,
    ATTRIBUTE_ATTACH_DATA = 0x800f,
    ATTRIBUTE_ATTACH_TITLE = 0x8010,
    ATTRIBUTE_TRANSPORT_NAME = 0x9001,
    ATTRIBUTE_RENDDATA = 0x9002,
    ATTRIBUTE_MESSAGE_PROPERTIES = 0x9003,
    ATTRIBUTE_ATTACH_PROPERTIES = 0x9005,
    ATTRIBUTE_OEM_CODEPAGE = 0x9007,
    /* Types of properties ([MS-OXCDATA]). */
    TYPE_STRING8 = 0x001e,
    TYPE_STRING = 0x001f,
    TYPE_OBJECT = 0x000d,
    TYPE_BINARY = 0x0102,
    TYPE_MANY = 0x1000,
    /* Properties ([MS-OXPROPS]). */
    PROPERTY_SUBJECT = 0x0037,
    PROPERTY_SUBMIT_TIME = 0x0039,
    PROPERTY_SENDER_NAME = 0x0c1a,
    PROPERTY_SENDER_ADDRESS = 0x0c1f,
    PROPERTY_BODY = 0x1000,
    PROPERTY_RTF = 0x1009,
    PROPERTY_HTML = 0x1013,
    PROPERTY_DISPLAY_NAME = 0x3001,
    PROPERTY_ATTACH_DATA = 0x3701,
    PROPERTY_ATTACH_NAME = 0x3704,
    PROPERTY_ATTACH_LONG_NAME = 0x3707,
    PROPERTY_ATTACH_TYPE = 0x370e,
    PROPERTY_ATTACH_CONTENT_ID = 0x3712,
    PROPERTY_MESSAGE_CODEPAGE = 0x3ffd,
    PROPERTY_INTERNET_CODEPAGE = 0x3fde,
    PROPERTY_SENDER_SMTP = 0x5d01,
    PROPERTY_NAMED = 0x8000,
    OBJECT_ID_SIZE = 16,
    LINE_MAX_BYTES = 2000, /* of a name or a subject: Outlook's own are 255 letters at most */
};

/* IID_IMessage: 00020307-0000-0000-C000-000000000046. */
static const uint8_t message_object[OBJECT_ID_SIZE] = {0x07, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46};

typedef struct Little {
    Bytes rest;
    bool failed;
} Little;

typedef struct Reading {
    Arena *arena;
    Tnef *out;
    size_t files; /* listed so far, of all messages */
} Reading;

/* ---- bytes ---- */

static Bytes take(Little *in, size_t size)
{
    in->failed = in->failed || in->rest.size < size;
    if (in->failed)
        return (Bytes){NULL, 0};
    Bytes taken = {in->rest.data, size};
    in->rest = (Bytes){in->rest.data + size, in->rest.size - size};
    return taken;
}

static uint32_t number_of(Bytes bytes)
{
    uint32_t number = 0;
    for (size_t i = MIN(bytes.size, (size_t)4); i > 0; i--)
        number = number << 8 | bytes.data[i - 1];
    return number;
}

static uint32_t take_number(Little *in, size_t bytes)
{
    return number_of(take(in, bytes));
}

/* What is filled up to a multiple of four. */
static Bytes take_padded(Little *in, size_t size)
{
    Bytes taken = take(in, size);
    size_t padding = (4 - size % 4) % 4;
    take(in, MIN(padding, in->rest.size)); /* some writers leave the last one out */
    return taken;
}

/* ---- properties ---- */

typedef struct Property {
    uint16_t type, id;
    Bytes value; /* the first, of several */
} Property;

/* Bytes of a value of that type; 0: it says how long it is; SIZE_MAX: no type we know. */
static size_t type_size(uint16_t type)
{
    static const uint16_t rows[][2] = {{0x0002, 2}, {0x0003, 4}, {0x0004, 4}, {0x0005, 8}, {0x0006, 8},
                                       {0x0007, 8}, {0x000a, 4}, {0x000b, 2}, {0x0014, 8}, {0x0040, 8},
                                       {0x0048, 16}, {TYPE_STRING8, 0}, {TYPE_STRING, 0}, {TYPE_OBJECT, 0},
                                       {TYPE_BINARY, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i][0] == (type & ~TYPE_MANY))
            return rows[i][1];
    return SIZE_MAX;
}

/* The name of a property whose number is the sender's own affair. */
static void skip_name(Little *in)
{
    take(in, 16);
    bool is_text = take_number(in, 4) == 1;
    uint32_t value = take_number(in, 4);
    if (is_text)
        take_padded(in, value);
}

static Property take_property(Little *in)
{
    Property property = {.type = (uint16_t)take_number(in, 2)};
    property.id = (uint16_t)take_number(in, 2);
    if (property.id >= PROPERTY_NAMED)
        skip_name(in);
    size_t size = type_size(property.type);
    bool counted = size == 0 || property.type & TYPE_MANY;
    uint32_t count = counted ? take_number(in, 4) : 1;
    in->failed = in->failed || size == SIZE_MAX;
    for (uint32_t i = 0; i < count && !in->failed; i++) { /* each takes at least two bytes, or fails */
        Bytes value = take_padded(in, size ? size : take_number(in, 4));
        if (i == 0)
            property.value = value;
    }
    return property;
}

typedef void (*PropertyTaker)(void *user, const Property *property);

/* A list of properties. False when it could not be read to its end. */
static bool take_properties(Bytes list, PropertyTaker taker, void *user)
{
    Little in = {.rest = list};
    uint32_t count = take_number(&in, 4);
    for (uint32_t i = 0; i < count && !in.failed; i++) {
        Property property = take_property(&in);
        if (!in.failed)
            taker(user, &property);
    }
    return !in.failed;
}

/* ---- texts ---- */

static Bytes without_end(Bytes bytes, bool wide)
{
    size_t unit = wide ? 2 : 1;
    bytes.size -= bytes.size % unit;
    while (bytes.size && !bytes.data[bytes.size - 1] && !bytes.data[bytes.size - unit])
        bytes.size -= unit;
    return bytes;
}

static TnefText text_of(const Property *property)
{
    bool wide = property->type == TYPE_STRING;
    return (TnefText){without_end(property->value, wide), wide};
}

/* Keeps what says it better: UTF-16 needs no guess. */
static void text_keep(TnefText *kept, const Property *property)
{
    bool is_text = property->type == TYPE_STRING || property->type == TYPE_STRING8;
    if (is_text && (!kept->bytes.size || (!kept->wide && property->type == TYPE_STRING)))
        *kept = text_of(property);
}

const char *tnef_line(Arena *arena, const TnefMessage *message, TnefText text)
{
    bool guessed = false;
    g_autoptr(GString) utf8 = g_string_new(NULL);
    text.bytes.size = MIN(text.bytes.size, (size_t)LINE_MAX_BYTES);
    charset_append(utf8, text.wide ? "utf-16le" : codepage_charset(message->codepage), text.bytes, &guessed);
    return text_clean_line(arena, (Bytes){(const uint8_t *)utf8->str, utf8->len});
}

/* ---- attachments ---- */

/* An attachment as its attributes come, in any order. */
typedef struct Draft {
    bool has_content, is_message;
    TnefText title, transport_name, name, long_name, display_name, type, content_id;
    Bytes content;
} Draft;

static void draft_take_data(Draft *draft, const Property *property)
{
    bool is_object = property->type == TYPE_OBJECT && property->value.size >= OBJECT_ID_SIZE;
    if (property->type != TYPE_BINARY && !is_object)
        return;
    size_t skipped = is_object ? OBJECT_ID_SIZE : 0;
    draft->is_message = is_object && !memcmp(property->value.data, message_object, OBJECT_ID_SIZE);
    draft->content = (Bytes){property->value.data + skipped, property->value.size - skipped};
    draft->has_content = true;
}

static void draft_take_property(void *user, const Property *property)
{
    Draft *draft = user;
    if (property->id == PROPERTY_ATTACH_DATA)
        draft_take_data(draft, property);
    else if (property->id == PROPERTY_ATTACH_NAME)
        text_keep(&draft->name, property);
    else if (property->id == PROPERTY_ATTACH_LONG_NAME)
        text_keep(&draft->long_name, property);
    else if (property->id == PROPERTY_DISPLAY_NAME)
        text_keep(&draft->display_name, property);
    else if (property->id == PROPERTY_ATTACH_TYPE)
        text_keep(&draft->type, property);
    else if (property->id == PROPERTY_ATTACH_CONTENT_ID)
        text_keep(&draft->content_id, property);
}

static bool read_message(Reading *reading, Bytes stream, size_t depth, TnefMessage *out);

static const char *draft_name(Reading *reading, const TnefMessage *message, const Draft *draft)
{
    const TnefText *const names[] = {&draft->long_name, &draft->title, &draft->transport_name, &draft->name,
                                     &draft->display_name};
    const char *name = "";
    for (size_t i = 0; i < G_N_ELEMENTS(names) && !*name; i++)
        name = tnef_line(reading->arena, message, *names[i]);
    return name;
}

/* The message inside; NULL when it is none, or lies too deep: then its bytes are a file like any other. */
static const TnefMessage *draft_message(Reading *reading, const Draft *draft, size_t depth)
{
    if (!draft->is_message)
        return NULL;
    if (depth >= TNEF_DEPTH_MAX) {
        reading->out->cut = true;
        return NULL;
    }
    TnefMessage *message = ARENA_NEW(reading->arena, TnefMessage);
    if (read_message(reading, draft->content, depth + 1, message))
        return message;
    reading->out->damaged = true;
    return NULL;
}

/* Its texts wait for the message's code page: so the list is made when all is read. */
static void draft_finish(Reading *reading, const TnefMessage *message, const Draft *draft, size_t depth, TnefFile **end)
{
    if (!draft->has_content) { /* a link to a file elsewhere, or nothing at all */
        reading->out->damaged = true;
        return;
    }
    if (reading->files >= PARSE_ATTACHMENTS_MAX) {
        reading->out->cut = true;
        return;
    }
    reading->files++;
    TnefFile *file = *end;
    file->name = draft_name(reading, message, draft);
    file->type = tnef_line(reading->arena, message, draft->type);
    file->content_id = tnef_line(reading->arena, message, draft->content_id);
    file->message = draft_message(reading, draft, depth);
    file->content = file->message ? (Bytes){NULL, 0} : draft->content;
    file->next = ARENA_NEW(reading->arena, TnefFile);
    *end = file->next;
}

static void draft_take(Reading *reading, Draft *draft, uint16_t attribute, Bytes content)
{
    if (attribute == ATTRIBUTE_ATTACH_DATA && !draft->has_content) {
        draft->content = content;
        draft->has_content = true;
    } else if (attribute == ATTRIBUTE_ATTACH_TITLE) {
        draft->title = (TnefText){without_end(content, false), false};
    } else if (attribute == ATTRIBUTE_TRANSPORT_NAME) {
        draft->transport_name = (TnefText){without_end(content, false), false};
    } else if (attribute == ATTRIBUTE_ATTACH_PROPERTIES && !take_properties(content, draft_take_property, draft)) {
        reading->out->damaged = true;
    }
}

/* ---- the message ---- */

/* A FILETIME, hundreds of nanoseconds since 1601, as we count. */
static TimeMs time_of(Bytes value)
{
    if (value.size != 8)
        return TIME_NONE;
    uint64_t ticks = (uint64_t)number_of((Bytes){value.data + 4, 4}) << 32 | number_of(value);
    int64_t ms = (int64_t)(ticks / 10000) - INT64_C(11644473600000);
    return ms > 0 && ms < INT64_C(253402300800000) ? ms : TIME_NONE;
}

static void message_take_property(void *user, const Property *property)
{
    TnefMessage *message = user;
    bool is_bytes = property->type == TYPE_BINARY || property->type == TYPE_STRING8;
    if (property->id == PROPERTY_SUBJECT)
        text_keep(&message->subject, property);
    else if (property->id == PROPERTY_SENDER_NAME)
        text_keep(&message->sender_name, property);
    else if (property->id == PROPERTY_SENDER_ADDRESS)
        text_keep(&message->sender_address, property);
    else if (property->id == PROPERTY_SENDER_SMTP)
        text_keep(&message->sender_smtp, property);
    else if (property->id == PROPERTY_BODY)
        text_keep(&message->text, property);
    else if (property->id == PROPERTY_HTML && is_bytes)
        message->html = without_end(property->value, false);
    else if (property->id == PROPERTY_RTF && property->type == TYPE_BINARY)
        message->rtf = property->value;
    else if (property->id == PROPERTY_SUBMIT_TIME)
        message->sent = time_of(property->value);
    else if (property->id == PROPERTY_INTERNET_CODEPAGE && property->value.size == 4)
        message->internet_codepage = number_of(property->value);
    else if (property->id == PROPERTY_MESSAGE_CODEPAGE && property->value.size == 4 && !message->codepage)
        message->codepage = number_of(property->value);
}

static void message_take(Reading *reading, TnefMessage *message, uint16_t attribute, Bytes content)
{
    TnefText text = {without_end(content, false), false};
    if (attribute == ATTRIBUTE_SUBJECT && !message->subject.bytes.size)
        message->subject = text;
    else if (attribute == ATTRIBUTE_BODY && !message->text.bytes.size)
        message->text = text;
    else if (attribute == ATTRIBUTE_OEM_CODEPAGE && content.size >= 4)
        message->codepage = number_of((Bytes){content.data, 4});
    else if (attribute == ATTRIBUTE_MESSAGE_PROPERTIES && !take_properties(content, message_take_property, message))
        reading->out->damaged = true;
}

typedef struct Attribute {
    uint8_t level;
    uint16_t id;
    Bytes content;
} Attribute;

/* Zeros and line ends behind the last attribute are the transport's. */
static bool is_padding(Bytes rest)
{
    for (size_t i = 0; i < rest.size; i++)
        if (rest.data[i] != 0 && rest.data[i] != '\r' && rest.data[i] != '\n')
            return false;
    return true;
}

/* The next attribute; false at the end, also at one that is none. */
static bool take_attribute(Reading *reading, Little *in, Attribute *out)
{
    if (is_padding(in->rest))
        return false;
    out->level = (uint8_t)take_number(in, 1);
    out->id = (uint16_t)(take_number(in, 4) & 0xffff);
    out->content = take(in, take_number(in, 4));
    uint16_t sum = 0;
    for (size_t i = 0; i < out->content.size; i++)
        sum = (uint16_t)(sum + out->content.data[i]);
    uint32_t checksum = take_number(in, 2);
    bool is_one = !in->failed && (out->level == LEVEL_MESSAGE || out->level == LEVEL_ATTACHMENT);
    if (!is_one || checksum != sum)
        reading->out->damaged = true;
    return is_one;
}

/* Reads one stream; false when it does not begin as one. */
static bool read_message(Reading *reading, Bytes stream, size_t depth, TnefMessage *out)
{
    Little in = {.rest = stream};
    Attribute attribute;
    g_autoptr(GArray) drafts = g_array_new(FALSE, TRUE, sizeof(Draft));
    bool is_tnef = take_number(&in, 4) == SIGNATURE;
    take(&in, 2);
    reading->out->damaged = reading->out->damaged || in.failed;
    *out = (TnefMessage){.sent = TIME_NONE, .files = ARENA_NEW(reading->arena, TnefFile)};
    while (is_tnef && take_attribute(reading, &in, &attribute)) {
        if (attribute.level == LEVEL_MESSAGE) {
            message_take(reading, out, attribute.id, attribute.content);
            continue;
        }
        if (attribute.id == ATTRIBUTE_RENDDATA || !drafts->len) {
            if (drafts->len > PARSE_ATTACHMENTS_MAX) /* one more than is listed, so that it is told */
                break;
            g_array_set_size(drafts, drafts->len + 1);
        }
        draft_take(reading, &g_array_index(drafts, Draft, drafts->len - 1), attribute.id, attribute.content);
    }
    TnefFile *end = out->files;
    for (guint i = 0; i < drafts->len; i++)
        draft_finish(reading, out, &g_array_index(drafts, Draft, i), depth, &end);
    return is_tnef;
}

void tnef_read(Arena *arena, Bytes stream, Tnef *out)
{
    Reading reading = {.arena = arena, .out = out};
    stream.data = stream.data ? stream.data : (const uint8_t *)"";
    *out = (Tnef){0};
    out->is_tnef = read_message(&reading, stream, 0, &out->message);
    out->damaged = out->damaged || !out->is_tnef;
}
