-- The statements of desk/intake/robot.h.

-- @statement automatic_reply_insert : run
-- @param  address_key text
-- @param  ticket_id   id(ticket)
-- @param  at          time
INSERT INTO automatic_reply
       (address_key, ticket_id, at)
VALUES ($1, $2, $3);

-- @statement automatic_reply_count : find
-- @param  address_key text
-- @param  since       time
-- @column sent        int
-- @index  automatic_reply_address
SELECT COUNT(*) AS sent
  FROM automatic_reply
 WHERE address_key = $1
   AND at >= $2;

-- @statement automatic_reply_tickets : list
-- @param  address_key text
-- @param  since       time
-- @param  how_many    int
-- @column ticket_id   id(ticket)
-- @index  automatic_reply_address
SELECT ticket_id
  FROM automatic_reply
 WHERE address_key = $1
   AND at >= $2
 ORDER BY at DESC
 LIMIT $3;

-- @statement automatic_stop_put : run
-- @param  address_key text
-- @param  reason      enum(stop_reason)
-- @param  ticket_id   id(ticket)?
-- @param  held        int
-- @param  last_at     time
-- @param  stopped_at  time?
INSERT INTO automatic_stop
       (address_key, reason, ticket_id, held, last_at, stopped_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (address_key) DO UPDATE
   SET reason = excluded.reason, ticket_id = excluded.ticket_id, held = excluded.held, last_at = excluded.last_at,
       stopped_at = excluded.stopped_at, looked_at = NULL;

-- @statement automatic_stop_hold : run
-- @param  address_key text
-- @param  last_at     time
-- @index  primary key of automatic_stop
UPDATE automatic_stop
   SET held = held + 1, last_at = $2
 WHERE address_key = $1;

-- @statement automatic_stop_row : find
-- @param  address_key text
-- @column reason      enum(stop_reason)
-- @column ticket_id   id(ticket)?
-- @column held        int
-- @column last_at     time
-- @column stopped_at  time?
-- @column lifted_at   time?
-- @index  primary key of automatic_stop
SELECT reason, ticket_id, held, last_at, stopped_at, lifted_at
  FROM automatic_stop
 WHERE address_key = $1;

-- @statement automatic_stop_unseen : list
-- @param  how_many    int
-- @column address_key text
-- @column reason      enum(stop_reason)
-- @column ticket_id   id(ticket)?
-- @column held        int
-- @column last_at     time
-- @column stopped_at  time
-- @index  automatic_stop_unseen
SELECT address_key, reason, ticket_id, held, last_at, stopped_at
  FROM automatic_stop
 WHERE stopped_at IS NOT NULL
   AND looked_at IS NULL
 ORDER BY stopped_at DESC
 LIMIT $1;

-- @statement automatic_stop_count : find
-- @column waiting int
-- @index  automatic_stop_unseen
SELECT COUNT(*) AS waiting
  FROM automatic_stop
 WHERE stopped_at IS NOT NULL
   AND looked_at IS NULL;

-- @statement automatic_stop_lift : run
-- @param  address_key text
-- @param  at          time
-- @index  primary key of automatic_stop
UPDATE automatic_stop
   SET stopped_at = NULL, held = 0, lifted_at = $2
 WHERE address_key = $1
   AND stopped_at IS NOT NULL;

-- @statement automatic_stop_look : run
-- @param  address_key text
-- @param  at          time
-- @index  primary key of automatic_stop
UPDATE automatic_stop
   SET looked_at = $2
 WHERE address_key = $1
   AND stopped_at IS NOT NULL
   AND looked_at IS NULL;

-- @statement sender_words : list
-- @param  ticket_id      id(ticket)
-- @param  since          time
-- @param  how_many       int
-- @column sender_address text
-- @column text           text
-- @column quoted_at      int?
-- @column flags          int
-- @index  message_ticket
SELECT sender_address, text, quoted_at, flags
  FROM message
 WHERE ticket_id = $1
   AND direction = 'in'
   AND at >= $2
 ORDER BY message_id DESC
 LIMIT $3;

-- @statement sender_nature_find : find
-- @param  address_key text
-- @column nature      enum(sender_nature)
-- @index  primary key of sender_nature
SELECT nature
  FROM sender_nature
 WHERE address_key = $1;

-- @statement sender_nature_put : run
-- @param  address_key text
-- @param  nature      enum(sender_nature)
-- @param  staff_id    id(staff)?
-- @param  at          time
INSERT INTO sender_nature
       (address_key, nature, staff_id, at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (address_key) DO UPDATE
   SET nature = excluded.nature, staff_id = excluded.staff_id, at = excluded.at;

-- @statement sender_nature_delete : run
-- @param  address_key text
-- @index  primary key of sender_nature
DELETE FROM sender_nature
 WHERE address_key = $1;

-- @statement sender_nature_page : list
-- @param  how_many    int
-- @column address_key text
-- @column nature      enum(sender_nature)
-- @column at          time
-- @index  primary key of sender_nature
SELECT address_key, nature, at
  FROM sender_nature
 ORDER BY address_key
 LIMIT $1;
