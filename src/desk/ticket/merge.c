/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: joins requests. How: three edits in one transaction: the duplicate's, the master's, and one for each request that
 * had been joined to the duplicate before. Why no message moves: its ticket's events name it, and a request joined by
 * mistake must come apart again as it was.
 */
#include "desk/ticket/merge.h"

#include "base/text.h"
#include "desk/ticket/action.h"
#include "ticket_sql.h"

typedef struct Merge {
    StoreTx *tx;
    Arena *arena;
    const Merging *merging;
    Actor actor;
    TimeMs now;
    TicketEdit from, into;
    InputError *refused;
} Merge;

static bool refuse(Merge *merge, const char *field, const char *key)
{
    *merge->refused = (InputError){field, key, NULL};
    return false;
}

TicketIdList ticket_list_merged(StoreTx *tx, Arena *arena, TicketId master)
{
    SqlTicketMergedList rows = sql_ticket_merged(tx, arena, &(SqlTicketMergedIn){master});
    TicketIdList list = {ARENA_ARRAY(arena, TicketId, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = rows.rows[i].ticket_id;
    return list;
}

bool ticket_same_customer(const Ticket *a, const Ticket *b)
{
    return a->now.party_id && a->now.party_id == b->now.party_id && a->now.contact_id == b->now.contact_id;
}

/* Nobody on file yet is nobody else's. */
static bool customers_differ(const Ticket *a, const Ticket *b)
{
    return a->now.party_id && b->now.party_id && a->now.party_id != b->now.party_id;
}

static bool is_set_aside(TicketState state)
{
    return state == TICKET_SPAM || state == TICKET_CANCELLED || state == TICKET_NOT_OURS;
}

static bool may_merge(Merge *merge)
{
    const Ticket *from = &merge->from.ticket, *into = &merge->into.ticket;
    if (from->id.value == into->id.value)
        return refuse(merge, "into", "ticket.error.merge_itself");
    if (into->now.state == TICKET_DUPLICATE)
        return refuse(merge, "into", "ticket.error.merge_merged");
    if (is_set_aside((TicketState)into->now.state))
        return refuse(merge, "into", "ticket.error.merge_set_aside");
    if (customers_differ(from, into) && !merge->merging->other_customer)
        return refuse(merge, "other_customer", "ticket.error.merge_other_customer");
    return true;
}

static bool begin(Merge *merge)
{
    const Merging *merging = merge->merging;
    bool begun = merging->version ? ticket_edit_begin_at(&merge->from, merge->tx, merge->arena, merging->from,
                                                         merging->version, merge->actor, merge->now)
                                  : ticket_edit_begin(&merge->from, merge->tx, merge->arena, merging->from,
                                                      merge->actor, merge->now);
    if (!begun) {
        *merge->refused = merge->from.refused;
        return false;
    }
    if (!merging->into.value ||
        !ticket_edit_begin(&merge->into, merge->tx, merge->arena, merging->into, merge->actor, merge->now))
        return refuse(merge, "into", store_tx_failed(merge->tx) ? NULL : "ticket.error.no_master");
    return may_merge(merge);
}

static void set_if_unknown(TicketChange *change, TicketField field, int64_t known, int64_t other)
{
    if (!known && other)
        change_set(change, field, other);
}

/* What the master takes over: the earliest arrival, the complaint, the nearer promise, and what it did not know. */
static bool give_to_master(Merge *merge)
{
    const TicketProjection *from = &merge->from.ticket.now, *into = &merge->into.ticket.now;
    TicketChange change = {0};
    change_set(&change, FIELD_OTHER_TICKET, merge->from.ticket.id.value);
    if (from->received_at < into->received_at)
        change_set(&change, FIELD_RECEIVED_AT, from->received_at);
    if (from->complaint && !into->complaint)
        change_set(&change, FIELD_COMPLAINT, 1);
    if (into->next_update_at && from->next_update_at && from->next_update_at < into->next_update_at)
        change_set(&change, FIELD_NEXT_UPDATE_AT, from->next_update_at);
    set_if_unknown(&change, FIELD_OCCURRED_AT, into->occurred_at, from->occurred_at);
    set_if_unknown(&change, FIELD_PARTY, into->party_id, from->party_id);
    set_if_unknown(&change, FIELD_CONTACT, into->contact_id, into->party_id ? 0 : from->contact_id);
    ticket_edit_event(&merge->into, EVENT_MERGED, &change, merge->now);
    ParticipantList who = participant_list(merge->tx, merge->arena, merge->from.ticket.id);
    for (size_t i = 0; i < who.count; i++)
        participant_add(merge->tx, merge->into.ticket.id, &who.items[i]);
    return ticket_edit_end(&merge->into);
}

/* What had been joined to the duplicate is the master's now. */
static bool take_along(Merge *merge)
{
    TicketIdList merged = ticket_list_merged(merge->tx, merge->arena, merge->from.ticket.id);
    TicketChange change = {0};
    change_set(&change, FIELD_MASTER, merge->into.ticket.id.value);
    for (size_t i = 0; i < merged.count; i++) {
        TicketEdit edit;
        if (!ticket_edit_begin(&edit, merge->tx, merge->arena, merged.items[i], merge->actor, merge->now))
            return false;
        ticket_edit_event(&edit, EVENT_LINKED, &change, merge->now);
        ticket_link(merge->tx, merged.items[i], merge->into.ticket.id, LINK_DUPLICATE, merge->now);
        if (!ticket_edit_end(&edit))
            return false;
    }
    return true;
}

bool ticket_merge(StoreTx *tx, Arena *arena, const Merging *merging, Actor actor, TimeMs now, InputError *refused_out)
{
    Merge merge = {.tx = tx, .arena = arena, .merging = merging, .actor = actor, .now = now, .refused = refused_out};
    *refused_out = (InputError){0};
    if (!begin(&merge) || !give_to_master(&merge) || !take_along(&merge))
        return false;
    ActionInput input = {.master = merging->into, .note = merging->note};
    if (!ticket_act(&merge.from, TICKET_MARK_DUPLICATE, &input)) {
        *refused_out = merge.from.refused;
        return false;
    }
    return ticket_edit_end(&merge.from);
}

static bool note_link(StoreTx *tx, Arena *arena, TicketId ticket, TicketId other, Actor actor, TimeMs now,
                      InputError *refused_out)
{
    TicketEdit edit;
    TicketChange change = {0};
    change_set(&change, FIELD_OTHER_TICKET, other.value);
    if (!ticket_edit_begin(&edit, tx, arena, ticket, actor, now)) {
        *refused_out = edit.refused;
        return false;
    }
    ticket_edit_event(&edit, EVENT_LINKED, &change, now);
    return ticket_edit_end(&edit);
}

bool ticket_link_related(StoreTx *tx, Arena *arena, TicketId ticket, TicketId other, Actor actor, TimeMs now,
                         InputError *refused_out)
{
    Ticket found;
    *refused_out = (InputError){0};
    if (ticket.value == other.value) {
        *refused_out = (InputError){"other", "ticket.error.merge_itself", NULL};
        return false;
    }
    if (!ticket_find(tx, arena, other, &found)) {
        *refused_out = (InputError){"other", store_tx_failed(tx) ? NULL : "ticket.error.no_other", NULL};
        return false;
    }
    ticket_link(tx, ticket, other, LINK_RELATED, now);
    return note_link(tx, arena, ticket, other, actor, now, refused_out) &&
           note_link(tx, arena, other, ticket, actor, now, refused_out);
}

/* -------------------------------------------------------------------------------------------------------- and back */

/* When it arrived itself, as is known by now, whatever it took over from others. */
static TimeMs own_arrival(StoreTx *tx, Arena *arena, TicketId id, TimeMs otherwise)
{
    TicketEventHistory history = ticket_event_history(tx, arena, id);
    TimeMs own = otherwise;
    for (size_t i = 0; i < history.count; i++) {
        const TicketEvent *event = &history.items[i].event;
        bool says = change_has(&event->change, FIELD_RECEIVED_AT);
        if (says && event->kind != EVENT_MERGED && event->kind != EVENT_LINKED)
            own = event->change.value[FIELD_RECEIVED_AT];
    }
    return own;
}

/* The master's arrival without this one: its own, or that of what is still joined to it. */
static bool take_from_master(StoreTx *tx, Arena *arena, TicketId master, TicketId leaves, Actor actor, TimeMs now)
{
    TicketEdit edit;
    if (!ticket_edit_begin(&edit, tx, arena, master, actor, now))
        return false;
    TimeMs arrival = own_arrival(tx, arena, master, edit.ticket.now.received_at);
    TicketIdList merged = ticket_list_merged(tx, arena, master);
    for (size_t i = 0; i < merged.count; i++) {
        Ticket other;
        if (merged.items[i].value != leaves.value && ticket_find(tx, arena, merged.items[i], &other))
            arrival = MIN(arrival, other.now.received_at);
    }
    TicketChange change = {0};
    change_set(&change, FIELD_OTHER_TICKET, leaves.value);
    if (arrival != edit.ticket.now.received_at)
        change_set(&change, FIELD_RECEIVED_AT, arrival);
    ticket_edit_event(&edit, EVENT_LINKED, &change, now);
    ticket_unlink(tx, leaves, master, LINK_DUPLICATE);
    return ticket_edit_end(&edit);
}

bool ticket_restore(StoreTx *tx, Arena *arena, const Restoring *restoring, Actor actor, TimeMs now,
                    InputError *refused_out)
{
    TicketEdit edit;
    *refused_out = (InputError){0};
    bool begun = restoring->version
                     ? ticket_edit_begin_at(&edit, tx, arena, restoring->ticket, restoring->version, actor, now)
                     : ticket_edit_begin(&edit, tx, arena, restoring->ticket, actor, now);
    TicketId master = {begun ? edit.ticket.now.master_id : 0};
    bool has_team = begun && edit.ticket.now.team_id;
    ActionInput input = {.note = restoring->note,
                         .next_update_at = restoring->next_update_at,
                         .team = has_team ? (TeamId){0} : restoring->team};
    if (!begun || !ticket_act(&edit, TICKET_RESTORE, &input)) {
        *refused_out = edit.refused;
        return false;
    }
    return ticket_edit_end(&edit) &&
           (!master.value || take_from_master(tx, arena, master, restoring->ticket, actor, now));
}
