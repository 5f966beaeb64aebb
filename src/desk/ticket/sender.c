/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/sender.h"

#include "sender_sql.h"

void message_sender_add(StoreTx *tx, const MessageSender *sender)
{
    sql_message_sender_insert(tx, &(SqlMessageSenderInsertIn){sender->message, sender->judge, sender->spf, sender->dkim,
                                                              sender->dmarc, sender->reply_to});
}

MessageSenderList message_sender_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlMessageSenderOfTicketList rows = sql_message_sender_of_ticket(tx, arena, &(SqlMessageSenderOfTicketIn){ticket});
    MessageSenderList list = {ARENA_ARRAY(arena, MessageSender, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (MessageSender){rows.rows[i].message_id, rows.rows[i].judge, rows.rows[i].spf,
                                        rows.rows[i].dkim,       rows.rows[i].dmarc, rows.rows[i].reply_to};
    return list;
}

const MessageSender *message_sender_of(const MessageSenderList *list, MessageId message)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].message.value == message.value)
            return &list->items[i];
    return NULL;
}
