/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How often a request was handed on, and given back to somebody who had left it. Counted over events, not over phases:
 * a passage and its undoing at the same instant still troubled someone.
 *
 * Live requests: the team and person responsible after each assignment. A request assigned once was never handed on, so
 * most events are not even read as JSON. Imported ones: every row of the log that names a team.
 */
#include "desk/ticket/projection.h"
#include "insight/registry.h"
#include "report_bounce_sql.h"

enum { RWI_MANY = 3 };

enum {
    HANDOVERS,
    NONE,
    RETURNED,
    MOST,
    REQUESTS,
    OWNER_HANDOVERS,
    OWNER_RETURNED,
    LIVE,
    RWI_AT_LEAST,
    IMPORTED,
    ROWS,
    ROWS_MOST
};

static const FigureSpec figures[] = {
    {"handovers", FIGURE_COUNT, HANDOVERS, 0, UNIT_NUMBER, true},
    {"none", FIGURE_COUNT, NONE, 0, UNIT_NUMBER, true},
    {"returned", FIGURE_COUNT, RETURNED, 0, UNIT_NUMBER, true},
    {"max", FIGURE_COUNT, MOST, 0, UNIT_NUMBER, true},
    {"returned_rate", FIGURE_RATE, RETURNED, REQUESTS, UNIT_SHARE, true},
    {"mean", FIGURE_MEAN, HANDOVERS, REQUESTS, UNIT_NUMBER, false},
    {"owner_handovers", FIGURE_COUNT, OWNER_HANDOVERS, 0, UNIT_NUMBER, false},
    {"owner_returned", FIGURE_COUNT, OWNER_RETURNED, 0, UNIT_NUMBER, false},
    {"rwi_3_or_more", FIGURE_RATE, RWI_AT_LEAST, LIVE, UNIT_SHARE, true},
    {"log_rows", FIGURE_MEAN, ROWS, IMPORTED, UNIT_NUMBER, false},
    {"log_rows_max", FIGURE_COUNT, ROWS_MOST, 0, UNIT_NUMBER, false},
};

/* What was read of one request so far. */
typedef struct Passing {
    ReportRun *run;
    CaseSet set;
    size_t place;
    const ReportCase *item;
    Arena *arena;        /* of the request being read */
    GPtrArray *payloads; /* char *, of its received and assigned events */
    GArray *teams;       /* int64_t, after each event that counts */
    GArray *owners;      /* BounceEvent */
    GHashTable *names;   /* team of a log → its number */
    bool *counted;       /* one for each case */
} Passing;

/* ---------------------------------------------------------------------------------------------------------- counting */

static ReportHit count_case(Passing *passing, const ReportCase *item, PhaseHandovers teams)
{
    ReportHit hit = report_hit(passing->run, item, item->received);
    passing->counted[item - passing->set.items] = true;
    hit_count(&hit, REQUESTS, 1);
    hit_count(&hit, HANDOVERS, (int64_t)teams.handovers);
    hit_count(&hit, NONE, teams.handovers == 0);
    hit_count(&hit, RETURNED, teams.returns > 0);
    hit_max(&hit, MOST, (int64_t)teams.handovers);
    return hit;
}

static PhaseHandovers teams_of(const Passing *passing)
{
    return phase_count_handovers((const int64_t *)(void *)passing->teams->data, passing->teams->len);
}

static void reading_clear(Passing *passing)
{
    g_ptr_array_set_size(passing->payloads, 0);
    g_array_set_size(passing->teams, 0);
    g_array_set_size(passing->owners, 0);
    arena_clear(passing->arena);
    passing->item = NULL;
}

/* -------------------------------------------------------------------------------------------------------------- live */

/* Folds one event's team and person into what holds; the first event is how the request arrived, no assignment. */
static bool payload_fold(Passing *passing, const char *payload, bool assigned, int64_t *team, int64_t *owner)
{
    TicketChange change;
    if (!change_parse_json(payload, &change))
        return false;
    *team = change_has(&change, FIELD_TEAM) ? change.value[FIELD_TEAM] : *team;
    *owner = change_has(&change, FIELD_OWNER) ? change.value[FIELD_OWNER] : *owner;
    if (!assigned)
        return true;
    g_array_append_val(passing->teams, *team);
    g_array_append_val(passing->owners, ((BounceEvent){BOUNCE_OWNER, *owner}));
    return true;
}

