/* SPDX-License-Identifier: EUPL-1.2 */
/* What is reported of a message that left (queue/delivery.h, invariants 1 and 2). */
#include "queue/delivery.h"

#include "queue/outbox.h"
#include "store/store_testing.h"

#define NOW ((TimeMs)1764590400000)

typedef struct House {
    StoreTx *tx;
    Arena *arena;
    OutboxId outbox;
} House;

static bool note(House *house, const char *address, DeliveryState state, TimeMs at)
{
    return delivery_note(house->tx, house->arena,
                         &(Delivery){.outbox = house->outbox,
                                     .address_key = address,
                                     .address = address,
                                     .state = state,
                                     .status = state == DELIVERY_FAILED ? "5.1.1" : "4.4.7",
                                     .reason = state == DELIVERY_FAILED ? "no such user" : "later",
                                     .at = at});
}

/* Each state after each other: only what lies further on is news. */
static void moves_only_forward(House *house)
{
    for (int first = 0; first < DELIVERY_STATE_COUNT; first++)
        for (int then = 0; then < DELIVERY_STATE_COUNT; then++) {
            const char *address = arena_printf(house->arena, "a%d%d@y.test", first, then);
            g_assert_true(note(house, address, (DeliveryState)first, NOW));
            g_assert_cmpint(note(house, address, (DeliveryState)then, NOW + 1), ==, then > first);
        }
}

static void is_counted_until_looked_at(House *house)
{
    g_assert_true(note(house, "b@y.test", DELIVERY_DELAYED, NOW));
    g_assert_cmpint(delivery_count_failed(house->tx, house->arena), ==, 0);
    g_assert_true(note(house, "b@y.test", DELIVERY_FAILED, NOW + 5));
    DeliveryList failed = delivery_list_failed(house->tx, house->arena, 10);
    g_assert_cmpuint(failed.count, ==, 1);
    g_assert_cmpint(delivery_count_failed(house->tx, house->arena), ==, 1);
    g_assert_cmpstr(failed.items[0].address, ==, "b@y.test");
    g_assert_cmpstr(failed.items[0].status, ==, "5.1.1");
    g_assert_cmpstr(failed.items[0].reason, ==, "no such user");
    g_assert_cmpint(failed.items[0].at, ==, NOW + 5);
    g_assert_cmpint(failed.items[0].outbox.value, ==, house->outbox.value);
    g_assert_true(delivery_set_looked(house->tx, failed.items[0].id, NOW + 6));
    g_assert_cmpint(delivery_count_failed(house->tx, house->arena), ==, 0);
    g_assert_false(note(house, "b@y.test", DELIVERY_FAILED, NOW + 7)); /* the same report again wakes nobody */
    g_assert_cmpint(delivery_count_failed(house->tx, house->arena), ==, 0);
}

typedef struct Body {
    void (*run)(House *house);
} Body;

static bool in_transaction(StoreTx *tx, void *arg)
{
    const Body *body = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    House house = {tx, arena,
                   outbox_add(tx,
                              &(OutboxNew){.channel = "mail",
                                           .purpose = OUTBOX_NOTICE,
                                           .idempotency_key = "k",
                                           .payload = "{}",
                                           .not_before = NOW},
                              NOW)};
    body->run(&house);
    return true;
}

static void run_on(StoreEngine engine, Body body)
{
    TestStore test = test_store_open(engine);
    g_assert_cmpint(store_write(test.store, "test", in_transaction, &body, NULL), ==, STORE_COMMITTED);
    test_store_close(&test);
}

static void test_forward(gconstpointer engine)
{
    run_on(ENGINE_OF(engine), (Body){moves_only_forward});
}

static void test_counted(gconstpointer engine)
{
    run_on(ENGINE_OF(engine), (Body){is_counted_until_looked_at});
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/delivery/forward/sqlite", GINT_TO_POINTER(STORE_SQLITE), test_forward);
    g_test_add_data_func("/delivery/forward/postgresql", GINT_TO_POINTER(STORE_POSTGRESQL), test_forward);
    g_test_add_data_func("/delivery/counted/sqlite", GINT_TO_POINTER(STORE_SQLITE), test_counted);
    g_test_add_data_func("/delivery/counted/postgresql", GINT_TO_POINTER(STORE_POSTGRESQL), test_counted);
    return g_test_run();
}
