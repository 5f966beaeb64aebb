/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/elsewhere.h"

#include "desk/audit/audit.h"
#include "desk/intake/awaited.h"
#include "desk/intake/colleague.h"
#include "desk/notice/notice.h"
#include "desk/party/party.h"
#include "desk/receipt/receipt.h"
#include "desk/staff/permission.h"
#include "desk/ticket/action.h"
#include "queue/outbox.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------- which ticket is it? */

typedef struct Place {
    TicketId ticket;    /* {0}: none */
    bool to_a_customer; /* somebody it was written to takes part */
    TicketId awaiting;  /* that had been waiting for it and led there; or {0} */
} Place;

/* A merged ticket's messages belong to its master. */
static bool find_master(StoreTx *tx, Arena *arena, TicketId id, Ticket *ticket_out)
{
    for (int hops = 0; hops < 8 && id.value && ticket_find(tx, arena, id, ticket_out); hops++) {
        if (!ticket_out->now.master_id)
            return true;
        id = (TicketId){ticket_out->now.master_id};
    }
    return false;
}

static bool is_of_customer(StoreTx *tx, Arena *arena, const Ticket *ticket, const char *address_key)
{
    PartyMatch match;
    if (!ticket->now.party_id || !party_find_by_contact(tx, arena, address_key, &match))
        return false;
    return match.customer.value == ticket->now.party_id || match.contact.value == ticket->now.party_id;
}

/* Whoever was merely named in Cc once takes part too: staff decided to write to them. */
static bool goes_to_participant(StoreTx *tx, Arena *arena, const Ticket *ticket, const InboundEvent *event)
{
    ParticipantList list = participant_list(tx, arena, ticket->id);
    for (size_t i = 0; i < event->other_count; i++) {
        const char *key = event->others[i].address_key;
        for (size_t j = 0; j < list.count; j++)
            if (strcmp(list.items[j].address_key, key) == 0)
                return true;
        if (is_of_customer(tx, arena, ticket, key))
            return true;
    }
    return false;
}

/* The first ticket whose people it was written to, else the first one it refers to. */
static void consider(StoreTx *tx, Arena *arena, const InboundEvent *event, TicketId id, bool alone, Place *place)
{
    Ticket ticket;
    if (place->to_a_customer || !find_master(tx, arena, id, &ticket))
        return;
    if (goes_to_participant(tx, arena, &ticket, event))
        *place = (Place){.ticket = ticket.id, .to_a_customer = true};
    else if (alone && !place->ticket.value)
        place->ticket = ticket.id;
}

/* A number in a subject may be of another company's requests: alone it leads nowhere. */
static void consider_key(StoreTx *tx, Arena *arena, const InboundEvent *event, const IntakeKey *key, Place *place)
{
    if (key->kind == INTAKE_KEY_NUMBER)
        consider(tx, arena, event, (TicketId){key->number}, false, place);
    if (key->kind != INTAKE_KEY_MESSAGE_ID)
        return;
    consider(tx, arena, event, outbox_find_ticket(tx, arena, key->text), true, place);
    TicketIdList tickets = message_find_tickets(tx, arena, key->text);
    for (size_t i = 0; i < tickets.count; i++)
        consider(tx, arena, event, tickets.items[i], true, place);
    consider(tx, arena, event, receipt_find_ticket(tx, arena, key->text), true, place);
}

/* A request that refers to it came here first. Anybody can refer to anything (awaited.h): it counts for those alone who had
 * this message themselves and whose part in the request is sure. */
