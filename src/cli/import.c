/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: `filo import`. How: the file is read and checked here, in the asking process; its rows go to staging through
 * import_door.h in batches; only a file without a single refused line is committed. A dry run opens the store read-only
 * and counts instead.
 */
#include "cli/import_door.h"
#include "desk/import/event_log.h"
#include "desk/import/noun_table.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum { BATCH = 200, BAR_WIDTH = 40 };

typedef struct ImportOptions {
    char *map_path, *source, *delimiter;
    gboolean dry_run, json;
    char **words; /* what is imported, then the file */
} ImportOptions;

static void import_options_clear(ImportOptions *options)
{
    g_free(options->map_path);
    g_free(options->source);
    g_free(options->delimiter);
    g_strfreev(options->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ImportOptions, import_options_clear)

/* ------------------------------------------------------------------------------------------------------ the progress */

typedef struct Bar {
    const char *doing;
    int shown; /* per cent, -1: nothing yet */
} Bar;

static void bar_show(Bar *bar, const char *doing, double done)
{
    int percent = (int)(done * 100);
    if (!isatty(STDERR_FILENO) || (percent == bar->shown && bar->doing == doing))
        return;
    g_autofree char *filled = g_strnfill((gsize)(percent * BAR_WIDTH / 100), '#');
    fprintf(stderr, "\r%-8s [%-*s] %3d%%", doing, BAR_WIDTH, filled, percent);
    *bar = (Bar){doing, percent};
}

static void bar_end(const Bar *bar)
{
    if (bar->shown >= 0)
        fprintf(stderr, "\r%*s\r", BAR_WIDTH + 20, "");
}

/* --------------------------------------------------------------------------------------------------------- one import */

typedef struct Import {
    const ImportOptions *options;
    ImportKind kind;
    const ImportMap *map; /* of tickets */
    const char *path, *source;
    ImportDoor *door; /* NULL: a dry run */
    Store *store;     /* of a dry run */
    ImportRunId run;
    ImportRun result;
    EventLogFacts facts;
    Bar bar;
    Arena *arena; /* of the batch */
    ImportRow batch[BATCH];
    size_t waiting;
    GHashTable *records; /* of a dry run: cases seen */
    GHashTable *seen;    /* of a dry run: row → how often */
} Import;

static void import_init(Import *import, ImportKind kind, const ImportOptions *options, const char *source)
{
    *import =
        (Import){.kind = kind, .options = options, .path = options->words[1], .source = source, .bar = {NULL, -1}};
    import->facts = event_log_facts_new();
    import->arena = arena_new(ARENA_REQUEST_CAP * 4);
    import->records = g_hash_table_new(NULL, NULL);
    import->seen = g_hash_table_new(NULL, NULL);
}

static void import_clear(Import *import)
{
    event_log_facts_clear(&import->facts);
    arena_free(import->arena);
    g_hash_table_unref(import->records);
    g_hash_table_unref(import->seen);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Import, import_clear)

/* ------------------------------------------------------------------------------------------------------ the dry run */

/* 64 bits of a hash stand for the text: a count that is wrong once in 10^12 files beats memory that grows with names. */
static gpointer short_key(const char *hex)
{
    char first[17] = {0};
    memcpy(first, hex, 16);
    return (gpointer)(guintptr)g_ascii_strtoull(first, NULL, 16);
}

static gpointer record_key(const char *record)
{
    char hex[SHA256_HEX_SIZE];
    bytes_sha256_hex(bytes_of(record), hex);
    return short_key(hex);
}

static void count_row(Import *import, StoreTx *tx, const ImportRow *row)
{
    gpointer key = short_key(row->identity);
    int ordinal = GPOINTER_TO_INT(g_hash_table_lookup(import->seen, key)) + 1;
    g_hash_table_insert(import->seen, key, GINT_TO_POINTER(ordinal));
    ImportKnown known = import_is_known(tx, import->arena, import->kind, import->source, row, ordinal);
    bool fresh = g_hash_table_add(import->records, record_key(row->record));
    bool noun = import->kind != IMPORT_TICKETS;
    import->result.rows++;
    import->result.tickets += fresh && !known.record;
    import->result.events += !noun && !known.row;
    import->result.notes += !noun && !known.row && known.note;
    import->result.already += known.row || (noun && !fresh);
}

static bool count_batch(Import *import, GError **error)
{
    StoreTx *tx = store_read_begin(import->store, error);
    if (!tx)
        return false;
    for (size_t i = 0; i < import->waiting; i++)
        count_row(import, tx, &import->batch[i]);
    return store_read_end(tx, error);
}

/* ---------------------------------------------------------------------------------------------------------- reading */

/* Once a line is refused nothing will be kept: reading goes on only to name the others. */
static bool flush(Import *import, GError **error)
{
    bool fine = true;
    if (import->waiting && !import->facts.refusals.count)
        fine = import->door ? import_door_stage(import->door, import->run, import->batch, import->waiting, error)
                            : count_batch(import, error);
    import->waiting = 0;
    arena_clear(import->arena);
    return fine;
}

static bool take_row(const ImportRow *row, void *arg, GError **error)
{
    Import *import = arg;
    Arena *arena = import->arena;
    import->batch[import->waiting++] =
        (ImportRow){row->line, arena_strdup(arena, row->record), row->at, arena_strdup(arena, row->identity),
                    arena_strdup(arena, row->payload)};
    return import->waiting < BATCH || flush(import, error);
}

static void on_progress(double done, void *arg)
{
    bar_show(&((Import *)arg)->bar, "reading", done);
}

/* A file that is not readable to its end is refused like one with a wrong line. */
static bool refuse_whole(Import *import, GError **error)
{
    gint64 line = 0;
    const char *reason = (*error)->message;
    if (!g_error_matches(*error, FILO_ERROR, FILO_ERROR_USAGE) &&
        !g_error_matches(*error, FILO_ERROR, FILO_ERROR_TOO_LARGE))
        return false;
    if (g_str_has_prefix(reason, "line ")) {
        char *end;
        line = g_ascii_strtoll(reason + strlen("line "), &end, 10);
        reason = *end == ':' ? end + 2 : reason;
    }
    refusals_add(&import->facts.refusals, line, reason);
    g_clear_error(error);
    return true;
}

static bool read_rows(Import *import, GError **error)
{
    EventLogTake take = {take_row, on_progress, import};
    NounTable table = {import->kind, import->options->delimiter ? *import->options->delimiter : ','};
    return import->kind == IMPORT_TICKETS ? event_log_read(import->path, import->map, &import->facts, take, error)
                                          : noun_table_read(import->path, &table, &import->facts, take, error);
}

static bool read_file(Import *import, GError **error)
{
    return (read_rows(import, error) && flush(import, error)) || refuse_whole(import, error);
}

/* ---------------------------------------------------------------------------------------------------------- applying */

static bool work_off(ImportDoor *door, GError **error)
{
    bool idle = false;
    while (!idle)
        if (!import_door_work(door, &idle, error))
            return false;
    return true;
}

static double done_of(const ImportRun *run)
{
    return run->rows ? (double)(MAX(run->events, run->tickets) + run->already) / (double)run->rows : 1;
}

static bool apply(Import *import, GError **error)
{
    bool idle = false;
    if (!import_door_commit(import->door, import->run, error))
        return false;
    while (!idle) {
        if (!import_door_work(import->door, &idle, error) ||
            !import_door_find(import->door, import->run, &import->result, error)) {
            g_prefix_error(error, "all rows are in and will be applied by themselves at the next start: ");
            return false;
        }
        bar_show(&import->bar, "applying", done_of(&import->result));
    }
    return true;
}

static bool stage_and_apply(Import *import, GError **error)
{
    g_autofree char *name = g_path_get_basename(import->path);
    ImportNew fresh = {import->kind, import->source, name};
    if (!import_door_begin(import->door, &fresh, &import->run, error) || !read_file(import, error))
        return false;
    if (!import->facts.refusals.count)
        return apply(import, error);
    return import_door_discard(import->door, import->run, error) && work_off(import->door, error);
}

/* ---------------------------------------------------------------------------------------------------------- summary */

static const char *status_of(const Import *import)
{
    if (import->facts.refusals.count)
        return "refused";
    return import->door ? "imported" : "dry_run";
}

static json_t *refusals_json(const Refusals *refusals)
{
    json_t *list = json_array();
    for (guint i = 0; i < refusals->items->len; i++) {
        const Refusal *refusal = &g_array_index(refusals->items, Refusal, i);
        json_array_append_new(list,
                              json_pack("{s:I, s:s}", "line", (json_int_t)refusal->line, "reason", refusal->reason));
    }
    return list;
}

static json_t *unknown_json(const EventLogFacts *facts)
{
    json_t *object = json_object();
    GHashTableIter at;
    gpointer activity, times;
    g_hash_table_iter_init(&at, facts->unknown);
    while (g_hash_table_iter_next(&at, &activity, &times))
        json_object_set_new(object, activity, json_integer(GPOINTER_TO_INT(times)));
    return object;
}

static void print_json(const Import *import)
{
    const EventLogFacts *facts = &import->facts;
    const char *first = facts->first_at ? time_to_iso(import->arena, facts->first_at) : NULL;
    const char *last = facts->last_at ? time_to_iso(import->arena, facts->last_at) : NULL;
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:s?, s:s?, s:o, s:I, s:o}", "status",
                  status_of(import), "kind", import_kind_text(import->kind), "file", import->path, "source",
                  import->source, "rows", (json_int_t)facts->rows, import->kind == IMPORT_TICKETS ? "tickets" : "made",
                  (json_int_t)import->result.tickets, "events", (json_int_t)import->result.events, "already",
                  (json_int_t)import->result.already, "notes", (json_int_t)import->result.notes, "first_event", first,
                  "last_event", last, "unknown_activities", unknown_json(facts), "refused_count",
                  (json_int_t)facts->refusals.count, "refused", refusals_json(&facts->refusals));
    char *text = json_dumps(object, JSON_COMPACT);
    printf("%s\n", text);
    free(text);
    json_decref(object);
}

