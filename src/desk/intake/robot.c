/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What: the brake on automatic answers, and what is known of who writes. How: an answer that leaves is a row of
 * automatic_reply, one held back is counted in the address' one row of automatic_stop, both in the transaction of the
 * message that asked for it. Why a stop outlasts the hour: two robots that are let go again every hour write to each
 * other for ever, five mails at a time; a person who wrote six times in an hour misses nothing but acknowledgements.
 */
#include "desk/intake/robot.h"

#include "base/text.h"
#include "desk/party/party.h"
#include "desk/ticket/action.h"
#include "desk/ticket/message.h"
#include "robot_sql.h"

#include <string.h>

enum { ANSWERED_LOOKED_AT = 6, WORDS_LOOKED_AT = 20 };

/* ----------------------------------------------------------------------------------------------------------- the brake */

static bool find_row(StoreTx *tx, Arena *arena, const char *address_key, SqlAutomaticStopRow *row_out)
{
    return sql_automatic_stop_row(tx, arena, &(SqlAutomaticStopRowIn){address_key}, row_out);
}

static bool stands(const SqlAutomaticStopRow *row, TimeMs now)
{
    return row->stopped_at != TIME_NONE && now - row->last_at < TIME_DAY;
}

static int64_t count_sent(StoreTx *tx, Arena *arena, const char *address_key, TimeMs since)
{
    SqlAutomaticReplyCount row;
    return sql_automatic_reply_count(tx, arena, &(SqlAutomaticReplyCountIn){address_key, since}, &row) ? row.sent : 0;
}

/* Held back by the hour's limit alone: a stop when sent and held together are more than anybody is sent in an hour. */
static void hold(StoreTx *tx, const AutomaticAsk *ask, const SqlAutomaticStopRow *row, int64_t sent, TimeMs now)
{
    bool goes_on = row && row->stopped_at == TIME_NONE && now - row->last_at < TIME_HOUR;
    int64_t held = (goes_on ? row->held : 0) + 1;
    bool confirmed = ask->per_hour >= SENDER_AUTOMATIC_PER_HOUR;
    bool much = confirmed && sent + held > SENDER_AUTOMATIC_PER_HOUR;
    sql_automatic_stop_put(
        tx, &(SqlAutomaticStopPutIn){ask->address_key, STOP_TOO_MANY, ask->ticket, held, now, much ? now : TIME_NONE});
}

bool automatic_take(StoreTx *tx, Arena *arena, const AutomaticAsk *ask, TimeMs now)
{
    SqlAutomaticStopRow row;
    bool known = find_row(tx, arena, ask->address_key, &row);
    if (known && stands(&row, now)) {
        sql_automatic_stop_hold(tx, &(SqlAutomaticStopHoldIn){ask->address_key, now});
        return false;
    }
    TimeMs since = now - TIME_HOUR;
    int64_t sent = count_sent(tx, arena, ask->address_key, known ? MAX(since, row.lifted_at + 1) : since);
    if (sent >= ask->per_hour) {
        hold(tx, ask, known ? &row : NULL, sent, now);
        return false;
    }
    sql_automatic_reply_insert(tx, &(SqlAutomaticReplyInsertIn){ask->address_key, ask->ticket, now});
    return true;
}

void automatic_stop_now(StoreTx *tx, Arena *arena, const char *address_key, StopReason reason, TicketId ticket,
                        TimeMs now)
{
    SqlAutomaticStopRow row;
    if (find_row(tx, arena, address_key, &row) && stands(&row, now))
        sql_automatic_stop_hold(tx, &(SqlAutomaticStopHoldIn){address_key, now});
    else
        sql_automatic_stop_put(tx, &(SqlAutomaticStopPutIn){address_key, reason, ticket, 0, now, now});
}

bool automatic_stop_find(StoreTx *tx, Arena *arena, const char *address_key, TimeMs now, AutomaticStop *stop_out)
{
    SqlAutomaticStopRow row;
    if (!find_row(tx, arena, address_key, &row) || !stands(&row, now))
        return false;
    *stop_out = (AutomaticStop){address_key, row.reason, row.ticket_id, row.held, row.stopped_at, row.last_at};
    return true;
}

