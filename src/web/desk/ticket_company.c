/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_company.h"

#include "desk/party/domain.h"
#include "desk/ticket/coding.h"
#include "web/desk/desk_pages.h"
#include "web/desk/ticket_form.h"

#include <string.h>

/* Has anything come from there that nothing speaks against? */
static bool is_credible(Arena *arena, const MessageList *messages, const char *address)
{
    const char *key = contact_key_of_email(arena, address);
    for (size_t i = 0; i < messages->count; i++)
        if (messages->items[i].direction == MESSAGE_IN && !(messages->items[i].flags & MESSAGE_SENDER_UNVERIFIED) &&
            strcmp(contact_key_of_email(arena, messages->items[i].sender_address), key) == 0)
            return true;
    return false;
}

/* The one the request is for, while that is a person of their own. */
static bool propose(StoreTx *tx, Arena *arena, const Ticket *ticket, const MessageList *messages, PartyId *company_out,
                    const char **address_out)
{
    PartyId person = {ticket->now.contact_id};
    return person.value && person.value == ticket->now.party_id &&
           domain_propose(tx, arena, person, company_out, address_out) && is_credible(arena, messages, *address_out);
}

CompanyProposal ticket_company_read(StoreTx *tx, Arena *arena, const Visit *visit, const TicketMaterial *material)
{
    CompanyProposal proposal = {0};
    Party company;
    if (!visit_may(visit, "party.write") ||
        !propose(tx, arena, &material->ticket, &material->messages, &proposal.company, &proposal.address) ||
        !party_find(tx, arena, proposal.company, &company))
        return (CompanyProposal){0};
    proposal.name = company.name;
    return proposal;
}

/* ------------------------------------------------------------------------------------------------------------- the press */

typedef struct CompanyWork {
    TicketForm form;
    PartyId company; /* as it was proposed */
    CodingRefusals refused;
} CompanyWork;

static bool refuse(CompanyWork *work, InputError error)
{
    work->form.refused = error;
    return false;
}

static bool join(StoreTx *tx, void *arg)
{
    CompanyWork *work = arg;
    TicketForm *form = &work->form;
    const Visit *visit = form->visit;
    Arena *arena = form->request->arena;
    TicketEdit edit;
    PartyId company;
    const char *address;
    work->refused.count = 0;
    if (!ticket_edit_begin_at(&edit, tx, arena, form->ticket, form->version, visit->actor, visit->now))
        return refuse(work, edit.refused);
    MessageList messages = message_list(tx, arena, form->ticket);
    PartyId person = {edit.ticket.now.contact_id};
    if (!propose(tx, arena, &edit.ticket, &messages, &company, &address) || company.value != work->company.value)
        return refuse(work, (InputError){"company", "ticket.error.no_proposal", NULL});
    if (!membership_add(tx, arena, company, person, "", &form->refused))
        return false;
    TicketChange change = {0};
    change_set(&change, FIELD_PARTY, company.value);
    change_set(&change, FIELD_CONTACT, person.value);
    if (!ticket_code(&edit, &change, &work->refused))
        return refuse(work, work->refused.items[0]);
    visit_audit(tx, visit, "party.join", "party", person.value);
    return ticket_edit_end(&edit);
}

void ticket_company_post(HttpRequest *request, HttpResponse *response, void *context)
{
    (void)context;
    CompanyWork work = {.form = ticket_form_of(request, "company")};
    work.company = (PartyId){ticket_form_id(&work.form, "company")};
    ticket_form_run(&work.form, response, "ticket.company", join, &work);
}
