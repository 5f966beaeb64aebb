/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/import/import_map.h"

#include <string.h>

enum { MEANS_NOTE = -1 };

typedef struct MapReading {
    ImportMap *map;
    int line;
    const char *section; /* one of the table's, or NULL before the first */
    GHashTable *seen;    /* "section/key": said already */
    char *wrong;         /* why the line is refused */
} MapReading;

/* --------------------------------------------------------------------------------------------------------- values */

static bool refuse(MapReading *reading, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool refuse(MapReading *reading, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    reading->wrong = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return false;
}

static bool set_delimiter(MapReading *reading, const char *value)
{
    reading->map->delimiter = strcmp(value, "tab") == 0 ? '\t' : *value;
    bool fits = strcmp(value, "tab") == 0 || (strlen(value) == 1 && strchr(",;|", *value));
    return fits || refuse(reading, "delimiter is one of , ; | or the word tab");
}

static bool set_last_line(MapReading *reading, const char *value)
{
    reading->map->may_lack_end = strcmp(value, "may lack its end") == 0;
    return reading->map->may_lack_end || refuse(reading, "last line can only be: may lack its end");
}

static bool set_zone(MapReading *reading, const char *value)
{
    reading->map->zone = zone_find(value);
    reading->map->zone_name = g_strdup(value);
    return reading->map->zone || refuse(reading, "there is no zone '%s'", value);
}

static bool set_format(MapReading *reading, const char *value)
{
    reading->map->format = g_strdup(value);
    return true;
}

static bool set_source(MapReading *reading, const char *value)
{
    reading->map->source = g_strdup(value);
    return strlen(value) <= 200 || refuse(reading, "source has at most 200 bytes");
}

static bool set_kind(MapReading *reading, const char *value)
{
    return ticket_kind_parse(value, &reading->map->kind) || refuse(reading, "there is no kind '%s'", value);
}

static bool set_keep(MapReading *reading, const char *value)
{
    g_auto(GStrv) names = g_strsplit(value, ";", -1);
    for (char **name = names; *name; name++)
        if (*g_strstrip(*name))
            g_ptr_array_add(reading->map->keep, g_strdup(*name));
    return true;
}

static bool set_column(MapReading *reading, const char *key, const char *value)
{
    static const char *const names[MAP_COLUMN_COUNT] = {"case",     "time",    "activity", "lifecycle", "team",
                                                        "resource", "product", "subject"};
    for (size_t i = 0; i < MAP_COLUMN_COUNT; i++)
        if (strcmp(names[i], key) == 0) {
            reading->map->texts[i] = g_strdup(value);
            return true;
        }
    return refuse(reading, "there is no column '%s' to name", key);
}

static bool set_event(MapReading *reading, const char *key, const char *value)
{
    TicketState state;
    bool note = strcmp(value, "note") == 0;
    if (!note && !ticket_state_parse(value, &state))
        return refuse(reading, "'%s' is no state and not the word note", value);
    g_hash_table_insert(reading->map->events, g_strdup(key), GINT_TO_POINTER(note ? MEANS_NOTE : (int)state + 1));
    return true;
}

static bool set_plain(MapReading *reading, const char *key, const char *value)
{
    static const struct {
        const char *section, *key;
        bool (*set)(MapReading *reading, const char *value);
    } rows[] = {{"log", "source", set_source},       {"log", "delimiter", set_delimiter},
                {"log", "last line", set_last_line}, {"time", "zone", set_zone},
                {"time", "format", set_format},      {"ticket", "kind", set_kind},
                {"ticket", "keep", set_keep}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].section, reading->section) == 0 && strcmp(rows[i].key, key) == 0)
            return rows[i].set(reading, value);
    return refuse(reading, "there is no key '%s' in [%s]", key, reading->section);
}

/* ---------------------------------------------------------------------------------------------------------- lines */

static bool read_section(MapReading *reading, char *line)
{
    static const char *const sections[] = {"log", "time", "columns", "ticket", "events"};
    line[strlen(line) - 1] = '\0';
    for (size_t i = 0; i < G_N_ELEMENTS(sections); i++)
        if (strcmp(sections[i], line + 1) == 0) {
            reading->section = sections[i];
            return true;
        }
    return refuse(reading, "there is no section [%s]", line + 1);
}

