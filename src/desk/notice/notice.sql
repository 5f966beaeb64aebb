-- The statements of desk/notice/notice.h.

-- @statement notice_choice_put : run
-- @param  staff_id id(staff)
-- @param  own      bool
-- @param  team     bool
INSERT INTO notice_choice
       (staff_id, own, team)
VALUES ($1, $2, $3)
ON CONFLICT (staff_id) DO UPDATE
   SET own = excluded.own, team = excluded.team;

-- @statement notice_choice_find : find
-- @param  staff_id id(staff)
-- @column own      bool
-- @column team     bool
-- @index  primary key of notice_choice
SELECT own, team
  FROM notice_choice
 WHERE staff_id = $1;

-- @statement notice_trouble_put : run
-- @param  staff_id id(staff)
-- @param  trouble  bool
INSERT INTO notice_choice
       (staff_id, own, team, trouble)
VALUES ($1, 0, 0, $2)
ON CONFLICT (staff_id) DO UPDATE
   SET trouble = excluded.trouble;

-- @statement notice_trouble_find : find
-- @param  staff_id id(staff)
-- @column trouble  bool
-- @index  primary key of notice_choice
SELECT trouble
  FROM notice_choice
 WHERE staff_id = $1
   AND trouble IS NOT NULL;

-- Who of a team wants to hear of what nobody has in charge.
-- @statement notice_list_team : list
-- @param  team_id  id(team)
-- @param  how_many int
-- @column staff_id id(staff)
-- @index  staff_team, primary key of notice_choice
SELECT s.staff_id
  FROM staff s
  JOIN notice_choice c ON c.staff_id = s.staff_id
 WHERE s.team_id = $1
   AND s.active = 1
   AND c.team = 1
 ORDER BY s.staff_id
 LIMIT $2;

-- @statement staff_notice_insert : run
-- @param  token_sha256 text
-- @param  ticket_id    id(ticket)
-- @param  message_id   id(message)
-- @param  staff_id     id(staff)
-- @param  created_at   time
INSERT INTO staff_notice
       (token_sha256, ticket_id, message_id, staff_id, created_at)
VALUES ($1, $2, $3, $4, $5);

-- @statement staff_notice_find : find
-- @param  token_sha256 text
-- @column ticket_id    id(ticket)
-- @column staff_id     id(staff)
-- @index  unique key of staff_notice
SELECT ticket_id, staff_id
  FROM staff_notice
 WHERE token_sha256 = $1;

-- @statement staff_notice_count : find
-- @param  staff_id id(staff)
-- @param  since    time
-- @column told     int
-- @index  staff_notice_staff
SELECT COUNT(*) AS told
  FROM staff_notice
 WHERE staff_id = $1
   AND created_at >= $2;

-- @statement staff_notice_set_ticket : run
-- @param  message_id id(message)
-- @param  ticket_id  id(ticket)
-- @index  staff_notice_message
UPDATE staff_notice
   SET ticket_id = $2
 WHERE message_id = $1;
