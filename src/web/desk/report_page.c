/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the reports of insight/ as pages: the list, one report with its chart and tables, the same as CSV. How: the
 * question is read from the query like the command line's words, so that a page's address, `filo report` and the API
 * ask alike. A bar of the chart is SVG, because the page's policy forbids style attributes; its words are text beside it.
 */
#include "base/format.h"
#include "desk/ticket/find.h"
#include "insight/registry.h"
#include "insight/render.h"
#include "web/desk/desk_pages.h"
#include "web/desk/party_line.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/report_view.h"
#include "web/reports_view.h"
#include "web/visit.h"

#include <math.h>
#include <string.h>

enum { ROWS_SHOWN = 60, BARS_SHOWN = 24, BAR_ROOM = 1000 }; /* BAR_ROOM: a bar's units across */

/* ------------------------------------------------------------------------------------------------------------ list */

void reports_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    const Visit *visit = visit_of(request);
    Arena *arena = request->arena;
    size_t count;
    const Report *const *reports = report_list(&count);
    ReportCard *cards = ARENA_ARRAY(arena, ReportCard, count);
    for (size_t i = 0; i < count; i++)
        cards[i] = (ReportCard){reports[i]->title, url_local(arena, "/reports/%", reports[i]->name),
                                report_definition(arena, visit->lang, reports[i],
                                                  report_window_usual(reports[i], visit->policy),
                                                  report_key_usual(reports[i]))};
    ReportsView view = {.page = layout_desk(request, msg(visit->lang, MSG_MENU_REPORTS), MSG_MENU_REPORTS),
                        .reports = cards,
                        .reports_count = count};
    reports_render(http_html(response), visit->lang, &view);
}

/* ---------------------------------------------------------------------------------------------------------- question */

static const char *day_text(Arena *arena, Zone *zone, TimeMs at)
{
    return time_format(arena, zone, at, "%Y-%m-%d");
}

static const char *day_before(const HttpRequest *request, int days)
{
    const Visit *visit = visit_of(request);
    Date today = time_to_wall(visit->policy->zone, visit->now).date;
    return day_text(request->arena, visit->policy->zone,
                    time_of_date(visit->policy->zone, date_add_days(today, -days)));
}

/* The query in words. Without a beginning a page asks for twelve months; "all" is how it says none. */
static ReportWords words_of(const HttpRequest *request)
{
    ReportWords words = {.name = http_param(request, "name"),
                         .from = http_query(request, "from"),
                         .to = http_query(request, "to"),
                         .by = http_query(request, "by"),
                         .window = http_query(request, "window"),
                         .key = http_query(request, "key"),
                         .group = http_query(request, "group"),
                         .figure = http_query(request, "figure")};
    if (!words.from || !*words.from)
        words.from = day_before(request, 365);
    else if (strcmp(words.from, "all") == 0)
        words.from = NULL;
    return words;
}

typedef struct Answered {
    ReportResult *result; /* NULL: the response is an error page already */
    WorklistPage tickets; /* behind the figure asked for */
    InputError refused;   /* key NULL: the question was understood */
} Answered;

/* Asks; a question that makes no sense is asked again without its details, and the page says what was wrong. */
static Answered answer(HttpRequest *request, HttpResponse *response)
{
    const Visit *visit = visit_of(request);
    Answered answered = {0};
    ReportAsk ask;
    ReportWords words = words_of(request);
    StoreTx *tx = visit_read(request, response);
    if (!tx)
        return answered;
    bool understood = report_ask_parse(tx, request->arena, visit->policy, visit->now, &words, &ask, &answered.refused);
    if (!understood) {
        InputError impossible; /* the name was looked up before, and the rest is not said */
        words = (ReportWords){.name = words.name, .from = day_before(request, 365)};
        understood = report_ask_parse(tx, request->arena, visit->policy, visit->now, &words, &ask, &impossible);
    }
    ask.lang = visit->lang;
    answered.result = understood ? report_run(tx, &ask) : NULL;
    if (answered.result && ask.group)
        answered.tickets = find_by_ids(tx, request->arena, answered.result->tickets, answered.result->ticket_count);
    if (visit_read_end(request, response, tx) && answered.result)
        return answered;
    report_result_free(answered.result);
    answered.result = NULL;
    return answered;
}

