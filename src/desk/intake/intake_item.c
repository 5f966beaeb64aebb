/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: a customer goes on in an old conversation, but about another thing of theirs: that is a request of its own. How:
 * the serials of what the customer has are looked for in the words they wrote now. Why only there: what they quote, and a
 * signature, names what it always named. Why nothing happens when two other things are named, or the request's own as well:
 * then it may be one story about several, and a person sees that better (split.h).
 */
#include "desk/intake/intake_int.h"

#include "base/text.h"
#include "desk/intake/serial_named.h"
#include "desk/party/party.h"
#include "desk/ticket/coding.h"
#include "parse/quote.h"

#include <string.h>

/* How many of a customer's things are read at once. */
enum { ITEMS_AT_ONCE = 200 };

/* What they wrote themselves and now; "" where that cannot be told from what they quote. */
static const char *new_words(const Intake *intake)
{
    const char *own = intake_own_words(intake);
    char *taken = quote_take_out(own, strlen(own));
    const char *words = taken ? arena_strdup(intake->arena, taken) : "";
    g_free(taken);
    return serial_words(intake->arena, words);
}

typedef struct Search {
    Intake *intake;
    const char *words;
    int64_t own_id; /* the request's item */
    Item found;
    int others; /* how many different ones were named */
    bool own;   /* so was the request's own */
} Search;

static void look_at(Search *search, const Item *item)
{
    if (!serial_is_named(search->words, item->serial))
        return;
    if (item->id.value == search->own_id) {
        search->own = true;
    } else if (item->id.value != search->found.id.value) {
        search->found = *item;
        search->others++;
    }
}

static void look_through(Search *search, int64_t party)
{
    InstalledItemId after = {0};
    ItemRows rows = {NULL, 0};
    do {
        if (!party)
            return;
        rows = item_list_party(search->intake->tx, search->intake->arena, (PartyId){party}, after, ITEMS_AT_ONCE);
        for (size_t i = 0; i < rows.count; i++)
            look_at(search, &rows.items[i]);
        if (rows.count)
            after = rows.items[rows.count - 1].id;
    } while (rows.count == ITEMS_AT_ONCE);
}

bool intake_names_other_item(Intake *intake, const Ticket *ticket, Item *other_out)
{
    Item own;
    const int64_t doubtful = MESSAGE_SENDER_UNVERIFIED | MESSAGE_UNREADABLE;
    Search search = {.intake = intake, .own_id = ticket->now.installed_item_id};
    if (!search.own_id || intake->event->actor.kind != ACTOR_CUSTOMER || intake_is_robot(intake) ||
        intake->flags & doubtful)
        return false;
    search.words = new_words(intake);
    if (!*search.words || !item_find(intake->tx, intake->arena, (InstalledItemId){search.own_id}, &own))
        return false;
    look_at(&search, &own);
    look_through(&search, ticket->now.party_id);
    if (ticket->now.contact_id != ticket->now.party_id)
        look_through(&search, ticket->now.contact_id);
    *other_out = search.found;
    return search.others == 1 && !search.own;
}

bool intake_find_about(Intake *intake, TicketId found, const Item *item, TicketId *about_out)
{
    TicketLinkList links = ticket_link_list(intake->tx, intake->arena, found);
    for (size_t i = links.count; i-- > 0;) {
        Ticket ticket;
        ParticipantList who = participant_list(intake->tx, intake->arena, links.items[i].other);
        if (links.items[i].kind == LINK_FOLLOWS && ticket_state_is_open(links.items[i].state) &&
            participant_is_confirmed(&who, intake->event->sender_key) &&
            ticket_find(intake->tx, intake->arena, links.items[i].other, &ticket) &&
            ticket.now.installed_item_id == item->id.value) {
            *about_out = ticket.id;
            return true;
        }
    }
    return false;
}

static TicketChange change_of(const Intake *intake, TicketId other)
{
    TicketChange change = {0};
    change_set(&change, FIELD_OTHER_TICKET, other.value);
    change_set(&change, FIELD_MESSAGE, intake->result.message.value);
    return change;
}

bool intake_note_about(Intake *intake, TicketId found, const Item *item)
{
    TicketEdit edit;
    TicketId fresh = intake->result.ticket;
    TicketChange about = {0}, from = change_of(intake, found), to = change_of(intake, fresh);
    CodingRefusals refused = {0};
    if (!ticket_edit_begin(&edit, intake->tx, intake->arena, fresh, ACTOR_OF_SYSTEM, intake->now))
        return false;
    change_set(&about, FIELD_ITEM, item->id.value);
    (void)ticket_code(&edit, &about, &refused); /* refused, a person does it */
    ticket_edit_event(&edit, EVENT_LINKED, &from, intake->now);
    if (!ticket_edit_end(&edit) ||
        !ticket_edit_begin(&edit, intake->tx, intake->arena, found, ACTOR_OF_SYSTEM, intake->now))
        return false;
    ticket_edit_event(&edit, EVENT_LINKED, &to, intake->now);
    return ticket_edit_end(&edit);
}
