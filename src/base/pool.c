/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/pool.h"

#include "base/error.h"
#include "base/queue.h"

#include <pthread.h>
#include <stdio.h>

typedef struct Work {
    PoolJob run;
    void *arg;
} Work;

struct Pool {
    Queue *queue; /* of Work */
    size_t started;
    pthread_t threads[];
};

static void *serve(void *arg)
{
    Queue *queue = arg;
    for (Work *work; (work = queue_pop(queue));) {
        Work copy = *work;
        g_free(work);
        copy.run(copy.arg);
    }
    return NULL;
}

static int thread_start(Pool *pool, const char *name)
{
    int failure = pthread_create(&pool->threads[pool->started], NULL, serve, pool->queue);
    if (failure)
        return failure;
    char label[16];
    snprintf(label, sizeof label, "%.11s/%zu", name, pool->started % 1000);
    pthread_setname_np(pool->threads[pool->started], label); /* a name is a comfort: failing to set it is nothing */
    pool->started++;
    return 0;
}

Pool *pool_new(const char *name, size_t threads, size_t capacity, GError **error)
{
    g_autoptr(Pool) pool = g_malloc0(sizeof *pool + threads * sizeof(pthread_t));
    pool->queue = queue_new(capacity);
    while (pool->started < threads) {
        int failure = thread_start(pool, name);
        if (failure) {
            g_set_error(error, FILO_ERROR, FILO_ERROR_IO, "starting a thread of pool %s: %s", name,
                        g_strerror(failure));
            return NULL;
        }
    }
    return g_steal_pointer(&pool);
}

void pool_close(Pool *pool)
{
    queue_close(pool->queue);
    while (pool->started > 0)
        pthread_join(pool->threads[--pool->started], NULL);
}

void pool_free(Pool *pool)
{
    if (!pool)
        return;
    pool_close(pool);
    queue_free(pool->queue);
    g_free(pool);
}

bool pool_offer(Pool *pool, PoolJob run, void *arg)
{
    Work *work = g_new(Work, 1);
    *work = (Work){run, arg};
    bool accepted = queue_offer(pool->queue, work);
    if (!accepted)
        g_free(work);
    return accepted;
}

size_t pool_waiting(Pool *pool)
{
    return queue_count(pool->queue);
}
