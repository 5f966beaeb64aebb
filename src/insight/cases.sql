-- The statements of insight/cases.h: the columns that reports count by, for three ways to choose the requests.

-- @statement report_period_bounds : find
-- @column first_at time?
-- @column last_at  time?
-- @index  ticket_received
SELECT (SELECT MIN(received_at) FROM ticket) AS first_at, (SELECT MAX(received_at) FROM ticket) AS last_at;

-- What arrived in [from_at, to_at).
-- @statement report_cases_received : each
-- @param  from_at           time
-- @param  to_at             time
-- @column ticket_id         id(ticket)
-- @column state             enum(ticket_state)
-- @column initiative        enum(ticket_initiative)
-- @column channel           text
-- @column party_id          id(party)?
-- @column installed_item_id id(installed_item)?
-- @column product_id        id(product)?
-- @column team_id           id(team)?
-- @column received_at       time
-- @column first_reply_at    time?
-- @column resolved_at       time?
-- @column last_event_at     time
-- @column reopened          int
-- @column problem_id        id(code)?
-- @column origin_id         id(code)?
-- @column solution_code_id  id(code)?
-- @column zero_cost         bool
-- @column import_id         int?
-- @index  ticket_received
SELECT ticket_id, state, initiative, channel, party_id, installed_item_id, product_id, team_id, received_at,
       first_reply_at, resolved_at, last_event_at, reopened, problem_id, origin_id, solution_code_id, zero_cost, import_id
  FROM ticket
 WHERE received_at >= $1
   AND received_at < $2
 ORDER BY received_at, ticket_id;

-- All of them, as they lie: reading most of a table by an index costs twice what reading it from end to end does.
-- @statement report_cases_all : each
-- @column ticket_id         id(ticket)
-- @column state             enum(ticket_state)
-- @column initiative        enum(ticket_initiative)
-- @column channel           text
-- @column party_id          id(party)?
-- @column installed_item_id id(installed_item)?
-- @column product_id        id(product)?
-- @column team_id           id(team)?
-- @column received_at       time
-- @column first_reply_at    time?
-- @column resolved_at       time?
-- @column last_event_at     time
-- @column reopened          int
-- @column problem_id        id(code)?
-- @column origin_id         id(code)?
-- @column solution_code_id  id(code)?
-- @column zero_cost         bool
-- @column import_id         int?
-- @index  none: asked only for periods that hold a good part of the table
SELECT ticket_id, state, initiative, channel, party_id, installed_item_id, product_id, team_id, received_at,
       first_reply_at, resolved_at, last_event_at, reopened, problem_id, origin_id, solution_code_id, zero_cost, import_id
  FROM ticket
 ORDER BY ticket_id;

-- What was first resolved in [from_at, to_at).
-- @statement report_cases_resolved : each
-- @param  from_at           time
-- @param  to_at             time
-- @column ticket_id         id(ticket)
-- @column state             enum(ticket_state)
-- @column initiative        enum(ticket_initiative)
-- @column channel           text
-- @column party_id          id(party)?
-- @column installed_item_id id(installed_item)?
-- @column product_id        id(product)?
-- @column team_id           id(team)?
-- @column received_at       time
-- @column first_reply_at    time?
-- @column resolved_at       time?
-- @column last_event_at     time
-- @column reopened          int
-- @column problem_id        id(code)?
-- @column origin_id         id(code)?
-- @column solution_code_id  id(code)?
-- @column zero_cost         bool
-- @column import_id         int?
-- @index  ticket_resolved
SELECT ticket_id, state, initiative, channel, party_id, installed_item_id, product_id, team_id, received_at,
       first_reply_at, resolved_at, last_event_at, reopened, problem_id, origin_id, solution_code_id, zero_cost, import_id
  FROM ticket
 WHERE resolved_at >= $1
   AND resolved_at < $2
 ORDER BY resolved_at NULLS FIRST, ticket_id;

-- What arrived before to_at and may have been open then: open now, or changed since.
-- @statement report_cases_open : each
-- @param  to_at             time
-- @column ticket_id         id(ticket)
-- @column state             enum(ticket_state)
-- @column initiative        enum(ticket_initiative)
-- @column channel           text
-- @column party_id          id(party)?
-- @column installed_item_id id(installed_item)?
-- @column product_id        id(product)?
-- @column team_id           id(team)?
-- @column received_at       time
-- @column first_reply_at    time?
-- @column resolved_at       time?
-- @column last_event_at     time
-- @column reopened          int
-- @column problem_id        id(code)?
-- @column origin_id         id(code)?
-- @column solution_code_id  id(code)?
-- @column zero_cost         bool
-- @column import_id         int?
-- @index  ticket_received
SELECT ticket_id, state, initiative, channel, party_id, installed_item_id, product_id, team_id, received_at,
       first_reply_at, resolved_at, last_event_at, reopened, problem_id, origin_id, solution_code_id, zero_cost, import_id
  FROM ticket
 WHERE received_at < $1
   AND (state IN ('new', 'triaged', 'owned', 'in_progress', 'waiting_customer', 'waiting_third_party', 'waiting_part',
                  'waiting_approval', 'scheduled')
        OR last_event_at >= $1)
 ORDER BY received_at, ticket_id;

-- What happened before to_at to requests that went on after it: their rows say too much, so they are folded anew.
-- @statement report_case_events : each
-- @param  to_at           time
-- @param  from_at         time
-- @column ticket_id       id(ticket)
-- @column kind            enum(ticket_event_kind)
-- @column occurred_at     time
-- @column recorded_at     time
-- @column actor_kind      enum(actor_kind)
-- @column actor_id        int?
-- @column payload         text
-- @index  ticket_received, ticket_event_ticket
SELECT e.ticket_id, e.kind, e.occurred_at, e.recorded_at, e.actor_kind, e.actor_id, e.payload
  FROM ticket t
  JOIN ticket_event e ON e.ticket_id = t.ticket_id
 WHERE t.received_at >= $2
   AND t.received_at < $1
   AND t.last_event_at >= $1
   AND e.occurred_at < $1
 ORDER BY t.received_at, t.ticket_id, e.ticket_event_id;

-- In which state they were, with whom, from when; for requests received in [from_at, to_at).
-- @statement report_case_phases : each
-- @param  from_at   time
-- @param  to_at     time
-- @column ticket_id id(ticket)
-- @column state     enum(ticket_state)
-- @column owner_id  id(staff)?
-- @column began_at  time
-- @index  ticket_received, ticket_phase_ticket
SELECT p.ticket_id, p.state, p.owner_id, p.began_at
  FROM ticket t
  JOIN ticket_phase p ON p.ticket_id = t.ticket_id
 WHERE t.received_at >= $1
   AND t.received_at < $2
   AND p.began_at < $2
 ORDER BY t.received_at, t.ticket_id, p.ticket_phase_id;
