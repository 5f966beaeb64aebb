/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * import_file: the bytes of a file to import, unpacked, and who is told of each line that is wrong. Answers: "what is in
 * it, how far are we, what was refused?"
 *
 * A file is read a piece at a time and, when it begins as gzip does, unpacked on the way, all its members one after the
 * other. Not for what the bytes mean (event_log.h). Tables: none. Called by: desk/import, cli import.
 *
 * Pointers: an ImportFile is yours: import_file_close; a piece lives until the next read. Refusals are yours:
 * refusals_clear. Errors: NOT_FOUND, IO; USAGE when the packed data is damaged, cut off or
 * followed by something else, and for a spreadsheet or a zip.
 *
 * Invariants:
 *  1. A file that is cut off inside its packed data never looks whole.
 *
 * Example:
 *     while (import_file_read(file, &piece, &error) && piece.size)
 *         csv_reader_feed(reader, piece, &error);
 */
#ifndef FILO_DESK_IMPORT_IMPORT_FILE_H
#define FILO_DESK_IMPORT_IMPORT_FILE_H

#include "base/bytes.h"
#include "base/error.h"

typedef struct ImportFile ImportFile;

ImportFile *import_file_open(const char *path, GError **error);
void import_file_close(ImportFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ImportFile, import_file_close)

/* The next piece; of size 0 at the end. */
bool import_file_read(ImportFile *file, Bytes *piece_out, GError **error);

/* How much of the file, as it lies on disk, has been read: 0 to 1. */
double import_file_progress(const ImportFile *file);

/* A line that cannot be imported. */
typedef struct Refusal {
    int64_t line;
    char *reason;
} Refusal;

enum { REFUSALS_KEPT = 100 };

typedef struct Refusals {
    GArray *items; /* Refusal; the first REFUSALS_KEPT */
    int64_t count; /* all */
} Refusals;

void refusals_init(Refusals *refusals);
void refusals_clear(Refusals *refusals);
void refusals_add(Refusals *refusals, int64_t line, const char *reason);

#endif
