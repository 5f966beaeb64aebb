/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/mailbox/grant.h"

#include "grant_sql.h"

bool mailbox_grant_find(StoreTx *tx, Arena *arena, ChannelAccountId account, MailboxGrant *grant_out)
{
    SqlMailboxGrantFind row;
    *grant_out = (MailboxGrant){.account = account, .bound = ""};
    if (!sql_mailbox_grant_find(tx, arena, &(SqlMailboxGrantFindIn){account}, &row))
        return false;
    *grant_out = (MailboxGrant){account,          row.sealed_client, row.sealed_access, row.sealed_refresh,
                                row.bound,        row.granted_at,    row.renew_at,      row.expires_at,
                                row.withdrawn_at, row.busy_until,    row.version};
    return true;
}

void mailbox_grant_set_client(StoreTx *tx, ChannelAccountId account, Bytes client)
{
    sql_mailbox_grant_put_client(tx, &(SqlMailboxGrantPutClientIn){account, client});
}

void mailbox_grant_put(StoreTx *tx, const MailboxGrant *grant)
{
    sql_mailbox_grant_put(tx, &(SqlMailboxGrantPutIn){grant->account, grant->access, grant->refresh, grant->bound,
                                                      grant->granted_at, grant->renew_at, grant->expires_at});
}

void mailbox_grant_drop(StoreTx *tx, ChannelAccountId account)
{
    sql_mailbox_grant_drop(tx, &(SqlMailboxGrantDropIn){account});
}

bool mailbox_grant_lease(StoreTx *tx, const MailboxGrant *grant, TimeMs until, TimeMs now)
{
    return sql_mailbox_grant_lease(tx, &(SqlMailboxGrantLeaseIn){grant->account, grant->version, until, now}) == 1;
}

bool mailbox_grant_renew(StoreTx *tx, const MailboxGrant *grant)
{
    return sql_mailbox_grant_renew(tx, &(SqlMailboxGrantRenewIn){grant->account, grant->version, grant->access,
                                                                 grant->refresh, grant->renew_at, grant->expires_at}) ==
           1;
}

bool mailbox_grant_release(StoreTx *tx, const MailboxGrant *grant)
{
    return sql_mailbox_grant_release(tx, &(SqlMailboxGrantReleaseIn){grant->account, grant->version, grant->renew_at,
                                                                     grant->withdrawn_at}) == 1;
}

void grant_attempt_add(StoreTx *tx, const GrantAttempt *attempt)
{
    sql_grant_attempt_clear(tx,
                            &(SqlGrantAttemptClearIn){attempt->account, attempt->begun_at - (TimeMs)GRANT_ATTEMPT_MS});
    sql_grant_attempt_insert(tx, &(SqlGrantAttemptInsertIn){attempt->account, attempt->state_sha256, attempt->verifier,
                                                            attempt->bound, attempt->begun_at});
}

bool grant_attempt_take(StoreTx *tx, Arena *arena, const char *state_sha256, TimeMs now, GrantAttempt *attempt_out)
{
    SqlGrantAttemptFind row;
    if (!sql_grant_attempt_find(tx, arena, &(SqlGrantAttemptFindIn){state_sha256}, &row) ||
        sql_grant_attempt_delete(tx, &(SqlGrantAttemptDeleteIn){row.grant_attempt_id}) != 1)
        return false;
    *attempt_out = (GrantAttempt){row.channel_account_id, state_sha256, row.sealed_verifier, row.bound, row.begun_at};
    return now - row.begun_at < (TimeMs)GRANT_ATTEMPT_MS;
}
