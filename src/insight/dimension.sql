-- The names that rows of reports show: see insight/dimension.h.

-- @statement report_product_names : list
-- @column product_id id(product)
-- @column name       text
SELECT product_id, name
  FROM product
 ORDER BY product_id;

-- @statement report_team_names : list
-- @column team_id id(team)
-- @column name    text
SELECT team_id, name
  FROM team
 ORDER BY team_id;

-- @statement report_code_names : list
-- @column code_id  id(code)
-- @column list     enum(code_list)
-- @column code_key text
-- @column name_it  text
-- @column name_en  text
SELECT code_id, list, code_key, name_it, name_en
  FROM code
 ORDER BY code_id;

-- @statement report_party_name : find
-- @param  party_id id(party)
-- @column name     text
-- @index  primary key of party
SELECT name
  FROM party
 WHERE party_id = $1;

-- @statement report_party_buyers : list
-- @column party_id id(party)
-- @column buyer    enum(buyer_kind)
-- @index  none: every party is wanted
SELECT party_id, buyer
  FROM party
 ORDER BY party_id;
