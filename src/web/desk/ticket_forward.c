/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_forward.h"

#include "base/format.h"
#include "desk/intake/forwarded.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_form.h"
#include "web/words.h"

static const char *who_passed_it_on(const Visit *visit, const TicketMaterial *material, StaffId staff)
{
    const char *name = ticket_material_staff_name(material, staff.value);
    return name ? name : msg(visit->lang, MSG_EVENT_WHO_STAFF);
}

static const char *writer_of(Arena *arena, const MessageForward *forward)
{
    return *forward->name ? arena_printf(arena, "%s <%s>", forward->name, forward->address) : forward->address;
}

const char *ticket_forward_words(Arena *arena, const Visit *visit, const TicketMaterial *material,
                                 const Message *message)
{
    const MessageForward *forward = message_forward_of(&material->forwards, message->id);
    if (!forward)
        return "";
    const char *who = who_passed_it_on(visit, material, forward->staff);
    if (!forward->taken_at)
        return msg_fill(arena, visit->lang, MSG_FORWARD_PROPOSED, "customer", writer_of(arena, forward), NULL);
    if (!forward->written_at)
        return msg_fill(arena, visit->lang, MSG_FORWARD_BY, "who", who, NULL);
    return msg_fill(arena, visit->lang, MSG_FORWARD_BY_WRITTEN, "who", who, "when",
                    format_moment(arena, visit->lang, visit->policy->zone, forward->written_at, visit->now), NULL);
}

const char *ticket_forward_offer(Arena *arena, const Visit *visit, const TicketMaterial *material,
                                 const Message *message)
{
    const MessageForward *forward = message_forward_of(&material->forwards, message->id);
    if (!forward || forward->taken_at || !visit_may(visit, "ticket.write"))
        return "";
    return msg_fill(arena, visit->lang, MSG_FORWARD_TAKE, "customer", *forward->name ? forward->name : forward->address,
                    NULL);
}

/* ------------------------------------------------------------------------------------------------------------- the press */

typedef struct ForwardWork {
    TicketForm form;
    MessageId message;
} ForwardWork;

static bool take(StoreTx *tx, void *arg)
{
    ForwardWork *work = arg;
    TicketForm *form = &work->form;
    ForwardTaking taking = {form->ticket, work->message, form->version ? form->version : -1};
    visit_audit(tx, form->visit, "ticket.forward", "ticket", form->ticket.value);
    return forwarded_take(tx, form->request->arena, &taking, form->visit->actor, form->visit->now, &form->refused);
}

void ticket_forward_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    ForwardWork work = {.form = ticket_form_of(request, "forward")};
    work.message = (MessageId){ticket_form_id(&work.form, "message")};
    ticket_form_run(&work.form, response, "ticket.forward", take, &work);
}
