/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_view: a ticket's page, read and filled. Answers: "what was asked, who asks, what next?"
 *
 * Used by the GET and by every POST that must show the page again with what was typed. Not for changes.
 * Owns no table. Called by: web/desk.
 *
 * Pointers: all in the request's arena. Errors: ticket_view_show has filled the response with an error page when the
 * ticket is not there or the store failed.
 *
 * Invariants:
 *  1. One read transaction; its number of statements does not grow with the ticket.
 */
#ifndef FILO_WEB_DESK_TICKET_VIEW_H
#define FILO_WEB_DESK_TICKET_VIEW_H

#include "base/error.h"
#include "base/writer.h"
#include "desk/ticket/message.h"
#include "desk/ticket/ticket.h"
#include "net/http.h"

/* What was typed and why it was refused; zeroed for a plain look. */
typedef struct TicketTyped {
    const char *form;  /* which form came back ("wait"); its fields are read from the request again. NULL: none */
    const char *wrong; /* why, on top of the page, or NULL */
    const char *text;  /* in the composer */
    int64_t seen;      /* the last message its writer had before them */
    bool note;
    const char *key;         /* the form's own, so that trying again stays the same answer */
    const InputError *error; /* of the composer */
    const char *flash;       /* a sentence on top of the page, or NULL */
    SafeUrl undo_url;
    const char *closing_error; /* why it could not be solved, or NULL */
} TicketTyped;

void ticket_view_show(HttpRequest *request, HttpResponse *response, TicketId id, const TicketTyped *typed);

#endif
