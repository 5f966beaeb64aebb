-- SPDX-License-Identifier: EUPL-1.2
-- Statements of the sample desk: one of each kind, every type once.

-- What the ticket page shows at its head.
-- @statement ticket_find : find
-- @param  ticket_id  id(ticket)
-- @column state      enum(ticket_state)
-- @column owner_id   id(staff)?
-- @column owner_name text?
-- @column due_at     time?
-- @column estimate   cents?
-- @column original   blob?
-- @index  primary key of ticket, then of staff
SELECT ticket.state, ticket.owner_id, staff.name AS owner_name, ticket.due_at, ticket.estimate, ticket.original
  FROM ticket
  LEFT JOIN staff ON staff.staff_id = ticket.owner_id
 WHERE ticket.ticket_id = $1;

-- The version alone: a find that copies nothing.
-- @statement ticket_version_find : find
-- @param  ticket_id  id(ticket)
-- @column version    int
-- @index  primary key of ticket
SELECT version
  FROM ticket
 WHERE ticket_id = $1;

-- One page of the queue, newest first, after the row last shown.
-- @statement ticket_list_before : list
-- @param  created_at time
-- @param  ticket_id  id(ticket)
-- @param  at_most    int
-- @column ticket_id  id(ticket)
-- @column subject    text
-- @column created_at time
-- @index  ticket_by_creation, backwards
SELECT ticket_id, subject, created_at
  FROM ticket
 WHERE (created_at, ticket_id) < ($1, $2)
 ORDER BY created_at DESC, ticket_id DESC
 LIMIT $3;

-- @statement ticket_each : each
-- @column ticket_id  id(ticket)
-- @column subject    text
-- @column is_owned   bool
-- @index  primary key of ticket: a whole scan, for checks
SELECT ticket_id, subject, CASE WHEN owner_id IS NULL THEN 0 ELSE 1 END AS is_owned
  FROM ticket
 ORDER BY ticket_id;

-- @statement ticket_sum_by_owner : each
-- @column owner_id   id(staff)?
-- @column total      cents
-- @column mean       real
-- @index  ticket_by_owner
SELECT owner_id, CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS total, CAST(AVG(cost) AS DOUBLE PRECISION) AS mean
  FROM ticket
 GROUP BY owner_id
 ORDER BY owner_id NULLS LAST;

-- Opens a ticket.
-- @statement ticket_add : add
-- @param  state      enum(ticket_state)
-- @param  subject    text
-- @param  owner_id   id(staff)?
-- @param  created_at time
-- @param  due_at     time?
-- @param  estimate   cents?
-- @param  original   blob?
INSERT INTO ticket (state, subject, owner_id, created_at, due_at, estimate, original)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING ticket_id;

-- Gives the ticket to someone, if nobody changed it since it was read.
-- @statement ticket_set_owner : run
-- @param  ticket_id  id(ticket)
-- @param  owner_id   id(staff)?
-- @param  version    int
-- @index  primary key of ticket
UPDATE ticket
   SET owner_id = $2,
       version = version + 1
 WHERE ticket_id = $1
   AND version = $3;

-- @statement ticket_tag_matches : list
-- @param  tag        text
-- @column ticket_id  id(ticket)
-- @index  primary key of ticket_tag
-- @sql sqlite
SELECT ticket_id
  FROM ticket_tag
 WHERE tag = $1
 ORDER BY ticket_id;
-- @sql postgresql
SELECT ticket_id
  FROM ticket_tag
 WHERE tag = $1::text
 ORDER BY ticket_id;
