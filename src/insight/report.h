/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * report: what every report is made of. Answers: "which figures, over which requests, by what?" — and refuses to show a
 * figure that too few requests carry.
 *
 * A report says once, as a table, which figures it has and from which counters or lists each is made; its run function
 * walks requests and adds to the counters. Total, rows, thresholds, intervals and percentiles are made here, the same
 * way for all. Not for writing them out (insight/render.h) and not for which reports there are (insight/registry.h).
 * Owns no table. Called by: the reports; cli, web and api through insight/registry.h.
 *
 * Memory: a ReportResult and all it points to live until report_result_free. Errors: report_run gives NULL and those of
 * a read transaction.
 *
 * Invariants:
 *  1. n is the number of requests behind a figure. A mean, median, percentile or share of fewer than REPORT_SHOW
 *     requests, or in a row beside others of fewer than REPORT_COMPARE, is not there: only "insufficient" is.
 *  2. Counts and sums of money are always shown; the rows of a sum add up to its total exactly.
 *  3. Every row has the figures of the total, in the same order.
 *
 * Example:
 *     ReportHit hit = report_hit(run, item, item->received);
 *     hit_count(&hit, HANDOVERS, 2);
 *     hit_measure(&hit, FIRST_RESPONSE, 65.0);
 */
#ifndef FILO_INSIGHT_REPORT_H
#define FILO_INSIGHT_REPORT_H

#include "desk/calendar/business.h"
#include "insight/dimension.h"
#include "insight/stats.h"

#define REPORT_SHOW 5
#define REPORT_COMPARE 20
#define REPORT_TICKETS_MAX 200

/* The parts of a repeat report's key. */
typedef enum ReportKeyPart { KEY_CUSTOMER = 1, KEY_ITEM = 2, KEY_PRODUCT = 4, KEY_PROBLEM = 8 } ReportKeyPart;

typedef struct Report Report;

/* A question, complete. */
typedef struct ReportAsk {
    const Report *report;
    Period period;
    const Calendar *calendar; /* of business minutes */
    Dimension by;
    int64_t window_days;             /* reopen, repeat; 0: however late */
    unsigned key;                    /* repeat: a sum of ReportKeyPart */
    const char *group;               /* the row whose tickets are wanted ("2026-03"), "all" for the total's, or NULL */
    const struct FigureSpec *figure; /* of that row, those behind this figure alone; NULL: all that it counts */
    Lang lang;
} ReportAsk;

typedef enum FigureKind {
    FIGURE_COUNT,    /* counter a */
    FIGURE_MONEY,    /* counter a, cents */
    FIGURE_RATE,     /* counter a of counter b, with its Wilson interval */
    FIGURE_MEAN,     /* counter a for each of counter b */
    FIGURE_SUMMARY,  /* list a: n, mean, median, P90 */
    FIGURE_SURVIVAL, /* list a: times until it happened; list b: of those it has not happened to, how long they have
                        waited: the median by Kaplan and Meier */
    FIGURE_PARAMETER /* what was asked: the window's days */
} FigureKind;

typedef enum FigureUnit {
    UNIT_NUMBER,
    UNIT_DAYS,
    UNIT_MINUTES,
    UNIT_BUSINESS_MINUTES,
    UNIT_CENTS,
    UNIT_SHARE
} FigureUnit;

#define REPORT_COUNTERS 20
#define REPORT_LISTS 32

typedef struct FigureSpec {
    const char *name; /* snake_case, JSON's member and the end of the catalogue key report.figure.… */
    FigureKind kind;
    int a, b;
    FigureUnit unit;
    bool headline; /* shown in the rows of a page and of text; JSON and CSV have all */
} FigureSpec;

typedef struct ReportRun ReportRun;

