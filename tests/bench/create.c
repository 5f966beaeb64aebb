/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: new requests through the real write path, closed loop, with so many clients at once. How: each client is a
 * thread that makes what a face makes before the transaction (texts, tokens) and times store_write alone, which returns
 * when its COMMIT is durable.
 */
#include "bench.h"

#include "desk/staff/staff.h"
#include "store/sqlite_int.h"

#include <pthread.h>
#include <stdio.h>

typedef struct Client {
    pthread_t thread;
    const Desk *desk;
    TeamId team;
    BenchRandom random;
    int64_t until;
    BenchTimes times;
} Client;

typedef struct CreateWork {
    Arena *arena;
    const InboundEvent *event;
    TimeMs now;
    IntakeResult result;
} CreateWork;

static bool create(StoreTx *tx, void *arg)
{
    CreateWork *work = arg;
    return intake_accept(tx, work->arena, work->event, work->now, &work->result);
}

static void create_one(Client *client, Arena *arena)
{
    g_autoptr(GError) error = NULL;
    TimeMs now = desk_now(client->desk);
    BenchArrival arrival = bench_arrival(&client->random, arena, now);
    InboundEvent event = bench_event(client->desk, arena, &arrival, client->team);
    CreateWork work = {.arena = arena, .event = &event, .now = now};
    int64_t begun = clock_monotonic_us();
    StoreOutcome outcome = store_write(desk_store(client->desk), "bench create", create, &work, &error);
    bench_times_add(&client->times, clock_monotonic_us() - begun);
    bench_must(outcome == STORE_COMMITTED && work.result.outcome == INTAKE_OPENED, error, "a creation");
}

static void *client_main(void *arg)
{
    Client *client = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    while (clock_monotonic_us() < client->until) {
        arena_clear(arena);
        create_one(client, arena);
    }
    return NULL;
}

/* A bench of a store that does not sync would be an easier one. */
static bool assert_full(StoreTx *tx, void *arg)
{
    sqlite3_stmt *stmt = NULL;
    TeamId *team = arg;
    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);
    *team = team_first(tx, arena);
    if (store_tx_engine(tx) != STORE_SQLITE)
        return true;
    sqlite3 *db = ((SqliteConnection *)tx->connection)->db;
    bench_must(sqlite3_prepare_v2(db, "PRAGMA synchronous", -1, &stmt, NULL) == SQLITE_OK &&
                   sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0) == 2,
               NULL, "synchronous=FULL");
    sqlite3_finalize(stmt);
    return true;
}

int bench_create(Installation *installation, int clients, int seconds)
{
    g_autofree Client *all = g_new0(Client, clients);
    g_autoptr(GError) error = NULL;
    TeamId team = {0};
    BenchTimes times = {0};
    StoreOutcome outcome = store_write(installation->store, "bench assert", assert_full, &team, &error);
    bench_must(outcome == STORE_COMMITTED, error, "the store");
    int64_t begun = clock_monotonic_us();
    uint64_t seed = (uint64_t)desk_now(installation->desk);
    for (int i = 0; i < clients; i++) {
        all[i] = (Client){.desk = installation->desk, .team = team, .random = {seed + (uint64_t)i * 7919}};
        all[i].until = begun + (int64_t)seconds * 1000000;
        bench_must(pthread_create(&all[i].thread, NULL, client_main, &all[i]) == 0, NULL, "a thread");
    }
    for (int i = 0; i < clients; i++) {
        pthread_join(all[i].thread, NULL);
        for (size_t at = 0; at < all[i].times.count; at++)
            bench_times_add(&times, all[i].times.items[at]);
        g_free(all[i].times.items);
    }
    bench_times_print(&times, (double)(clock_monotonic_us() - begun) / 1e6, 0);
    g_free(times.items);
    return 0;
}
