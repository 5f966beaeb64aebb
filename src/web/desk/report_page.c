/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the reports of insight/ as pages: the list, one report with its chart and tables, the same as CSV. How: the
 * question is read from the query like the command line's words, so that a page's address, `filo report` and the API
 * ask alike. The chart is SVG without style: the page's policy forbids style attributes.
 */
#include "base/format.h"
#include "insight/registry.h"
#include "insight/render.h"
#include "web/desk/desk_pages.h"
#include "web/layout.h"
#include "web/problem.h"
#include "web/report_view.h"
#include "web/reports_view.h"
#include "web/visit.h"

#include <math.h>
#include <string.h>

enum { ROWS_SHOWN = 60, BARS_SHOWN = 24, BAR_STEP = 24, BAR_LEFT = 200, BAR_ROOM = 380, LABEL_MAX = 26 };

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
        cards[i] =
            (ReportCard){reports[i]->title, url_local(arena, "/reports/%", reports[i]->name),
                         msg_fill(arena, visit->lang, reports[i]->definition, "window",
                                  msg(visit->lang, MSG_REPORT_WINDOW_ALL), "key", "customer, item, problem", NULL)};
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
                         .group = http_query(request, "group")};
    if (!words.from || !*words.from)
        words.from = day_before(request, 365);
    else if (strcmp(words.from, "all") == 0)
        words.from = NULL;
    return words;
}

typedef struct Answered {
    ReportResult *result; /* NULL: the response is an error page already */
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
    if (visit_read_end(request, response, tx) && answered.result)
        return answered;
    report_result_free(answered.result);
    answered.result = NULL;
    return answered;
}

/* This question with other words; NULL and "" leave a word out. */
static SafeUrl url_of(const HttpRequest *request, const ReportResult *result, const char *suffix, const char *from,
                      const char *to, const char *group)
{
    const ReportAsk *ask = &result->ask;
    const char *window = http_query(request, "window"), *key = http_query(request, "key");
    g_autoptr(GString) url = g_string_new("/reports/");
    url_arg(url, ask->report->name);
    g_string_append(url, suffix);
    const struct {
        const char *name, *value;
    } words[] = {{"from", from}, {"to", to},   {"by", dimension_text(ask->by)},
                 {"window", window}, {"key", key}, {"group", group}};
    char between = '?';
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (!words[i].value || !*words[i].value)
            continue;
        g_string_append_printf(url, "%c%s=", between, words[i].name);
        url_arg(url, words[i].value);
        between = '&';
    }
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

static ReportFigureRow figure_row(Arena *arena, Lang lang, const Figure *figure)
{
    FigureUnit unit = figure->spec->unit;
    bool summary = figure->spec->kind == FIGURE_SUMMARY, shown = figure->needs == 0;
    return (ReportFigureRow){
        .label = report_figure_label(lang, figure->spec),
        .value = summary && shown ? "" : report_figure_text(arena, lang, figure),
        .n = format_number(arena, lang, (int64_t)figure->n),
        .mean = summary && shown ? report_value_text(arena, lang, unit, figure->summary.mean) : "",
        .median = summary && shown ? report_value_text(arena, lang, unit, figure->summary.median) : "",
        .p90 = summary && shown ? report_value_text(arena, lang, unit, figure->summary.p90) : "",
    };
}

