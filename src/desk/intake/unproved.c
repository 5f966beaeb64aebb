/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/unproved.h"

#include "base/text.h"
#include "desk/audit/audit.h"
#include "desk/party/party.h"
#include "desk/ticket/coding.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------------- as it comes in */

static bool goes_on_with_unproved(StoreTx *tx, Arena *arena, const InboundEvent *event)
{
    for (size_t i = 0; i < event->key_count; i++) {
        if (event->keys[i].kind != INTAKE_KEY_TRACKING)
            continue;
        MessageList list = message_list(tx, arena, ticket_find_by_tracking(tx, arena, event->keys[i].text));
        return message_list_unproved(&list) != NULL;
    }
    return false;
}

int64_t unproved_flags(StoreTx *tx, Arena *arena, const InboundEvent *event, int64_t flags)
{
    PartyMatch match;
    bool typed = flags & MESSAGE_ADDRESS_TYPED && *event->sender_key;
    if (!(typed && party_find_by_contact(tx, arena, event->sender_key, &match)) &&
        !goes_on_with_unproved(tx, arena, event))
        return 0;
    return MESSAGE_ADDRESS_TYPED | MESSAGE_ADDRESS_UNPROVED;
}

/* -------------------------------------------------------------------------------------------------------------- a word */

bool unproved_is_settled(const Message *message)
{
    return message->direction == MESSAGE_IN && message->flags & (MESSAGE_ADDRESS_UNPROVED | MESSAGE_ADDRESS_PROVED);
}

static const Message *first_settled(const MessageList *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (unproved_is_settled(&list->items[i]))
            return &list->items[i];
    return NULL;
}

typedef struct Press {
    TicketEdit edit;
    MessageList messages;
    const Message *first;
    const char *key; /* of the typed address */
} Press;

static bool begin(Press *press, StoreTx *tx, Arena *arena, const UnprovedWord *word, Actor actor, TimeMs now)
{
    TicketEdit *edit = &press->edit;
    if (!(word->version ? ticket_edit_begin_at(edit, tx, arena, word->ticket, word->version, actor, now)
                        : ticket_edit_begin(edit, tx, arena, word->ticket, actor, now)))
        return false;
    press->messages = message_list(tx, arena, word->ticket);
    press->first = first_settled(&press->messages);
    press->key = press->first ? contact_key_of_email(arena, press->first->sender_address) : "";
    return true;
}

static void set_flags(Press *press, int64_t off, int64_t on)
{
    for (size_t i = 0; i < press->messages.count; i++) {
        const Message *message = &press->messages.items[i];
        if (unproved_is_settled(message))
            message_set_flags(press->edit.tx, message->id, (message->flags & ~off) | on);
    }
}

/* An installed item is the other customer's. */
static bool change_customer(Press *press, PartyMatch who)
{
    CodingRefusals refused = {.count = 0};
    TicketChange change = {0};
    change_set(&change, FIELD_PARTY, who.customer.value);
    change_set(&change, FIELD_CONTACT, who.contact.value);
    if (press->edit.ticket.now.installed_item_id)
        change_set(&change, FIELD_ITEM, 0);
    if (ticket_code(&press->edit, &change, &refused))
        return true;
    press->edit.refused = refused.count ? refused.items[0] : (InputError){0};
    return false;
}

static bool prove(Press *press)
{
    TicketEdit *edit = &press->edit;
    PartyMatch match;
    if (!press->first || !(press->first->flags & MESSAGE_ADDRESS_UNPROVED)) {
        edit->refused = (InputError){"action", "ticket.error.not_unproved", NULL};
        return false;
    }
    bool back = press->first->flags & MESSAGE_ADDRESS_DISOWNED &&
                party_find_by_contact(edit->tx, edit->arena, press->key, &match);
    if (back && !change_customer(press, match))
        return false;
    set_flags(press, MESSAGE_ADDRESS_UNPROVED | MESSAGE_ADDRESS_DISOWNED, MESSAGE_ADDRESS_PROVED);
    participant_confirm(edit->tx, edit->ticket.id, press->key);
    ticket_edit_event(edit, EVENT_PARTICIPANT, &(TicketChange){0}, edit->now);
    return ticket_edit_end(edit);
}

/* The address as they wrote it, in a form that no mail is matched with: the mail of that address is the customer's. */
static PartyId add_party(Press *press)
{
    TicketEdit *edit = &press->edit;
    const char *address = press->first->sender_address;
    const char *name = *press->first->sender_name ? press->first->sender_name : address;
    PartyId party =
        party_add(edit->tx, &(Party){.kind = PARTY_PERSON, .name = name, .buyer = BUYER_UNKNOWN, .language = ""},
                  text_sort_key(edit->arena, name), edit->now);
    contact_point_add(edit->tx, party,
                      &(ContactPoint){.kind = CONTACT_OTHER,
                                      .value = address,
                                      .value_key = arena_printf(edit->arena, "typed:%s", press->key),
                                      .label = ""},
                      edit->now);
    return party;
}

static bool disown(Press *press)
{
    TicketEdit *edit = &press->edit;
    if (!press->first || press->first->flags & MESSAGE_ADDRESS_DISOWNED) {
        edit->refused = (InputError){"action", "ticket.error.not_unproved", NULL};
        return false;
    }
    PartyId apart = add_party(press);
    if (!change_customer(press, (PartyMatch){apart, apart}))
        return false;
    set_flags(press, MESSAGE_ADDRESS_PROVED, MESSAGE_ADDRESS_UNPROVED | MESSAGE_ADDRESS_DISOWNED);
    participant_withdraw(edit->tx, edit->ticket.id, press->key);
    return ticket_edit_end(edit);
}

static bool run(StoreTx *tx, Arena *arena, const UnprovedWord *word, Actor actor, TimeMs now, bool (*act)(Press *),
                InputError *refused_out)
{
    Press press;
    bool done = begin(&press, tx, arena, word, actor, now) && act(&press);
    *refused_out = done ? (InputError){0} : press.edit.refused;
    return done;
}

bool unproved_prove(StoreTx *tx, Arena *arena, const UnprovedWord *word, Actor actor, TimeMs now,
                    InputError *refused_out)
{
    return run(tx, arena, word, actor, now, prove, refused_out);
}

void unproved_answered(StoreTx *tx, Arena *arena, TicketId ticket, Actor actor, TimeMs now)
{
    InputError refused;
    if (unproved_prove(tx, arena, &(UnprovedWord){.ticket = ticket}, actor, now, &refused))
        audit_add(tx, &(AuditEntry){now, actor, "ticket.prove", "ticket", ticket.value, NULL});
}

bool unproved_disown(StoreTx *tx, Arena *arena, const UnprovedWord *word, Actor actor, TimeMs now,
                     InputError *refused_out)
{
    return run(tx, arena, word, actor, now, disown, refused_out);
}

/* -------------------------------------------------------------------------------------------------------------- a link */

bool unproved_find_link(StoreTx *tx, Arena *arena, const char *proof_sha256, UnprovedLink *link_out)
{
    bool theirs;
    TicketId id = reply_address_find(tx, arena, proof_sha256, "", &theirs);
    if (!id.value || !ticket_find(tx, arena, id, &link_out->ticket))
        return false;
    MessageList list = message_list(tx, arena, id);
    const Message *first = first_settled(&list);
    if (!first)
        return false;
    (void)reply_address_find(tx, arena, proof_sha256, contact_key_of_email(arena, first->sender_address), &theirs);
    link_out->first = *first;
    link_out->proved = !(first->flags & MESSAGE_ADDRESS_UNPROVED);
    return theirs;
}
