/* SPDX-License-Identifier: EUPL-1.2 */
/* The life of an outbox row (queue/outbox.h, invariants 1-4; security.md R02-R04). */
#include "queue/outbox.h"

#include "store/store_testing.h"

#define NOW ((TimeMs)1764590400000)

typedef struct Add {
    const char *key;
    TimeMs not_before;
    OutboxId id;
} Add;

static bool add(StoreTx *tx, void *arg)
{
    Add *work = arg;
    work->id = outbox_add(tx,
                          &(OutboxNew){.channel = "mail",
                                       .purpose = OUTBOX_NOTICE,
                                       .idempotency_key = work->key,
                                       .payload = "{}",
                                       .not_before = work->not_before},
                          NOW);
    return true;
}

static OutboxId added(Store *store, const char *key, TimeMs not_before)
{
    Add work = {key, not_before, {0}};
    g_assert_cmpint(store_write(store, "add", add, &work, NULL), ==, STORE_COMMITTED);
    return work.id;
}

static bool leased(Store *store, Arena *arena, const char *holder, TimeMs now, OutboxItem *item_out)
{
    TimeMs next;
    g_autoptr(GError) error = NULL;
    bool found = outbox_lease(store, arena, holder, now, TIME_MINUTE, item_out, &next, &error);
    g_assert_no_error(error);
    return found;
}

static void test_one_key_one_row(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_assert_cmpint(added(test.store, "k", NOW).value, !=, 0);
    g_assert_cmpint(added(test.store, "k", NOW).value, ==, 0);
    test_store_close(&test);
}

static void test_waits_until_due_and_belongs_to_one(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    OutboxItem item;
    TimeMs next = 0;
    added(test.store, "k", NOW + 10000);
    g_assert_false(outbox_lease(test.store, arena, "a", NOW, TIME_MINUTE, &item, &next, NULL));
    g_assert_cmpint(next, ==, NOW + 10000);
    g_assert_true(leased(test.store, arena, "a", NOW + 10000, &item));
    g_assert_cmpint(item.attempts, ==, 1);
    g_assert_false(leased(test.store, arena, "b", NOW + 10000, &item));
    test_store_close(&test);
}

static void test_dot_then_sent_and_never_back(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    g_autoptr(GError) error = NULL;
    OutboxItem item;
    added(test.store, "k", NOW);
    g_assert_true(leased(test.store, arena, "a", NOW, &item));
    g_assert_false(outbox_set_dot_sent(test.store, item.id, "b", "x@y", &error)); /* not b's */
    g_assert_error(error, FILO_ERROR, FILO_ERROR_REFUSED);
    g_assert_true(outbox_set_dot_sent(test.store, item.id, "a", "x@y", NULL));
    g_assert_true(outbox_set_sent(test.store, item.id, "a", "x@y", NOW, NULL));
    g_assert_false(outbox_set_retry(test.store, item.id, "a", "late", NOW, false, NULL));
    g_assert_false(leased(test.store, arena, "a", NOW + TIME_DAY, &item));
    test_store_close(&test);
}

/* The holder dies before the dot: again, as if nothing had been. After it: once more, marked, and never a third time. */
static void test_dead_holders_rows_are_taken_over(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    OutboxItem item;
    TimeMs later = NOW + TIME_HOUR;
    added(test.store, "k", NOW);
    g_assert_true(leased(test.store, arena, "a", NOW, &item));
    g_assert_cmpint(outbox_recover(test.store, "b", later, NULL), ==, 1);
    g_assert_true(leased(test.store, arena, "b", later, &item));
    g_assert_false(item.resent);
    g_assert_true(outbox_set_dot_sent(test.store, item.id, "b", "x@y", NULL));
    g_assert_cmpint(outbox_recover(test.store, "c", later + TIME_HOUR, NULL), ==, 1);
    g_assert_true(leased(test.store, arena, "c", later + TIME_HOUR, &item));
    g_assert_true(item.resent);
    g_assert_true(outbox_set_dot_sent(test.store, item.id, "c", "x@y", NULL));
    g_assert_cmpint(outbox_recover(test.store, "d", later + 2 * TIME_HOUR, NULL), ==, 1);
    g_assert_false(leased(test.store, arena, "d", later + 2 * TIME_HOUR, &item));
    test_store_close(&test);
}

