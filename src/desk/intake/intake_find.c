/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: finds the ticket a message belongs to. How: the keys it refers to are tried best first; each finds a ticket, and the
 * sender's right to it is a separate question. Why so strict: a Message-ID, a number in the subject and a From are all
 * things a stranger can write; a reply that opens a second ticket costs a click, one that lets a stranger into another
 * company's ticket cannot be undone.
 */
#include "desk/intake/intake_int.h"

#include "desk/intake/awaited.h"
#include "desk/intake/other_number.h"
#include "desk/receipt/receipt.h"
#include "queue/outbox.h"

/* Where a key leads, whether holding it is itself the right to go there, and whether who holds it had something from us. */
typedef struct Lead {
    TicketId ticket;
    bool proves_right, ours;
} Lead;

static Lead lead_of_token(Intake *intake, const IntakeKey *key)
{
    Lead lead = {.ours = true};
    lead.ticket =
        reply_address_find(intake->tx, intake->arena, key->text, intake->event->sender_key, &lead.proves_right);
    if (lead.proves_right)
        intake->proven = lead.ticket;
    return lead;
}

/* An address that somebody typed gives no right to what is its owner's (unproved.h). */
static bool takes_part(Intake *intake, TicketId ticket)
{
    if (intake->flags & MESSAGE_ADDRESS_TYPED)
        return false;
    ParticipantList list = participant_list(intake->tx, intake->arena, ticket);
    return participant_is_confirmed(&list, intake->event->sender_key);
}

/* A merged ticket's messages belong to its master. */
TicketId intake_follow_master(Intake *intake, TicketId id)
{
    Ticket ticket;
    for (int hops = 0; hops < 8 && ticket_find(intake->tx, intake->arena, id, &ticket); hops++) {
        if (!ticket.now.master_id)
            return id;
        id = (TicketId){ticket.now.master_id};
    }
    return id;
}

/* Takes the lead if the sender has a right to it; otherwise keeps the first one as a hint for a person. */
static bool try_lead(Intake *intake, Lead lead, TicketId *found_out)
{
    Ticket ticket;
    if (!lead.ticket.value || !ticket_find(intake->tx, intake->arena, lead.ticket, &ticket))
        return false;
    if (lead.proves_right || takes_part(intake, lead.ticket)) {
        *found_out = intake_is_unproved(intake) ? lead.ticket : intake_follow_master(intake, lead.ticket);
        intake->answers_us = lead.ours;
        return true;
    }
    if (!intake->result.possible.value)
        intake->result.possible = lead.ticket;
    if (lead.ours && !intake->answered.value)
        intake->answered = lead.ticket;
    return false;
}

static bool find_by_message_id(Intake *intake, const char *message_id, TicketId *found_out)
{
    TicketIdList tickets = message_find_tickets(intake->tx, intake->arena, message_id);
    TicketId ours = outbox_find_ticket(intake->tx, intake->arena, message_id);
    if (try_lead(intake, (Lead){ours, false, true}, found_out))
        return true;
    for (size_t i = 0; i < tickets.count; i++)
        if (try_lead(intake, (Lead){.ticket = tickets.items[i]}, found_out))
            return true;
    return try_lead(intake, (Lead){.ticket = receipt_find_ticket(intake->tx, intake->arena, message_id)}, found_out);
}

static bool find_by_key(Intake *intake, const IntakeKey *key, TicketId *found_out)
{
    switch (key->kind) {
    case INTAKE_KEY_TOKEN:
        return try_lead(intake, lead_of_token(intake, key), found_out);
    case INTAKE_KEY_MESSAGE_ID:
        return find_by_message_id(intake, key->text, found_out);
    case INTAKE_KEY_TRACKING:
        return try_lead(intake, (Lead){ticket_find_by_tracking(intake->tx, intake->arena, key->text), true, true},
                        found_out);
    case INTAKE_KEY_NUMBER:
    default:
        return try_lead(intake, (Lead){.ticket = {key->number}}, found_out);
    }
}

/* After all keys: what their own system calls it. */
static bool find_by_other_number(Intake *intake, TicketId *found_out)
{
    const InboundEvent *event = intake->event;
    if (!event->other_number || !*event->sender_key)
        return false;
    TicketIdList tickets = other_number_tickets(intake->tx, intake->arena, event->sender_key, event->other_number);
    for (size_t i = 0; i < tickets.count; i++)
        if (try_lead(intake, (Lead){.ticket = tickets.items[i]}, found_out))
            return true;
    return false;
}

static bool find_by_keys(Intake *intake, TicketId *found_out)
{
    for (size_t i = 0; i < intake->event->key_count; i++)
        if (find_by_key(intake, &intake->event->keys[i], found_out))
            return true;
    return find_by_other_number(intake, found_out);
}

/* Last of all, and of nothing the message says of itself: a request that came before it refers to it (awaited.h). */
static bool find_awaited(Intake *intake, TicketId *found_out)
{
    const InboundEvent *event = intake->event;
    if (!event->message_id || !intake_may_await(intake))
        return false;
    TicketIdList tickets = awaited_tickets(intake->tx, intake->arena, event->message_id, event->sender_key);
    for (size_t i = 0; i < tickets.count; i++)
        if (try_lead(intake, (Lead){.ticket = tickets.items[i]}, found_out)) {
            intake->awaiting = tickets.items[i];
            return true;
        }
    return false;
}

/* ------------------------------------------------------------------------------------------- what follows a ticket */

/* A later request that follows the found one, in which the sender takes part. */
bool intake_is_followed_by(Intake *intake, const TicketLinkList *links, TicketId found, TicketId other)
{
    for (size_t i = 0; i < links->count; i++)
        if (links->items[i].kind == LINK_FOLLOWS && links->items[i].other.value == other.value)
            return other.value > found.value && takes_part(intake, other);
    return false;
}

/* Where the message of that id stands, as far as this matters: the found ticket, one that follows it, or neither. */
static TicketId ticket_of_answer(Intake *intake, const TicketLinkList *links, TicketId found, const char *id)
{
    TicketIdList tickets = message_find_tickets(intake->tx, intake->arena, id);
    TicketId ours = intake_follow_master(intake, outbox_find_ticket(intake->tx, intake->arena, id));
    TicketId place = {ours.value == found.value ? ours.value : 0};
    if (ours.value && intake_is_followed_by(intake, links, found, ours))
        return ours;
    for (size_t i = 0; i < tickets.count; i++) {
        TicketId one = intake_follow_master(intake, tickets.items[i]);
        if (intake_is_followed_by(intake, links, found, one))
            return one;
        if (one.value == found.value)
            place = one;
    }
    return place;
}

/* A token leads to the request it was made for. What has been split from that since goes on apart: the nearest message it
 * refers to says which of the two is meant. */
static TicketId follow_split(Intake *intake, TicketId found)
{
    TicketLinkList links = ticket_link_list(intake->tx, intake->arena, found);
    for (size_t i = 0; links.count && i < intake->event->answer_count; i++) {
        TicketId place = ticket_of_answer(intake, &links, found, intake->event->answers[i]);
        if (place.value)
            return place;
    }
    return found;
}

bool intake_find_thread(Intake *intake, TicketId *found_out)
{
    bool found = find_by_keys(intake, found_out);
    intake->is_stranger = !found && intake->result.possible.value;
    if (!found && !find_awaited(intake, found_out))
        return false;
    *found_out = follow_split(intake, *found_out);
    return true;
}
