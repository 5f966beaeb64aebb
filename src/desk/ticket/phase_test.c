/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/phase.h"

#include <string.h>

#define HOUR(n) ((n)*TIME_HOUR)

/* A life in hours since receipt: triage 1, taken by Sara (7) of support (1) at 2, work at 3, asks the customer at 4
 * till 16, passed to Ivo (8) at 20, resolved at 30, closed at 54, reopened at 60, resolved at 63. Gross 30 h, wait 12
 * h, net 18 h: domain.md 3, resolution time. */
static const PhaseEvent life[] = {
    {HOUR(100), TICKET_NEW, 1, 0},
    {HOUR(101), TICKET_TRIAGED, 1, 0},
    {HOUR(102), TICKET_OWNED, 1, 7},
    {HOUR(103), TICKET_IN_PROGRESS, 1, 7},
    {HOUR(104), TICKET_WAITING_CUSTOMER, 1, 7},
    {HOUR(116), TICKET_IN_PROGRESS, 1, 7},
    {HOUR(120), TICKET_IN_PROGRESS, 1, 8},
    {HOUR(130), TICKET_RESOLVED, 1, 8},
    {HOUR(154), TICKET_CLOSED, 1, 8},
    {HOUR(160), TICKET_IN_PROGRESS, 1, 8},
    {HOUR(163), TICKET_RESOLVED, 1, 8},
};

static PhaseList derive(Arena *arena, TimeMs until)
{
    PhaseList list;
    g_assert_true(phase_derive(arena, life, G_N_ELEMENTS(life), until, &list));
    return list;
}

static void assert_contiguous(const PhaseList *list)
{
    int64_t sum = 0;
    for (size_t i = 0; i < list->count; i++) {
        g_assert_cmpint(list->phases[i].from, <, list->phases[i].until);
        if (i > 0)
            g_assert_cmpint(list->phases[i].from, ==, list->phases[i - 1].until);
        sum += list->phases[i].until - list->phases[i].from;
    }
    g_assert_cmpint(sum, ==, phase_time_total(list));
}

static void test_phases_are_contiguous_and_sum_to_the_total(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (int hour = 101; hour < 200; hour++) {
        PhaseList list = derive(arena, HOUR(hour));
        assert_contiguous(&list);
        g_assert_cmpint(phase_time_total(&list), ==, HOUR(hour - 100));
    }
    PhaseList list = derive(arena, HOUR(200));
    g_assert_cmpuint(list.count, ==, 11);
    g_assert_false(list.open);
    g_assert_cmpint(phase_time_in(&list, TICKET_WAITING_CUSTOMER), ==, HOUR(12));
    g_assert_cmpint(phase_time_in(&list, TICKET_IN_PROGRESS), ==, HOUR(1 + 4 + 10 + 3));
    g_assert_cmpint(phase_time_in(&list, TICKET_RESOLVED), ==, HOUR(24 + 37));
}

/* Reading 1: a report reads only events before the end of its period. */
static void test_later_events_are_not_read(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    PhaseList list = derive(arena, HOUR(104));
    g_assert_cmpuint(list.count, ==, 4);
    g_assert_cmpint(list.phases[3].state, ==, TICKET_IN_PROGRESS);
    g_assert_true(list.open);
    list = derive(arena, HOUR(100));
    g_assert_cmpuint(list.count, ==, 0);
    g_assert_cmpint(phase_time_total(&list), ==, 0);
}

static void test_one_instant_makes_one_change(void)
{
    static const PhaseEvent events[] = {
        {HOUR(1), TICKET_NEW, 1, 0},   {HOUR(2), TICKET_TRIAGED, 2, 0}, {HOUR(2), TICKET_OWNED, 2, 7},
        {HOUR(3), TICKET_OWNED, 2, 8}, {HOUR(3), TICKET_OWNED, 2, 7},   {HOUR(4), TICKET_OWNED, 2, 7},
    };
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    PhaseList list;
    g_assert_true(phase_derive(arena, events, G_N_ELEMENTS(events), HOUR(5), &list));
    g_assert_cmpuint(list.count, ==, 2);
    assert_contiguous(&list);
    g_assert_cmpint(list.phases[1].from, ==, HOUR(2));
    g_assert_cmpint(list.phases[1].owner, ==, 7);
    const PhaseEvent backwards[] = {events[1], events[0]};
    g_assert_false(phase_derive(arena, backwards, 2, HOUR(5), &list));
    g_assert_false(phase_derive(arena, NULL, 0, HOUR(5), &list));
}

