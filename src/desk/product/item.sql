-- The statements of desk/product/item.h.

-- @statement item_insert : add
-- @param  product_id   id(product)
-- @param  serial       text
-- @param  party_id     id(party)
-- @param  seller       text
-- @param  sold_at      time?
-- @param  delivered_at time?
-- @param  batch        text
INSERT INTO installed_item
       (product_id, serial, party_id, seller, sold_at, delivered_at, batch, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
RETURNING installed_item_id;

-- @statement item_find_row : find
-- @param  installed_item_id id(installed_item)
-- @column installed_item_id id(installed_item)
-- @column product_id        id(product)
-- @column serial            text
-- @column party_id          id(party)
-- @column seller            text
-- @column sold_at           time?
-- @column delivered_at      time?
-- @column batch             text
-- @column version           int
-- @index  primary key of installed_item
SELECT installed_item_id, product_id, serial, party_id, seller, sold_at, delivered_at, batch, version
  FROM installed_item
 WHERE installed_item_id = $1;

-- @statement item_find_twin : find
-- @param  product_id        id(product)
-- @param  serial            text
-- @column installed_item_id id(installed_item)
-- @index  unique key of installed_item
SELECT installed_item_id
  FROM installed_item
 WHERE product_id = $1
   AND serial = $2;

-- @statement item_rows_of_serial : list
-- @param  serial text
-- @column installed_item_id id(installed_item)
-- @column product_id        id(product)
-- @column serial            text
-- @column party_id          id(party)
-- @column seller            text
-- @column sold_at           time?
-- @column delivered_at      time?
-- @column batch             text
-- @column version           int
-- @index  installed_item_serial
SELECT installed_item_id, product_id, serial, party_id, seller, sold_at, delivered_at, batch, version
  FROM installed_item
 WHERE serial = $1
 ORDER BY installed_item_id;

-- @statement item_rows_of_party : list
-- @param  party_id id(party)
-- @param  after    id(installed_item)
-- @param  how_many int
-- @column installed_item_id id(installed_item)
-- @column product_id        id(product)
-- @column serial            text
-- @column party_id          id(party)
-- @column seller            text
-- @column sold_at           time?
-- @column delivered_at      time?
-- @column batch             text
-- @column version           int
-- @index  installed_item_party
SELECT installed_item_id, product_id, serial, party_id, seller, sold_at, delivered_at, batch, version
  FROM installed_item
 WHERE party_id = $1
   AND installed_item_id > $2
 ORDER BY installed_item_id
 LIMIT $3;

-- @statement item_rows_of_product : list
-- @param  product_id        id(product)
-- @param  after             text
-- @param  how_many          int
-- @column installed_item_id id(installed_item)
-- @column product_id        id(product)
-- @column serial            text
-- @column party_id          id(party)
-- @column seller            text
-- @column sold_at           time?
-- @column delivered_at      time?
-- @column batch             text
-- @column version           int
-- @index  unique key of installed_item
SELECT installed_item_id, product_id, serial, party_id, seller, sold_at, delivered_at, batch, version
  FROM installed_item
 WHERE product_id = $1
   AND serial > $2
 ORDER BY serial
 LIMIT $3;

-- @statement item_rows_of_prefix : list
-- @param  serial            text
-- @param  installed_item_id id(installed_item)
-- @param  prefix_end        text
-- @param  how_many          int
-- @column installed_item_id id(installed_item)
-- @column product_id        id(product)
-- @column serial            text
-- @column party_id          id(party)
-- @column seller            text
-- @column sold_at           time?
-- @column delivered_at      time?
-- @column batch             text
-- @column version           int
-- @index  installed_item_serial
SELECT installed_item_id, product_id, serial, party_id, seller, sold_at, delivered_at, batch, version
  FROM installed_item
 WHERE (serial, installed_item_id) > ($1, $2)
   AND serial < $3
 ORDER BY serial, installed_item_id
 LIMIT $4;

-- @statement item_update : run
-- @param  installed_item_id id(installed_item)
-- @param  version           int
-- @param  product_id        id(product)
-- @param  serial            text
-- @param  party_id          id(party)
-- @param  seller            text
-- @param  sold_at           time?
-- @param  delivered_at      time?
-- @param  batch             text
-- @index  primary key of installed_item
UPDATE installed_item
   SET version = version + 1, product_id = $3, serial = $4, party_id = $5, seller = $6, sold_at = $7,
       delivered_at = $8, batch = $9
 WHERE installed_item_id = $1
   AND version = $2;