static void consider_awaited(StoreTx *tx, Arena *arena, const InboundEvent *event, Place *place)
{
    const char *id = event->message_id;
    if (place->ticket.value || !id || !awaited_tickets(tx, arena, id, "").count)
        return;
    for (size_t i = 0; i < event->other_count && !place->ticket.value; i++) {
        const char *key = event->others[i].address_key;
        TicketIdList tickets = awaited_tickets(tx, arena, id, key); /* those come first in which it takes part */
        ParticipantList who = participant_list(tx, arena, tickets.items[0]);
        Ticket ticket;
        if (participant_is_confirmed(&who, key) && find_master(tx, arena, tickets.items[0], &ticket))
            *place = (Place){ticket.id, true, tickets.items[0]};
    }
}

static bool is_known(StoreTx *tx, Arena *arena, const InboundEvent *event)
{
    const char *id = event->message_id;
    return id && (message_find_tickets(tx, arena, id).count || outbox_find_ticket(tx, arena, id).value);
}

static bool goes_to_us(const InboundEvent *event)
{
    for (size_t i = 0; i < event->key_count; i++)
        if (event->keys[i].kind == INTAKE_KEY_TOKEN)
            return true;
    return event->other_count == 0;
}

static Place place_of_keys(StoreTx *tx, Arena *arena, const InboundEvent *event)
{
    Place place = {0};
    for (size_t i = 0; i < event->key_count; i++)
        consider_key(tx, arena, event, &event->keys[i], &place);
    consider_awaited(tx, arena, event, &place);
    return place;
}

static Place find_place(StoreTx *tx, Arena *arena, const InboundEvent *event)
{
    return goes_to_us(event) || is_known(tx, arena, event) ? (Place){0} : place_of_keys(tx, arena, event);
}

TicketId elsewhere_find(StoreTx *tx, Arena *arena, const InboundEvent *event)
{
    return find_place(tx, arena, event).ticket;
}

/* -------------------------------------------------------------------------------------------------- on the ticket */

typedef struct Taking {
    StoreTx *tx;
    Arena *arena;
    const InboundEvent *event;
    Place place;
    bool has_author;
    Staff author;
    Actor actor;
} Taking;

static MessageId add_message(const Taking *taking, const char *language)
{
    const InboundEvent *event = taking->event;
    const char *name = taking->has_author ? taking->author.display_name : event->sender_name;
    MessageId id = message_add(taking->tx, &(Message){
                                               .ticket = taking->place.ticket,
                                               .direction = taking->place.to_a_customer ? MESSAGE_OUT : MESSAGE_NOTE,
                                               .channel = event->channel,
                                               .author = taking->actor,
                                               .sender_name = name,
                                               .sender_address = event->sender_address,
                                               .at = event->received_at,
                                               .subject = event->subject,
                                               .text = event->text,
                                               .quoted_at = event->quoted_at,
                                               .html_sha256 = event->html_sha256,
                                               .raw_sha256 = event->raw_sha256,
                                               .external_id = event->message_id,
                                               .flags = event->flags | MESSAGE_ELSEWHERE,
                                               .language = language,
                                           });
    for (size_t i = 0; i < event->other_count; i++)
        message_recipient_add(taking->tx, &(MessageRecipient){id, event->others[i].in_copy, event->others[i].address,
                                                              event->others[i].address_key, event->others[i].name});
    for (size_t i = 0; i < event->file_count; i++) {
        Attachment file = event->files[i];
        file.message = id;
        attachment_add(taking->tx, &file);
    }
    return id;
}

/* Whoever answered has it in charge, if nobody did; a refusal leaves the message there all the same. */
static void take_charge(const Taking *taking, TicketEdit *edit)
{
    if (taking->has_author && permission_allows(taking->author.role, "ticket.write"))
        (void)ticket_begin_answer(edit, taking->author.team);
}

static bool put_on_ticket(const Taking *taking, TimeMs now, IntakeResult *result)
{
    TicketEdit edit;
    result->ticket = taking->place.ticket;
    if (!ticket_edit_begin(&edit, taking->tx, taking->arena, taking->place.ticket, taking->actor, now))
        return false;
    result->message = add_message(taking, edit.ticket.language);
    if (taking->place.to_a_customer) {
        take_charge(taking, &edit);
        ticket_note_answer_at(&edit, result->message, MAX(taking->event->received_at, edit.ticket.now.received_at));
        result->outcome = INTAKE_ANSWERED;
    } else {
        ticket_note_note(&edit, result->message);
        result->outcome = INTAKE_APPENDED;
    }
    return ticket_edit_end(&edit);
}