/* What a link changes of this question; NULL and "" leave a word out. */
typedef struct Change {
    const char *suffix; /* after the report's name, or NULL */
    const char *from, *to, *group, *figure;
} Change;

static SafeUrl url_of(const HttpRequest *request, const ReportResult *result, Change change)
{
    const ReportAsk *ask = &result->ask;
    const char *window = http_query(request, "window"), *key = http_query(request, "key");
    g_autoptr(GString) url = g_string_new("/reports/");
    url_arg(url, ask->report->name);
    g_string_append(url, change.suffix ? change.suffix : "");
    const struct {
        const char *name, *value;
    } words[] = {{"from", change.from}, {"to", change.to}, {"by", dimension_text(ask->by)}, {"window", window},
                 {"key", key}, {"group", change.group}, {"figure", change.figure}};
    char between = '?';
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (!words[i].value || !*words[i].value)
            continue;
        g_string_append_printf(url, "%c%s=", between, words[i].name);
        url_arg(url, words[i].value);
        between = '&';
    }
    g_string_append(url, change.group ? "#tickets" : "");
    return url_checked(arena_strdup(request->arena, url->str));
}

static const char *from_text(const HttpRequest *request, const ReportResult *result)
{
    return day_text(request->arena, result->ask.period.zone, result->ask.period.from);
}

/* The end as typed: without one it is now, and must stay so in links. */
static const char *to_text(const HttpRequest *request)
{
    const char *to = http_query(request, "to");
    return to ? to : "";
}

/* ------------------------------------------------------------------------------------------------------------ tables */

/* The tickets behind a figure of a row; {NULL} where there are none, or too many kinds of them. */
static SafeUrl figure_url(const HttpRequest *request, const ReportResult *result, const char *group,
                          const Figure *figure)
{
    bool counted = figure->spec->kind == FIGURE_COUNT || figure->spec->kind == FIGURE_MONEY;
    if (figure->spec->kind == FIGURE_PARAMETER || (counted ? figure->count == 0 : figure->n == 0))
        return (SafeUrl){NULL};
    return url_of(
        request, result,
        (Change){
            .from = from_text(request, result), .to = to_text(request), .group = group, .figure = figure->spec->name});
}

static ReportFigureRow figure_row(const HttpRequest *request, const ReportResult *result, const Figure *figure)
{
    Arena *arena = request->arena;
    Lang lang = result->ask.lang;
    FigureUnit unit = figure->spec->unit;
    bool summary = figure->spec->kind == FIGURE_SUMMARY, shown = figure->needs == 0;
    bool median = figure->spec->kind == FIGURE_SURVIVAL && shown;
    return (ReportFigureRow){
        .label = report_figure_label(lang, figure->spec),
        .value = (summary || median) && shown ? "" : report_figure_text(arena, lang, figure),
        .n = format_number(arena, lang, (int64_t)figure->n),
        .few = figure->needs != 0,
        .url = figure_url(request, result, "all", figure),
        .mean = summary && shown ? report_value_text(arena, lang, unit, figure->summary.mean) : "",
        .median = median             ? report_figure_text(arena, lang, figure)
                  : summary && shown ? report_value_text(arena, lang, unit, figure->summary.median)
                                     : "",
        .p90 = summary && shown ? report_value_text(arena, lang, unit, figure->summary.p90) : "",
    };
}

/* A state nobody was in, a kind of cost nobody had: a line of dashes tells nothing. */
static bool says_nothing(const Figure *figure)
{
    bool of_lists = figure->spec->kind == FIGURE_SUMMARY || figure->spec->kind == FIGURE_SURVIVAL;
    return of_lists && figure->n == 0;
}

static void fill_figures(const HttpRequest *request, const ReportResult *result, ReportView *view)
{
    size_t count = result->ask.report->figure_count;
    ReportFigureRow *rows = ARENA_ARRAY(request->arena, ReportFigureRow, count);
    for (size_t i = 0; i < count; i++) {
        const Figure *figure = &result->total.figures[i];
        view->has_times = view->has_times || figure->spec->kind == FIGURE_SUMMARY;
        if (!says_nothing(figure))
            rows[view->figures_count++] = figure_row(request, result, figure);
    }
    view->figures = rows;
}

/* Which figures rows show. */
static size_t headlines_of(const ReportResult *result, size_t *places, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < result->ask.report->figure_count && count < room; i++)
        if (result->ask.report->figures[i].headline)
            places[count++] = i;
    return count;
}

