-- The statements of desk/product/product.h.

-- @statement product_insert : add
-- @param  name     text
-- @param  sort_key text
-- @param  role     enum(product_role)
-- @param  kind     enum(product_kind)
INSERT INTO product
       (name, sort_key, role, kind, active, version)
VALUES ($1, $2, $3, $4, 1, 1)
RETURNING product_id;

-- @statement product_find_row : find
-- @param  product_id id(product)
-- @column product_id id(product)
-- @column name       text
-- @column sort_key   text
-- @column role       enum(product_role)
-- @column kind       enum(product_kind)
-- @column active     bool
-- @column version    int
-- @index  primary key of product
SELECT product_id, name, sort_key, role, kind, active, version
  FROM product
 WHERE product_id = $1;

-- @statement product_find_by_name : find
-- @param  name       text
-- @column product_id id(product)
-- @index  unique key of product
SELECT product_id
  FROM product
 WHERE name = $1;

-- @statement product_list_rows : list
-- @column product_id id(product)
-- @column name       text
-- @column sort_key   text
-- @column role       enum(product_role)
-- @column kind       enum(product_kind)
-- @column active     bool
-- @column version    int
-- @index  product_sort
SELECT product_id, name, sort_key, role, kind, active, version
  FROM product
 ORDER BY sort_key, product_id;

-- @statement product_search_rows : list
-- @param  sort_key   text
-- @param  product_id id(product)
-- @param  prefix_end text
-- @param  how_many   int
-- @column product_id id(product)
-- @column name       text
-- @column sort_key   text
-- @column role       enum(product_role)
-- @column kind       enum(product_kind)
-- @column active     bool
-- @column version    int
-- @index  product_sort
SELECT product_id, name, sort_key, role, kind, active, version
  FROM product
 WHERE (sort_key, product_id) > ($1, $2)
   AND sort_key < $3
   AND active = 1
 ORDER BY sort_key, product_id
 LIMIT $4;

-- @statement product_update : run
-- @param  product_id id(product)
-- @param  version    int
-- @param  name       text
-- @param  sort_key   text
-- @param  role       enum(product_role)
-- @param  kind       enum(product_kind)
-- @param  active     bool
-- @index  primary key of product
UPDATE product
   SET version = version + 1, name = $3, sort_key = $4, role = $5, kind = $6, active = $7
 WHERE product_id = $1
   AND version = $2;
