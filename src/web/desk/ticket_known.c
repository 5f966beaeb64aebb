/* SPDX-License-Identifier: EUPL-1.2 */
#include "web/desk/ticket_known.h"

#include "base/text.h"
#include "desk/party/caller.h"
#include "desk/product/product.h"
#include "desk/ticket/history.h"
#include "desk/ticket/transition.h"
#include "web/desk/party_line.h"
#include "web/desk/product_line.h"

#include <string.h>

/* HISTORY: of how many of their latest requests the open ones are shown. */
enum { CANDIDATES = 6, ITEMS = 12, HISTORY = 40 };

typedef struct Search {
    StoreTx *tx;
    Arena *arena;
    const Visit *visit;
    KnownCustomer known;
} Search;

static bool by_contact(Search *search, const char *typed)
{
    Caller caller;
    InputError refused;
    PartyMatch match;
    Party person;
    if (text_is_blank(typed) || !caller_read(search->arena, "", "", typed, &caller, &refused) ||
        !party_find_by_contact(search->tx, search->arena, caller.point.value_key, &match) ||
        !party_find(search->tx, search->arena, match.customer, &search->known.party))
        return false;
    if (match.contact.value != match.customer.value && party_find(search->tx, search->arena, match.contact, &person))
        search->known.person = person.name;
    search->known.contact = caller.point.value;
    return true;
}

/* The one of exactly that name; else those whose name begins so. */
static bool by_name(Search *search, const char *typed)
{
    Arena *arena = search->arena;
    const char *key = text_sort_key(arena, typed);
    if (!*key)
        return false;
    PartyLines lines = party_search(search->tx, arena, key, (PartyCursor){0}, CANDIDATES);
    size_t same = 0;
    while (same < lines.count && strcmp(lines.items[same].sort_key, key) == 0)
        same++;
    if (same == 1 || lines.count == 1)
        return party_find(search->tx, arena, lines.items[0].id, &search->known.party);
    search->known.candidates = ARENA_ARRAY(arena, PartyRow, lines.count);
    search->known.candidate_count = lines.count;
    for (size_t i = 0; i < lines.count; i++) {
        search->known.candidates[i] =
            party_row(arena, search->visit->lang, lines.items[i].id, lines.items[i].kind, lines.items[i].name);
        search->known.candidates[i].url =
            url_local(arena, "/tickets/new?party=%", arena_int(arena, lines.items[i].id.value));
    }
    return false;
}

static bool find(Search *search, const KnownAsk *ask)
{
    PartyId told = ask->party.value ? ask->party : ask->item_owner;
    if (ask->party.value)
        return party_find(search->tx, search->arena, told, &search->known.party);
    return by_contact(search, ask->contact) ||
           (told.value && party_find(search->tx, search->arena, told, &search->known.party)) ||
           by_name(search, ask->customer);
}

/* A number or an address one can call or write to. */
static const char *first_contact(const Search *search)
{
    ContactPointList points = contact_point_list(search->tx, search->arena, search->known.party.id);
    for (size_t i = 0; i < points.count; i++)
        if (points.items[i].kind == CONTACT_PHONE || points.items[i].kind == CONTACT_EMAIL)
            return points.items[i].value;
    return "";
}

static void add_items(Search *search)
{
    KnownCustomer *known = &search->known;
    ItemRows items = item_list_party(search->tx, search->arena, known->party.id, (InstalledItemId){0}, ITEMS);
    known->items = ARENA_ARRAY(search->arena, ItemRow, items.count);
    known->item_count = items.count;
    for (size_t i = 0; i < items.count; i++) {
        Product product;
        bool found = product_find(search->tx, search->arena, items.items[i].product, &product);
        known->items[i] = (ItemRow){items.items[i].serial, item_url(search->arena, items.items[i].id),
                                    found ? product.name : "", known->party.name};
    }
}

static void add_tickets(Search *search)
{
    KnownCustomer *known = &search->known;
    WorklistPage list =
        history_list_party(search->tx, search->arena, known->party.id, (HistoryAsk){.how_many = HISTORY});
    known->tickets = ARENA_ARRAY(search->arena, PastTicket, list.count);
    for (size_t i = 0; i < list.count; i++)
        if (ticket_state_is_open(list.rows[i].state))
            known->tickets[known->ticket_count++] = party_ticket(search->arena, search->visit, &list.rows[i]);
}

KnownCustomer ticket_known_find(StoreTx *tx, Arena *arena, const Visit *visit, const KnownAsk *ask)
{
    Search search = {.tx = tx, .arena = arena, .visit = visit, .known = {.person = "", .contact = ""}};
    if (!find(&search, ask)) {
        search.known.party = (Party){.name = ""};
        return search.known;
    }
    if (!*search.known.contact)
        search.known.contact = first_contact(&search);
    add_items(&search);
    add_tickets(&search);
    return search.known;
}
