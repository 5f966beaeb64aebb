/* SPDX-License-Identifier: EUPL-1.2 */
#include "queue/outbox.h"

#include "outbox_sql.h"

OutboxId outbox_add(StoreTx *tx, const OutboxNew *item, TimeMs now)
{
    int64_t added = sql_outbox_insert(tx, &(SqlOutboxInsertIn){
                                              .channel = item->channel,
                                              .purpose = item->purpose,
                                              .ticket_id = item->ticket,
                                              .message_id = item->message,
                                              .idempotency_key = item->idempotency_key,
                                              .payload = item->payload,
                                              .state = item->sealed ? OUTBOX_SEALED : OUTBOX_QUEUED,
                                              .not_before = item->not_before,
                                              .created_at = now,
                                          });
    if (added == 0)
        return (OutboxId){0};
    g_autoptr(Arena) arena = arena_new(4096 * 8);
    OutboxKeyMatch match;
    return outbox_find_key(tx, arena, item->idempotency_key, &match) ? match.id : (OutboxId){0};
}

bool outbox_find_key(StoreTx *tx, Arena *arena, const char *idempotency_key, OutboxKeyMatch *match_out)
{
    SqlOutboxFindByKey row;
    if (!sql_outbox_find_by_key(tx, arena, &(SqlOutboxFindByKeyIn){idempotency_key}, &row))
        return false;
    *match_out = (OutboxKeyMatch){row.outbox_id, row.message_id};
    return true;
}

bool outbox_cancel(StoreTx *tx, OutboxId id, TimeMs now)
{
    return sql_outbox_cancel_queued(tx, &(SqlOutboxCancelQueuedIn){id, now}) == 1;
}

/* ------------------------------------------------------------------------------------------------------- leasing */

typedef struct LeaseWork {
    Arena *arena;
    const char *holder;
    TimeMs now, lease_until;
    OutboxItem *item_out;
    TimeMs next_at;
    bool found;
} LeaseWork;

static bool lease_next(StoreTx *tx, void *arg)
{
    LeaseWork *work = arg;
    SqlOutboxNext row;
    SqlOutboxNextAt next;
    work->found = sql_outbox_next(tx, work->arena, &(SqlOutboxNextIn){work->now}, &row);
    if (!work->found) {
        work->next_at = sql_outbox_next_at(tx, work->arena, &next) ? next.not_before : TIME_NONE;
        return false;
    }
    sql_outbox_take(tx, &(SqlOutboxTakeIn){row.outbox_id, work->lease_until, work->holder});
    *work->item_out = (OutboxItem){row.outbox_id,       row.channel, row.purpose,      row.ticket_id,  row.message_id,
                                   row.idempotency_key, row.payload, row.attempts + 1, row.created_at, row.resent};
    return true;
}

bool outbox_lease(Store *store, Arena *arena, const char *holder, TimeMs now, TimeMs lease_ms, OutboxItem *item_out,
                  TimeMs *next_at_out, GError **error)
{
    LeaseWork work = {arena, holder, now, now + lease_ms, item_out, TIME_NONE, false};
    StoreOutcome outcome = store_write(store, "outbox lease", lease_next, &work, error);
    *next_at_out = work.next_at;
    return outcome == STORE_COMMITTED;
}

/* --------------------------------------------------------------------------------------------------- forward steps */

typedef struct StepWork {
    OutboxId id;
    const char *holder;
    const char *text; /* external id or reason */
    TimeMs at;
} StepWork;

static bool step_dot_sent(StoreTx *tx, void *arg)
{
    const StepWork *work = arg;
    return sql_outbox_mark_dot_sent(tx, &(SqlOutboxMarkDotSentIn){work->id, work->holder, work->text}) == 1;
}

static bool step_sent(StoreTx *tx, void *arg)
{
    const StepWork *work = arg;
    return sql_outbox_mark_sent(tx, &(SqlOutboxMarkSentIn){work->id, work->holder, work->text, work->at}) == 1;
}

static bool step_retry(StoreTx *tx, void *arg)
{
    const StepWork *work = arg;
    return sql_outbox_mark_retry(tx, &(SqlOutboxMarkRetryIn){work->id, work->holder, work->text, work->at}) == 1;
}

static bool step_resend(StoreTx *tx, void *arg)
{
    const StepWork *work = arg;
    return sql_outbox_mark_resend(tx, &(SqlOutboxMarkResendIn){work->id, work->holder, work->text, work->at}) == 1;
}

static bool step_failed(StoreTx *tx, void *arg)
{
    const StepWork *work = arg;
    return sql_outbox_mark_failed(tx, &(SqlOutboxMarkFailedIn){work->id, work->holder, work->text, work->at}) == 1;
}

static bool step(Store *store, const char *name, StoreWork run, StepWork work, GError **error)
{
    switch (store_write(store, name, run, &work, error)) {
    case STORE_COMMITTED:
        return true;
    case STORE_REFUSED:
        g_set_error(error, FILO_ERROR, FILO_ERROR_BUSY, "%s: the lease was lost", name);
        return false;
    case STORE_FAILED:
    default:
        return false;
    }
}

bool outbox_set_dot_sent(Store *store, OutboxId id, const char *holder, const char *external_id, GError **error)
{
    return step(store, "outbox dot sent", step_dot_sent, (StepWork){id, holder, external_id, TIME_NONE}, error);
}

