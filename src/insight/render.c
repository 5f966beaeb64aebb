/* SPDX-License-Identifier: EUPL-1.2 */
#include "insight/render.h"

#include "base/format.h"

#include <math.h>
#include <string.h>

bool report_format_find(const char *text, ReportFormat *format_out)
{
    static const char *const names[] = {[REPORT_TEXT] = "text", [REPORT_CSV] = "csv", [REPORT_JSON] = "json"};
    for (ReportFormat format = REPORT_TEXT; format <= REPORT_JSON; format++)
        if (strcmp(names[format], text) == 0) {
            *format_out = format;
            return true;
        }
    return false;
}

/* --------------------------------------------------------------------------------------------------- for people */

const char *report_figure_label(Lang lang, const FigureSpec *spec)
{
    g_autofree char *key = g_strconcat("report.figure.", spec->name, NULL);
    const char *label = msg_find(lang, key);
    return label ? label : spec->name;
}

/* Open hours are not added up to days, which would be read as days of the calendar. */
static char *minutes_text(Arena *arena, Lang lang, double minutes, bool business)
{
    if (fabs(minutes) < 120)
        return arena_printf(arena, "%s min", format_decimal(arena, lang, minutes, 0));
    if (business || fabs(minutes) < 48 * 60)
        return arena_printf(arena, "%s h", format_decimal(arena, lang, minutes / 60, 1));
    return report_value_text(arena, lang, UNIT_DAYS, minutes / (24 * 60));
}

char *report_value_text(Arena *arena, Lang lang, FigureUnit unit, double value)
{
    if (isnan(value))
        return arena_strdup(arena, "");
    switch (unit) {
    case UNIT_MINUTES:
        return minutes_text(arena, lang, value, false);
    case UNIT_BUSINESS_MINUTES:
        return minutes_text(arena, lang, value, true);
    case UNIT_DAYS:
        return msg_fill(arena, lang, MSG_REPORT_DAYS, "days", format_decimal(arena, lang, value, 1), NULL);
    case UNIT_CENTS:
        return format_money(arena, lang, llround(value));
    case UNIT_SHARE:
        return format_percent(arena, lang, value, 1);
    case UNIT_NUMBER:
    default:
        return format_decimal(arena, lang, value, 2);
    }
}

char *report_insufficient_text(Arena *arena, Lang lang, const Figure *figure)
{
    return msg_fill(arena, lang, MSG_REPORT_INSUFFICIENT, "n", format_number(arena, lang, (int64_t)figure->n), "needs",
                    format_number(arena, lang, figure->needs), NULL);
}

static char *rate_text(Arena *arena, Lang lang, const Figure *figure)
{
    if (isnan(figure->value))
        return arena_strdup(arena, "");
    return arena_printf(arena, "%s [%s; %s]", format_percent(arena, lang, figure->value, 1),
                        format_decimal(arena, lang, figure->interval.low * 100, 1),
                        format_decimal(arena, lang, figure->interval.high * 100, 1));
}

char *report_figure_text(Arena *arena, Lang lang, const Figure *figure)
{
    if (figure->needs)
        return figure->n ? report_insufficient_text(arena, lang, figure) : arena_strdup(arena, "–");
    switch (figure->spec->kind) {
    case FIGURE_MONEY:
        return format_money(arena, lang, figure->count);
    case FIGURE_RATE:
        return rate_text(arena, lang, figure);
    case FIGURE_MEAN:
        return report_value_text(arena, lang, figure->spec->unit, figure->value);
    case FIGURE_SURVIVAL:
        return report_value_text(arena, lang, figure->spec->unit, figure->value);
    case FIGURE_SUMMARY:
        return report_value_text(arena, lang, figure->spec->unit, figure->summary.median);
    case FIGURE_PARAMETER:
    case FIGURE_COUNT:
    default:
        return format_number(arena, lang, figure->count);
    }
}

char *report_period_text(Arena *arena, Lang lang, const Period *period)
{
    return msg_fill(arena, lang, MSG_REPORT_PERIOD, "from",
                    format_moment(arena, lang, period->zone, period->from, TIME_NONE + 1), "to",
                    format_moment(arena, lang, period->zone, period->to, TIME_NONE + 1), NULL);
}

/* ------------------------------------------------------------------------------------------------------------ JSON */

