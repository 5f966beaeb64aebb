/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: reads, writes and documents objects by their table. How: a reader per type turns a JSON value or a query text
 * into a ShapeValue; the object's reader walks what was sent (to refuse what is unknown) and then the table (to see what
 * is missing). Why no schema library: the few types we need are the whole of it, and a table is checked by the compiler.
 */
#include "api/shape.h"

#include "api/json_in.h"
#include "base/check.h"
#include "base/text.h"
#include "base/writer.h"

#include <string.h>

enum { LINE_MAX_DEFAULT = 200 };

/* ------------------------------------------------------------------------------------------------------------ refusing */

static bool refuse(ShapeRefusal *refused, const char *code, const char *field, const char *message)
{
    *refused = (ShapeRefusal){code, field, message};
    return false;
}

static bool refuse_type(ShapeRefusal *refused, const ShapeField *field)
{
    static const char *const messages[] = {
        [SHAPE_LINE] = "must be a text",
        [SHAPE_LINES] = "must be a text",
        [SHAPE_WORD] = "must be one of the words that the documentation lists",
        [SHAPE_NUMBER] = "must be a whole number from 0 to the documented maximum",
        [SHAPE_FLAG] = "must be true or false",
        [SHAPE_TIME] = "must be a time such as 2026-04-03T15:20:00Z",
        [SHAPE_LIST] = "cannot be sent",
    };
    return refuse(refused, "body.type", field->name, messages[field->type]);
}

/* -------------------------------------------------------------------------------------------------------------- reading */

static int64_t max_chars(const ShapeField *field)
{
    return field->max ? field->max : LINE_MAX_DEFAULT;
}

static bool read_text(Arena *arena, const ShapeField *field, Bytes text, ShapeValue *value, ShapeRefusal *refused)
{
    if (text.size && memchr(text.data, '\0', text.size))
        return refuse(refused, "body.nul", field->name, "must not contain U+0000");
    value->text = field->type == SHAPE_LINE ? text_clean_line(arena, text) : text_clean(arena, text);
    if (g_utf8_strlen(value->text, -1) > max_chars(field))
        return refuse(refused, "body.too_long", field->name, "is longer than the documented maximum");
    if (field->required && text_is_blank(value->text))
        return refuse(refused, "body.blank", field->name, "must not be blank");
    return true;
}

static bool read_word(const ShapeField *field, const char *text, ShapeValue *value, ShapeRefusal *refused)
{
    for (int at = 0; field->word(at); at++)
        if (strcmp(field->word(at), text) == 0) {
            value->number = at;
            value->text = field->word(at);
            return true;
        }
    return refuse_type(refused, field);
}

static bool read_number(const ShapeField *field, int64_t number, ShapeValue *value, ShapeRefusal *refused)
{
    value->number = number;
    return (number >= 0 && (!field->max || number <= field->max)) || refuse_type(refused, field);
}

static bool read_time(const ShapeField *field, const char *text, ShapeValue *value, ShapeRefusal *refused)
{
    return (time_parse_iso(text, &value->number) && value->number > 0) || refuse_type(refused, field);
}

/* What is not text: false when the JSON value is of another type. */
static bool read_plain(const ShapeField *field, const json_t *json, ShapeValue *value, ShapeRefusal *refused)
{
    if (field->type == SHAPE_NUMBER && json_is_integer(json))
        return read_number(field, json_integer_value(json), value, refused);
    if (field->type == SHAPE_FLAG && json_is_boolean(json)) {
        value->number = json_is_true(json);
        return true;
    }
    return refuse_type(refused, field);
}

static bool read_member(Arena *arena, const ShapeField *field, const json_t *json, ShapeValue *value,
                        ShapeRefusal *refused)
{
    value->given = !json_is_null(json);
    if (!value->given)
        return true;
    if (!json_is_string(json) || field->type == SHAPE_NUMBER || field->type == SHAPE_FLAG || field->type == SHAPE_LIST)
        return read_plain(field, json, value, refused);
    const char *text = json_string_value(json);
    if (field->type == SHAPE_WORD)
        return read_word(field, text, value, refused);
    if (field->type == SHAPE_TIME)
        return read_time(field, text, value, refused);
    return read_text(arena, field, (Bytes){(const uint8_t *)text, json_string_length(json)}, value, refused);
}

