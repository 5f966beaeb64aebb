/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * dispatcher: sends what the outbox holds. Answers: "who makes sure it leaves, once?"
 *
 * A few threads lease due rows (queue/outbox.h), build the Outbound from the desk's tables, hand it to the channel's
 * adapter and write down what came of it. Not for deciding what to send. Owns no table. Called by: cli serve.
 *
 * Pointers: desk, words and options are borrowed until dispatcher_stop. Errors: dispatcher_start: IO (no thread), or
 * the store's from taking over what a dead node left.
 *
 * Invariants:
 *  1. One attempt at a time for a row, under a lease.
 *  2. "Handed over" (dot_sent) is durable before the peer can accept.
 *  3. A refusal for good becomes an event on the ticket, so that a person sees it.
 */
#ifndef FILO_JOB_DISPATCHER_H
#define FILO_JOB_DISPATCHER_H

#include "desk/desk.h"
#include "parse/zygote.h"

typedef struct Dispatcher Dispatcher;

typedef struct DispatcherOptions {
    Desk *desk;
    const char *base_url; /* of links given to customers, without a slash at the end */
    ParseZygote *zygote;  /* takes files out of mails that staff answered with */
    int threads;          /* 0: 4 */
} DispatcherOptions;

Dispatcher *dispatcher_start(const DispatcherOptions *options, GError **error);

/* Something was committed: look again. Any thread, returns at once. */
void dispatcher_wake(Dispatcher *dispatcher);

/* Keeps the leases of this node's attempts; every DISPATCHER_RENEW_S. Errors: the store's. */
#define DISPATCHER_RENEW_S 30
bool dispatcher_renew(Dispatcher *dispatcher, GError **error);

/* Takes over what dead nodes left, as at the start. Errors: the store's. */
bool dispatcher_recover(Dispatcher *dispatcher, GError **error);

/* Finishes the attempts under way and joins the threads. */
void dispatcher_stop(Dispatcher *dispatcher);

#endif
