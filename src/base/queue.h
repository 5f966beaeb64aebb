/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * queue: a bounded hand-over of pointers between threads. Answers: "is there work, and is there still room for more?"
 *
 * A full queue says so instead of growing: whoever offers work decides what a refusal means (a 503, BUSY, wait). Not for
 * durable work (that is the job table) nor for priorities. pthreads only: ThreadSanitizer understands them, and does
 * not understand GLib's locks.
 *
 * Pointers: the queue borrows what is put in and never frees it; after queue_close the consumer still gets all of it.
 * Called by: base/pool, store's writer, net. Errors: none; each function says what its answer means.
 *
 * Invariants:
 *  1. First in, first out; an item accepted is given out exactly once.
 *  2. Never holds more than its capacity.
 *  3. After queue_close nothing is accepted, and queue_pop gives NULL once what was there has been taken.
 *
 * Example:
 *     Queue *queue = queue_new(64);
 *     if (!queue_offer(queue, item))
 *         answer_busy();
 *     while ((item = queue_pop(queue)))   // on the other thread
 *         serve(item);
 */
#ifndef FILO_BASE_QUEUE_H
#define FILO_BASE_QUEUE_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Queue Queue;

/* A queue of at most capacity (> 0) items; yours to free. */
Queue *queue_new(size_t capacity);

/* Nobody may use or wait on the queue any more. Items left in it are forgotten, not freed. */
void queue_free(Queue *queue);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Queue, queue_free)

/* Puts item (not NULL) in without waiting. false: full or closed, and the item is still yours. */
bool queue_offer(Queue *queue, void *item) __attribute__((warn_unused_result));

/* Waits for room. false: closed, and the item is still yours. */
bool queue_push(Queue *queue, void *item) __attribute__((warn_unused_result));

/* Waits for an item. NULL: closed and empty. */
void *queue_pop(Queue *queue);

/* Takes up to max items that are there now, in order; waits only for the first. 0: closed and empty. */
size_t queue_pop_many(Queue *queue, void **items_out, size_t max);

/* Accepts nothing from now on and wakes everyone who waits. Twice is once. */
void queue_close(Queue *queue);

/* Items in it at this instant; for metrics. */
size_t queue_count(Queue *queue);

#endif