static void live_end(Passing *passing)
{
    int64_t team = 0, owner = 0;
    bool readable = true;
    if (!passing->item)
        return;
    for (guint i = 0; passing->payloads->len > 2 && i < passing->payloads->len; i++)
        readable = readable && payload_fold(passing, passing->payloads->pdata[i], i > 0, &team, &owner);
    if (!readable)
        store_tx_fail(passing->run->tx, FILO_ERROR_CORRUPT, "an event that cannot be read");
    BounceIndex owners = bounce_index((const BounceEvent *)(void *)passing->owners->data, passing->owners->len);
    ReportHit hit = count_case(passing, passing->item, teams_of(passing));
    hit_count(&hit, LIVE, 1);
    hit_count(&hit, OWNER_HANDOVERS, (int64_t)owners.reassignments);
    hit_count(&hit, OWNER_RETURNED, owners.returns > 0);
    hit_count(&hit, RWI_AT_LEAST, owners.rwi >= RWI_MANY);
    reading_clear(passing);
}

static bool live_read(const SqlReportBounceEvents *row, void *arg)
{
    Passing *passing = arg;
    if (!passing->item || passing->item->id != row->ticket_id.value) {
        live_end(passing);
        passing->item = case_find(&passing->set, row->ticket_id.value, &passing->place);
    }
    if (passing->item)
        g_ptr_array_add(passing->payloads, arena_strdup(passing->arena, row->payload));
    return true;
}

/* ---------------------------------------------------------------------------------------------------------- imported */

static int64_t team_number(Passing *passing, const char *name)
{
    void *found = g_hash_table_lookup(passing->names, name);
    if (!*name)
        return 0;
    if (!found) {
        found = GSIZE_TO_POINTER(g_hash_table_size(passing->names) + 1);
        g_hash_table_insert(passing->names, g_strdup(name), found);
    }
    return (int64_t)GPOINTER_TO_SIZE(found);
}

static void imported_end(Passing *passing)
{
    if (!passing->item)
        return;
    ReportHit hit = count_case(passing, passing->item, teams_of(passing));
    hit_count(&hit, IMPORTED, 1);
    hit_count(&hit, ROWS, passing->teams->len);
    hit_max(&hit, ROWS_MOST, passing->teams->len);
    reading_clear(passing);
}

static bool imported_read(const SqlReportBounceImported *row, void *arg)
{
    Passing *passing = arg;
    if (!passing->item || passing->item->id != row->ticket_id.value) {
        imported_end(passing);
        passing->item = case_find(&passing->set, row->ticket_id.value, &passing->place);
    }
    if (passing->item) {
        int64_t team = team_number(passing, row->team);
        g_array_append_val(passing->teams, team);
    }
    return true;
}

/* --------------------------------------------------------------------------------------------------------------- all */

static bool passing_read(Passing *passing, const Period *period)
{
    if (!sql_report_bounce_events(passing->run->tx, &(SqlReportBounceEventsIn){period->from, period->to}, live_read,
                                  passing))
        return false;
    live_end(passing);
    if (!sql_report_bounce_imported(passing->run->tx, &(SqlReportBounceImportedIn){period->from, period->to},
                                    imported_read, passing))
        return false;
    imported_end(passing);
    for (size_t i = 0; i < passing->set.count; i++) /* of which no event says anything */
        if (!passing->counted[i])
            count_case(passing, &passing->set.items[i], (PhaseHandovers){0});
    return !store_tx_failed(passing->run->tx);
}

static bool bounce_run(ReportRun *run)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GPtrArray) payloads = g_ptr_array_new();
    g_autoptr(GArray) teams = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) owners = g_array_new(FALSE, FALSE, sizeof(BounceEvent));
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Passing passing = {
        .run = run, .arena = arena, .payloads = payloads, .teams = teams, .owners = owners, .names = names};
    if (!cases_load(run->tx, run->arena, &run->ask->period, CASES_RECEIVED, &passing.set))
        return false;
    passing.counted = ARENA_ARRAY(run->arena, bool, passing.set.count);
    return passing_read(&passing, &run->ask->period);
}

const Report report_bounce = {
    .name = "bounce",
    .title = MSG_REPORT_BOUNCE_TITLE,
    .definition = MSG_REPORT_BOUNCE_DEFINITION,
    .run = bounce_run,
    .figures = figures,
    .figure_count = G_N_ELEMENTS(figures),
    .by = DIMENSION_MONTH,
    .dimensions = DIMENSIONS_OF_CASES,
};
