/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * caretaker: what must be looked after without anyone asking. Answers: "who picks up what a crash left lying?"
 *
 * One thread with a table of chores, each with its period: finish messages that were kept but not accepted, take over
 * leases of dead nodes, see to it that every mailbox has its reader,
 * watch for trouble with the mail, remove orphan files. Not for business deadlines (jobs with a due time do those).
 * Owns no table. Called by: cli serve.
 *
 * Pointers: receiver and dispatcher are borrowed until caretaker_stop. Errors: IO (no thread), the store's. A chore that fails is
 * logged and tried again at its next turn.
 *
 * Invariants:
 *  1. A chore never runs twice at once, and none holds a transaction between turns.
 */
#ifndef FILO_JOB_CARETAKER_H
#define FILO_JOB_CARETAKER_H

#include "channel/receive.h"
#include "job/dispatcher.h"
#include "job/listeners.h"

typedef struct Caretaker Caretaker;

/* Before any door is open: what lies there unread now was left by a crash, and is read at once. Returns when that is done,
 * or after two seconds. */
Caretaker *caretaker_start(const ChannelReceiver *receiver, Dispatcher *dispatcher, GError **error);
void caretaker_stop(Caretaker *caretaker);

#endif
