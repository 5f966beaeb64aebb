-- The statements of desk/ticket/find.h. ids are numbers parted by commas.

-- What a list shows of each of these tickets.
-- @statement find_ticket_list : list
-- @param  ids            text
-- @column ticket_id      id(ticket)
-- @column subject        text
-- @column state          enum(ticket_state)
-- @column channel        text
-- @column received_at    time
-- @column next_update_at time?
-- @column last_event_at  time
-- @column handovers      int
-- @column customer       text?
-- @column owner          text?
-- @index  primary key of ticket
-- @sql sqlite
WITH RECURSIVE wanted(id, rest) AS (
       SELECT 0, $1 || ','
        UNION ALL
       SELECT CAST(substr(rest, 1, instr(rest, ',') - 1) AS BIGINT), substr(rest, instr(rest, ',') + 1)
         FROM wanted
        WHERE rest <> '')
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, p.name AS customer, s.display_name AS owner
  FROM wanted w
 CROSS JOIN ticket t ON t.ticket_id = w.id
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 ORDER BY ticket_id;
-- @sql postgresql
SELECT t.ticket_id, t.subject, t.state, t.channel, t.received_at, t.next_update_at, t.last_event_at,
       t.handovers, p.name AS customer, s.display_name AS owner
  FROM ticket t
  LEFT JOIN party p ON p.party_id = t.party_id
  LEFT JOIN staff s ON s.staff_id = t.owner_id
 WHERE t.ticket_id = ANY (string_to_array($1, ',')::bigint[])
 ORDER BY ticket_id;

-- The beginnings of these messages, to show what matched.
-- @statement find_message_list : list
-- @param  ids        text
-- @param  at_most    int
-- @column message_id id(message)
-- @column beginning  text
-- @index  primary key of message
-- @sql sqlite
WITH RECURSIVE wanted(id, rest) AS (
       SELECT 0, $1 || ','
        UNION ALL
       SELECT CAST(substr(rest, 1, instr(rest, ',') - 1) AS BIGINT), substr(rest, instr(rest, ',') + 1)
         FROM wanted
        WHERE rest <> '')
SELECT m.message_id, substr(m.text, 1, $2) AS beginning
  FROM wanted w
 CROSS JOIN message m ON m.message_id = w.id
 ORDER BY message_id;
-- @sql postgresql
SELECT m.message_id, substr(m.text, 1, $2::int) AS beginning
  FROM message m
 WHERE m.message_id = ANY (string_to_array($1, ',')::bigint[])
 ORDER BY message_id;

-- @statement find_party_list : list
-- @param  ids      text
-- @column party_id id(party)
-- @column kind     enum(party_kind)
-- @column name     text
-- @column sort_key text
-- @index  primary key of party
-- @sql sqlite
WITH RECURSIVE wanted(id, rest) AS (
       SELECT 0, $1 || ','
        UNION ALL
       SELECT CAST(substr(rest, 1, instr(rest, ',') - 1) AS BIGINT), substr(rest, instr(rest, ',') + 1)
         FROM wanted
        WHERE rest <> '')
SELECT p.party_id, p.kind, p.name, p.sort_key
  FROM wanted w
 CROSS JOIN party p ON p.party_id = w.id
 ORDER BY sort_key, party_id;
-- @sql postgresql
SELECT p.party_id, p.kind, p.name, p.sort_key
  FROM party p
 WHERE p.party_id = ANY (string_to_array($1, ',')::bigint[])
 ORDER BY sort_key, party_id;

-- How many there are of what the index holds.
-- @statement find_count_sources : find
-- @column messages int
-- @column tickets  int
-- @column parties  int
-- @column contacts int
-- @column solutions int
-- @index  none: a check counts all, once in a while
SELECT (SELECT COUNT(*) FROM message) AS messages,
       (SELECT COUNT(*) FROM ticket) AS tickets,
       (SELECT COUNT(*) FROM party) AS parties,
       (SELECT COUNT(*) FROM contact_point) AS contacts,
       (SELECT COUNT(*) FROM solution) AS solutions;

-- Messages in the order they were written, each with its ticket's subject.
-- @statement find_message_after : list
-- @param  after          id(message)
-- @param  how_many       int
-- @column message_id     id(message)
-- @column ticket_id      id(ticket)
-- @column ticket_subject text
-- @column language       text
-- @column direction      enum(message_direction)
-- @column sender_name    text
-- @column sender_address text
-- @column subject        text
-- @column text           text
-- @index  primary key of message
SELECT m.message_id, m.ticket_id, t.subject AS ticket_subject, t.language, m.direction, m.sender_name, m.sender_address, m.subject,
       m.text
  FROM message m
  JOIN ticket t ON t.ticket_id = m.ticket_id
 WHERE m.message_id > $1
 ORDER BY message_id
 LIMIT $2;

-- @statement find_ticket_after : list
-- @param  after     id(ticket)
-- @param  how_many  int
-- @column ticket_id id(ticket)
-- @column subject   text
-- @index  primary key of ticket
SELECT ticket_id, subject
  FROM ticket
 WHERE ticket_id > $1
 ORDER BY ticket_id
 LIMIT $2;

-- @statement find_party_after : list
-- @param  after    id(party)
-- @param  how_many int
-- @column party_id id(party)
-- @column name     text
-- @index  primary key of party
SELECT party_id, name
  FROM party
 WHERE party_id > $1
 ORDER BY party_id
 LIMIT $2;

-- @statement find_contact_after : list
-- @param  after            id(contact_point)
-- @param  how_many         int
-- @column contact_point_id id(contact_point)
-- @column party_id         id(party)
-- @column value            text
-- @index  primary key of contact_point
SELECT contact_point_id, party_id, value
  FROM contact_point
 WHERE contact_point_id > $1
 ORDER BY contact_point_id
 LIMIT $2;
