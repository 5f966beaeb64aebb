-- The statements of queue/outbox.h.

-- @statement outbox_insert : run
-- @param  channel         text
-- @param  purpose         enum(outbox_purpose)
-- @param  ticket_id       id(ticket)?
-- @param  message_id      id(message)?
-- @param  idempotency_key text
-- @param  payload         text
-- @param  state           enum(outbox_state)
-- @param  not_before      time
-- @param  created_at      time
-- @param  account         text?
-- @param  domain          text?
INSERT INTO outbox
       (channel, purpose, ticket_id, message_id, idempotency_key, payload, state, not_before, attempts, resent,
        created_at, account, domain)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $10, $11)
ON CONFLICT (idempotency_key) DO NOTHING;

-- @statement outbox_find_by_key : find
-- @param  idempotency_key text
-- @column outbox_id       id(outbox)
-- @column message_id      id(message)?
-- @index  unique key of outbox
SELECT outbox_id, message_id
  FROM outbox
 WHERE idempotency_key = $1;

-- @statement outbox_cancel_queued : run
-- @param  outbox_id   id(outbox)
-- @param  finished_at time
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'cancelled', finished_at = $2
 WHERE outbox_id = $1
   AND state = 'queued'
   AND attempts = 0;

-- @statement outbox_withdraw_queued : run
-- @param  outbox_id   id(outbox)
-- @param  finished_at time
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'cancelled', finished_at = $2
 WHERE outbox_id = $1
   AND state = 'queued'
   AND resent = 0;

-- @statement outbox_overdue : list
-- @param  due_before time
-- @param  how_many   int
-- @column account    text
-- @column created_at time
-- @column error      text?
-- @index  outbox_due
SELECT COALESCE(account, '') AS account, created_at, error
  FROM outbox
 WHERE state = 'queued'
   AND not_before >= 0
   AND (held = 1 OR not_before <= $1)
 ORDER BY not_before, outbox_id
 LIMIT $2;

-- @statement outbox_last_sent : find
-- @param  account     text
-- @column finished_at time?
-- @index  outbox_account
SELECT finished_at
  FROM outbox
 WHERE account = $1
   AND finished_at >= 0
   AND state = 'sent'
 ORDER BY finished_at DESC NULLS LAST
 LIMIT 1;

-- The oldest due row outside the lanes that are full; of a ticket's answers the first. Full lanes come as one text,
-- " a b ", because neither engine takes a list of any length: a name is among them when taking it out changes the text.
-- @statement outbox_next : find
-- @param  now             time
-- @param  accounts        text
-- @param  domains         text
-- @column outbox_id       id(outbox)
-- @column channel         text
-- @column purpose         enum(outbox_purpose)
-- @column ticket_id       id(ticket)?
-- @column message_id      id(message)?
-- @column idempotency_key text
-- @column payload         text
-- @column attempts        int
-- @column created_at      time
-- @column resent          bool
-- @column told            bool
-- @index  outbox_due, outbox_ticket
SELECT o.outbox_id, o.channel, o.purpose, o.ticket_id, o.message_id, o.idempotency_key, o.payload, o.attempts,
       o.created_at, o.resent, CASE WHEN o.told_at IS NULL THEN 0 ELSE 1 END AS told
  FROM outbox o
 WHERE o.state = 'queued'
   AND o.not_before <= $1
   AND REPLACE($2, ' ' || COALESCE(o.account, '') || ' ', '') = $2
   AND REPLACE($3, ' ' || COALESCE(o.domain, '') || ' ', '') = $3
   AND (o.purpose <> 'answer'
        OR NOT EXISTS (SELECT 1
                         FROM outbox e
                        WHERE e.ticket_id = o.ticket_id
                          AND e.outbox_id < o.outbox_id
                          AND e.purpose = 'answer'
                          AND e.state IN ('queued', 'sending', 'dot_sent')))
 ORDER BY o.not_before, o.outbox_id
 LIMIT 1;

-- What has not left yet, tried or not.
-- @statement outbox_standing : list
-- @column state      enum(outbox_state)
-- @column tried      bool
-- @column how_many   int
-- @column created_at time?
-- @index  outbox_due
SELECT o.state, CASE WHEN o.attempts > 0 THEN 1 ELSE 0 END AS tried, COUNT(*) AS how_many,
       MIN(o.created_at) AS created_at
  FROM outbox o
 WHERE o.state IN ('queued', 'sending', 'dot_sent')
 GROUP BY o.state, CASE WHEN o.attempts > 0 THEN 1 ELSE 0 END
 ORDER BY o.state, tried;

