/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: moves messages to a request of their own. How: the new ticket is opened as if they had just come, then each
 * message's row and words go over, and both tickets say so in their history. Why the message moves and is not copied: a
 * Message-ID must lead to one request, and so must the evidence of a certified letter.
 */
#include "desk/intake/split.h"

#include "base/text.h"
#include "desk/notice/notice.h"
#include "desk/party/party.h"
#include "desk/receipt/receipt.h"
#include "desk/ticket/action.h"
#include "intake_sql.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------------------- subjects */

/* The length of "Re:", "R:", "I:", "Fwd:" … at the start, or 0. */
static size_t prefix_size(const char *subject)
{
    static const char *const prefixes[] = {"re", "r", "fwd", "fw", "i", "rif", "aw", "wg", "tr", "ris"};
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        size_t length = strlen(prefixes[i]);
        if (g_ascii_strncasecmp(subject, prefixes[i], length) != 0)
            continue;
        length += strspn(subject + length, " ");
        if (subject[length] == ':')
            return length + 1;
    }
    return 0;
}

/* "[#10001]" at that place, or 0. */
static size_t number_size(const char *at)
{
    size_t digits = at[0] == '[' && at[1] == '#' ? strspn(at + 2, "0123456789") : 0;
    return digits && at[2 + digits] == ']' ? digits + 3 : 0;
}

static char *without_numbers(Arena *arena, const char *subject)
{
    g_autoptr(GString) out = g_string_new(NULL);
    while (*subject) {
        size_t number = number_size(subject);
        if (number)
            subject += number;
        else
            g_string_append_c(out, *subject++);
    }
    return text_clean_line(arena, bytes_of(out->str));
}

const char *subject_bare(Arena *arena, const char *subject)
{
    const char *bare = without_numbers(arena, subject);
    for (size_t size; (size = prefix_size(bare));)
        bare = text_trim(arena, bare + size);
    return bare;
}

/* ---------------------------------------------------------------------------------------------------------------- signs */

static bool is_robots(const Message *message)
{
    return message->flags & (MESSAGE_AUTO_REPLY | MESSAGE_DELIVERY_REPORT);
}

/* The last one before that was said to or by the customer, or NULL. */
static const Message *said_before(const MessageList *messages, size_t at)
{
    while (at-- > 0)
        if (messages->items[at].direction != MESSAGE_NOTE && !is_robots(&messages->items[at]))
            return &messages->items[at];
    return NULL;
}

bool split_may(const MessageList *messages, size_t at)
{
    return messages->items[at].direction == MESSAGE_IN && said_before(messages, at);
}

static bool is_same_subject(Arena *arena, const char *a, const char *b)
{
    return strcmp(text_sort_key(arena, subject_bare(arena, a)), text_sort_key(arena, subject_bare(arena, b))) == 0;
}

/* A number of ours in it says that it answers; so does having none at all. */
static bool has_new_subject(Arena *arena, const Ticket *ticket, const MessageList *messages, size_t at)
{
    const char *subject = messages->items[at].subject;
    bool numbered = strstr(subject, arena_printf(arena, "[#%" G_GINT64_FORMAT "]", ticket->id.value)) != NULL;
    if (numbered || !*subject_bare(arena, subject) || is_same_subject(arena, subject, ticket->subject))
        return false;
    for (size_t i = 0; i < at; i++)
        if (messages->items[i].direction != MESSAGE_NOTE && is_same_subject(arena, subject, messages->items[i].subject))
            return false;
    return true;
}

static bool opened_again(const TicketEventHistory *events, MessageId message)
{
    for (size_t i = 0; i + 1 < events->count; i++) {
        const TicketEvent *event = &events->items[i].event;
        if (event->kind == EVENT_MESSAGE_IN && event->change.value[FIELD_MESSAGE] == message.value)
            return events->items[i + 1].event.kind == EVENT_REOPENED;
    }
    return false;
}