/* A state never holds '=', an activity may: the last one parts them. Elsewhere the first does. */
static bool read_pair(MapReading *reading, char *line)
{
    bool event = reading->section && strcmp(reading->section, "events") == 0;
    char *equals = event ? strrchr(line, '=') : strchr(line, '=');
    if (!reading->section || !equals)
        return refuse(reading, "neither [section] nor key = value");
    *equals = '\0';
    const char *key = g_strstrip(line), *value = g_strstrip(equals + 1);
    if (!*key || !*value)
        return refuse(reading, "a key or a value is missing");
    if (!g_hash_table_add(reading->seen, g_strdup_printf("%s/%s", reading->section, key)))
        return refuse(reading, "'%s' is said twice", key);
    if (event)
        return set_event(reading, key, value);
    return strcmp(reading->section, "columns") == 0 ? set_column(reading, key, value) : set_plain(reading, key, value);
}

static bool read_line(MapReading *reading, char *line)
{
    g_strstrip(line);
    reading->line++;
    if (!*line || *line == '#')
        return true;
    return *line == '[' && g_str_has_suffix(line, "]") ? read_section(reading, line) : read_pair(reading, line);
}

static bool check_whole(MapReading *reading)
{
    static const char *const needed[] = {"case", "time", "activity"};
    ImportMap *map = reading->map;
    const char *reason;
    reading->line = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(needed); i++)
        if (!map->texts[i])
            return refuse(reading, "[columns] does not name the %s", needed[i]);
    if (!map->format)
        return refuse(reading, "[time] says no format: dates are never guessed");
    return time_pattern_init(&map->times, map->format, map->zone, &reason) || refuse(reading, "%s", reason);
}

static void set_error(const MapReading *reading, GError **error)
{
    if (reading->line)
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "map, line %d: %s", reading->line, reading->wrong);
    else
        g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "map: %s", reading->wrong);
}

ImportMap *import_map_parse(const char *text, GError **error)
{
    ImportMap *map = g_new0(ImportMap, 1);
    *map = (ImportMap){.delimiter = ',', .kind = KIND_UNKNOWN};
    map->keep = g_ptr_array_new_with_free_func(g_free);
    map->events = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    MapReading reading = {.map = map, .seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    bool fine = g_utf8_validate(text, -1, NULL) || refuse(&reading, "not UTF-8");
    bool marked = g_str_has_prefix(text, "\xEF\xBB\xBF"); /* what Windows editors put before UTF-8 */
    g_auto(GStrv) lines = fine ? g_strsplit(text + (marked ? 3 : 0), "\n", -1) : NULL;
    for (char **line = lines; fine && *line; line++)
        fine = read_line(&reading, *line);
    fine = fine && check_whole(&reading);
    if (!fine)
        set_error(&reading, error);
    g_hash_table_unref(reading.seen);
    g_free(reading.wrong);
    if (fine)
        return map;
    import_map_free(map);
    return NULL;
}

void import_map_free(ImportMap *map)
{
    if (!map)
        return;
    for (size_t i = 0; i < MAP_COLUMN_COUNT; i++)
        g_free(map->texts[i]);
    g_free(map->source);
    g_free(map->zone_name);
    g_free(map->format);
    g_ptr_array_unref(map->keep);
    g_hash_table_unref(map->events);
    if (map->zone)
        g_time_zone_unref(map->zone);
    g_free(map);
}

ImportMeaning import_map_meaning(const ImportMap *map, const char *activity, const char *lifecycle)
{
    g_autofree char *both = lifecycle && *lifecycle ? g_strconcat(activity, "/", lifecycle, NULL) : g_strdup(activity);
    int meaning = GPOINTER_TO_INT(g_hash_table_lookup(map->events, both));
    if (meaning > 0)
        return (ImportMeaning){true, true, (TicketState)(meaning - 1)};
    return (ImportMeaning){meaning == MEANS_NOTE, false, TICKET_NEW};
}
