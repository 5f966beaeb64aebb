/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: makes what was kept (keep.c) part of a ticket. How: the keys a message refers to are tried best first;
 * each finds a ticket, and the sender's right to it is a separate question. Why so strict: a Message-ID, a number in the
 * subject and a From are all things a stranger can write; a reply that opens a second ticket costs a click, one that lets
 * a stranger into another company's ticket cannot be undone.
 */
#include "desk/intake/intake.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "desk/intake/aside.h"
#include "desk/intake/forwarded.h"
#include "desk/intake/other_number.h"
#include "desk/intake/reported.h"
#include "desk/intake/request_language.h"
#include "desk/intake/robot.h"
#include "desk/notice/notice.h"
#include "desk/party/party.h"
#include "desk/party/suspect.h"
#include "desk/receipt/receipt.h"
#include "desk/setting/setting.h"
#include "desk/ticket/action.h"
#include "desk/ticket/outgoing.h"
#include "desk/ticket/recipient.h"
#include "intake_sql.h"
#include "parse/quote.h"
#include "queue/outbox.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------- which ticket is it? */

typedef struct Intake {
    StoreTx *tx;
    Arena *arena;
    const InboundEvent *event;
    TimeMs now;
    IntakeResult result;
    int64_t flags;  /* the event's, and what is found out here */
    bool forwarded; /* one of us passed on what somebody wrote: */
    Forwarding passing;
    const InboundEvent *brought; /* what came, where event is what it hands on */
    bool set_aside;              /* what opens now is no request */
    const char *language;        /* of the ticket it becomes part of */
    bool known;                  /* a person said what the sender is: */
    SenderNature nature;
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

static bool find_by_message_id(Intake *intake, const char *message_id, TicketId *found_out)
{
    TicketIdList tickets = message_find_tickets(intake->tx, intake->arena, message_id);
    TicketId ours = outbox_find_ticket(intake->tx, intake->arena, message_id);
    if (try_lead(intake, (Lead){ours, false}, found_out))
        return true;
    for (size_t i = 0; i < tickets.count; i++)
        if (try_lead(intake, (Lead){tickets.items[i], false}, found_out))
            return true;
    return try_lead(intake, (Lead){receipt_find_ticket(intake->tx, intake->arena, message_id), false}, found_out);
}

static bool find_by_key(Intake *intake, const IntakeKey *key, TicketId *found_out)
{
    switch (key->kind) {
    case INTAKE_KEY_TOKEN:
        return try_lead(intake, lead_of_token(intake, key), found_out);
    case INTAKE_KEY_MESSAGE_ID:
        return find_by_message_id(intake, key->text, found_out);
    case INTAKE_KEY_TRACKING:
        return try_lead(intake, (Lead){ticket_find_by_tracking(intake->tx, intake->arena, key->text), true}, found_out);
    case INTAKE_KEY_NUMBER:
    default:
        return try_lead(intake, (Lead){{key->number}, false}, found_out);
    }
}

/* Last of all: what their own system calls it. */
static bool find_by_other_number(Intake *intake, TicketId *found_out)
{
    const InboundEvent *event = intake->event;
    if (!event->other_number || !*event->sender_key)
        return false;
    TicketIdList tickets = other_number_tickets(intake->tx, intake->arena, event->sender_key, event->other_number);
    for (size_t i = 0; i < tickets.count; i++)
        if (try_lead(intake, (Lead){tickets.items[i], false}, found_out))
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

/* ------------------------------------------------------------------------------------------- what follows a ticket */

/* A later request that follows the found one, in which the sender takes part. */
static bool is_followed_by(Intake *intake, const TicketLinkList *links, TicketId found, TicketId other)
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
    TicketId ours = follow_master(intake, outbox_find_ticket(intake->tx, intake->arena, id));
    TicketId place = {ours.value == found.value ? ours.value : 0};
    if (ours.value && is_followed_by(intake, links, found, ours))
        return ours;
    for (size_t i = 0; i < tickets.count; i++) {
        TicketId one = follow_master(intake, tickets.items[i]);
        if (is_followed_by(intake, links, found, one))
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

static bool find_thread(Intake *intake, TicketId *found_out)
{
    if (!find_by_keys(intake, found_out))
        return false;
    *found_out = follow_split(intake, *found_out);
    return true;
}

/* ----------------------------------------------------------------------------------------------- what was said */

/* Only where there is something to say. */
static void add_sender(Intake *intake)
{
    MessageSender sender = intake->event->sender;
    sender.message = intake->result.message;
    if (sender.judge && (*sender.judge || *sender.reply_to))
        message_sender_add(intake->tx, &sender);
}

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
                                                         .language = intake->language,
                                                     });
    add_sender(intake);
    for (size_t i = 0; i < event->other_count; i++)
        if (event->others[i].kind != CONTACT_PHONE)
            message_recipient_add(intake->tx, &(MessageRecipient){intake->result.message, event->others[i].in_copy,
                                                                  event->others[i].address,
                                                                  event->others[i].address_key, event->others[i].name});
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
                        &(Participant){.kind = event->sender_kind,
                                       .address = event->sender_address,
                                       .address_key = event->sender_key,
                                       .name = event->sender_name,
                                       .confirmed = sender_confirmed});
    for (size_t i = 0; i < event->other_count; i++)
        participant_add(intake->tx, ticket, &event->others[i]);
    /* Where they would have the answer is offered; it goes there when a person says so. */
    if (event->sender.judge && *event->sender.reply_to)
        participant_add(intake->tx, ticket,
                        &(Participant){.kind = event->sender_kind,
                                       .address = event->sender.reply_to,
                                       .address_key = contact_key_of_email(intake->arena, event->sender.reply_to),
                                       .name = ""});
}

