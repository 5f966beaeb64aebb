/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: makes what was kept (keep.c) part of a ticket. How: the place is found (intake_find.c), what the sender is and says
 * is heeded, and it is added to the ticket that is there, or opens one. What one of us answers by mail goes another way
 * (intake_staff.c).
 */
#include "desk/intake/intake_int.h"

#include "base/text.h"
#include "desk/intake/aside.h"
#include "desk/intake/awaited.h"
#include "desk/intake/other_number.h"
#include "desk/intake/reported.h"
#include "desk/intake/request_language.h"
#include "desk/intake/unproved.h"
#include "desk/party/party.h"
#include "desk/party/suspect.h"
#include "desk/setting/setting.h"
#include "desk/ticket/action.h"
#include "desk/ticket/outgoing.h"
#include "intake_sql.h"
#include "queue/outbox.h"

#include <string.h>

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
    if (*event->sender_key && !(intake->flags & MESSAGE_FROM_OURS)) /* nobody answers ourselves */
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

static const char *words_from(const Intake *intake, int64_t start)
{
    const InboundEvent *event = intake->event;
    int64_t end = event->quoted_at == MESSAGE_NOT_QUOTED ? (int64_t)strlen(event->text) : event->quoted_at;
    start = MIN(start, end);
    return text_trim(intake->arena, arena_strndup(intake->arena, event->text + start, (size_t)(end - start)));
}

