-- The statements of desk/ticket/attachment_scan.h.

-- @statement attachment_scan_next : find
-- @param  below         id(attachment)
-- @column attachment_id id(attachment)
-- @index  attachment_waiting
SELECT attachment_id
  FROM attachment
 WHERE scan = 'waiting'
   AND attachment_id < $1
 ORDER BY attachment_id DESC
 LIMIT 1;

-- @statement attachment_scan_count_waiting : find
-- @column waiting int
-- @index  attachment_waiting
SELECT COUNT(*) AS waiting
  FROM attachment
 WHERE scan = 'waiting';

-- @statement attachment_scan_set : run
-- @param  attachment_id id(attachment)
-- @param  scan          enum(attachment_scan)
-- @param  scan_said     text
-- @index  primary key of attachment
UPDATE attachment
   SET scan = $2, scan_said = $3
 WHERE attachment_id = $1
   AND scan = 'waiting';