static void test_holders(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    PhaseList list = derive(arena, HOUR(170));
    size_t count;
    const PhaseHolder *owners = phase_list_holders(arena, &list, false, &count);
    g_assert_cmpuint(count, ==, 2);
    g_assert_cmpint(owners[0].holder, ==, 7);
    g_assert_cmpint(owners[0].from, ==, HOUR(102));
    g_assert_cmpint(owners[0].until, ==, HOUR(120));
    g_assert_cmpint(owners[1].holder, ==, 8);
    g_assert_cmpint(owners[1].until, ==, HOUR(170));
    const PhaseHolder *teams = phase_list_holders(arena, &list, true, &count);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpint(teams[0].from, ==, HOUR(100));
}

static void test_pauses_of_the_customers_clock(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    size_t count;
    PhaseList list = derive(arena, HOUR(170));
    BusinessPause *pauses = phase_list_pauses(arena, &list, &count);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpint(pauses[0].from, ==, HOUR(104));
    g_assert_cmpint(pauses[0].until, ==, HOUR(116));
    list = derive(arena, HOUR(110));
    pauses = phase_list_pauses(arena, &list, &count);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpint(pauses[0].until, ==, TIME_NONE);
    list = derive(arena, HOUR(104));
    phase_list_pauses(arena, &list, &count);
    g_assert_cmpuint(count, ==, 0);
}

/* domain.md 3: gross 30 h, wait 12 h, net 18 h; reading 2: 30 + 3 after the reopening. */
static void test_resolution_gross_net_and_with_reopenings(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    PhaseList list = derive(arena, HOUR(170));
    PhaseResolution found = phase_resolution(&list, HOUR(100));
    g_assert_true(found.resolved);
    g_assert_cmpint(found.first, ==, HOUR(30));
    g_assert_cmpint(found.first_net, ==, HOUR(18));
    g_assert_cmpint(found.total, ==, HOUR(33));
    g_assert_cmpint(found.total_net, ==, HOUR(21));
    list = derive(arena, HOUR(161)); /* reopened, not yet solved again */
    g_assert_cmpint(phase_resolution(&list, HOUR(100)).total, ==, HOUR(30));
    list = derive(arena, HOUR(120));
    g_assert_false(phase_resolution(&list, HOUR(100)).resolved);
    static const PhaseEvent spam[] = {{HOUR(1), TICKET_NEW, 1, 0}, {HOUR(2), TICKET_SPAM, 1, 0}};
    g_assert_true(phase_derive(arena, spam, 2, HOUR(9), &list));
    g_assert_false(phase_resolution(&list, HOUR(1)).resolved);
}

static void test_handovers_collapse_runs(void)
{
    static const struct {
        const char *holders;
        size_t handovers, returns;
    } cases[] = {
        {"", 0, 0},    {"A", 0, 0},     {"AAA", 0, 0},  {"AABB", 1, 0},  {"ABA", 2, 1}, {"ABAB", 3, 2} /* reading 6 */,
        {"A-A", 0, 0}, {"-A-B-", 1, 0}, {"ABCA", 3, 1}, {"ABBA-C", 3, 1}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t holders[8];
        size_t count = strlen(cases[i].holders);
        for (size_t at = 0; at < count; at++)
            holders[at] = cases[i].holders[at] == '-' ? 0 : cases[i].holders[at];
        PhaseHandovers found = phase_count_handovers(holders, count);
        g_assert_cmpuint(found.handovers, ==, cases[i].handovers);
        g_assert_cmpuint(found.returns, ==, cases[i].returns);
    }
}

static void test_bounce_index(void)
{
    /* domain.md 3: A, B, A with one re-ask: 2 + 1 + 2 = 5. */
    static const BounceEvent worked[] = {{BOUNCE_OWNER, 1}, {BOUNCE_OWNER, 2}, {BOUNCE_REASKED, 0}, {BOUNCE_OWNER, 1}};
    BounceIndex found = bounce_index(worked, G_N_ELEMENTS(worked));
    g_assert_cmpuint(found.reassignments, ==, 2);
    g_assert_cmpuint(found.returns, ==, 1);
    g_assert_cmpuint(found.rwi, ==, 5);
    /* Reading 6: A, B, A, B has two returns: 3 + 2 * 2, and a forced channel. */
    static const BounceEvent twice[] = {{BOUNCE_OWNER, 1}, {BOUNCE_OWNER, 2}, {BOUNCE_FORCED_CHANNEL, 0},
                                        {BOUNCE_OWNER, 1}, {BOUNCE_OWNER, 0}, {BOUNCE_OWNER, 1},
                                        {BOUNCE_OWNER, 2}};
    g_assert_cmpuint(bounce_index(twice, G_N_ELEMENTS(twice)).rwi, ==, 8);
    /* A shift's end and the morning after are nobody's wall. */
    static const BounceEvent shift[] = {{BOUNCE_OWNER, 1}, {BOUNCE_PLANNED_OWNER, 2}, {BOUNCE_PLANNED_OWNER, 1}};
    g_assert_cmpuint(bounce_index(shift, G_N_ELEMENTS(shift)).rwi, ==, 0);
    static const BounceEvent pushed_back[] = {{BOUNCE_OWNER, 1}, {BOUNCE_PLANNED_OWNER, 2}, {BOUNCE_OWNER, 1}};
    g_assert_cmpuint(bounce_index(pushed_back, G_N_ELEMENTS(pushed_back)).rwi, ==, 3);
    g_assert_cmpuint(bounce_index(NULL, 0).rwi, ==, 0);
}

