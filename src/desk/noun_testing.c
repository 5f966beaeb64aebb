/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/noun_testing.h"

#include "desk/staff/staff.h"
#include "store/store_testing.h"

typedef struct Case {
    NounTestBody body;
    StoreEngine engine;
} Case;

static bool body_run(StoreTx *tx, void *arg)
{
    const Case *test = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    NounTest desk = {.tx = tx, .arena = arena, .now = INT64_C(1775229600000)};
    desk.team = team_add(tx, "Assistenza", "assistenza", TEAM_INTERNAL);
    desk.sara = staff_add(tx,
                          &(Staff){.login = "sara",
                                   .display_name = "Sara",
                                   .email = "sara@example.org",
                                   .role = ROLE_OPERATOR,
                                   .team = desk.team,
                                   .language = "it",
                                   .active = true},
                          "sara", desk.now);
    desk.actor = (Actor){ACTOR_STAFF, desk.sara.value};
    test->body(&desk);
    return true;
}

static void case_run(gconstpointer data)
{
    const Case *test = data;
    g_autoptr(GError) error = NULL;
    TestStore store = test_store_open(test->engine);
    StoreOutcome outcome = store_write(store.store, "desk test", body_run, (void *)data, &error);
    g_assert_no_error(error);
    g_assert_cmpint(outcome, ==, STORE_COMMITTED);
    test_store_close(&store);
}

void noun_test_each_engine(const char *name, NounTestBody body)
{
    static const char *const engines[] = {[STORE_SQLITE] = "sqlite", [STORE_POSTGRESQL] = "postgresql"};
    for (StoreEngine engine = STORE_SQLITE; engine <= STORE_POSTGRESQL; engine++) {
        g_autofree char *path = g_strconcat(name, "/", engines[engine], NULL);
        Case *test = g_new(Case, 1);
        *test = (Case){body, engine};
        g_test_add_data_func_full(path, test, case_run, g_free);
    }
}
