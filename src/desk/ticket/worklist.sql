-- The lists of open requests: see desk/ticket/worklist.h. next_update_at is there exactly while a ticket is open.

-- @statement worklist_mine : list
-- @param  after_at       time
-- @param  after_id       id(ticket)
-- @param  owner_id       id(staff)
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_owner
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.owner_id = $3
   AND t.next_update_at IS NOT NULL
   AND (t.next_update_at, t.ticket_id) > ($1, $2)
 ORDER BY next_update_at, ticket_id
 LIMIT $4;

-- @statement worklist_unowned : list
-- @param  after_at       time
-- @param  after_id       id(ticket)
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_owner
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.owner_id IS NULL
   AND t.next_update_at IS NOT NULL
   AND (t.next_update_at, t.ticket_id) > ($1, $2)
 ORDER BY next_update_at, ticket_id
 LIMIT $3;

-- All that is open, nothing left out: a statement that could also leave some out makes PostgreSQL sort them all.
-- @statement worklist_open : list
-- @param  after_at       time
-- @param  after_id       id(ticket)
-- @param  before         time
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_queue
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.next_update_at IS NOT NULL
   AND (t.next_update_at, t.ticket_id) > ($1, $2)
   AND t.next_update_at < $3
 ORDER BY next_update_at, ticket_id
 LIMIT $4;

-- Any filter in any order: the index is walked until the page is full, so a page costs what the filter leaves out. A filter
-- that is 0 or '' leaves everything in; owner -1 is nobody; turn is WorklistTurn: whose move it is.
-- @statement worklist_soonest : list
-- @param  place_at       time
-- @param  place_id       id(ticket)
-- @param  before         time
-- @param  owner          id(staff)
-- @param  team           id(team)
-- @param  channel        text
-- @param  turn           int
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_queue
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.next_update_at IS NOT NULL
   AND (t.next_update_at, t.ticket_id) > ($1, $2)
   AND t.next_update_at < $3
   AND ($4 = 0 OR ($4 < 0 AND t.owner_id IS NULL) OR t.owner_id = $4)
   AND ($5 = 0 OR t.team_id = $5)
   AND ($6 = '' OR t.channel = $6)
   AND ($7 = 0 OR ($7 = 1 AND t.state IN ('new', 'triaged', 'owned', 'in_progress'))
        OR ($7 = 2 AND t.state IN ('waiting_customer', 'waiting_approval'))
        OR ($7 = 3 AND t.state IN ('waiting_third_party', 'waiting_part', 'scheduled')))
 ORDER BY next_update_at, ticket_id
 LIMIT $8;

-- @statement worklist_latest : list
-- @param  place_at       time
-- @param  place_id       id(ticket)
-- @param  before         time
-- @param  owner          id(staff)
-- @param  team           id(team)
-- @param  channel        text
-- @param  turn           int
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_queue
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.next_update_at IS NOT NULL
   AND (t.next_update_at, t.ticket_id) < ($1, $2)
   AND t.next_update_at < $3
   AND ($4 = 0 OR ($4 < 0 AND t.owner_id IS NULL) OR t.owner_id = $4)
   AND ($5 = 0 OR t.team_id = $5)
   AND ($6 = '' OR t.channel = $6)
   AND ($7 = 0 OR ($7 = 1 AND t.state IN ('new', 'triaged', 'owned', 'in_progress'))
        OR ($7 = 2 AND t.state IN ('waiting_customer', 'waiting_approval'))
        OR ($7 = 3 AND t.state IN ('waiting_third_party', 'waiting_part', 'scheduled')))
 ORDER BY next_update_at DESC, ticket_id DESC
 LIMIT $8;