SplitSign split_sign(Arena *arena, const Ticket *ticket, const MessageList *messages, size_t at,
                     const TicketEventHistory *events, TimeMs silence)
{
    const Message *message = &messages->items[at], *before = said_before(messages, at);
    if (!split_may(messages, at) || is_robots(message) || message->author.kind != ACTOR_CUSTOMER)
        return SPLIT_NO_SIGN;
    if (message->external_id && has_new_subject(arena, ticket, messages, at))
        return SPLIT_SUBJECT;
    /* Who was asked something may take as long as they like, but for what had been solved meanwhile. */
    bool unasked = before->direction == MESSAGE_IN || opened_again(events, message->id);
    return unasked && message->at - before->at > silence ? SPLIT_SILENCE : SPLIT_NO_SIGN;
}

/* ------------------------------------------------------------------------------------------------------------ splitting */

typedef struct Split {
    StoreTx *tx;
    Arena *arena;
    const Splitting *splitting;
    Actor actor;
    TimeMs now;
    TicketEdit from;
    MessageList messages; /* of the old one */
    Message *chosen;      /* in their order */
    size_t chosen_count;
    TicketId fresh;
    InputError *refused;
} Split;

static bool refuse(Split *split, const char *key)
{
    *split->refused = (InputError){"messages", key, NULL};
    return false;
}

static bool begin(Split *split)
{
    const Splitting *splitting = split->splitting;
    bool begun = splitting->version ? ticket_edit_begin_at(&split->from, split->tx, split->arena, splitting->ticket,
                                                           splitting->version, split->actor, split->now)
                                    : ticket_edit_begin(&split->from, split->tx, split->arena, splitting->ticket,
                                                        split->actor, split->now);
    if (!begun)
        *split->refused = split->from.refused;
    return begun;
}

static bool is_wanted(const Split *split, MessageId id)
{
    for (size_t i = 0; i < split->splitting->message_count; i++)
        if (split->splitting->messages[i].value == id.value)
            return true;
    return false;
}

static size_t count_wanted(const Split *split)
{
    size_t different = 0;
    for (size_t i = 0; i < split->splitting->message_count; i++) {
        bool again = false;
        for (size_t j = 0; j < i; j++)
            again = again || split->splitting->messages[j].value == split->splitting->messages[i].value;
        different += !again;
    }
    return different;
}

static bool choose(Split *split)
{
    split->messages = message_list(split->tx, split->arena, split->splitting->ticket);
    split->chosen = ARENA_ARRAY(split->arena, Message, split->messages.count);
    for (size_t i = 0; i < split->messages.count; i++) {
        if (!is_wanted(split, split->messages.items[i].id))
            continue;
        if (split->messages.items[i].direction == MESSAGE_IN && !said_before(&split->messages, i))
            return refuse(split, "ticket.error.split_first");
        if (!split_may(&split->messages, i))
            return refuse(split, "ticket.error.split_gone");
        split->chosen[split->chosen_count++] = split->messages.items[i];
    }
    if (split->chosen_count < count_wanted(split))
        return refuse(split, "ticket.error.split_gone");
    return split->chosen_count || refuse(split, "ticket.error.split_none");
}

/* The old one's customer, when the message is from somebody who takes part there; else whoever has that address. */
static PartyMatch customer_of(Split *split, const ParticipantList *who)
{
    const TicketProjection *old = &split->from.ticket.now;
    const char *key = contact_key_of_email(split->arena, split->chosen[0].sender_address);
    PartyMatch match = {{old->contact_id}, {old->party_id}};
    if (*key && !participant_is_confirmed(who, key) && !party_find_by_contact(split->tx, split->arena, key, &match))
        match = (PartyMatch){{0}, {0}};
    return match;
}

static const char *subject_of(const Split *split)
{
    const char *wanted = split->splitting->subject ? split->splitting->subject : "";
    const char *own = subject_bare(split->arena, split->chosen[0].subject);
    return !text_is_blank(wanted) ? wanted : *own ? own : subject_bare(split->arena, split->from.ticket.subject);
}

