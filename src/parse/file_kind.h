/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/file_kind: what a file is, by its own bytes. Answers: "may a browser be shown this, whatever its name and its
 * sender say?"
 *
 * Only the few kinds that are shown are told apart; all else is FILE_KIND_OTHER and is saved, never shown. Nothing is
 * unpacked: a picture's size is read from its header, so that one of a gigabyte is refused before anybody draws it.
 * Tables: none. Called by: web (parse_file_kind), the parse worker and tests (file_kind_read).
 *
 * Pointers: what is given is borrowed during the call. Errors: FILO_ERROR_IO (no worker could be started). A file that
 * breaks its worker is FILE_KIND_OTHER.
 *
 * Invariants:
 *  1. No name and no claimed type is looked at.
 *  2. file_kind_read reads no byte beyond the file, and takes time linear in it.
 *
 * Example:
 *     if (parse_file_kind(zygote, file, &nature, &error) && file_is_picture(&nature))
 *         show_as(file_kind_type(nature.kind));
 */
#ifndef FILO_PARSE_FILE_KIND_H
#define FILO_PARSE_FILE_KIND_H

#include "base/bytes.h"
#include "parse/zygote.h"

typedef enum FileKind {
    FILE_KIND_OTHER,
    FILE_KIND_PNG,
    FILE_KIND_JPEG,
    FILE_KIND_GIF,
    FILE_KIND_WEBP,
    FILE_KIND_PDF,
    FILE_KIND_TEXT,  /* UTF-8 without control characters */
    FILE_KIND_LATIN, /* text of one byte a character: taken for windows-1252 */
    FILE_KINDS
} FileKind;

typedef struct FileNature {
    FileKind kind;
    uint32_t width, height; /* of a picture, in pixels */
} FileNature;

enum { FILE_PIXELS_MAX = 40 * 1000 * 1000 };

/* Reads it where it stands; pure. */
FileNature file_kind_read(Bytes file);

/* The same in a sandboxed worker. */
bool parse_file_kind(ParseZygote *zygote, Bytes file, FileNature *nature_out, GError **error);

/* A picture of a size a browser can be asked to draw. */
bool file_is_picture(const FileNature *nature);

/* "image/png", "text/plain; charset=utf-8"; "application/octet-stream" for FILE_KIND_OTHER; static. */
const char *file_kind_type(FileKind kind);

#endif