static void fill_figures(Arena *arena, const ReportResult *result, ReportView *view)
{
    size_t count = result->ask.report->figure_count;
    ReportFigureRow *rows = ARENA_ARRAY(arena, ReportFigureRow, count);
    for (size_t i = 0; i < count; i++)
        rows[i] = figure_row(arena, result->ask.lang, &result->total.figures[i]);
    view->figures = rows;
    view->figures_count = count;
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
    const char **cells = ARENA_ARRAY(request->arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        cells[i] = report_figure_text(request->arena, result->ask.lang, &row->figures[places[i]]);
    return (ReportTableRow){
        .label = row->label,
        .url = url_of(request, result, "", from_text(request, result), to_text(request), row->key),
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
    if (figure->spec->kind == FIGURE_RATE || figure->spec->kind == FIGURE_MEAN)
        number = figure->value;
    return figure->needs || isnan(number) || number < 0 ? 0 : number;
}

static int64_t width_of(double number, double largest)
{
    return largest > 0 ? (int64_t)(number / largest * BAR_ROOM) : 0;
}

static const char *shortened(Arena *arena, const char *label)
{
    if (g_utf8_strlen(label, -1) <= LABEL_MAX)
        return label;
    g_autofree char *start = g_utf8_substring(label, 0, LABEL_MAX - 1);
    return arena_printf(arena, "%s…", start);
}

static ReportBar bar_of(Arena *arena, Lang lang, const ReportRow *row, size_t place, double largest, size_t line)
{
    const Figure *figure = &row->figures[place];
    int64_t y = (int64_t)line * BAR_STEP + 4, width = width_of(number_of(figure), largest);
    bool whisker = figure->spec->kind == FIGURE_RATE && !figure->needs && !isnan(figure->value);
    int64_t high = whisker ? BAR_LEFT + width_of(MIN(figure->interval.high, largest), largest) : 0;
    return (ReportBar){
        .label = shortened(arena, row->label),
        .value = report_figure_text(arena, lang, figure),
        .x = MAX(BAR_LEFT + width, high) + 8,
        .width = width,
        .y = y,
        .text_y = y + 13,
        .whisker = whisker,
        .low = whisker ? BAR_LEFT + width_of(figure->interval.low, largest) : 0,
        .high = high,
        .whisker_y = y + 8,
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
        bars[i] = bar_of(arena, lang, &rows[i], place, largest, i);
    view->bars = bars;
    view->bars_count = count;
    view->chart_height = arena_printf(arena, "%zu", count * BAR_STEP + 4);
    view->chart_title = count ? msg_fill(arena, lang, MSG_REPORT_CHART, "figure",
                                         report_figure_label(lang, &result->ask.report->figures[place]), "by",
                                         dimension_label(lang, result->ask.by), NULL)
                              : "";
}

/* -------------------------------------------------------------------------------------------------------------- page */

static void fill_tickets(const HttpRequest *request, const ReportResult *result, ReportView *view)
{
    Arena *arena = request->arena;
    const char *group = result->ask.group, *label = group;
    view->tickets_title = view->tickets_more = "";
    if (!group)
        return;
    for (size_t i = 0; i < result->row_count; i++)
        label = strcmp(result->rows[i].key, group) == 0 ? result->rows[i].label : label;
    ReportTicket *tickets = ARENA_ARRAY(arena, ReportTicket, result->ticket_count);
    for (size_t i = 0; i < result->ticket_count; i++) {
        const char *number = arena_int(arena, result->tickets[i]);
        tickets[i] = (ReportTicket){number, url_local(arena, "/tickets/%", number)};
    }
    view->tickets = tickets;
    view->tickets_count = result->ticket_count;
    view->tickets_title = msg_fill(arena, result->ask.lang, MSG_REPORT_TICKETS, "row", label, NULL);
    if (result->ticket_count == REPORT_TICKETS_MAX)
        view->tickets_more = msg_fill(arena, result->ask.lang, MSG_REPORT_TICKETS_MORE, "count",
                                      format_number(arena, result->ask.lang, REPORT_TICKETS_MAX), NULL);
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
    presets[0] =
        (ReportPreset){MSG_REPORT_LAST_MONTH, url_of(request, result, "", day_before(request, 30), NULL, NULL)};
    presets[1] =
        (ReportPreset){MSG_REPORT_LAST_YEAR, url_of(request, result, "", day_before(request, 365), NULL, NULL)};
    presets[2] = (ReportPreset){MSG_REPORT_ALL_TIME, url_of(request, result, "", "all", NULL, NULL)};
    view->bys = bys;
    view->presets = presets;
    view->presets_count = 3;
    view->action = url_local(arena, "/reports/%", report->name);
    view->from = from_text(request, result);
    view->to = to_text(request);
    view->window = http_query(request, "window") ? http_query(request, "window") : "";
    view->key = http_query(request, "key") ? http_query(request, "key") : "";
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
        view.csv_url = url_of(request, result, "/csv", from_text(request, result), to_text(request), NULL);
    fill_question(request, result, &view);
    fill_figures(request->arena, result, &view);
    fill_rows(request, result, &view);
    fill_chart(request->arena, result, &view);
    fill_tickets(request, result, &view);
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
