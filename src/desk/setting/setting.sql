-- The statements of desk/setting/setting.h.

-- @statement setting_find : find
-- @param  setting_key text
-- @column value       text
-- @index  primary key of setting
SELECT value
  FROM setting
 WHERE setting_key = $1;

-- @statement setting_put : run
-- @param  setting_key text
-- @param  value       text
-- @param  changed_at  time
INSERT INTO setting
       (setting_key, value, changed_at)
VALUES ($1, $2, $3)
ON CONFLICT (setting_key) DO UPDATE
   SET value = excluded.value, changed_at = excluded.changed_at;

-- @statement channel_account_upsert : run
-- @param  channel       text
-- @param  name          text
-- @param  address       text
-- @param  config        text
-- @param  sealed_secret blob?
-- @param  active        bool
INSERT INTO channel_account
       (channel, name, address, config, sealed_secret, signature, active, version)
VALUES ($1, $2, $3, $4, $5, '', $6, 1)
ON CONFLICT (name) DO UPDATE
   SET channel = excluded.channel, address = excluded.address, config = excluded.config,
       sealed_secret = excluded.sealed_secret, active = excluded.active, version = channel_account.version + 1;

-- @statement channel_account_find_name : find
-- @param  name               text
-- @column channel_account_id id(channel_account)
-- @column channel            text
-- @column name               text
-- @column address            text
-- @column config             text
-- @column sealed_secret      blob?
-- @column signature          text
-- @column active             bool
-- @column version            int
-- @index  unique key of channel_account
SELECT channel_account_id, channel, name, address, config, sealed_secret, signature, active, version
  FROM channel_account
 WHERE name = $1;

-- @statement channel_account_all : list
-- @column channel_account_id id(channel_account)
-- @column channel            text
-- @column name               text
-- @column address            text
-- @column config             text
-- @column signature          text
-- @column active             bool
-- @column version            int
-- @index  none: a handful of rows
SELECT channel_account_id, channel, name, address, config, signature, active, version
  FROM channel_account
 ORDER BY channel_account_id;

-- @statement channel_account_first_active : find
-- @param  channel            text
-- @column channel_account_id id(channel_account)
-- @column channel            text
-- @column name               text
-- @column address            text
-- @column config             text
-- @column sealed_secret      blob?
-- @column signature          text
-- @column active             bool
-- @column version            int
-- @index  none: a handful of rows
SELECT channel_account_id, channel, name, address, config, sealed_secret, signature, active, version
  FROM channel_account
 WHERE channel = $1
   AND active = 1
 ORDER BY channel_account_id
 LIMIT 1;

-- @statement channel_account_insert : add
-- @param  channel       text
-- @param  name          text
-- @param  address       text
-- @param  config        text
-- @param  sealed_secret blob?
-- @param  signature     text
-- @param  active        bool
INSERT INTO channel_account
       (channel, name, address, config, sealed_secret, signature, active, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
RETURNING channel_account_id;

-- @statement channel_account_update : run
-- @param  channel_account_id id(channel_account)
-- @param  version            int
-- @param  address            text
-- @param  config             text
-- @param  sealed_secret      blob?
-- @param  signature          text
-- @param  active             bool
-- @index  primary key of channel_account
UPDATE channel_account
   SET address = $3, config = $4, sealed_secret = $5, signature = $6, active = $7, version = version + 1
 WHERE channel_account_id = $1
   AND version = $2;

-- What the demo holds; added: what came in after it was made, by hand or otherwise.
-- @statement demo_contents_count : find
-- @column requests  int
-- @column added     int
-- @column customers int
-- @column items     int
-- @column people    int
-- @column products  int
-- @column solutions int
-- @index  none: all of it, for a page seen once, of a company that is small
SELECT (SELECT COUNT(*) FROM ticket) AS requests,
       (SELECT COUNT(*)
          FROM ticket t
          JOIN setting s ON s.setting_key = 'company.demo'
         WHERE t.registered_at > s.changed_at) AS added,
       (SELECT COUNT(*) FROM party) AS customers,
       (SELECT COUNT(*) FROM installed_item) AS items,
       (SELECT COUNT(*) FROM staff WHERE active = 1) AS people,
       (SELECT COUNT(*) FROM product) AS products,
       (SELECT COUNT(*) FROM solution) AS solutions;
