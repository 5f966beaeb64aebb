/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * listeners: a thread for each account that must be listened to. Answers: "is somebody reading every mailbox, and how
 * does each of them fare?"
 *
 * Starts, ends and restarts threads as accounts are added, changed and switched off; each calls its adapter's listen
 * (channel/channel.h), writes down its health (desk/mailbox) and, when it ends, pauses and begins again: after seconds
 * when the line broke, after minutes when our set-up is wrong. Nothing is listened to in the demo. Owns no table.
 * Called by: caretaker (listeners_sync, from one thread), cli serve.
 *
 * Pointers: desk and zygote are borrowed until listeners_stop. Errors: IO (no thread), and those of the store.
 *
 * Invariants:
 *  1. An account is listened to by at most one thread of this node. Two nodes may both read one mailbox: what is read
 *     twice is kept once.
 *  2. Secrets are unsealed for one listening and wiped after it.
 */
#ifndef FILO_JOB_LISTENERS_H
#define FILO_JOB_LISTENERS_H

#include "desk/desk.h"
#include "parse/zygote.h"

typedef struct Listeners Listeners;

Listeners *listeners_new(Desk *desk, ParseZygote *zygote);

/* Makes the threads what the accounts want; quick, never waits for one that is ending. */
bool listeners_sync(Listeners *listeners, GError **error);

/* Ends all and waits for them, a few seconds at most. NULL is fine. */
void listeners_stop(Listeners *listeners);

#endif
