-- The statements of desk/mailbox/grant.h.

-- @statement mailbox_grant_find : find
-- @param  channel_account_id id(channel_account)
-- @column sealed_client      blob?
-- @column sealed_access      blob?
-- @column sealed_refresh     blob?
-- @column bound              text
-- @column granted_at         time?
-- @column renew_at           time?
-- @column expires_at         time?
-- @column withdrawn_at       time?
-- @column busy_until         time?
-- @column version            int
-- @index  primary key of mailbox_grant
SELECT sealed_client, sealed_access, sealed_refresh, bound, granted_at, renew_at, expires_at, withdrawn_at, busy_until,
       version
  FROM mailbox_grant
 WHERE channel_account_id = $1;

-- @statement mailbox_grant_put_client : run
-- @param  channel_account_id id(channel_account)
-- @param  sealed_client      blob?
INSERT INTO mailbox_grant
       (channel_account_id, sealed_client, bound, version)
VALUES ($1, $2, '', 1)
ON CONFLICT (channel_account_id) DO UPDATE
   SET sealed_client = excluded.sealed_client, version = mailbox_grant.version + 1;

-- @statement mailbox_grant_put : run
-- @param  channel_account_id id(channel_account)
-- @param  sealed_access      blob?
-- @param  sealed_refresh     blob?
-- @param  bound              text
-- @param  granted_at         time?
-- @param  renew_at           time?
-- @param  expires_at         time?
INSERT INTO mailbox_grant
       (channel_account_id, sealed_access, sealed_refresh, bound, granted_at, renew_at, expires_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
ON CONFLICT (channel_account_id) DO UPDATE
   SET sealed_access = excluded.sealed_access, sealed_refresh = excluded.sealed_refresh, bound = excluded.bound,
       granted_at = excluded.granted_at, renew_at = excluded.renew_at, expires_at = excluded.expires_at,
       withdrawn_at = NULL, busy_until = NULL, version = mailbox_grant.version + 1;

-- @statement mailbox_grant_drop : run
-- @param  channel_account_id id(channel_account)
-- @index  primary key of mailbox_grant
UPDATE mailbox_grant
   SET sealed_access = NULL, sealed_refresh = NULL, bound = '', granted_at = NULL, renew_at = NULL, expires_at = NULL,
       withdrawn_at = NULL, busy_until = NULL, version = version + 1
 WHERE channel_account_id = $1;

-- @statement mailbox_grant_lease : run
-- @param  channel_account_id id(channel_account)
-- @param  version            int
-- @param  busy_until         time
-- @param  now                time
-- @index  primary key of mailbox_grant
UPDATE mailbox_grant
   SET busy_until = $3, version = version + 1
 WHERE channel_account_id = $1
   AND version = $2
   AND (busy_until IS NULL OR busy_until <= $4);

-- @statement mailbox_grant_renew : run
-- @param  channel_account_id id(channel_account)
-- @param  version            int
-- @param  sealed_access      blob?
-- @param  sealed_refresh     blob?
-- @param  renew_at           time?
-- @param  expires_at         time?
-- @index  primary key of mailbox_grant
UPDATE mailbox_grant
   SET sealed_access = $3, sealed_refresh = $4, renew_at = $5, expires_at = $6, withdrawn_at = NULL, busy_until = NULL,
       version = version + 1
 WHERE channel_account_id = $1
   AND version = $2;

-- @statement mailbox_grant_release : run
-- @param  channel_account_id id(channel_account)
-- @param  version            int
-- @param  renew_at           time?
-- @param  withdrawn_at       time?
-- @index  primary key of mailbox_grant
UPDATE mailbox_grant
   SET renew_at = $3, withdrawn_at = $4, busy_until = NULL, version = version + 1
 WHERE channel_account_id = $1
   AND version = $2;

-- @statement grant_attempt_clear : run
-- @param  channel_account_id id(channel_account)
-- @param  begun_before       time
-- @index  none: a handful of rows
DELETE FROM grant_attempt
 WHERE channel_account_id = $1
    OR begun_at < $2;

-- @statement grant_attempt_insert : run
-- @param  channel_account_id id(channel_account)
-- @param  state_sha256       text
-- @param  sealed_verifier    blob
-- @param  bound              text
-- @param  begun_at           time
INSERT INTO grant_attempt
       (channel_account_id, state_sha256, sealed_verifier, bound, begun_at)
VALUES ($1, $2, $3, $4, $5);

-- @statement grant_attempt_find : find
-- @param  state_sha256       text
-- @column grant_attempt_id   id(grant_attempt)
-- @column channel_account_id id(channel_account)
-- @column sealed_verifier    blob
-- @column bound              text
-- @column begun_at           time
-- @index  unique key of grant_attempt
SELECT grant_attempt_id, channel_account_id, sealed_verifier, bound, begun_at
  FROM grant_attempt
 WHERE state_sha256 = $1;

-- @statement grant_attempt_delete : run
-- @param  grant_attempt_id id(grant_attempt)
-- @index  primary key of grant_attempt
DELETE FROM grant_attempt
 WHERE grant_attempt_id = $1;
