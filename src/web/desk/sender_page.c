/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a person's word on who writes: a robot or somebody, and whether Filo answers them by itself. How: each is one
 * store_write on desk/intake/robot.h, recorded, and back to where the button stood. An address comes in a field, not in
 * the path: it is nobody's id, and would stand in logs.
 */
#include "desk/intake/robot.h"
#include "desk/setting/setting.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_form.h"
#include "web/problem.h"
#include "web/visit.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------------------------- a message */

typedef struct CorrectWork {
    TicketForm form;
    SenderNature nature;
    const char *audit;
} CorrectWork;

static bool correct(StoreTx *tx, void *arg)
{
    CorrectWork *work = arg;
    TicketForm *form = &work->form;
    const Visit *visit = form->visit;
    SenderCorrection correction = {.ticket = form->ticket,
                                   .message = {http_param_id(form->request, "message")},
                                   .nature = work->nature,
                                   .reopen_since = visit->now - visit->policy->reopen_ms,
                                   .next_update_at = desk_next_update(visit->desk, visit->now)};
    if (!sender_correct(tx, form->request->arena, &correction, visit->actor, visit->now, &form->refused))
        return false;
    visit_audit(tx, visit, work->audit, "message", correction.message.value);
    return true;
}

static void run_correction(HttpRequest *request, HttpResponse *response, SenderNature nature, const char *audit)
{
    CorrectWork work = {ticket_form_of(request, "sender"), nature, audit};
    ticket_form_run(&work.form, response, audit, correct, &work);
}

void message_person_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_correction(request, response, SENDER_PERSON, "sender.person");
}

void message_robot_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_correction(request, response, SENDER_ROBOT, "sender.robot");
}

/* ---------------------------------------------------------------------------------------------------------- an address */

typedef struct AddressWork {
    HttpRequest *request;
    const Visit *visit;
    const char *address;
    bool (*take)(StoreTx *tx, const char *address, TimeMs now);
    const char *audit;
} AddressWork;

static bool forget(StoreTx *tx, const char *address, TimeMs now)
{
    (void)now;
    return sender_forget(tx, address);
}

/* What has moved on meanwhile is no failure: the page shows how it stands. */
static bool take(StoreTx *tx, void *arg)
{
    const AddressWork *work = arg;
    if (!work->take(tx, work->address, work->visit->now))
        return false;
    visit_audit(tx, work->visit, work->audit, "sender", 0);
    return true;
}

/* The request whose page the button stood on, or the list it stood in. */
static const char *way_back(HttpRequest *request, const char *list)
{
    const char *ticket = http_form(request, "ticket");
    int64_t id = ticket ? g_ascii_strtoll(ticket, NULL, 10) : 0;
    return id > 0 ? arena_printf(request->arena, "/tickets/%" G_GINT64_FORMAT, id) : list;
}

static void run_address(HttpRequest *request, HttpResponse *response, AddressWork work, const char *list)
{
    g_autoptr(GError) error = NULL;
    work.request = request;
    work.visit = visit_of(request);
    work.address = http_form(request, "address");
    if (!work.address) {
        problem_page(request, response, PROBLEM_BAD_REQUEST, "");
        return;
    }
    if (store_write(desk_store(work.visit->desk), work.audit, take, &work, &error) == STORE_FAILED)
        problem_of_error(request, response, error);
    else
        http_redirect(response, way_back(request, list));
}

void sender_answer_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_address(request, response, (AddressWork){.take = automatic_stop_lift, .audit = "sender.answer"}, "/tray");
}

void sender_seen_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_address(request, response, (AddressWork){.take = automatic_stop_set_looked, .audit = "sender.seen"}, "/tray");
}

void sender_forget_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    run_address(request, response, (AddressWork){.take = forget, .audit = "sender.forget"}, "/aside");
}