static ReportTableRow table_row(const HttpRequest *request, const ReportResult *result, const ReportRow *row,
                                const size_t *places, size_t count)
{
    ReportCell *cells = ARENA_ARRAY(request->arena, ReportCell, count);
    for (size_t i = 0; i < count; i++)
        cells[i] = (ReportCell){report_figure_text(request->arena, result->ask.lang, &row->figures[places[i]]),
                                row->figures[places[i]].needs != 0,
                                figure_url(request, result, row->key, &row->figures[places[i]])};
    return (ReportTableRow){
        .label = row->label,
        .url = url_of(request, result,
                      (Change){.from = from_text(request, result), .to = to_text(request), .group = row->key}),
        .n = format_number(request->arena, result->ask.lang, (int64_t)row->n),
        .cells = cells,
        .cells_count = count,
    };
}

/* Of months the last are shown, of all else the first: those with the most requests. */
static const ReportRow *rows_shown(const ReportResult *result, size_t room, size_t *count_out)
{
    *count_out = MIN(result->row_count, room);
    return result->rows + (result->ask.by == DIMENSION_MONTH ? result->row_count - *count_out : 0);
}

static void fill_rows(const HttpRequest *request, const ReportResult *result, ReportView *view)
{
    Arena *arena = request->arena;
    Lang lang = result->ask.lang;
    size_t places[REPORT_COUNTERS], count;
    size_t place_count = headlines_of(result, places, G_N_ELEMENTS(places));
    const ReportRow *shown = rows_shown(result, ROWS_SHOWN, &count);
    ReportTableRow *rows = ARENA_ARRAY(arena, ReportTableRow, count);
    const char **heads = ARENA_ARRAY(arena, const char *, place_count);
    for (size_t i = 0; i < count; i++)
        rows[i] = table_row(request, result, &shown[i], places, place_count);
    for (size_t i = 0; i < place_count; i++)
        heads[i] = report_figure_label(lang, &result->ask.report->figures[places[i]]);
    view->rows = rows;
    view->rows_count = count;
    view->heads = heads;
    view->heads_count = place_count;
    view->rows_title = count ? dimension_label(lang, result->ask.by) : "";
    view->rows_more = count < result->row_count ? msg_fill(arena, lang, MSG_REPORT_ROWS_MORE, "count",
                                                           format_number(arena, lang, (int64_t)count), NULL)
                                                : "";
}

/* ------------------------------------------------------------------------------------------------------------- chart */

/* A share says more than a count; else the first headline that has enough behind it. */
static size_t charted(const ReportResult *result)
{
    size_t places[REPORT_COUNTERS];
    size_t count = headlines_of(result, places, G_N_ELEMENTS(places));
    for (size_t i = 0; i < count; i++)
        if (result->ask.report->figures[places[i]].kind == FIGURE_RATE && !result->total.figures[places[i]].needs)
            return places[i];
    for (size_t i = 0; i < count; i++)
        if (!result->total.figures[places[i]].needs)
            return places[i];
    return places[0];
}

static double number_of(const Figure *figure)
{
    double number = (double)figure->count;
    if (figure->spec->kind == FIGURE_SUMMARY)
        number = figure->summary.median;
    if (figure->spec->kind == FIGURE_RATE || figure->spec->kind == FIGURE_MEAN || figure->spec->kind == FIGURE_SURVIVAL)
        number = figure->value;
    return figure->needs || isnan(number) || number < 0 ? 0 : number;
}

static int64_t width_of(double number, double largest)
{
    return largest > 0 ? (int64_t)(number / largest * BAR_ROOM) : 0;
}

static ReportBar bar_of(Arena *arena, Lang lang, const ReportRow *row, size_t place, double largest)
{
    const Figure *figure = &row->figures[place];
    bool whisker = figure->spec->kind == FIGURE_RATE && !figure->needs && !isnan(figure->value);
    return (ReportBar){
        .label = row->label,
        .value = report_figure_text(arena, lang, figure),
        .few = figure->needs != 0,
        .width = width_of(number_of(figure), largest),
        .whisker = whisker,
        .low = whisker ? width_of(figure->interval.low, largest) : 0,
        .high = whisker ? width_of(MIN(figure->interval.high, largest), largest) : 0,
    };
}

