/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/sheet: a message's stored HTML, cleaned again and read piece by piece. Answers: "what may be shown of it today?"
 *
 * What was stored was cleaned when it came, by the program of that day, and has lain in a database since: it is cleaned
 * again by today's allow-list in a sandboxed worker, and what comes back is checked against the grammar of html_int.h
 * before a byte of it is used. Its pieces are read by that grammar alone; no HTML parser runs here.
 * Not for deciding what a picture shows: data-attachment and data-remote stand in it as in ParsedMail.html. Tables: none.
 * Called by: web/desk.
 *
 * Pointers: the sheet lives in the arena; a piece borrows from it.
 * Errors: FILO_ERROR_CORRUPT (its worker died, or what it gave is not of the grammar), FILO_ERROR_IO (no worker).
 *
 * Invariants:
 *  1. What is given satisfies ParsedMail's invariants 1 and 3.
 *
 * Example:
 *     for (SheetPiece piece; sheet_next(&clean, &piece);)
 *         if (piece.kind == SHEET_TEXT)
 *             g_string_append_len(out, (const char *)piece.written.data, (gssize)piece.written.size);
 */
#ifndef FILO_PARSE_SHEET_H
#define FILO_PARSE_SHEET_H

#include "base/arena.h"
#include "parse/zygote.h"

/* attachment_count: of the message; data-attachment stays below it. */
bool parse_sheet(ParseZygote *zygote, Arena *arena, Bytes stored, size_t attachment_count, Bytes *clean_out,
                 GError **error);

typedef enum SheetPieceKind { SHEET_TEXT, SHEET_OPEN, SHEET_CLOSE } SheetPieceKind;

typedef struct SheetPiece {
    SheetPieceKind kind;
    Bytes written;    /* as it stands, escaped; of a tag with its < and > */
    char element[16]; /* of a tag: lower case */
} SheetPiece;

/* Takes the first piece off *rest; false at the end. *rest: what parse_sheet gave, or its end. */
bool sheet_next(Bytes *rest, SheetPiece *piece_out);

/* The attributes of an opening tag, one by one: *at starts as {0}; name_out and value_out (entities undone) live in the
 * arena. False after the last. */
bool sheet_attribute_next(Arena *arena, const SheetPiece *tag, Bytes *at, const char **name_out,
                          const char **value_out);

/* The value of one, or NULL. Takes memory for that value alone: of a million attributes few are asked for. */
const char *sheet_attribute(Arena *arena, const SheetPiece *tag, const char *name);

/* Text with the four entities of the grammar undone. */
char *sheet_plain(Arena *arena, Bytes escaped);

#endif
