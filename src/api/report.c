/* SPDX-License-Identifier: EUPL-1.2 */
#include "api/call.h"
#include "api/operation.h"
#include "insight/registry.h"
#include "insight/render.h"

/* ----------------------------------------------------------------------------------------------------------------- list */

static const char *word_dimension(int at)
{
    return at < DIMENSION_COUNT ? dimension_text((Dimension)at) : NULL;
}

enum { LINE_NAME, LINE_TITLE, LINE_BY, LINE_COUNT };
static const ShapeField line_fields[] = {
    [LINE_NAME] = {"name", SHAPE_LINE, true, .doc = "By which it is asked for."},
    [LINE_TITLE] = {"title", SHAPE_LINE, true, .doc = "Its title, in the language of the call."},
    [LINE_BY] = {"by", SHAPE_WORD, true, .word = word_dimension, .doc = "What its rows are apart by, unless told."},
};
static const Shape line_shape = {"ReportLine", line_fields, LINE_COUNT, true};

enum { LINES_ITEMS, LINES_COUNT };
static const ShapeField lines_fields[] = {
    [LINES_ITEMS] = {"items", SHAPE_LIST, true, .item = &line_shape, .doc = "All reports."},
};
static const Shape lines_shape = {"Reports", lines_fields, LINES_COUNT, true};

static void report_list_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    size_t count;
    const Report *const *reports = report_list(&count);
    Lang lang = api_call_of(request)->lang;
    ShapeValue *rows = ARENA_ARRAY(request->arena, ShapeValue, count * LINE_COUNT);
    for (size_t i = 0; i < count; i++) {
        rows[i * LINE_COUNT + LINE_NAME] = shape_text(reports[i]->name);
        rows[i * LINE_COUNT + LINE_TITLE] = shape_text(msg(lang, reports[i]->title));
        rows[i * LINE_COUNT + LINE_BY] = shape_text(dimension_text(reports[i]->by));
    }
    api_send(request, response, 200, &lines_shape, (ShapeValue[LINES_COUNT]){[LINES_ITEMS] = shape_rows(rows, count)});
}

/* ------------------------------------------------------------------------------------------------------------------ one */

enum { ASK_FROM, ASK_TO, ASK_BY, ASK_WINDOW, ASK_KEY, ASK_COUNT };
static const ShapeField ask_fields[] = {
    [ASK_FROM] = {"from", SHAPE_LINE, .max = 40, .doc = "First day, YYYY-MM-DD, or an instant; the first request's."},
    [ASK_TO] = {"to", SHAPE_LINE, .max = 40, .doc = "The day after the last one, or an instant; now unless told."},
    [ASK_BY] = {"by", SHAPE_WORD, .word = word_dimension, .doc = "What rows are apart by; not every report offers all."},
    [ASK_WINDOW] = {"window", SHAPE_LINE, .max = 10, .doc = "Days, or all (reopen, repeat)."},
    [ASK_KEY] = {"key", SHAPE_LINE, .max = 60, .doc = "Of customer,item,product,problem (repeat)."},
};
static const Shape ask_query = {"ReportQuery", ask_fields, ASK_COUNT};

/* The report, or NULL: the response says why. */
static ReportResult *run(HttpRequest *request, HttpResponse *response, const ReportWords *words)
{
    const ApiCall *call = api_call_of(request);
    InputError refused = {0};
    ReportAsk ask;
    ReportResult *result = NULL;
    StoreTx *tx = api_read(request, response);
    if (!tx)
        return NULL;
    if (report_ask_parse(tx, request->arena, call->policy, call->now, words, &ask, &refused)) {
        ask.lang = call->lang;
        result = report_run(tx, &ask);
    }
    if (api_read_end(request, response, tx) && result)
        return result;
    report_result_free(result);
    if (refused.key)
        api_problem_of_refusals(request, response, &(CodingRefusals){.items = {refused}, .count = 1});
    return NULL;
}

static void report_show(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ShapeValue in[ASK_COUNT];
    if (!api_read_query(request, response, &ask_query, in))
        return;
    if (!report_find(http_param(request, "name"))) {
        api_not_found(request, response);
        return;
    }
    const ReportWords words = {.name = http_param(request, "name"),
                               .from = in[ASK_FROM].text,
                               .to = in[ASK_TO].text,
                               .by = in[ASK_BY].text,
                               .window = in[ASK_WINDOW].text,
                               .key = in[ASK_KEY].text};
    g_autoptr(ReportResult) result = run(request, response, &words);
    if (!result)
        return;
    api_note_read(api_call_of(request), "report.read", "", 0);
    report_write(http_json(response), result, REPORT_JSON);
}

static const ApiOperation operations[] = {
    {{HTTP_GET, "/api/v1/reports", report_list_show, "report.read", LANE_PAGE, ROUTE_TOKEN, 0, "Which reports there are."},
     "reportList", NULL, NULL, &lines_shape, 200, false},
    {{HTTP_GET, "/api/v1/reports/:name", report_show, "report.read", LANE_SLOW, ROUTE_TOKEN, 0,
      "A report: definition, period, n, figures and rows."},
     "reportRead", &ask_query, NULL, NULL, 200, false},
};
const ApiOperations report_operations = {operations, G_N_ELEMENTS(operations)};
