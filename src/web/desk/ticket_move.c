/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the buttons that move one request from state to state. How: each is one store_write whose work asks the desk; what
 * concerns two requests or tells the customer something is ticket_pair.c's and ticket_post.c's.
 */
#include "base/text.h"
#include "desk/intake/aside.h"
#include "desk/ticket/action.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_form.h"
#include "web/problem.h"
#include "web/wall_field.h"

#include <string.h>

typedef struct MoveWork {
    TicketForm form;
    TicketAction action;
    ActionInput input;
    const char *audit; /* ticket.<action> */
    bool take;
} MoveWork;

static MoveWork work_of(HttpRequest *request, const char *name, const char *audit)
{
    return (MoveWork){.form = ticket_form_of(request, name), .audit = audit};
}

/* Waiting begins from work: who waits from "owned" has begun, who waits for something else has gone on in between. */
static bool put_to_work(TicketEdit *edit, const MoveWork *work)
{
    TicketState state = (TicketState)edit->ticket.now.state;
    if (transition_find(state, work->action) || !ticket_state_is_owned(state))
        return true;
    if (state == TICKET_OWNED && transition_find(TICKET_IN_PROGRESS, work->action))
        return ticket_act(edit, TICKET_START, &(ActionInput){0});
    return state == TICKET_IN_PROGRESS || !transition_find(TICKET_IN_PROGRESS, work->action) ||
           ticket_act(edit, TICKET_RESUME, &(ActionInput){0});
}

static bool move(StoreTx *tx, void *arg)
{
    MoveWork *work = arg;
    TicketForm *form = &work->form;
    TicketEdit edit;
    bool done = ticket_edit_begin_at(&edit, tx, form->request->arena, form->ticket, form->version, form->visit->actor,
                                     form->visit->now) &&
                (work->take ? ticket_take(&edit, form->visit->session.team)
                            : put_to_work(&edit, work) && ticket_act(&edit, work->action, &work->input));
    if (!done) {
        form->refused = edit.refused;
        return false;
    }
    visit_audit(tx, form->visit, work->audit, "ticket", form->ticket.value);
    return ticket_edit_end(&edit);
}

static void run(HttpResponse *response, MoveWork *work)
{
    ticket_form_run(&work->form, response, work->audit, move, work);
}

void ticket_take_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MoveWork work = work_of(request, "take", "ticket.take");
    work.take = true;
    run(response, &work);
}

static bool begin_or_resume(StoreTx *tx, void *arg)
{
    MoveWork *work = arg;
    Ticket ticket;
    bool owned =
        ticket_find(tx, work->form.request->arena, work->form.ticket, &ticket) && ticket.now.state == TICKET_OWNED;
    work->action = owned ? TICKET_START : TICKET_RESUME;
    return move(tx, work);
}

void ticket_start_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MoveWork work = work_of(request, "start", "ticket.start");
    ticket_form_run(&work.form, response, "ticket.start", begin_or_resume, &work);
}

/* -------------------------------------------------------------------------------------------------------------- waiting */

static TicketAction wait_action(const char *state)
{
    static const struct {
        const char *state;
        TicketAction action;
    } waits[] = {{"waiting_customer", TICKET_WAIT_CUSTOMER},
                 {"waiting_third_party", TICKET_WAIT_THIRD_PARTY},
                 {"waiting_part", TICKET_WAIT_PART},
                 {"waiting_approval", TICKET_WAIT_APPROVAL},
                 {"scheduled", TICKET_SCHEDULE}};
    for (size_t i = 0; i < G_N_ELEMENTS(waits); i++)
        if (strcmp(state, waits[i].state) == 0)
            return waits[i].action;
    return TICKET_ACTION_COUNT;
}

static bool wait(StoreTx *tx, void *arg)
{
    MoveWork *work = arg;
    if (work->input.next_update_at > work->form.visit->now)
        return move(tx, arg);
    work->form.refused = (InputError){"until", "ticket.error.until", NULL};
    return false;
}

void ticket_wait_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MoveWork work = work_of(request, "wait", "ticket.wait");
    TimeMs until =
        wall_field_parse(request->arena, work.form.visit->policy->zone, ticket_form_text(&work.form, "until"));
    work.action = wait_action(ticket_form_text(&work.form, "state"));
    if (work.action == TICKET_ACTION_COUNT) {
        problem_page(request, response, PROBLEM_BAD_REQUEST, "");
        return;
    }
    work.input = (ActionInput){.customer_reason = ticket_form_line(&work.form, "reason"),
                               .next_update_at = until,
                               .appointment_at = work.action == TICKET_SCHEDULE ? until : TIME_NONE};
    ticket_form_run(&work.form, response, "ticket.wait", wait, &work);
}

/* --------------------------------------------------------------------------------------------------- in other hands */

void ticket_assign_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MoveWork work = work_of(request, "assign", "ticket.assign");
    int64_t person = ticket_form_id(&work.form, "person");
    work.action = person ? TICKET_ASSIGN : TICKET_RELEASE;
    work.input = (ActionInput){
        .owner = {person}, .team = {ticket_form_id(&work.form, "team")}, .note = ticket_form_line(&work.form, "why")};
    run(response, &work);
}

/* ------------------------------------------------------------------------------------------------ set aside, and back */

/* A form that says no version is stale: only programs may act without having seen. */
static int64_t version_seen(const TicketForm *form)
{
    return form->version ? form->version : -1;
}

static bool put_aside(StoreTx *tx, void *arg)
{
    MoveWork *work = arg;
    TicketForm *form = &work->form;
    AsidePut put = {form->ticket, version_seen(form), *ticket_form_text(form, "learn")};
    if (!aside_put(tx, form->request->arena, &put, form->visit->actor, form->visit->now, &form->refused))
        return false;
    visit_audit(tx, form->visit, work->audit, "ticket", form->ticket.value);
    return true;
}

void ticket_spam_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MoveWork work = work_of(request, "spam", "ticket.spam");
    ticket_form_run(&work.form, response, work.audit, put_aside, &work);
}

static bool take_back(StoreTx *tx, void *arg)
{
    MoveWork *work = arg;
    TicketForm *form = &work->form;
    const Visit *visit = form->visit;
    AsideBack back = {form->ticket, version_seen(form), visit->policy->intake_team,
                      desk_next_update(visit->desk, visit->now)};
    if (!aside_take_back(tx, form->request->arena, &back, visit->actor, visit->now, &form->refused))
        return false;
    visit_audit(tx, visit, work->audit, "ticket", form->ticket.value);
    return true;
}

void ticket_request_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MoveWork work = work_of(request, "request", "ticket.request");
    ticket_form_run(&work.form, response, work.audit, take_back, &work);
}

void ticket_cancel_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MoveWork work = work_of(request, "cancel", "ticket.cancel");
    work.action = TICKET_CANCEL;
    work.input.note = ticket_form_line(&work.form, "why");
    run(response, &work);
}

void ticket_reopen_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MoveWork work = work_of(request, "reopen", "ticket.reopen");
    const Visit *visit = work.form.visit;
    work.action = TICKET_REOPEN;
    work.input = (ActionInput){.note = ticket_form_line(&work.form, "why"),
                               .reopen_since = visit->now - visit->policy->reopen_ms,
                               .owner = visit->session.staff,
                               .next_update_at = desk_next_update(visit->desk, visit->now)};
    run(response, &work);
}

/* The customer was told when it was solved, or has no address to be told at. */
void ticket_close_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    MoveWork work = work_of(request, "close", "ticket.close");
    work.action = TICKET_CLOSE;
    work.input.notice = true;
    run(response, &work);
}
