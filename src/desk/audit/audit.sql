-- The statements of desk/audit/audit.h and desk/audit/seal.h.

-- @statement audit_insert : add
-- @param  at         time
-- @param  actor_kind enum(actor_kind)
-- @param  actor_id   int?
-- @param  action     text
-- @param  object     text
-- @param  object_id  int?
-- @param  payload    text
INSERT INTO audit
       (at, actor_kind, actor_id, action, object, object_id, payload)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING audit_id;

-- @statement audit_list_before : list
-- @param  before        id(audit)
-- @param  how_many      int
-- @column audit_id      id(audit)
-- @column at            time
-- @column actor_kind    enum(actor_kind)
-- @column actor_id      int?
-- @column action        text
-- @column object        text
-- @column object_id     int?
-- @column payload       text
-- @column audit_seal_id id(audit_seal)?
-- @index  primary key of audit
SELECT audit_id, at, actor_kind, actor_id, action, object, object_id, payload, audit_seal_id
  FROM audit
 WHERE audit_id < $1
 ORDER BY audit_id DESC
 LIMIT $2;

-- What the sealer takes next.
-- @statement audit_list_unsealed : list
-- @param  how_many      int
-- @column audit_id      id(audit)
-- @column at            time
-- @column actor_kind    enum(actor_kind)
-- @column actor_id      int?
-- @column action        text
-- @column object        text
-- @column object_id     int?
-- @column payload       text
-- @index  audit_sealing
SELECT audit_id, at, actor_kind, actor_id, action, object, object_id, payload
  FROM audit
 WHERE audit_seal_id IS NULL
 ORDER BY audit_id
 LIMIT $1;

-- What one seal covers.
-- @statement audit_list_sealed : list
-- @param  audit_seal_id id(audit_seal)
-- @param  how_many      int
-- @column audit_id      id(audit)
-- @column at            time
-- @column actor_kind    enum(actor_kind)
-- @column actor_id      int?
-- @column action        text
-- @column object        text
-- @column object_id     int?
-- @column payload       text
-- @index  audit_sealing
SELECT audit_id, at, actor_kind, actor_id, action, object, object_id, payload
  FROM audit
 WHERE audit_seal_id = $1
 ORDER BY audit_id
 LIMIT $2;

-- @statement audit_count_unsealed : find
-- @column unsealed int
-- @index  audit_sealing
SELECT COUNT(audit_id) AS unsealed
  FROM audit
 WHERE audit_seal_id IS NULL;

-- @statement audit_set_seal : run
-- @param  audit_seal_id id(audit_seal)
-- @param  first_id      id(audit)
-- @param  last_id       id(audit)
-- @index  audit_sealing
UPDATE audit
   SET audit_seal_id = $1
 WHERE audit_seal_id IS NULL
   AND audit_id >= $2
   AND audit_id <= $3;

-- @statement audit_seal_insert : add
-- @param  first_id     int
-- @param  last_id      int
-- @param  rows_sealed  int
-- @param  chain_sha256 text
-- @param  sealed_at    time
INSERT INTO audit_seal
       (first_id, last_id, rows_sealed, chain_sha256, sealed_at)
VALUES ($1, $2, $3, $4, $5)
RETURNING audit_seal_id;

-- @statement audit_seal_find_last : find
-- @column audit_seal_id id(audit_seal)
-- @column chain_sha256  text
-- @index  primary key of audit_seal
SELECT audit_seal_id, chain_sha256
  FROM audit_seal
 ORDER BY audit_seal_id DESC
 LIMIT 1;

-- @statement audit_seal_list_after : list
-- @param  after         id(audit_seal)
-- @param  how_many      int
-- @column audit_seal_id id(audit_seal)
-- @column first_id      int
-- @column last_id       int
-- @column rows_sealed   int
-- @column chain_sha256  text
-- @column sealed_at     time
-- @index  primary key of audit_seal
SELECT audit_seal_id, first_id, last_id, rows_sealed, chain_sha256, sealed_at
  FROM audit_seal
 WHERE audit_seal_id > $1
 ORDER BY audit_seal_id
 LIMIT $2;