static void print_refusals(const Refusals *refusals)
{
    printf("Refused, and nothing was kept: %" G_GINT64_FORMAT " problem%s.\n", refusals->count,
           refusals->count == 1 ? "" : "s");
    for (guint i = 0; i < refusals->items->len; i++) {
        const Refusal *refusal = &g_array_index(refusals->items, Refusal, i);
        if (refusal->line)
            printf("  line %" G_GINT64_FORMAT ": %s\n", refusal->line, refusal->reason);
        else
            printf("  %s\n", refusal->reason);
    }
    if (refusals->count > refusals->items->len)
        printf("  … and %" G_GINT64_FORMAT " more\n", refusals->count - refusals->items->len);
}

static void print_unknown(const EventLogFacts *facts)
{
    GHashTableIter at;
    gpointer activity, times;
    if (g_hash_table_size(facts->unknown) == 0)
        return;
    printf("Activities the map does not know, kept as notes:\n");
    g_hash_table_iter_init(&at, facts->unknown);
    while (g_hash_table_iter_next(&at, &activity, &times))
        printf("  %s: %d\n", (const char *)activity, GPOINTER_TO_INT(times));
}

static void print_words(const Import *import)
{
    const EventLogFacts *facts = &import->facts;
    printf("%s (source %s): %" G_GINT64_FORMAT " rows", import->path, import->source, facts->rows);
    if (facts->first_at)
        printf(", from %s to %s", time_to_iso(import->arena, facts->first_at),
               time_to_iso(import->arena, facts->last_at));
    printf("\n");
    if (facts->refusals.count) {
        print_refusals(&facts->refusals);
        return;
    }
    const char *how = import->door ? "Imported:" : "A dry run, nothing was written. It would bring";
    if (import->kind == IMPORT_TICKETS)
        printf("%s %" G_GINT64_FORMAT " tickets and %" G_GINT64_FORMAT " events; already there: %" G_GINT64_FORMAT
               " events.\n",
               how, import->result.tickets, import->result.events, import->result.already);
    else
        printf("%s %" G_GINT64_FORMAT " %s; already there: %" G_GINT64_FORMAT ".\n", how, import->result.tickets,
               import_kind_text(import->kind), import->result.already);
    print_unknown(facts);
}

