/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_unproved.h"

#include "base/format.h"
#include "desk/intake/unproved.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_form.h"

static SafeUrl press_url(Arena *arena, const Visit *visit, const TicketMaterial *material, const char *pattern)
{
    if (!visit_may(visit, "ticket.write"))
        return (SafeUrl){NULL};
    return url_local(arena, pattern, arena_int(arena, material->ticket.id.value));
}

void ticket_unproved_fill(Arena *arena, const Visit *visit, const TicketMaterial *material, TicketPageView *view)
{
    const Message *first = message_list_unproved(&material->messages);
    view->unproved = "";
    if (!first)
        return;
    bool disowned = first->flags & MESSAGE_ADDRESS_DISOWNED;
    view->unproved = msg_fill(arena, visit->lang, disowned ? MSG_UNPROVED_DISOWNED : MSG_UNPROVED_TEXT, "address",
                              first->sender_address, NULL);
    view->prove_url = press_url(arena, visit, material, "/tickets/%/prove");
    if (!disowned)
        view->disown_url = press_url(arena, visit, material, "/tickets/%/disown");
}

SafeUrl ticket_unproved_way_back(Arena *arena, const Visit *visit, const TicketMaterial *material,
                                 const Message *message)
{
    for (size_t i = 0; i < material->messages.count; i++) {
        const Message *first = &material->messages.items[i];
        if (unproved_is_settled(first))
            return first == message && first->flags & MESSAGE_ADDRESS_PROVED
                       ? press_url(arena, visit, material, "/tickets/%/disown")
                       : (SafeUrl){NULL};
    }
    return (SafeUrl){NULL};
}

/* ------------------------------------------------------------------------------------------------------------ the presses */

typedef struct UnprovedWork {
    TicketForm form;
    bool (*take)(StoreTx *tx, Arena *arena, const UnprovedWord *word, Actor actor, TimeMs now, InputError *refused_out);
    const char *audit;
} UnprovedWork;

static bool take(StoreTx *tx, void *arg)
{
    UnprovedWork *work = arg;
    TicketForm *form = &work->form;
    const Visit *visit = form->visit;
    UnprovedWord word = {form->ticket, form->version};
    visit_audit(tx, visit, work->audit, "ticket", form->ticket.value);
    return work->take(tx, form->request->arena, &word, visit->actor, visit->now, &form->refused);
}

void ticket_prove_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    UnprovedWork work = {ticket_form_of(request, "unproved"), unproved_prove, "ticket.prove"};
    ticket_form_run(&work.form, response, work.audit, take, &work);
}

void ticket_disown_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    UnprovedWork work = {ticket_form_of(request, "unproved"), unproved_disown, "ticket.disown"};
    ticket_form_run(&work.form, response, work.audit, take, &work);
}
