-- The statements of desk/staff/staff.h.

-- @statement staff_insert : add
-- @param  login         text
-- @param  display_name  text
-- @param  sort_key      text
-- @param  email         text
-- @param  role          enum(staff_role)
-- @param  team_id       id(team)?
-- @param  language      text
-- @param  password_hash text?
-- @param  created_at    time
INSERT INTO staff
       (login, display_name, sort_key, email, role, team_id, language, password_hash, active, epoch, created_at,
        version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, $9, 1)
RETURNING staff_id;

-- @statement staff_find_row : find
-- @param  staff_id      id(staff)
-- @column staff_id      id(staff)
-- @column login         text
-- @column display_name  text
-- @column email         text
-- @column role          enum(staff_role)
-- @column team_id       id(team)?
-- @column language      text
-- @column password_hash text?
-- @column active        bool
-- @column epoch         int
-- @column version       int
-- @index  primary key of staff
SELECT staff_id, login, display_name, email, role, team_id, language, password_hash, active, epoch, version
  FROM staff
 WHERE staff_id = $1;

-- @statement staff_find_login_row : find
-- @param  login         text
-- @column staff_id      id(staff)
-- @index  unique key of staff
SELECT staff_id
  FROM staff
 WHERE login = $1;

-- @statement staff_list_active : list
-- @column staff_id      id(staff)
-- @column login         text
-- @column display_name  text
-- @column role          enum(staff_role)
-- @column team_id       id(team)?
-- @index  none: some tens of rows
SELECT staff_id, login, display_name, role, team_id
  FROM staff
 WHERE active = 1
 ORDER BY sort_key, staff_id;

-- @statement team_insert : add
-- @param  name     text
-- @param  sort_key text
-- @param  kind     enum(team_kind)
-- @param  place    text
INSERT INTO team
       (name, sort_key, kind, place, version)
VALUES ($1, $2, $3, $4, 1)
RETURNING team_id;

-- @statement team_list_all : list
-- @column team_id id(team)
-- @column name    text
-- @column kind    enum(team_kind)
-- @column place   text
-- @column version int
-- @index  none: a handful of rows
SELECT team_id, name, kind, place, version
  FROM team
 ORDER BY sort_key, team_id;

-- @statement team_oldest : find
-- @column team_id id(team)
-- @index  primary key of team
SELECT team_id
  FROM team
 ORDER BY team_id
 LIMIT 1;

-- @statement staff_set_epoch : run
-- @param  staff_id id(staff)
-- @param  epoch    int
-- @index  primary key of staff
UPDATE staff
   SET epoch = $2
 WHERE staff_id = $1;

-- @statement staff_set_hash : run
-- @param  staff_id      id(staff)
-- @param  password_hash text
-- @index  primary key of staff
UPDATE staff
   SET password_hash = $2
 WHERE staff_id = $1;

-- @statement staff_update : run
-- @param  staff_id     id(staff)
-- @param  version      int
-- @param  display_name text
-- @param  sort_key     text
-- @param  email        text
-- @param  role         enum(staff_role)
-- @param  team_id      id(team)?
-- @param  language     text
-- @index  primary key of staff
UPDATE staff
   SET display_name = $3, sort_key = $4, email = $5, role = $6, team_id = $7, language = $8, version = version + 1
 WHERE staff_id = $1
   AND version = $2;

-- @statement staff_update_active : run
-- @param  staff_id id(staff)
-- @param  version  int
-- @param  active   bool
-- @index  primary key of staff
UPDATE staff
   SET active = $3, version = version + 1
 WHERE staff_id = $1
   AND version = $2;

-- @statement staff_count_admins : find
-- @param  but_for id(staff)
-- @column admins  int
-- @index  none: some tens of rows
SELECT COUNT(staff_id) AS admins
  FROM staff
 WHERE role = 'admin'
   AND active = 1
   AND staff_id <> $1;

-- @statement team_find : find
-- @param  team_id id(team)
-- @column team_id id(team)
-- @index  primary key of team
SELECT team_id
  FROM team
 WHERE team_id = $1;

-- Everybody who ever worked here.
-- @statement staff_list_everybody : list
-- @column staff_id     id(staff)
-- @column login        text
-- @column display_name text
-- @column email        text
-- @column role         enum(staff_role)
-- @column team_id      id(team)?
-- @column has_password bool
-- @column active       bool
-- @column version      int
-- @index  none: some tens of rows
SELECT staff_id, login, display_name, email, role, team_id,
       CASE WHEN password_hash IS NULL THEN 0 ELSE 1 END AS has_password, active, version
  FROM staff
 ORDER BY active DESC, sort_key, staff_id;

-- @statement team_find_name : find
-- @param  name    text
-- @column team_id id(team)
-- @index  unique key of team
SELECT team_id
  FROM team
 WHERE name = $1;

-- @statement team_update : run
-- @param  team_id  id(team)
-- @param  version  int
-- @param  name     text
-- @param  sort_key text
-- @param  kind     enum(team_kind)
-- @param  place    text
-- @index  primary key of team
UPDATE team
   SET name = $3, sort_key = $4, kind = $5, place = $6, version = version + 1
 WHERE team_id = $1
   AND version = $2;
