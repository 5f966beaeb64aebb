-- The statements of desk/staff/session.h.

-- ------------------------------------------------------------------------------------------------- before hashing

-- The newest attempts that still count, at most as many as are allowed.
-- @statement sign_in_failure_list_recent : list
-- @param  subject  text
-- @param  since    time
-- @param  how_many int
-- @column at       time
-- @index  sign_in_failure_subject
SELECT at
  FROM sign_in_failure
 WHERE subject = $1
   AND at > $2
 ORDER BY at DESC, sign_in_failure_id DESC
 LIMIT $3;

-- @statement sign_in_failure_insert : add
-- @param  subject text
-- @param  at      time
INSERT INTO sign_in_failure
       (subject, at)
VALUES ($1, $2)
RETURNING sign_in_failure_id;

-- @statement sign_in_failure_delete : run
-- @param  sign_in_failure_id id(sign_in_failure)
-- @index  primary key of sign_in_failure
DELETE FROM sign_in_failure
 WHERE sign_in_failure_id = $1;

-- @statement staff_place_find : find
-- @param  staff_id       id(staff)
-- @param  place          text
-- @param  since          time
-- @column staff_place_id id(staff_place)
-- @index  unique key of staff_place
SELECT staff_place_id
  FROM staff_place
 WHERE staff_id = $1
   AND place = $2
   AND seen_at > $3;

-- @statement staff_place_put : run
-- @param  staff_id id(staff)
-- @param  place    text
-- @param  seen_at  time
INSERT INTO staff_place
       (staff_id, place, seen_at)
VALUES ($1, $2, $3)
ON CONFLICT (staff_id, place) DO UPDATE
   SET seen_at = excluded.seen_at;

-- ------------------------------------------------------------------------------------------------------- sessions

-- @statement staff_session_insert : add
-- @param  token_sha256 text
-- @param  staff_id     id(staff)
-- @param  epoch        int
-- @param  created_at   time
-- @param  expires_at   time
-- @param  address      text
-- @param  user_agent   text
INSERT INTO staff_session
       (token_sha256, staff_id, epoch, created_at, seen_at, expires_at, address, user_agent)
VALUES ($1, $2, $3, $4, $4, $5, $6, $7)
RETURNING staff_session_id;

-- @statement staff_session_find_good : find
-- @param  token_sha256     text
-- @param  now              time
-- @param  seen_since       time
-- @column staff_session_id id(staff_session)
-- @column staff_id         id(staff)
-- @column role             enum(staff_role)
-- @column team_id          id(team)?
-- @column display_name     text
-- @column language         text
-- @column seen_at          time
-- @column expires_at       time
-- @index  unique key of staff_session
SELECT s.staff_session_id, s.staff_id, p.role, p.team_id, p.display_name, p.language, s.seen_at, s.expires_at
  FROM staff_session AS s
  JOIN staff AS p ON p.staff_id = s.staff_id
 WHERE s.token_sha256 = $1
   AND s.expires_at > $2
   AND s.seen_at > $3
   AND s.epoch = p.epoch
   AND p.active = 1;

-- @statement staff_session_touch : run
-- @param  staff_session_id id(staff_session)
-- @param  seen_at          time
-- @param  unless_since     time
-- @index  primary key of staff_session
UPDATE staff_session
   SET seen_at = $2
 WHERE staff_session_id = $1
   AND seen_at <= $3;

-- @statement staff_session_list_good : list
-- @param  staff_id         id(staff)
-- @param  now              time
-- @param  seen_since       time
-- @column staff_session_id id(staff_session)
-- @column created_at       time
-- @column seen_at          time
-- @column address          text
-- @column user_agent       text
-- @index  staff_session_staff
SELECT s.staff_session_id, s.created_at, s.seen_at, s.address, s.user_agent
  FROM staff_session AS s
  JOIN staff AS p ON p.staff_id = s.staff_id
 WHERE s.staff_id = $1
   AND s.expires_at > $2
   AND s.seen_at > $3
   AND s.epoch = p.epoch
   AND p.active = 1
 ORDER BY s.staff_session_id DESC;

-- @statement staff_session_delete : run
-- @param  staff_session_id id(staff_session)
-- @param  staff_id         id(staff)
-- @index  primary key of staff_session
DELETE FROM staff_session
 WHERE staff_session_id = $1
   AND staff_id = $2;

-- @statement staff_session_delete_key : run
-- @param  token_sha256 text
-- @index  unique key of staff_session
DELETE FROM staff_session
 WHERE token_sha256 = $1;

-- @statement staff_session_delete_others : run
-- @param  staff_id         id(staff)
-- @param  staff_session_id id(staff_session)
-- @index  staff_session_staff
DELETE FROM staff_session
 WHERE staff_id = $1
   AND staff_session_id <> $2;

-- @statement staff_session_join_epoch : run
-- @param  staff_session_id id(staff_session)
-- @param  staff_id         id(staff)
-- @param  epoch            int
-- @index  primary key of staff_session
UPDATE staff_session
   SET epoch = $3
 WHERE staff_session_id = $1
   AND staff_id = $2;

-- ------------------------------------------------------------------------------------------------------- tidying

-- @statement staff_session_prune : run
-- @param  now        time
-- @index  staff_session_expiry
DELETE FROM staff_session
 WHERE expires_at <= $1;

-- @statement sign_in_failure_prune : run
-- @param  before time
-- @index  sign_in_failure_at
DELETE FROM sign_in_failure
 WHERE at <= $1;

-- @statement staff_place_prune : run
-- @param  before time
-- @index  staff_place_seen
DELETE FROM staff_place
 WHERE seen_at <= $1;
