-- SPDX-License-Identifier: EUPL-1.2

-- @statement staff_add : add
-- @param  name       text
-- @param  sort_key   text
-- @param  rate       real?
-- @param  active     bool
INSERT INTO staff (name, sort_key, rate, active)
VALUES ($1, $2, $3, $4)
RETURNING staff_id;

-- @statement staff_list : list
-- @column staff_id   id(staff)
-- @column name       text
-- @column rate       real?
-- @column active     bool
SELECT staff_id, name, rate, active
  FROM staff
 ORDER BY sort_key, staff_id;
