-- The statements of what was said on a ticket, by whom and with which files. See desk/ticket/message.h.

-- @statement message_insert : add
-- @param  ticket_id      id(ticket)
-- @param  direction      enum(message_direction)
-- @param  channel        text
-- @param  author_kind    enum(actor_kind)
-- @param  author_id      int?
-- @param  sender_name    text
-- @param  sender_address text
-- @param  at             time
-- @param  subject        text
-- @param  text           text
-- @param  quoted_at      int?
-- @param  html_sha256    text?
-- @param  raw_sha256     text?
-- @param  external_id    text?
-- @param  flags          int
INSERT INTO message
       (ticket_id, direction, channel, author_kind, author_id, sender_name, sender_address, at, subject, text,
        quoted_at, html_sha256, raw_sha256, external_id, flags)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
RETURNING message_id;

-- @statement message_set_raw : run
-- @param  message_id id(message)
-- @param  raw_sha256 text?
-- @index  primary key of message
UPDATE message
   SET raw_sha256 = $2
 WHERE message_id = $1;

-- @statement message_set_ticket : run
-- @param  message_id id(message)
-- @param  ticket_id  id(ticket)
-- @index  primary key of message
UPDATE message
   SET ticket_id = $2
 WHERE message_id = $1;

-- @statement message_set_flags : run
-- @param  message_id id(message)
-- @param  flags      int
-- @index  primary key of message
UPDATE message
   SET flags = $2
 WHERE message_id = $1;

-- @statement message_set_sender : run
-- @param  message_id     id(message)
-- @param  author_kind    enum(actor_kind)
-- @param  author_id      int?
-- @param  sender_name    text
-- @param  sender_address text
-- @param  flags          int
-- @index  primary key of message
UPDATE message
   SET author_kind = $2, author_id = $3, sender_name = $4, sender_address = $5, flags = $6
 WHERE message_id = $1;

-- By when it was said: mail servers tell that to the second, within which what was heard of first stands first.
-- @statement message_list : list
-- @param  ticket_id      id(ticket)
-- @column message_id     id(message)
-- @column direction      enum(message_direction)
-- @column channel        text
-- @column author_kind    enum(actor_kind)
-- @column author_id      int?
-- @column sender_name    text
-- @column sender_address text
-- @column at             time
-- @column subject        text
-- @column text           text
-- @column quoted_at      int?
-- @column html_sha256    text?
-- @column raw_sha256     text?
-- @column external_id    text?
-- @column flags          int
-- @index  message_ticket
SELECT message_id, direction, channel, author_kind, author_id, sender_name, sender_address, at, subject, text,
       quoted_at, html_sha256, raw_sha256, external_id, flags
  FROM message
 WHERE ticket_id = $1
 ORDER BY at / 1000 NULLS FIRST, message_id;

-- What was said on the requests joined to this one.
-- @statement message_list_merged : list
-- @param  master_id      id(ticket)
-- @column message_id     id(message)
-- @column ticket_id      id(ticket)
-- @column direction      enum(message_direction)
-- @column channel        text
-- @column author_kind    enum(actor_kind)
-- @column author_id      int?
-- @column sender_name    text
-- @column sender_address text
-- @column at             time
-- @column subject        text
-- @column text           text
-- @column quoted_at      int?
-- @column html_sha256    text?
-- @column raw_sha256     text?
-- @column external_id    text?
-- @column flags          int
-- @index  ticket_master, message_ticket
SELECT m.message_id, m.ticket_id, m.direction, m.channel, m.author_kind, m.author_id, m.sender_name, m.sender_address,
       m.at, m.subject, m.text, m.quoted_at, m.html_sha256, m.raw_sha256, m.external_id, m.flags
  FROM ticket t
  JOIN message m ON m.ticket_id = t.ticket_id
 WHERE t.master_id = $1
 ORDER BY m.at / 1000 NULLS FIRST, m.message_id;

-- @statement attachment_list_merged : list
-- @param  master_id     id(ticket)
-- @column attachment_id id(attachment)
-- @column message_id    id(message)
-- @column name          text
-- @column media_type    text
-- @column size          int
-- @column scan          enum(attachment_scan)
-- @column scan_said     text
-- @index  ticket_master, message_ticket, attachment_message
SELECT a.attachment_id, a.message_id, a.name, a.media_type, a.size, a.scan, a.scan_said
  FROM ticket t
  JOIN message m ON m.ticket_id = t.ticket_id
  JOIN attachment a ON a.message_id = m.message_id
 WHERE t.master_id = $1
 ORDER BY a.attachment_id;

-- The tickets that hold a message with this external id (a Message-ID), newest first; ids repeat in the wild.
-- @statement message_find_ticket : list
-- @param  external_id text
-- @column ticket_id   id(ticket)
-- @index  message_external
SELECT ticket_id
  FROM message
 WHERE external_id = $1
 ORDER BY message_id DESC
 LIMIT 20;

-- Through which account the customer's last word came: the last without a doubtful flag, or else the one that opened it.
-- @statement message_last_source : find
-- @param  ticket_id id(ticket)
-- @param  doubtful  int
-- @column source    text
-- @index  inbound_ticket
SELECT i.source
  FROM inbound i
  JOIN message m ON m.message_id = i.message_id
 WHERE i.ticket_id = $1
   AND i.state = 'done'
   AND m.direction = 'in'
 ORDER BY CASE WHEN (m.flags & $2) = 0 THEN m.at ELSE -m.at END DESC NULLS LAST, i.inbound_id DESC
 LIMIT 1;

