/* SPDX-License-Identifier: EUPL-1.2 */
#include "desk/mailbox/mailbox.h"

#include "mailbox_sql.h"

bool mailbox_folder_find(StoreTx *tx, Arena *arena, const MailboxFolder *wanted, MailboxFolder *folder_out)
{
    SqlMailboxFolderFind row;
    if (!sql_mailbox_folder_find(tx, arena, &(SqlMailboxFolderFindIn){wanted->account, wanted->folder, wanted->server},
                                 &row))
        return false;
    *folder_out = (MailboxFolder){wanted->account, wanted->folder, wanted->server, row.uid_validity,
                                  row.last_uid,    row.old_below,  row.old_since,  row.first_read_at};
    return true;
}

void mailbox_folder_keep(StoreTx *tx, const MailboxFolder *folder)
{
    sql_mailbox_folder_put(tx, &(SqlMailboxFolderPutIn){folder->account, folder->folder, folder->server,
                                                        folder->uid_validity, folder->last_uid, folder->old_below,
                                                        folder->old_since, folder->first_read_at});
}

ChannelHealthRows channel_health_list(StoreTx *tx, Arena *arena)
{
    SqlChannelHealthAllList rows = sql_channel_health_all(tx, arena);
    ChannelHealthRows list = {ARENA_ARRAY(arena, ChannelHealthRow, rows.count), rows.count};
    for (size_t i = 0; i < rows.count; i++)
        list.items[i] = (ChannelHealthRow){rows.rows[i].channel_account_id,
                                           rows.rows[i].checked_at,
                                           rows.rows[i].failing_since,
                                           rows.rows[i].step,
                                           rows.rows[i].said,
                                           rows.rows[i].last_message_at,
                                           rows.rows[i].test_sent_at,
                                           rows.rows[i].test_arrived_at};
    return list;
}

void channel_health_set_well(StoreTx *tx, ChannelAccountId account, const ChannelHealthWell *well, TimeMs now)
{
    sql_channel_health_put_well(tx,
                                &(SqlChannelHealthPutWellIn){account, now, well->step, well->said, well->message_at});
}

void channel_health_set_failing(StoreTx *tx, ChannelAccountId account, const char *step, const char *said, TimeMs now)
{
    sql_channel_health_put_failing(tx, &(SqlChannelHealthPutFailingIn){account, now, step, said});
}

void channel_test_begin(StoreTx *tx, ChannelAccountId account, const char *secret_sha256, TimeMs now)
{
    sql_channel_health_put_test(tx, &(SqlChannelHealthPutTestIn){account, secret_sha256, now});
}

bool channel_test_arrive(StoreTx *tx, ChannelAccountId account, const char *secret_sha256, bool is_it, TimeMs now)
{
    return sql_channel_health_set_test_arrived(tx, &(SqlChannelHealthSetTestArrivedIn){account, secret_sha256,
                                                                                       is_it ? now : TIME_NONE,
                                                                                       now - TIME_DAY}) == 1;
}
