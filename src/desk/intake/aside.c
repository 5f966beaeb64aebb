/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/aside.h"

#include "aside_sql.h"
#include "base/text.h"
#include "desk/party/identity.h"
#include "desk/party/party.h"
#include "desk/ticket/action.h"
#include "desk/ticket/message.h"

#include <string.h>

/* ------------------------------------------------------------------------------------------------------------- senders */

static const char *domain_of(const char *address_key)
{
    const char *at = strrchr(address_key, '@');
    return at ? at : "";
}

bool aside_has_rule(StoreTx *tx, Arena *arena, const char *address_key)
{
    return *address_key &&
           sql_sender_rule_find(tx, arena, &(SqlSenderRuleFindIn){address_key, domain_of(address_key)}).count > 0;
}

bool aside_is_known(StoreTx *tx, Arena *arena, PartyId customer, TicketId besides)
{
    SqlAsideRealRequest row;
    return customer.value && sql_aside_real_request(tx, arena, &(SqlAsideRealRequestIn){customer, besides}, &row);
}

/* Who wrote the request: the sender of its first message, when that is an address; "" else, and where a customer's address
 * was only typed: who does that must not have the customer's own mail put aside, nor brought back. */
static const char *sender_of(StoreTx *tx, Arena *arena, TicketId ticket)
{
    MessageList list = message_list(tx, arena, ticket);
    if (message_list_unproved(&list))
        return "";
    for (size_t i = 0; i < list.count; i++)
        if (list.items[i].direction == MESSAGE_IN && strchr(list.items[i].sender_address, '@'))
            return contact_key_of_email(arena, list.items[i].sender_address);
    return "";
}

static StaffId staff_of(Actor actor)
{
    return (StaffId){actor.kind == ACTOR_STAFF ? actor.id : 0};
}

/* --------------------------------------------------------------------------------------------------------------- aside */

static bool begin(TicketEdit *edit, StoreTx *tx, Arena *arena, TicketId ticket, int64_t version, Actor actor,
                  TimeMs now)
{
    return version ? ticket_edit_begin_at(edit, tx, arena, ticket, version, actor, now)
                   : ticket_edit_begin(edit, tx, arena, ticket, actor, now);
}

bool aside_put(StoreTx *tx, Arena *arena, const AsidePut *put, Actor actor, TimeMs now, InputError *refused_out)
{
    TicketEdit edit;
    *refused_out = (InputError){0};
    if (!begin(&edit, tx, arena, put->ticket, put->version, actor, now) ||
        !ticket_act(&edit, TICKET_MARK_SPAM, &(ActionInput){0})) {
        *refused_out = edit.refused;
        return false;
    }
    const char *sender = sender_of(tx, arena, put->ticket);
    bool known = aside_is_known(tx, arena, (PartyId){edit.ticket.now.party_id}, put->ticket);
    if (*sender && (!known || put->learn_known))
        sql_sender_rule_insert(tx, &(SqlSenderRuleInsertIn){sender, put->ticket, staff_of(actor), now});
    return ticket_edit_end(&edit);
}

/* How it stood before it was put aside for the last time. */
static TicketProjection before_aside(StoreTx *tx, Arena *arena, TicketId ticket)
{
    TicketEventHistory history = ticket_event_history(tx, arena, ticket);
    TicketProjection fold = projection_empty(), before = fold;
    for (size_t i = 0; i < history.count; i++) {
        TicketProjection earlier = fold;
        projection_apply(&fold, &history.items[i].event);
        if (fold.state == TICKET_SPAM && earlier.state != TICKET_SPAM)
            before = earlier;
    }
    return before;
}

/* From the queue on to where it was; every step is one the table allows. */
static bool go_on(TicketEdit *edit, const TicketProjection *before)
{
    TeamId team = {before->team_id};
    if (before->state == TICKET_TRIAGED)
        return ticket_act(edit, TICKET_TRIAGE, &(ActionInput){.team = team});
    if (!before->owner_id)
        return true;
    return ticket_act(edit, TICKET_ASSIGN, &(ActionInput){.team = team, .owner = {before->owner_id}}) &&
           (before->state != TICKET_IN_PROGRESS || ticket_act(edit, TICKET_START, &(ActionInput){0}));
}

void aside_forget(StoreTx *tx, Arena *arena, TicketId ticket)
{
    sql_sender_rule_forget(tx, &(SqlSenderRuleForgetIn){sender_of(tx, arena, ticket)});
}

bool aside_end(TicketEdit *edit, const AsideBack *back)
{
    const TicketProjection *now = &edit->ticket.now;
    TicketProjection before = before_aside(edit->tx, edit->arena, edit->ticket.id);
    bool promise_stands = before.next_update_at > edit->now;
    ActionInput input = {.taken_back = true,
                         .team = {now->team_id ? 0 : back->team.value},
                         .next_update_at = promise_stands ? before.next_update_at : back->next_update_at};
    if (now->state != TICKET_SPAM) {
        edit->refused = (InputError){"action", "ticket.error.transition", ticket_state_text((TicketState)now->state)};
        return false;
    }
    return ticket_act(edit, TICKET_RESTORE, &input) && go_on(edit, &before);
}

bool aside_take_back(StoreTx *tx, Arena *arena, const AsideBack *back, Actor actor, TimeMs now, InputError *refused_out)
{
    TicketEdit edit;
    *refused_out = (InputError){0};
    if (!begin(&edit, tx, arena, back->ticket, back->version, actor, now) || !aside_end(&edit, back)) {
        *refused_out = edit.refused;
        return false;
    }
    aside_forget(tx, arena, back->ticket);
    return ticket_edit_end(&edit);
}