-- What one holder has under way.
-- @statement outbox_list_leased : list
-- @param  lease_holder text
-- @column account      text
-- @column domain       text
-- @index  outbox_due
SELECT COALESCE(account, '') AS account, COALESCE(domain, '') AS domain
  FROM outbox
 WHERE state IN ('sending', 'dot_sent')
   AND not_before >= 0
   AND lease_holder = $1
 ORDER BY state, not_before, outbox_id;

-- What an account has sent since then.
-- @statement outbox_count_lately : find
-- @param  account text
-- @param  since   time
-- @column lately  int
-- @index  outbox_account
SELECT COUNT(*) AS lately
  FROM outbox
 WHERE account = $1
   AND finished_at >= $2
   AND state = 'sent';

-- @statement outbox_next_at : find
-- @column not_before time
-- @index  outbox_due
SELECT not_before
  FROM outbox
 WHERE state = 'queued'
 ORDER BY not_before, outbox_id
 LIMIT 1;

-- @statement outbox_take : run
-- @param  outbox_id    id(outbox)
-- @param  lease_until  time
-- @param  lease_holder text
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'sending', attempts = attempts + 1, lease_until = $2, lease_holder = $3
 WHERE outbox_id = $1
   AND state = 'queued';

-- @statement outbox_mark_dot_sent : run
-- @param  outbox_id    id(outbox)
-- @param  lease_holder text
-- @param  external_id  text?
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'dot_sent', external_id = $3
 WHERE outbox_id = $1
   AND lease_holder = $2
   AND state = 'sending';

-- @statement outbox_mark_sent : run
-- @param  outbox_id    id(outbox)
-- @param  lease_holder text
-- @param  external_id  text?
-- @param  finished_at  time
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'sent', external_id = $3, finished_at = $4, lease_until = NULL, lease_holder = NULL, error = NULL
 WHERE outbox_id = $1
   AND lease_holder = $2
   AND state IN ('sending', 'dot_sent');

-- Its mail server is there again: what it held up is due, in its order.
-- @statement outbox_release_held : run
-- @param  outbox_id id(outbox)
-- @param  now       time
-- @index  outbox_held, primary key of outbox
UPDATE outbox
   SET not_before = $2, held = 0
 WHERE state = 'queued'
   AND held = 1
   AND account = (SELECT account FROM outbox WHERE outbox_id = $1);

-- @statement outbox_set_told : run
-- @param  outbox_id id(outbox)
-- @param  told_at   time
-- @index  primary key of outbox
UPDATE outbox
   SET told_at = $2
 WHERE outbox_id = $1
   AND told_at IS NULL;

