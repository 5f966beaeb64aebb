/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * ticket_form: a form of a ticket's page, on its way in. Answers: "which request, as who saw it, and what becomes of the
 * page afterwards?"
 *
 * What every POST of the page has in common: the version the person saw, and the end of it, which is the page again: by a
 * redirect after success, with the reason and all that was typed after a refusal. Not for what is done in between.
 * Owns no table. Called by: web/desk/ticket_*.c.
 *
 * Pointers: all in the request's arena. Errors: ticket_form_finish has filled the response.
 *
 * Invariants:
 *  1. A refusal changes nothing and shows the page as it is now, the form open with what was typed.
 */
#ifndef FILO_WEB_DESK_TICKET_FORM_H
#define FILO_WEB_DESK_TICKET_FORM_H

#include "desk/ticket/coding.h"
#include "store/store.h"
#include "web/desk/ticket_view.h"
#include "web/visit.h"

typedef struct TicketForm {
    HttpRequest *request;
    const Visit *visit;
    TicketId ticket;
    int64_t version;
    const char *name; /* static: which form, as TicketTyped.form */
    InputError refused;
    const CodingRefusals *all; /* where more than one thing can be wrong: refused is the first of them; or NULL */
} TicketForm;

TicketForm ticket_form_of(HttpRequest *request, const char *name);

/* A field, "" when there is none; on one line; as a whole number, 0 for anything else. */
const char *ticket_form_text(const TicketForm *form, const char *field);
const char *ticket_form_line(const TicketForm *form, const char *field);
int64_t ticket_form_id(const TicketForm *form, const char *field);

/* Runs the work and answers; work's arg begins with or holds the form, whose refused it fills. typed: what else is to be
 * shown again, or NULL. */
void ticket_form_run(TicketForm *form, HttpResponse *response, const char *action, StoreWork work, void *arg);
void ticket_form_finish(TicketForm *form, HttpResponse *response, StoreOutcome outcome, const GError *error,
                        TicketTyped *typed);

#endif
