-- The statements of the ticket, its events and phases. See desk/ticket/ticket.h.

-- @statement ticket_insert : add
-- @param  channel           text
-- @param  subject           text
-- @param  language          text
-- @param  registered_at     time
-- @param  tracking_sha256   text?
-- @param  import_id         int?
-- @param  state             enum(ticket_state)
-- @param  kind              enum(ticket_kind)
-- @param  complaint         bool
-- @param  initiative        enum(ticket_initiative)
-- @param  ownership         enum(ticket_ownership)
-- @param  party_id          id(party)?
-- @param  contact_id        id(party)?
-- @param  product_id        id(product)?
-- @param  installed_item_id id(installed_item)?
-- @param  team_id           id(team)?
-- @param  owner_id          id(staff)?
-- @param  occurred_at       time?
-- @param  received_at       time
-- @param  next_update_at    time?
-- @param  last_event_at     time
-- @param  state_since       time
INSERT INTO ticket
       (channel, subject, language, registered_at, tracking_sha256, import_id, state, kind, complaint, initiative,
        ownership, party_id, contact_id, product_id, installed_item_id, team_id, owner_id, occurred_at, received_at,
        next_update_at, last_event_at, state_since, reopened, handovers, last_owner, zero_cost, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, 0, 0, 0,
        0, 1)
RETURNING ticket_id;

-- @statement ticket_find : find
-- @param  ticket_id         id(ticket)
-- @column ticket_id         id(ticket)
-- @column state             enum(ticket_state)
-- @column kind              enum(ticket_kind)
-- @column complaint         bool
-- @column initiative        enum(ticket_initiative)
-- @column ownership         enum(ticket_ownership)
-- @column channel           text
-- @column subject           text
-- @column language          text
-- @column party_id          id(party)?
-- @column contact_id        id(party)?
-- @column product_id        id(product)?
-- @column installed_item_id id(installed_item)?
-- @column team_id           id(team)?
-- @column owner_id          id(staff)?
-- @column occurred_at       time?
-- @column received_at       time
-- @column registered_at     time
-- @column next_update_at    time?
-- @column first_reply_at    time?
-- @column resolved_at       time?
-- @column closed_at         time?
-- @column last_event_at     time
-- @column state_since       time
-- @column waiting_reason    text?
-- @column reopened          int
-- @column handovers         int
-- @column last_owner        int
-- @column problem_id        id(code)?
-- @column condition_id      id(code)?
-- @column component_id      id(code)?
-- @column origin_id         id(code)?
-- @column solution_code_id  id(code)?
-- @column solution_id       id(solution)?
-- @column zero_cost         bool
-- @column master_id         id(ticket)?
-- @column import_id         int?
-- @column version           int
-- @index  primary key of ticket
SELECT ticket_id, state, kind, complaint, initiative, ownership, channel, subject, language, party_id, contact_id,
       product_id, installed_item_id, team_id, owner_id, occurred_at, received_at, registered_at, next_update_at,
       first_reply_at, resolved_at, closed_at, last_event_at, state_since, waiting_reason, reopened, handovers,
       last_owner, problem_id, condition_id, component_id, origin_id, solution_code_id, solution_id, zero_cost,
       master_id, import_id, version
  FROM ticket
 WHERE ticket_id = $1;

-- @statement ticket_find_tracking : find
-- @param  tracking_sha256 text
-- @column ticket_id       id(ticket)
-- @index  unique key of ticket
SELECT ticket_id
  FROM ticket
 WHERE tracking_sha256 = $1;

-- Writes the whole projection over the version that was read; 0 rows when somebody else was faster.
-- @statement ticket_project : run
-- @param  ticket_id         id(ticket)
-- @param  version           int
-- @param  state             enum(ticket_state)
-- @param  kind              enum(ticket_kind)
-- @param  complaint         bool
-- @param  initiative        enum(ticket_initiative)
-- @param  ownership         enum(ticket_ownership)
-- @param  party_id          id(party)?
-- @param  contact_id        id(party)?
-- @param  product_id        id(product)?
-- @param  installed_item_id id(installed_item)?
-- @param  team_id           id(team)?
-- @param  owner_id          id(staff)?
-- @param  occurred_at       time?
-- @param  received_at       time
-- @param  next_update_at    time?
-- @param  first_reply_at    time?
-- @param  resolved_at       time?
-- @param  closed_at         time?
-- @param  last_event_at     time
-- @param  state_since       time
-- @param  waiting_reason    text?
-- @param  reopened          int
-- @param  handovers         int
-- @param  last_owner        int
-- @param  problem_id        id(code)?
-- @param  condition_id      id(code)?
-- @param  component_id      id(code)?
-- @param  origin_id         id(code)?
-- @param  solution_code_id  id(code)?
-- @param  solution_id       id(solution)?
-- @param  zero_cost         bool
-- @param  master_id         id(ticket)?
-- @index  primary key of ticket
UPDATE ticket
   SET version = version + 1, state = $3, kind = $4, complaint = $5, initiative = $6, ownership = $7, party_id = $8,
       contact_id = $9, product_id = $10, installed_item_id = $11, team_id = $12, owner_id = $13, occurred_at = $14,
       received_at = $15, next_update_at = $16, first_reply_at = $17, resolved_at = $18, closed_at = $19,
       last_event_at = $20, state_since = $21, waiting_reason = $22, reopened = $23, handovers = $24,
       last_owner = $25, problem_id = $26, condition_id = $27, component_id = $28, origin_id = $29,
       solution_code_id = $30, solution_id = $31, zero_cost = $32, master_id = $33
 WHERE ticket_id = $1
   AND version = $2;

