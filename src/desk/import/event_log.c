/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: rows of a log by its map. How: the two readers give names and values; the map's columns are looked up in them
 * once for the CSV header, or for each XES event, and from there on a row is an array of values in the map's order.
 */
#include "desk/import/event_log.h"

#include "base/text.h"
#include "parse/csv.h"
#include "parse/xes.h"

#include <jansson.h>
#include <string.h>

enum { VALUE_MAX = 200, SUBJECT_MAX = 300, ATTRIBUTE_MAX = 4000, ABSENT = -1 };

typedef struct Log {
    const ImportMap *map;
    EventLogFacts *facts;
    EventLogTake take;
    Arena *arena;                         /* of one row */
    const char *values[MAP_COLUMN_COUNT]; /* of one row; NULL: not said */
    const char **kept;                    /* of one row, as map->keep */
    bool has_header;
    size_t width;                /* cells of the CSV header */
    int place[MAP_COLUMN_COUNT]; /* of each column in the CSV, or ABSENT */
    int *kept_place;
} Log;

static const char *keep_name(const ImportMap *map, guint i)
{
    return g_ptr_array_index(map->keep, i);
}

/* ------------------------------------------------------------------------------------------------------------ rows */

static bool refuse(Log *log, int64_t line, const char *reason)
{
    refusals_add(&log->facts->refusals, line, reason);
    return false;
}

static void put(json_t *object, const char *name, const char *value)
{
    if (value && *value)
        json_object_set_new(object, name, json_string(value));
}

static json_t *attributes_of(const Log *log)
{
    json_t *attributes = json_object();
    for (guint i = 0; i < log->map->keep->len; i++)
        if (log->kept[i])
            put(attributes, keep_name(log->map, i),
                text_clip(log->arena, text_clean_line(log->arena, bytes_of(log->kept[i])), ATTRIBUTE_MAX));
    return attributes;
}

/* Fit to store and to show: one line, no control characters. */
static const char *clean(const Log *log, MapColumn column)
{
    const char *value = log->values[column];
    return value ? text_clean_line(log->arena, bytes_of(value)) : "";
}

static const char *payload_of(Log *log)
{
    static const struct {
        const char *name;
        MapColumn column;
    } texts[] = {{"activity", COLUMN_ACTIVITY}, {"lifecycle", COLUMN_LIFECYCLE}, {"team", COLUMN_TEAM},
                 {"resource", COLUMN_RESOURCE}, {"product", COLUMN_PRODUCT}};
    json_t *object = json_object();
    ImportMeaning meaning = import_map_meaning(log->map, log->values[COLUMN_ACTIVITY], log->values[COLUMN_LIFECYCLE]);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        put(object, texts[i].name, clean(log, texts[i].column));
    put(object, "subject", text_clip(log->arena, clean(log, COLUMN_SUBJECT), SUBJECT_MAX));
    put(object, "state", meaning.has_state ? ticket_state_text(meaning.state) : NULL);
    put(object, "kind", ticket_kind_text(log->map->kind));
    json_object_set_new(object, "attributes", attributes_of(log));
    char *text = json_dumps(object, JSON_COMPACT);
    const char *copy = arena_strdup(log->arena, text);
    free(text);
    json_decref(object);
    return copy;
}

static const char *identity_of(Log *log, TimeMs at)
{
    static const MapColumn parts[] = {COLUMN_CASE, COLUMN_ACTIVITY, COLUMN_LIFECYCLE, COLUMN_TEAM, COLUMN_RESOURCE};
    char *hex = arena_alloc(log->arena, SHA256_HEX_SIZE);
    g_autoptr(GString) all = g_string_new(NULL);
    g_string_append_printf(all, "%" G_GINT64_FORMAT, at);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_string_append_c(all, '\0');
        g_string_append(all, log->values[parts[i]] ? log->values[parts[i]] : "");
    }
    bytes_sha256_hex((Bytes){(const uint8_t *)all->str, all->len}, hex);
    return hex;
}

