/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/queue.h"

#include "base/check.h"

#include <pthread.h>

struct Queue {
    pthread_mutex_t lock;
    pthread_cond_t not_empty;
    pthread_cond_t not_full;
    size_t capacity;
    size_t first; /* index of the oldest item in the ring */
    size_t count;
    bool closed;
    void *ring[];
};

Queue *queue_new(size_t capacity)
{
    check(capacity > 0 && capacity < ((size_t)1 << 32));
    Queue *queue = g_malloc0(sizeof *queue + capacity * sizeof(void *));
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->not_empty, NULL);
    pthread_cond_init(&queue->not_full, NULL);
    queue->capacity = capacity;
    return queue;
}

void queue_free(Queue *queue)
{
    if (!queue)
        return;
    pthread_cond_destroy(&queue->not_full);
    pthread_cond_destroy(&queue->not_empty);
    pthread_mutex_destroy(&queue->lock);
    g_free(queue);
}

static void append_locked(Queue *queue, void *item)
{
    queue->ring[(queue->first + queue->count) % queue->capacity] = item;
    queue->count++;
    pthread_cond_signal(&queue->not_empty);
}

static void *take_locked(Queue *queue)
{
    void *item = queue->ring[queue->first];
    queue->first = (queue->first + 1) % queue->capacity;
    queue->count--;
    pthread_cond_signal(&queue->not_full);
    return item;
}

bool queue_offer(Queue *queue, void *item)
{
    check(item != NULL);
    pthread_mutex_lock(&queue->lock);
    bool accepted = !queue->closed && queue->count < queue->capacity;
    if (accepted)
        append_locked(queue, item);
    pthread_mutex_unlock(&queue->lock);
    return accepted;
}

bool queue_push(Queue *queue, void *item)
{
    check(item != NULL);
    pthread_mutex_lock(&queue->lock);
    while (!queue->closed && queue->count == queue->capacity)
        pthread_cond_wait(&queue->not_full, &queue->lock);
    bool accepted = !queue->closed;
    if (accepted)
        append_locked(queue, item);
    pthread_mutex_unlock(&queue->lock);
    return accepted;
}

size_t queue_pop_many(Queue *queue, void **items_out, size_t max)
{
    pthread_mutex_lock(&queue->lock);
    while (!queue->closed && queue->count == 0)
        pthread_cond_wait(&queue->not_empty, &queue->lock);
    size_t taken = 0;
    while (taken < max && queue->count > 0)
        items_out[taken++] = take_locked(queue);
    pthread_mutex_unlock(&queue->lock);
    return taken;
}

void *queue_pop(Queue *queue)
{
    void *item;
    return queue_pop_many(queue, &item, 1) == 1 ? item : NULL;
}

void queue_close(Queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    queue->closed = true;
    pthread_cond_broadcast(&queue->not_empty);
    pthread_cond_broadcast(&queue->not_full);
    pthread_mutex_unlock(&queue->lock);
}

size_t queue_count(Queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    size_t count = queue->count;
    pthread_mutex_unlock(&queue->lock);
    return count;
}
