-- The statements of desk/cost/cost.h.

-- @statement cost_entry_insert : add
-- @param  ticket_id      id(ticket)
-- @param  kind           enum(cost_kind)
-- @param  quantity_milli int
-- @param  micro_euro     int
-- @param  amount         cents
-- @param  worked_at      time
-- @param  staff_id       id(staff)?
-- @param  note           text
-- @param  recorded_at    time
-- @param  reverses_id    id(cost_entry)?
INSERT INTO cost_entry
       (ticket_id, kind, quantity_milli, micro_euro, amount, worked_at, staff_id, note, recorded_at, reverses_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING cost_entry_id;

-- @statement cost_entry_list : list
-- @param  ticket_id      id(ticket)
-- @column cost_entry_id  id(cost_entry)
-- @column kind           enum(cost_kind)
-- @column quantity_milli int
-- @column micro_euro     int
-- @column amount         cents
-- @column worked_at      time
-- @column staff_id       id(staff)?
-- @column note           text
-- @column recorded_at    time
-- @column reverses_id    id(cost_entry)?
-- @index  cost_entry_ticket
SELECT cost_entry_id, kind, quantity_milli, micro_euro, amount, worked_at, staff_id, note, recorded_at, reverses_id
  FROM cost_entry
 WHERE ticket_id = $1
 ORDER BY cost_entry_id;
