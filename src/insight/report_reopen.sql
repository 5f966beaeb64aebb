-- The states of requests that may have been reopened, for those first resolved in [from_at, to_at).

-- @statement report_reopen_phases : each
-- @param  from_at   time
-- @param  to_at     time
-- @column ticket_id id(ticket)
-- @column state     enum(ticket_state)
-- @column began_at  time
-- @index  ticket_resolved, ticket_phase_ticket
SELECT p.ticket_id, p.state, p.began_at
  FROM ticket t
  JOIN ticket_phase p ON p.ticket_id = t.ticket_id
 WHERE t.resolved_at >= $1
   AND t.resolved_at < $2
   AND (t.reopened > 0 OR t.import_id IS NOT NULL)
   AND p.began_at < $2
 ORDER BY p.ticket_id, p.ticket_phase_id;