static bool values_are_usable(Log *log, int64_t line)
{
    static const struct {
        MapColumn column;
        const char *missing, *too_long;
    } rows[] = {{COLUMN_CASE, "no case", "a case of more than 200 bytes"},
                {COLUMN_TIME, "no time", "a time of more than 200 bytes"},
                {COLUMN_ACTIVITY, "no activity", "an activity of more than 200 bytes"},
                {COLUMN_LIFECYCLE, NULL, "a lifecycle of more than 200 bytes"},
                {COLUMN_TEAM, NULL, "a team of more than 200 bytes"},
                {COLUMN_RESOURCE, NULL, "a resource of more than 200 bytes"},
                {COLUMN_PRODUCT, NULL, "a product of more than 200 bytes"}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const char *value = log->values[rows[i].column];
        if (rows[i].missing && text_is_blank(value))
            return refuse(log, line, rows[i].missing);
        if (value && strlen(value) > VALUE_MAX)
            return refuse(log, line, rows[i].too_long);
    }
    return true;
}

static void note_unknown(Log *log)
{
    const char *lifecycle = log->values[COLUMN_LIFECYCLE];
    GHashTable *unknown = log->facts->unknown;
    if (import_map_meaning(log->map, log->values[COLUMN_ACTIVITY], lifecycle).known)
        return;
    g_autofree char *both = lifecycle && *lifecycle ? g_strconcat(log->values[COLUMN_ACTIVITY], "/", lifecycle, NULL)
                                                    : g_strdup(log->values[COLUMN_ACTIVITY]);
    int seen = GPOINTER_TO_INT(g_hash_table_lookup(unknown, both));
    if (seen || g_hash_table_size(unknown) < UNKNOWN_KEPT)
        g_hash_table_insert(unknown, g_steal_pointer(&both), GINT_TO_POINTER(seen + 1));
}

static void note_time(EventLogFacts *facts, TimeMs at)
{
    facts->first_at = facts->first_at ? MIN(facts->first_at, at) : at;
    facts->last_at = MAX(facts->last_at, at);
}

/* One row, its values in place. False only when the caller's callback failed. */
static bool give_row(Log *log, int64_t line, GError **error)
{
    TimeMs at;
    const char *reason;
    log->facts->rows++;
    arena_clear(log->arena);
    if (!values_are_usable(log, line))
        return true;
    if (!time_pattern_read(&log->map->times, log->values[COLUMN_TIME], &at, &reason)) {
        refuse(log, line, arena_printf(log->arena, "%s: '%s'", reason, log->values[COLUMN_TIME]));
        return true;
    }
    note_unknown(log);
    note_time(log->facts, at);
    ImportRow row = {line, clean(log, COLUMN_CASE), at, identity_of(log, at), payload_of(log)};
    return log->take.row(&row, log->take.arg, error);
}

/* ------------------------------------------------------------------------------------------------------------- CSV */

static bool stop_at(int64_t line, GError **error, const char *what, const char *name)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "line %" G_GINT64_FORMAT ": %s '%s'", line, what, name);
    return false;
}

static bool stop_at_header(const CsvRecord *header, GError **error, const char *what, const char *name)
{
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "line %" G_GINT64_FORMAT ": %s '%s'%s", header->line, what, name,
                csv_delimiter_hint(header));
    return false;
}

static int place_of(const CsvRecord *header, const char *name)
{
    for (size_t i = 0; i < header->count; i++)
        if (strcmp(header->cells[i], name) == 0)
            return (int)i;
    return ABSENT;
}

static bool header_is_unambiguous(const CsvRecord *header, GError **error)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < header->count; i++)
        if (!g_hash_table_add(names, (char *)header->cells[i]))
            return stop_at(header->line, error, "two columns have the name", header->cells[i]);
    return true;
}

static bool take_header(Log *log, const CsvRecord *header, GError **error)
{
    log->has_header = true;
    log->width = header->count;
    if (!header_is_unambiguous(header, error))
        return false;
    for (size_t i = 0; i < MAP_COLUMN_COUNT; i++) {
        const char *name = log->map->texts[i];
        log->place[i] = name ? place_of(header, name) : ABSENT;
        if (name && log->place[i] == ABSENT)
            return stop_at_header(header, error, "the map names a column that is not there:", name);
    }
    for (guint i = 0; i < log->map->keep->len; i++) {
        log->kept_place[i] = place_of(header, keep_name(log->map, i));
        if (log->kept_place[i] == ABSENT)
            return stop_at_header(header, error, "the map keeps a column that is not there:", keep_name(log->map, i));
    }
    return true;
}