/* The shortest decimals that read back as the same number. */
static void json_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (!isfinite(value)) {
        g_string_append(out, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        const char format[] = {'%', '.', '1', (char)('0' + digits - 10), 'g', '\0'};
        g_ascii_formatd(text, sizeof text, format, value);
        if (fpclassify(g_ascii_strtod(text, NULL) - value) == FP_ZERO)
            break;
    }
    g_string_append(out, text);
}

static void json_member(GString *out, const char *name)
{
    g_string_append_c(out, ',');
    json_str(out, name);
    g_string_append_c(out, ':');
}

static void json_member_int(GString *out, const char *name, int64_t value)
{
    json_member(out, name);
    g_string_append_printf(out, "%" G_GINT64_FORMAT, value);
}

static void json_member_number(GString *out, const char *name, double value, bool shown)
{
    json_member(out, name);
    json_number(out, shown ? value : NAN);
}

static void json_member_text(GString *out, const char *name, const char *value)
{
    json_member(out, name);
    json_str(out, value);
}

static const char *unit_text(FigureUnit unit)
{
    static const char *const texts[] = {[UNIT_NUMBER] = "number", [UNIT_DAYS] = "days", [UNIT_MINUTES] = "minutes",
                                        [UNIT_CENTS] = "cents",   [UNIT_SHARE] = "share",
                                        [UNIT_BUSINESS_MINUTES] = "minutes"};
    return texts[unit];
}

static void json_summary(GString *out, Arena *arena, const Figure *figure)
{
    bool shown = figure->needs == 0;
    json_member(out, figure->spec->name);
    g_string_append_printf(out, "{\"n\":%zu", figure->summary.n);
    json_member_number(out, "mean", figure->summary.mean, shown);
    json_member_number(out, "median", figure->summary.median, shown);
    json_member_number(out, "p90", figure->summary.p90, shown);
    json_member_text(out, "unit", unit_text(figure->spec->unit));
    if (!shown)
        json_member_text(out, "note", report_insufficient_text(arena, LANG_EN, figure));
    g_string_append_c(out, '}');
}

static void json_survival(GString *out, Arena *arena, const Figure *figure)
{
    json_member(out, figure->spec->name);
    g_string_append_printf(out, "{\"n\":%" G_GUINT64_FORMAT, figure->n);
    json_member_int(out, "happened", figure->count);
    json_member_number(out, "median", figure->value, figure->needs == 0);
    json_member_text(out, "unit", unit_text(figure->spec->unit));
    if (figure->needs)
        json_member_text(out, "note", report_insufficient_text(arena, LANG_EN, figure));
    g_string_append_c(out, '}');
}

/* A rate or a mean: the number itself under its name, what makes it trustworthy beside it. */
static void json_ratio(GString *out, Arena *arena, const Figure *figure)
{
    const char *name = figure->spec->name;
    bool shown = figure->needs == 0;
    json_member_number(out, name, figure->value, shown);
    json_member_int(out, arena_printf(arena, "%s_n", name), (int64_t)figure->n);
    if (figure->spec->kind == FIGURE_RATE) {
        json_member_number(out, arena_printf(arena, "%s_low", name), figure->interval.low, shown);
        json_member_number(out, arena_printf(arena, "%s_high", name), figure->interval.high, shown);
    }
    if (!shown)
        json_member_text(out, arena_printf(arena, "%s_note", name), report_insufficient_text(arena, LANG_EN, figure));
}

static void json_figure(GString *out, Arena *arena, const Figure *figure)
{
    switch (figure->spec->kind) {
    case FIGURE_SUMMARY:
        json_summary(out, arena, figure);
        break;
    case FIGURE_SURVIVAL:
        json_survival(out, arena, figure);
        break;
    case FIGURE_RATE:
    case FIGURE_MEAN:
        json_ratio(out, arena, figure);
        break;
    case FIGURE_PARAMETER:
    case FIGURE_COUNT:
    case FIGURE_MONEY:
    default:
        json_member_int(out, figure->spec->name, figure->count);
        break;
    }
}

/* Members are written with a comma in front; the first one's goes. */
static void json_figures(GString *out, Arena *arena, const ReportResult *result, const ReportRow *row)
{
    size_t start = out->len;
    for (size_t i = 0; i < result->ask.report->figure_count; i++)
        json_figure(out, arena, &row->figures[i]);
    g_string_erase(out, (gssize)start, 1);
}

