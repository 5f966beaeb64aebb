/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * kill -9 while four threads write; the ledger of what was acknowledged lives in this process, behind a pipe. After each
 * kill everything acknowledged is there once. (A killed process loses no page cache: power loss is tests/faults.)
 */
#include "store/store_testing.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILLS = 20, WRITERS = 4 };

typedef struct Writing {
    Store *store;
    int ledger;
} Writing;

static bool add_item(StoreTx *tx, void *arg)
{
    int64_t *id = arg;
    *id = test_int(tx, ITEM_ADD, &TEXT_PARAM("acknowledged"), -1);
    return true;
}

static void *write_for_ever(void *arg)
{
    const Writing *writing = arg;
    for (int64_t id;;)
        if (store_write(writing->store, "add", add_item, &id, NULL) != STORE_COMMITTED ||
            write(writing->ledger, &id, sizeof id) != (ssize_t)sizeof id)
            _exit(1);
    return NULL;
}

static void child_main(const char *dir, int ledger)
{
    Writing writing = {test_store_open_at(dir, NULL, STORE_WRITER), ledger};
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&threads[i], NULL, write_for_ever, &writing);
    pthread_join(threads[0], NULL);
    _exit(1);
}

/* Starts a child, lets it acknowledge some, kills it, and reads the rest of what it had acknowledged. */
static void run_and_kill(const char *dir, GHashTable *ledger)
{
    int ends[2], status;
    g_assert_cmpint(pipe(ends), ==, 0);
    pid_t child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        close(ends[0]);
        child_main(dir, ends[1]);
    }
    close(ends[1]);
    int64_t id;
    int until = g_test_rand_int_range(1, 60), seen = 0;
    for (bool killed = false; read(ends[0], &id, sizeof id) == (ssize_t)sizeof id;) {
        g_assert_true(g_hash_table_add(ledger, g_memdup2(&id, sizeof id))); /* an id is acknowledged once */
        if (++seen >= until && !killed)
            killed = kill(child, SIGKILL) == 0;
    }
    close(ends[0]);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void check_ledger(const char *dir, GHashTable *ledger)
{
    Store *store = test_store_open_at(dir, NULL, STORE_WRITER);
    GHashTableIter iter;
    gpointer key;
    StoreTx *tx = store_read_begin(store, NULL);
    g_hash_table_iter_init(&iter, ledger);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        StoreCursor cursor;
        StoreValue row[1];
        store_begin(&cursor, tx, test_statement(ITEM_OWNER), &INT_PARAM(*(int64_t *)key));
        g_assert_true(store_step(&cursor, row));
        store_finish(&cursor);
    }
    g_assert_cmpint(test_int(tx, ITEM_COUNT, NULL, -1), >=, g_hash_table_size(ledger));
    g_assert_true(store_read_end(tx, NULL));
    store_close(store);
}

static void test_acknowledged_survives_kill(void)
{
    g_autofree char *dir = test_dir();
    g_autoptr(GHashTable) ledger = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
    for (int i = 0; i < KILLS; i++) {
        run_and_kill(dir, ledger);
        if (i % 5 == 4)
            check_ledger(dir, ledger);
    }
    g_assert_cmpuint(g_hash_table_size(ledger), >=, KILLS);
    g_test_message("%u acknowledged", g_hash_table_size(ledger));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/durability/kill", test_acknowledged_survives_kill);
    return g_test_run();
}