-- @statement ticket_event_insert : add
-- @param  ticket_id   id(ticket)
-- @param  kind        enum(ticket_event_kind)
-- @param  occurred_at time
-- @param  recorded_at time
-- @param  actor_kind  enum(actor_kind)
-- @param  actor_id    int?
-- @param  payload     text
INSERT INTO ticket_event
       (ticket_id, kind, occurred_at, recorded_at, actor_kind, actor_id, payload)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING ticket_event_id;

-- @statement ticket_event_list : list
-- @param  ticket_id       id(ticket)
-- @column ticket_event_id id(ticket_event)
-- @column kind            enum(ticket_event_kind)
-- @column occurred_at     time
-- @column recorded_at     time
-- @column actor_kind      enum(actor_kind)
-- @column actor_id        int?
-- @column payload         text
-- @index  ticket_event_ticket
SELECT ticket_event_id, kind, occurred_at, recorded_at, actor_kind, actor_id, payload
  FROM ticket_event
 WHERE ticket_id = $1
 ORDER BY ticket_event_id;

-- @statement ticket_phase_insert : add
-- @param  ticket_id id(ticket)
-- @param  state     enum(ticket_state)
-- @param  team_id   id(team)?
-- @param  owner_id  id(staff)?
-- @param  began_at  time
INSERT INTO ticket_phase
       (ticket_id, state, team_id, owner_id, began_at)
VALUES ($1, $2, $3, $4, $5)
RETURNING ticket_phase_id;

-- @statement ticket_phase_end : run
-- @param  ticket_id id(ticket)
-- @param  ended_at  time
-- @index  ticket_phase_ticket
UPDATE ticket_phase
   SET ended_at = $2
 WHERE ticket_id = $1
   AND ended_at IS NULL;

-- The first one begins earlier than was known.
-- @statement ticket_phase_begin : run
-- @param  ticket_id id(ticket)
-- @param  began_at  time
-- @index  ticket_phase_ticket
UPDATE ticket_phase
   SET began_at = $2
 WHERE ticket_phase_id = (SELECT MIN(ticket_phase_id)
                            FROM ticket_phase
                           WHERE ticket_id = $1);

-- @statement ticket_phase_list : list
-- @param  ticket_id id(ticket)
-- @column state     enum(ticket_state)
-- @column team_id   id(team)?
-- @column owner_id  id(staff)?
-- @column began_at  time
-- @column ended_at  time?
-- @index  ticket_phase_ticket
SELECT state, team_id, owner_id, began_at, ended_at
  FROM ticket_phase
 WHERE ticket_id = $1
 ORDER BY ticket_phase_id;

-- Every ticket's id in order, for `filo check`.
-- @statement ticket_id_after : list
-- @param  after     id(ticket)
-- @param  how_many  int
-- @column ticket_id id(ticket)
-- @index  primary key of ticket
SELECT ticket_id
  FROM ticket
 WHERE ticket_id > $1
 ORDER BY ticket_id
 LIMIT $2;

-- How many things were said by or for the customer, and how many lines of cost there are.
-- @statement ticket_contents : find
-- @param  ticket_id id(ticket)
-- @column messages  int
-- @column costs     int
-- @index  message_ticket, cost_entry_ticket
SELECT (SELECT COUNT(*) FROM message WHERE ticket_id = $1) AS messages,
       (SELECT COUNT(*) FROM cost_entry WHERE ticket_id = $1) AS costs;

-- @statement ticket_link_insert : run
-- @param  ticket_id  id(ticket)
-- @param  other_id   id(ticket)
-- @param  kind       enum(ticket_link_kind)
-- @param  created_at time
INSERT INTO ticket_link
       (ticket_id, other_id, kind, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (ticket_id, other_id, kind) DO NOTHING;

-- @statement ticket_link_delete : run
-- @param  ticket_id  id(ticket)
-- @param  other_id   id(ticket)
-- @param  kind       enum(ticket_link_kind)
-- @index  unique key of ticket_link
DELETE FROM ticket_link
 WHERE ticket_id = $1
   AND other_id = $2
   AND kind = $3;

-- What was joined to this one.
-- @statement ticket_merged : list
-- @param  master_id  id(ticket)
-- @column ticket_id  id(ticket)
-- @index  ticket_master
SELECT ticket_id
  FROM ticket
 WHERE master_id = $1
 ORDER BY ticket_id;

-- @statement ticket_set_subject : run
-- @param  ticket_id id(ticket)
-- @param  subject   text
-- @index  primary key of ticket
UPDATE ticket
   SET subject = $2
 WHERE ticket_id = $1;

-- @statement ticket_set_language : run
-- @param  ticket_id id(ticket)
-- @param  language  text
-- @index  primary key of ticket
UPDATE ticket
   SET language = $2
 WHERE ticket_id = $1;

-- @statement ticket_links : list
-- @param  ticket_id id(ticket)
-- @column other_id  id(ticket)
-- @column kind      enum(ticket_link_kind)
-- @column subject   text
-- @column state     enum(ticket_state)
-- @index  unique key of ticket_link, primary key of ticket
SELECT l.other_id, l.kind, t.subject, t.state
  FROM ticket_link l
  JOIN ticket t ON t.ticket_id = l.other_id
 WHERE l.ticket_id = $1
 ORDER BY l.other_id;
