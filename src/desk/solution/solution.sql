-- The statements of desk/solution/solution.h.

-- @statement solution_insert : add
-- @param  title            text
-- @param  text             text
-- @param  product_id       id(product)?
-- @param  problem_id       id(code)?
-- @param  solution_code_id id(code)?
-- @param  language         text
-- @param  author_id        id(staff)?
-- @param  created_at       time
INSERT INTO solution
       (title, text, product_id, problem_id, solution_code_id, state, language, author_id, created_at, state_by_id,
        state_at, used_count, version)
VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $7, $8, 0, 1)
RETURNING solution_id;

-- @statement solution_find_row : find
-- @param  solution_id id(solution)
-- @column solution_id      id(solution)
-- @column title            text
-- @column text             text
-- @column product_id       id(product)?
-- @column problem_id       id(code)?
-- @column solution_code_id id(code)?
-- @column state            enum(solution_state)
-- @column language         text
-- @column author_id        id(staff)?
-- @column created_at       time
-- @column state_by_id      id(staff)?
-- @column state_at         time
-- @column used_count       int
-- @column version          int
-- @index  primary key of solution
SELECT solution_id, title, text, product_id, problem_id, solution_code_id, state, language, author_id, created_at,
       state_by_id, state_at, used_count, version
  FROM solution
 WHERE solution_id = $1;

-- @statement solution_update : run
-- @param  solution_id      id(solution)
-- @param  version          int
-- @param  title            text
-- @param  text             text
-- @param  product_id       id(product)?
-- @param  problem_id       id(code)?
-- @param  solution_code_id id(code)?
-- @param  language         text
-- @param  state            enum(solution_state)
-- @param  state_by_id      id(staff)?
-- @param  state_at         time
-- @index  primary key of solution
UPDATE solution
   SET version = version + 1, title = $3, text = $4, product_id = $5, problem_id = $6, solution_code_id = $7,
       language = $8, state = $9, state_by_id = $10, state_at = $11
 WHERE solution_id = $1
   AND version = $2;

-- @statement solution_count_use : run
-- @param  solution_id id(solution)
-- @index  primary key of solution
UPDATE solution
   SET used_count = used_count + 1
 WHERE solution_id = $1;

-- @statement solution_of_both : list
-- @param  product_id id(product)
-- @param  problem_id id(code)
-- @param  how_many   int
-- @column solution_id      id(solution)
-- @column title            text
-- @column text             text
-- @column product_id       id(product)?
-- @column problem_id       id(code)?
-- @column solution_code_id id(code)?
-- @column state            enum(solution_state)
-- @column language         text
-- @column author_id        id(staff)?
-- @column created_at       time
-- @column state_by_id      id(staff)?
-- @column state_at         time
-- @column used_count       int
-- @column version          int
-- @index  solution_both
SELECT solution_id, title, text, product_id, problem_id, solution_code_id, state, language, author_id, created_at,
       state_by_id, state_at, used_count, version
  FROM solution
 WHERE product_id = $1
   AND problem_id = $2
   AND state <> 'retired'
 ORDER BY used_count DESC, solution_id DESC
 LIMIT $3;

-- @statement solution_of_problem : list
-- @param  problem_id id(code)
-- @param  how_many   int
-- @column solution_id      id(solution)
-- @column title            text
-- @column text             text
-- @column product_id       id(product)?
-- @column problem_id       id(code)?
-- @column solution_code_id id(code)?
-- @column state            enum(solution_state)
-- @column language         text
-- @column author_id        id(staff)?
-- @column created_at       time
-- @column state_by_id      id(staff)?
-- @column state_at         time
-- @column used_count       int
-- @column version          int
-- @index  solution_problem
SELECT solution_id, title, text, product_id, problem_id, solution_code_id, state, language, author_id, created_at,
       state_by_id, state_at, used_count, version
  FROM solution
 WHERE problem_id = $1
   AND state <> 'retired'
 ORDER BY used_count DESC, solution_id DESC
 LIMIT $2;

-- @statement solution_of_product : list
-- @param  product_id id(product)
-- @param  how_many   int
-- @column solution_id      id(solution)
-- @column title            text
-- @column text             text
-- @column product_id       id(product)?
-- @column problem_id       id(code)?
-- @column solution_code_id id(code)?
-- @column state            enum(solution_state)
-- @column language         text
-- @column author_id        id(staff)?
-- @column created_at       time
-- @column state_by_id      id(staff)?
-- @column state_at         time
-- @column used_count       int
-- @column version          int
-- @index  solution_product
SELECT solution_id, title, text, product_id, problem_id, solution_code_id, state, language, author_id, created_at,
       state_by_id, state_at, used_count, version
  FROM solution
 WHERE product_id = $1
   AND state <> 'retired'
 ORDER BY used_count DESC, solution_id DESC
 LIMIT $2;

-- All of them, the most used first.
-- @statement solution_by_use : list
-- @param  used     int
-- @param  before   id(solution)
-- @param  how_many int
-- @column solution_id      id(solution)
-- @column title            text
-- @column text             text
-- @column product_id       id(product)?
-- @column problem_id       id(code)?
-- @column solution_code_id id(code)?
-- @column state            enum(solution_state)
-- @column language         text
-- @column author_id        id(staff)?
-- @column created_at       time
-- @column state_by_id      id(staff)?
-- @column state_at         time
-- @column used_count       int
-- @column version          int
-- @index  solution_used
SELECT solution_id, title, text, product_id, problem_id, solution_code_id, state, language, author_id, created_at,
       state_by_id, state_at, used_count, version
  FROM solution
 WHERE (used_count, solution_id) < ($1, $2)
 ORDER BY used_count DESC, solution_id DESC
 LIMIT $3;

-- For building the index of words again.
-- @statement solution_after : list
-- @param  after    id(solution)
-- @param  how_many int
-- @column solution_id      id(solution)
-- @column title            text
-- @column text             text
-- @column product_id       id(product)?
-- @column problem_id       id(code)?
-- @column solution_code_id id(code)?
-- @column state            enum(solution_state)
-- @column language         text
-- @column author_id        id(staff)?
-- @column created_at       time
-- @column state_by_id      id(staff)?
-- @column state_at         time
-- @column used_count       int
-- @column version          int
-- @index  primary key of solution
SELECT solution_id, title, text, product_id, problem_id, solution_code_id, state, language, author_id, created_at,
       state_by_id, state_at, used_count, version
  FROM solution
 WHERE solution_id > $1
 ORDER BY solution_id
 LIMIT $2;
