/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How long things take. Demand is dated by arrival (first response, first to last event), output by the first solution
 * (resolution, phases): the two are never mixed in one figure.
 *
 * A phase figure is what a request spent in that state from arrival to its first solution, however many times it was
 * there; over the requests that were. So the phases of a request add up to its resolution time.
 */
#include "insight/registry.h"

#define OPEN_STATES ((int)TICKET_SCHEDULED + 1)

enum {
    FIRST_RESPONSE,
    FIRST_RESPONSE_BUSINESS,
    RESOLUTION,
    RESOLUTION_BUSINESS,
    RESOLUTION_NET,
    RESOLUTION_NET_BUSINESS,
    RESOLUTION_TOTAL,
    RESOLUTION_TOTAL_NET,
    FIRST_TO_LAST,
    UNTIL_RESOLVED,
    STILL_OPEN,
    PHASES,
    PHASES_BUSINESS = PHASES + OPEN_STATES,
};

enum { UNANSWERED };

#define MEASURE(name, list, headline) {name, FIGURE_SUMMARY, (list), 0, UNIT_MINUTES, (headline)}
#define MEASURE_BUSINESS(name, list, headline) {name "_business", FIGURE_SUMMARY, (list), 0, UNIT_BUSINESS_MINUTES, (headline)}
#define PHASE(name, state) MEASURE("phase_" name, PHASES + (state), false)
#define PHASE_BUSINESS(name, state) MEASURE_BUSINESS("phase_" name, PHASES_BUSINESS + (state), false)

static const FigureSpec figures[] = {
    MEASURE("first_response", FIRST_RESPONSE, true),
    MEASURE_BUSINESS("first_response", FIRST_RESPONSE_BUSINESS, true),
    {"unanswered", FIGURE_COUNT, UNANSWERED, 0, UNIT_NUMBER, false},
    MEASURE("resolution", RESOLUTION, false),
    MEASURE_BUSINESS("resolution", RESOLUTION_BUSINESS, false),
    MEASURE("resolution_net", RESOLUTION_NET, true),
    MEASURE_BUSINESS("resolution_net", RESOLUTION_NET_BUSINESS, false),
    MEASURE("resolution_total", RESOLUTION_TOTAL, false),
    MEASURE("resolution_total_net", RESOLUTION_TOTAL_NET, false),
    {"resolution_with_open", FIGURE_SURVIVAL, UNTIL_RESOLVED, STILL_OPEN, UNIT_MINUTES, false},
    {"first_to_last", FIGURE_SUMMARY, FIRST_TO_LAST, 0, UNIT_DAYS, true},
    PHASE("new", TICKET_NEW),
    PHASE("triaged", TICKET_TRIAGED),
    PHASE("owned", TICKET_OWNED),
    PHASE("in_progress", TICKET_IN_PROGRESS),
    PHASE("waiting_customer", TICKET_WAITING_CUSTOMER),
    PHASE("waiting_third_party", TICKET_WAITING_THIRD_PARTY),
    PHASE("waiting_part", TICKET_WAITING_PART),
    PHASE("waiting_approval", TICKET_WAITING_APPROVAL),
    PHASE("scheduled", TICKET_SCHEDULED),
    PHASE_BUSINESS("new", TICKET_NEW),
    PHASE_BUSINESS("triaged", TICKET_TRIAGED),
    PHASE_BUSINESS("owned", TICKET_OWNED),
    PHASE_BUSINESS("in_progress", TICKET_IN_PROGRESS),
    PHASE_BUSINESS("waiting_customer", TICKET_WAITING_CUSTOMER),
    PHASE_BUSINESS("waiting_third_party", TICKET_WAITING_THIRD_PARTY),
    PHASE_BUSINESS("waiting_part", TICKET_WAITING_PART),
    PHASE_BUSINESS("waiting_approval", TICKET_WAITING_APPROVAL),
    PHASE_BUSINESS("scheduled", TICKET_SCHEDULED),
};

static void measure_minutes(const ReportHit *hit, int list, int64_t ms)
{
    hit_measure(hit, list, (double)ms / (double)TIME_MINUTE);
}

/* ---------------------------------------------------------------------------------------------------------- demand */

/* Those still open count with how long they have been: a mean of what is solved alone forgets what takes longest. What
 * ended otherwise (not ours) was never going to be solved. */