/* A request may have been waiting for it. If that is what led there, it refers to what is older still. */
static void meet(const Taking *taking, TimeMs now)
{
    const InboundEvent *event = taking->event;
    const Place *place = &taking->place;
    if (event->message_id)
        awaited_met(taking->tx, place->awaiting.value ? place->awaiting : place->ticket, event->message_id);
    if (place->awaiting.value)
        awaited_add(taking->tx, taking->arena, place->ticket, event->answers, event->answer_count, now);
}

/* Puts it on its request, and says so. */
static bool take(const Taking *taking, const char *how, TimeMs now, IntakeResult *result)
{
    if (!put_on_ticket(taking, now, result))
        return false;
    meet(taking, now);
    audit_add(taking->tx, &(AuditEntry){now, taking->actor, "ticket.answer", "ticket", result->ticket.value, how});
    return !store_tx_failed(taking->tx);
}

bool elsewhere_accept(StoreTx *tx, Arena *arena, const Arrival *arrival, const InboundEvent *event, TimeMs now,
                      IntakeResult *result_out)
{
    Inbound inbound;
    Taking taking = {.tx = tx, .arena = arena, .event = event, .place = find_place(tx, arena, event)};
    *result_out = (IntakeResult){.outcome = INTAKE_IGNORED};
    if (!taking.place.ticket.value)
        return !store_tx_failed(tx);
    if (!intake_keep(tx, arena, arrival, &inbound))
        return false;
    if (inbound.already) {
        *result_out = (IntakeResult){.outcome = INTAKE_ALREADY, .ticket = inbound.ticket};
        return true;
    }
    taking.has_author = colleague_find(tx, arena, event->sender_key, &taking.author);
    taking.actor = (Actor){ACTOR_STAFF, taking.has_author ? taking.author.id.value : 0};
    if (!take(&taking, "sent", now, result_out))
        return false;
    intake_set_done(tx, inbound.id, result_out->ticket, result_out->message);
    return !store_tx_failed(tx);
}

/* ------------------------------------------------------------------------------------------------- to us in copy */

/* One of us may be the customer too, of a desk for the house: then it is what they have to say. */
static bool is_their_own(StoreTx *tx, Arena *arena, TicketId id, const char *address_key)
{
    Ticket ticket;
    ParticipantList list = participant_list(tx, arena, id);
    return participant_is_confirmed(&list, address_key) ||
           (ticket_find(tx, arena, id, &ticket) && is_of_customer(tx, arena, &ticket, address_key));
}

bool elsewhere_find_copy(StoreTx *tx, Arena *arena, const InboundEvent *event, ElsewhereCopy *copy_out)
{
    if (!event->other_count || !event->key_count || !colleague_find(tx, arena, event->sender_key, &copy_out->author))
        return false;
    Place place = place_of_keys(tx, arena, event);
    copy_out->ticket = place.ticket;
    copy_out->already = is_known(tx, arena, event);
    return place.to_a_customer && !is_their_own(tx, arena, place.ticket, event->sender_key);
}

bool elsewhere_put(StoreTx *tx, Arena *arena, const InboundEvent *event, const ElsewhereCopy *copy, TimeMs now,
                   IntakeResult *result_out)
{
    const Taking taking = {.tx = tx,
                           .arena = arena,
                           .event = event,
                           .place = {copy->ticket, true},
                           .has_author = true,
                           .author = copy->author,
                           .actor = {ACTOR_STAFF, copy->author.id.value}};
    return take(&taking, "copy", now, result_out);
}
