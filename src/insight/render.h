/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * render: a report's result as text, CSV and JSON. Answers: "how do I hand these figures to a person, a spreadsheet, a
 * program?"
 *
 * JSON: {"report","definition","period","n","figures":{…},"rows":[…]}, see docs/reports.md; names and words English,
 * numbers exact (the shortest decimals that read back as the same number). CSV: one line a row, the total last. Text: for a terminal.
 * Not for pages (web/desk/report_page.c), which take report_figure_text from here. Owns no table.
 * Called by: cli, web, api.
 *
 * Pointers: out is the caller's; texts live in the arena given. Errors: none.
 *
 * Invariants:
 *  1. A figure that too few requests carry is null in JSON and empty in CSV, with the words that say so beside it.
 *  2. Every CSV cell is written by csv_cell: no name can start a formula.
 *
 * Example:
 *     g_autoptr(GString) out = g_string_new(NULL);
 *     report_write(out, result, REPORT_JSON);
 */
#ifndef FILO_INSIGHT_RENDER_H
#define FILO_INSIGHT_RENDER_H

#include "insight/report.h"

typedef enum ReportFormat { REPORT_TEXT, REPORT_CSV, REPORT_JSON } ReportFormat;

bool report_format_find(const char *text, ReportFormat *format_out);

void report_write(GString *out, const ReportResult *result, ReportFormat format);

/* The figure as people read it, in one cell: "220", "8,0 % [4,6–13,5]", "65 min"; of durations the median;
 * "–" when there is nothing behind it. */
char *report_figure_text(Arena *arena, Lang lang, const Figure *figure);

/* One number of a figure's unit: "65 min", "88,1 h", "178,9 giorni", "97,26 €"; NaN gives "". */
char *report_value_text(Arena *arena, Lang lang, FigureUnit unit, double value);

/* "dati insufficienti (8 richieste, ne servono 20)". */
char *report_insufficient_text(Arena *arena, Lang lang, const Figure *figure);

/* The figure's name for people. */
const char *report_figure_label(Lang lang, const FigureSpec *spec);

/* "dal 1 aprile 2026 al 1 maggio 2026 escluso". */
char *report_period_text(Arena *arena, Lang lang, const Period *period);

#endif
