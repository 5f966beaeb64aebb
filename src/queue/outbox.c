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
                                              .account = item->account,
                                              .domain = item->domain,
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

bool outbox_withdraw(StoreTx *tx, OutboxId id, TimeMs now)
{
    return sql_outbox_withdraw_queued(tx, &(SqlOutboxWithdrawQueuedIn){id, now}) == 1;
}

OutboxOverdueList outbox_list_overdue(StoreTx *tx, Arena *arena, TimeMs due_before)
{
    SqlOutboxOverdueList rows = sql_outbox_overdue(tx, arena, &(SqlOutboxOverdueIn){due_before, OUTBOX_OVERDUE_MAX});
    OutboxOverdueList list = {ARENA_ARRAY(arena, OutboxOverdue, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (OutboxOverdue){rows.rows[i].account, rows.rows[i].created_at,
                                        rows.rows[i].error ? rows.rows[i].error : ""};
    return list;
}

TimeMs outbox_last_sent(StoreTx *tx, Arena *arena, const char *account)
{
    SqlOutboxLastSent row;
    return sql_outbox_last_sent(tx, arena, &(SqlOutboxLastSentIn){account}, &row) ? row.finished_at : TIME_NONE;
}

/* --------------------------------------------------------------------------------------------------- forward steps */

typedef struct StepWork {
    OutboxId id;
    const char *holder;
    const char *text; /* external id or reason */
    TimeMs at;
    bool held;
} StepWork;

static bool step_dot_sent(StoreTx *tx, void *arg)
{
    const StepWork *work = arg;
    return sql_outbox_mark_dot_sent(tx, &(SqlOutboxMarkDotSentIn){work->id, work->holder, work->text}) == 1;
}

static bool step_sent(StoreTx *tx, void *arg)
{
    const StepWork *work = arg;
    if (sql_outbox_mark_sent(tx, &(SqlOutboxMarkSentIn){work->id, work->holder, work->text, work->at}) != 1)
        return false;
    sql_outbox_release_held(tx, &(SqlOutboxReleaseHeldIn){work->id, work->at});
    return true;
}

static bool step_retry(StoreTx *tx, void *arg)
{
    const StepWork *work = arg;
    return sql_outbox_mark_retry(
               tx, &(SqlOutboxMarkRetryIn){work->id, work->holder, work->text, work->at, work->held}) == 1;
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
        g_set_error(error, FILO_ERROR, FILO_ERROR_REFUSED, "%s: the lease was lost", name);
        return false;
    case STORE_FAILED:
    default:
        return false;
    }
}

bool outbox_set_dot_sent(Store *store, OutboxId id, const char *holder, const char *external_id, GError **error)
{
    return step(store, "outbox dot sent", step_dot_sent, (StepWork){id, holder, external_id, TIME_NONE, false}, error);
}

bool outbox_set_sent(Store *store, OutboxId id, const char *holder, const char *external_id, TimeMs now, GError **error)
{
    return step(store, "outbox sent", step_sent, (StepWork){id, holder, external_id, now, false}, error);
}

bool outbox_set_retry(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs not_before, bool held,
                      GError **error)
{
    return step(store, "outbox retry", step_retry, (StepWork){id, holder, reason, not_before, held}, error);
}

bool outbox_set_resend(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs not_before,
                       GError **error)
{
    return step(store, "outbox resend", step_resend, (StepWork){id, holder, reason, not_before, false}, error);
}

bool outbox_set_failed(Store *store, OutboxId id, const char *holder, const char *reason, TimeMs now, GError **error)
{
    return step(store, "outbox failed", step_failed, (StepWork){id, holder, reason, now, false}, error);
}

bool outbox_note_told(StoreTx *tx, OutboxId id, TimeMs now)
{
    return sql_outbox_set_told(tx, &(SqlOutboxSetToldIn){id, now}) == 1;
}

/* ----------------------------------------------------------------------------------------------------- recipients */

typedef struct RecipientWork {
    const OutboxRecipient *items;
    size_t count;
    TimeMs now;
} RecipientWork;

static bool put_recipients(StoreTx *tx, void *arg)
{
    const RecipientWork *work = arg;
    for (size_t i = 0; i < work->count; i++) {
        const OutboxRecipient *one = &work->items[i];
        sql_outbox_recipient_put(
            tx, &(SqlOutboxRecipientPutIn){one->outbox, one->address, one->state, one->reason, work->now});
    }
    return true;
}

bool outbox_set_recipients(Store *store, const OutboxRecipient *items, size_t count, TimeMs now, GError **error)
{
    RecipientWork work = {items, count, now};
    return store_write(store, "outbox recipients", put_recipients, &work, error) == STORE_COMMITTED;
}

void outbox_note_taken(StoreTx *tx, OutboxId id, const char *address, TimeMs now)
{
    sql_outbox_recipient_taken(tx, &(SqlOutboxRecipientTakenIn){id, address, now});
}

void outbox_note_undelivered(StoreTx *tx, OutboxId id, const char *address, const char *reason, TimeMs now)
{
    sql_outbox_recipient_undelivered(tx, &(SqlOutboxRecipientUndeliveredIn){id, address, reason, now});
}

OutboxRecipientList outbox_recipient_list(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlOutboxRecipientOfTicketList rows =
        sql_outbox_recipient_of_ticket(tx, arena, &(SqlOutboxRecipientOfTicketIn){ticket});
    OutboxRecipientList list = {ARENA_ARRAY(arena, OutboxRecipient, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] =
            (OutboxRecipient){rows.rows[i].outbox_id, rows.rows[i].address, rows.rows[i].state, rows.rows[i].reason};
    return list;
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

bool outbox_find_left(StoreTx *tx, Arena *arena, const char *external_id, OutboxLeft *left_out)
{
    SqlOutboxFindLeft row;
    if (!sql_outbox_find_left(tx, arena, &(SqlOutboxFindLeftIn){external_id}, &row))
        return false;
    *left_out = (OutboxLeft){row.outbox_id, row.channel, row.ticket_id, row.message_id};
    return true;
}

bool outbox_set_undelivered(StoreTx *tx, OutboxId id, const char *reason, TimeMs now)
{
    return sql_outbox_mark_undelivered(tx, &(SqlOutboxMarkUndeliveredIn){id, reason, now}) == 1;
}

bool outbox_find_sent(StoreTx *tx, Arena *arena, const char *external_id, OutboxSent *sent_out)
{
    SqlOutboxFindExternal row;
    if (!sql_outbox_find_external(tx, arena, &(SqlOutboxFindExternalIn){external_id}, &row))
        return false;
    *sent_out = (OutboxSent){row.outbox_id, row.ticket_id, row.message_id, row.payload};
    return true;
}

OutboxSentList outbox_list_sent(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlOutboxListSentList rows = sql_outbox_list_sent(tx, arena, &(SqlOutboxListSentIn){ticket});
    OutboxSentList list = {ARENA_ARRAY(arena, OutboxSent, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (OutboxSent){rows.rows[i].outbox_id, ticket, rows.rows[i].message_id, rows.rows[i].payload};
    return list;
}

OutboxStatusList outbox_list_of_ticket(StoreTx *tx, Arena *arena, TicketId ticket)
{
    SqlOutboxListOfTicketList rows = sql_outbox_list_of_ticket(tx, arena, &(SqlOutboxListOfTicketIn){ticket});
    OutboxStatusList list = {ARENA_ARRAY(arena, OutboxStatus, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (OutboxStatus){rows.rows[i].outbox_id, rows.rows[i].message_id, rows.rows[i].purpose,
                                       rows.rows[i].state,     rows.rows[i].not_before, rows.rows[i].attempts,
                                       rows.rows[i].error,     rows.rows[i].created_at};
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

OutboxStanding outbox_standing(StoreTx *tx, Arena *arena)
{
    OutboxStanding standing = {0};
    SqlOutboxStandingList rows = sql_outbox_standing(tx, arena);
    for (size_t i = 0; i < rows.count; i++) {
        const SqlOutboxStanding *row = &rows.rows[i];
        *(row->state == OUTBOX_SENDING    ? &standing.sending
          : row->state == OUTBOX_DOT_SENT ? &standing.dot_sent
          : row->tried                    ? &standing.deferred
                                          : &standing.queued) += row->how_many;
        if (!standing.oldest || row->created_at < standing.oldest)
            standing.oldest = row->created_at;
    }
    return standing;
}

int64_t outbox_count_failed(StoreTx *tx, Arena *arena)
{
    SqlOutboxCountFailed row;
    return sql_outbox_count_failed(tx, arena, &row) ? row.failed : 0;
}

bool outbox_send_again(StoreTx *tx, OutboxId id, TimeMs now)
{
    if (sql_outbox_set_again(tx, &(SqlOutboxSetAgainIn){id, now}) != 1)
        return false;
    sql_outbox_recipient_set_again(tx, &(SqlOutboxRecipientSetAgainIn){id});
    return true;
}

bool outbox_give_up(StoreTx *tx, OutboxId id, TimeMs now)
{
    return sql_outbox_set_given_up(tx, &(SqlOutboxSetGivenUpIn){id, now}) == 1;
}
