-- The statements of desk/intake/awaited.h.

-- @statement awaited_insert : run
-- @param  ticket_id   id(ticket)
-- @param  external_id text
-- @param  at          time
INSERT INTO awaited
       (ticket_id, external_id, at)
VALUES ($1, $2, $3)
ON CONFLICT (external_id, ticket_id) DO NOTHING;

-- @statement awaited_count : find
-- @param  ticket_id id(ticket)
-- @column waiting   int
-- @index  awaited_ticket
SELECT COUNT(*) AS waiting
  FROM awaited
 WHERE ticket_id = $1;

-- Those in which the address takes part stand first: nobody hides them behind many of their own.
-- @statement awaited_tickets : list
-- @param  external_id text
-- @param  address_key text
-- @column ticket_id   id(ticket)
-- @index  unique key of awaited, unique key of participant
SELECT a.ticket_id
  FROM awaited a
  LEFT JOIN participant p ON p.ticket_id = a.ticket_id AND p.address_key = $2 AND p.confirmed = 1
 WHERE a.external_id = $1
 ORDER BY CASE WHEN p.participant_id IS NULL THEN 1 ELSE 0 END NULLS FIRST, a.awaited_id DESC
 LIMIT 5;

-- @statement awaited_delete : run
-- @param  external_id text
-- @param  ticket_id   id(ticket)
-- @index  unique key of awaited
DELETE FROM awaited
 WHERE external_id = $1
   AND ticket_id = $2;

-- @statement awaited_prune : run
-- @param  before   time
-- @param  how_many int
-- @index  awaited_at
DELETE FROM awaited
 WHERE awaited_id IN (SELECT awaited_id
                        FROM awaited
                       WHERE at < $1
                       ORDER BY at, awaited_id
                       LIMIT $2);
