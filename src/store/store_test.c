/* SPDX-License-Identifier: EUPL-1.2 */
/* What store.h promises, the same on both engines. */
#include "store/store_testing.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

/* --- outcomes ---------------------------------------------------------------------------------------------------- */

static bool add_item(StoreTx *tx, void *arg)
{
    int64_t *id = arg;
    *id = test_int(tx, ITEM_ADD, &TEXT_PARAM("E07"), -1);
    return true;
}

static bool add_then_refuse(StoreTx *tx, void *arg)
{
    add_item(tx, arg);
    return false;
}

static bool add_fail_add(StoreTx *tx, void *arg)
{
    int64_t *after = arg, id;
    add_item(tx, &id);
    test_int(tx, NOWHERE, NULL, 0);
    g_assert_true(store_tx_failed(tx));
    *after = test_int(tx, ITEM_COUNT, NULL, -1);
    add_item(tx, &id);
    return true;
}

static void test_outcomes(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    int64_t id = 0, after = 0;
    g_assert_cmpint(store_write(test.store, "add", add_item, &id, &error), ==, STORE_COMMITTED);
    g_assert_cmpint(id, ==, 1);
    g_assert_cmpint(store_write(test.store, "refuse", add_then_refuse, &id, &error), ==, STORE_REFUSED);
    g_assert_no_error(error);
    g_assert_cmpint(store_write(test.store, "fail", add_fail_add, &after, &error), ==, STORE_FAILED);
    g_assert_error(error, FILO_ERROR, FILO_ERROR_IO);
    g_assert_cmpint(after, ==, -1); /* the sticky failure gave no row */
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 1);
    test_store_close(&test);
}

static bool add_orphan(StoreTx *tx, void *arg)
{
    (void)arg;
    test_run(tx, CHILD_ADD, &INT_PARAM(999));
    return true;
}

static bool fail_from_outside(StoreTx *tx, void *arg)
{
    add_item(tx, arg);
    store_tx_fail(tx, FILO_ERROR_CORRUPT, "a state that is none");
    return true;
}

static void test_constraints_and_outside_failures(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) constraint = NULL, outside = NULL, sure = NULL;
    int64_t id = 0;
    g_assert_cmpint(store_write(test.store, "orphan", add_orphan, NULL, &constraint), ==, STORE_FAILED);
    g_assert_error(constraint, FILO_ERROR, FILO_ERROR_REFUSED);
    g_assert_cmpint(store_write(test.store, "outside", fail_from_outside, &id, &outside), ==, STORE_FAILED);
    g_assert_error(outside, FILO_ERROR, FILO_ERROR_CORRUPT);
    g_assert_cmpstr(outside->message, ==, "a state that is none");
    g_assert_cmpint(store_write(test.store, "add", add_item, &id, NULL), ==, STORE_COMMITTED);
    StoreTx *tx = store_read_begin(test.store, NULL);
    g_assert_cmpint(test_int(tx, ITEM_SURE, &INT_PARAM(id), -7), ==, -7); /* an undeclared NULL */
    g_assert_false(store_read_end(tx, &sure));
    g_assert_error(sure, FILO_ERROR, FILO_ERROR_CORRUPT);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 1);
    test_store_close(&test);
}

/* --- work put off ------------------------------------------------------------------------------------------------- */

typedef struct PuttingOff {
    bool wanted, fails;
    int64_t seen_at_end; /* items there when the work put off ran; 0: it did not */
    int freed;
} PuttingOff;

static bool add_two_at_the_end(StoreTx *tx, void *arg)
{
    PuttingOff *putting = arg;
    int64_t id;
    if (putting->fails)
        test_int(tx, NOWHERE, NULL, 0);
    add_item(tx, &id);
    putting->seen_at_end = test_int(tx, ITEM_COUNT, NULL, -1);
    return true;
}

static void count_freed(void *arg)
{
    ((PuttingOff *)arg)->freed++;
}

static bool put_off(StoreTx *tx, void *arg)
{
    PuttingOff *putting = arg;
    int64_t id;
    store_put_off(tx, add_two_at_the_end, putting, count_freed);
    store_put_off(tx, add_two_at_the_end, putting, count_freed);
    add_item(tx, &id);
    return putting->wanted;
}