/* On PostgreSQL another node may be alive: its lease holds until it ends. */
static void test_live_lease_of_another_node(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    OutboxItem item;
    added(test.store, "k", NOW);
    g_assert_true(leased(test.store, arena, "a", NOW, &item));
    int64_t expected = ENGINE_OF(engine) == STORE_SQLITE ? 1 : 0;
    g_assert_cmpint(outbox_recover(test.store, "b", NOW + 1, NULL), ==, expected);
    test_store_close(&test);
}

/* A slow attempt outlives its lease as long as its holder says it is alive. */
static void test_renewed_lease_holds(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    OutboxItem item;
    added(test.store, "k", NOW);
    g_assert_true(leased(test.store, arena, "a", NOW, &item));
    g_assert_cmpint(outbox_renew(test.store, "b", NOW + TIME_HOUR, NULL), ==, 0); /* not b's */
    g_assert_cmpint(outbox_renew(test.store, "a", NOW + TIME_HOUR, NULL), ==, 1);
    g_assert_cmpint(outbox_recover(test.store, "a", NOW + TIME_HOUR - 1, NULL), ==, 0);
    g_assert_true(outbox_set_sent(test.store, item.id, "a", "x@y", NOW, NULL));
    test_store_close(&test);
}

typedef struct Cancel {
    OutboxId id;
    bool done;
} Cancel;

static bool cancel(StoreTx *tx, void *arg)
{
    Cancel *work = arg;
    work->done = outbox_cancel(tx, work->id, NOW);
    return true;
}

static void test_taken_back_only_before_it_leaves(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    OutboxItem item;
    Cancel early = {added(test.store, "k1", NOW + 10000), false};
    g_assert_cmpint(store_write(test.store, "cancel", cancel, &early, NULL), ==, STORE_COMMITTED);
    g_assert_true(early.done);
    Cancel late = {added(test.store, "k2", NOW), false};
    g_assert_true(leased(test.store, arena, "a", NOW, &item));
    g_assert_cmpint(item.id.value, ==, late.id.value);
    g_assert_cmpint(store_write(test.store, "cancel", cancel, &late, NULL), ==, STORE_COMMITTED);
    g_assert_false(late.done);
    test_store_close(&test);
}

/* ------------------------------------------------------------------------------------------------------- lanes */

typedef struct Lane {
    const char *key, *account, *domain;
} Lane;

static bool add_in_lane(StoreTx *tx, void *arg)
{
    const Lane *lane = arg;
    return outbox_add(tx,
                      &(OutboxNew){.channel = "mail",
                                   .purpose = OUTBOX_NOTICE,
                                   .idempotency_key = lane->key,
                                   .payload = lane->key,
                                   .account = lane->account,
                                   .domain = lane->domain,
                                   .not_before = NOW},
                      NOW)
               .value != 0;
}

static void add_lanes(Store *store, const Lane *lanes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Lane lane = lanes[i];
        g_assert_cmpint(store_write(store, "add", add_in_lane, &lane, NULL), ==, STORE_COMMITTED);
    }
}

/* The key of the row leased, or "" for none. */
static const char *next_of(Store *store, Arena *arena, TimeMs now, const OutboxLanes *lanes, OutboxItem *item_out,
                           TimeMs *next_out)
{
    g_autoptr(GError) error = NULL;
    bool found = outbox_lease_within(store, arena, "a", now, TIME_MINUTE, lanes, item_out, next_out, &error);
    g_assert_no_error(error);
    return found ? item_out->idempotency_key : "";
}

/* Two attempts at slow.test, then others pass by it; three from one account, then another's pass by it. */
static void test_one_lane_holds_up_no_other(gconstpointer engine)
{
    static const Lane rows[] = {{"s1", "a", "slow.test"}, {"s2", "a", "slow.test"}, {"s3", "a", "slow.test"},
                                {"f1", "a", "fast.test"}, {"f2", "a", "fast.test"}, {"b1", "b", "slow.test"},
                                {"b2", "b", "fast.test"}, {"n1", NULL, NULL}};
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const OutboxLanes lanes = {.per_server = 3, .per_domain = 2};
    OutboxItem first, item;
    TimeMs next;
    add_lanes(test.store, rows, G_N_ELEMENTS(rows));
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &first, &next), ==, "s1");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "s2");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "f1");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "b2");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "n1");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "");
    g_assert_cmpint(next, ==, NOW + TIME_SECOND); /* they are due: not at once again, nor in an hour */
    g_assert_true(outbox_set_retry(test.store, first.id, "a", "421", NOW + TIME_HOUR, false, NULL));
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "s3");
    test_store_close(&test);
}

