/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/recipient.h"

#include "desk/audit/audit.h"
#include "desk/party/identity.h"
#include "desk/party/party.h"
#include "desk/setting/setting.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------------ our addresses */

/* Also with what stands after a plus: the addresses replies and bounces come back to. */
static bool is_of_account(const char *own_key, const char *key)
{
    const char *domain = strchr(own_key, '@');
    size_t local = domain ? (size_t)(domain - own_key) : 0;
    if (strcmp(own_key, key) == 0)
        return true;
    return local && strncmp(own_key, key, local) == 0 && key[local] == '+' &&
           g_strcmp0(strchr(key + local, '@'), domain) == 0;
}

static bool is_ours(StoreTx *tx, Arena *arena, const char *key)
{
    ChannelAccountList accounts = channel_account_list(tx, arena);
    for (size_t i = 0; i < accounts.count; i++)
        if (is_of_account(contact_key_of_email(arena, accounts.items[i].address), key))
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------------ who is there */

/* The last message that was addressed by somebody: not a robot's, a stranger's, or a call that was written down. */
static const Message *last_addressed(const MessageList *messages)
{
    const int64_t doubtful =
        MESSAGE_AUTO_REPLY | MESSAGE_DELIVERY_REPORT | MESSAGE_SENDER_UNVERIFIED | MESSAGE_FROM_STRANGER;
    for (size_t i = messages->count; i-- > 0;) {
        const Message *message = &messages->items[i];
        bool addressed =
            message->direction == MESSAGE_OUT || (message->direction == MESSAGE_IN && message->external_id);
        if (addressed && !(message->flags & doubtful))
            return message;
    }
    return NULL;
}

typedef struct Listing {
    StoreTx *tx;
    Arena *arena;
    const Message *last; /* or NULL */
    MessageRecipientList named;
    CorrespondentList list;
} Listing;

static const MessageRecipient *named_as(const Listing *listing, const char *key)
{
    for (size_t i = 0; i < listing->named.count; i++)
        if (listing->named.items[i].message.value == listing->last->id.value &&
            strcmp(listing->named.items[i].address_key, key) == 0)
            return &listing->named.items[i];
    return NULL;
}

static void add(Listing *listing, const Participant *participant)
{
    const MessageRecipient *named = listing->last ? named_as(listing, participant->address_key) : NULL;
    bool wrote =
        listing->last && listing->last->direction == MESSAGE_IN &&
        strcmp(contact_key_of_email(listing->arena, listing->last->sender_address), participant->address_key) == 0;
    listing->list.items[listing->list.count++] = (Correspondent){.address = participant->address,
                                                                 .address_key = participant->address_key,
                                                                 .name = participant->name,
                                                                 .in_copy = !wrote && !(named && !named->in_copy),
                                                                 .confirmed = participant->confirmed,
                                                                 .chosen = participant->confirmed && (wrote || named)};
}

CorrespondentList recipient_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    ParticipantList participants = participant_list(tx, arena, ticket);
    MessageList messages = message_list(tx, arena, ticket);
    Listing listing = {tx, arena, last_addressed(&messages), message_recipient_list(tx, arena, ticket), {0}};
    const Participant *first = ticket_recipient(&participants, &messages);
    if (!first)
        return listing.list;
    listing.list.items = ARENA_ARRAY(arena, Correspondent, participants.count);
    add(&listing, first);
    listing.list.items[0].chosen = true;
    listing.list.items[0].in_copy = false;
    for (size_t i = 0; i < participants.count; i++) {
        const Participant *participant = &participants.items[i];
        bool mail = participant->kind == CONTACT_EMAIL || participant->kind == CONTACT_PEC;
        if (participant != first && mail && !is_ours(tx, arena, participant->address_key))
            add(&listing, participant);
    }
    return listing.list;
}

/* ---------------------------------------------------------------------------------------------------------- choosing */

typedef struct Choosing {
    StoreTx *tx;
    Arena *arena;
    TicketId ticket;
    CorrespondentList list; /* with room for those added */
    Actor actor;
    TimeMs now;
    InputError *refused;
} Choosing;

static bool refuse(Choosing *choosing, const char *key, const char *shown)
{
    *choosing->refused = (InputError){"cc", key, shown};
    return false;
}

