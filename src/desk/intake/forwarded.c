/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/forwarded.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "desk/intake/colleague.h"
#include "desk/intake/request_language.h"
#include "desk/intake/split.h"
#include "desk/party/party.h"
#include "desk/staff/permission.h"
#include "desk/ticket/action.h"
#include "desk/ticket/coding.h"
#include "parse/quote.h"

#include <string.h>

/* ---------------------------------------------------------------------------------------------------------- as it comes */

static const char *subject_of(Arena *arena, const InboundEvent *event)
{
    const char *theirs = subject_bare(arena, event->forward->subject);
    return *theirs ? theirs : subject_bare(arena, event->subject);
}

/* The customer's words, brought by one of us. What the forwarding mail named beside us is not the customer's business. */
static InboundEvent event_of(Arena *arena, const InboundEvent *event, const Staff *by)
{
    const InboundForward *forward = event->forward;
    InboundEvent theirs = *event;
    theirs.actor = (Actor){ACTOR_STAFF, by->id.value};
    theirs.sender_address = forward->address;
    theirs.sender_key = forward->key;
    theirs.sender_name = forward->name;
    theirs.sender = (MessageSender){.judge = NULL}; /* what the server says, it says of the colleague */
    theirs.language_hint = NULL;                    /* and their mail program of them */
    theirs.own_at = 0;
    theirs.subject = subject_of(arena, event);
    theirs.text = forward->text;
    theirs.quoted_at = forward->quoted_at;
    theirs.message_id = forward->message_id;
    theirs.occurred_at = forward->written_at;
    theirs.keys = forward->keys;
    theirs.key_count = forward->key_count;
    theirs.answers = forward->answers;
    theirs.answer_count = forward->answer_count;
    theirs.files = forward->files;
    theirs.file_count = forward->file_count;
    theirs.others = NULL;
    theirs.other_count = 0;
    theirs.party_sort_key = forward->party_sort_key;
    theirs.acknowledge_by = forward->acknowledge_by;
    return theirs;
}

bool forwarded_read(StoreTx *tx, Arena *arena, const InboundEvent *event, int64_t flags, Forwarding *forwarding_out)
{
    const int64_t none = MESSAGE_AUTO_REPLY | MESSAGE_DELIVERY_REPORT | MESSAGE_SENDER_UNVERIFIED | MESSAGE_RETURNED |
                         MESSAGE_UNREADABLE;
    const InboundForward *forward = event->forward;
    if (!forward || event->actor.kind != ACTOR_CUSTOMER || flags & none ||
        !colleague_find(tx, arena, event->sender_key, &forwarding_out->by) || colleague_has(tx, arena, forward->key))
        return false;
    forwarding_out->vouched = event->vouched;
    forwarding_out->may_move = permission_allows(forwarding_out->by.role, "ticket.write");
    forwarding_out->event = event_of(arena, event, &forwarding_out->by);
    return true;
}

void forwarded_note(StoreTx *tx, Arena *arena, const Forwarding *forwarding, const InboundEvent *brought,
                    const IntakeResult *result, bool taken, TimeMs now)
{
    const InboundForward *forward = brought->forward;
    Actor by = {ACTOR_STAFF, forwarding->by.id.value};
    InputError refused;
    MessageId note;
    if (!result->message.value)
        return;
    message_forward_add(tx, &(MessageForward){.message = result->message,
                                              .staff = forwarding->by.id,
                                              .address = forward->address,
                                              .name = forward->name,
                                              .subject = subject_of(arena, brought),
                                              .written_at = forward->written_at,
                                              .taken_at = taken ? now : TIME_NONE});
    if (!taken)
        return;
    audit_add(tx, &(AuditEntry){now, by, "ticket.forward", "ticket", result->ticket.value, "mail"});
    if (!text_is_blank(forward->remark))
        (void)note_add(tx, arena, result->ticket, forward->remark, forwarding->by.display_name, by, now, &note,
                       &refused);
}

/* ----------------------------------------------------------------------------------------------------------- the press */

typedef struct Press {
    StoreTx *tx;
    Arena *arena;
    TimeMs now;
    TicketEdit edit;
    MessageForward forward;
    Message message;
} Press;

static bool find_message(Press *press, MessageId id)
{
    MessageForwardList forwards = message_forward_list(press->tx, press->arena, press->edit.ticket.id);
    const MessageForward *forward = message_forward_of(&forwards, id);
    MessageList messages = message_list(press->tx, press->arena, press->edit.ticket.id);
    for (size_t i = 0; forward && forward->taken_at == TIME_NONE && i < messages.count; i++)
        if (messages.items[i].id.value == id.value) {
            press->forward = *forward;
            press->message = messages.items[i];
            press->message.language = press->edit.ticket.language;
            return true;
        }
    return false;
}

