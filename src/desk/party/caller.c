/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/party/caller.h"

#include "base/text.h"

#include <string.h>

bool caller_read(Arena *arena, const char *customer, const char *person, const char *contact, Caller *caller_out,
                 InputError *refused_out)
{
    ContactKind kind = strchr(contact, '@') ? CONTACT_EMAIL : CONTACT_PHONE;
    *caller_out = (Caller){.customer = customer,
                           .customer_key = text_sort_key(arena, customer),
                           .person = person,
                           .person_key = text_sort_key(arena, person)};
    bool read = contact_point_read(arena, kind, contact, "", &caller_out->point, refused_out);
    refused_out->field = "contact";
    return read;
}

typedef struct Finding {
    StoreTx *tx;
    Arena *arena;
    const Caller *caller;
    TimeMs now;
    bool known; /* somebody has the contact point */
    PartyMatch match;
    InputError refused;
} Finding;

static bool has_name(const Finding *finding, PartyId id, const char *key)
{
    Party party;
    return party_find(finding->tx, finding->arena, id, &party) &&
           strcmp(text_sort_key(finding->arena, party.name), key) == 0;
}

/* The one party of exactly the typed name; {0} and true when there is none; false when there are two. */
static bool find_by_name(Finding *finding, PartyId *id_out)
{
    const char *key = finding->caller->customer_key;
    PartyLines lines = party_search(finding->tx, finding->arena, key, (PartyCursor){0}, 2);
    size_t same = 0;
    while (same < lines.count && strcmp(lines.items[same].sort_key, key) == 0)
        same++;
    *id_out = same ? lines.items[0].id : (PartyId){0};
    if (same > 1)
        finding->refused = (InputError){"customer", "caller.error.ambiguous", NULL};
    return same <= 1;
}

static PartyId add_party(const Finding *finding, PartyKind kind, const char *name, const char *key)
{
    return party_add(finding->tx, &(Party){.kind = kind, .name = name, .buyer = BUYER_UNKNOWN, .language = ""}, key,
                     finding->now);
}

/* The point goes to whoever gave it, unless it is somebody else's already: then it stays there, and on the ticket. */
static bool keep_point(Finding *finding, PartyId party)
{
    PartyRefusal refusal = {0};
    if (finding->known ||
        contact_point_put(finding->tx, finding->arena, party, &finding->caller->point, finding->now, &refusal))
        return true;
    finding->refused = refusal.error;
    return false;
}

static bool find_person(const Finding *finding, const MembershipList *people, PartyId *person_out)
{
    for (size_t i = 0; i < people->count; i++) {
        bool speaks = finding->known && people->items[i].party.value == finding->match.contact.value;
        bool named = strcmp(text_sort_key(finding->arena, people->items[i].name), finding->caller->person_key) == 0;
        if (*finding->caller->person ? named : speaks) {
            *person_out = people->items[i].party;
            return true;
        }
    }
    return false;
}

/* Who speaks for that customer: one of its people, a new one, or itself. */
static bool choose_contact(Finding *finding, PartyId customer, PartyId *contact_out)
{
    const Caller *caller = finding->caller;
    Party party;
    *contact_out = customer;
    if (!party_find(finding->tx, finding->arena, customer, &party))
        return false;
    if (party.kind != PARTY_COMPANY)
        return keep_point(finding, customer);
    MembershipList people = membership_list_people(finding->tx, finding->arena, customer);
    if (find_person(finding, &people, contact_out) || !*caller->person)
        return keep_point(finding, *contact_out);
    *contact_out = add_party(finding, PARTY_PERSON, caller->person, caller->person_key);
    return membership_add(finding->tx, finding->arena, customer, *contact_out, "", &finding->refused) &&
           keep_point(finding, *contact_out);
}

static bool find_or_add(Finding *finding, PartyId *customer_out, PartyId *contact_out)
{
    const Caller *caller = finding->caller;
    PartyId named = {0};
    finding->known = party_find_by_contact(finding->tx, finding->arena, caller->point.value_key, &finding->match);
    bool own_name = finding->known && has_name(finding, finding->match.contact, caller->customer_key);
    if (finding->known && has_name(finding, finding->match.customer, caller->customer_key))
        named = finding->match.customer;
    else if (!own_name && !find_by_name(finding, &named))
        return false;
    if (own_name || (!named.value && finding->known)) {
        *customer_out = finding->match.customer;
        *contact_out = finding->match.contact;
        return true;
    }
    if (!named.value)
        named =
            add_party(finding, *caller->person ? PARTY_COMPANY : PARTY_PERSON, caller->customer, caller->customer_key);
    *customer_out = named;
    return choose_contact(finding, named, contact_out);
}

bool caller_find_or_add(StoreTx *tx, Arena *arena, const Caller *caller, TimeMs now, PartyId *customer_out,
                        PartyId *contact_out, InputError *refused_out)
{
    Finding finding = {.tx = tx, .arena = arena, .caller = caller, .now = now};
    bool found = find_or_add(&finding, customer_out, contact_out);
    *refused_out = finding.refused;
    return found;
}
