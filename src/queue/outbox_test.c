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
    g_assert_error(error, FILO_ERROR, FILO_ERROR_BUSY);
    g_assert_true(outbox_set_dot_sent(test.store, item.id, "a", "x@y", NULL));
    g_assert_true(outbox_set_sent(test.store, item.id, "a", "x@y", NOW, NULL));
    g_assert_false(outbox_set_retry(test.store, item.id, "a", "late", NOW, NULL));
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
    each_engine("/outbox/take-back", test_taken_back_only_before_it_leaves);
    return g_test_run();
}
