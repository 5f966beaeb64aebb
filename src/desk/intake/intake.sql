-- The statements of desk/intake/intake.h.

-- @statement inbound_insert : run
-- @param  channel     text
-- @param  source      text
-- @param  external_id text
-- @param  raw_sha256  text
-- @param  raw_size    int
-- @param  received_at time
-- @param  arrived_at  time?
-- @param  is_history  bool
INSERT INTO inbound
       (channel, source, external_id, raw_sha256, raw_size, received_at, arrived_at, is_history, state, attempts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'stored', 0)
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
-- @column source      text
-- @column state       enum(inbound_state)
-- @column ticket_id   id(ticket)?
-- @column message_id  id(message)?
-- @index  primary key of inbound
SELECT source, state, ticket_id, message_id
  FROM inbound
 WHERE inbound_id = $1;

-- @statement inbound_count_attempt : run
-- @param  inbound_id  id(inbound)
-- @index  primary key of inbound
UPDATE inbound
   SET attempts = attempts + 1
 WHERE inbound_id = $1
   AND state = 'stored';

-- @statement inbound_uncount_attempt : run
-- @param  inbound_id  id(inbound)
-- @index  primary key of inbound
UPDATE inbound
   SET attempts = attempts - 1
 WHERE inbound_id = $1
   AND state = 'stored'
   AND attempts > 0;

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
-- @column error       text?
-- @index  inbound_state
SELECT inbound_id, source, raw_size, received_at, error
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
-- @param  ticket_id   id(ticket)?
-- @param  message_id  id(message)?
-- @index  primary key of inbound
UPDATE inbound
   SET state = 'done', ticket_id = $2, message_id = $3, error = NULL
 WHERE inbound_id = $1;

-- @statement inbound_set_closed : run
-- @param  inbound_id  id(inbound)
-- @index  primary key of inbound
UPDATE inbound
   SET state = 'done', error = NULL
 WHERE inbound_id = $1
   AND state = 'stored';

-- @statement inbound_find_last : find
-- @column inbound_id  id(inbound)
-- @index  primary key of inbound
SELECT inbound_id
  FROM inbound
 ORDER BY inbound_id DESC
 LIMIT 1;

-- @statement inbound_list_stored : list
-- @param  before      time
-- @param  orphaned    id(inbound)
-- @param  behind      id(inbound)
-- @param  how_many    int
-- @column inbound_id  id(inbound)
-- @column channel     text
-- @column source      text
-- @column external_id text
-- @column raw_sha256  text
-- @column received_at time
-- @column arrived_at  time?
-- @column is_history  bool
-- @column attempts    int
-- @column raw_size    int
-- @index  inbound_state
SELECT inbound_id, channel, source, external_id, raw_sha256, received_at, arrived_at,
       COALESCE(is_history, 0) AS is_history, attempts, raw_size
  FROM inbound
 WHERE state = 'stored'
   AND (received_at < $1 OR inbound_id <= $2)
   AND inbound_id > $3
 ORDER BY inbound_id
 LIMIT $4;

-- @statement inbound_set_ticket : run
-- @param  message_id id(message)
-- @param  ticket_id  id(ticket)
-- @index  inbound_message
UPDATE inbound
   SET ticket_id = $2
 WHERE message_id = $1;

-- @statement inbound_arrivals : list
-- @param  source   text
-- @param  since    time
-- @param  how_many int
-- @column at       time
-- @index  inbound_source
SELECT COALESCE(arrived_at, received_at) AS at
  FROM inbound
 WHERE source = $1
   AND received_at >= $2
   AND COALESCE(is_history, 0) = 0
 ORDER BY received_at DESC, inbound_id DESC
 LIMIT $3;
