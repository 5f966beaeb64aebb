/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the forms that concern two requests: merging, coming apart again, splitting, a plain link. How: as ticket_move.c, by the
 * desk's calls for pairs.
 */
#include "desk/intake/aside.h"
#include "desk/intake/split.h"
#include "desk/ticket/merge.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_form.h"

#include <string.h>

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
    aside_forget(tx, form->request->arena, form->ticket);
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

/* ------------------------------------------------------------------------------------------------------------ splitting */

typedef struct SplitWork {
    TicketForm form;
    Splitting splitting;
    TicketId fresh;
} SplitWork;

static bool split(StoreTx *tx, void *arg)
{
    SplitWork *work = arg;
    TicketForm *form = &work->form;
    visit_audit(tx, form->visit, "ticket.split", "ticket", form->ticket.value);
    return ticket_split(tx, form->request->arena, &work->splitting, form->visit->actor, form->visit->now, &work->fresh,
                        &form->refused);
}

static const MessageId *chosen_messages(const TicketForm *form, size_t *count_out)
{
    const HttpPairs *pairs = &form->request->form;
    MessageId *chosen = ARENA_ARRAY(form->request->arena, MessageId, pairs->count);
    *count_out = 0;
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->items[i].name, "message") == 0)
            chosen[(*count_out)++] = (MessageId){g_ascii_strtoll(pairs->items[i].value, NULL, 10)};
    return chosen;
}

/* On to the new one. */
void ticket_split_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    g_autoptr(GError) error = NULL;
    TicketTyped typed = {0};
    SplitWork work = {.form = ticket_form_of(request, "split")};
    const Visit *visit = work.form.visit;
    work.splitting = (Splitting){.ticket = work.form.ticket,
                                 .version = work.form.version ? work.form.version : -1,
                                 .next_update_at = desk_next_update(visit->desk, visit->now),
                                 .team = visit->policy->intake_team};
    work.splitting.messages = chosen_messages(&work.form, &work.splitting.message_count);
    StoreOutcome outcome = store_write(desk_store(visit->desk), "ticket.split", split, &work, &error);
    if (outcome == STORE_COMMITTED)
        http_redirect(response, arena_printf(request->arena, "/tickets/%" G_GINT64_FORMAT "?split=%" G_GINT64_FORMAT,
                                             work.fresh.value, work.form.ticket.value));
    else
        ticket_form_finish(&work.form, response, outcome, error, &typed);
}
