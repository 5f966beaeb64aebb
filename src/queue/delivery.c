/* SPDX-License-Identifier: EUPL-1.2 */
#include "queue/delivery.h"

#include "delivery_sql.h"

bool delivery_note(StoreTx *tx, Arena *arena, const Delivery *delivery)
{
    SqlDeliveryFind known;
    if (sql_delivery_insert(tx, &(SqlDeliveryInsertIn){delivery->outbox, delivery->ticket, delivery->address_key,
                                                       delivery->address, delivery->state, delivery->status,
                                                       delivery->reason, delivery->at}) == 1)
        return true;
    if (!sql_delivery_find(tx, arena, &(SqlDeliveryFindIn){delivery->outbox, delivery->address_key}, &known) ||
        known.state >= delivery->state)
        return false;
    return sql_delivery_set_state(tx, &(SqlDeliverySetStateIn){known.delivery_id, delivery->state, delivery->status,
                                                               delivery->reason, delivery->at}) == 1;
}

DeliveryList delivery_list_of_ticket(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlDeliveryListOfTicketList rows = sql_delivery_list_of_ticket(tx, arena, &(SqlDeliveryListOfTicketIn){ticket});
    DeliveryList list = {ARENA_ARRAY(arena, Delivery, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++) {
        const SqlDeliveryListOfTicket *row = &rows.rows[i];
        list.items[i] = (Delivery){row->delivery_id, row->outbox_id, row->ticket_id, row->address_key, row->address,
                                   row->state,       row->status,    row->reason,    row->at};
    }
    return list;
}

DeliveryList delivery_list_failed(StoreTx *tx, Arena *arena, int64_t how_many)
{
    SqlDeliveryListFailedList rows = sql_delivery_list_failed(tx, arena, &(SqlDeliveryListFailedIn){how_many});
    DeliveryList list = {ARENA_ARRAY(arena, Delivery, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++) {
        const SqlDeliveryListFailed *row = &rows.rows[i];
        list.items[i] = (Delivery){row->delivery_id, row->outbox_id, row->ticket_id, row->address_key, row->address,
                                   row->state,       row->status,    row->reason,    row->at};
    }
    return list;
}

int64_t delivery_count_failed(StoreTx *tx, Arena *arena)
{
    SqlDeliveryCountFailed row;
    return sql_delivery_count_failed(tx, arena, &row) ? row.failed : 0;
}

bool delivery_set_looked(StoreTx *tx, DeliveryId id, TimeMs now)
{
    return sql_delivery_set_looked(tx, &(SqlDeliverySetLookedIn){id, now}) == 1;
}
