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

-- All words of a text at once; where there are fewer, '' stands for the rest: the product's own row.
-- @statement code_word_of_words : list
-- @param  product_id id(product)
-- @param  word_1     text
-- @param  word_2     text
-- @param  word_3     text
-- @param  word_4     text
-- @param  word_5     text
-- @param  word_6     text
-- @param  word_7     text
-- @param  word_8     text
-- @param  word_9     text
-- @param  word_10    text
-- @param  word_11    text
-- @param  word_12    text
-- @column word       text
-- @column code_id    id(code)
-- @column uses       int
-- @column uses_here  int
-- @index  code_word_uses
SELECT word, code_id, CAST(SUM(uses) AS BIGINT) AS uses,
       CAST(SUM(CASE WHEN product_id = $1 THEN uses ELSE 0 END) AS BIGINT) AS uses_here
  FROM code_word
 WHERE word IN ('', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
 GROUP BY word, code_id
 ORDER BY word, code_id;
