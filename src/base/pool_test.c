/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/pool.h"

#include <pthread.h>
#include <stdatomic.h>

static atomic_int ran;

static void count_one(void *arg)
{
    (void)arg;
    atomic_fetch_add(&ran, 1);
}

static void test_free_runs_all_that_was_accepted(void)
{
    atomic_store(&ran, 0);
    Pool *pool = pool_new("test", 3, 1000, NULL);
    int accepted = 0;
    for (int i = 0; i < 1000; i++)
        accepted += pool_offer(pool, count_one, NULL);
    pool_free(pool);
    g_assert_cmpint(accepted, ==, 1000);
    g_assert_cmpint(atomic_load(&ran), ==, 1000);
}

typedef struct Gauge {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int inside, most;
    bool open;
} Gauge;

static void pass_gauge(void *arg)
{
    Gauge *gauge = arg;
    pthread_mutex_lock(&gauge->lock);
    gauge->inside++;
    gauge->most = MAX(gauge->most, gauge->inside);
    pthread_cond_broadcast(&gauge->changed);
    while (!gauge->open)
        pthread_cond_wait(&gauge->changed, &gauge->lock);
    gauge->inside--;
    pthread_mutex_unlock(&gauge->lock);
}

/* Two threads and room for three: five jobs fit while none ends, the sixth is refused, and two run at once. */
static void test_full_pool_refuses_and_bounds_what_runs(void)
{
    Gauge gauge = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    Pool *pool = pool_new("test", 2, 3, NULL);
    for (int i = 0; i < 2; i++)
        g_assert_true(pool_offer(pool, pass_gauge, &gauge));
    pthread_mutex_lock(&gauge.lock);
    while (gauge.inside < 2)
        pthread_cond_wait(&gauge.changed, &gauge.lock);
    pthread_mutex_unlock(&gauge.lock);
    for (int i = 0; i < 3; i++)
        g_assert_true(pool_offer(pool, pass_gauge, &gauge));
    g_assert_cmpuint(pool_waiting(pool), ==, 3);
    g_assert_false(pool_offer(pool, pass_gauge, &gauge));
    pthread_mutex_lock(&gauge.lock);
    gauge.open = true;
    pthread_cond_broadcast(&gauge.changed);
    pthread_mutex_unlock(&gauge.lock);
    pool_free(pool);
    g_assert_cmpint(gauge.most, ==, 2);
    g_assert_cmpint(gauge.inside, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pool/free-runs-all", test_free_runs_all_that_was_accepted);
    g_test_add_func("/pool/full", test_full_pool_refuses_and_bounds_what_runs);
    return g_test_run();
}
