-- The statements of queue/delivery.h.

-- @statement delivery_insert : run
-- @param  outbox_id   id(outbox)
-- @param  ticket_id   id(ticket)?
-- @param  address_key text
-- @param  address     text
-- @param  state       enum(delivery_state)
-- @param  status      text
-- @param  reason      text
-- @param  at          time
INSERT INTO delivery
       (outbox_id, ticket_id, address_key, address, state, status, reason, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (outbox_id, address_key) DO NOTHING;

-- @statement delivery_find : find
-- @param  outbox_id   id(outbox)
-- @param  address_key text
-- @column delivery_id id(delivery)
-- @column state       enum(delivery_state)
-- @index  unique key of delivery
SELECT delivery_id, state
  FROM delivery
 WHERE outbox_id = $1
   AND address_key = $2;

-- @statement delivery_set_state : run
-- @param  delivery_id id(delivery)
-- @param  state       enum(delivery_state)
-- @param  status      text
-- @param  reason      text
-- @param  at          time
-- @index  primary key of delivery
UPDATE delivery
   SET state = $2, status = $3, reason = $4, at = $5, looked_at = NULL
 WHERE delivery_id = $1;

-- @statement delivery_list_of_ticket : list
-- @param  ticket_id   id(ticket)
-- @column delivery_id id(delivery)
-- @column outbox_id   id(outbox)
-- @column ticket_id   id(ticket)?
-- @column address_key text
-- @column address     text
-- @column state       enum(delivery_state)
-- @column status      text
-- @column reason      text
-- @column at          time
-- @index  delivery_ticket
SELECT delivery_id, outbox_id, ticket_id, address_key, address, state, status, reason, at
  FROM delivery
 WHERE ticket_id = $1
 ORDER BY delivery_id;

-- @statement delivery_list_failed : list
-- @param  how_many    int
-- @column delivery_id id(delivery)
-- @column outbox_id   id(outbox)
-- @column ticket_id   id(ticket)?
-- @column address_key text
-- @column address     text
-- @column state       enum(delivery_state)
-- @column status      text
-- @column reason      text
-- @column at          time
-- @index  delivery_failed
SELECT delivery_id, outbox_id, ticket_id, address_key, address, state, status, reason, at
  FROM delivery
 WHERE state = 'failed'
   AND looked_at IS NULL
 ORDER BY delivery_id
 LIMIT $1;

-- The index holds nothing but such rows; naming the key makes it a search of it on both engines.
-- @statement delivery_count_failed : find
-- @column failed int
-- @index  delivery_failed
SELECT COUNT(*) AS failed
  FROM delivery
 WHERE state = 'failed'
   AND looked_at IS NULL
   AND delivery_id > 0;

-- @statement delivery_set_looked : run
-- @param  delivery_id id(delivery)
-- @param  at          time
-- @index  primary key of delivery
UPDATE delivery
   SET looked_at = $2
 WHERE delivery_id = $1
   AND state = 'failed';
