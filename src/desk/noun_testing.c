/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/noun_testing.h"

typedef struct Case {
    NounTestBody body;
    StoreEngine engine;
} Case;

typedef struct Run {
    NounTestBody body;
    NounTest test;
} Run;

static bool body_run(StoreTx *tx, void *arg)
{
    Run *run = arg;
    run->test.tx = tx;
    run->body(&run->test);
    return true;
}

static void case_run(gconstpointer data)
{
    const Case *test = data;
    House house = house_open(test->engine);
    StaffId sara = house_add_staff(&house, "sara", ROLE_OPERATOR);
    Run run = {
        test->body,
        {.arena = house.arena, .now = TEST_NOW, .team = house.team, .sara = sara, .actor = {ACTOR_STAFF, sara.value}}};
    g_assert_true(house_write(&house, body_run, &run));
    house_close(&house);
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

InboundEvent noun_letter(const NounTest *test, const char *from, const char *subject, const char *text)
{
    return (InboundEvent){
        .channel = "mail",
        .actor = {ACTOR_CUSTOMER, 0},
        .sender_kind = CONTACT_EMAIL,
        .sender_address = from,
        .sender_key = from,
        .sender_name = "",
        .language = "it",
        .subject = subject,
        .text = text,
        .quoted_at = MESSAGE_NOT_QUOTED,
        .received_at = test->now,
        .next_update_at = test->now + TIME_DAY,
        .reopen_since = test->now - 14 * TIME_DAY,
        .team = test->team,
        .party_sort_key = from,
        .tracking = token_new(),
        .reply = token_new(),
        .acknowledge_by = "mail",
        .acknowledge_per_hour = 5,
    };
}
