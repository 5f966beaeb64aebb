/* SPDX-License-Identifier: EUPL-1.2 */
#include "cli/command.h"
#include "insight/registry.h"
#include "insight/render.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

typedef struct ReportOptions {
    char *from, *to, *by, *window, *key, *format;
    char **names; /* one: the report's, or "list" */
} ReportOptions;

static void report_options_clear(ReportOptions *options)
{
    char **texts[] = {&options->from, &options->to, &options->by, &options->window, &options->key, &options->format};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_strfreev(options->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ReportOptions, report_options_clear)

/* One line a report: its name, what it is apart by, its title. */
static int print_list(void)
{
    size_t count;
    const Report *const *reports = report_list(&count);
    for (size_t i = 0; i < count; i++) {
        printf("%-14s %s; --by", reports[i]->name, msg(LANG_EN, reports[i]->title));
        for (Dimension by = DIMENSION_NONE; by < DIMENSION_COUNT; by++)
            if (reports[i]->dimensions & 1U << by)
                printf(" %s%s", dimension_text(by), by == reports[i]->by ? "*" : "");
        printf("%s%s\n", reports[i]->has_window ? "; --window DAYS" : "", reports[i]->has_key ? "; --key PARTS" : "");
    }
    return EX_OK;
}

static void set_refused(GError **error, const InputError *refused)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    MsgId id;
    const char *shown = refused->shown ? refused->shown : "";
    const char *why =
        msg_id_find(refused->key, &id) ? msg_fill(arena, LANG_EN, id, "shown", shown, NULL) : refused->key;
    g_set_error(error, FILO_ERROR, FILO_ERROR_USAGE, "%s: %s", refused->field, why);
}

static ReportResult *run_report(const Installation *installation, const ReportWords *words, GError **error)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    InputError refused = {0};
    ReportAsk ask;
    StoreTx *tx = store_read_begin(installation->store, error);
    if (!tx)
        return NULL;
    ReportResult *result = NULL;
    if (report_ask_parse(tx, arena, desk_policy(installation->desk), desk_now(installation->desk), words, &ask,
                         &refused)) {
        ask.lang = LANG_EN;
        result = report_run(tx, &ask);
    }
    bool read = store_read_end(tx, error);
    if (read && refused.key)
        set_refused(error, &refused);
    if (read || !result)
        return result;
    report_result_free(result);
    return NULL;
}

static int print_report(const Config *config, const ReportWords *words, ReportFormat format)
{
    g_auto(Installation) installation = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    if (!installation_open(&installation, config, NEED_READING, &error))
        return command_fail(error);
    g_autoptr(ReportResult) result = run_report(&installation, words, &error);
    if (!result)
        return command_fail(error);
    report_write(out, result, format);
    return fwrite(out->str, 1, out->len, stdout) == out->len ? EX_OK : EX_IOERR;
}

int command_report(int argc, char **argv)
{
    g_auto(Config) config = {0};
    g_auto(ReportOptions) options = {0};
    g_autoptr(GError) error = NULL;
    ReportFormat format = REPORT_TEXT;
    const GOptionEntry own[] = {
        {"from", 0, 0, G_OPTION_ARG_STRING, &options.from, "first day, YYYY-MM-DD; else the first request's", "DAY"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &options.to, "the day after the last one; else now", "DAY"},
        {"by", 0, 0, G_OPTION_ARG_STRING, &options.by, "what rows are apart by; see `filo report list`", "DIMENSION"},
        {"window", 0, 0, G_OPTION_ARG_STRING, &options.window, "days, or all (reopen, repeat)", "DAYS"},
        {"key", 0, 0, G_OPTION_ARG_STRING, &options.key, "of customer,item,product,problem (repeat)", "PARTS"},
        {"format", 0, 0, G_OPTION_ARG_STRING, &options.format, "text (default), csv or json", "FORMAT"},
        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.names, NULL, "NAME | list"},
        {NULL, 0, 0, 0, NULL, NULL, NULL},
    };
    if (argc == 2 && strcmp(argv[1], "list") == 0) /* needs no installation */
        return print_list();
    if (!config_parse(&config, own, "Prints a report.", argc, argv, &error))
        return command_fail(error);
    const char *name = options.names && !options.names[1] ? options.names[0] : NULL;
    if (name && strcmp(name, "list") == 0)
        return print_list();
    if (!name)
        g_set_error(&error, FILO_ERROR, FILO_ERROR_USAGE, "which report? filo report list names them");
    else if (options.format && !report_format_find(options.format, &format))
        g_set_error(&error, FILO_ERROR, FILO_ERROR_USAGE, "the format is text, csv or json");
    if (error)
        return command_fail(error);
    const ReportWords words = {name, options.from, options.to, options.by, options.window, options.key, NULL};
    return print_report(&config, &words, format);
}