-- @statement worklist_oldest : list
-- @param  place_id       id(ticket)
-- @param  before         time
-- @param  owner          id(staff)
-- @param  team           id(team)
-- @param  channel        text
-- @param  turn           int
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_open
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.next_update_at IS NOT NULL
   AND t.ticket_id > $1
   AND t.next_update_at < $2
   AND ($3 = 0 OR ($3 < 0 AND t.owner_id IS NULL) OR t.owner_id = $3)
   AND ($4 = 0 OR t.team_id = $4)
   AND ($5 = '' OR t.channel = $5)
   AND ($6 = 0 OR ($6 = 1 AND t.state IN ('new', 'triaged', 'owned', 'in_progress'))
        OR ($6 = 2 AND t.state IN ('waiting_customer', 'waiting_approval'))
        OR ($6 = 3 AND t.state IN ('waiting_third_party', 'waiting_part', 'scheduled')))
 ORDER BY ticket_id
 LIMIT $7;

-- @statement worklist_newest : list
-- @param  place_id       id(ticket)
-- @param  before         time
-- @param  owner          id(staff)
-- @param  team           id(team)
-- @param  channel        text
-- @param  turn           int
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_open
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.next_update_at IS NOT NULL
   AND t.ticket_id < $1
   AND t.next_update_at < $2
   AND ($3 = 0 OR ($3 < 0 AND t.owner_id IS NULL) OR t.owner_id = $3)
   AND ($4 = 0 OR t.team_id = $4)
   AND ($5 = '' OR t.channel = $5)
   AND ($6 = 0 OR ($6 = 1 AND t.state IN ('new', 'triaged', 'owned', 'in_progress'))
        OR ($6 = 2 AND t.state IN ('waiting_customer', 'waiting_approval'))
        OR ($6 = 3 AND t.state IN ('waiting_third_party', 'waiting_part', 'scheduled')))
 ORDER BY ticket_id DESC
 LIMIT $7;

-- How many are open, and how many of them late; both stop counting at the limit. The late ones come first. NULLS as the
-- engine's index has them: there are none.
-- @statement worklist_counts : find
-- @param  now      time
-- @param  at_most  int
-- @column open     int
-- @column late     int
-- @index  ticket_queue
-- @sql sqlite
SELECT COUNT(*) AS open, COUNT(CASE WHEN o.next_update_at < $1 THEN 1 END) AS late
  FROM (SELECT next_update_at
          FROM ticket
         WHERE next_update_at IS NOT NULL
         ORDER BY next_update_at NULLS FIRST
         LIMIT $2) o;
-- @sql postgresql
SELECT COUNT(*) AS open, COUNT(CASE WHEN o.next_update_at < $1 THEN 1 END) AS late
  FROM (SELECT next_update_at
          FROM ticket
         WHERE next_update_at IS NOT NULL
         ORDER BY next_update_at NULLS LAST
         LIMIT $2) o;

-- The index holds open requests and nothing else; naming its column makes it a search of it on both engines.
-- @statement worklist_states : list
-- @column state    enum(ticket_state)
-- @column how_many int
-- @index  ticket_open
SELECT state, COUNT(*) AS how_many
  FROM ticket
 WHERE next_update_at IS NOT NULL
   AND ticket_id > 0
 GROUP BY state
 ORDER BY state;

-- One team's open requests, whoever has them.
-- @statement worklist_team : list
-- @param  after_at       time
-- @param  after_id       id(ticket)
-- @param  team_id        id(team)
-- @param  before         time
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_team
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.team_id = $3
   AND t.next_update_at IS NOT NULL
   AND (t.next_update_at, t.ticket_id) > ($1, $2)
   AND t.next_update_at < $4
 ORDER BY next_update_at, ticket_id
 LIMIT $5;

-- Those of them that nobody has.
-- @statement worklist_team_unowned : list
-- @param  after_at       time
-- @param  after_id       id(ticket)
-- @param  team_id        id(team)
-- @param  how_many       int
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time
-- @column last_event_at  time
-- @column handovers      int
-- @column version        int
-- @column customer       text?
-- @column owner          text?
-- @index  ticket_team
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, t.version, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.team_id = $3
   AND t.owner_id IS NULL
   AND t.next_update_at IS NOT NULL
   AND (t.next_update_at, t.ticket_id) > ($1, $2)
 ORDER BY next_update_at, ticket_id
 LIMIT $4;
