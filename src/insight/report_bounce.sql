-- Who was made responsible, in order, for requests received in [from_at, to_at); not for imported ones.

-- @statement report_bounce_events : each
-- @param  from_at     time
-- @param  to_at       time
-- @column ticket_id   id(ticket)
-- @column kind        enum(ticket_event_kind)
-- @column payload     text
-- @index  ticket_received, ticket_event_ticket
SELECT e.ticket_id, e.kind, e.payload
  FROM ticket t
  JOIN ticket_event e ON e.ticket_id = t.ticket_id
 WHERE t.received_at >= $1
   AND t.received_at < $2
   AND t.import_id IS NULL
   AND e.kind IN ('received', 'assigned')
   AND e.occurred_at < $2
 ORDER BY t.received_at, t.ticket_id, e.ticket_event_id;

-- The team each row of an imported log names, in the log's order.
-- @statement report_bounce_imported : each
-- @param  from_at     time
-- @param  to_at       time
-- @column ticket_id   id(ticket)
-- @column team        text
-- @index  ticket_received, ticket_event_ticket, imported_event_event
SELECT e.ticket_id, i.team
  FROM ticket t
  JOIN ticket_event e ON e.ticket_id = t.ticket_id
  JOIN imported_event i ON i.ticket_event_id = e.ticket_event_id
 WHERE t.received_at >= $1
   AND t.received_at < $2
   AND t.import_id IS NOT NULL
   AND e.occurred_at < $2
 ORDER BY t.received_at, t.ticket_id, e.ticket_event_id;