/* -------------------------------------------------------------------------------------------------------------- several */

/* Does it lie aside now? false with *gone_out: there is no such request. */
static bool lies_aside(StoreTx *tx, Arena *arena, TicketId id, bool *gone_out)
{
    Ticket ticket;
    *gone_out = !ticket_find(tx, arena, id, &ticket);
    return !*gone_out && ticket.now.state == TICKET_SPAM;
}

AsideResult aside_put_one(StoreTx *tx, Arena *arena, const AsidePut *put, Actor actor, TimeMs now)
{
    bool gone;
    AsideResult result = {.ticket = put->ticket};
    if (lies_aside(tx, arena, put->ticket, &gone))
        result.outcome = ASIDE_ALREADY;
    else if (!aside_put(tx, arena, put, actor, now, &result.refused))
        result.outcome = ASIDE_LEFT;
    return result;
}

AsideResult aside_take_back_one(StoreTx *tx, Arena *arena, const AsideBack *back, Actor actor, TimeMs now)
{
    bool gone;
    AsideResult result = {.ticket = back->ticket};
    if (!lies_aside(tx, arena, back->ticket, &gone) && !gone)
        result.outcome = ASIDE_ALREADY;
    else if (!aside_take_back(tx, arena, back, actor, now, &result.refused))
        result.outcome = ASIDE_LEFT;
    return result;
}

bool aside_may_put(TicketState state)
{
    return transition_find(state, TICKET_MARK_SPAM) != NULL;
}

static bool parse_ticket(const char *word, AsidePut *put_out)
{
    gint64 id = 0, version = 0;
    g_auto(GStrv) parts = g_strsplit(word, ".", 2);
    *put_out = (AsidePut){0};
    if (!parts[0] || !g_ascii_string_to_signed(g_strstrip(parts[0]), 10, 1, INT64_MAX, &id, NULL) ||
        (parts[1] && !g_ascii_string_to_signed(g_strstrip(parts[1]), 10, 1, INT64_MAX, &version, NULL)))
        return false;
    *put_out = (AsidePut){.ticket = {id}, .version = version};
    return true;
}

bool aside_parse_tickets(Arena *arena, const char *text, AsidePut **puts_out, size_t *count_out)
{
    g_auto(GStrv) words = g_strsplit_set(text, "-,", ASIDE_MANY_MAX + 1);
    size_t count = g_strv_length(words);
    *puts_out = ARENA_ARRAY(arena, AsidePut, count);
    *count_out = 0;
    if (count > ASIDE_MANY_MAX)
        return false;
    for (; *count_out < count; (*count_out)++)
        if (!parse_ticket(words[*count_out], &(*puts_out)[*count_out]))
            return false;
    return true;
}

AsideList aside_list(StoreTx *tx, Arena *arena, TicketId before, int64_t how_many)
{
    TicketId from = before.value ? before : (TicketId){INT64_MAX};
    SqlAsideTicketsList rows = sql_aside_tickets(tx, arena, &(SqlAsideTicketsIn){from, how_many});
    AsideList list = {ARENA_ARRAY(arena, AsideTicket, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] =
            (AsideTicket){rows.rows[i].ticket_id, rows.rows[i].subject, rows.rows[i].received_at, rows.rows[i].version};
    return list;
}

/* --------------------------------------------------------------------------------------------------------------- rules */

SenderRuleList sender_rule_list(StoreTx *tx, Arena *arena, int64_t how_many)
{
    SqlSenderRulePageList rows = sql_sender_rule_page(tx, arena, &(SqlSenderRulePageIn){how_many});
    SenderRuleList list = {ARENA_ARRAY(arena, SenderRule, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (SenderRule){rows.rows[i].sender_rule_id, rows.rows[i].pattern, rows.rows[i].at};
    return list;
}

bool sender_rule_add_domain(StoreTx *tx, Arena *arena, const char *typed, Actor actor, TimeMs now,
                            InputError *refused_out, const char **pattern_out)
{
    EmailAddress address;
    const char *domain = text_trim(arena, typed);
    const char *bare = *domain == '@' ? domain + 1 : domain;
    if (email_address_parse(arena_printf(arena, "x@%s", bare), &address) != IDENTITY_OK) {
        *refused_out = (InputError){"domain", "aside.error.domain", NULL};
        return false;
    }
    const char *pattern = domain_of(contact_key_of_email(arena, address.text));
    bool added = sql_sender_rule_insert(tx, &(SqlSenderRuleInsertIn){pattern, {0}, staff_of(actor), now}) == 1;
    *pattern_out = added ? pattern : NULL;
    return true;
}

const char *sender_rule_remove(StoreTx *tx, Arena *arena, SenderRuleId id)
{
    SqlSenderRuleGet row;
    bool found = sql_sender_rule_get(tx, arena, &(SqlSenderRuleGetIn){id}, &row);
    return found && sql_sender_rule_delete(tx, &(SqlSenderRuleDeleteIn){id}) == 1 ? row.pattern : NULL;
}

const char *sender_rule_payload(Arena *arena, const char *pattern)
{
    char hash[SHA256_HEX_SIZE];
    bytes_sha256_hex(bytes_of(pattern), hash);
    return arena_printf(arena, "{\"pattern_sha256\":\"%s\"}", hash);
}
