-- The statements of desk/cost/tariff.h.

-- @statement tariff_insert : add
-- @param  tariff_key text
-- @param  unit       text
-- @param  micro_euro int
-- @param  valid_from time
-- @param  source     text
INSERT INTO tariff
       (tariff_key, unit, micro_euro, valid_from, source)
VALUES ($1, $2, $3, $4, $5)
RETURNING tariff_id;

-- @statement tariff_install_row : run
-- @param  tariff_key text
-- @param  unit       text
-- @param  micro_euro int
-- @param  valid_from time
-- @param  source     text
INSERT INTO tariff
       (tariff_key, unit, micro_euro, valid_from, source)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tariff_key, valid_from) DO NOTHING;

-- @statement tariff_in_force : find
-- @param  tariff_key text
-- @param  at         time
-- @column tariff_id  id(tariff)
-- @column tariff_key text
-- @column unit       text
-- @column micro_euro int
-- @column valid_from time
-- @column source     text
-- @index  unique key of tariff
SELECT tariff_id, tariff_key, unit, micro_euro, valid_from, source
  FROM tariff
 WHERE tariff_key = $1
   AND valid_from <= $2
 ORDER BY valid_from DESC
 LIMIT 1;

-- @statement tariff_list_rows : list
-- @column tariff_id  id(tariff)
-- @column tariff_key text
-- @column unit       text
-- @column micro_euro int
-- @column valid_from time
-- @column source     text
-- @index  unique key of tariff
SELECT tariff_id, tariff_key, unit, micro_euro, valid_from, source
  FROM tariff
 ORDER BY tariff_key, valid_from;

-- A price that has not begun.
-- @statement tariff_delete_later : run
-- @param  tariff_id id(tariff)
-- @param  now       time
-- @index  primary key of tariff
DELETE FROM tariff
 WHERE tariff_id = $1
   AND valid_from > $2;