/* The cases of BPI Challenge 2013, closed problems: time and team of each event, by case, in file order within a
 * time. */
typedef struct LogEvent {
    const char *at;
    int64_t team;
} LogEvent;

static int log_event_compare(const void *left, const void *right)
{
    return strcmp(((const LogEvent *)left)->at, ((const LogEvent *)right)->at);
}

/* Texts of the events live in texts. */
static GHashTable *log_read(char **lines, GStringChunk *texts)
{
    GHashTable *cases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_array_unref);
    g_autoptr(GHashTable) teams = g_hash_table_new(g_str_hash, g_str_equal);
    for (char **line = lines + 1; *line && **line; line++) {
        g_auto(GStrv) cells = g_strsplit(*line, ",", -1);
        g_assert_cmpuint(g_strv_length(cells), ==, 12);
        const char *team = g_string_chunk_insert_const(texts, cells[0]);
        if (!g_hash_table_contains(teams, team))
            g_hash_table_insert(teams, (void *)team, GINT_TO_POINTER((int)g_hash_table_size(teams) + 1));
        GArray *events = g_hash_table_lookup(cases, g_strchomp(cells[11]));
        if (!events) {
            events = g_array_new(FALSE, FALSE, sizeof(LogEvent));
            g_hash_table_insert(cases, g_strdup(cells[11]), events);
        }
        LogEvent event = {g_string_chunk_insert_const(texts, cells[10]),
                          GPOINTER_TO_INT(g_hash_table_lookup(teams, team))};
        g_array_append_val(events, event);
    }
    return cases;
}

/* The figures of the data folder's README, computed twice elsewhere: 220 hand-overs, at most 10 in a case, none in
 * 1,364 of 1,487; 59 cases return to a team already left. */
static void test_handovers_of_the_public_log(void)
{
    const char *data = g_getenv("FILO_DATA");
    g_autofree char *sibling = g_build_filename(g_getenv("G_TEST_SRCDIR"), "..", "shared", "data", NULL);
    g_autofree char *path = g_build_filename(data ? data : sibling, "logs", "bpi2013_closed_problems.csv", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        g_test_skip("no event log: set FILO_DATA");
        return;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    GStringChunk *texts = g_string_chunk_new(4096);
    g_autoptr(GHashTable) cases = log_read(lines, texts);
    g_assert_cmpuint(g_hash_table_size(cases), ==, 1487);
    size_t all = 0, most = 0, none = 0, returned = 0;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, cases);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        GArray *events = value;
        int64_t holders[64];
        g_array_sort(events, log_event_compare); /* stable */
        g_assert_cmpuint(events->len, <=, G_N_ELEMENTS(holders));
        for (guint i = 0; i < events->len; i++)
            holders[i] = g_array_index(events, LogEvent, i).team;
        PhaseHandovers found = phase_count_handovers(holders, events->len);
        all += found.handovers;
        most = MAX(most, found.handovers);
        none += found.handovers == 0;
        returned += found.returns > 0;
    }
    g_string_chunk_free(texts);
    g_assert_cmpuint(all, ==, 220);
    g_assert_cmpuint(most, ==, 10);
    g_assert_cmpuint(none, ==, 1364);
    g_assert_cmpuint(returned, ==, 59);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/phase/contiguous", test_phases_are_contiguous_and_sum_to_the_total);
    g_test_add_func("/phase/period-end", test_later_events_are_not_read);
    g_test_add_func("/phase/one-instant", test_one_instant_makes_one_change);
    g_test_add_func("/phase/holders", test_holders);
    g_test_add_func("/phase/pauses", test_pauses_of_the_customers_clock);
    g_test_add_func("/phase/resolution", test_resolution_gross_net_and_with_reopenings);
    g_test_add_func("/phase/handovers", test_handovers_collapse_runs);
    g_test_add_func("/phase/bounce", test_bounce_index);
    g_test_add_func("/phase/public-log", test_handovers_of_the_public_log);
    return g_test_run();
}
