/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/words.h"

/* The states of the design, and the words of the interface brief. */
static const struct {
    const char *state, *it, *en;
} states[] = {
    {"new", "Da assegnare", "Unassigned"},
    {"triaged", "Da assegnare", "Unassigned"},
    {"owned", "In carico a Sara", "With Sara"},
    {"in_progress", "In lavorazione, Sara", "In progress, Sara"},
    {"waiting_customer", "In attesa del cliente", "Waiting for customer"},
    {"waiting_third_party", "In attesa di terzi", "Waiting for a third party"},
    {"waiting_part", "In attesa del ricambio", "Waiting for a part"},
    {"waiting_approval", "Preventivo da approvare", "Quote to approve"},
    {"scheduled", "Pianificata", "Scheduled"},
    {"resolved", "Risolta", "Solved"},
    {"closed", "Chiusa", "Closed"},
    {"duplicate", "Doppione", "Duplicate"},
    {"not_ours", "Non è di nostra competenza", "Not ours"},
    {"cancelled", "Annullata", "Cancelled"},
    {"spam", "Non è una richiesta", "Not a request"},
};

static void test_every_state_has_words(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        g_assert_cmpstr(words_state(arena, LANG_IT, states[i].state, "Sara"), ==, states[i].it);
        g_assert_cmpstr(words_state(arena, LANG_EN, states[i].state, "Sara"), ==, states[i].en);
    }
}

static void test_delay_silence_and_bounces(void)
{
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    Zone *rome = zone_find("Europe/Rome");
    TimeMs now = 1775229600000; /* Fri 3 Apr 2026, 17:20 in Rome: date -d '2026-04-03 17:20 CEST' +%s */
    bool late;
    g_assert_cmpstr(words_due(arena, LANG_IT, rome, now - 2 * TIME_HOUR, now, &late), ==, "In ritardo di 2 ore");
    g_assert_true(late);
    g_assert_cmpstr(words_due(arena, LANG_EN, rome, now + TIME_HOUR, now, &late), ==, "today, 18:20");
    g_assert_false(late);
    g_assert_cmpstr(words_due(arena, LANG_EN, rome, TIME_NONE, now, &late), ==, "");
    g_assert_false(late);
    g_assert_cmpstr(words_update_by(arena, LANG_IT, rome, now + 3 * TIME_DAY, now), ==,
                    "Aggiornare il cliente entro lun 17:20");
    g_assert_cmpstr(words_warning(arena, LANG_IT, 3 * TIME_DAY, 2 * TIME_DAY, 3), ==, "Ferma da 3 giorni");
    g_assert_cmpstr(words_warning(arena, LANG_IT, TIME_DAY, 2 * TIME_DAY, 3), ==, "Rimbalzata 3 volte");
    g_assert_cmpstr(words_warning(arena, LANG_EN, TIME_DAY, 2 * TIME_DAY, 2), ==, "");
    g_time_zone_unref(rome);
}

static void test_verdicts_and_problems(void)
{
    static const char *const kinds[] = {"bad_request", "forbidden", "not_found", "conflict",
                                        "too_large",   "busy",      "failed"};
    g_assert_cmpstr(words_verdict(LANG_IT, "quote_needed"), ==, "Fuori contratto: serve un preventivo");
    g_assert_cmpstr(words_verdict(LANG_EN, "in_warranty"), ==, "Under warranty");
    g_assert_nonnull(words_verdict(LANG_EN, "in_contract"));
    g_assert_nonnull(words_verdict(LANG_EN, "unknown"));
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        WordsProblem problem = words_problem(kinds[i]);
        g_assert_cmpstr(msg(LANG_IT, problem.happened), !=, msg(LANG_IT, problem.todo));
    }
    g_assert_cmpstr(msg(LANG_EN, words_problem("conflict").happened), ==, "Someone changed it before you");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/words/states", test_every_state_has_words);
    g_test_add_func("/words/delays", test_delay_silence_and_bounces);
    g_test_add_func("/words/problems", test_verdicts_and_problems);
    return g_test_run();
}