static void change_sender(Press *press, const char *key)
{
    Message theirs = press->message;
    const char *ours = contact_key_of_email(press->arena, press->message.sender_address);
    theirs.author = (Actor){ACTOR_STAFF, press->forward.staff.value};
    theirs.sender_name = press->forward.name;
    theirs.sender_address = press->forward.address;
    theirs.flags |= MESSAGE_FORWARDED | MESSAGE_SENDER_UNVERIFIED;
    message_set_sender(press->tx, &press->message, &theirs);
    message_forward_set_taken(press->tx, theirs.id, press->now);
    participant_withdraw(press->tx, theirs.ticket, ours);
    participant_add(press->tx, theirs.ticket,
                    &(Participant){CONTACT_EMAIL, press->forward.address, key, press->forward.name, true, false});
    participant_confirm(press->tx, theirs.ticket, key);
}

static PartyMatch find_or_add_customer(Press *press, const char *key)
{
    const MessageForward *forward = &press->forward;
    const char *name = *forward->name ? forward->name : forward->address;
    PartyMatch match;
    if (party_find_by_contact(press->tx, press->arena, key, &match))
        return match;
    PartyId person =
        party_add(press->tx, &(Party){.kind = PARTY_PERSON, .name = name, .buyer = BUYER_UNKNOWN, .language = ""},
                  text_sort_key(press->arena, name), press->now);
    contact_point_add(press->tx, person,
                      &(ContactPoint){.kind = CONTACT_EMAIL, .value = forward->address, .value_key = key, .label = ""},
                      press->now);
    return (PartyMatch){person, person};
}

/* Without what the colleague wrote above and the lines that say whose it is, where those can be told. */
static const char *handed_on(const char *text)
{
    enum { LOOK_AT = 200 }; /* far enough for one line of it, and a long text is walked once */
    const char *end = text + strlen(text);
    for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        if (quote_is_forward(line, (size_t)MIN(end - line, LOOK_AT)))
            return strstr(line, "\n\n") ? strstr(line, "\n\n") : line;
    return text;
}

/* What opened the request was the colleague's mail: now it is known whose words they are. */
static void change_language(Press *press, PartyMatch who)
{
    LanguageAsk ask = {.who = who,
                       .subject = press->forward.subject,
                       .words = handed_on(press->message.text),
                       .house = press->edit.ticket.language};
    ticket_edit_language(&press->edit, request_language(press->tx, press->arena, &ask));
}

static bool change_customer(Press *press, const char *key)
{
    CodingRefusals refused = {.count = 0};
    TicketChange change = {0};
    PartyMatch match = find_or_add_customer(press, key);
    change_set(&change, FIELD_PARTY, match.customer.value);
    change_set(&change, FIELD_CONTACT, match.contact.value);
    if (ticket_code(&press->edit, &change, &refused)) {
        change_language(press, match);
        return true;
    }
    press->edit.refused = refused.count ? refused.items[0] : (InputError){0};
    return false;
}

static bool press_begin(Press *press, const ForwardTaking *taking, Actor actor)
{
    return taking->version
               ? ticket_edit_begin_at(&press->edit, press->tx, press->arena, taking->ticket, taking->version, actor,
                                      press->now)
               : ticket_edit_begin(&press->edit, press->tx, press->arena, taking->ticket, actor, press->now);
}

bool forwarded_take(StoreTx *tx, Arena *arena, const ForwardTaking *taking, Actor actor, TimeMs now,
                    InputError *refused_out)
{
    Press press = {.tx = tx, .arena = arena, .now = now};
    bool begun = press_begin(&press, taking, actor);
    if (begun && !find_message(&press, taking->message)) {
        press.edit.refused = (InputError){"message", "ticket.error.no_forward", NULL};
        begun = false;
    }
    const char *key = begun ? contact_key_of_email(arena, press.forward.address) : "";
    *refused_out = (InputError){0};
    if (begun)
        change_sender(&press, key);
    if (!begun || !change_customer(&press, key)) {
        *refused_out = press.edit.refused;
        return false;
    }
    if (*press.forward.subject && strcmp(press.edit.ticket.subject, press.message.subject) == 0)
        ticket_describe(&press.edit, press.forward.subject);
    return ticket_edit_end(&press.edit);
}
