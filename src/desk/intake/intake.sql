-- The statements of desk/intake/intake.h.

-- @statement inbound_insert : run
-- @param  channel     text
-- @param  source      text
-- @param  external_id text
-- @param  raw_sha256  text
-- @param  raw_size    int
-- @param  received_at time
INSERT INTO inbound
       (channel, source, external_id, raw_sha256, raw_size, received_at, state, attempts)
VALUES ($1, $2, $3, $4, $5, $6, 'stored', 0)
ON CONFLICT (channel, external_id) DO NOTHING;

-- @statement inbound_find : find
-- @param  channel     text
-- @param  external_id text
-- @column inbound_id  id(inbound)
-- @column state       enum(inbound_state)
-- @column attempts    int
-- @column ticket_id   id(ticket)?
-- @index  unique key of inbound
SELECT inbound_id, state, attempts, ticket_id
  FROM inbound
 WHERE channel = $1
   AND external_id = $2;

-- @statement inbound_find_id : find
-- @param  inbound_id  id(inbound)
-- @column state       enum(inbound_state)
-- @column ticket_id   id(ticket)?
-- @column message_id  id(message)?
-- @index  primary key of inbound
SELECT state, ticket_id, message_id
  FROM inbound
 WHERE inbound_id = $1;

-- @statement inbound_count_attempt : run
-- @param  inbound_id  id(inbound)
-- @index  primary key of inbound
UPDATE inbound
   SET attempts = attempts + 1
 WHERE inbound_id = $1
   AND state = 'stored';

-- @statement inbound_set_tray : run
-- @param  inbound_id  id(inbound)
-- @param  error       text
-- @index  primary key of inbound
UPDATE inbound
   SET state = 'tray', error = $2
 WHERE inbound_id = $1
   AND state = 'stored';

-- What lies in the tray and nobody has looked at.
-- @statement inbound_list_tray : list
-- @param  how_many    int
-- @column inbound_id  id(inbound)
-- @column source      text
-- @column raw_size    int
-- @column received_at time
-- @index  inbound_state
SELECT inbound_id, source, raw_size, received_at
  FROM inbound
 WHERE state = 'tray'
   AND looked_at IS NULL
 ORDER BY inbound_id
 LIMIT $1;

-- @statement inbound_count_tray : find
-- @column waiting int
-- @index  inbound_state
SELECT COUNT(*) AS waiting
  FROM inbound
 WHERE state = 'tray'
   AND looked_at IS NULL;

-- @statement inbound_find_tray : find
-- @param  inbound_id id(inbound)
-- @column raw_sha256 text
-- @index  primary key of inbound
SELECT raw_sha256
  FROM inbound
 WHERE inbound_id = $1
   AND state = 'tray';

-- @statement inbound_set_again : run
-- @param  inbound_id id(inbound)
-- @index  primary key of inbound
UPDATE inbound
   SET state = 'stored', attempts = 0, error = NULL, looked_at = NULL
 WHERE inbound_id = $1
   AND state = 'tray';

-- @statement inbound_set_looked : run
-- @param  inbound_id id(inbound)
-- @param  at         time
-- @index  primary key of inbound
UPDATE inbound
   SET looked_at = $2
 WHERE inbound_id = $1
   AND state = 'tray';

-- @statement inbound_set_done : run
-- @param  inbound_id  id(inbound)
-- @param  ticket_id   id(ticket)
-- @param  message_id  id(message)
-- @index  primary key of inbound
UPDATE inbound
   SET state = 'done', ticket_id = $2, message_id = $3, error = NULL
 WHERE inbound_id = $1;

-- @statement inbound_list_stored : list
-- @param  before      time
-- @param  how_many    int
-- @column inbound_id  id(inbound)
-- @column channel     text
-- @column source      text
-- @column external_id text
-- @column raw_sha256  text
-- @column received_at time
-- @column attempts    int
-- @index  inbound_state
SELECT inbound_id, channel, source, external_id, raw_sha256, received_at, attempts
  FROM inbound
 WHERE state = 'stored'
   AND received_at < $1
 ORDER BY inbound_id
 LIMIT $2;

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