static void test_work_put_off_comes_last_and_with_it(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    PuttingOff done = {.wanted = true}, refused = {.wanted = false}, failed = {.wanted = true, .fails = true};
    g_assert_cmpint(store_write(test.store, "done", put_off, &done, NULL), ==, STORE_COMMITTED);
    g_assert_cmpint(done.seen_at_end, ==, 3); /* its own item, and the two put off, in order */
    g_assert_cmpint(store_write(test.store, "refused", put_off, &refused, NULL), ==, STORE_REFUSED);
    g_assert_cmpint(refused.seen_at_end, ==, 0);
    g_assert_cmpint(store_write(test.store, "failed", put_off, &failed, &error), ==, STORE_FAILED);
    g_assert_error(error, FILO_ERROR, FILO_ERROR_IO);
    g_assert_cmpint(done.freed + refused.freed + failed.freed, ==, 6);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 3);
    test_store_close(&test);
}

/* --- values ------------------------------------------------------------------------------------------------------ */

static const uint8_t hostile[] = {0, 1, 0xff, '\'', '\\', 0};

static bool add_kinds(StoreTx *tx, void *arg)
{
    (void)arg;
    const StoreValue full[] = {INT_PARAM(INT64_MIN), {.real = -0.1}, TEXT_PARAM("perché 😀 '; --"),
                               {.bytes = {hostile, sizeof hostile}}};
    const StoreValue none[] = {{.null = true}, {.null = true}, {.null = true}, {.null = true}};
    const StoreValue empty[] = {INT_PARAM(INT64_MAX), {.real = INFINITY}, {.bytes = {NULL, 0}}, {.bytes = {NULL, 0}}};
    return test_run(tx, KINDS_ADD, full) + test_run(tx, KINDS_ADD, none) + test_run(tx, KINDS_ADD, empty) == 3;
}

static void check_kinds(StoreTx *tx)
{
    StoreCursor cursor;
    StoreValue row[4];
    store_begin(&cursor, tx, test_statement(KINDS_LIST), NULL);
    g_assert_true(store_step(&cursor, row));
    g_assert_cmpint(row[0].integer, ==, INT64_MIN);
    g_assert_true(row[1].real == -0.1);
    g_assert_true(bytes_equal(row[2].bytes, bytes_of("perché 😀 '; --")));
    g_assert_true(bytes_equal(row[3].bytes, (Bytes){hostile, sizeof hostile}));
    g_assert_true(store_step(&cursor, row));
    for (int i = 0; i < 4; i++)
        g_assert_true(row[i].null);
    g_assert_true(store_step(&cursor, row));
    g_assert_true(row[0].integer == INT64_MAX && isinf(row[1].real));
    g_assert_true(!row[2].null && row[2].bytes.size == 0 && !row[3].null && row[3].bytes.size == 0);
    g_assert_false(store_step(&cursor, row));
    g_assert_cmpint(store_finish(&cursor), ==, 0);
}

static bool add_bad_text(StoreTx *tx, void *arg)
{
    const Bytes *text = arg;
    test_run(tx, ITEM_ADD, &(StoreValue){.bytes = *text});
    return true;
}

static void test_values_come_back(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    static const uint8_t with_nul[] = "a long enough text\0 with NUL", latin1[] = "perch\xe9";
    Bytes bad[] = {{with_nul, sizeof with_nul - 1}, {latin1, sizeof latin1 - 1}};
    g_assert_cmpint(store_write(test.store, "kinds", add_kinds, NULL, &error), ==, STORE_COMMITTED);
    StoreTx *tx = store_read_begin(test.store, &error);
    check_kinds(tx);
    g_assert_true(store_read_end(tx, &error));
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) refused = NULL;
        g_assert_cmpint(store_write(test.store, "bad", add_bad_text, &bad[i], &refused), ==, STORE_FAILED);
        g_assert_error(refused, FILO_ERROR, FILO_ERROR_REFUSED);
    }
    test_store_close(&test);
}

