/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a byte-wise state machine. How: cells are collected one after the other, each ended by a NUL, in one array; a
 * second array keeps where each begins. Why not a line at a time: a quoted cell may hold line ends, so lines are only
 * known by running the machine.
 */
#include "parse/csv.h"

#include <string.h>

typedef enum CsvState {
    AT_CELL,     /* before the first byte of a cell */
    IN_BARE,     /* inside a cell without quotation marks */
    IN_QUOTED,   /* inside one with */
    AFTER_QUOTE, /* a quotation mark inside a quoted cell: its end, or half of a doubled one */
    AFTER_CR     /* only LF may follow */
} CsvState;

struct CsvReader {
    CsvState state;
    char delimiter;
    CsvTake take;
    void *arg;
    int64_t line;        /* of the byte being read */
    int64_t record_line; /* on which the record began */
    int64_t quote_line;  /* on which the open quotation began */
    unsigned mark;       /* bytes of a byte order mark seen; MARK_DONE once past the start */
    GByteArray *bytes;   /* the record's cells, NUL-terminated */
    GArray *starts;      /* guint: where each cell begins in bytes */
};

enum { MARK_SIZE = 3, MARK_DONE = 4 };
static const uint8_t byte_order_mark[MARK_SIZE] = {0xEF, 0xBB, 0xBF};

CsvReader *csv_reader_new(char delimiter, CsvTake take, void *arg)
{
    CsvReader *reader = g_new0(CsvReader, 1);
    *reader = (CsvReader){.delimiter = delimiter, .take = take, .arg = arg, .line = 1, .record_line = 1};
    reader->bytes = g_byte_array_new();
    reader->starts = g_array_new(FALSE, FALSE, sizeof(guint));
    return reader;
}

void csv_reader_free(CsvReader *reader)
{
    if (!reader)
        return;
    g_byte_array_unref(reader->bytes);
    g_array_unref(reader->starts);
    g_free(reader);
}

static bool refuse(int64_t line, FiloError code, const char *what, GError **error)
{
    g_set_error(error, FILO_ERROR, (int)code, "line %" G_GINT64_FORMAT ": %s", line, what);
    return false;
}

static bool append(CsvReader *reader, uint8_t byte, GError **error)
{
    if (reader->bytes->len >= CSV_RECORD_MAX)
        return refuse(reader->record_line, FILO_ERROR_TOO_LARGE, "a record of more than 1 MB", error);
    g_byte_array_append(reader->bytes, &byte, 1);
    return true;
}

static bool begin_cell(CsvReader *reader, GError **error)
{
    if (reader->starts->len >= CSV_CELLS_MAX)
        return refuse(reader->record_line, FILO_ERROR_TOO_LARGE, "more than 1024 cells", error);
    guint start = reader->bytes->len;
    g_array_append_val(reader->starts, start);
    return true;
}

static bool give_record(CsvReader *reader, bool ended, GError **error)
{
    g_autofree const char **cells = g_new(const char *, reader->starts->len);
    for (guint i = 0; i < reader->starts->len; i++)
        cells[i] = (const char *)reader->bytes->data + g_array_index(reader->starts, guint, i);
    for (guint i = 0; i < reader->starts->len; i++)
        if (!g_utf8_validate(cells[i], -1, NULL))
            return refuse(reader->record_line, FILO_ERROR_USAGE, "not UTF-8: save the file as UTF-8", error);
    CsvRecord record = {reader->record_line, reader->starts->len, cells, ended};
    bool blank = record.count == 1 && *cells[0] == '\0';
    return blank || reader->take(&record, reader->arg, error);
}

static bool end_record(CsvReader *reader, bool ended, GError **error)
{
    bool given = give_record(reader, ended, error);
    g_byte_array_set_size(reader->bytes, 0);
    g_array_set_size(reader->starts, 0);
    reader->state = AT_CELL;
    reader->line += ended;
    reader->record_line = reader->line;
    return given;
}

/* A byte that may end a cell: the delimiter, or the end of the line. */
static bool end_cell(CsvReader *reader, uint8_t byte, GError **error)
{
    if (reader->state == AT_CELL && !begin_cell(reader, error))
        return false;
    if (!append(reader, '\0', error))
        return false;
    if (byte == '\n')
        return end_record(reader, true, error);
    reader->state = byte == '\r' ? AFTER_CR : AT_CELL;
    return true;
}