static void test_so_many_a_minute(gconstpointer engine)
{
    static const Lane rows[] = {{"1", "a", NULL}, {"2", "a", NULL}, {"3", "a", NULL}, {"4", "b", NULL}, {"5", "b", NULL},
                                {"6", "b", NULL}};
    static const OutboxRate rates[] = {{.account = "a", .per_minute = 2}, {.account = "b"}};
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const OutboxLanes lanes = {.per_server = 9, .per_domain = 9, .rates = rates, .rate_count = 2};
    OutboxItem item;
    TimeMs next;
    add_lanes(test.store, rows, G_N_ELEMENTS(rows));
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "1");
    g_assert_true(outbox_set_sent(test.store, item.id, "a", "1@x", NOW, NULL));
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "2"); /* under way: it counts as well */
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "4");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "5");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "6");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "");
    g_assert_cmpstr(next_of(test.store, arena, NOW + TIME_MINUTE, &lanes, &item, &next), ==, "");
    g_assert_cmpstr(next_of(test.store, arena, NOW + TIME_MINUTE + 1, &lanes, &item, &next), ==, "3");
    test_store_close(&test);
}

/* Mailboxes of one provider: what it lets through they share, and a third one elsewhere knows nothing of it. */
static void test_a_server_takes_so_many_from_all(gconstpointer engine)
{
    static const Lane rows[] = {{"1", "a", NULL}, {"2", "b", NULL}, {"3", "a", NULL}, {"4", "b", NULL}, {"5", "c", NULL}};
    static const OutboxRate rates[] = {
        {.account = "a", .per_minute = 9, .server = "smtp.one.test", .server_per_minute = 2},
        {.account = "b", .server = "smtp.one.test", .server_per_minute = 2},
        {.account = "c", .server = "smtp.two.test"}};
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const OutboxLanes lanes = {.per_server = 9, .per_domain = 9, .rates = rates, .rate_count = 3};
    OutboxItem item;
    TimeMs next;
    add_lanes(test.store, rows, G_N_ELEMENTS(rows));
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "1");
    g_assert_true(outbox_set_sent(test.store, item.id, "a", "1@x", NOW, NULL));
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "2");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "5");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "");
    g_assert_cmpstr(next_of(test.store, arena, NOW + TIME_MINUTE, &lanes, &item, &next), ==, "");
    g_assert_cmpstr(next_of(test.store, arena, NOW + TIME_MINUTE + 1, &lanes, &item, &next), ==, "3");
    test_store_close(&test);
}

/* A server that answers nobody has a part of the threads, however many mailboxes send through it. */
static void test_a_server_is_one_lane(gconstpointer engine)
{
    static const Lane rows[] = {{"1", "a", NULL}, {"2", "b", NULL}, {"3", "a", NULL}, {"4", "c", NULL}};
    static const OutboxRate rates[] = {{.account = "a", .server = "smtp.one.test"},
                                       {.account = "b", .server = "smtp.one.test"},
                                       {.account = "c", .server = "smtp.two.test"}};
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const OutboxLanes lanes = {.per_server = 2, .per_domain = 9, .rates = rates, .rate_count = 3};
    OutboxItem item;
    TimeMs next;
    add_lanes(test.store, rows, G_N_ELEMENTS(rows));
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "1");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "2");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "4");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "");
    test_store_close(&test);
}

