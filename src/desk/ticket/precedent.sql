-- Solved requests that were like one at hand: see desk/ticket/precedent.h.

-- @statement precedent_of_product : list
-- @param  product_id       id(product)
-- @param  problem_id       id(code)
-- @param  besides          id(ticket)
-- @param  how_many         int
-- @column ticket_id        id(ticket)
-- @column subject          text
-- @column solution         text?
-- @column solution_code_id id(code)?
-- @column resolved_at      time?
-- @index  ticket_problem
SELECT t.ticket_id, t.subject, s.title AS solution, t.solution_code_id, t.resolved_at
  FROM ticket t
  LEFT JOIN solution s ON s.solution_id = t.solution_id
 WHERE t.product_id = $1
   AND t.problem_id = $2
   AND t.ticket_id <> $3
   AND t.state IN ('resolved', 'closed')
 ORDER BY t.ticket_id DESC
 LIMIT $4;

-- Of any product, newest first: the index holds them so, and nearly all that have a problem are solved.
-- @statement precedent_of_problem : list
-- @param  problem_id       id(code)
-- @param  besides          id(ticket)
-- @param  how_many         int
-- @column ticket_id        id(ticket)
-- @column subject          text
-- @column solution         text?
-- @column solution_code_id id(code)?
-- @column resolved_at      time?
-- @index  ticket_precedent, primary key of ticket
-- @sql sqlite
SELECT t.ticket_id, t.subject, s.title AS solution, t.solution_code_id, t.resolved_at
  FROM ticket t INDEXED BY ticket_precedent
  LEFT JOIN solution s ON s.solution_id = t.solution_id
 WHERE t.problem_id = $1
   AND t.ticket_id <> $2
   AND t.state IN ('resolved', 'closed')
 ORDER BY t.ticket_id DESC
 LIMIT $3;
-- @sql postgresql
SELECT t.ticket_id, t.subject, s.title AS solution, t.solution_code_id, t.resolved_at
  FROM ticket t
  LEFT JOIN solution s ON s.solution_id = t.solution_id
 WHERE t.problem_id = $1
   AND t.ticket_id <> $2
   AND t.state IN ('resolved', 'closed')
 ORDER BY t.ticket_id DESC
 LIMIT $3;
