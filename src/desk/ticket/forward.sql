-- The statements of desk/ticket/forward.h.

-- @statement message_forward_insert : run
-- @param  message_id id(message)
-- @param  staff_id   id(staff)
-- @param  address    text
-- @param  name       text
-- @param  subject    text
-- @param  written_at time?
-- @param  taken_at   time?
INSERT INTO message_forward
       (message_id, staff_id, address, name, subject, written_at, taken_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- @statement message_forward_set_taken : run
-- @param  message_id id(message)
-- @param  taken_at   time
-- @index  primary key of message_forward
UPDATE message_forward
   SET taken_at = $2
 WHERE message_id = $1;

-- @statement message_forward_of_ticket : list
-- @param  ticket_id  id(ticket)
-- @column message_id id(message)
-- @column staff_id   id(staff)
-- @column address    text
-- @column name       text
-- @column subject    text
-- @column written_at time?
-- @column taken_at   time?
-- @index  message_ticket, primary key of message_forward
SELECT m.message_id, f.staff_id, f.address, f.name, f.subject, f.written_at, f.taken_at
  FROM message m
  JOIN message_forward f ON f.message_id = m.message_id
 WHERE m.ticket_id = $1
 ORDER BY m.message_id;
