-- The statements of staging and applying: see desk/import/import.h.

-- @statement import_run_insert : add
-- @param  kind      enum(import_kind)
-- @param  source    text
-- @param  file_name text
-- @param  began_at  time
INSERT INTO import_run
       (kind, source, file_name, state, rows_read, tickets, events, already, notes, began_at)
VALUES ($1, $2, $3, 'staging', 0, 0, 0, 0, 0, $4)
RETURNING import_run_id;

-- @statement import_run_find : find
-- @param  import_run_id id(import_run)
-- @column kind          enum(import_kind)
-- @column source        text
-- @column state         enum(import_state)
-- @column rows_read     int
-- @column tickets       int
-- @column events        int
-- @column already       int
-- @column notes         int
-- @index  primary key of import_run
SELECT kind, source, state, rows_read, tickets, events, already, notes
  FROM import_run
 WHERE import_run_id = $1;

-- The oldest run with work left; one that is being staged is its importer's business.
-- @statement import_run_due : find
-- @column import_run_id id(import_run)
-- @index  import_run_state
SELECT import_run_id
  FROM import_run
 WHERE state IN ('applying', 'discarding')
 ORDER BY import_run_id
 LIMIT 1;

-- @statement import_run_set_state : run
-- @param  import_run_id id(import_run)
-- @param  was           enum(import_state)
-- @param  state         enum(import_state)
-- @param  finished_at   time?
-- @index  primary key of import_run
UPDATE import_run
   SET state = $3, finished_at = $4
 WHERE import_run_id = $1
   AND state = $2;

-- @statement import_run_abandon : run
-- @index  import_run_state
UPDATE import_run
   SET state = 'discarding'
 WHERE state = 'staging';

-- @statement import_run_count : run
-- @param  import_run_id id(import_run)
-- @param  rows_read     int
-- @param  tickets       int
-- @param  events        int
-- @param  already       int
-- @param  notes         int
-- @index  primary key of import_run
UPDATE import_run
   SET rows_read = rows_read + $2, tickets = tickets + $3, events = events + $4, already = already + $5,
       notes = notes + $6
 WHERE import_run_id = $1;

-- @statement import_run_delete : run
-- @param  import_run_id id(import_run)
-- @index  primary key of import_run
DELETE FROM import_run
 WHERE import_run_id = $1;

-- Any row of the case will do: they all say where it began.
-- @statement import_row_case : find
-- @param  import_run_id id(import_run)
-- @param  record        text
-- @column case_line     int
-- @index  import_row_identity
SELECT case_line
  FROM import_row
 WHERE import_run_id = $1
   AND record = $2
 ORDER BY identity, ordinal
 LIMIT 1;

-- @statement import_row_last : find
-- @param  import_run_id id(import_run)
-- @param  record        text
-- @param  identity      text
-- @column ordinal       int
-- @index  import_row_identity
SELECT ordinal
  FROM import_row
 WHERE import_run_id = $1
   AND record = $2
   AND identity = $3
 ORDER BY ordinal DESC
 LIMIT 1;

-- @statement import_row_insert : run
-- @param  import_run_id id(import_run)
-- @param  line          int
-- @param  record        text
-- @param  case_line     int
-- @param  at_ms         int
-- @param  identity      text
-- @param  ordinal       int
-- @param  payload       text
INSERT INTO import_row
       (import_run_id, line, record, case_line, at_ms, identity, ordinal, payload)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- @statement import_row_next : list
-- @param  import_run_id id(import_run)
-- @param  how_many      int
-- @column import_row_id id(import_row)
-- @column line          int
-- @column record        text
-- @column at_ms         int
-- @column identity      text
-- @column ordinal       int
-- @column payload       text
-- @index  import_row_order
SELECT import_row_id, line, record, at_ms, identity, ordinal, payload
  FROM import_row
 WHERE import_run_id = $1
 ORDER BY case_line, at_ms, line
 LIMIT $2;

-- @statement import_row_take : run
-- @param  import_row_id id(import_row)
-- @index  primary key of import_row
DELETE FROM import_row
 WHERE import_row_id = $1;

-- @statement imported_case_find : find
-- @param  source           text
-- @param  record           text
-- @column imported_case_id id(imported_case)
-- @column ticket_id        id(ticket)
-- @index  unique key of imported_case
SELECT imported_case_id, ticket_id
  FROM imported_case
 WHERE source = $1
   AND record = $2;

-- @statement imported_case_insert : add
-- @param  source    text
-- @param  record    text
-- @param  ticket_id id(ticket)
INSERT INTO imported_case
       (source, record, ticket_id)
VALUES ($1, $2, $3)
RETURNING imported_case_id;

-- @statement imported_event_find : find
-- @param  imported_case_id id(imported_case)
-- @param  identity         text
-- @column ticket_event_id  id(ticket_event)
-- @index  unique key of imported_event
SELECT ticket_event_id
  FROM imported_event
 WHERE imported_case_id = $1
   AND identity = $2;

-- @statement imported_event_insert : run
-- @param  imported_case_id id(imported_case)
-- @param  identity         text
-- @param  ticket_event_id  id(ticket_event)
-- @param  activity         text
-- @param  lifecycle        text
-- @param  team             text
-- @param  resource         text
-- @param  attributes       text
INSERT INTO imported_event
       (imported_case_id, identity, ticket_event_id, activity, lifecycle, team, resource, attributes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- What was done to an imported ticket here, after it came.
-- @statement imported_ticket_touched : find
-- @param  ticket_id id(ticket)
-- @column events    int
-- @index  ticket_event_ticket
SELECT COUNT(*) AS events
  FROM ticket_event
 WHERE ticket_id = $1
   AND kind <> 'imported';

-- @statement imported_party_find : find
-- @param  source   text
-- @param  record   text
-- @column party_id id(party)
-- @index  unique key of imported_party
SELECT party_id
  FROM imported_party
 WHERE source = $1
   AND record = $2;

-- @statement imported_party_insert : run
-- @param  source   text
-- @param  record   text
-- @param  party_id id(party)
INSERT INTO imported_party
       (source, record, party_id)
VALUES ($1, $2, $3);
