/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * tour: the demo's "Giro in 5 minuti" above Da fare. Answers: "where should a visitor look first?"
 *
 * Five links, one sentence each, to what this visitor may open; nothing outside the demo, and nothing once it was closed
 * (a cookie). Not for real companies. Owns no table. Called by: queue_page.c.
 *
 * Pointers: all in the request's arena. Errors: none; a story whose customer is gone is left out.
 *
 * Invariants:
 *  1. A link is shown only to a role that may follow it.
 *
 * Example:
 *     view.has_tour = tour_fill(request, tx, &tour); // inside visit_read
 */
#ifndef FILO_WEB_DESK_TOUR_H
#define FILO_WEB_DESK_TOUR_H

#include "net/http.h"
#include "store/store.h"
#include "web/tour_view.h"

#define TOUR_COOKIE "filo-tour"

/* False: no tour here. */
bool tour_fill(HttpRequest *request, StoreTx *tx, TourView *tour_out);

#endif
