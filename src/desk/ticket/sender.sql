-- The statements of desk/ticket/sender.h.

-- @statement message_sender_insert : run
-- @param  message_id id(message)
-- @param  judge      text
-- @param  spf        enum(auth_result)
-- @param  dkim       enum(auth_result)
-- @param  dmarc      enum(auth_result)
-- @param  reply_to   text
INSERT INTO message_sender
       (message_id, judge, spf, dkim, dmarc, reply_to)
VALUES ($1, $2, $3, $4, $5, $6);

-- @statement message_sender_of_ticket : list
-- @param  ticket_id  id(ticket)
-- @column message_id id(message)
-- @column judge      text
-- @column spf        enum(auth_result)
-- @column dkim       enum(auth_result)
-- @column dmarc      enum(auth_result)
-- @column reply_to   text
-- @index  message_ticket, primary key of message_sender
SELECT m.message_id, s.judge, s.spf, s.dkim, s.dmarc, s.reply_to
  FROM message m
  JOIN message_sender s ON s.message_id = m.message_id
 WHERE m.ticket_id = $1
 ORDER BY m.message_id;
