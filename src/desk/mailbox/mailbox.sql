-- The statements of desk/mailbox/mailbox.h.

-- @statement mailbox_folder_find : find
-- @param  channel_account_id id(channel_account)
-- @param  folder             text
-- @param  server             text
-- @column uid_validity       int
-- @column last_uid           int
-- @column old_below          int
-- @column old_since          time?
-- @column first_read_at      time
-- @index  unique key of mailbox_folder
SELECT uid_validity, last_uid, old_below, old_since, first_read_at
  FROM mailbox_folder
 WHERE channel_account_id = $1
   AND folder = $2
   AND server = $3;

-- @statement mailbox_folder_put : run
-- @param  channel_account_id id(channel_account)
-- @param  folder             text
-- @param  server             text
-- @param  uid_validity       int
-- @param  last_uid           int
-- @param  old_below          int
-- @param  old_since          time?
-- @param  first_read_at      time
INSERT INTO mailbox_folder
       (channel_account_id, folder, server, uid_validity, last_uid, old_below, old_since, first_read_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (channel_account_id, folder) DO UPDATE
   SET server = excluded.server, uid_validity = excluded.uid_validity, last_uid = excluded.last_uid,
       old_below = excluded.old_below, old_since = excluded.old_since,
       first_read_at = excluded.first_read_at;

-- @statement channel_health_all : list
-- @column channel_account_id id(channel_account)
-- @column checked_at         time?
-- @column failing_since      time?
-- @column step               text
-- @column said               text
-- @column last_message_at    time?
-- @column test_sent_at       time?
-- @column test_arrived_at    time?
-- @index  none: a handful of rows
SELECT channel_account_id, checked_at, failing_since, step, said, last_message_at, test_sent_at, test_arrived_at
  FROM channel_health
 ORDER BY channel_account_id;

-- @statement channel_health_put_well : run
-- @param  channel_account_id id(channel_account)
-- @param  now                time
-- @param  step               text
-- @param  said               text
-- @param  message_at         time?
INSERT INTO channel_health
       (channel_account_id, checked_at, failing_since, step, said, last_message_at)
VALUES ($1, $2, NULL, $3, $4, $5)
ON CONFLICT (channel_account_id) DO UPDATE
   SET checked_at = excluded.checked_at, failing_since = NULL, step = excluded.step, said = excluded.said,
       last_message_at = COALESCE(excluded.last_message_at, channel_health.last_message_at);

-- @statement channel_health_put_failing : run
-- @param  channel_account_id id(channel_account)
-- @param  now                time
-- @param  step               text
-- @param  said               text
INSERT INTO channel_health
       (channel_account_id, checked_at, failing_since, step, said, last_message_at)
VALUES ($1, $2, $2, $3, $4, NULL)
ON CONFLICT (channel_account_id) DO UPDATE
   SET checked_at = excluded.checked_at, failing_since = COALESCE(channel_health.failing_since, excluded.failing_since),
       step = excluded.step, said = excluded.said;

-- @statement channel_health_put_test : run
-- @param  channel_account_id id(channel_account)
-- @param  test_sha256        text
-- @param  now                time
INSERT INTO channel_health
       (channel_account_id, step, said, test_sha256, test_sent_at)
VALUES ($1, '', '', $2, $3)
ON CONFLICT (channel_account_id) DO UPDATE
   SET test_sha256 = excluded.test_sha256, test_sent_at = excluded.test_sent_at, test_arrived_at = NULL;

-- @statement channel_health_set_test_arrived : run
-- @param  channel_account_id id(channel_account)
-- @param  test_sha256        text
-- @param  arrived_at         time?
-- @param  sent_since         time
-- @index  primary key of channel_health
UPDATE channel_health
   SET test_arrived_at = COALESCE($3, test_arrived_at)
 WHERE channel_account_id = $1
   AND test_sha256 = $2
   AND test_sent_at >= $4;
