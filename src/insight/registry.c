/* SPDX-License-Identifier: EUPL-1.2 */
#include "insight/registry.h"

#include <errno.h>
#include <string.h>

enum { WINDOW_DAYS_MAX = 36500 };

static const Report *const reports[] = {
    &report_times,  &report_backlog, &report_reopen,       &report_repeat,
    &report_bounce, &report_volume,  &report_completeness, &report_cost,
};

const Report *const *report_list(size_t *count_out)
{
    *count_out = G_N_ELEMENTS(reports);
    return reports;
}

const Report *report_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(reports); i++)
        if (strcmp(reports[i]->name, name) == 0)
            return reports[i];
    return NULL;
}

static bool is_said(const char *text)
{
    return text && *text;
}

static bool refuse(InputError *refused_out, const char *field, const char *key, const char *shown)
{
    *refused_out = (InputError){field, key, shown};
    return false;
}

static bool parse_day(Zone *zone, const char *field, const char *text, TimeMs *at_out, InputError *refused_out)
{
    return !is_said(text) || period_parse_day(zone, text, at_out) ||
           refuse(refused_out, field, "report.error.day", text);
}

/* Without a beginning: the day of the first request. Without an end: now, this instant included. */
static bool parse_period(StoreTx *tx, Arena *arena, Zone *zone, TimeMs now, const ReportWords *words, Period *period,
                         InputError *refused_out)
{
    *period = (Period){.to = now + 1, .zone = zone};
    if (!parse_day(zone, "from", words->from, &period->from, refused_out) ||
        !parse_day(zone, "to", words->to, &period->to, refused_out))
        return false;
    if (!is_said(words->from)) {
        TimeMs first = cases_first_received(tx, arena);
        TimeMs opens = time_of_date(zone, time_to_wall(zone, first ? first : now).date);
        period->from = MIN(opens, period->to - 1);
    }
    return period->from < period->to || refuse(refused_out, "to", "report.error.period", words->to);
}

static bool parse_dimension(const Report *report, const char *text, Dimension *by_out, InputError *refused_out)
{
    *by_out = report->by;
    if (!is_said(text))
        return true;
    return (dimension_find(text, by_out) && report->dimensions & 1U << *by_out) ||
           refuse(refused_out, "by", "report.error.by", text);
}

int64_t report_window_usual(const Report *report, const DeskPolicy *policy)
{
    if (!report->has_window)
        return 0;
    return report->window_days ? report->window_days : policy->reopen_ms / TIME_DAY;
}

unsigned report_key_usual(const Report *report)
{
    return report->has_key ? KEY_CUSTOMER | KEY_ITEM | KEY_PROBLEM : 0;
}

static bool parse_window(const Report *report, const DeskPolicy *policy, const char *text, int64_t *days_out,
                         InputError *refused_out)
{
    char *rest = NULL;
    *days_out = report_window_usual(report, policy);
    if (!is_said(text))
        return true;
    if (!report->has_window)
        return refuse(refused_out, "window", "report.error.no_window", text);
    if (strcmp(text, "all") == 0) {
        *days_out = 0;
        return true;
    }
    errno = 0;
    *days_out = g_ascii_strtoll(text, &rest, 10);
    bool valid = *rest == '\0' && errno == 0 && *days_out >= 1 && *days_out <= WINDOW_DAYS_MAX;
    return valid || refuse(refused_out, "window", "report.error.window", text);
}

static bool parse_key(const Report *report, const char *text, unsigned *key_out, InputError *refused_out)
{
    *key_out = report_key_usual(report);
    if (!is_said(text))
        return true;
    if (!report->has_key)
        return refuse(refused_out, "key", "report.error.no_key", text);
    return report_key_parse(text, key_out) || refuse(refused_out, "key", "report.error.key", text);
}

static bool parse_figure(const Report *report, const char *text, const FigureSpec **figure_out, InputError *refused_out)
{
    *figure_out = is_said(text) ? report_figure_find(report, text) : NULL;
    return !is_said(text) || *figure_out || refuse(refused_out, "figure", "report.error.figure", text);
}

bool report_ask_parse(StoreTx *tx, Arena *arena, const DeskPolicy *policy, TimeMs now, const ReportWords *words,
                      ReportAsk *ask_out, InputError *refused_out)
{
    const Report *report = is_said(words->name) ? report_find(words->name) : NULL;
    if (!report)
        return refuse(refused_out, "report", "report.error.name", words->name);
    *ask_out = (ReportAsk){.report = report, .calendar = policy->calendar, .group = words->group};
    return parse_period(tx, arena, policy->zone, now, words, &ask_out->period, refused_out) &&
           parse_dimension(report, words->by, &ask_out->by, refused_out) &&
           parse_window(report, policy, words->window, &ask_out->window_days, refused_out) &&
           parse_key(report, words->key, &ask_out->key, refused_out) &&
           parse_figure(report, words->figure, &ask_out->figure, refused_out);
}
