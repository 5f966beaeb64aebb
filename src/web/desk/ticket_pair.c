/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the forms that concern two requests: merging, coming apart again, a plain link. How: as ticket_move.c, by the
 * desk's calls for pairs.
 */
#include "desk/ticket/merge.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_form.h"

static bool merge(StoreTx *tx, void *arg)
{
    TicketForm *form = arg;
    Merging merging = {.from = form->ticket,
                       .version = form->version,
                       .into = {ticket_form_id(form, "into")},
                       .other_customer = *ticket_form_text(form, "other_customer") != '\0'};
    visit_audit(tx, form->visit, "ticket.merge", "ticket", form->ticket.value);
    return ticket_merge(tx, form->request->arena, &merging, form->visit->actor, form->visit->now, &form->refused);
}

void ticket_merge_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TicketForm form = ticket_form_of(request, "merge");
    ticket_form_run(&form, response, "ticket.merge", merge, &form);
}

static bool restore(StoreTx *tx, void *arg)
{
    TicketForm *form = arg;
    const Visit *visit = form->visit;
    Restoring restoring = {.ticket = form->ticket,
                           .version = form->version,
                           .note = ticket_form_line(form, "why"),
                           .next_update_at = desk_next_update(visit->desk, visit->now),
                           .team = visit->session.team};
    visit_audit(tx, visit, "ticket.restore", "ticket", form->ticket.value);
    return ticket_restore(tx, form->request->arena, &restoring, visit->actor, visit->now, &form->refused);
}

void ticket_restore_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TicketForm form = ticket_form_of(request, "restore");
    ticket_form_run(&form, response, "ticket.restore", restore, &form);
}

static bool link_two(StoreTx *tx, void *arg)
{
    TicketForm *form = arg;
    visit_audit(tx, form->visit, "ticket.link", "ticket", form->ticket.value);
    return ticket_link_related(tx, form->request->arena, form->ticket, (TicketId){ticket_form_id(form, "other")},
                               form->visit->actor, form->visit->now, &form->refused);
}

void ticket_link_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    TicketForm form = ticket_form_of(request, "link");
    ticket_form_run(&form, response, "ticket.link", link_two, &form);
}