bool outbox_set_sent(Store *store, OutboxId id, const char *holder, const char *external_id, TimeMs now, GError **error)
{
    return step(store, "outbox sent", step_sent, (StepWork){id, holder, external_id, now}, error);
}

bool outbox_set_retry(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs not_before,
                      GError **error)
{
    return step(store, "outbox retry", step_retry, (StepWork){id, holder, reason, not_before}, error);
}

bool outbox_set_resend(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs not_before,
                       GError **error)
{
    return step(store, "outbox resend", step_resend, (StepWork){id, holder, reason, not_before}, error);
}

bool outbox_set_failed(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs now, GError **error)
{
    return step(store, "outbox failed", step_failed, (StepWork){id, holder, reason, now}, error);
}

/* ------------------------------------------------------------------------------------------------------- recovery */

typedef struct RecoverWork {
    const char *holder;
    bool holder_alone; /* no other node can exist: whoever else holds a lease is dead */
    TimeMs now;
    int64_t recovered;
} RecoverWork;

static bool recover(StoreTx *tx, void *arg)
{
    RecoverWork *work = arg;
    int64_t unsent =
        sql_outbox_recover_sending(tx, &(SqlOutboxRecoverSendingIn){work->now, work->holder, work->holder_alone});
    int64_t given_up =
        sql_outbox_recover_twice(tx, &(SqlOutboxRecoverTwiceIn){work->now, work->holder, work->holder_alone});
    int64_t uncertain =
        sql_outbox_recover_dot_sent(tx, &(SqlOutboxRecoverDotSentIn){work->now, work->holder, work->holder_alone});
    work->recovered = unsent + given_up + uncertain;
    return work->recovered > 0;
}

int64_t outbox_recover(Store *store, const char *holder, TimeMs now, GError **error)
{
    RecoverWork work = {holder, store_engine(store) == STORE_SQLITE, now, 0};
    StoreOutcome outcome = store_write(store, "outbox recover", recover, &work, error);
    return outcome == STORE_FAILED ? -1 : work.recovered;
}

typedef struct RenewWork {
    const char *holder;
    TimeMs lease_until;
    int64_t renewed;
} RenewWork;

static bool renew(StoreTx *tx, void *arg)
{
    RenewWork *work = arg;
    work->renewed = sql_outbox_renew_leases(tx, &(SqlOutboxRenewLeasesIn){work->lease_until, work->holder});
    return work->renewed > 0;
}

int64_t outbox_renew(Store *store, const char *holder, TimeMs lease_until, GError **error)
{
    RenewWork work = {holder, lease_until, 0};
    StoreOutcome outcome = store_write(store, "outbox renew", renew, &work, error);
    return outcome == STORE_FAILED ? -1 : work.renewed;
}

TicketId outbox_find_ticket(StoreTx *tx, Arena *arena, const char *external_id)
{
    SqlOutboxFindExternal row;
    bool found = sql_outbox_find_external(tx, arena, &(SqlOutboxFindExternalIn){external_id}, &row);
    return found ? row.ticket_id : (TicketId){0};
}

OutboxStatusList outbox_list_of_ticket(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlOutboxListOfTicketList rows = sql_outbox_list_of_ticket(tx, arena, &(SqlOutboxListOfTicketIn){ticket});
    OutboxStatusList list = {ARENA_ARRAY(arena, OutboxStatus, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] =
            (OutboxStatus){rows.rows[i].outbox_id,  rows.rows[i].message_id, rows.rows[i].purpose, rows.rows[i].state,
                           rows.rows[i].not_before, rows.rows[i].attempts,   rows.rows[i].error};
    return list;
}

/* ---------------------------------------------------------------------------------------------------- what is stuck */

OutboxStuckList outbox_list_stuck(StoreTx *tx, Arena *arena, int64_t how_many)
{
    SqlOutboxListFailedList failed = sql_outbox_list_failed(tx, arena, &(SqlOutboxListFailedIn){how_many});
    SqlOutboxListTryingList trying = sql_outbox_list_trying(tx, arena, &(SqlOutboxListTryingIn){how_many});
    OutboxStuckList list = {ARENA_ARRAY(arena, OutboxStuck, failed.count + trying.count), 0};
    for (size_t i = 0; i < failed.count; i++) {
        const SqlOutboxListFailed *row = &failed.rows[i];
        list.items[list.count++] = (OutboxStuck){row->outbox_id,  row->ticket_id, row->purpose, true,
                                                 row->not_before, row->attempts,  row->error,   row->created_at};
    }
    for (size_t i = 0; i < trying.count; i++) {
        const SqlOutboxListTrying *row = &trying.rows[i];
        list.items[list.count++] = (OutboxStuck){row->outbox_id,  row->ticket_id, row->purpose, false,
                                                 row->not_before, row->attempts,  row->error,   row->created_at};
    }
    return list;
}

int64_t outbox_count_failed(StoreTx *tx, Arena *arena)
{
    SqlOutboxCountFailed row;
    return sql_outbox_count_failed(tx, arena, &row) ? row.failed : 0;
}

bool outbox_send_again(StoreTx *tx, OutboxId id, TimeMs now)
{
    return sql_outbox_set_again(tx, &(SqlOutboxSetAgainIn){id, now}) == 1;
}

bool outbox_give_up(StoreTx *tx, OutboxId id, TimeMs now)
{
    return sql_outbox_set_given_up(tx, &(SqlOutboxSetGivenUpIn){id, now}) == 1;
}
