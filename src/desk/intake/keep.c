/* SPDX-License-Identifier: EUPL-1.2 */
/* The first half of intake.h: what arrives is durable before anybody looks inside, and waits, or lies in the tray. */
#include "desk/intake/intake.h"

#include "intake_sql.h"

static bool find(StoreTx *tx, Arena *arena, const char *channel, const char *id, bool already, Inbound *inbound_out)
{
    SqlInboundFind row;
    if (!id || !sql_inbound_find(tx, arena, &(SqlInboundFindIn){channel, id}, &row))
        return false;
    *inbound_out = (Inbound){row.inbound_id, already, row.state, row.attempts, row.ticket_id};
    return true;
}

bool intake_keep(StoreTx *tx, Arena *arena, const Arrival *arrival, Inbound *inbound_out)
{
    if (find(tx, arena, arrival->channel, arrival->former_id, true, inbound_out))
        return true;
    int64_t added = sql_inbound_insert(
        tx, &(SqlInboundInsertIn){arrival->channel, arrival->source, arrival->external_id, arrival->raw_sha256,
                                  arrival->raw_size, arrival->received_at, arrival->arrived_at, arrival->is_history});
    return find(tx, arena, arrival->channel, arrival->external_id, added == 0, inbound_out);
}

bool intake_begin_attempt(StoreTx *tx, InboundId id)
{
    return sql_inbound_count_attempt(tx, &(SqlInboundCountAttemptIn){id}) == 1;
}

void intake_take_attempt_back(StoreTx *tx, InboundId id)
{
    sql_inbound_uncount_attempt(tx, &(SqlInboundUncountAttemptIn){id});
}

void intake_close(StoreTx *tx, InboundId id)
{
    sql_inbound_set_closed(tx, &(SqlInboundSetClosedIn){id});
}

void intake_put_in_tray(StoreTx *tx, InboundId id, const char *reason)
{
    sql_inbound_set_tray(tx, &(SqlInboundSetTrayIn){id, reason});
}

void intake_set_done(StoreTx *tx, InboundId id, TicketId ticket, MessageId message)
{
    sql_inbound_set_done(tx, &(SqlInboundSetDoneIn){id, ticket, message});
}

InboundTray intake_list_tray(StoreTx *tx, Arena *arena, int64_t how_many)
{
    SqlInboundListTrayList rows = sql_inbound_list_tray(tx, arena, &(SqlInboundListTrayIn){how_many});
    InboundTray tray = {ARENA_ARRAY(arena, InboundInTray, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        tray.items[i] = (InboundInTray){rows.rows[i].inbound_id, rows.rows[i].source, rows.rows[i].raw_size,
                                        rows.rows[i].received_at, rows.rows[i].error};
    return tray;
}

int64_t intake_count_tray(StoreTx *tx, Arena *arena)
{
    SqlInboundCountTray row;
    return sql_inbound_count_tray(tx, arena, &row) ? row.waiting : 0;
}

const char *intake_find_tray(StoreTx *tx, Arena *arena, InboundId id)
{
    SqlInboundFindTray row;
    return sql_inbound_find_tray(tx, arena, &(SqlInboundFindTrayIn){id}, &row) ? row.raw_sha256 : NULL;
}

bool intake_read_again(StoreTx *tx, InboundId id)
{
    return sql_inbound_set_again(tx, &(SqlInboundSetAgainIn){id}) == 1;
}

bool intake_set_looked(StoreTx *tx, InboundId id, TimeMs now)
{
    return sql_inbound_set_looked(tx, &(SqlInboundSetLookedIn){id, now}) == 1;
}

InboundArrivals intake_list_arrivals(StoreTx *tx, Arena *arena, const char *source, TimeMs since, int64_t how_many)
{
    SqlInboundArrivalsList rows = sql_inbound_arrivals(tx, arena, &(SqlInboundArrivalsIn){source, since, how_many});
    InboundArrivals list = {ARENA_ARRAY(arena, TimeMs, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.at[i] = rows.rows[i].at;
    return list;
}

InboundId intake_find_last(StoreTx *tx, Arena *arena)
{
    SqlInboundFindLast row;
    return sql_inbound_find_last(tx, arena, &row) ? row.inbound_id : (InboundId){0};
}

InboundWaitingList intake_list_waiting(StoreTx *tx, Arena *arena, const InboundWaitingAsk *ask, int64_t how_many)
{
    SqlInboundListStoredList rows = sql_inbound_list_stored(
        tx, arena, &(SqlInboundListStoredIn){ask->before, ask->orphaned, ask->behind, how_many});
    InboundWaitingList list = {ARENA_ARRAY(arena, InboundWaiting, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (InboundWaiting){rows.rows[i].inbound_id,  rows.rows[i].channel,    rows.rows[i].source,
                                         rows.rows[i].external_id, rows.rows[i].raw_sha256, rows.rows[i].received_at,
                                         rows.rows[i].arrived_at,  rows.rows[i].is_history, rows.rows[i].attempts,
                                         rows.rows[i].raw_size};
    return list;
}
