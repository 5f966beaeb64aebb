/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/notice/notice.h"

#include "desk/party/party.h"
#include "desk/setting/own_address.h"
#include "desk/staff/permission.h"
#include "desk/staff/staff.h"
#include "desk/ticket/departure.h"
#include "desk/ticket/message.h"
#include "desk/ticket/outgoing.h"
#include "notice_sql.h"
#include "queue/outbox.h"

#include <string.h>

NoticeChoice notice_choice_find(StoreTx *tx, Arena *arena, StaffId staff)
{
    SqlNoticeChoiceFind row;
    bool found = sql_notice_choice_find(tx, arena, &(SqlNoticeChoiceFindIn){staff}, &row);
    return found ? (NoticeChoice){row.own, row.team} : (NoticeChoice){false, false};
}

void notice_choice_set(StoreTx *tx, StaffId staff, NoticeChoice choice)
{
    sql_notice_choice_put(tx, &(SqlNoticeChoicePutIn){staff, choice.own, choice.team});
}

bool notice_wants_trouble(StoreTx *tx, Arena *arena, StaffId staff, bool usual)
{
    SqlNoticeTroubleFind row;
    return sql_notice_trouble_find(tx, arena, &(SqlNoticeTroubleFindIn){staff}, &row) ? row.trouble : usual;
}

void notice_set_trouble(StoreTx *tx, StaffId staff, bool wanted)
{
    sql_notice_trouble_put(tx, &(SqlNoticeTroublePutIn){staff, wanted});
}

const Token *notice_tokens_new(Arena *arena)
{
    Token *tokens = ARENA_ARRAY(arena, Token, NOTICE_PEOPLE_MAX);
    for (int i = 0; i < NOTICE_PEOPLE_MAX; i++)
        tokens[i] = token_new();
    return tokens;
}

typedef struct Telling {
    StoreTx *tx;
    Arena *arena;
    const Ticket *ticket;
    const NoticeNews *news;
    TimeMs now;
    size_t told;
} Telling;

static bool brake_allows(const Telling *telling, StaffId staff)
{
    SqlStaffNoticeCount row;
    return sql_staff_notice_count(telling->tx, telling->arena,
                                  &(SqlStaffNoticeCountIn){staff, telling->now - TIME_HOUR}, &row) &&
           row.told < NOTICE_PER_HOUR;
}

/* The mailbox the customer wrote to, unless that is of certified mail: among ourselves plain mail will do. */
static bool find_account(const Telling *telling, ChannelAccount *from_out)
{
    bool found = departure_find(telling->tx, telling->arena, telling->ticket->id, "mail", from_out) &&
                 strcmp(from_out->channel, "mail") == 0;
    return found || channel_account_default(telling->tx, telling->arena, "mail", from_out);
}

/* key: one of it leaves, however often it is asked for. */
static void add_outbox(const Telling *telling, const Staff *person, const Token *token, const char *key)
{
    ChannelAccount from;
    if (!find_account(telling, &from))
        return;
    Outgoing outgoing = {.account = from.name,
                         .to = &(OutgoingAddress){person->email, person->display_name},
                         .to_count = 1,
                         .quoted = telling->news->message.value,
                         .staff = person->id.value,
                         .reply_token = token->text};
    outbox_add(telling->tx,
               &(OutboxNew){.channel = from.channel,
                            .purpose = OUTBOX_NOTICE,
                            .ticket = telling->ticket->id,
                            .idempotency_key = key,
                            .payload = outgoing_to_json(telling->arena, &outgoing),
                            .account = outgoing.account,
                            .domain = outgoing_domain(telling->arena, &outgoing),
                            .not_before = telling->now,
                            .sealed = telling->news->sealed},
               telling->now);
}

static bool is_reachable(const Telling *telling, StaffId id, Staff *person_out)
{
    return staff_find(telling->tx, telling->arena, id, person_out) && person_out->active && *person_out->email &&
           !own_address_comes_back(telling->tx, telling->arena, person_out->email) && brake_allows(telling, id);
}

