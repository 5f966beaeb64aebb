-- What a request's row alone does not say about how completely it was written down.

-- @statement report_completeness_facts : each
-- @param  from_at     time
-- @param  to_at       time
-- @column ticket_id   id(ticket)
-- @column description int
-- @column cost        int
-- @column owned       int
-- @index  ticket_resolved, message_ticket, cost_entry_ticket, ticket_phase_ticket
SELECT t.ticket_id,
       CASE WHEN EXISTS (SELECT 1
                           FROM message m
                          WHERE m.ticket_id = t.ticket_id AND m.direction <> 'note' AND m.at < $2)
            THEN 1 ELSE 0 END AS description,
       CASE WHEN EXISTS (SELECT 1
                           FROM cost_entry c
                          WHERE c.ticket_id = t.ticket_id AND c.worked_at < $2)
            THEN 1 ELSE 0 END AS cost,
       CASE WHEN EXISTS (SELECT 1
                           FROM ticket_phase p
                          WHERE p.ticket_id = t.ticket_id AND p.owner_id IS NOT NULL AND p.began_at <= t.resolved_at)
            THEN 1 ELSE 0 END AS owned
  FROM ticket t
 WHERE t.resolved_at >= $1
   AND t.resolved_at < $2
 ORDER BY t.resolved_at NULLS FIRST, t.ticket_id;