static void open_fresh(Split *split, const ParticipantList *who)
{
    const Ticket *old = &split->from.ticket;
    PartyMatch match = customer_of(split, who);
    split->fresh = ticket_open(split->tx, split->arena,
                               &(TicketOpening){
                                   .channel = split->chosen[0].channel,
                                   .subject = subject_of(split),
                                   .language = old->language,
                                   .received_at = split->chosen[0].at,
                                   .next_update_at = split->splitting->next_update_at,
                                   .kind = KIND_UNKNOWN,
                                   .party = match.customer,
                                   .contact = match.contact,
                                   .team = old->now.team_id ? (TeamId){old->now.team_id} : split->splitting->team,
                               },
                               split->actor, split->now);
    ticket_link(split->tx, split->fresh, old->id, LINK_FOLLOWS, split->now);
}

static const Participant *participant_of(const ParticipantList *who, const char *key)
{
    for (size_t i = 0; i < who->count; i++)
        if (strcmp(who->items[i].address_key, key) == 0)
            return &who->items[i];
    return NULL;
}

/* A person made it a request: who wrote it is answered. */
static void add_writer(Split *split, const ParticipantList *who, const Message *message)
{
    const char *key = contact_key_of_email(split->arena, message->sender_address);
    const Participant *known = participant_of(who, key);
    Participant writer = {.kind = known ? known->kind : CONTACT_EMAIL,
                          .address = message->sender_address,
                          .address_key = key,
                          .name = message->sender_name,
                          .confirmed = true};
    if (strchr(key, '@') || known)
        participant_add(split->tx, split->fresh, &writer);
}

static void add_named(Split *split, const ParticipantList *who, const Message *message)
{
    MessageRecipientList named = message_recipient_list(split->tx, split->arena, split->splitting->ticket);
    for (size_t i = 0; i < named.count; i++) {
        const Participant *known = participant_of(who, named.items[i].address_key);
        if (named.items[i].message.value == message->id.value && known)
            participant_add(split->tx, split->fresh, known);
    }
}

static void move(Split *split, const Message *message)
{
    Message moved = *message;
    moved.language = split->from.ticket.language;
    message_move(split->tx, &moved, split->fresh);
    sql_inbound_set_ticket(split->tx, &(SqlInboundSetTicketIn){message->id, split->fresh});
    notice_follow(split->tx, message->id, split->fresh);
    receipt_follow(split->tx, message->id, split->fresh);
}

static TicketChange change_of(const Split *split, TicketId other)
{
    TicketChange change = {0};
    change_set(&change, FIELD_OTHER_TICKET, other.value);
    change_set(&change, FIELD_MESSAGE, split->chosen[0].id.value);
    return change;
}

static bool tell_fresh(Split *split)
{
    TicketEdit edit;
    TicketChange from = change_of(split, split->splitting->ticket);
    if (!ticket_edit_begin(&edit, split->tx, split->arena, split->fresh, split->actor, split->now))
        return false;
    for (size_t i = 0; i < split->chosen_count; i++)
        ticket_note_inbound(&edit, &(InboundNote){split->chosen[i].id, split->chosen[i].at, false, 0, 0});
    ticket_edit_event(&edit, EVENT_LINKED, &from, split->now);
    return ticket_edit_end(&edit);
}

static bool tell_old(Split *split)
{
    TicketChange to = change_of(split, split->fresh);
    ticket_edit_event(&split->from, EVENT_LINKED, &to, split->now);
    return ticket_edit_end(&split->from);
}

bool ticket_split(StoreTx *tx, Arena *arena, const Splitting *splitting, Actor actor, TimeMs now, TicketId *fresh_out,
                  InputError *refused_out)
{
    Split split = {
        .tx = tx, .arena = arena, .splitting = splitting, .actor = actor, .now = now, .refused = refused_out};
    *refused_out = (InputError){0};
    if (!begin(&split) || !choose(&split))
        return false;
    ParticipantList who = participant_list(tx, arena, splitting->ticket);
    open_fresh(&split, &who);
    for (size_t i = 0; i < split.chosen_count; i++) {
        add_writer(&split, &who, &split.chosen[i]);
        add_named(&split, &who, &split.chosen[i]);
        move(&split, &split.chosen[i]);
    }
    *fresh_out = split.fresh;
    return tell_fresh(&split) && tell_old(&split);
}