static void json_row(GString *out, Arena *arena, const ReportResult *result, const ReportRow *row)
{
    g_string_append_c(out, '{');
    size_t start = out->len;
    json_member_text(out, "by", dimension_text(result->ask.by));
    json_member_text(out, "key", row->key);
    json_member_text(out, "label", row->label);
    json_member_int(out, "n", (int64_t)row->n);
    g_string_erase(out, (gssize)start, 1);
    g_string_append_c(out, ',');
    json_figures(out, arena, result, row);
    g_string_append_c(out, '}');
}

static void write_json(GString *out, Arena *arena, const ReportResult *result)
{
    const Period *period = &result->ask.period;
    g_string_append_c(out, '{');
    size_t start = out->len;
    json_member_text(out, "report", result->ask.report->name);
    g_string_erase(out, (gssize)start, 1);
    json_member_text(out, "definition", result->definition);
    json_member(out, "period");
    g_string_append(out, "{\"from\":");
    json_str(out, time_to_iso(arena, period->from));
    json_member_text(out, "to", time_to_iso(arena, period->to));
    json_member_text(out, "zone", g_time_zone_get_identifier(period->zone));
    g_string_append_c(out, '}');
    json_member_int(out, "n", (int64_t)result->total.n);
    g_string_append(out, ",\"figures\":{");
    json_figures(out, arena, result, &result->total);
    g_string_append(out, "},\"rows\":[");
    for (size_t i = 0; i < result->row_count; i++) {
        g_string_append(out, i ? "," : "");
        json_row(out, arena, result, &result->rows[i]);
    }
    g_string_append(out, "]}\n");
}

/* ------------------------------------------------------------------------------------------------------------- CSV */

static void csv_next(GString *out, const char *text)
{
    g_string_append_c(out, ',');
    csv_cell(out, text);
}

static void csv_number(GString *out, double value, bool shown)
{
    g_string_append_c(out, ',');
    if (shown && isfinite(value))
        json_number(out, value);
}

/* The names of a figure's columns, or its values, in the same order. */
static void csv_head(GString *out, Arena *arena, const FigureSpec *spec)
{
    static const char *const summary[] = {"n", "mean", "median", "p90", "unit", NULL};
    static const char *const rate[] = {"", "n", "low", "high", NULL};
    static const char *const mean[] = {"", "n", NULL};
    static const char *const count[] = {"", NULL};
    static const char *const survival[] = {"n", "happened", "median", "unit", NULL};
    const char *const *parts = spec->kind == FIGURE_SUMMARY    ? summary
                               : spec->kind == FIGURE_SURVIVAL ? survival
                               : spec->kind == FIGURE_RATE     ? rate
                               : spec->kind == FIGURE_MEAN     ? mean
                                                               : count;
    for (; *parts; parts++)
        csv_next(out, arena_printf(arena, "%s%s%s", spec->name, **parts ? "_" : "", *parts));
}

static void csv_values(GString *out, const Figure *figure)
{
    bool shown = figure->needs == 0;
    switch (figure->spec->kind) {
    case FIGURE_SUMMARY:
        g_string_append_printf(out, ",%zu", figure->summary.n);
        csv_number(out, figure->summary.mean, shown);
        csv_number(out, figure->summary.median, shown);
        csv_number(out, figure->summary.p90, shown);
        csv_next(out, unit_text(figure->spec->unit));
        break;
    case FIGURE_SURVIVAL:
        g_string_append_printf(out, ",%" G_GUINT64_FORMAT ",%" G_GINT64_FORMAT, figure->n, figure->count);
        csv_number(out, figure->value, shown);
        csv_next(out, unit_text(figure->spec->unit));
        break;
    case FIGURE_RATE:
    case FIGURE_MEAN:
        csv_number(out, figure->value, shown);
        g_string_append_printf(out, ",%" G_GUINT64_FORMAT, figure->n);
        if (figure->spec->kind == FIGURE_RATE) {
            csv_number(out, figure->interval.low, shown);
            csv_number(out, figure->interval.high, shown);
        }
        break;
    case FIGURE_PARAMETER:
    case FIGURE_COUNT:
    case FIGURE_MONEY:
    default:
        g_string_append_printf(out, ",%" G_GINT64_FORMAT, figure->count);
        break;
    }
}

/* The last column says which figures too few requests carry. */
static void csv_note(GString *out, Arena *arena, const ReportResult *result, const ReportRow *row)
{
    g_autoptr(GString) note = g_string_new(NULL);
    for (size_t i = 0; i < result->ask.report->figure_count; i++)
        if (row->figures[i].needs && row->figures[i].n)
            g_string_append_printf(note, "%s%s: %s", note->len ? "; " : "", row->figures[i].spec->name,
                                   report_insufficient_text(arena, LANG_EN, &row->figures[i]));
    csv_next(out, note->str);
}