static bool take_csv(const CsvRecord *record, void *arg, GError **error)
{
    Log *log = arg;
    if (!record->ended && !log->map->may_lack_end)
        return stop_at(record->line, error, "no line end after the last line: the file may be cut off after",
                       record->cells[record->count - 1]);
    if (!log->has_header)
        return take_header(log, record, error);
    if (record->count != log->width) {
        g_autofree char *reason = g_strdup_printf("%zu cells where the first line has %zu", record->count, log->width);
        log->facts->rows++;
        refuse(log, record->line, reason);
        return true;
    }
    for (size_t i = 0; i < MAP_COLUMN_COUNT; i++)
        log->values[i] = log->place[i] == ABSENT ? NULL : record->cells[log->place[i]];
    for (guint i = 0; i < log->map->keep->len; i++)
        log->kept[i] = record->cells[log->kept_place[i]];
    return give_row(log, record->line, error);
}

/* ------------------------------------------------------------------------------------------------------------- XES */

static const char *value_of(const XesEvent *event, const char *key)
{
    for (size_t i = 0; key && i < event->count; i++)
        if (strcmp(event->keys[i], key) == 0)
            return event->values[i];
    return NULL;
}

static bool take_xes(const XesEvent *event, void *arg, GError **error)
{
    Log *log = arg;
    for (size_t i = 0; i < MAP_COLUMN_COUNT; i++)
        log->values[i] = value_of(event, log->map->texts[i]);
    for (guint i = 0; i < log->map->keep->len; i++)
        log->kept[i] = value_of(event, keep_name(log->map, i));
    return give_row(log, event->line, error);
}

/* --------------------------------------------------------------------------------------------------------- reading */

/* Either reader behind one pair of calls. */
typedef struct Reader {
    CsvReader *csv;
    XesReader *xes;
} Reader;

static bool reader_feed(Reader *reader, Log *log, Bytes piece, GError **error)
{
    if (!reader->csv && !reader->xes) {
        bool xml = *piece.data == '<' || (piece.size > 3 && memcmp(piece.data, "\xEF\xBB\xBF<", 4) == 0);
        if (xml)
            reader->xes = xes_reader_new(take_xes, log);
        else
            reader->csv = csv_reader_new(log->map->delimiter, take_csv, log);
    }
    return reader->xes ? xes_reader_feed(reader->xes, piece, error) : csv_reader_feed(reader->csv, piece, error);
}

static bool reader_end(Reader *reader, const Log *log, GError **error)
{
    if (reader->xes)
        return xes_reader_end(reader->xes, error);
    if (!reader->csv || !csv_reader_end(reader->csv, error) || !log->has_header) {
        if (error && !*error)
            g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "the file is empty");
        return false;
    }
    return true;
}

static bool read_all(ImportFile *file, Log *log, GError **error)
{
    Reader reader = {NULL, NULL};
    Bytes piece;
    bool fine = true, more = true;
    while (fine && more) {
        fine = import_file_read(file, &piece, error);
        more = fine && piece.size > 0;
        if (more)
            fine = reader_feed(&reader, log, piece, error);
        if (more && fine && log->take.progress)
            log->take.progress(import_file_progress(file), log->take.arg);
    }
    fine = fine && reader_end(&reader, log, error);
    csv_reader_free(reader.csv);
    xes_reader_free(reader.xes);
    return fine;
}

bool event_log_read(const char *path, const ImportMap *map, EventLogFacts *facts, EventLogTake take, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP * 4);
    g_autofree const char **kept = g_new0(const char *, map->keep->len + 1);
    g_autofree int *kept_place = g_new0(int, map->keep->len + 1);
    Log log = {.map = map, .facts = facts, .take = take, .arena = arena, .kept = kept, .kept_place = kept_place};
    g_autoptr(ImportFile) file = import_file_open(path, error);
    return file && read_all(file, &log, error);
}

EventLogFacts event_log_facts_new(void)
{
    EventLogFacts facts = {.unknown = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    refusals_init(&facts.refusals);
    return facts;
}

void event_log_facts_clear(EventLogFacts *facts)
{
    g_hash_table_unref(facts->unknown);
    refusals_clear(&facts->refusals);
}
