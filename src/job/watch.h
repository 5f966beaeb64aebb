/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * watch: looks after the mailboxes when nobody does. Answers: "does something ail the mail, and is somebody told?"
 *
 * At each turn it looks at what the readers wrote down (desk/mailbox), at what lies in the outbox and at when each
 * mailbox last heard from anybody, judges by incident_rule.h, and hands all of it to desk/incident. What each mailbox's
 * habit is it works out at the start and every few minutes, and keeps. Nothing in the demo. Owns no table.
 * Called by: caretaker (one thread).
 *
 * Pointers: desk is borrowed until watch_free. Errors: those of the store.
 *
 * Invariants:
 *  1. It writes only when something is wrong or was.
 */
#ifndef FILO_JOB_WATCH_H
#define FILO_JOB_WATCH_H

#include "desk/desk.h"

typedef struct Watch Watch;

Watch *watch_new(Desk *desk);
void watch_free(Watch *watch);

bool watch_look(Watch *watch, GError **error);

#endif
