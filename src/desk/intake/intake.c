/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: keeps what arrives, then makes it part of a ticket. How: the keys a message refers to are tried best first;
 * each finds a ticket, and the sender's right to it is a separate question. Why so strict: a Message-ID, a number in the
 * subject and a From are all things a stranger can write; a reply that opens a second ticket costs a click, one that lets
 * a stranger into another company's ticket cannot be undone.
 */
#include "desk/intake/intake.h"

#include "desk/party/party.h"
#include "desk/ticket/action.h"
#include "desk/ticket/outgoing.h"
#include "intake_sql.h"
#include "queue/outbox.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------------- keeping */

bool intake_keep(StoreTx *tx, Arena *arena, const Arrival *arrival, Inbound *inbound_out)
{
    int64_t added =
        sql_inbound_insert(tx, &(SqlInboundInsertIn){arrival->channel, arrival->source, arrival->external_id,
                                                     arrival->raw_sha256, arrival->raw_size, arrival->received_at});
    SqlInboundFind row;
    if (!sql_inbound_find(tx, arena, &(SqlInboundFindIn){arrival->channel, arrival->external_id}, &row))
        return false;
    *inbound_out = (Inbound){row.inbound_id, added == 0, row.state, row.attempts, row.ticket_id};
    return true;
}

bool intake_begin_attempt(StoreTx *tx, InboundId id)
{
    return sql_inbound_count_attempt(tx, &(SqlInboundCountAttemptIn){id}) == 1;
}

void intake_put_in_tray(StoreTx *tx, InboundId id, const char *reason)
{
    sql_inbound_set_tray(tx, &(SqlInboundSetTrayIn){id, reason});
}

