/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * statement: what all generated statements share. Answers: "which StoreValue is this C value, and back?"
 *
 * Owns no table. Called by: the C that tools/statements.py makes, and nothing else; it keeps that C short enough to read in a debugger.
 * Pointers: value_… borrow from their argument; column_text and column_blob copy into the arena.
 * Errors: none returned; an undeclared NULL marks the transaction failed (store_int.h, invariant 1).
 *
 * Invariants:
 *  1. "None" in C (NULL, OPT_…_NONE, TIME_NONE, an optional id of 0) is NULL in SQL and back; nothing else is.
 */
#ifndef FILO_STORE_STATEMENT_H
#define FILO_STORE_STATEMENT_H

#include "base/check.h"
#include "store/optional.h"
#include "store/store_int.h"

#include <string.h>

/* --- parameters --------------------------------------------------------------------------------------------------- */

static inline StoreValue value_int(int64_t value)
{
    return (StoreValue){.integer = value};
}

/* For instants and optional ids, whose 0 is none. */
static inline StoreValue value_int_or_none(int64_t value)
{
    return (StoreValue){.null = value == 0, .integer = value};
}

static inline StoreValue value_opt_int(OptInt value)
{
    return (StoreValue){.null = !value.has, .integer = value.value};
}

static inline StoreValue value_real(double value)
{
    return (StoreValue){.real = value};
}

static inline StoreValue value_opt_real(OptReal value)
{
    return (StoreValue){.null = !value.has, .real = value.value};
}

static inline StoreValue value_text(const char *text)
{
    return (StoreValue){.null = text == NULL, .bytes = bytes_of(text)};
}

static inline StoreValue value_blob(Bytes blob)
{
    return (StoreValue){.bytes = blob};
}

static inline StoreValue value_opt_blob(Bytes blob)
{
    return (StoreValue){.null = blob.data == NULL, .bytes = blob};
}

/* --- columns ------------------------------------------------------------------------------------------------------ */

static inline int64_t column_int(const StoreValue *column)
{
    return column->null ? 0 : column->integer;
}

static inline OptInt column_opt_int(const StoreValue *column)
{
    return column->null ? OPT_INT_NONE : opt_int(column->integer);
}

static inline double column_real(const StoreValue *column)
{
    return column->null ? 0 : column->real;
}

static inline OptReal column_opt_real(const StoreValue *column)
{
    return column->null ? OPT_REAL_NONE : opt_real(column->real);
}

static inline const char *column_text(Arena *arena, const StoreValue *column)
{
    return column->null ? NULL : arena_strndup(arena, (const char *)column->bytes.data, column->bytes.size);
}

/* An empty blob has data; only NULL has none. */
static inline Bytes column_blob(Arena *arena, const StoreValue *column)
{
    return column->null ? (Bytes){0} : arena_bytes(arena, column->bytes);
}

/* The constant of a text the schema holds to an enumeration; a text outside it is corruption. place: NAME_place. */
static inline int column_enum(StoreTx *tx, const StoreValue *column, int (*place)(const char *text, size_t size))
{
    int constant = column->null ? -1 : place((const char *)column->bytes.data, column->bytes.size);
    if (constant < 0)
        store_tx_fail(tx, FILO_ERROR_CORRUPT, "a value outside its enumeration");
    return constant < 0 ? 0 : constant;
}

/* --- rows --------------------------------------------------------------------------------------------------------- */

/* Ends a statement of which at most one row was read; a second row is a broken promise and fails the transaction.
 * True if there was exactly one. spare is room for a row's columns. */
static inline bool statement_end_single(StoreCursor *cursor, StoreValue *spare, bool found)
{
    if (found && store_step(cursor, spare))
        store_tx_fail(cursor->tx, FILO_ERROR_CORRUPT, cursor->statement->name);
    store_finish(cursor);
    return found && !store_tx_failed(cursor->tx);
}

/* Room for one more row of size bytes: the same array, or one of twice the rows with the old ones copied. */
static inline void *statement_room(Arena *arena, void *rows, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return rows;
    *room = *room ? *room * 2 : 16;
    void *wider = arena_array(arena, *room, size);
    if (count)
        memcpy(wider, rows, count * size);
    return wider;
}

#endif