static bool is_robot(const Intake *intake)
{
    return intake->flags & (MESSAGE_AUTO_REPLY | MESSAGE_DELIVERY_REPORT);
}

static const char *words_from(const Intake *intake, int64_t start)
{
    const InboundEvent *event = intake->event;
    int64_t end = event->quoted_at == MESSAGE_NOT_QUOTED ? (int64_t)strlen(event->text) : event->quoted_at;
    start = MIN(start, end);
    return text_trim(intake->arena, arena_strndup(intake->arena, event->text + start, (size_t)(end - start)));
}

/* Without what their mail program quoted: our notice, the customer's words. */
static const char *own_words(const Intake *intake)
{
    return words_from(intake, 0);
}

/* ------------------------------------------------------------------------------------------- a person or a robot? */

static bool wrote_it_themselves(const Intake *intake)
{
    return intake->event->actor.kind == ACTOR_CUSTOMER && *intake->event->sender_key;
}

/* A person's word on the sender stands above what we guess, and above headers that people's mail carries too. A report
 * stays a report, and what calls itself an automatic reply stays one: who is a person goes on holiday. */
static void heed_nature(Intake *intake)
{
    const int64_t reasons = MESSAGE_AUTO_REPLY | MESSAGE_ABSENCE;
    if (!wrote_it_themselves(intake) || intake->flags & (MESSAGE_DELIVERY_REPORT | MESSAGE_RETURNED) ||
        !sender_nature_of(intake->tx, intake->arena, intake->event->sender_key, &intake->nature))
        return;
    intake->known = true;
    if (intake->nature == SENDER_ROBOT)
        intake->flags |= MESSAGE_AUTO_REPLY | MESSAGE_ROBOT;
    else if (!(intake->flags & MESSAGE_SAYS_AUTO))
        intake->flags &= ~reasons;
}

/* What Filo answers would go back the way this came: only there can two robots talk. Who fills a form three times is a
 * person, or somebody who wants to silence one. */
static bool may_echo(const InboundEvent *event)
{
    return !event->certified && event->acknowledge_by && strcmp(event->acknowledge_by, event->channel) == 0;
}

/* The same words for the third time in a day, without a file: no header says so, but no person does that. It joins the
 * request that has them already, so that a robot with a new subject each time does not fill the list. */
static void suspect_repeats(Intake *intake, TicketId *found)
{
    const InboundEvent *event = intake->event;
    SameWords same = {event->sender_key, own_words(intake), *found};
    TicketId latest;
    if (!may_echo(event) || !wrote_it_themselves(intake) || intake->known || is_robot(intake) || event->file_count ||
        intake->flags & MESSAGE_UNREADABLE ||
        sender_count_same(intake->tx, intake->arena, &same, intake->now, &latest) < SENDER_REPEATS_MAX)
        return;
    if (!found->value)
        *found = follow_master(intake, latest);
    intake->flags |= MESSAGE_AUTO_REPLY | MESSAGE_REPEATS;
    automatic_stop_now(intake->tx, intake->arena, event->sender_key, STOP_REPEATS, *found, intake->now);
}

/* --------------------------------------------------------------------------------------------------- a new ticket */