InboundTray intake_list_tray(StoreTx *tx, Arena *arena, int64_t how_many)
{
    SqlInboundListTrayList rows = sql_inbound_list_tray(tx, arena, &(SqlInboundListTrayIn){how_many});
    InboundTray tray = {ARENA_ARRAY(arena, InboundInTray, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        tray.items[i] = (InboundInTray){rows.rows[i].inbound_id, rows.rows[i].source, rows.rows[i].raw_size,
                                        rows.rows[i].received_at};
    return tray;
}

int64_t intake_count_tray(StoreTx *tx, Arena *arena)
{
    SqlInboundCountTray row;
    return sql_inbound_count_tray(tx, arena, &row) ? row.waiting : 0;
}

const char *intake_find_tray(StoreTx *tx, Arena *arena, InboundId id)
{
    SqlInboundFindTray row;
    return sql_inbound_find_tray(tx, arena, &(SqlInboundFindTrayIn){id}, &row) ? row.raw_sha256 : NULL;
}

bool intake_read_again(StoreTx *tx, InboundId id)
{
    return sql_inbound_set_again(tx, &(SqlInboundSetAgainIn){id}) == 1;
}

bool intake_set_looked(StoreTx *tx, InboundId id, TimeMs now)
{
    return sql_inbound_set_looked(tx, &(SqlInboundSetLookedIn){id, now}) == 1;
}

InboundWaitingList intake_list_waiting(StoreTx *tx, Arena *arena, TimeMs before, int64_t how_many)
{
    SqlInboundListStoredList rows = sql_inbound_list_stored(tx, arena, &(SqlInboundListStoredIn){before, how_many});
    InboundWaitingList list = {ARENA_ARRAY(arena, InboundWaiting, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (InboundWaiting){rows.rows[i].inbound_id,  rows.rows[i].channel,    rows.rows[i].source,
                                         rows.rows[i].external_id, rows.rows[i].raw_sha256, rows.rows[i].received_at,
                                         rows.rows[i].attempts};
    return list;
}

/* ------------------------------------------------------------------------------------------- which ticket is it? */

typedef struct Intake {
    StoreTx *tx;
    Arena *arena;
    const InboundEvent *event;
    TimeMs now;
    IntakeResult result;
    int64_t flags; /* the event's, and what is found out here */
} Intake;

/* Where a key leads, and whether holding it is itself the right to go there. */
typedef struct Lead {
    TicketId ticket;
    bool proves_right;
} Lead;

static Lead lead_of_token(Intake *intake, const IntakeKey *key)
{
    Lead lead = {0};
    lead.ticket =
        reply_address_find(intake->tx, intake->arena, key->text, intake->event->sender_key, &lead.proves_right);
    return lead;
}

static bool takes_part(Intake *intake, TicketId ticket)
{
    ParticipantList list = participant_list(intake->tx, intake->arena, ticket);
    return participant_is_confirmed(&list, intake->event->sender_key);
}

/* A merged ticket's messages belong to its master. */
static TicketId follow_master(Intake *intake, TicketId id)
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
        *found_out = follow_master(intake, lead.ticket);
        return true;
    }
    if (!intake->result.possible.value)
        intake->result.possible = lead.ticket;
    return false;
}

static bool find_by_message_id(Intake *intake, const char *message_id, bool proves_right, TicketId *found_out)
{
    TicketIdList tickets = message_find_tickets(intake->tx, intake->arena, message_id);
    TicketId ours = outbox_find_ticket(intake->tx, intake->arena, message_id);
    if (try_lead(intake, (Lead){ours, proves_right}, found_out))
        return true;
    for (size_t i = 0; i < tickets.count; i++)
        if (try_lead(intake, (Lead){tickets.items[i], proves_right}, found_out))
            return true;
    return false;
}

static bool find_by_key(Intake *intake, const IntakeKey *key, TicketId *found_out)
{
    switch (key->kind) {
    case INTAKE_KEY_TOKEN:
        return try_lead(intake, lead_of_token(intake, key), found_out);
    case INTAKE_KEY_MESSAGE_ID:
        return find_by_message_id(intake, key->text, false, found_out);
    case INTAKE_KEY_TRACKING:
        return try_lead(intake, (Lead){ticket_find_by_tracking(intake->tx, intake->arena, key->text), true}, found_out);
    case INTAKE_KEY_NUMBER:
    default:
        return try_lead(intake, (Lead){{key->number}, false}, found_out);
    }
}

/* A delivery report comes from a mail server, never from a participant: what it names is what it belongs to. It adds
 * text for the staff to a ticket and nothing else, so a forged one gains nothing. */
static bool find_reported(Intake *intake, TicketId *found_out)
{
    const InboundEvent *event = intake->event;
    return event->reported_id && find_by_message_id(intake, event->reported_id, true, found_out);
}

static bool find_thread(Intake *intake, TicketId *found_out)
{
    if (find_reported(intake, found_out))
        return true;
    for (size_t i = 0; i < intake->event->key_count; i++)
        if (find_by_key(intake, &intake->event->keys[i], found_out))
            return true;
    return false;
}

/* ----------------------------------------------------------------------------------------------- what was said */

static void add_message(Intake *intake, TicketId ticket)
{
    const InboundEvent *event = intake->event;
    intake->result.message = message_add(intake->tx, &(Message){
                                                         .ticket = ticket,
                                                         .direction = MESSAGE_IN,
                                                         .channel = event->channel,
                                                         .author = event->actor,
                                                         .sender_name = event->sender_name,
                                                         .sender_address = event->sender_address,
                                                         .at = event->received_at,
                                                         .subject = event->subject,
                                                         .text = event->text,
                                                         .quoted_at = event->quoted_at,
                                                         .html_sha256 = event->html_sha256,
                                                         .raw_sha256 = event->raw_sha256,
                                                         .external_id = event->message_id,
                                                         .flags = intake->flags,
                                                         .language = event->language,
                                                     });
    for (size_t i = 0; i < event->file_count; i++) {
        Attachment file = event->files[i];
        file.message = intake->result.message;
        attachment_add(intake->tx, &file);
    }
}

static void add_participants(Intake *intake, TicketId ticket, bool sender_confirmed)
{
    const InboundEvent *event = intake->event;
    if (*event->sender_key)
        participant_add(intake->tx, ticket,
                        &(Participant){event->sender_kind, event->sender_address, event->sender_key, event->sender_name,
                                       sender_confirmed});
    for (size_t i = 0; i < event->other_count; i++)
        participant_add(intake->tx, ticket, &event->others[i]);
}

static bool is_robot(const Intake *intake)
{
    return intake->flags & (MESSAGE_AUTO_REPLY | MESSAGE_DELIVERY_REPORT);
}

/* --------------------------------------------------------------------------------------------------- a new ticket */

/* The party behind the address, or a new person of whom we know an address and a name. */
static PartyMatch find_or_add_party(Intake *intake)
{
    const InboundEvent *event = intake->event;
    PartyMatch match = {event->contact, event->party};
    if (event->party.value || event->contact.value || !*event->sender_key)
        return match;
    if (party_find_by_contact(intake->tx, intake->arena, event->sender_key, &match) || is_robot(intake))
        return match;
    const char *name = *event->sender_name ? event->sender_name : event->sender_address;
    PartyId person = party_add(
        intake->tx, &(Party){.kind = PARTY_PERSON, .name = name, .buyer = BUYER_UNKNOWN, .language = event->language},
        event->party_sort_key, intake->now);
    contact_point_add(
        intake->tx, person,
        &(ContactPoint){
            .kind = event->sender_kind, .value = event->sender_address, .value_key = event->sender_key, .label = ""},
        intake->now);
    return (PartyMatch){person, person};
}

/* The brake: so many automatic messages to one address in an hour and no more. */
static bool brake_allows(Intake *intake)
{
    const InboundEvent *event = intake->event;
    SqlAutomaticReplyCount row;
    bool counted = sql_automatic_reply_count(
        intake->tx, intake->arena, &(SqlAutomaticReplyCountIn){event->sender_key, intake->now - TIME_HOUR}, &row);
    return counted && row.sent < event->acknowledge_per_hour;
}

static void acknowledge(Intake *intake, TicketId ticket)
{
    const InboundEvent *event = intake->event;
    if (!event->acknowledge_by || !*event->sender_key || is_robot(intake) || !brake_allows(intake))
        return;
    Outgoing outgoing = {
        .to = &(OutgoingAddress){event->sender_address, ""},
        .to_count = 1,
        .reply_token = event->reply.text,
        .tracking_token = event->tracking.text,
        .in_reply_to = event->message_id,
    };
    reply_address_add(intake->tx, event->reply.sha256, ticket, event->sender_key, intake->now);
    sql_automatic_reply_insert(intake->tx, &(SqlAutomaticReplyInsertIn){event->sender_key, ticket, intake->now});
    OutboxId id = outbox_add(intake->tx,
                             &(OutboxNew){
                                 .channel = event->acknowledge_by,
                                 .purpose = OUTBOX_ACKNOWLEDGEMENT,
                                 .ticket = ticket,
                                 .idempotency_key = arena_printf(intake->arena, "ack:%" G_GINT64_FORMAT, ticket.value),
                                 .payload = outgoing_to_json(intake->arena, &outgoing),
                                 .not_before = intake->now,
                                 .sealed = event->sealed,
                             },
                             intake->now);
    intake->result.acknowledged = id.value != 0;
}

static void note_acknowledged(Intake *intake, TicketEdit *edit)
{
    if (intake->result.acknowledged)
        ticket_edit_event(edit, EVENT_ACKNOWLEDGED, &(TicketChange){0}, intake->now);
}

static bool edit_new_ticket(Intake *intake, TicketId ticket)
{
    TicketEdit edit;
    if (!ticket_edit_begin(&edit, intake->tx, intake->arena, ticket, intake->event->actor, intake->now))
        return false;
    ticket_note_inbound(&edit, &(InboundNote){intake->result.message, intake->event->received_at, false, 0, 0});
    note_acknowledged(intake, &edit);
    return ticket_edit_end(&edit);
}

static bool open_ticket(Intake *intake)
{
    const InboundEvent *event = intake->event;
    PartyMatch match = find_or_add_party(intake);
    TicketId ticket = ticket_open(intake->tx, intake->arena,
                                  &(TicketOpening){
                                      .channel = event->channel,
                                      .subject = event->subject,
                                      .language = event->language,
                                      .occurred_at = event->occurred_at,
                                      .received_at = event->received_at,
                                      .next_update_at = event->next_update_at,
                                      .tracking_sha256 = event->tracking.sha256,
                                      .kind = event->kind,
                                      .complaint = event->complaint,
                                      .party = match.customer,
                                      .contact = match.contact,
                                      .product = event->product,
                                      .team = event->team,
                                  },
                                  event->actor, intake->now);
    intake->result.ticket = ticket;
    intake->result.outcome = INTAKE_OPENED;
    add_message(intake, ticket);
    add_participants(intake, ticket, true);
    acknowledge(intake, ticket);
    return edit_new_ticket(intake, ticket);
}

/* ------------------------------------------------------------------------------------------------- a known ticket */

/* Closed too long ago, or ended some other way: what they write now is a new request that follows the old one. */
static bool can_still_join(const Ticket *ticket, const InboundEvent *event)
{
    if (ticket->now.state == TICKET_CLOSED)
        return ticket->now.closed_at >= event->reopen_since;
    return ticket->now.state != TICKET_NOT_OURS && ticket->now.state != TICKET_CANCELLED;
}

static bool append(Intake *intake, TicketId ticket)
{
    TicketEdit edit;
    if (!ticket_edit_begin(&edit, intake->tx, intake->arena, ticket, intake->event->actor, intake->now))
        return false;
    bool trusted = !(intake->flags & MESSAGE_SENDER_UNVERIFIED);
    int64_t reopened_before = edit.ticket.now.reopened;
    add_message(intake, ticket);
    if (trusted && !is_robot(intake))
        add_participants(intake, ticket, true);
    ticket_note_inbound(&edit,
                        &(InboundNote){intake->result.message, intake->event->received_at, trusted && !is_robot(intake),
                                       intake->event->reopen_since, intake->event->next_update_at});
    intake->result.ticket = ticket;
    intake->result.outcome = edit.ticket.now.reopened > reopened_before ? INTAKE_REOPENED : INTAKE_APPENDED;
    return ticket_edit_end(&edit);
}

static void link_hint(Intake *intake, TicketId earlier)
{
    if (earlier.value && intake->result.ticket.value != earlier.value)
        ticket_link(intake->tx, intake->result.ticket, earlier, LINK_FOLLOWS, intake->now);
    if (intake->result.possible.value && !earlier.value)
        ticket_link(intake->tx, intake->result.ticket, intake->result.possible, LINK_POSSIBLE, intake->now);
}

/* --------------------------------------------------------------------------------------------------------- accept */

static bool accepted_before(Intake *intake)
{
    SqlInboundFindId row;
    if (!intake->event->inbound.value ||
        !sql_inbound_find_id(intake->tx, intake->arena, &(SqlInboundFindIdIn){intake->event->inbound}, &row) ||
        row.state != INBOUND_DONE)
        return false;
    intake->result = (IntakeResult){.outcome = INTAKE_ALREADY, .ticket = row.ticket_id, .message = row.message_id};
    return true;
}

static void note_reused_id(Intake *intake)
{
    const char *id = intake->event->message_id;
    if (id && (message_find_tickets(intake->tx, intake->arena, id).count ||
               outbox_find_ticket(intake->tx, intake->arena, id).value))
        intake->flags |= MESSAGE_ID_REUSED;
}

static bool place(Intake *intake)
{
    TicketId found = {0};
    Ticket ticket;
    if (!find_thread(intake, &found)) {
        if (intake->result.possible.value)
            intake->flags |= MESSAGE_FROM_STRANGER;
        bool opened = open_ticket(intake);
        link_hint(intake, (TicketId){0});
        return opened;
    }
    intake->result.possible = (TicketId){0};
    if (ticket_find(intake->tx, intake->arena, found, &ticket) &&
        (can_still_join(&ticket, intake->event) || is_robot(intake)))
        return append(intake, found);
    bool opened = open_ticket(intake);
    link_hint(intake, found);
    return opened;
}

bool intake_accept(StoreTx *tx, Arena *arena, const InboundEvent *event, TimeMs now, IntakeResult *result_out)
{
    Intake intake = {.tx = tx, .arena = arena, .event = event, .now = now, .flags = event->flags};
    if (!accepted_before(&intake)) {
        note_reused_id(&intake);
        place(&intake);
        if (event->inbound.value)
            sql_inbound_set_done(tx,
                                 &(SqlInboundSetDoneIn){event->inbound, intake.result.ticket, intake.result.message});
    }
    *result_out = intake.result;
    return !store_tx_failed(tx);
}
