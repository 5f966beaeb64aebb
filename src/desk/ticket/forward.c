/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/ticket/forward.h"

#include "forward_sql.h"

void message_forward_add(StoreTx *tx, const MessageForward *forward)
{
    sql_message_forward_insert(tx, &(SqlMessageForwardInsertIn){
                                       .message_id = forward->message,
                                       .staff_id = forward->staff,
                                       .address = forward->address,
                                       .name = forward->name,
                                       .subject = forward->subject,
                                       .written_at = forward->written_at,
                                       .taken_at = forward->taken_at,
                                   });
}

void message_forward_set_taken(StoreTx *tx, MessageId message, TimeMs now)
{
    sql_message_forward_set_taken(tx, &(SqlMessageForwardSetTakenIn){message, now});
}

MessageForwardList message_forward_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlMessageForwardOfTicketList rows =
        sql_message_forward_of_ticket(tx, arena, &(SqlMessageForwardOfTicketIn){ticket});
    MessageForwardList list = {ARENA_ARRAY(arena, MessageForward, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (MessageForward){
            .message = rows.rows[i].message_id,
            .staff = rows.rows[i].staff_id,
            .address = rows.rows[i].address,
            .name = rows.rows[i].name,
            .subject = rows.rows[i].subject,
            .written_at = rows.rows[i].written_at,
            .taken_at = rows.rows[i].taken_at,
        };
    return list;
}

const MessageForward *message_forward_of(const MessageForwardList *list, MessageId message)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].message.value == message.value)
            return &list->items[i];
    return NULL;
}
