/* SPDX-License-Identifier: EUPL-1.2 */
#include "store/empty.h"

#include "store/engine_int.h"

typedef struct Emptying {
    StoreWork may, work;
    void *arg;
} Emptying;

static bool empty_and_work(StoreTx *tx, void *arg)
{
    const Emptying *emptying = arg;
    if (!emptying->may(tx, emptying->arg) || tx->failed)
        return false;
    tx->store->engine->script(tx, store_empty_sql[tx->store->kind]);
    return !tx->failed && emptying->work(tx, emptying->arg);
}

/* As a change of the schema runs: alone in its transaction, on SQLite with foreign keys off and checked before COMMIT,
 * on PostgreSQL one at a time. */
StoreOutcome store_write_emptied(Store *store, const char *name, StoreWork may, StoreWork work, void *arg,
                                 GError **error)
{
    Emptying emptying = {may, work, arg};
    WriteRequest request = {.name = name, .work = empty_and_work, .arg = &emptying, .schema = true};
    check(store->mode == STORE_WRITER);
    store->engine->write(store, &request);
    if (request.outcome == STORE_FAILED)
        g_propagate_error(error, request.error);
    return request.outcome;
}
