-- SPDX-License-Identifier: EUPL-1.2
-- Content-addressed bytes. content is NULL when they lie in DIR/blobs.

-- @statement blob_insert : run
-- @param  sha256    text
-- @param  size      int
-- @param  content   blob?
-- @param  added_at  time
-- @index  primary key of blob
INSERT INTO blob (sha256, size, content, added_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (sha256) DO NOTHING;

-- @statement blob_find : find
-- @param  sha256   text
-- @column size     int
-- @column content  blob?
-- @index  primary key of blob
SELECT size, content
FROM blob
WHERE sha256 = $1;

-- @statement blob_delete : run
-- @param  sha256  text
-- @index  primary key of blob
DELETE FROM blob
WHERE sha256 = $1;

-- @statement blob_each : each
-- @column sha256   text
-- @column size     int
-- @column in_file  int
-- @index  primary key of blob
SELECT sha256, size, CASE WHEN content IS NULL THEN 1 ELSE 0 END AS in_file
FROM blob
ORDER BY sha256;