static Correspondent *find(const Choosing *choosing, const char *key)
{
    for (size_t i = 0; i < choosing->list.count; i++)
        if (strcmp(choosing->list.items[i].address_key, key) == 0)
            return &choosing->list.items[i];
    return NULL;
}

static void note(const Choosing *choosing, const char *action)
{
    audit_add(choosing->tx,
              &(AuditEntry){choosing->now, choosing->actor, action, "ticket", choosing->ticket.value, NULL});
}

static void choose(Choosing *choosing, Correspondent *one)
{
    one->chosen = true;
    if (one->confirmed)
        return;
    one->confirmed = true;
    participant_confirm(choosing->tx, choosing->ticket, one->address_key);
    note(choosing, "participant.confirm");
}

static bool choose_ticked(Choosing *choosing, const RecipientChoice *choice)
{
    for (size_t i = 1; i < choosing->list.count; i++)
        choosing->list.items[i].chosen = false;
    for (size_t i = 0; i < choice->key_count; i++) {
        Correspondent *one = find(choosing, choice->keys[i]);
        if (!one)
            return refuse(choosing, "ticket.error.copy_gone", choice->keys[i]);
        choose(choosing, one);
    }
    return true;
}

static bool add_typed(Choosing *choosing, const char *typed)
{
    EmailAddress address;
    if (email_address_parse(typed, &address) != IDENTITY_OK)
        return refuse(choosing, "ticket.error.copy_address", typed);
    const char *text = arena_strdup(choosing->arena, address.text);
    const char *key = contact_key_of_email(choosing->arena, text);
    Correspondent *one = find(choosing, key);
    if (one) {
        choose(choosing, one);
        return true;
    }
    if (is_ours(choosing->tx, choosing->arena, key))
        return refuse(choosing, "ticket.error.copy_own", typed);
    participant_add(choosing->tx, choosing->ticket, &(Participant){CONTACT_EMAIL, text, key, "", .confirmed = true});
    note(choosing, "participant.add");
    choosing->list.items[choosing->list.count++] =
        (Correspondent){text, key, "", .in_copy = true, .confirmed = true, .chosen = true};
    return true;
}

static bool choose_typed(Choosing *choosing, const char *added)
{
    g_auto(GStrv) words = g_strsplit_set(added ? added : "", ",; \t\r\n", -1);
    guint count = g_strv_length(words);
    size_t room = choosing->list.count + MIN(count, (guint)RECIPIENTS_MAX + 1);
    Correspondent *items = ARENA_ARRAY(choosing->arena, Correspondent, room);
    memcpy(items, choosing->list.items, choosing->list.count * sizeof *items);
    choosing->list.items = items;
    for (guint i = 0; i < count; i++) {
        const char *word = arena_strdup(choosing->arena, words[i]);
        if (choosing->list.count == room && *word)
            return refuse(choosing, "ticket.error.copy_many", NULL);
        if (*word && !add_typed(choosing, word))
            return false;
    }
    return true;
}

static void fill(const Choosing *choosing, Answer *answer)
{
    const CorrespondentList *list = &choosing->list;
    OutgoingAddress *to = ARENA_ARRAY(choosing->arena, OutgoingAddress, list->count);
    OutgoingAddress *cc = ARENA_ARRAY(choosing->arena, OutgoingAddress, list->count);
    answer->to_count = answer->cc_count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const Correspondent *one = &list->items[i];
        OutgoingAddress address = {one->address, one->name};
        if (one->chosen && one->in_copy)
            cc[answer->cc_count++] = address;
        else if (one->chosen)
            to[answer->to_count++] = address;
    }
    answer->to = to;
    answer->cc = cc;
    answer->recipient_key = list->items[0].address_key;
}

bool recipient_choose(StoreTx *tx, Arena *arena, const RecipientChoice *choice, Actor actor, TimeMs now, Answer *answer,
                      InputError *refused_out)
{
    Choosing choosing = {tx, arena, answer->ticket, recipient_list(tx, arena, answer->ticket), actor, now, refused_out};
    answer->to_count = answer->cc_count = 0;
    if (!choosing.list.count)
        return true;
    if (choice->given && (!choose_ticked(&choosing, choice) || !choose_typed(&choosing, choice->added)))
        return false;
    fill(&choosing, answer);
    if (answer->to_count + answer->cc_count > RECIPIENTS_MAX)
        return refuse(&choosing, "ticket.error.copy_many", NULL);
    return true;
}
