-- The statements of desk/receipt/receipt.h.

-- @statement receipt_insert : run
-- @param  kind        enum(receipt_kind)
-- @param  inbound_id  id(inbound)
-- @param  outbox_id   id(outbox)?
-- @param  ticket_id   id(ticket)
-- @param  message_id  id(message)?
-- @param  reference   text
-- @param  recipient   text
-- @param  provider    text
-- @param  identifier  text
-- @param  legal_at    time?
-- @param  received_at time
-- @param  error_text  text
-- @param  raw_sha256  text
-- @param  signature   enum(receipt_signature)
-- @param  signer      text
-- @param  standing    enum(receipt_standing)
-- @param  fingerprint text
INSERT INTO receipt
       (kind, inbound_id, outbox_id, ticket_id, message_id, reference, recipient, provider, identifier, legal_at,
        received_at, error_text, raw_sha256, signature, signer, standing, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
ON CONFLICT (fingerprint) DO NOTHING;

-- @statement receipt_list_of_ticket : list
-- @param  ticket_id   id(ticket)
-- @column receipt_id  id(receipt)
-- @column kind        enum(receipt_kind)
-- @column inbound_id  id(inbound)
-- @column outbox_id   id(outbox)?
-- @column ticket_id   id(ticket)
-- @column message_id  id(message)?
-- @column reference   text
-- @column recipient   text
-- @column provider    text
-- @column identifier  text
-- @column legal_at    time?
-- @column received_at time
-- @column error_text  text
-- @column raw_sha256  text
-- @column signature   enum(receipt_signature)
-- @column signer      text
-- @column standing    enum(receipt_standing)
-- @index  receipt_ticket
SELECT receipt_id, kind, inbound_id, outbox_id, ticket_id, message_id, reference, recipient, provider, identifier,
       legal_at, received_at, error_text, raw_sha256, signature, signer, standing
  FROM receipt
 WHERE ticket_id = $1
 ORDER BY receipt_id;

-- To whom its delivery is proved, as their providers write the address.
-- @statement receipt_delivered_to : list
-- @param  outbox_id id(outbox)
-- @column recipient text
-- @index  receipt_outbox
SELECT recipient
  FROM receipt
 WHERE outbox_id = $1
   AND kind = 'delivered'
   AND standing = 'counts'
 ORDER BY receipt_id;

-- @statement receipt_find_identifier : find
-- @param  identifier text
-- @column ticket_id  id(ticket)
-- @index  receipt_identifier
SELECT ticket_id
  FROM receipt
 WHERE identifier = $1
 ORDER BY receipt_id DESC
 LIMIT 1;

-- The letters on each of these tickets, or on what was joined to it, that no answer of ours followed. An answer that did not
-- leave, or did not arrive, is none; one given elsewhere has no row of the outbox. What follows is what was said later.
-- @statement receipt_open_letters : list
-- @param  ids         text
-- @column ticket_id   id(ticket)
-- @column standing    enum(receipt_standing)
-- @column legal_at    time?
-- @column received_at time
-- @index  ticket_master, receipt_ticket, primary key of message, message_ticket, outbox_message
-- @sql sqlite
WITH RECURSIVE wanted(id, rest) AS (
       SELECT 0, $1 || ','
        UNION ALL
       SELECT CAST(substr(rest, 1, instr(rest, ',') - 1) AS BIGINT), substr(rest, instr(rest, ',') + 1)
         FROM wanted
        WHERE rest <> ''),
     family(head, member) AS (
       SELECT id, id
         FROM wanted
        UNION ALL
       SELECT w.id, t.ticket_id
         FROM wanted w
        CROSS JOIN ticket t ON t.master_id = w.id)
SELECT f.head AS ticket_id, r.standing, r.legal_at, r.received_at
  FROM family f
 CROSS JOIN receipt r ON r.ticket_id = f.member
 CROSS JOIN message l ON l.message_id = r.message_id
 WHERE r.kind = 'envelope'
   AND NOT EXISTS (SELECT 1
                     FROM family g
                    CROSS JOIN message m ON m.ticket_id = g.member
                    WHERE g.head = f.head
                      AND m.direction = 'out'
                      AND (m.at / 1000, m.message_id) > (l.at / 1000, l.message_id)
                      AND NOT EXISTS (SELECT 1
                                        FROM outbox o
                                       WHERE o.message_id = m.message_id
                                         AND o.purpose = 'answer'
                                         AND o.state IN ('failed', 'cancelled')))
 ORDER BY r.receipt_id;
-- @sql postgresql
WITH wanted(id) AS (
       SELECT unnest(string_to_array($1, ',')::bigint[])),
     family(head, member) AS (
       SELECT id, id
         FROM wanted
        UNION ALL
       SELECT w.id, t.ticket_id
         FROM wanted w
         JOIN ticket t ON t.master_id = w.id)
SELECT f.head AS ticket_id, r.standing, r.legal_at, r.received_at
  FROM family f
  JOIN receipt r ON r.ticket_id = f.member
  JOIN message l ON l.message_id = r.message_id
 WHERE r.kind = 'envelope'
   AND NOT EXISTS (SELECT 1
                     FROM family g
                     JOIN message m ON m.ticket_id = g.member
                    WHERE g.head = f.head
                      AND m.direction = 'out'
                      AND (m.at / 1000, m.message_id) > (l.at / 1000, l.message_id)
                      AND NOT EXISTS (SELECT 1
                                        FROM outbox o
                                       WHERE o.message_id = m.message_id
                                         AND o.purpose = 'answer'
                                         AND o.state IN ('failed', 'cancelled')))
 ORDER BY r.receipt_id;

-- @statement receipt_set_ticket : run
-- @param  message_id id(message)
-- @param  ticket_id  id(ticket)
-- @index  receipt_message
UPDATE receipt
   SET ticket_id = $2
 WHERE message_id = $1;
