/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * queue_aside: "not a request" for several rows of the work list at once. Answers: "which rows can be ticked, and what
 * became of those that were?"
 *
 * The list's address travels with the form, so that one comes back to the list one was in. What became of each is not kept:
 * the address after the press names the requests, and the list says how each of them stands now. So a page loaded again,
 * or an address made up, says nothing untrue. Not for the rules (desk/intake/aside.h). Owns no table. Called by:
 * queue_page.c.
 *
 * Pointers: in the request's arena. Errors: none.
 *
 * Invariants:
 *  1. A row has a tick only if it can be put aside as it stands, and its visitor may.
 *  2. The undo offered names only requests that lie aside at that moment.
 */
#ifndef FILO_WEB_DESK_QUEUE_ASIDE_H
#define FILO_WEB_DESK_QUEUE_ASIDE_H

#include "desk/ticket/worklist.h"
#include "net/http.h"
#include "web/queue_view.h"

/* The list asked for, as path and query, from any address that carries its query (queue_page.c). */
const char *queue_list_of(HttpRequest *request);

/* What a ticked row sends; "" for one that cannot be ticked, or not by this visitor. */
const char *queue_aside_pick(const HttpRequest *request, const WorklistEntry *entry);

/* Where the ticks go, if a row has one, and what became of the last press, in the page's transaction. */
void queue_aside_fill(HttpRequest *request, StoreTx *tx, QueueView *view);

#endif
