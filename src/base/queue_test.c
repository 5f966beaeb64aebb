/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/queue.h"

#include <pthread.h>
#include <stdint.h>

static void test_full_queue_refuses_and_keeps_order(void)
{
    g_autoptr(Queue) queue = queue_new(2);
    int a, b, c;
    g_assert_true(queue_offer(queue, &a));
    g_assert_true(queue_offer(queue, &b));
    g_assert_false(queue_offer(queue, &c));
    g_assert_true(queue_pop(queue) == &a);
    g_assert_true(queue_offer(queue, &c));
    g_assert_true(queue_pop(queue) == &b);
    g_assert_true(queue_pop(queue) == &c);
    g_assert_cmpuint(queue_count(queue), ==, 0);
}

static void test_closed_queue_gives_what_it_had(void)
{
    g_autoptr(Queue) queue = queue_new(4);
    int a, b;
    g_assert_true(queue_offer(queue, &a));
    g_assert_true(queue_offer(queue, &b));
    queue_close(queue);
    g_assert_false(queue_offer(queue, &a));
    g_assert_false(queue_push(queue, &a));
    void *items[8];
    g_assert_cmpuint(queue_pop_many(queue, items, 8), ==, 2);
    g_assert_true(items[0] == &a && items[1] == &b);
    g_assert_null(queue_pop(queue));
}

enum { PRODUCERS = 4, CONSUMERS = 3, EACH = 5000 };

typedef struct Tally {
    Queue *queue;
    uint64_t sum;
    uint64_t count;
} Tally;

static void *produce(void *arg)
{
    for (uintptr_t i = 1; i <= EACH; i++)
        g_assert_true(queue_push(arg, (void *)i)); /* NOLINT: numbers stand for items */
    return NULL;
}

static void *consume(void *arg)
{
    Tally *tally = arg;
    for (void *item; (item = queue_pop(tally->queue)); tally->count++)
        tally->sum += (uintptr_t)item;
    return NULL;
}

/* Each producer puts 1 + 2 + … + 5000 = 12,502,500; four of them 50,010,000 in 20,000 items. */
static void test_many_threads_lose_and_double_nothing(void)
{
    g_autoptr(Queue) queue = queue_new(16);
    pthread_t producers[PRODUCERS], consumers[CONSUMERS];
    Tally tallies[CONSUMERS] = {{queue}, {queue}, {queue}};
    for (int i = 0; i < CONSUMERS; i++)
        g_assert_cmpint(pthread_create(&consumers[i], NULL, consume, &tallies[i]), ==, 0);
    for (int i = 0; i < PRODUCERS; i++)
        g_assert_cmpint(pthread_create(&producers[i], NULL, produce, queue), ==, 0);
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i], NULL);
    queue_close(queue);
    uint64_t sum = 0, count = 0;
    for (int i = 0; i < CONSUMERS; i++) {
        pthread_join(consumers[i], NULL);
        sum += tallies[i].sum;
        count += tallies[i].count;
    }
    g_assert_cmpuint(sum, ==, 50010000);
    g_assert_cmpuint(count, ==, 20000);
}

static void *push_one(void *arg)
{
    return queue_push(arg, arg) ? arg : NULL;
}

static void test_close_wakes_a_waiting_producer(void)
{
    g_autoptr(Queue) queue = queue_new(1);
    g_assert_true(queue_offer(queue, queue));
    pthread_t thread;
    g_assert_cmpint(pthread_create(&thread, NULL, push_one, queue), ==, 0);
    g_usleep(20000); /* most runs reach the wait; those that do not must give the same answer */
    queue_close(queue);
    void *answer;
    pthread_join(thread, &answer);
    g_assert_null(answer);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/queue/full", test_full_queue_refuses_and_keeps_order);
    g_test_add_func("/queue/closed", test_closed_queue_gives_what_it_had);
    g_test_add_func("/queue/threads", test_many_threads_lose_and_double_nothing);
    g_test_add_func("/queue/close-wakes", test_close_wakes_a_waiting_producer);
    return g_test_run();
}