/* Without what their mail program quoted: our notice, the customer's words. */
const char *intake_own_words(const Intake *intake)
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
    SameWords same = {event->sender_key, intake_own_words(intake), *found};
    TicketId latest;
    if (!may_echo(event) || !wrote_it_themselves(intake) || intake->known || intake_is_robot(intake) ||
        event->file_count || intake->flags & MESSAGE_UNREADABLE ||
        sender_count_same(intake->tx, intake->arena, &same, intake->now, &latest) < SENDER_REPEATS_MAX)
        return;
    if (!found->value)
        *found = intake_follow_master(intake, latest);
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
    if (party_find_by_contact(intake->tx, intake->arena, event->sender_key, &match) || intake_is_robot(intake) ||
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
    if (!event->acknowledge_by || !*event->sender_key || intake_is_robot(intake) || intake->set_aside ||
        !automatic_take(intake->tx, intake->arena, &ask, intake->now))
        return;
    Outgoing outgoing = {
        .account = account_of(intake),
        .due = event->next_update_at,
        .to = &(OutgoingAddress){event->sender_address, ""},
        .to_count = 1,
        .prove = intake_is_unproved(intake),
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

/* Closed too long ago, or ended some other way: what they write now is a new request that follows the old one. So is
 * what opens nothing again, because nobody knows whose it is. */
static bool can_still_join(const Intake *intake, const Ticket *ticket)
{
    const InboundEvent *event = intake->event;
    if (intake_is_unproved(intake))
        return ticket_state_is_open((TicketState)ticket->now.state) || ticket->now.state == TICKET_SPAM;
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
        if (ticket_state_is_open(links.items[i].state) && intake_is_followed_by(intake, &links, ended, other)) {
            *follower_out = other;
            return true;
        }
    }
    return false;
}

/* Who answers us on a request that was put aside shows that it is one; who only writes on to their own first message shows
 * nothing. Refused, the message lies there all the same. */
static void end_aside(const Intake *intake, TicketEdit *edit)
{
    const InboundEvent *event = intake->event;
    edit->actor = ACTOR_OF_SYSTEM;
    (void)aside_end(edit, &(AsideBack){.team = event->team, .next_update_at = event->next_update_at});
    edit->actor = event->actor;
}

/* Whether the customer wrote it before anything that is known of the request: that begins with it then, and it answers nothing
 * of ours. Mail servers know when a message arrived to the second. */
static bool came_before(const Intake *intake, const Ticket *ticket)
{
    return intake->event->actor.kind == ACTOR_CUSTOMER &&
           intake->event->received_at / TIME_SECOND < ticket->now.received_at / TIME_SECOND;
}

bool intake_append(Intake *intake, TicketId ticket)
{
    TicketEdit edit;
    if (!ticket_edit_begin(&edit, intake->tx, intake->arena, ticket, intake->event->actor, intake->now))
        return false;
    bool trusted = !(intake->flags & MESSAGE_SENDER_UNVERIFIED);
    bool is_theirs = (trusted || (intake->brought && intake->passing.may_move)) && !intake_is_robot(intake);
    bool is_earlier = is_theirs && came_before(intake, &edit.ticket), moves = is_theirs && !is_earlier;
    int64_t reopened_before = edit.ticket.now.reopened;
    if (moves && intake->answers_us && !intake_is_unproved(intake) && edit.ticket.now.state == TICKET_SPAM)
        end_aside(intake, &edit);
    intake->language = edit.ticket.language;
    add_message(intake, ticket);
    if (trusted && !intake_is_robot(intake))
        add_participants(intake, ticket, true);
    InboundNote note = {intake->result.message, intake->event->received_at, moves, intake->event->reopen_since,
                        intake->event->next_update_at};
    if (is_earlier)
        ticket_note_earlier(&edit, &note, intake->event->occurred_at);
    else
        ticket_note_inbound(&edit, &note);
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
    TicketId ticket = intake_follow_master(intake, sent->ticket);
    if (!ticket_edit_begin(&edit, intake->tx, intake->arena, ticket, ACTOR_OF_SYSTEM, intake->now))
        return false;
    intake->language = edit.ticket.language;
    add_message(intake, ticket);
    ticket_note_inbound(&edit, &(InboundNote){intake->result.message, intake->event->received_at, false, 0, 0});
    bool doubted = intake->flags & MESSAGE_SENDER_UNVERIFIED;
    bool failed = !doubted && reported_note(intake->tx, intake->arena, &intake->event->report, sent, intake->now);
    if (failed)
        note_failed(&edit, sent->id, intake->now);
    intake->result.ticket = ticket;
    intake->result.outcome = INTAKE_APPENDED;
    if (!ticket_edit_end(&edit))
        return false;
    if (failed)
        intake_tell_unsent(intake, sent->ticket, sent->message);
    return true;
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
    const int64_t not_known = MESSAGE_SENDER_UNVERIFIED | MESSAGE_FROM_OURS | MESSAGE_ADDRESS_TYPED;
    if (!(intake->flags & not_known) || event->actor.kind != ACTOR_CUSTOMER)
        return false;
    bool ours = event->message_id && outbox_find_ticket(intake->tx, intake->arena, event->message_id).value;
    if (!ours && !(intake->flags & MESSAGE_RETURNED))
        return false;
    intake->flags |= MESSAGE_AUTO_REPLY | MESSAGE_RETURNED;
    return true;
}

/* A report on nothing of ours is nobody's request, nor is what anybody may have written under one of our own addresses
 * (security A16); and what a person put aside once is put aside again, unless it is typed in by hand. All are kept where a
 * person can bring them back. */
static bool is_unwanted(Intake *intake, bool report)
{
    const InboundEvent *event = intake->event;
    if (event->certified && !(intake->flags & MESSAGE_SENDER_UNVERIFIED))
        return false; /* it counts as delivered by law: a person must have seen it */
    const int64_t under_our_name = MESSAGE_FROM_OURS | MESSAGE_SENDER_UNVERIFIED;
    return report || (intake->flags & under_our_name) == under_our_name ||
           (event->actor.kind == ACTOR_CUSTOMER && aside_has_rule(intake->tx, intake->arena, event->sender_key));
}

/* What it refers to and nobody knows is read later, or was overtaken: it belongs there too when it comes. */
static void await_earlier(Intake *intake, TicketId ticket)
{
    if (intake_may_await(intake))
        awaited_add(intake->tx, intake->arena, ticket, intake->event->answers, intake->event->answer_count,
                    intake->now);
}

/* It is on its request. What was awaited refers to what is older still. */
static bool join(Intake *intake, TicketId ticket)
{
    if (!intake_append(intake, ticket))
        return false;
    if (intake->event->message_id && intake_may_await(intake))
        awaited_met(intake->tx, intake->awaiting.value ? intake->awaiting : ticket, intake->event->message_id);
    if (intake->awaiting.value)
        await_earlier(intake, ticket);
    return true;
}

static bool open_apart(Intake *intake, bool set_aside)
{
    intake->set_aside = intake->result.set_aside = set_aside;
    bool opened = open_ticket(intake);
    link_hint(intake, (TicketId){0});
    if (opened && !set_aside)
        await_earlier(intake, intake->result.ticket);
    return opened;
}

/* It leads nowhere that its sender has a right to. An absence notice from a private box, to which the customer's mail is
 * passed on, stands all the same where it answers: for the staff alone, and nothing moves. */
static bool place_apart(Intake *intake, bool report)
{
    if (intake->answered.value && intake->flags & MESSAGE_AUTO_REPLY) {
        intake->flags |= MESSAGE_SENDER_UNVERIFIED | MESSAGE_FROM_STRANGER;
        return intake_append(intake, intake_follow_master(intake, intake->answered));
    }
    if (intake->is_stranger)
        intake->flags |= MESSAGE_FROM_STRANGER;
    return open_apart(intake, is_unwanted(intake, report));
}

/* Another thing of theirs, in an old conversation: a request of its own, which that one leads to. */
static bool place_about(Intake *intake, TicketId found, const Item *other)
{
    TicketId about;
    if (intake_find_about(intake, found, other, &about))
        return intake_append(intake, about);
    bool opened = open_ticket(intake);
    link_hint(intake, found);
    return opened && intake_note_about(intake, found, other);
}

/* The customer answers what was sent to the address under which somebody wrote. */
static void prove_by_answer(Intake *intake)
{
    if (intake->proven.value && !intake_is_robot(intake) && !(intake->flags & MESSAGE_SENDER_UNVERIFIED))
        unproved_answered(intake->tx, intake->arena, intake->proven, intake->event->actor, intake->now);
}

static bool place(Intake *intake)
{
    TicketId found = {0};
    Ticket ticket;
    Item other;
    OutboxSent sent;
    bool report = intake->flags & MESSAGE_DELIVERY_REPORT;
    if (report && reported_find(intake->tx, intake->arena, &intake->event->report, &sent))
        return append_report(intake, &sent);
    if (is_returned(intake))
        return open_apart(intake, true);
    (void)intake_find_thread(intake, &found);
    prove_by_answer(intake);
    suspect_repeats(intake, &found);
    if (!found.value)
        return place_apart(intake, report);
    intake->result.possible = (TicketId){0};
    bool there = ticket_find(intake->tx, intake->arena, found, &ticket);
    if (there && !intake_is_unproved(intake) && intake_names_other_item(intake, &ticket, &other))
        return place_about(intake, found, &other);
    if (there && (can_still_join(intake, &ticket) || intake_is_robot(intake)))
        return join(intake, found);
    TicketId follower;
    if (!intake_is_unproved(intake) && find_follower(intake, found, &follower))
        return join(intake, follower);
    bool opened = open_ticket(intake);
    link_hint(intake, found);
    return opened;
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
                !intake_is_robot(intake) && !(intake->flags & doubtful);
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
        intake.flags |= unproved_flags(tx, arena, event, intake.flags);
        if (*event->sender_key && !intake_is_robot(&intake) &&
            !(intake.flags & (MESSAGE_SENDER_UNVERIFIED | MESSAGE_ADDRESS_TYPED)))
            suspect_clear(tx, event->sender_key); /* who writes from it, reads there */
        if (intake_find_notice(&intake, &reply)) {
            intake_take_staff_reply(&intake, &reply);
        } else if (!intake_take_copy(&intake)) {
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