static void tell(Telling *telling, StaffId id)
{
    Staff person;
    const NoticeNews *news = telling->news;
    if (telling->told == NOTICE_PEOPLE_MAX || !is_reachable(telling, id, &person) ||
        strcmp(contact_key_of_email(telling->arena, person.email), news->sender_key) == 0)
        return;
    const Token *token = &news->tokens[telling->told++];
    sql_staff_notice_insert(
        telling->tx, &(SqlStaffNoticeInsertIn){token->sha256, telling->ticket->id, news->message, id, telling->now});
    add_outbox(telling, &person, token,
               arena_printf(telling->arena, "notice:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT, news->message.value,
                            person.id.value));
}

void notice_tell(StoreTx *tx, Arena *arena, const Ticket *ticket, const NoticeNews *news, TimeMs now)
{
    Telling telling = {tx, arena, ticket, news, now, 0};
    StaffId owner = {ticket->now.owner_id};
    if (owner.value) {
        if (notice_choice_find(tx, arena, owner).own)
            tell(&telling, owner);
        return;
    }
    SqlNoticeListTeamList rows =
        sql_notice_list_team(tx, arena, &(SqlNoticeListTeamIn){{ticket->now.team_id}, NOTICE_PEOPLE_MAX});
    for (size_t i = 0; i < rows.count; i++)
        tell(&telling, rows.rows[i].staff_id);
}

/* The message, where one of us wrote it by mail. message_find does not tell who wrote it. */
static bool find_by_mail(StoreTx *tx, Arena *arena, const NoticeUnsent *unsent, Message *reply_out)
{
    MessageList list = message_list(tx, arena, unsent->ticket);
    for (size_t i = 0; i < list.count; i++) {
        const Message *message = &list.items[i];
        if (message->id.value != unsent->message.value)
            continue;
        *reply_out = *message;
        return message->direction != MESSAGE_IN && message->author.kind == ACTOR_STAFF && message->raw_sha256;
    }
    return false;
}

void notice_tell_unsent(StoreTx *tx, Arena *arena, const NoticeUnsent *unsent, TimeMs now)
{
    Ticket ticket;
    Message reply;
    Staff author;
    OutboxKeyMatch before;
    const char *key = arena_printf(arena, "unsent:%" G_GINT64_FORMAT, unsent->message.value);
    Telling telling = {tx, arena, &ticket, &(NoticeNews){unsent->message, "", unsent->token, unsent->sealed}, now, 0};
    if (!unsent->token || !find_by_mail(tx, arena, unsent, &reply) ||
        !ticket_find(tx, arena, unsent->ticket, &ticket) || outbox_find_key(tx, arena, key, &before) ||
        !is_reachable(&telling, (StaffId){reply.author.id}, &author))
        return;
    sql_staff_notice_insert(
        tx, &(SqlStaffNoticeInsertIn){unsent->token->sha256, ticket.id, unsent->message, author.id, now});
    add_outbox(&telling, &author, unsent->token, key);
}

bool notice_find_reply(StoreTx *tx, Arena *arena, const char *token_sha256, const char *sender_key,
                       NoticeReply *reply_out)
{
    SqlStaffNoticeFind row;
    Staff person;
    if (!sql_staff_notice_find(tx, arena, &(SqlStaffNoticeFindIn){token_sha256}, &row))
        return false;
    *reply_out = (NoticeReply){.ticket = row.ticket_id, .staff = row.staff_id, .author_name = ""};
    if (!staff_find(tx, arena, row.staff_id, &person))
        return true;
    reply_out->author_name = person.display_name;
    reply_out->team = person.team;
    reply_out->may_answer = person.active && permission_allows(person.role, "ticket.write") && *person.email &&
                            strcmp(contact_key_of_email(arena, person.email), sender_key) == 0;
    return true;
}

void notice_follow(StoreTx *tx, MessageId message, TicketId to)
{
    sql_staff_notice_set_ticket(tx, &(SqlStaffNoticeSetTicketIn){message, to});
}
