-- The statements of desk/intake/aside.h.

-- @statement sender_rule_insert : run
-- @param  pattern   text
-- @param  ticket_id id(ticket)?
-- @param  staff_id  id(staff)?
-- @param  at        time
INSERT INTO sender_rule
       (pattern, ticket_id, staff_id, at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (pattern) DO NOTHING;

-- @statement sender_rule_find : list
-- @param  address        text
-- @param  domain         text
-- @column sender_rule_id id(sender_rule)
-- @index  unique key of sender_rule
SELECT sender_rule_id
  FROM sender_rule
 WHERE pattern IN ($1, $2)
 ORDER BY sender_rule_id;

-- @statement sender_rule_get : find
-- @param  sender_rule_id id(sender_rule)
-- @column pattern        text
-- @index  primary key of sender_rule
SELECT pattern
  FROM sender_rule
 WHERE sender_rule_id = $1;

-- @statement sender_rule_delete : run
-- @param  sender_rule_id id(sender_rule)
-- @index  primary key of sender_rule
DELETE FROM sender_rule
 WHERE sender_rule_id = $1;

-- @statement sender_rule_forget : run
-- @param  pattern text
-- @index  unique key of sender_rule
DELETE FROM sender_rule
 WHERE pattern = $1;

-- @statement sender_rule_page : list
-- @param  how_many       int
-- @column sender_rule_id id(sender_rule)
-- @column pattern        text
-- @column at             time
-- @index  unique key of sender_rule
SELECT sender_rule_id, pattern, at
  FROM sender_rule
 ORDER BY pattern
 LIMIT $1;

-- @statement aside_real_request : find
-- @param  party_id  id(party)
-- @param  besides   id(ticket)
-- @column ticket_id id(ticket)
-- @index  ticket_party
SELECT ticket_id
  FROM ticket
 WHERE party_id = $1
   AND ticket_id <> $2
   AND state <> 'spam'
 ORDER BY ticket_id
 LIMIT 1;

-- @statement aside_tickets : list
-- @param  before      id(ticket)
-- @param  how_many    int
-- @column ticket_id   id(ticket)
-- @column subject     text
-- @column received_at time
-- @column version     int
-- @index  ticket_aside
SELECT ticket_id, subject, received_at, version
  FROM ticket
 WHERE state = 'spam'
   AND ticket_id < $1
 ORDER BY ticket_id DESC
 LIMIT $2;