/* A report: insight/registry.h lists them. */
struct Report {
    const char *name;        /* "reopen" */
    MsgId title, definition; /* the definition may hold {window} and {key} */
    bool (*run)(ReportRun *run);
    const FigureSpec *figures;
    size_t figure_count;
    Dimension by;        /* of the rows, unless asked otherwise */
    unsigned dimensions; /* sum of 1 << Dimension: those that may be asked */
    bool has_window, has_key;
    int64_t window_days; /* unless asked otherwise; 0 with has_window: the house's time for reopening */
    int order_by;        /* 1 + the counter whose largest comes first; 0: n */
};

/* --- for the reports ---------------------------------------------------------------------------------------------- */

typedef struct ReportGroup ReportGroup;

struct ReportRun {
    const ReportAsk *ask;
    StoreTx *tx;
    Arena *arena;
    Grouping *grouping;
    ReportGroup *total;
    GHashTable *groups; /* int64_t key → ReportGroup */
    GArray *tickets;    /* int64_t; those of ask->group, each as often as it was hit */
};

/* The total and the row that a request counts in. */
typedef struct ReportHit {
    ReportRun *run;
    int64_t ticket;
    bool is_asked; /* its row is the one whose tickets are wanted */
    ReportGroup *groups[2];
    bool fresh[2]; /* counted in that group's n just now */
    size_t count;
} ReportHit;

/* Counts the request in n of the total and of its row, once while its hits follow each other; at: the instant whose
 * month it is. report_hit_key: in the row of that key. report_join: without counting it in n. */
ReportHit report_hit(ReportRun *run, const ReportCase *item, TimeMs at);
ReportHit report_hit_key(ReportRun *run, const ReportCase *item, int64_t key);
ReportHit report_join(ReportRun *run, const ReportCase *item, TimeMs at);

void hit_count(const ReportHit *hit, int counter, int64_t add);
void hit_count_once(const ReportHit *hit, int counter); /* 1 for a request, however many hits it has in a group */
void hit_max(const ReportHit *hit, int counter, int64_t value);
void hit_measure(const ReportHit *hit, int list, double value);

/* --- for the faces ------------------------------------------------------------------------------------------------ */

typedef struct Figure {
    const FigureSpec *spec;
    int64_t count;        /* COUNT, MONEY, PARAMETER; hits of a RATE; of SURVIVAL how many it happened to */
    uint64_t n;           /* requests behind it */
    double value;         /* RATE, MEAN; SURVIVAL's median; NaN when it does not exist */
    Interval interval;    /* RATE */
    StatsSummary summary; /* SUMMARY */
    unsigned needs;       /* 0: shown; else n is too few, so many are needed, and there is no value */
} Figure;

typedef struct ReportRow {
    const char *key, *label;
    uint64_t n;
    Figure *figures; /* report->figure_count */
} ReportRow;

typedef struct ReportResult {
    ReportAsk ask;
    const char *definition; /* in ask.lang */
    ReportRow total;
    ReportRow *rows;
    size_t row_count;
    int64_t *tickets; /* of ask.group, the newest REPORT_TICKETS_MAX, newest first */
    size_t ticket_count;
    size_t ticket_total; /* with those that are not among them */
    Arena *arena;
} ReportResult;

/* Runs it in the read transaction given. */
ReportResult *report_run(StoreTx *tx, const ReportAsk *ask);
void report_result_free(ReportResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ReportResult, report_result_free)

/* The figure of that name in a row, or NULL. */
const Figure *report_figure(const ReportResult *result, const ReportRow *row, const char *name);

/* The figure of that name, or NULL. */
const FigureSpec *report_figure_find(const Report *report, const char *name);

/* The report's definition, for the window and key given, in words of the language. */
char *report_definition(Arena *arena, Lang lang, const Report *report, int64_t window_days, unsigned key);

/* "customer,item,problem" for a sum of parts, and back. */
char *report_key_text(Arena *arena, unsigned key);
char *report_key_words(Arena *arena, Lang lang, unsigned key); /* "cliente, matricola, problema" */
bool report_key_parse(const char *text, unsigned *key_out);

#endif
