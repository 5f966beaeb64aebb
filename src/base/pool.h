/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * pool: a fixed number of threads that run small jobs in order of arrival. Answers: "who runs this, off my thread?"
 *
 * Not for work that waits for another job of the same pool (it would wait for itself), nor for threads that own
 * something for life (the store's writer, an IMAP mailbox): those are threads of their own.
 *
 * Pointers: arg is borrowed from pool_offer until the job returns; a job accepted always runs, also during pool_free.
 * Called by: net (the lanes), parse, job. Errors: pool_new gives NULL and a FILO_ERROR_IO when the system has no thread
 * left; pool_offer's false means full.
 *
 * Invariants:
 *  1. At most `threads` jobs run at once; at most `capacity` wait.
 *  2. A job accepted runs exactly once.
 *
 * Example:
 *     Pool *pool = pool_new("page", 4, 256, &error);
 *     if (!pool_offer(pool, answer_request, job))
 *         send_busy(job);
 */
#ifndef FILO_BASE_POOL_H
#define FILO_BASE_POOL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Pool Pool;
typedef void (*PoolJob)(void *arg);

/* Starts the threads, named "name/0" … for debuggers (name: at most 11 characters). Yours to free. */
Pool *pool_new(const char *name, size_t threads, size_t capacity, GError **error);

/* Accepts no more, runs what waits, joins the threads. Not from inside a job. Others may go on offering: they are
 * refused. Twice is once. */
void pool_close(Pool *pool);

/* pool_close, and frees: nobody may offer any more. */
void pool_free(Pool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Pool, pool_free)

/* Hands run(arg) to the pool without waiting. false: full or closing; arg is still yours. */
bool pool_offer(Pool *pool, PoolJob run, void *arg) __attribute__((warn_unused_result));

/* Jobs that wait for a thread at this instant; for metrics and for shedding load. */
size_t pool_waiting(Pool *pool);

#endif
