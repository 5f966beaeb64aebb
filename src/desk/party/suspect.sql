-- The statements of desk/party/suspect.h.

-- @statement suspect_put : run
-- @param  address_key text
-- @param  since       time
-- @param  status      text
-- @param  reason      text
-- @param  by_report   bool
INSERT INTO suspect_address
       (address_key, since, status, reason, by_report)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (address_key) DO UPDATE
   SET since = excluded.since, status = excluded.status, reason = excluded.reason, by_report = excluded.by_report;

-- @statement suspect_delete : run
-- @param  address_key text
-- @index  primary key of suspect_address
DELETE FROM suspect_address
 WHERE address_key = $1;

-- @statement suspect_delete_taken : run
-- @param  address_key text
-- @index  primary key of suspect_address
DELETE FROM suspect_address
 WHERE address_key = $1
   AND by_report = 0;

-- @statement suspect_find_row : find
-- @param  address_key text
-- @column since       time
-- @column status      text
-- @column reason      text
-- @column by_report   bool
-- @index  primary key of suspect_address
SELECT since, status, reason, COALESCE(by_report, 1) AS by_report
  FROM suspect_address
 WHERE address_key = $1;
