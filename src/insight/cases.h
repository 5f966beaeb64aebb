/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * cases: the requests a report counts, as they stood at the end of its period. Answers: "which are they, and what was
 * true of each just before that instant?"
 *
 * Rows of `ticket` are read in one statement. A row that was changed after the period ended says too much: its events
 * are folded again up to there (desk/ticket/projection.h), so that a report prints the same whenever it is run. Names
 * are insight/dimension.h's; what was said and who wrote it is never read. Owns no table. Called by: the reports.
 *
 * Memory: everything lives in the arena given (insight gives one without the page's small cap). Errors: false and a
 * failed transaction.
 *
 * Invariants:
 *  1. Nothing that happened at or after the period's end is in a CaseSet; later records of earlier things are.
 *  2. Spam, duplicates and cancelled requests are left out unless asked for, proactive ones always. Imported requests
 *     are never left out by their state, whose words were another system's.
 *  3. Cases are ordered by id, each once.
 *
 * Example:
 *     CaseSet set;
 *     if (!cases_load(tx, arena, &period, CASES_RECEIVED, &set)) return false;
 *     for (size_t i = 0; i < set.count; i++) …set.items[i].received…
 */
#ifndef FILO_INSIGHT_CASES_H
#define FILO_INSIGHT_CASES_H

#include "desk/ticket/phase.h"
#include "insight/period.h"
#include "store/store.h"

typedef struct ReportCase {
    int64_t id;
    TimeMs received, first_reply, resolved, last_event;            /* TIME_NONE: not before the period's end */
    int64_t party, item, product, team, problem, origin, solution; /* 0: none */
    const char *channel;                                           /* one pointer for each channel */
    int64_t reopened;
    TicketState state;
    bool proactive, zero_cost, imported;
} ReportCase;

typedef struct CaseSet {
    ReportCase *items;
    size_t count;
} CaseSet;

typedef enum CaseChoice {
    CASES_RECEIVED,      /* received in the period: demand */
    CASES_RECEIVED_ALL,  /* the same with spam, duplicates, cancelled and proactive ones: costs */
    CASES_RECEIVED_ONCE, /* received before its end, however long before */
    CASES_RESOLVED,      /* first resolved in it: output */
    CASES_OPEN           /* open at its end */
} CaseChoice;

bool cases_load(StoreTx *tx, Arena *arena, const Period *period, CaseChoice choice, CaseSet *set_out);

/* Spam, a duplicate or cancelled, and not imported. */
bool case_is_void(const ReportCase *item);

/* The case of that id, or NULL. *place remembers where the last one was: rows that come in nearly the same order are
 * found at once. Start it at 0. */
const ReportCase *case_find(const CaseSet *set, int64_t id, size_t *place);

/* The phases of each case of the set, until the period's end; on_case is called once for every case that has any. The
 * phases live until it returns. */
typedef void (*CasePhases)(const ReportCase *item, const PhaseList *phases, void *arg);
bool cases_each_phases(StoreTx *tx, const Period *period, const CaseSet *set, CasePhases on_case, void *arg);

/* When the first request ever was received; TIME_NONE when there is none. */
TimeMs cases_first_received(StoreTx *tx, Arena *arena);

#endif