static int say(Import *import)
{
    bar_end(&import->bar);
    arena_clear(import->arena);
    if (import->facts.refusals
            .count) /* a dry run may have counted rows before the first wrong one: none would be kept */
        import->result = (ImportRun){0};
    if (import->options->json)
        print_json(import);
    else
        print_words(import);
    return import->facts.refusals.count ? EX_DATAERR : EX_OK;
}

/* ---------------------------------------------------------------------------------------------------------- commands */

static int fail(const Import *import, const GError *error)
{
    bar_end(&import->bar);
    return command_fail(error);
}

static int run_dry(const Config *config, Import *import)
{
    g_auto(Installation) installation = {0};
    g_autoptr(GError) error = NULL;
    if (!installation_open(&installation, config, NEED_READING, &error))
        return command_fail(error);
    import->store = installation.store;
    return read_file(import, &error) ? say(import) : fail(import, error);
}

static int run_wet(const Config *config, Import *import)
{
    g_auto(ImportDoor) door = {.lock = -1};
    g_autoptr(GError) error = NULL;
    if (!import_door_open(&door, config, &error) || !work_off(&door, &error)) /* what was left half done comes first */
        return command_fail(error);
    import->door = &door;
    return stage_and_apply(import, &error) ? say(import) : fail(import, error);
}

