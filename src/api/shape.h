/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * shape: the members of a JSON object as a table. Answers: "is this what we asked for?", "how is this written?" and
 * "what does the documentation say?" — from one table, so that the three cannot part.
 *
 * A handler declares its body, its query and its answer as Shapes and its values as an array in the table's order
 * (an enum gives the places names). Reading is strict: unknown members, wrong types, texts too long are refused.
 * Not for rules of the desk. Owns no table of the database. Called by: api.
 *
 * Pointers: shapes are static; texts read live in the arena given; values written are borrowed for the call.
 * Errors: readers are false and fill a ShapeRefusal (static code and message; field in the arena): always a 400.
 *
 * Invariants:
 *  1. A text read is valid UTF-8 without NUL, cleaned as base/text does, and has at most max characters.
 *  2. After a reader's true every required member is given and no text that is given and required is blank.
 *  3. An optional member that is null counts as not given.
 *
 * Example:
 *     enum { NOTE_TEXT, NOTE_COUNT };
 *     static const ShapeField note_fields[] = {
 *         [NOTE_TEXT] = {"text", SHAPE_LINES, .required = true, .max = 20000, .doc = "What the colleagues read."},
 *     };
 *     static const Shape note_shape = {"NoteNew", note_fields, NOTE_COUNT};
 */
#ifndef FILO_API_SHAPE_H
#define FILO_API_SHAPE_H

#include "base/clock.h"
#include "net/http.h"

typedef enum ShapeType {
    SHAPE_LINE,   /* a text on one line */
    SHAPE_LINES,  /* a text of several lines */
    SHAPE_WORD,   /* one of the words that word() lists; the value's number is its place */
    SHAPE_NUMBER, /* a whole number from 0 */
    SHAPE_FLAG,   /* true or false */
    SHAPE_TIME,   /* RFC 3339 with a zone; milliseconds since 1970 in the value */
    SHAPE_LIST    /* objects of the item's shape; only in answers */
} ShapeType;

#define SHAPE_FIELDS_MAX 40

typedef struct Shape Shape;

typedef struct ShapeField {
    const char *name;
    ShapeType type;
    bool required;               /* in answers: never null */
    int64_t max;                 /* characters of a text, greatest number; 0: 200 characters, any number */
    const char *(*word)(int at); /* the words from 0 on, then NULL */
    const Shape *item;
    const char *doc; /* one line for the documentation */
} ShapeField;

struct Shape {
    const char *name; /* as in the documentation */
    const ShapeField *fields;
    size_t count;
    bool is_answer; /* what we send: its lengths are no promise, and newer versions may add members */
};

typedef struct ShapeValue {
    bool given;
    int64_t number;
    const char *text;
    const struct ShapeValue *rows; /* of a list: row after row, each of the item's count */
    size_t row_count;
} ShapeValue;

typedef struct ShapeRefusal {
    const char *code;    /* "body.unknown_field" */
    const char *field;   /* "" for the whole */
    const char *message; /* English, for the program's author */
} ShapeRefusal;

/* values: room for shape->count. */
bool shape_read(Arena *arena, const Shape *shape, Bytes body, ShapeValue *values, ShapeRefusal *refused_out);
bool shape_read_query(Arena *arena, const Shape *shape, HttpPairs query, ShapeValue *values, ShapeRefusal *refused_out);

/* The values as a JSON object. */
void shape_write(GString *out, Arena *arena, const Shape *shape, const ShapeValue *values);

/* The shape as a JSON schema, and one field's schema alone (for parameters). */
void shape_write_schema(GString *out, const Shape *shape);
void shape_write_field_schema(GString *out, const ShapeField *field, bool is_answer);

/* --- values to write ---------------------------------------------------------------------------------------------- */

static inline ShapeValue shape_text(const char *text) /* NULL: null */
{
    return (ShapeValue){.given = text != NULL, .text = text};
}

static inline ShapeValue shape_number(int64_t number)
{
    return (ShapeValue){.given = true, .number = number};
}

static inline ShapeValue shape_id(int64_t id) /* also an instant; 0: null */
{
    return (ShapeValue){.given = id != 0, .number = id};
}

static inline ShapeValue shape_rows(const ShapeValue *rows, size_t count)
{
    return (ShapeValue){.given = true, .rows = rows, .row_count = count};
}

#endif
