/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * parse/csv: comma-separated values as RFC 4180 writes them, a piece at a time. Answers: "which cells does this line of
 * the file hold, and where does the file stop being CSV?"
 *
 * A small bounded state machine over bytes; it needs no sandbox because it only ever appends to two arrays of bounded
 * size and never follows a length or offset that stands in the input. Strict on purpose: an import never guesses. A
 * quotation mark inside an unquoted cell, text after a closing one, a CR without LF, a NUL, UTF-16, bytes that are not
 * UTF-8, a record or cell count over its limit: each is refused with its line. A UTF-8 byte order mark is skipped, and so
 * are lines with nothing on them. What the cells mean is the caller's (desk/import).
 *
 * Tables: none. Called by: desk/import. Pointers: a CsvRecord and its cells live until the callback returns; the reader
 * is yours: csv_reader_free. Errors: FILO_ERROR_USAGE (what is wrong and on which line), TOO_LARGE (a limit), and
 * whatever the callback sets. After a failure the reader is used no more.
 *
 * Invariants:
 *  1. Memory is bounded by CSV_RECORD_MAX and CSV_CELLS_MAX whatever the input.
 *  2. How the input is cut into pieces changes nothing.
 *  3. A record is given out once it is known to be whole: by its line end, or by csv_reader_end.
 *
 * Example:
 *     CsvReader *reader = csv_reader_new(',', take_record, &import);
 *     while ((got = read(...)) > 0 && (ok = csv_reader_feed(reader, (Bytes){buffer, got}, &error)));
 *     ok = ok && csv_reader_end(reader, &error);
 */
#ifndef FILO_PARSE_CSV_H
#define FILO_PARSE_CSV_H

#include "base/bytes.h"
#include "base/error.h"

enum { CSV_RECORD_MAX = 1 << 20, CSV_CELLS_MAX = 1024 };

typedef struct CsvRecord {
    int64_t line; /* on which it begins, from 1; a quoted cell may hold line ends */
    size_t count;
    const char *const *cells; /* NUL-terminated UTF-8 */
    bool ended;               /* by a line end; false only for the last, which may have been cut off */
} CsvRecord;

/* false and *error: the reader stops and gives that error. */
typedef bool (*CsvTake)(const CsvRecord *record, void *arg, GError **error);

typedef struct CsvReader CsvReader;

CsvReader *csv_reader_new(char delimiter, CsvTake take, void *arg);
void csv_reader_free(CsvReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CsvReader, csv_reader_free)

bool csv_reader_feed(CsvReader *reader, Bytes piece, GError **error);

/* No more input: gives out a last record without a line end; a cell still quoted is an error. */
bool csv_reader_end(CsvReader *reader, GError **error);

/* Words to put after a refusal of the first line when it is one cell that another delimiter would part; else "". */
const char *csv_delimiter_hint(const CsvRecord *header);

#endif