static ImportMap *load_map(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    if (path)
        return g_file_get_contents(path, &text, NULL, error) ? import_map_parse(text, error) : NULL;
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "what do its columns mean? Say --map MAP (docs/import.md)");
    return NULL;
}

/* Cases are told apart by their source: what the command or the map calls it, else the file's own name. */
static char *source_of(const ImportOptions *options, const ImportMap *map)
{
    if (options->source || map->source)
        return g_strdup(options->source ? options->source : map->source);
    char *name = g_path_get_basename(options->words[1]);
    if (g_str_has_suffix(name, ".gz"))
        name[strlen(name) - strlen(".gz")] = '\0';
    return name;
}

static int run(const Config *config, Import *import)
{
    return import->options->dry_run ? run_dry(config, import) : run_wet(config, import);
}

static int import_tickets(const Config *config, const ImportOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(ImportMap) map = load_map(options->map_path, &error);
    if (!map)
        return error->domain == FILO_ERROR ? command_fail(error) : (command_fail(error), EX_NOINPUT);
    g_autofree char *source = source_of(options, map);
    g_auto(Import) import;
    import_init(&import, IMPORT_TICKETS, options, source);
    import.map = map;
    return run(config, &import);
}

/* Customers and the items that name them come in different files: one source unless it is said. */
static int import_nouns(const Config *config, const ImportOptions *options, ImportKind kind)
{
    g_auto(Import) import;
    if (options->delimiter && (strlen(options->delimiter) != 1 || !strchr(",;|\t", *options->delimiter))) {
        fprintf(stderr, "filo: --delimiter is one of , ; | or a tab\n");
        return EX_USAGE;
    }
    import_init(&import, kind, options, options->source ? options->source : "import");
    return run(config, &import);
}

static int import_resume(const Config *config)
{
    g_auto(ImportDoor) door = {.lock = -1};
    g_autoptr(GError) error = NULL;
    if (!import_door_open(&door, config, &error) || !work_off(&door, &error))
        return command_fail(error);
    printf("No import is half done.\n");
    return EX_OK;
}

static int dispatch(const Config *config, const ImportOptions *options)
{
    guint count = options->words ? g_strv_length(options->words) : 0;
    const char *what = count ? options->words[0] : "";
    ImportKind kind;
    if (strcmp(what, "resume") == 0 && count == 1)
        return import_resume(config);
    if (count == 2 && import_kind_parse(what, &kind))
        return kind == IMPORT_TICKETS ? import_tickets(config, options) : import_nouns(config, options, kind);
    fprintf(stderr,
            "usage: filo import tickets FILE --map MAP [--source NAME] [--dry-run] [--json]\n"
            "       filo import parties|products|items FILE [--source NAME] [--delimiter C] [--dry-run] [--json]\n"
            "       filo import resume\n");
    return EX_USAGE;
}

int command_import(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_auto(ImportOptions) options = {0};
    g_autoptr(GError) error = NULL;
    const GOptionEntry own[] = {
        {"map", 0, 0, G_OPTION_ARG_FILENAME, &options.map_path, "what the log's columns and values mean", "FILE"},
        {"source", 0, 0, G_OPTION_ARG_STRING, &options.source, "the system it comes from", "NAME"},
        {"delimiter", 0, 0, G_OPTION_ARG_STRING, &options.delimiter, "between cells of parties, products, items", "C"},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, "read and count, write nothing", NULL},
        {"json", 0, 0, G_OPTION_ARG_NONE, &options.json, "the summary as JSON", NULL},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.words, NULL, "tickets|parties|products|items FILE, or resume"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (!config_parse(&config, own, "Brings in another system's history and master data.", argc, argv, &error))
        return command_fail(error);
    return dispatch(&config, &options);
}
