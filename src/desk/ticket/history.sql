-- The statements of desk/ticket/history.h: requests, newest first.

-- Whose and of what they may be.
-- @statement history_of_all : list
-- @param  before         id(ticket)
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time?
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  primary key of ticket
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.ticket_id < $1
 ORDER BY t.ticket_id DESC
 LIMIT $2;

-- A customer's.
-- @statement history_of_party : list
-- @param  party_id       id(party)
-- @param  before         id(ticket)
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time?
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_party
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.party_id = $1
   AND t.ticket_id < $2
 ORDER BY t.ticket_id DESC
 LIMIT $3;

-- A product's.
-- @statement history_of_product : list
-- @param  product_id     id(product)
-- @param  before         id(ticket)
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time?
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_product
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.product_id = $1
   AND t.ticket_id < $2
 ORDER BY t.ticket_id DESC
 LIMIT $3;

-- Of one installed item.
-- @statement history_of_item : list
-- @param  installed_item_id id(installed_item)
-- @param  before         id(ticket)
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time?
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_item
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.installed_item_id = $1
   AND t.ticket_id < $2
 ORDER BY t.ticket_id DESC
 LIMIT $3;

-- Which problems a product's latest requests had, the most frequent first.
-- @statement history_problems_of_product : list
-- @param  product_id  id(product)
-- @param  latest      int
-- @column problem_id  id(code)
-- @column tickets     int
-- @index  ticket_product
SELECT l.problem_id, COUNT(*) AS tickets
  FROM (SELECT t.problem_id
          FROM ticket t
         WHERE t.product_id = $1
         ORDER BY t.ticket_id DESC
         LIMIT $2) l
 WHERE l.problem_id IS NOT NULL
 GROUP BY l.problem_id
 ORDER BY tickets DESC, l.problem_id NULLS LAST;
