-- The statements of desk/staff/token.h.

-- @statement api_token_insert : add
-- @param  token_sha256 text
-- @param  prefix       text
-- @param  name         text
-- @param  scopes       text
-- @param  staff_id     id(staff)
-- @param  created_at   time
-- @param  expires_at   time?
INSERT INTO api_token
       (token_sha256, prefix, name, scopes, staff_id, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING api_token_id;

-- @statement api_token_find_key : find
-- @param  token_sha256 text
-- @column api_token_id id(api_token)
-- @column prefix       text
-- @column name         text
-- @column scopes       text
-- @column staff_id     id(staff)
-- @column role         enum(staff_role)
-- @column active       bool
-- @column created_at   time
-- @column expires_at   time?
-- @column used_at      time?
-- @column revoked_at   time?
-- @index  unique key of api_token
SELECT t.api_token_id, t.prefix, t.name, t.scopes, t.staff_id, p.role, p.active, t.created_at, t.expires_at, t.used_at,
       t.revoked_at
  FROM api_token AS t
  JOIN staff AS p ON p.staff_id = t.staff_id
 WHERE t.token_sha256 = $1;

-- @statement api_token_list_all : list
-- @column api_token_id id(api_token)
-- @column prefix       text
-- @column name         text
-- @column scopes       text
-- @column staff_id     id(staff)
-- @column role         enum(staff_role)
-- @column active       bool
-- @column created_at   time
-- @column expires_at   time?
-- @column used_at      time?
-- @column revoked_at   time?
-- @index  none: a handful of rows
SELECT t.api_token_id, t.prefix, t.name, t.scopes, t.staff_id, p.role, p.active, t.created_at, t.expires_at, t.used_at,
       t.revoked_at
  FROM api_token AS t
  JOIN staff AS p ON p.staff_id = t.staff_id
 ORDER BY t.api_token_id DESC;

-- @statement api_token_set_used : run
-- @param  api_token_id id(api_token)
-- @param  used_at      time
-- @param  unless_since time
-- @index  primary key of api_token
UPDATE api_token
   SET used_at = $2
 WHERE api_token_id = $1
   AND COALESCE(used_at, 0) <= $3;

-- @statement api_token_set_revoked : run
-- @param  api_token_id id(api_token)
-- @param  revoked_at   time
-- @index  primary key of api_token
UPDATE api_token
   SET revoked_at = $2
 WHERE api_token_id = $1
   AND revoked_at IS NULL;