static size_t find_field(const Shape *shape, const char *name)
{
    size_t at = 0;
    while (at < shape->count && strcmp(shape->fields[at].name, name) != 0)
        at++;
    return at;
}

static bool check_required(const Shape *shape, const ShapeValue *values, ShapeRefusal *refused)
{
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].required && !values[i].given)
            return refuse(refused, "body.required", shape->fields[i].name, "is required");
    return true;
}

/* A name somebody sent, fit to be sent back. */
static const char *shown_name(Arena *arena, const char *name)
{
    return text_clip(arena, text_clean_line(arena, bytes_of(name)), 60);
}

static bool read_object(Arena *arena, const Shape *shape, json_t *root, ShapeValue *values, ShapeRefusal *refused)
{
    const char *name;
    json_t *member;
    if (!json_is_object(root))
        return refuse(refused, "body.type", "", "the body must be a JSON object");
    json_object_foreach(root, name, member)
    {
        size_t at = find_field(shape, name);
        if (at == shape->count)
            return refuse(refused, "body.unknown_field", shown_name(arena, name), "is no member of this object");
        if (!read_member(arena, &shape->fields[at], member, &values[at], refused))
            return false;
    }
    return check_required(shape, values, refused);
}

bool shape_read(Arena *arena, const Shape *shape, Bytes body, ShapeValue *values, ShapeRefusal *refused_out)
{
    JsonIn in;
    check(shape->count <= SHAPE_FIELDS_MAX);
    memset(values, 0, shape->count * sizeof *values);
    if (!json_in_parse(body, &in))
        return refuse(refused_out, "body.syntax", "", "the body is not JSON (RFC 8259), or nested too deep");
    bool done = !in.repeats ? read_object(arena, shape, in.root, values, refused_out)
                            : refuse(refused_out, "body.duplicate", "", "an object names a member twice");
    json_decref(in.root);
    return done;
}

/* ---------------------------------------------------------------------------------------------------------------- query */

static bool read_decimal(const ShapeField *field, const char *text, ShapeValue *value, ShapeRefusal *refused)
{
    gint64 number;
    if (!*text || strspn(text, "0123456789") != strlen(text) ||
        !g_ascii_string_to_signed(text, 10, 0, G_MAXINT64, &number, NULL))
        return refuse_type(refused, field);
    return read_number(field, number, value, refused);
}

static bool read_parameter(Arena *arena, const ShapeField *field, const char *text, ShapeValue *value,
                           ShapeRefusal *refused)
{
    value->given = true;
    switch (field->type) {
    case SHAPE_NUMBER:
        return read_decimal(field, text, value, refused);
    case SHAPE_WORD:
        return read_word(field, text, value, refused);
    case SHAPE_TIME:
        return read_time(field, text, value, refused);
    case SHAPE_FLAG:
        value->number = strcmp(text, "true") == 0;
        return value->number || strcmp(text, "false") == 0 || refuse_type(refused, field);
    case SHAPE_LINE:
    case SHAPE_LINES:
        return read_text(arena, field, bytes_of(text), value, refused);
    case SHAPE_LIST:
    default:
        return refuse_type(refused, field);
    }
}

bool shape_read_query(Arena *arena, const Shape *shape, HttpPairs query, ShapeValue *values, ShapeRefusal *refused_out)
{
    check(shape->count <= SHAPE_FIELDS_MAX);
    memset(values, 0, shape->count * sizeof *values);
    for (size_t i = 0; i < query.count; i++) {
        size_t at = find_field(shape, query.items[i].name);
        if (at == shape->count)
            return refuse(refused_out, "query.unknown", shown_name(arena, query.items[i].name), "is no parameter here");
        if (values[at].given)
            return refuse(refused_out, "query.duplicate", shape->fields[at].name, "is there twice");
        if (!read_parameter(arena, &shape->fields[at], query.items[i].value, &values[at], refused_out))
            return false;
    }
    return check_required(shape, values, refused_out);
}

/* -------------------------------------------------------------------------------------------------------------- writing */

static void write_rows(GString *out, Arena *arena, const Shape *item, const ShapeValue *value)
{
    g_string_append_c(out, '[');
    for (size_t i = 0; i < value->row_count; i++) {
        if (i)
            g_string_append_c(out, ',');
        shape_write(out, arena, item, value->rows + i * item->count);
    }
    g_string_append_c(out, ']');
}