AutomaticStopList automatic_stop_list(StoreTx *tx, Arena *arena, int64_t how_many)
{
    SqlAutomaticStopUnseenList rows = sql_automatic_stop_unseen(tx, arena, &(SqlAutomaticStopUnseenIn){how_many});
    AutomaticStopList list = {ARENA_ARRAY(arena, AutomaticStop, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (AutomaticStop){rows.rows[i].address_key, rows.rows[i].reason,     rows.rows[i].ticket_id,
                                        rows.rows[i].held,        rows.rows[i].stopped_at, rows.rows[i].last_at};
    return list;
}

int64_t automatic_stop_count(StoreTx *tx, Arena *arena)
{
    SqlAutomaticStopCount row;
    return sql_automatic_stop_count(tx, arena, &row) ? row.waiting : 0;
}

bool automatic_stop_lift(StoreTx *tx, const char *address_key, TimeMs now)
{
    return sql_automatic_stop_lift(tx, &(SqlAutomaticStopLiftIn){address_key, now}) == 1;
}

bool automatic_stop_set_looked(StoreTx *tx, const char *address_key, TimeMs now)
{
    return sql_automatic_stop_look(tx, &(SqlAutomaticStopLookIn){address_key, now}) == 1;
}

AnsweredTickets automatic_list_answered(StoreTx *tx, Arena *arena, const char *address_key, TimeMs since,
                                        int64_t how_many)
{
    SqlAutomaticReplyTicketsList rows =
        sql_automatic_reply_tickets(tx, arena, &(SqlAutomaticReplyTicketsIn){address_key, since, how_many});
    AnsweredTickets list = {ARENA_ARRAY(arena, TicketId, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = rows.rows[i].ticket_id;
    return list;
}

/* ------------------------------------------------------------------------------------------------ the same words again */

/* Where to look: on the request it belongs to, on those answered by themselves today, on the one a stop began with. */
static AnsweredTickets places_of(StoreTx *tx, Arena *arena, const SameWords *same, TimeMs now)
{
    SqlAutomaticStopRow row;
    AnsweredTickets answered =
        automatic_list_answered(tx, arena, same->address_key, now - TIME_DAY, ANSWERED_LOOKED_AT);
    AnsweredTickets places = {ARENA_ARRAY(arena, TicketId, answered.count + 2), 0};
    if (same->ticket.value)
        places.items[places.count++] = same->ticket;
    if (find_row(tx, arena, same->address_key, &row) && row.ticket_id.value)
        places.items[places.count++] = row.ticket_id;
    for (size_t i = 0; i < answered.count; i++)
        places.items[places.count++] = answered.items[i];
    return places;
}

static bool was_before(const AnsweredTickets *places, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (places->items[i].value == places->items[at].value)
            return true;
    return false;
}

static int64_t count_in(StoreTx *tx, Arena *arena, const SameWords *same, TicketId ticket, TimeMs since)
{
    int64_t found = 0;
    SqlSenderWordsList rows = sql_sender_words(tx, arena, &(SqlSenderWordsIn){ticket, since, WORDS_LOOKED_AT});
    for (size_t i = 0; i < rows.count; i++) {
        const char *text = rows.rows[i].text;
        size_t all = strlen(text);
        size_t own = rows.rows[i].quoted_at.has ? MIN((size_t)rows.rows[i].quoted_at.value, all) : all;
        found += !(rows.rows[i].flags & MESSAGE_ADDRESS_UNPROVED) &&
                 strcmp(contact_key_of_email(arena, rows.rows[i].sender_address), same->address_key) == 0 &&
                 strcmp(text_trim(arena, arena_strndup(arena, text, own)), same->words) == 0;
    }
    return found;
}

int64_t sender_count_same(StoreTx *tx, Arena *arena, const SameWords *same, TimeMs now, TicketId *latest_out)
{
    int64_t found = 0;
    *latest_out = (TicketId){0};
    if (strlen(same->words) < SENDER_WORDS_MIN)
        return 0;
    AnsweredTickets places = places_of(tx, arena, same, now);
    for (size_t i = 0; i < places.count; i++) {
        int64_t here = was_before(&places, i) ? 0 : count_in(tx, arena, same, places.items[i], now - TIME_DAY);
        if (here && places.items[i].value > latest_out->value)
            *latest_out = places.items[i];
        found += here;
    }
    return found;
}

/* -------------------------------------------------------------------------------------------------- what a person said */

bool sender_nature_of(StoreTx *tx, Arena *arena, const char *address_key, SenderNature *nature_out)
{
    SqlSenderNatureFind row;
    if (!*address_key || !sql_sender_nature_find(tx, arena, &(SqlSenderNatureFindIn){address_key}, &row))
        return false;
    *nature_out = row.nature;
    return true;
}

/* The contrary of what was learned takes it back. */
static void learn(StoreTx *tx, Arena *arena, const char *address_key, SenderNature nature, Actor actor, TimeMs now)
{
    SenderNature known;
    StaffId staff = {actor.kind == ACTOR_STAFF ? actor.id : 0};
    if (sender_nature_of(tx, arena, address_key, &known) && known != nature)
        sql_sender_nature_delete(tx, &(SqlSenderNatureDeleteIn){address_key});
    else
        sql_sender_nature_put(tx, &(SqlSenderNaturePutIn){address_key, nature, staff, now});
}

bool sender_may_correct(const Message *message)
{
    return message->direction == MESSAGE_IN && message->author.kind == ACTOR_CUSTOMER &&
           strchr(message->sender_address, '@') &&
           !(message->flags & (MESSAGE_DELIVERY_REPORT | MESSAGE_RETURNED | MESSAGE_ADDRESS_UNPROVED));
}

static const Message *find_correctable(const MessageList *list, MessageId id)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].id.value == id.value && sender_may_correct(&list->items[i]))
            return &list->items[i];
    return NULL;
}

/* Nothing of ours went out after it: it is what the customer waits for us to read. message: of the list. */
static bool is_unanswered(const MessageList *list, const Message *message)
{
    for (const Message *after = message + 1; after < list->items + list->count; after++)
        if (after->direction == MESSAGE_OUT)
            return false;
    return true;
}

bool sender_correct(StoreTx *tx, Arena *arena, const SenderCorrection *correction, Actor actor, TimeMs now,
                    InputError *refused_out)
{
    const int64_t reasons = MESSAGE_AUTO_REPLY | MESSAGE_ABSENCE | MESSAGE_REPEATS | MESSAGE_ROBOT;
    TicketEdit edit;
    MessageList list = message_list(tx, arena, correction->ticket);
    const Message *message = find_correctable(&list, correction->message);
    *refused_out = (InputError){"message", "ticket.error.not_found", NULL};
    if (!message || !ticket_edit_begin(&edit, tx, arena, correction->ticket, actor, now))
        return false;
    const char *key = contact_key_of_email(arena, message->sender_address);
    bool person = correction->nature == SENDER_PERSON;
    learn(tx, arena, key, correction->nature, actor, now);
    message_set_flags(tx, message->id,
                      person ? message->flags & ~reasons : message->flags | MESSAGE_AUTO_REPLY | MESSAGE_ROBOT);
    if (person) {
        automatic_stop_lift(tx, key, now);
        if (message->flags & MESSAGE_AUTO_REPLY && !(message->flags & MESSAGE_SENDER_UNVERIFIED) &&
            is_unanswered(&list, message))
            ticket_move_inbound(&edit, &(InboundNote){message->id, message->at, true, correction->reopen_since,
                                                      correction->next_update_at});
    }
    *refused_out = (InputError){0};
    return ticket_edit_end(&edit);
}

KnownSenderList sender_list(StoreTx *tx, Arena *arena, int64_t how_many)
{
    SqlSenderNaturePageList rows = sql_sender_nature_page(tx, arena, &(SqlSenderNaturePageIn){how_many});
    KnownSenderList list = {ARENA_ARRAY(arena, KnownSender, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (KnownSender){rows.rows[i].address_key, rows.rows[i].nature, rows.rows[i].at};
    return list;
}

bool sender_forget(StoreTx *tx, const char *address_key)
{
    return sql_sender_nature_delete(tx, &(SqlSenderNatureDeleteIn){address_key}) == 1;
}