/* --- reads ------------------------------------------------------------------------------------------------------- */

static void test_reader_sees_a_snapshot_and_its_own_write(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    int64_t id;
    StoreTx *old = store_read_begin(test.store, NULL);
    g_assert_cmpint(test_int(old, ITEM_COUNT, NULL, -1), ==, 0);
    g_assert_cmpint(store_write(test.store, "add", add_item, &id, NULL), ==, STORE_COMMITTED);
    g_assert_cmpint(test_read_int(test.store, ITEM_COUNT, NULL, -1), ==, 1);
    g_assert_cmpint(test_int(old, ITEM_COUNT, NULL, -1), ==, 0);
    g_assert_true(store_read_end(old, NULL));
    test_store_close(&test);
}

static void test_writing_in_a_read_is_a_bug(gconstpointer engine)
{
    if (g_test_subprocess()) {
        TestStore test = test_store_open(ENGINE_OF(engine));
        StoreTx *tx = store_read_begin(test.store, NULL);
        test_run(tx, ITEM_ADD, &TEXT_PARAM("no"));
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*bug at*store.c*writes*");
}

/* --- races ------------------------------------------------------------------------------------------------------- */

enum { RACERS = 8, DRAWS = 5 };

typedef struct Racer {
    pthread_t thread;
    Store *store;
    pthread_barrier_t *start;
    int64_t target, who;
    int won;
} Racer;

typedef struct Take {
    int64_t item, who;
} Take;

static bool take_item(StoreTx *tx, void *arg)
{
    const Take *take = arg;
    if (test_int(tx, ITEM_OWNER, &INT_PARAM(take->item), -1) != -1) /* the decision reads in this transaction */
        return false;
    const StoreValue params[] = {INT_PARAM(take->item), INT_PARAM(take->who)};
    return test_run(tx, ITEM_TAKE, params) == 1;
}

static void *race_to_take(void *arg)
{
    Racer *racer = arg;
    Take take = {racer->target, racer->who};
    pthread_barrier_wait(racer->start);
    StoreOutcome outcome = store_write(racer->store, "take", take_item, &take, NULL);
    g_assert_cmpint(outcome, !=, STORE_FAILED);
    racer->won = outcome == STORE_COMMITTED;
    return NULL;
}

/* Reads, computes in C, writes: only isolation keeps it from going below zero. */
static bool draw_ten(StoreTx *tx, void *arg)
{
    const int64_t *bundle = arg;
    int64_t left = test_int(tx, BUNDLE_LEFT, &INT_PARAM(*bundle), -1);
    if (left < 10)
        return false;
    const StoreValue params[] = {INT_PARAM(*bundle), INT_PARAM(left - 10)};
    return test_run(tx, BUNDLE_SET, params) == 1;
}

static void *race_to_draw(void *arg)
{
    Racer *racer = arg;
    pthread_barrier_wait(racer->start);
    for (int i = 0; i < DRAWS; i++) {
        g_autoptr(GError) error = NULL;
        StoreOutcome outcome = store_write(racer->store, "draw", draw_ten, &racer->target, &error);
        if (outcome == STORE_FAILED) /* a conflict 8 times over is an answer too, and draws nothing */
            g_assert_error(error, FILO_ERROR, FILO_ERROR_BUSY);
        racer->won += outcome == STORE_COMMITTED;
    }
    return NULL;
}

static int race(Store *store, void *(*run)(void *), int64_t target)
{
    Racer racers[RACERS];
    pthread_barrier_t start;
    int won = 0;
    pthread_barrier_init(&start, NULL, RACERS);
    for (int i = 0; i < RACERS; i++) {
        racers[i] = (Racer){.store = store, .start = &start, .target = target, .who = i + 1};
        g_assert_cmpint(pthread_create(&racers[i].thread, NULL, run, &racers[i]), ==, 0);
    }
    for (int i = 0; i < RACERS; i++) {
        pthread_join(racers[i].thread, NULL);
        won += racers[i].won;
    }
    pthread_barrier_destroy(&start);
    return won;
}

static bool add_bundle(StoreTx *tx, void *arg)
{
    int64_t *id = arg;
    *id = test_int(tx, BUNDLE_ADD, &INT_PARAM(100), -1);
    return true;
}

static void test_one_taker_wins(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    for (int round = 0; round < 5; round++) {
        int64_t id;
        g_assert_cmpint(store_write(test.store, "add", add_item, &id, NULL), ==, STORE_COMMITTED);
        g_assert_cmpint(race(test.store, race_to_take, id), ==, 1);
        g_assert_cmpint(test_read_int(test.store, ITEM_OWNER, &INT_PARAM(id), -1), >=, 1);
    }
    test_store_close(&test);
}

static void test_bundle_never_below_zero(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    int64_t id;
    g_assert_cmpint(store_write(test.store, "add", add_bundle, &id, NULL), ==, STORE_COMMITTED);
    int drawn = race(test.store, race_to_draw, id);
    g_assert_cmpint(drawn, >=, 1);
    g_assert_cmpint(drawn, <=, 10); /* 100 minutes, 10 a draw, 40 tries */
    g_assert_cmpint(test_read_int(test.store, BUNDLE_LEFT, &INT_PARAM(id), -1), ==, 100 - 10 * drawn);
    test_store_close(&test);
}

/* --- notices and opening ----------------------------------------------------------------------------------------- */

static void note_commit(uint64_t sequence, void *arg)
{
    _Atomic uint64_t *last = arg;
    g_assert_cmpuint(sequence, ==, *last + 1);
    *last = sequence;
}

static void test_notices_after_commit(gconstpointer engine)
{
    static _Atomic uint64_t last;
    TestStore test = test_store_open(ENGINE_OF(engine));
    int64_t id;
    store_close(test.store); /* opened anew, nothing is migrated: the first notice is number 1 */
    test.store = test_store_open_at(test.dir, test.db, STORE_WRITER);
    last = 0;
    store_on_commit(test.store, note_commit, &last);
    for (int i = 0; i < 3; i++)
        g_assert_cmpint(store_write(test.store, "add", add_item, &id, NULL), ==, STORE_COMMITTED);
    g_assert_cmpint(store_write(test.store, "refuse", add_then_refuse, &id, NULL), ==, STORE_REFUSED);
    test_store_close(&test);
    g_assert_cmpuint(last, ==, 3);
}

static void test_second_opener_is_told_at_once(gconstpointer engine)
{
    TestStore test = test_store_open(ENGINE_OF(engine));
    g_autoptr(GError) error = NULL;
    StoreSetup setup = test_setup();
    StoreOptions options = {.data_dir = test.dir, .db = test.db, .mode = STORE_WRITER, .may_migrate = true};
    int64_t begun = clock_monotonic_us();
    g_assert_null(store_open_with(&options, &setup, &error));
    g_assert_error(error, FILO_ERROR, FILO_ERROR_BUSY);
    g_assert_cmpint(clock_monotonic_us() - begun, <, 500 * 1000);
    Store *reader = test_store_open_at(test.dir, test.db, STORE_READ_ONLY);
    g_assert_cmpint(test_read_int(reader, ITEM_COUNT, NULL, -1), ==, 0);
    g_assert_cmpint(store_write(reader, "no", add_item, NULL, NULL), ==, STORE_FAILED);
    store_close(reader);
    test_store_close(&test);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    test_add_both("/store/outcomes", test_outcomes);
    test_add_both("/store/constraints", test_constraints_and_outside_failures);
    test_add_both("/store/put-off", test_work_put_off_comes_last_and_with_it);
    test_add_both("/store/values", test_values_come_back);
    test_add_both("/store/snapshot", test_reader_sees_a_snapshot_and_its_own_write);
    g_test_add_data_func("/store/write-in-read", GINT_TO_POINTER(STORE_SQLITE), test_writing_in_a_read_is_a_bug);
    test_add_both("/store/race-take", test_one_taker_wins);
    test_add_both("/store/race-draw", test_bundle_never_below_zero);
    test_add_both("/store/notices", test_notices_after_commit);
    test_add_both("/store/second-opener", test_second_opener_is_told_at_once);
    return g_test_run();
}