static void write_value(GString *out, Arena *arena, const ShapeField *field, const ShapeValue *value)
{
    check(value->given || !field->required);
    if (!value->given) {
        g_string_append(out, "null");
        return;
    }
    switch (field->type) {
    case SHAPE_NUMBER:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, value->number);
        return;
    case SHAPE_FLAG:
        g_string_append(out, value->number ? "true" : "false");
        return;
    case SHAPE_TIME:
        json_str(out, time_to_iso(arena, value->number));
        return;
    case SHAPE_LIST:
        write_rows(out, arena, field->item, value);
        return;
    case SHAPE_LINE:
    case SHAPE_LINES:
    case SHAPE_WORD:
    default:
        json_str(out, value->text);
    }
}

void shape_write(GString *out, Arena *arena, const Shape *shape, const ShapeValue *values)
{
    for (size_t i = 0; i < shape->count; i++) {
        g_string_append_c(out, i ? ',' : '{');
        json_str(out, shape->fields[i].name);
        g_string_append_c(out, ':');
        write_value(out, arena, &shape->fields[i], &values[i]);
    }
    g_string_append_c(out, '}');
}

/* -------------------------------------------------------------------------------------------------------- documentation */

static void write_words(GString *out, const ShapeField *field)
{
    g_string_append(out, ",\"enum\":[");
    for (int at = 0; field->word(at); at++) {
        if (at)
            g_string_append_c(out, ',');
        json_str(out, field->word(at));
    }
    if (!field->required)
        g_string_append(out, ",null");
    g_string_append_c(out, ']');
}

static void write_limits(GString *out, const ShapeField *field, bool is_answer)
{
    if (!is_answer && (field->type == SHAPE_LINE || field->type == SHAPE_LINES))
        g_string_append_printf(out, ",\"maxLength\":%" G_GINT64_FORMAT, max_chars(field));
    if (field->type == SHAPE_NUMBER)
        g_string_append(out, ",\"format\":\"int64\",\"minimum\":0");
    if (field->type == SHAPE_NUMBER && field->max)
        g_string_append_printf(out, ",\"maximum\":%" G_GINT64_FORMAT, field->max);
    if (field->type == SHAPE_TIME)
        g_string_append(out, ",\"format\":\"date-time\"");
    if (field->type == SHAPE_WORD)
        write_words(out, field);
    if (field->type == SHAPE_LIST) {
        g_string_append(out, ",\"items\":");
        shape_write_schema(out, field->item);
    }
}

void shape_write_field_schema(GString *out, const ShapeField *field, bool is_answer)
{
    static const char *const types[] = {
        [SHAPE_LINE] = "string",  [SHAPE_LINES] = "string",  [SHAPE_WORD] = "string", [SHAPE_NUMBER] = "integer",
        [SHAPE_FLAG] = "boolean", [SHAPE_TIME] = "string", [SHAPE_LIST] = "array",
    };
    g_string_append(out, "{\"type\":");
    if (!field->required)
        g_string_append_c(out, '[');
    json_str(out, types[field->type]);
    if (!field->required)
        g_string_append(out, ",\"null\"]");
    write_limits(out, field, is_answer);
    g_string_append(out, ",\"description\":");
    json_str(out, field->doc);
    g_string_append_c(out, '}');
}

static void write_required(GString *out, const Shape *shape)
{
    const char *before = ",\"required\":[";
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].required) {
            g_string_append(out, before);
            json_str(out, shape->fields[i].name);
            before = ",";
        }
    if (before[1] == '\0') /* there was one: the list is open */
        g_string_append_c(out, ']');
}

void shape_write_schema(GString *out, const Shape *shape)
{
    g_string_append_printf(out, "{\"type\":\"object\",%s\"properties\":{",
                           shape->is_answer ? "" : "\"additionalProperties\":false,");
    for (size_t i = 0; i < shape->count; i++) {
        if (i)
            g_string_append_c(out, ',');
        json_str(out, shape->fields[i].name);
        g_string_append_c(out, ':');
        shape_write_field_schema(out, &shape->fields[i], shape->is_answer);
    }
    g_string_append_c(out, '}');
    write_required(out, shape);
    g_string_append_c(out, '}');
}
