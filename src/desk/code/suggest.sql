-- The statements of desk/code/suggest.h.

-- @statement code_word_count : run
-- @param  word       text
-- @param  code_id    id(code)
-- @param  product_id id(product)
-- @param  by         int
INSERT INTO code_word
       (word, code_id, product_id, uses)
VALUES ($1, $2, $3, $4)
ON CONFLICT (word, code_id, product_id) DO UPDATE
   SET uses = code_word.uses + excluded.uses;

-- @statement code_word_of_word : list
-- @param  word       text
-- @param  product_id id(product)
-- @column code_id    id(code)
-- @column uses       int
-- @column uses_here  int
-- @index  unique key of code_word
SELECT code_id, CAST(SUM(uses) AS BIGINT) AS uses,
       CAST(SUM(CASE WHEN product_id = $2 THEN uses ELSE 0 END) AS BIGINT) AS uses_here
  FROM code_word
 WHERE word = $1
 GROUP BY code_id
 ORDER BY code_id;
