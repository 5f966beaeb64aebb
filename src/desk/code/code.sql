-- The statements of desk/code/code.h.

-- The group's key is looked up here, so that the shipped rows go in one by one in their order.
-- @statement code_install_row : run
-- @param  list             enum(code_list)
-- @param  code_key         text
-- @param  parent_key       text?
-- @param  sort             int
-- @param  name_it          text
-- @param  name_en          text
-- @param  is_defect        bool
-- @param  needs_authoriser bool
INSERT INTO code
       (list, code_key, parent_id, sort, name_it, name_en, is_defect, needs_authoriser, version)
VALUES ($1, $2, (SELECT g.code_id FROM code g WHERE g.list = $1 AND g.code_key = $3), $4, $5, $6, $7, $8, 1)
ON CONFLICT (list, code_key) DO NOTHING;

-- @statement code_insert : add
-- @param  list             enum(code_list)
-- @param  code_key         text
-- @param  parent_id        id(code)?
-- @param  sort             int
-- @param  name_it          text
-- @param  name_en          text
-- @param  is_defect        bool
-- @param  needs_authoriser bool
INSERT INTO code
       (list, code_key, parent_id, sort, name_it, name_en, is_defect, needs_authoriser, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
RETURNING code_id;

-- @statement code_find_row : find
-- @param  code_id          id(code)
-- @column code_id          id(code)
-- @column list             enum(code_list)
-- @column code_key         text
-- @column parent_id        id(code)?
-- @column sort             int
-- @column name_it          text
-- @column name_en          text
-- @column is_defect        bool
-- @column needs_authoriser bool
-- @column retired_at       time?
-- @column replaced_by_id   id(code)?
-- @column version          int
-- @index  primary key of code
SELECT code_id, list, code_key, parent_id, sort, name_it, name_en, is_defect, needs_authoriser, retired_at,
       replaced_by_id, version
  FROM code
 WHERE code_id = $1;

-- @statement code_find_by_key : find
-- @param  list     enum(code_list)
-- @param  code_key text
-- @column code_id  id(code)
-- @index  unique key of code
SELECT code_id
  FROM code
 WHERE list = $1
   AND code_key = $2;

-- @statement code_list_rows : list
-- @param  list             enum(code_list)
-- @column code_id          id(code)
-- @column list             enum(code_list)
-- @column code_key         text
-- @column parent_id        id(code)?
-- @column sort             int
-- @column name_it          text
-- @column name_en          text
-- @column is_defect        bool
-- @column needs_authoriser bool
-- @column retired_at       time?
-- @column replaced_by_id   id(code)?
-- @column version          int
-- @index  unique key of code
SELECT code_id, list, code_key, parent_id, sort, name_it, name_en, is_defect, needs_authoriser, retired_at,
       replaced_by_id, version
  FROM code
 WHERE list = $1
 ORDER BY sort, code_id;

-- How many of a group's leaves are in use.
-- @statement code_count_leaves : find
-- @param  parent_id id(code)
-- @column leaves    int
-- @index  code_parent
SELECT COUNT(*) AS leaves
  FROM code
 WHERE parent_id = $1
   AND retired_at IS NULL;

-- @statement code_update : run
-- @param  code_id          id(code)
-- @param  version          int
-- @param  sort             int
-- @param  name_it          text
-- @param  name_en          text
-- @param  is_defect        bool
-- @param  needs_authoriser bool
-- @index  primary key of code
UPDATE code
   SET version = version + 1, sort = $3, name_it = $4, name_en = $5, is_defect = $6, needs_authoriser = $7
 WHERE code_id = $1
   AND version = $2;

-- @statement code_set_retired : run
-- @param  code_id        id(code)
-- @param  version        int
-- @param  retired_at     time
-- @param  replaced_by_id id(code)?
-- @index  primary key of code
UPDATE code
   SET version = version + 1, retired_at = $3, replaced_by_id = $4
 WHERE code_id = $1
   AND version = $2;

-- @statement code_set_in_use : run
-- @param  code_id id(code)
-- @param  version int
-- @index  primary key of code
UPDATE code
   SET version = version + 1, retired_at = NULL, replaced_by_id = NULL
 WHERE code_id = $1
   AND version = $2;