static bool is_cell_end(const CsvReader *reader, uint8_t byte)
{
    return byte == (uint8_t)reader->delimiter || byte == '\r' || byte == '\n';
}

static bool begin_bare_or_quoted(CsvReader *reader, uint8_t byte, GError **error)
{
    if (!begin_cell(reader, error))
        return false;
    reader->state = byte == '"' ? IN_QUOTED : IN_BARE;
    reader->quote_line = reader->line;
    return byte == '"' || append(reader, byte, error);
}

static bool step_quoted(CsvReader *reader, uint8_t byte, GError **error)
{
    reader->line += byte == '\n';
    if (byte == '"')
        reader->state = AFTER_QUOTE;
    return byte == '"' || append(reader, byte, error);
}

static bool step_after_quote(CsvReader *reader, uint8_t byte, GError **error)
{
    if (is_cell_end(reader, byte))
        return end_cell(reader, byte, error);
    if (byte != '"')
        return refuse(reader->line, FILO_ERROR_USAGE, "text after a closing quotation mark", error);
    reader->state = IN_QUOTED;
    return append(reader, byte, error);
}

static bool step(CsvReader *reader, uint8_t byte, GError **error)
{
    if (byte == '\0')
        return refuse(reader->line, FILO_ERROR_USAGE, "a NUL byte: this is not a text file", error);
    switch (reader->state) {
    case AT_CELL:
        return is_cell_end(reader, byte) ? end_cell(reader, byte, error) : begin_bare_or_quoted(reader, byte, error);
    case IN_BARE:
        if (byte == '"')
            return refuse(reader->line, FILO_ERROR_USAGE, "a quotation mark inside an unquoted cell", error);
        return is_cell_end(reader, byte) ? end_cell(reader, byte, error) : append(reader, byte, error);
    case IN_QUOTED:
        return step_quoted(reader, byte, error);
    case AFTER_QUOTE:
        return step_after_quote(reader, byte, error);
    case AFTER_CR:
        return byte == '\n' ? end_record(reader, true, error)
                            : refuse(reader->line, FILO_ERROR_USAGE, "a CR without LF", error);
    }
    return false;
}

/* The bytes of a mark that turned out to be something else are the first cell's. */
static bool step_start(CsvReader *reader, uint8_t byte, GError **error)
{
    if (reader->mark == 0 && (byte == 0xFF || byte == 0xFE))
        return refuse(1, FILO_ERROR_USAGE, "not UTF-8 (it looks like UTF-16): save the file as UTF-8", error);
    if (byte == byte_order_mark[reader->mark]) {
        reader->mark++;
        if (reader->mark == MARK_SIZE)
            reader->mark = MARK_DONE;
        return true;
    }
    unsigned held = reader->mark;
    reader->mark = MARK_DONE;
    for (unsigned i = 0; i < held; i++)
        if (!step(reader, byte_order_mark[i], error))
            return false;
    return step(reader, byte, error);
}

bool csv_reader_feed(CsvReader *reader, Bytes piece, GError **error)
{
    for (size_t i = 0; i < piece.size; i++) {
        bool stepped =
            reader->mark == MARK_DONE ? step(reader, piece.data[i], error) : step_start(reader, piece.data[i], error);
        if (!stepped)
            return false;
    }
    return true;
}

bool csv_reader_end(CsvReader *reader, GError **error)
{
    if (reader->mark && reader->mark != MARK_DONE)
        return refuse(1, FILO_ERROR_USAGE, "not UTF-8: save the file as UTF-8", error);
    if (reader->state == IN_QUOTED)
        return refuse(reader->quote_line, FILO_ERROR_USAGE, "a quotation mark that is never closed", error);
    if (reader->state == AFTER_CR)
        return end_record(reader, true, error);
    if (reader->starts->len == 0 && reader->state == AT_CELL)
        return true;
    if (reader->state == AT_CELL && !begin_cell(reader, error))
        return false;
    return append(reader, '\0', error) && end_record(reader, false, error);
}

const char *csv_delimiter_hint(const CsvRecord *header)
{
    bool whole = header->count == 1 && strpbrk(header->cells[0], ",;|\t");
    return whole ? ": the first line is a single cell, is another delimiter meant?" : "";
}