-- One message, without its words.
-- @statement message_find_row : find
-- @param  message_id     id(message)
-- @column ticket_id      id(ticket)
-- @column direction      enum(message_direction)
-- @column sender_name    text
-- @column sender_address text
-- @column at             time
-- @column subject        text
-- @column html_sha256    text?
-- @column raw_sha256     text?
-- @column flags          int
-- @index  primary key of message
SELECT ticket_id, direction, sender_name, sender_address, at, subject, html_sha256, raw_sha256, flags
  FROM message
 WHERE message_id = $1;

-- @statement attachment_insert : add
-- @param  message_id id(message)
-- @param  name       text
-- @param  media_type text
-- @param  size       int
-- @param  sha256     text?
-- @param  raw_offset int?
-- @param  raw_length int?
-- @param  encoding   text
-- @param  content_id text?
INSERT INTO attachment
       (message_id, name, media_type, size, sha256, raw_offset, raw_length, encoding, content_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING attachment_id;

-- @statement attachment_list : list
-- @param  ticket_id     id(ticket)
-- @column attachment_id id(attachment)
-- @column message_id    id(message)
-- @column name          text
-- @column media_type    text
-- @column size          int
-- @column scan          enum(attachment_scan)
-- @column scan_said     text
-- @index  message_ticket, attachment_message
SELECT a.attachment_id, a.message_id, a.name, a.media_type, a.size, a.scan, a.scan_said
  FROM message m
  JOIN attachment a ON a.message_id = m.message_id
 WHERE m.ticket_id = $1
 ORDER BY a.attachment_id;

-- The files of one message, in the order they came: the N of data-attachment="N" counts them.
-- @statement attachment_of_message : list
-- @param  message_id    id(message)
-- @column attachment_id id(attachment)
-- @column name          text
-- @column media_type    text
-- @column size          int
-- @column sha256        text?
-- @column raw_offset    int?
-- @column raw_length    int?
-- @column encoding      text
-- @column content_id    text?
-- @column scan          enum(attachment_scan)
-- @column scan_said     text
-- @index  attachment_message
SELECT attachment_id, name, media_type, size, sha256, raw_offset, raw_length, encoding, content_id, scan, scan_said
  FROM attachment
 WHERE message_id = $1
 ORDER BY attachment_id;

-- @statement attachment_find_row : find
-- @param  attachment_id id(attachment)
-- @column ticket_id     id(ticket)
-- @column message_id    id(message)
-- @column direction     enum(message_direction)
-- @column name          text
-- @column media_type    text
-- @column size          int
-- @column sha256        text?
-- @column raw_sha256    text?
-- @column raw_offset    int?
-- @column raw_length    int?
-- @column encoding      text
-- @column scan          enum(attachment_scan)
-- @column scan_said     text
-- @index  primary key of attachment, primary key of message
SELECT m.ticket_id, a.message_id, m.direction, a.name, a.media_type, a.size, a.sha256, m.raw_sha256, a.raw_offset,
       a.raw_length, a.encoding, a.scan, a.scan_said
  FROM attachment a
  JOIN message m ON m.message_id = a.message_id
 WHERE a.attachment_id = $1;

-- @statement participant_insert : run
-- @param  ticket_id    id(ticket)
-- @param  address_kind enum(contact_kind)
-- @param  address      text
-- @param  address_key  text
-- @param  name         text
-- @param  confirmed    bool
INSERT INTO participant
       (ticket_id, address_kind, address, address_key, name, confirmed)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (ticket_id, address_key) DO NOTHING;

-- @statement participant_list : list
-- @param  ticket_id    id(ticket)
-- @column address_kind enum(contact_kind)
-- @column address      text
-- @column address_key  text
-- @column name         text
-- @column confirmed    bool
-- @index  unique key of participant
SELECT address_kind, address, address_key, name, confirmed
  FROM participant
 WHERE ticket_id = $1
 ORDER BY participant_id;

-- @statement participant_set_confirmed : run
-- @param  ticket_id   id(ticket)
-- @param  address_key text
-- @index  unique key of participant
UPDATE participant
   SET confirmed = 1
 WHERE ticket_id = $1
   AND address_key = $2;

-- @statement participant_withdraw : run
-- @param  ticket_id   id(ticket)
-- @param  address_key text
-- @index  unique key of participant
UPDATE participant
   SET confirmed = 0
 WHERE ticket_id = $1
   AND address_key = $2;

-- @statement message_recipient_insert : run
-- @param  message_id  id(message)
-- @param  in_copy     bool
-- @param  address     text
-- @param  address_key text
-- @param  name        text
INSERT INTO message_recipient
       (message_id, in_copy, address, address_key, name)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (message_id, address_key) DO NOTHING;

-- @statement message_recipient_of_ticket : list
-- @param  ticket_id   id(ticket)
-- @column message_id  id(message)
-- @column in_copy     bool
-- @column address     text
-- @column address_key text
-- @column name        text
-- @index  message_ticket, unique key of message_recipient
SELECT r.message_id, r.in_copy, r.address, r.address_key, r.name
  FROM message m
  JOIN message_recipient r ON r.message_id = m.message_id
 WHERE m.ticket_id = $1
 ORDER BY r.message_id, r.message_recipient_id;

-- @statement reply_address_insert : run
-- @param  token_sha256 text
-- @param  ticket_id    id(ticket)
-- @param  address_key  text
-- @param  created_at   time
INSERT INTO reply_address
       (token_sha256, ticket_id, address_key, created_at)
VALUES ($1, $2, $3, $4);

-- @statement reply_address_find : find
-- @param  token_sha256 text
-- @column ticket_id    id(ticket)
-- @column address_key  text
-- @index  unique key of reply_address
SELECT ticket_id, address_key
  FROM reply_address
 WHERE token_sha256 = $1;
