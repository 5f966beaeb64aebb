-- Lines of cost by the day of the work.

-- @statement report_cost_lines : each
-- @param  from_at   time
-- @param  to_at     time
-- @column ticket_id id(ticket)
-- @column kind      enum(cost_kind)
-- @column amount    cents
-- @column worked_at time
-- @index  cost_entry_worked
SELECT ticket_id, kind, amount, worked_at
  FROM cost_entry
 WHERE worked_at >= $1
   AND worked_at < $2
 ORDER BY worked_at, cost_entry_id;