/* Six mailboxes of a server that asked for patience wait, all six; the seventh goes by. */
static void test_paused_accounts_wait(gconstpointer engine)
{
    static const Lane rows[] = {{"1", "a", NULL}, {"2", "b", NULL}, {"3", "c", NULL}, {"4", "d", NULL},
                                {"5", "e", NULL}, {"6", "f", NULL}, {"7", "g", NULL}};
    OutboxRate rates[] = {{.account = "a", .paused = true}, {.account = "b", .paused = true},
                          {.account = "c", .paused = true}, {.account = "d", .paused = true},
                          {.account = "e", .paused = true}, {.account = "f", .paused = true},
                          {.account = "g"}};
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    const OutboxLanes lanes = {.per_server = 9, .per_domain = 9, .rates = rates, .rate_count = G_N_ELEMENTS(rates)};
    OutboxItem item;
    TimeMs next;
    add_lanes(test.store, rows, G_N_ELEMENTS(rows));
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "7");
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "");
    g_assert_cmpint(next, ==, NOW + TIME_SECOND);
    rates[0].paused = false;
    g_assert_cmpstr(next_of(test.store, arena, NOW, &lanes, &item, &next), ==, "1");
    test_store_close(&test);
}

/* Its server was away: what waited for it goes on with the first that gets through, oldest first. */
static void test_held_rows_go_on_together(gconstpointer engine)
{
    static const Lane rows[] = {{"1", "a", NULL}, {"2", "a", NULL}, {"3", "a", NULL}, {"4", "b", NULL}};
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    OutboxItem item;
    TimeMs next;
    add_lanes(test.store, rows, G_N_ELEMENTS(rows));
    for (int i = 0; i < 4; i++) { /* 2 was refused by itself, the others found nobody */
        next_of(test.store, arena, NOW, NULL, &item, &next);
        g_assert_true(outbox_set_retry(test.store, item.id, "a", "away", NOW + (5 - i) * TIME_HOUR, i != 1, NULL));
    }
    g_assert_cmpstr(next_of(test.store, arena, NOW + TIME_HOUR, NULL, &item, &next), ==, "");
    g_assert_cmpstr(next_of(test.store, arena, NOW + 3 * TIME_HOUR, NULL, &item, &next), ==, "4");
    g_assert_true(outbox_set_sent(test.store, item.id, "a", "4@x", NOW + 3 * TIME_HOUR, NULL));
    g_assert_cmpstr(next_of(test.store, arena, NOW + 3 * TIME_HOUR, NULL, &item, &next), ==, "3");
    g_assert_true(outbox_set_sent(test.store, item.id, "a", "3@x", NOW + 3 * TIME_HOUR, NULL));
    g_assert_cmpstr(next_of(test.store, arena, NOW + 3 * TIME_HOUR, NULL, &item, &next), ==, "1");
    g_assert_cmpstr(next_of(test.store, arena, NOW + 3 * TIME_HOUR, NULL, &item, &next), ==, "");
    g_assert_cmpint(next, ==, NOW + 4 * TIME_HOUR);
    test_store_close(&test);
}

static void each_engine(const char *name, void (*func)(gconstpointer engine))
{
    static const StoreEngine engines[] = {STORE_SQLITE, STORE_POSTGRESQL};
    static const char *const names[] = {"sqlite", "postgresql"};
    for (size_t i = 0; i < G_N_ELEMENTS(engines); i++) {
        g_autofree char *path = g_strconcat(name, "/", names[i], NULL);
        g_test_add_data_func(path, GINT_TO_POINTER(engines[i]), func);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    each_engine("/outbox/one-key", test_one_key_one_row);
    each_engine("/outbox/due", test_waits_until_due_and_belongs_to_one);
    each_engine("/outbox/forward", test_dot_then_sent_and_never_back);
    each_engine("/outbox/dead-holder", test_dead_holders_rows_are_taken_over);
    each_engine("/outbox/live-holder", test_live_lease_of_another_node);
    each_engine("/outbox/renewed", test_renewed_lease_holds);
    each_engine("/outbox/lanes", test_one_lane_holds_up_no_other);
    each_engine("/outbox/rate", test_so_many_a_minute);
    each_engine("/outbox/server_rate", test_a_server_takes_so_many_from_all);
    each_engine("/outbox/server_lane", test_a_server_is_one_lane);
    each_engine("/outbox/paused", test_paused_accounts_wait);
    each_engine("/outbox/held", test_held_rows_go_on_together);
    each_engine("/outbox/take-back", test_taken_back_only_before_it_leaves);
    return g_test_run();
}