/* Bars start at zero; the longest is the largest value, or of shares the upper end of the widest interval. */
static void fill_chart(Arena *arena, const ReportResult *result, ReportView *view)
{
    Lang lang = result->ask.lang;
    size_t place = charted(result), count;
    const ReportRow *rows = rows_shown(result, BARS_SHOWN, &count);
    ReportBar *bars = ARENA_ARRAY(arena, ReportBar, count);
    double largest = 0;
    for (size_t i = 0; i < count; i++) {
        const Figure *figure = &rows[i].figures[place];
        bool share = figure->spec->kind == FIGURE_RATE && !figure->needs && !isnan(figure->value);
        largest = MAX(largest, share ? figure->interval.high : number_of(figure));
    }
    for (size_t i = 0; i < count; i++)
        bars[i] = bar_of(arena, lang, &rows[i], place, largest);
    view->bars = bars;
    view->bars_count = count;
    bool median = result->ask.report->figures[place].kind == FIGURE_SUMMARY;
    view->chart_title = count ? msg_fill(arena, lang, median ? MSG_REPORT_CHART_MEDIAN : MSG_REPORT_CHART, "figure",
                                         report_figure_label(lang, &result->ask.report->figures[place]), "by",
                                         dimension_label(lang, result->ask.by), NULL)
                              : "";
}

/* -------------------------------------------------------------------------------------------------------------- page */

static const char *group_label(const ReportResult *result)
{
    const char *group = result->ask.group;
    if (strcmp(group, "all") == 0)
        return msg(result->ask.lang, MSG_REPORT_TOTAL);
    for (size_t i = 0; i < result->row_count; i++)
        if (strcmp(result->rows[i].key, group) == 0)
            return result->rows[i].label;
    return group;
}

static void fill_tickets(const HttpRequest *request, const Answered *answered, ReportView *view)
{
    Arena *arena = request->arena;
    const ReportResult *result = answered->result;
    Lang lang = result->ask.lang;
    view->tickets_title = view->tickets_more = "";
    if (!result->ask.group)
        return;
    PastTicket *tickets = ARENA_ARRAY(arena, PastTicket, answered->tickets.count);
    for (size_t i = 0; i < answered->tickets.count; i++)
        tickets[i] = party_ticket(arena, visit_of(request), &answered->tickets.rows[i]);
    view->tickets = tickets;
    view->tickets_count = answered->tickets.count;
    view->tickets_title =
        result->ask.figure ? msg_fill(arena, lang, MSG_REPORT_TICKETS_OF, "figure",
                                      report_figure_label(lang, result->ask.figure), "row", group_label(result), NULL)
                           : msg_fill(arena, lang, MSG_REPORT_TICKETS, "row", group_label(result), NULL);
    if (result->ticket_total > result->ticket_count)
        view->tickets_more = msg_fill(arena, lang, MSG_REPORT_TICKETS_MORE, "count",
                                      format_number(arena, lang, (int64_t)result->ticket_count), "total",
                                      format_number(arena, lang, (int64_t)result->ticket_total), NULL);
}

/* What may be the same: the few combinations that make sense, each a word of the address. */
static void fill_keys(const HttpRequest *request, const ReportResult *result, ReportView *view)
{
    static const unsigned keys[] = {KEY_CUSTOMER | KEY_ITEM | KEY_PROBLEM, KEY_CUSTOMER | KEY_PRODUCT | KEY_PROBLEM,
                                    KEY_CUSTOMER | KEY_PROBLEM, KEY_CUSTOMER | KEY_PRODUCT, KEY_ITEM, KEY_CUSTOMER};
    if (!result->ask.report->has_key)
        return;
    Option *options = ARENA_ARRAY(request->arena, Option, G_N_ELEMENTS(keys) + 1);
    bool listed = false;
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        bool chosen = keys[i] == result->ask.key;
        listed = listed || chosen;
        options[view->keys_count++] = (Option){report_key_text(request->arena, keys[i]),
                                               report_key_words(request->arena, result->ask.lang, keys[i]), chosen};
    }
    if (!listed)
        options[view->keys_count++] =
            (Option){report_key_text(request->arena, result->ask.key),
                     report_key_words(request->arena, result->ask.lang, result->ask.key), true};
    view->keys = options;
    view->has_keys = true;
}

