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

-- How many times that recipient's delivery is proved.
-- @statement receipt_count_delivered : find
-- @param  outbox_id id(outbox)
-- @param  recipient text
-- @column delivered int
-- @index  receipt_outbox
SELECT COUNT(*) AS delivered
  FROM receipt
 WHERE outbox_id = $1
   AND recipient = $2
   AND kind = 'delivered'
   AND standing = 'counts';

-- @statement receipt_find_identifier : find
-- @param  identifier text
-- @column ticket_id  id(ticket)
-- @index  receipt_identifier
SELECT ticket_id
  FROM receipt
 WHERE identifier = $1
 ORDER BY receipt_id DESC
 LIMIT 1;

-- The oldest certified letter on the ticket that no answer of ours followed.
-- @statement receipt_open_letter : find
-- @param  ticket_id   id(ticket)
-- @column legal_at    time?
-- @column received_at time
-- @index  receipt_ticket
SELECT r.legal_at, r.received_at
  FROM receipt r
 WHERE r.ticket_id = $1
   AND r.kind = 'envelope'
   AND NOT EXISTS (SELECT 1
                     FROM message m
                    WHERE m.ticket_id = r.ticket_id
                      AND m.direction = 'out'
                      AND m.message_id > r.message_id)
 ORDER BY r.receipt_id
 LIMIT 1;

-- @statement receipt_set_ticket : run
-- @param  message_id id(message)
-- @param  ticket_id  id(ticket)
-- @index  receipt_message
UPDATE receipt
   SET ticket_id = $2
 WHERE message_id = $1;