/* The party behind the address, or a new person of whom we know an address and a name. */
static PartyMatch find_or_add_party(Intake *intake)
{
    const InboundEvent *event = intake->event;
    PartyMatch match = {event->contact, event->party};
    if (event->party.value || event->contact.value || !*event->sender_key)
        return match;
    if (party_find_by_contact(intake->tx, intake->arena, event->sender_key, &match) || is_robot(intake) ||
        intake->flags & MESSAGE_FROM_OURS)
        return match;
    const char *name = *event->sender_name ? event->sender_name : event->sender_address;
    PartyId person =
        party_add(intake->tx, &(Party){.kind = PARTY_PERSON, .name = name, .buyer = BUYER_UNKNOWN, .language = ""},
                  event->party_sort_key, intake->now);
    contact_point_add(
        intake->tx, person,
        &(ContactPoint){
            .kind = event->sender_kind, .value = event->sender_address, .value_key = event->sender_key, .label = ""},
        intake->now);
    return (PartyMatch){person, person};
}

/* The account it came through, while that one is in use; NULL: the channel's default. */
static const char *account_of(Intake *intake)
{
    SqlInboundFindId row;
    ChannelAccount account;
    bool found = intake->event->inbound.value &&
                 sql_inbound_find_id(intake->tx, intake->arena, &(SqlInboundFindIdIn){intake->event->inbound}, &row) &&
                 channel_account_find(intake->tx, intake->arena, row.source, &account);
    return found && account.active && strcmp(account.channel, intake->event->acknowledge_by) == 0 ? account.name : NULL;
}

