-- The statements of desk/intake/other_number.h.

-- @statement other_number_insert : run
-- @param  ticket_id id(ticket)
-- @param  scope     text
-- @param  number    text
-- @param  shown     text
-- @param  at        time
INSERT INTO other_number
       (ticket_id, scope, number, shown, at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (scope, number, ticket_id) DO NOTHING;

-- @statement other_number_tickets : list
-- @param  scope     text
-- @param  number    text
-- @column ticket_id id(ticket)
-- @index  unique key of other_number
SELECT ticket_id
  FROM other_number
 WHERE scope = $1
   AND number = $2
 ORDER BY ticket_id DESC
 LIMIT 5;

-- @statement other_number_first : find
-- @param  ticket_id id(ticket)
-- @param  until     time
-- @column shown     text
-- @index  other_number_ticket
SELECT shown
  FROM other_number
 WHERE ticket_id = $1
   AND at <= $2
 ORDER BY other_number_id
 LIMIT 1;