static ReportPreset preset(const HttpRequest *request, const ReportResult *result, MsgId label, const char *from)
{
    bool current = strcmp(from, "all") == 0 ? g_strcmp0(http_query(request, "from"), "all") == 0
                                            : !*to_text(request) && strcmp(from, from_text(request, result)) == 0 &&
                                                  g_strcmp0(http_query(request, "from"), "all") != 0;
    return (ReportPreset){label, url_of(request, result, (Change){.from = from}), current};
}

static void fill_question(const HttpRequest *request, const ReportResult *result, ReportView *view)
{
    Arena *arena = request->arena;
    const Report *report = result->ask.report;
    Option *bys = ARENA_ARRAY(arena, Option, DIMENSION_COUNT);
    ReportPreset *presets = ARENA_ARRAY(arena, ReportPreset, 3);
    for (Dimension by = 0; by < DIMENSION_COUNT; by++)
        if (report->dimensions & 1U << by)
            bys[view->bys_count++] =
                (Option){dimension_text(by), dimension_label(result->ask.lang, by), by == result->ask.by};
    presets[0] = preset(request, result, MSG_REPORT_LAST_MONTH, day_before(request, 30));
    presets[1] = preset(request, result, MSG_REPORT_LAST_YEAR, day_before(request, 365));
    presets[2] = preset(request, result, MSG_REPORT_ALL_TIME, "all");
    view->bys = bys;
    view->presets = presets;
    view->presets_count = 3;
    view->action = url_local(arena, "/reports/%", report->name);
    view->from = from_text(request, result);
    view->to = to_text(request);
    view->has_window = report->has_window;
    view->window = result->ask.window_days ? arena_int(arena, result->ask.window_days) : "all";
    fill_keys(request, result, view);
    view->filtered =
        to_text(request)[0] || http_query(request, "by") || http_query(request, "window") || http_query(request, "key");
}

static const char *wrong_text(Arena *arena, Lang lang, const InputError *refused)
{
    MsgId id;
    if (!refused->key || !msg_id_find(refused->key, &id))
        return "";
    return msg_fill(arena, lang, id, "shown", refused->shown ? refused->shown : "", NULL);
}

static void page_render(HttpRequest *request, HttpResponse *response, const Answered *answered)
{
    const Visit *visit = visit_of(request);
    const ReportResult *result = answered->result;
    const Report *report = result->ask.report;
    ReportView view = {
        .page = layout_desk(request, msg(visit->lang, report->title), MSG_MENU_REPORTS),
        .heading = report->title,
        .definition = result->definition,
        .period = report_period_text(request->arena, visit->lang, &result->ask.period),
        .n = format_number(request->arena, visit->lang, (int64_t)result->total.n),
        .wrong = wrong_text(request->arena, visit->lang, &answered->refused),
    };
    if (visit_may(visit, "report.export"))
        view.csv_url = url_of(request, result,
                              (Change){.suffix = "/csv", .from = from_text(request, result), .to = to_text(request)});
    fill_question(request, result, &view);
    fill_figures(request, result, &view);
    fill_rows(request, result, &view);
    fill_chart(request->arena, result, &view);
    fill_tickets(request, answered, &view);
    if (answered->refused.key)
        http_set_status(response, 400);
    report_render(http_html(response), visit->lang, &view);
}

static bool name_is_known(HttpRequest *request, HttpResponse *response)
{
    if (report_find(http_param(request, "name")))
        return true;
    problem_page(request, response, PROBLEM_NOT_FOUND, "");
    return false;
}

void report_page(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    if (!name_is_known(request, response))
        return;
    Answered answered = answer(request, response);
    if (answered.result)
        page_render(request, response, &answered);
    report_result_free(answered.result);
}

void report_csv(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    if (!name_is_known(request, response))
        return;
    Answered answered = answer(request, response);
    g_autoptr(GString) csv = g_string_new(NULL);
    if (answered.result && answered.refused.key)
        problem_page(request, response, PROBLEM_BAD_REQUEST,
                     wrong_text(request->arena, visit_of(request)->lang, &answered.refused));
    else if (answered.result) {
        report_write(csv, answered.result, REPORT_CSV);
        http_send_blob(response, bytes_of(csv->str), "text/csv; charset=utf-8",
                       arena_printf(request->arena, "filo-%s.csv", answered.result->ask.report->name), false);
    }
    report_result_free(answered.result);
}