static void acknowledge(Intake *intake, TicketId ticket)
{
    const InboundEvent *event = intake->event;
    AutomaticAsk ask = {event->sender_key, ticket, event->acknowledge_per_hour};
    if (!event->acknowledge_by || !*event->sender_key || is_robot(intake) || intake->set_aside ||
        !automatic_take(intake->tx, intake->arena, &ask, intake->now))
        return;
    Outgoing outgoing = {
        .account = account_of(intake),
        .due = event->next_update_at,
        .to = &(OutgoingAddress){event->sender_address, ""},
        .to_count = 1,
        .reply_token = event->reply.text,
        .tracking_token = event->tracking.text,
        .in_reply_to = event->message_id,
    };
    reply_address_add(intake->tx, event->reply.sha256, ticket, event->sender_key, intake->now);
    OutboxId id = outbox_add(intake->tx,
                             &(OutboxNew){
                                 .channel = event->acknowledge_by,
                                 .purpose = OUTBOX_ACKNOWLEDGEMENT,
                                 .ticket = ticket,
                                 .idempotency_key = arena_printf(intake->arena, "ack:%" G_GINT64_FORMAT, ticket.value),
                                 .payload = outgoing_to_json(intake->arena, &outgoing),
                                 .account = outgoing.account,
                                 .domain = outgoing_domain(intake->arena, &outgoing),
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
    if (intake->set_aside) {
        edit.actor = ACTOR_OF_SYSTEM;
        if (!ticket_act(&edit, TICKET_MARK_SPAM, &(ActionInput){0}))
            return false;
    }
    return ticket_edit_end(&edit);
}

/* What a colleague typed is in the colleague's words; what they passed on is in the customer's. */
static const char *choose_language(Intake *intake, PartyMatch who)
{
    const InboundEvent *event = intake->event;
    bool theirs = event->actor.kind != ACTOR_STAFF || intake->brought;
    LanguageAsk ask = {.who = who,
                       .subject = theirs ? event->subject : NULL,
                       .words = theirs ? words_from(intake, event->own_at) : NULL,
                       .hint = event->language_hint,
                       .house = event->house};
    return event->language ? event->language : request_language(intake->tx, intake->arena, &ask);
}

static bool open_ticket(Intake *intake)
{
    const InboundEvent *event = intake->event;
    PartyMatch match = find_or_add_party(intake);
    intake->language = choose_language(intake, match);
    TicketId ticket = ticket_open(intake->tx, intake->arena,
                                  &(TicketOpening){
                                      .channel = event->channel,
                                      .subject = event->subject,
                                      .language = intake->language,
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
    if (!(intake->flags & (MESSAGE_DELIVERY_REPORT | MESSAGE_RETURNED)))
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

/* What has ended is followed by one that is still open: the second word on it goes there, and is no third request. */
static bool find_follower(Intake *intake, TicketId ended, TicketId *follower_out)
{
    TicketLinkList links = ticket_link_list(intake->tx, intake->arena, ended);
    for (size_t i = links.count; i-- > 0;) {
        TicketId other = links.items[i].other;
        if (ticket_state_is_open(links.items[i].state) && is_followed_by(intake, &links, ended, other)) {
            *follower_out = other;
            return true;
        }
    }
    return false;
}

/* Who goes on with a request that was put aside shows that it is one: only who had our answer knows the way. Refused, the
 * message lies there all the same. */
static void end_aside(const Intake *intake, TicketEdit *edit)
{
    const InboundEvent *event = intake->event;
    edit->actor = ACTOR_OF_SYSTEM;
    (void)aside_end(edit, &(AsideBack){.team = event->team, .next_update_at = event->next_update_at});
    edit->actor = event->actor;
}

static bool append(Intake *intake, TicketId ticket)
{
    TicketEdit edit;
    if (!ticket_edit_begin(&edit, intake->tx, intake->arena, ticket, intake->event->actor, intake->now))
        return false;
    bool trusted = !(intake->flags & MESSAGE_SENDER_UNVERIFIED);
    bool moves = (trusted || (intake->brought && intake->passing.may_move)) && !is_robot(intake);
    int64_t reopened_before = edit.ticket.now.reopened;
    if (moves && edit.ticket.now.state == TICKET_SPAM)
        end_aside(intake, &edit);
    intake->language = edit.ticket.language;
    add_message(intake, ticket);
    if (trusted && !is_robot(intake))
        add_participants(intake, ticket, true);
    ticket_note_inbound(&edit, &(InboundNote){intake->result.message, intake->event->received_at, moves,
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

/* ---------------------------------------------------------------------------------------------- a delivery report */

static void note_failed(TicketEdit *edit, OutboxId outbox, TimeMs now)
{
    TicketChange change = {0};
    change_set(&change, FIELD_OUTBOX, outbox.value);
    ticket_edit_event(edit, EVENT_DELIVERY, &change, now);
}

/* Lies on the ticket of the message it speaks of, and moves nothing there. One whose sender our server doubts is there to be
 * read, and counts for nothing: who can guess an id would else keep our answers from an address. */
static bool append_report(Intake *intake, const OutboxSent *sent)
{
    TicketEdit edit;
    TicketId ticket = follow_master(intake, sent->ticket);
    if (!ticket_edit_begin(&edit, intake->tx, intake->arena, ticket, ACTOR_OF_SYSTEM, intake->now))
        return false;
    intake->language = edit.ticket.language;
    add_message(intake, ticket);
    ticket_note_inbound(&edit, &(InboundNote){intake->result.message, intake->event->received_at, false, 0, 0});
    bool doubted = intake->flags & MESSAGE_SENDER_UNVERIFIED;
    if (!doubted && reported_note(intake->tx, intake->arena, &intake->event->report, sent, intake->now))
        note_failed(&edit, sent->id, intake->now);
    intake->result.ticket = ticket;
    intake->result.outcome = INTAKE_APPENDED;
    return ticket_edit_end(&edit);
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

/* Something of ours that came back through a list or a forwarding, under our own name. It is nobody's request, and goes
 * to no ticket either: an id can be copied, and what stands under it need not be what we wrote (security A02, A16). */
static bool is_returned(Intake *intake)
{
    const InboundEvent *event = intake->event;
    if (!(intake->flags & MESSAGE_SENDER_UNVERIFIED) || event->actor.kind != ACTOR_CUSTOMER)
        return false;
    bool ours = event->message_id && outbox_find_ticket(intake->tx, intake->arena, event->message_id).value;
    if (!ours && !(intake->flags & MESSAGE_RETURNED))
        return false;
    intake->flags |= MESSAGE_AUTO_REPLY | MESSAGE_RETURNED;
    return true;
}

/* A report on nothing of ours is nobody's request, nor is what somebody writes under one of our own addresses (security A16); and what a person put aside once is put aside again, unless it is typed
 * in by hand. Both are kept where a person can bring them back. */
static bool is_unwanted(Intake *intake, bool report)
{
    const InboundEvent *event = intake->event;
    if (event->certified && !(intake->flags & MESSAGE_SENDER_UNVERIFIED))
        return false; /* it counts as delivered by law: a person must have seen it */
    return report || intake->flags & MESSAGE_FROM_OURS ||
           (event->actor.kind == ACTOR_CUSTOMER && aside_has_rule(intake->tx, intake->arena, event->sender_key));
}

static bool open_apart(Intake *intake, bool set_aside)
{
    intake->set_aside = intake->result.set_aside = set_aside;
    bool opened = open_ticket(intake);
    link_hint(intake, (TicketId){0});
    return opened;
}

static bool place(Intake *intake)
{
    TicketId found = {0};
    Ticket ticket;
    OutboxSent sent;
    bool report = intake->flags & MESSAGE_DELIVERY_REPORT;
    if (report && reported_find(intake->tx, intake->arena, &intake->event->report, &sent))
        return append_report(intake, &sent);
    if (is_returned(intake))
        return open_apart(intake, true);
    (void)find_thread(intake, &found);
    suspect_repeats(intake, &found);
    if (!found.value) {
        if (intake->result.possible.value)
            intake->flags |= MESSAGE_FROM_STRANGER;
        return open_apart(intake, is_unwanted(intake, report));
    }
    intake->result.possible = (TicketId){0};
    if (ticket_find(intake->tx, intake->arena, found, &ticket) &&
        (can_still_join(&ticket, intake->event) || is_robot(intake)))
        return append(intake, found);
    TicketId follower;
    if (find_follower(intake, found, &follower))
        return append(intake, follower);
    bool opened = open_ticket(intake);
    link_hint(intake, found);
    return opened;
}

/* ------------------------------------------------------------------------------------------- one of us, by mail */

static bool find_notice(Intake *intake, NoticeReply *reply_out)
{
    for (size_t i = 0; i < intake->event->key_count; i++) {
        const IntakeKey *key = &intake->event->keys[i];
        if (key->kind == INTAKE_KEY_TOKEN &&
            notice_find_reply(intake->tx, intake->arena, key->text, intake->event->sender_key, reply_out))
            return true;
    }
    return false;
}

/* The mail's files, but for the pictures of a signature. */
static void attach_files(Intake *intake, MessageId message)
{
    const InboundEvent *event = intake->event;
    message_set_raw(intake->tx, message, event->raw_sha256);
    for (size_t i = 0; i < event->file_count; i++) {
        Attachment file = event->files[i];
        file.message = message;
        if (!file.content_id)
            attachment_add(intake->tx, &file);
    }
}

/* What could not be sent is a note, with its files: a person sees it. */
static void keep_as_note(Intake *intake, const NoticeReply *reply)
{
    const InboundEvent *event = intake->event;
    InputError refused;
    MessageId note;
    const char *text = *own_words(intake) ? own_words(intake) : event->subject;
    if (!note_add(intake->tx, intake->arena, intake->result.ticket, *text ? text : "-", reply->author_name,
                  (Actor){ACTOR_STAFF, reply->staff.value}, intake->now, &note, &refused))
        return;
    attach_files(intake, note);
    intake->result.message = note;
    intake->result.outcome = INTAKE_APPENDED;
}

/* What may go to the customer: nothing of the notice, above or below the words. "": they cannot be told from it. */
static const char *words_for_customer(const Intake *intake)
{
    const char *own = own_words(intake);
    char *taken = quote_take_out(own, strlen(own));
    const char *words = taken ? text_trim(intake->arena, taken) : "";
    g_free(taken);
    return words;
}

static bool answer_customer(Intake *intake, const NoticeReply *reply)
{
    const InboundEvent *event = intake->event;
    Actor actor = {ACTOR_STAFF, reply->staff.value};
    InputError refused;
    AnswerResult result;
    Answer answer = {.ticket = intake->result.ticket,
                     .channel = event->channel,
                     .text = words_for_customer(intake),
                     .author_name = reply->author_name,
                     .author_team = reply->team,
                     .reply = event->reply,
                     .idempotency_key =
                         arena_printf(intake->arena, "staff-mail:%" G_GINT64_FORMAT, event->inbound.value),
                     .leaves_at = intake->now,
                     .next_update_at = event->next_update_at,
                     .sealed = event->sealed};
    if (!*answer.text ||
        !recipient_choose(intake->tx, intake->arena, &(RecipientChoice){.given = false}, actor, intake->now, &answer,
                          &refused) ||
        !answer_add(intake->tx, intake->arena, &answer, actor, intake->now, &result, &refused))
        return false;
    audit_add(intake->tx, &(AuditEntry){intake->now, actor, "ticket.answer", "ticket", answer.ticket.value, "mail"});
    attach_files(intake, result.message);
    intake->result.message = result.message;
    intake->result.outcome = INTAKE_ANSWERED;
    return true;
}

/* Holding the token is not enough: it may have been passed on. Whoever else writes is shown to the staff, marked. */
static void take_staff_reply(Intake *intake, const NoticeReply *reply)
{
    bool own = reply->may_answer && !(intake->flags & MESSAGE_SENDER_UNVERIFIED);
    intake->result.ticket = follow_master(intake, reply->ticket);
    intake->result.outcome = INTAKE_IGNORED;
    if (is_robot(intake))
        return;
    if (!own) {
        intake->flags |= MESSAGE_SENDER_UNVERIFIED | MESSAGE_FROM_STRANGER;
        append(intake, intake->result.ticket);
        return;
    }
    if (*own_words(intake) ? !answer_customer(intake, reply) : intake->event->file_count > 0)
        keep_as_note(intake, reply);
}

/* ------------------------------------------------------------------------------------- a customer's mail, passed on */

/* From here on it is the customer's, where that is sure enough; else it stays what it is, and is noted. */
static void read_forward(Intake *intake)
{
    intake->forwarded = forwarded_read(intake->tx, intake->arena, intake->event, intake->flags, &intake->passing);
    if (!intake->forwarded || !intake->passing.vouched)
        return;
    intake->brought = intake->event;
    intake->event = &intake->passing.event;
    intake->flags = (intake->flags & MESSAGE_TRUNCATED) | MESSAGE_SENDER_UNVERIFIED | MESSAGE_FORWARDED;
}

/* What goes on with a request of the colleague's own is theirs: only what opens one proposes somebody. */
static void note_forward(Intake *intake)
{
    if (intake->forwarded && (intake->brought || intake->result.outcome == INTAKE_OPENED))
        forwarded_note(intake->tx, intake->arena, &intake->passing, intake->brought ? intake->brought : intake->event,
                       &intake->result, intake->brought != NULL, intake->now);
}

/* What a customer wrote is told to whoever wants to hear of it. */
static void tell_staff(Intake *intake)
{
    const InboundEvent *event = intake->brought ? intake->brought : intake->event;
    const int64_t doubtful = (intake->brought ? 0 : MESSAGE_SENDER_UNVERIFIED) | MESSAGE_UNREADABLE;
    Ticket ticket;
    bool news = event->notices && event->actor.kind == ACTOR_CUSTOMER && intake->result.message.value &&
                !is_robot(intake) && !(intake->flags & doubtful);
    if (news && ticket_find(intake->tx, intake->arena, intake->result.ticket, &ticket) &&
        ticket.now.state != TICKET_SPAM)
        notice_tell(intake->tx, intake->arena, &ticket,
                    &(NoticeNews){intake->result.message, event->sender_key, event->notices, event->sealed},
                    intake->now);
}

/* Also a robot's: it is mostly their acknowledgement that gives the number. */
static void note_other_number(Intake *intake)
{
    const InboundEvent *event = intake->event;
    const int64_t doubtful = MESSAGE_SENDER_UNVERIFIED | MESSAGE_DELIVERY_REPORT;
    if (event->other_number && *event->sender_key && intake->result.ticket.value && !(intake->flags & doubtful))
        other_number_note(intake->tx, intake->arena, intake->result.ticket, event->sender_key, event->other_number,
                          intake->now);
}

bool intake_accept(StoreTx *tx, Arena *arena, const InboundEvent *event, TimeMs now, IntakeResult *result_out)
{
    Intake intake = {.tx = tx, .arena = arena, .event = event, .now = now, .flags = event->flags};
    if (!accepted_before(&intake)) {
        NoticeReply reply;
        note_reused_id(&intake);
        heed_nature(&intake);
        if (*event->sender_key && !is_robot(&intake) &&
            !(intake.flags & (MESSAGE_SENDER_UNVERIFIED | MESSAGE_ADDRESS_TYPED)))
            suspect_clear(tx, event->sender_key); /* who writes from it, reads there */
        if (find_notice(&intake, &reply)) {
            take_staff_reply(&intake, &reply);
        } else {
            read_forward(&intake);
            place(&intake);
            note_other_number(&intake);
            tell_staff(&intake);
            note_forward(&intake);
        }
        if (event->inbound.value)
            intake_set_done(tx, event->inbound, intake.result.ticket, intake.result.message);
    }
    *result_out = intake.result;
    return !store_tx_failed(tx);
}