static void csv_row(GString *out, Arena *arena, const ReportResult *result, const ReportRow *row)
{
    csv_cell(out, row->key);
    csv_next(out, row->label);
    g_string_append_printf(out, ",%" G_GUINT64_FORMAT, row->n);
    for (size_t i = 0; i < result->ask.report->figure_count; i++)
        csv_values(out, &row->figures[i]);
    csv_note(out, arena, result, row);
    g_string_append(out, "\r\n");
}

static void write_csv(GString *out, Arena *arena, const ReportResult *result)
{
    csv_cell(out, dimension_text(result->ask.by));
    g_string_append(out, ",label,n");
    for (size_t i = 0; i < result->ask.report->figure_count; i++)
        csv_head(out, arena, &result->ask.report->figures[i]);
    g_string_append(out, ",note\r\n");
    for (size_t i = 0; i < result->row_count; i++)
        csv_row(out, arena, result, &result->rows[i]);
    csv_row(out, arena, result, &result->total);
}

/* ------------------------------------------------------------------------------------------------------------ text */

static void text_figure(GString *out, Arena *arena, Lang lang, const Figure *figure)
{
    const FigureSpec *spec = figure->spec;
    g_string_append_printf(out, "  %-28s ", spec->name);
    if (figure->needs == 0 && spec->kind == FIGURE_SUMMARY)
        g_string_append_printf(out, "n %zu, mean %s, median %s, P90 %s\n", figure->summary.n,
                               report_value_text(arena, lang, spec->unit, figure->summary.mean),
                               report_value_text(arena, lang, spec->unit, figure->summary.median),
                               report_value_text(arena, lang, spec->unit, figure->summary.p90));
    else if (spec->kind == FIGURE_SURVIVAL && figure->needs == 0)
        g_string_append_printf(out, "median %s, n %" G_GUINT64_FORMAT ", of them %" G_GINT64_FORMAT " solved\n",
                               report_figure_text(arena, lang, figure), figure->n, figure->count);
    else if (spec->kind == FIGURE_RATE && figure->needs == 0)
        g_string_append_printf(out, "%s, n %" G_GUINT64_FORMAT "\n", report_figure_text(arena, lang, figure),
                               figure->n);
    else
        g_string_append_printf(out, "%s\n", report_figure_text(arena, lang, figure));
}

static void text_row(GString *out, Arena *arena, const ReportResult *result, const ReportRow *row)
{
    g_string_append_printf(out, "  %-28s n %-8" G_GUINT64_FORMAT, row->label, row->n);
    for (size_t i = 0; i < result->ask.report->figure_count; i++)
        if (row->figures[i].spec->headline)
            g_string_append_printf(out, " %s %s;", row->figures[i].spec->name,
                                   report_figure_text(arena, result->ask.lang, &row->figures[i]));
    g_string_truncate(out, out->len - 1);
    g_string_append_c(out, '\n');
}

static void write_text(GString *out, Arena *arena, const ReportResult *result)
{
    Lang lang = result->ask.lang;
    g_string_append_printf(out, "%s (%s)\n%s\n%s, n %" G_GUINT64_FORMAT "\n\n", msg(lang, result->ask.report->title),
                           result->ask.report->name, result->definition,
                           report_period_text(arena, lang, &result->ask.period), result->total.n);
    for (size_t i = 0; i < result->ask.report->figure_count; i++)
        text_figure(out, arena, lang, &result->total.figures[i]);
    if (result->row_count)
        g_string_append_printf(out, "\n%s\n", dimension_label(lang, result->ask.by));
    for (size_t i = 0; i < result->row_count; i++)
        text_row(out, arena, result, &result->rows[i]);
}

/* The total of a CSV is a row like the others. */
static void total_name(ReportResult *result)
{
    result->total.key = "total";
    result->total.label = msg(result->ask.lang, MSG_REPORT_TOTAL);
}

void report_write(GString *out, const ReportResult *result, ReportFormat format)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    ReportResult named = *result;
    total_name(&named);
    switch (format) {
    case REPORT_CSV:
        write_csv(out, arena, &named);
        break;
    case REPORT_JSON:
        write_json(out, arena, &named);
        break;
    case REPORT_TEXT:
    default:
        write_text(out, arena, &named);
        break;
    }
}
