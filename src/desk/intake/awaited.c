/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/intake/awaited.h"

#include "awaited_sql.h"
#include "desk/receipt/receipt.h"
#include "queue/outbox.h"

static bool is_known(StoreTx *tx, Arena *arena, const char *id)
{
    return message_find_tickets(tx, arena, id).count || outbox_find_ticket(tx, arena, id).value ||
           receipt_find_ticket(tx, arena, id).value;
}

static int64_t count_waiting(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlAwaitedCount row;
    return sql_awaited_count(tx, arena, &(SqlAwaitedCountIn){ticket}, &row) ? row.waiting : 0;
}

void awaited_add(StoreTx *tx, Arena *arena, TicketId ticket, const char *const *ids, size_t count, TimeMs now)
{
    int64_t room = count ? AWAITED_MAX - count_waiting(tx, arena, ticket) : 0;
    for (size_t i = 0; i < count && room > 0; i++)
        if (!is_known(tx, arena, ids[i]))
            room -= sql_awaited_insert(tx, &(SqlAwaitedInsertIn){ticket, ids[i], now});
}

TicketIdList awaited_tickets(StoreTx *tx, Arena *arena, const char *message_id, const char *address_key)
{
    SqlAwaitedTicketsList rows = sql_awaited_tickets(tx, arena, &(SqlAwaitedTicketsIn){message_id, address_key});
    TicketIdList list = {ARENA_ARRAY(arena, TicketId, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = rows.rows[i].ticket_id;
    return list;
}

void awaited_met(StoreTx *tx, TicketId ticket, const char *message_id)
{
    sql_awaited_delete(tx, &(SqlAwaitedDeleteIn){message_id, ticket});
}

int64_t awaited_prune(StoreTx *tx, TimeMs now)
{
    return sql_awaited_prune(tx, &(SqlAwaitedPruneIn){now - AWAITED_FOR, AWAITED_PRUNED_AT_ONCE});
}