static void count_until_resolved(ReportRun *run, const ReportHit *hit, const ReportCase *item)
{
    if (item->resolved)
        measure_minutes(hit, UNTIL_RESOLVED, item->resolved - item->received);
    else if (ticket_state_is_open(item->state))
        measure_minutes(hit, STILL_OPEN, run->ask->period.to - item->received);
}

static void count_received(ReportRun *run, const ReportCase *item)
{
    ReportHit hit = report_hit(run, item, item->received);
    count_until_resolved(run, &hit, item);
    hit_measure(&hit, FIRST_TO_LAST, (double)(item->last_event - item->received) / (double)TIME_DAY);
    hit_count(&hit, UNANSWERED, !item->first_reply && !item->imported); /* a log tells states, not messages */
    if (!item->first_reply)
        return;
    measure_minutes(&hit, FIRST_RESPONSE, item->first_reply - item->received);
    measure_minutes(&hit, FIRST_RESPONSE_BUSINESS,
                    business_elapsed(run->ask->calendar, item->received, item->first_reply));
}

/* ---------------------------------------------------------------------------------------------------------- output */

static void count_phases(const ReportHit *hit, const Calendar *calendar, const PhaseList *phases, TimeMs solved)
{
    int64_t spent[OPEN_STATES] = {0}, business[OPEN_STATES] = {0};
    bool was_in[OPEN_STATES] = {false};
    for (size_t i = 0; i < phases->count && phases->phases[i].from < solved; i++) {
        const Phase *phase = &phases->phases[i];
        if ((int)phase->state >= OPEN_STATES) /* a side exit that was undone */
            continue;
        was_in[phase->state] = true;
        spent[phase->state] += phase->until - phase->from;
        business[phase->state] += business_elapsed(calendar, phase->from, phase->until);
    }
    for (int state = 0; state < OPEN_STATES; state++) {
        if (!was_in[state])
            continue;
        measure_minutes(hit, PHASES + state, spent[state]);
        measure_minutes(hit, PHASES_BUSINESS + state, business[state]);
    }
}

typedef struct Output {
    ReportRun *run;
    Arena *arena; /* of one request's pauses */
} Output;

static void count_resolved(const ReportCase *item, const PhaseList *phases, void *arg)
{
    Output *output = arg;
    const Calendar *calendar = output->run->ask->calendar;
    PhaseResolution took = phase_resolution(phases, item->received);
    if (!took.resolved)
        return;
    TimeMs solved = item->received + took.first;
    size_t pause_count;
    BusinessPause *pauses = phase_list_pauses(output->arena, phases, &pause_count);
    ReportHit hit = report_join(output->run, item, solved);
    measure_minutes(&hit, RESOLUTION, took.first);
    measure_minutes(&hit, RESOLUTION_NET, took.first_net);
    measure_minutes(&hit, RESOLUTION_TOTAL, took.total);
    measure_minutes(&hit, RESOLUTION_TOTAL_NET, took.total_net);
    measure_minutes(&hit, RESOLUTION_BUSINESS, business_elapsed(calendar, item->received, solved));
    measure_minutes(&hit, RESOLUTION_NET_BUSINESS,
                    business_elapsed_running(calendar, item->received, solved, pauses, pause_count));
    count_phases(&hit, calendar, phases, solved);
    arena_clear(output->arena);
}

static bool times_run(ReportRun *run)
{
    CaseSet received, resolved;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const Period *period = &run->ask->period;
    if (!cases_load(run->tx, run->arena, period, CASES_RECEIVED, &received) ||
        !cases_load(run->tx, run->arena, period, CASES_RESOLVED, &resolved))
        return false;
    for (size_t i = 0; i < received.count; i++)
        count_received(run, &received.items[i]);
    return cases_each_phases(run->tx, period, &resolved, count_resolved, &(Output){run, arena});
}

const Report report_times = {
    .name = "times",
    .title = MSG_REPORT_TIMES_TITLE,
    .definition = MSG_REPORT_TIMES_DEFINITION,
    .run = times_run,
    .figures = figures,
    .figure_count = G_N_ELEMENTS(figures),
    .by = DIMENSION_MONTH,
    .dimensions = DIMENSIONS_OF_CASES,
};