-- Who has it has it, whatever is said later.
-- @statement outbox_recipient_put : run
-- @param  outbox_id id(outbox)
-- @param  address   text
-- @param  state     enum(outbox_recipient_state)
-- @param  reason    text
-- @param  at        time
INSERT INTO outbox_recipient
       (outbox_id, address, state, reason, at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (outbox_id, address) DO UPDATE
   SET state = excluded.state, reason = excluded.reason, at = excluded.at
 WHERE outbox_recipient.state <> 'sent';

-- The channel had taken it for them too.
-- @statement outbox_recipient_taken : run
-- @param  outbox_id id(outbox)
-- @param  address   text
-- @param  at        time
INSERT INTO outbox_recipient
       (outbox_id, address, state, reason, at)
VALUES ($1, $2, 'sent', '', $3)
ON CONFLICT (outbox_id, address) DO NOTHING;

-- The channel had taken it for them and says now that they have it not: what waits to leave once more, neither ended nor in
-- anybody's hands, goes to them too.
-- @statement outbox_recipient_undelivered : run
-- @param  outbox_id id(outbox)
-- @param  address   text
-- @param  reason    text
-- @param  at        time
-- @index  primary key of outbox
INSERT INTO outbox_recipient
       (outbox_id, address, state, reason, at)
VALUES ($1, $2,
        CASE WHEN EXISTS (SELECT 1
                            FROM outbox o
                           WHERE o.outbox_id = $1
                             AND o.finished_at IS NULL
                             AND o.lease_holder IS NULL)
             THEN 'deferred'
             ELSE 'refused'
        END,
        $3, $4)
ON CONFLICT (outbox_id, address) DO UPDATE
   SET state = excluded.state, reason = excluded.reason, at = excluded.at;

-- @statement outbox_recipient_of_ticket : list
-- @param  ticket_id id(ticket)
-- @column outbox_id id(outbox)
-- @column address   text
-- @column state     enum(outbox_recipient_state)
-- @column reason    text
-- @index  outbox_ticket, unique key of outbox_recipient
SELECT r.outbox_id, r.address, r.state, r.reason
  FROM outbox o
  JOIN outbox_recipient r ON r.outbox_id = o.outbox_id
 WHERE o.ticket_id = $1
 ORDER BY r.outbox_id, r.outbox_recipient_id;

-- @statement outbox_recipient_set_again : run
-- @param  outbox_id id(outbox)
-- @index  unique key of outbox_recipient
UPDATE outbox_recipient
   SET state = 'deferred'
 WHERE outbox_id = $1
   AND state = 'refused';

-- @statement outbox_mark_retry : run
-- @param  outbox_id    id(outbox)
-- @param  lease_holder text
-- @param  error        text
-- @param  not_before   time
-- @param  held         bool
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'queued', error = $3, not_before = $4, held = $5, lease_until = NULL, lease_holder = NULL
 WHERE outbox_id = $1
   AND lease_holder = $2
   AND state IN ('sending', 'dot_sent');

-- @statement outbox_mark_resend : run
-- @param  outbox_id    id(outbox)
-- @param  lease_holder text
-- @param  error        text
-- @param  not_before   time
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'queued', resent = 1, error = $3, not_before = $4, lease_until = NULL, lease_holder = NULL
 WHERE outbox_id = $1
   AND lease_holder = $2
   AND state IN ('sending', 'dot_sent');

-- @statement outbox_mark_failed : run
-- @param  outbox_id    id(outbox)
-- @param  lease_holder text
-- @param  error        text
-- @param  finished_at  time
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'failed', error = $3, finished_at = $4, lease_until = NULL, lease_holder = NULL
 WHERE outbox_id = $1
   AND lease_holder = $2
   AND state IN ('sending', 'dot_sent');

-- @statement outbox_renew_leases : run
-- @param  lease_until  time
-- @param  lease_holder text
-- @index  outbox_due
UPDATE outbox
   SET lease_until = $1
 WHERE state IN ('sending', 'dot_sent')
   AND not_before >= 0
   AND lease_holder = $2;

-- A holder that died before the dot: nothing can have arrived. not_before is always there: naming it keeps SQLite on the
-- index also when its statistics say that nearly all rows have one state.
-- @statement outbox_recover_sending : run
-- @param  now          time
-- @param  holder       text
-- @param  holder_alone bool
-- @index  outbox_due
UPDATE outbox
   SET state = 'queued', lease_until = NULL, lease_holder = NULL
 WHERE state = 'sending'
   AND not_before >= 0
   AND (lease_until < $1 OR ($3 = 1 AND lease_holder <> $2));

-- A holder that died after the dot: it may have arrived. Once more, with the same Message-ID, and never again.
-- @statement outbox_recover_dot_sent : run
-- @param  now          time
-- @param  holder       text
-- @param  holder_alone bool
-- @index  outbox_due
UPDATE outbox
   SET state = 'queued', resent = 1, lease_until = NULL, lease_holder = NULL
 WHERE state = 'dot_sent'
   AND not_before >= 0
   AND resent = 0
   AND (lease_until < $1 OR ($3 = 1 AND lease_holder <> $2));

-- @statement outbox_recover_twice : run
-- @param  now          time
-- @param  holder       text
-- @param  holder_alone bool
-- @index  outbox_due
UPDATE outbox
   SET state = 'failed', error = 'interrupted twice after the message was handed over; it may have arrived',
       finished_at = $1, lease_until = NULL, lease_holder = NULL
 WHERE state = 'dot_sent'
   AND not_before >= 0
   AND resent = 1
   AND (lease_until < $1 OR ($3 = 1 AND lease_holder <> $2));

-- The newest row that left with this id.
-- @statement outbox_find_external : find
-- @param  external_id text
-- @column outbox_id   id(outbox)
-- @column ticket_id   id(ticket)?
-- @column message_id  id(message)?
-- @column payload     text
-- @index  outbox_external
SELECT outbox_id, ticket_id, message_id, payload
  FROM outbox
 WHERE external_id = $1
 ORDER BY outbox_id DESC
 LIMIT 1;

-- The newest row that left with this id, and how it stands.
-- @statement outbox_find_left : find
-- @param  external_id text
-- @column outbox_id   id(outbox)
-- @column channel     text
-- @column ticket_id   id(ticket)?
-- @column message_id  id(message)?
-- @index  outbox_external
SELECT outbox_id, channel, ticket_id, message_id
  FROM outbox
 WHERE external_id = $1
 ORDER BY outbox_id DESC
 LIMIT 1;

-- The channel took it and says later that it did not arrive.
-- @statement outbox_mark_undelivered : run
-- @param  outbox_id   id(outbox)
-- @param  error       text
-- @param  finished_at time
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'failed', error = $2, finished_at = $3, lease_until = NULL, lease_holder = NULL
 WHERE outbox_id = $1
   AND state IN ('sent', 'dot_sent');

-- @statement outbox_list_sent : list
-- @param  ticket_id  id(ticket)
-- @column outbox_id  id(outbox)
-- @column message_id id(message)?
-- @column payload    text
-- @index  outbox_ticket
SELECT outbox_id, message_id, payload
  FROM outbox
 WHERE ticket_id = $1
 ORDER BY outbox_id;

-- @statement outbox_list_of_ticket : list
-- @param  ticket_id  id(ticket)
-- @column outbox_id  id(outbox)
-- @column message_id id(message)?
-- @column purpose    enum(outbox_purpose)
-- @column state      enum(outbox_state)
-- @column not_before time
-- @column attempts   int
-- @column error      text?
-- @column created_at time
-- @index  outbox_ticket
SELECT outbox_id, message_id, purpose, state, not_before, attempts, error, created_at
  FROM outbox
 WHERE ticket_id = $1
 ORDER BY outbox_id;

-- What failed and nobody has looked at.
-- @statement outbox_list_failed : list
-- @param  how_many   int
-- @column outbox_id  id(outbox)
-- @column ticket_id  id(ticket)?
-- @column purpose    enum(outbox_purpose)
-- @column state      enum(outbox_state)
-- @column not_before time
-- @column attempts   int
-- @column error      text?
-- @column created_at time
-- @index  outbox_stuck
SELECT outbox_id, ticket_id, purpose, state, not_before, attempts, error, created_at
  FROM outbox
 WHERE state = 'failed'
   AND looked_at IS NULL
 ORDER BY outbox_id
 LIMIT $1;

-- What was tried in vain and will be tried again by itself.
-- @statement outbox_list_trying : list
-- @param  how_many   int
-- @column outbox_id  id(outbox)
-- @column ticket_id  id(ticket)?
-- @column purpose    enum(outbox_purpose)
-- @column state      enum(outbox_state)
-- @column not_before time
-- @column attempts   int
-- @column error      text?
-- @column created_at time
-- @index  outbox_due
SELECT outbox_id, ticket_id, purpose, state, not_before, attempts, error, created_at
  FROM outbox
 WHERE state = 'queued'
   AND not_before >= 0
   AND attempts > 0
 ORDER BY not_before, outbox_id
 LIMIT $1;

-- The index holds nothing but such rows; naming the key makes it a search of it on both engines.
-- @statement outbox_count_failed : find
-- @column failed int
-- @index  outbox_stuck
SELECT COUNT(*) AS failed
  FROM outbox
 WHERE state = 'failed'
   AND looked_at IS NULL
   AND outbox_id > 0;

-- @statement outbox_set_again : run
-- @param  outbox_id  id(outbox)
-- @param  not_before time
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'queued', not_before = $2, finished_at = NULL, looked_at = NULL
 WHERE outbox_id = $1
   AND attempts > 0
   AND state IN ('failed', 'queued');

-- @statement outbox_set_given_up : run
-- @param  outbox_id  id(outbox)
-- @param  at         time
-- @index  primary key of outbox
UPDATE outbox
   SET state = 'failed', looked_at = $2, finished_at = COALESCE(finished_at, $2)
 WHERE outbox_id = $1
   AND attempts > 0
   AND state IN ('failed', 'queued');
