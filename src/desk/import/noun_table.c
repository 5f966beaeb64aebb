/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/import/noun_table.h"

#include "base/catalogue.h"
#include "base/text.h"
#include "desk/import/import_int.h"
#include "parse/csv.h"

#include <jansson.h>
#include <string.h>

enum { CELL_MAX = 1000 };

const NounColumn *noun_columns(ImportKind kind)
{
    static const NounColumn parties[] = {{"id", true},          {"kind", true},      {"name", true},
                                         {"vat_number", false}, {"fiscal_code", false}, {"sdi_code", false},
                                         {"language", false},   {"buyer", false},    {"email", false},
                                         {"pec", false},        {"phone", false},    {"fax", false},
                                         {"address", false},    {"company", false},  {"role", false},
                                         {NULL, false}};
    static const NounColumn products[] = {{"name", true}, {"role", true}, {"kind", true}, {NULL, false}};
    static const NounColumn items[] = {{"product", true}, {"serial", true},     {"customer", true}, {"seller", false},
                                       {"sold", false},   {"delivered", false}, {"batch", false},   {NULL, false}};
    static const NounColumn none[] = {{NULL, false}};
    switch (kind) {
    case IMPORT_PARTIES:
        return parties;
    case IMPORT_PRODUCTS:
        return products;
    case IMPORT_ITEMS:
        return items;
    case IMPORT_TICKETS:
    case IMPORT_KIND_COUNT:
        break;
    }
    return none;
}

typedef struct Table {
    const NounTable *table;
    EventLogFacts *facts;
    EventLogTake take;
    Arena *arena;      /* of one row */
    GPtrArray *header; /* const char *, the names of noun_columns; NULL before the first line */
} Table;

/* ---------------------------------------------------------------------------------------------------------- header */

static bool stop_at(int64_t line, GError **error, const char *what, const char *name)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "line %" G_GINT64_FORMAT ": %s '%s'", line, what, name);
    return false;
}

static bool stop_at_unknown(const CsvRecord *header, const char *name, GError **error)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "line %" G_GINT64_FORMAT ": there is no column '%s'%s",
                header->line, name, csv_delimiter_hint(header));
    return false;
}

static const char *known_name(const NounColumn *columns, const char *name)
{
    for (; columns->name; columns++)
        if (strcmp(columns->name, name) == 0)
            return columns->name;
    return NULL;
}

static bool header_has(const GPtrArray *header, const char *name)
{
    for (guint i = 0; i < header->len; i++)
        if (g_ptr_array_index(header, i) == name)
            return true;
    return false;
}

static bool take_header(Table *table, const CsvRecord *record, GError **error)
{
    const NounColumn *columns = noun_columns(table->table->kind);
    table->header = g_ptr_array_new();
    for (size_t i = 0; i < record->count; i++) {
        const char *name = known_name(columns, record->cells[i]);
        if (!name)
            return stop_at_unknown(record, record->cells[i], error);
        if (header_has(table->header, name))
            return stop_at(record->line, error, "two columns have the name", name);
        g_ptr_array_add(table->header, (char *)name);
    }
    for (; columns->name; columns++)
        if (columns->required && !header_has(table->header, columns->name))
            return stop_at(record->line, error, "a column is missing:", columns->name);
    return true;
}

/* ------------------------------------------------------------------------------------------------------------ rows */

static const char *payload_of(Table *table, const CsvRecord *record)
{
    json_t *object = json_object();
    for (guint i = 0; i < table->header->len; i++) {
        const char *cell = text_clean_line(table->arena, bytes_of(record->cells[i]));
        if (*cell)
            json_object_set_new(object, g_ptr_array_index(table->header, i), json_string(cell));
    }
    char *text = json_dumps(object, JSON_COMPACT);
    const char *copy = arena_strdup(table->arena, text);
    free(text);
    json_decref(object);
    return copy;
}

static void refuse_row(Table *table, int64_t line, const InputError *refused)
{
    const char *words = msg_find(LANG_EN, refused->key);
    refusals_add(&table->facts->refusals, line,
                 arena_printf(table->arena, "%s: %s", refused->field, words ? words : refused->key));
}

static bool cells_fit(Table *table, const CsvRecord *record)
{
    for (size_t i = 0; i < record->count; i++)
        if (strlen(record->cells[i]) > CELL_MAX) {
            refusals_add(&table->facts->refusals, record->line, "a cell of more than 1000 bytes");
            return false;
        }
    if (record->count == table->header->len)
        return true;
    refusals_add(
        &table->facts->refusals, record->line,
        arena_printf(table->arena, "%zu cells where the first line has %u", record->count, table->header->len));
    return false;
}

static bool take_csv(const CsvRecord *record, void *arg, GError **error)
{
    Table *table = arg;
    ImportedNoun noun;
    InputError refused;
    if (!record->ended)
        return stop_at(record->line, error, "no line end after the last line: the file may be cut off after",
                       record->cells[record->count - 1]);
    if (!table->header)
        return take_header(table, record, error);
    arena_clear(table->arena);
    table->facts->rows++;
    if (!cells_fit(table, record))
        return true;
    const char *payload = payload_of(table, record);
    g_autoptr(GTimeZone) utc = zone_find("UTC"); /* only whether the dates are dates matters here */
    if (!imported_noun_parse(table->arena, table->table->kind, utc, payload, &noun, &refused)) {
        refuse_row(table, record->line, &refused);
        return true;
    }
    char identity[SHA256_HEX_SIZE];
    bytes_sha256_hex(bytes_of(noun.record), identity);
    ImportRow row = {record->line, noun.record, TIME_NONE, identity, payload};
    return table->take.row(&row, table->take.arg, error);
}

/* --------------------------------------------------------------------------------------------------------- reading */

static bool read_all(ImportFile *file, CsvReader *reader, const EventLogTake *take, GError **error)
{
    Bytes piece;
    bool fine = true, more = true;
    while (fine && more) {
        fine = import_file_read(file, &piece, error);
        more = fine && piece.size > 0;
        fine = fine && csv_reader_feed(reader, piece, error);
        if (more && fine && take->progress)
            take->progress(import_file_progress(file), take->arg);
    }
    return fine && csv_reader_end(reader, error);
}

bool noun_table_read(const char *path, const NounTable *what, EventLogFacts *facts, EventLogTake take, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    Table table = {.table = what, .facts = facts, .take = take, .arena = arena};
    g_autoptr(CsvReader) reader = csv_reader_new(what->delimiter, take_csv, &table);
    g_autoptr(ImportFile) file = import_file_open(path, error);
    bool fine = file && read_all(file, reader, &take, error);
    if (fine && !table.header) {
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "the file is empty");
        fine = false;
    }
    if (table.header)
        g_ptr_array_unref(table.header);
    return fine;
}
