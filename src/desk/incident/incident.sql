-- The statements of desk/incident/incident.h.

-- @statement incident_insert : run
-- @param  channel_account_id id(channel_account)
-- @param  kind               enum(incident_kind)
-- @param  since              time
-- @param  noticed_at         time
-- @param  step               text
-- @param  said               text
INSERT INTO incident
       (channel_account_id, kind, since, noticed_at, step, said)
VALUES ($1, $2, $3, $4, $5, $6);

-- Those that go on, and whether mail about one has left. The index holds nothing else; naming its first column makes it a
-- search of it on both engines.
-- @statement incident_open : list
-- @column incident_id        id(incident)
-- @column channel_account_id id(channel_account)
-- @column kind               enum(incident_kind)
-- @column since              time
-- @column noticed_at         time
-- @column step               text
-- @column said               text
-- @column told_at            time?
-- @column mended_since       time?
-- @column ended_at           time?
-- @column reached            bool
-- @index  incident_open, unique key of incident_told, primary key of outbox
SELECT i.incident_id, i.channel_account_id, i.kind, i.since, i.noticed_at, i.step, i.said, i.told_at, i.mended_since,
       i.ended_at,
       CASE WHEN EXISTS (SELECT 1
                           FROM incident_told t
                           JOIN outbox o ON o.outbox_id = t.outbox_id
                          WHERE t.incident_id = i.incident_id
                            AND o.state = 'sent') THEN 1 ELSE 0 END AS reached
  FROM incident i
 WHERE i.ended_at IS NULL
   AND i.channel_account_id > 0
 ORDER BY i.channel_account_id, i.kind;

-- @statement incident_of_account : list
-- @param  channel_account_id id(channel_account)
-- @param  how_many           int
-- @column incident_id        id(incident)
-- @column channel_account_id id(channel_account)
-- @column kind               enum(incident_kind)
-- @column since              time
-- @column noticed_at         time
-- @column step               text
-- @column said               text
-- @column told_at            time?
-- @column mended_since       time?
-- @column ended_at           time?
-- @index  incident_account
SELECT incident_id, channel_account_id, kind, since, noticed_at, step, said, told_at, mended_since, ended_at
  FROM incident
 WHERE channel_account_id = $1
 ORDER BY noticed_at DESC, incident_id DESC
 LIMIT $2;

-- @statement incident_find_row : find
-- @param  incident_id        id(incident)
-- @column incident_id        id(incident)
-- @column channel_account_id id(channel_account)
-- @column kind               enum(incident_kind)
-- @column since              time
-- @column noticed_at         time
-- @column step               text
-- @column said               text
-- @column told_at            time?
-- @column mended_since       time?
-- @column ended_at           time?
-- @index  primary key of incident
SELECT incident_id, channel_account_id, kind, since, noticed_at, step, said, told_at, mended_since, ended_at
  FROM incident
 WHERE incident_id = $1;

-- @statement incident_set_mended : run
-- @param  incident_id  id(incident)
-- @param  mended_since time?
-- @index  primary key of incident
UPDATE incident
   SET mended_since = $2
 WHERE incident_id = $1
   AND ended_at IS NULL;

-- @statement incident_set_ended : run
-- @param  incident_id id(incident)
-- @param  ended_at    time
-- @index  primary key of incident
UPDATE incident
   SET ended_at = $2
 WHERE incident_id = $1
   AND ended_at IS NULL;

-- @statement incident_set_told : run
-- @param  incident_id id(incident)
-- @param  told_at     time
-- @index  primary key of incident
UPDATE incident
   SET told_at = COALESCE(told_at, $2)
 WHERE incident_id = $1;

-- How many of a kind were told lately.
-- @statement incident_count_told : find
-- @param  channel_account_id id(channel_account)
-- @param  since              time
-- @param  kind               enum(incident_kind)
-- @column told               int
-- @index  incident_account
SELECT COUNT(*) AS told
  FROM incident
 WHERE channel_account_id = $1
   AND noticed_at >= $2
   AND kind = $3
   AND told_at IS NOT NULL;

-- Who wants to hear of it: administrators unless they said no, others if they said yes.
-- @statement incident_recipients : list
-- @column staff_id     id(staff)
-- @column email        text
-- @column display_name text
-- @index  none: the people of one company
SELECT s.staff_id, s.email, s.display_name
  FROM staff s
  LEFT JOIN notice_choice c ON c.staff_id = s.staff_id
 WHERE s.active = 1
   AND s.email <> ''
   AND COALESCE(c.trouble, CASE WHEN s.role = 'admin' THEN 1 ELSE 0 END) = 1
 ORDER BY s.staff_id
 LIMIT 20;

-- @statement incident_told_insert : run
-- @param  incident_id id(incident)
-- @param  staff_id    id(staff)
-- @param  outbox_id   id(outbox)
-- @param  tried       text
INSERT INTO incident_told
       (incident_id, staff_id, outbox_id, tried)
VALUES ($1, $2, $3, $4);

-- @statement incident_told_of : list
-- @param  incident_id  id(incident)
-- @column staff_id     id(staff)
-- @column email        text
-- @column display_name text
-- @column outbox_id    id(outbox)
-- @column tried        text
-- @column state        enum(outbox_state)
-- @column attempts     int
-- @index  unique key of incident_told, primary key of outbox, primary key of staff
SELECT t.staff_id, s.email, s.display_name, t.outbox_id, t.tried, o.state, o.attempts
  FROM incident_told t
  JOIN staff s ON s.staff_id = t.staff_id
  JOIN outbox o ON o.outbox_id = t.outbox_id
 WHERE t.incident_id = $1
 ORDER BY t.staff_id;

-- @statement incident_told_move : run
-- @param  incident_id id(incident)
-- @param  staff_id    id(staff)
-- @param  outbox_id   id(outbox)
-- @param  tried       text
-- @index  unique key of incident_told
UPDATE incident_told
   SET outbox_id = $3, tried = $4
 WHERE incident_id = $1
   AND staff_id = $2;

-- @statement incident_told_delete : run
-- @param  incident_id id(incident)
-- @param  staff_id    id(staff)
-- @index  unique key of incident_told
DELETE FROM incident_told
 WHERE incident_id = $1
   AND staff_id = $2;
