/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_form.h"

#include "base/text.h"
#include "web/problem.h"

#include <string.h>

TicketForm ticket_form_of(HttpRequest *request, const char *name)
{
    TicketForm form = {
        .request = request, .visit = visit_of(request), .ticket = {http_param_id(request, "id")}, .name = name};
    form.version = ticket_form_id(&form, "version");
    return form;
}

const char *ticket_form_text(const TicketForm *form, const char *field)
{
    const char *value = http_form(form->request, field);
    return value ? value : "";
}

const char *ticket_form_line(const TicketForm *form, const char *field)
{
    return text_clean_line(form->request->arena, bytes_of(ticket_form_text(form, field)));
}

int64_t ticket_form_id(const TicketForm *form, const char *field)
{
    return g_ascii_strtoll(ticket_form_text(form, field), NULL, 10);
}

static const char *words_of(const TicketForm *form, const InputError *refused)
{
    MsgId id;
    const char *shown = refused->shown ? refused->shown : "";
    if (!msg_id_find(refused->key, &id))
        return refused->key;
    return msg_fill(form->request->arena, form->visit->lang, id, "shown", shown, NULL);
}

static const char *refusal_words(const TicketForm *form)
{
    const char *words = words_of(form, &form->refused);
    for (size_t i = 1; form->all && i < form->all->count; i++)
        words = arena_printf(form->request->arena, "%s %s", words, words_of(form, &form->all->items[i]));
    return words;
}

static void show_refusal(TicketForm *form, HttpResponse *response, TicketTyped *typed)
{
    if (strcmp(form->refused.key, "ticket.error.not_found") == 0) {
        problem_page(form->request, response, PROBLEM_NOT_FOUND, "");
        return;
    }
    http_set_status(response, 409);
    typed->form = form->name;
    typed->error = &form->refused;
    if (!typed->text) /* the composer says it itself */
        typed->wrong = refusal_words(form);
    ticket_view_show(form->request, response, form->ticket, typed);
}

void ticket_form_finish(TicketForm *form, HttpResponse *response, StoreOutcome outcome, const GError *error,
                        TicketTyped *typed)
{
    if (outcome == STORE_COMMITTED)
        http_redirect(response, arena_printf(form->request->arena, "/tickets/%" G_GINT64_FORMAT, form->ticket.value));
    else if (outcome == STORE_REFUSED && form->refused.key)
        show_refusal(form, response, typed);
    else if (error)
        problem_of_error(form->request, response, error);
    else
        problem_page(form->request, response, PROBLEM_CONFLICT, "");
}

void ticket_form_run(TicketForm *form, HttpResponse *response, const char *action, StoreWork work, void *arg)
{
    g_autoptr(GError) error = NULL;
    TicketTyped typed = {0};
    StoreOutcome outcome = store_write(desk_store(form->visit->desk), action, work, arg, &error);
    ticket_form_finish(form, response, outcome, error, &typed);
}
