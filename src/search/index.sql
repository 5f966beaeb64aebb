-- The statements of search/index.h. match is an FTS5 expression on SQLite and a tsquery on PostgreSQL; scope, title and
-- body are words and spaces on SQLite and a tsvector's text on PostgreSQL: index.c writes both.

-- Nothing when that thing is there already.
-- @statement search_document_insert : add
-- @param  kind        enum(search_kind)
-- @param  object_id   int
-- @param  group_id    int
-- @param  language    enum(search_language)
-- @param  audience    enum(search_audience)
-- @param  words_check int
INSERT INTO search_document
       (kind, object_id, group_id, language, audience, words_check)
VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (kind, object_id) DO NOTHING
RETURNING search_document_id;

-- @statement search_document_find : find
-- @param  kind               enum(search_kind)
-- @param  object_id          int
-- @column search_document_id id(search_document)
-- @column language           enum(search_language)
-- @column words_check        int
-- @index  unique key of search_document
SELECT search_document_id, language, words_check
  FROM search_document
 WHERE kind = $1
   AND object_id = $2;

-- @statement search_document_delete : run
-- @param  search_document_id id(search_document)
-- @index  primary key of search_document
DELETE FROM search_document
 WHERE search_document_id = $1;

-- @statement search_document_clear : run
-- @index  none: all of it
DELETE FROM search_document;

-- @statement search_word_insert : run
-- @param  search_document_id id(search_document)
-- @param  scope              text
-- @param  title              text
-- @param  body               text
-- @sql sqlite
INSERT INTO search_word (rowid, scope, title, body)
VALUES ($1, $2, $3, $4);
-- @sql postgresql
INSERT INTO search_word (search_document_id, words)
VALUES ($1, ($2 || $3 || $4)::tsvector);

-- FTS5 keeps no text, so it must be told the same words again to take them away; PostgreSQL has them in the row.
-- @statement search_word_delete : run
-- @param  search_document_id id(search_document)
-- @param  scope              text
-- @param  title              text
-- @param  body               text
-- @index  primary key of search_word
-- @sql sqlite
INSERT INTO search_word (search_word, rowid, scope, title, body)
VALUES ('delete', $1, $2, $3, $4);
-- @sql postgresql
DELETE FROM search_word
 WHERE search_document_id = $1
   AND ($2 || $3 || $4) IS NOT NULL;

-- @statement search_word_clear : run
-- @index  none: all of it
-- @sql sqlite
INSERT INTO search_word (search_word)
VALUES ('delete-all');
-- @sql postgresql
DELETE FROM search_word;

-- Joins small pieces of the index, some 64 pages of work at most; PostgreSQL does that by itself.
-- @statement search_word_merge : run
-- @index  none: upkeep
-- @sql sqlite
INSERT INTO search_word (search_word, rank)
VALUES ('merge', 64);
-- @sql postgresql
DELETE FROM search_word
 WHERE 1 = 0;

-- FTS5 walks the matches newest first by itself; CROSS JOIN keeps the planner from starting at the documents.
-- @statement search_list_newest : list
-- @param  match              text
-- @param  before             int
-- @param  everyone_only      bool
-- @param  how_many           int
-- @column search_document_id int
-- @column kind               enum(search_kind)
-- @column object_id          int
-- @column group_id           int
-- @index  search_word_words
-- @sql sqlite
SELECT w.rowid AS search_document_id, d.kind, d.object_id, d.group_id
  FROM search_word w
 CROSS JOIN search_document d ON d.search_document_id = w.rowid
 WHERE search_word MATCH $1
   AND w.rowid < $2
   AND ($3 = 0 OR d.audience = 'everyone')
 ORDER BY w.rowid DESC
 LIMIT $4;
-- @sql postgresql
SELECT w.search_document_id AS search_document_id, d.kind, d.object_id, d.group_id
  FROM search_word w
  JOIN search_document d ON d.search_document_id = w.search_document_id
 WHERE w.words @@ $1::tsquery
   AND w.search_document_id < $2
   AND ($3 = 0 OR d.audience = 'everyone')
 ORDER BY w.search_document_id DESC
 LIMIT $4;

-- The best of the newest matches, at most `among` of them: a word in the title counts four times one in the body.
-- @statement search_list_ranked : list
-- @param  match              text
-- @param  among              int
-- @param  everyone_only      bool
-- @param  how_many           int
-- @column search_document_id int
-- @column kind               enum(search_kind)
-- @column object_id          int
-- @column group_id           int
-- @index  search_word_words
-- @sql sqlite
SELECT m.search_document_id, d.kind, d.object_id, d.group_id
  FROM (SELECT w.rowid AS search_document_id, match_score(search_word, 0.0, 4.0, 1.0) AS score
          FROM search_word w
         WHERE search_word MATCH $1
         ORDER BY w.rowid DESC
         LIMIT $2) m
 CROSS JOIN search_document d ON d.search_document_id = m.search_document_id
 WHERE $3 = 0 OR d.audience = 'everyone'
 ORDER BY m.score DESC NULLS LAST, m.search_document_id DESC NULLS LAST
 LIMIT $4;
-- @sql postgresql
SELECT m.search_document_id AS search_document_id, d.kind, d.object_id, d.group_id
  FROM (SELECT w.search_document_id, w.words
          FROM search_word w
         WHERE w.words @@ $1::tsquery
         ORDER BY w.search_document_id DESC
         LIMIT $2) m
  JOIN search_document d ON d.search_document_id = m.search_document_id
 WHERE $3 = 0 OR d.audience = 'everyone'
 ORDER BY ts_rank('{0.25, 0.25, 0.25, 1.0}', m.words, $1::tsquery) DESC NULLS LAST, m.search_document_id DESC NULLS LAST
 LIMIT $4;

-- PostgreSQL has two ways to the newest matches, and from a bound word cannot tell which is short: from the newest document
-- backwards, as above (a common word fills the page at once; one that is not there walks the whole table), or through the
-- index of words, as below (few matches are sorted at once; many are read one and all). So it is told, by what the newest
-- documents hold. "+ 0" keeps it from walking. FTS5 has one way, which is short for both.
-- @statement search_count_recent : find
-- @param  match  text
-- @param  among  int
-- @column found  int
-- @index  primary key of search_word
-- @sql sqlite
SELECT COUNT(*) AS found
  FROM (SELECT rowid
          FROM search_word
         WHERE search_word MATCH $1
         LIMIT $2) w;
-- @sql postgresql
SELECT COUNT(*) AS found
  FROM (SELECT n.words
          FROM search_word n
         ORDER BY n.search_document_id DESC
         LIMIT $2) w
 WHERE w.words @@ $1::tsquery;

-- @statement search_list_newest_of_few : list
-- @param  match              text
-- @param  before             int
-- @param  everyone_only      bool
-- @param  how_many           int
-- @column search_document_id int
-- @column kind               enum(search_kind)
-- @column object_id          int
-- @column group_id           int
-- @index  search_word_words
-- @sql sqlite
SELECT w.rowid AS search_document_id, d.kind, d.object_id, d.group_id
  FROM search_word w
 CROSS JOIN search_document d ON d.search_document_id = w.rowid
 WHERE search_word MATCH $1
   AND w.rowid < $2
   AND ($3 = 0 OR d.audience = 'everyone')
 ORDER BY w.rowid DESC
 LIMIT $4;
-- @sql postgresql
SELECT m.search_document_id AS search_document_id, d.kind, d.object_id, d.group_id
  FROM (SELECT w.search_document_id
          FROM search_word w
         WHERE w.words @@ $1::tsquery
           AND w.search_document_id + 0 < $2
         ORDER BY w.search_document_id + 0 DESC NULLS LAST
         LIMIT $4) m
  JOIN search_document d ON d.search_document_id = m.search_document_id
 WHERE $3 = 0 OR d.audience = 'everyone'
 ORDER BY m.search_document_id DESC NULLS LAST;

-- @statement search_list_ranked_of_few : list
-- @param  match              text
-- @param  among              int
-- @param  everyone_only      bool
-- @param  how_many           int
-- @column search_document_id int
-- @column kind               enum(search_kind)
-- @column object_id          int
-- @column group_id           int
-- @index  search_word_words
-- @sql sqlite
SELECT m.search_document_id, d.kind, d.object_id, d.group_id
  FROM (SELECT w.rowid AS search_document_id, match_score(search_word, 0.0, 4.0, 1.0) AS score
          FROM search_word w
         WHERE search_word MATCH $1
         ORDER BY w.rowid DESC
         LIMIT $2) m
 CROSS JOIN search_document d ON d.search_document_id = m.search_document_id
 WHERE $3 = 0 OR d.audience = 'everyone'
 ORDER BY m.score DESC NULLS LAST, m.search_document_id DESC NULLS LAST
 LIMIT $4;
-- @sql postgresql
SELECT m.search_document_id AS search_document_id, d.kind, d.object_id, d.group_id
  FROM (SELECT w.search_document_id
          FROM search_word w
         WHERE w.words @@ $1::tsquery
         ORDER BY w.search_document_id + 0 DESC NULLS LAST
         LIMIT $2) m
  JOIN search_word r ON r.search_document_id = m.search_document_id
  JOIN search_document d ON d.search_document_id = m.search_document_id
 WHERE $3 = 0 OR d.audience = 'everyone'
 ORDER BY ts_rank('{0.25, 0.25, 0.25, 1.0}', r.words, $1::tsquery) DESC NULLS LAST, m.search_document_id DESC NULLS LAST
 LIMIT $4;

-- How many match; stops counting at the limit.
-- @statement search_count_matches : find
-- @param  match         text
-- @param  everyone_only bool
-- @param  at_most       int
-- @column found         int
-- @index  search_word_words
-- @sql sqlite
SELECT COUNT(*) AS found
  FROM (SELECT w.rowid
          FROM search_word w
         CROSS JOIN search_document d ON d.search_document_id = w.rowid
         WHERE search_word MATCH $1
           AND ($2 = 0 OR d.audience = 'everyone')
         LIMIT $3) m;
-- @sql postgresql
SELECT COUNT(*) AS found
  FROM (SELECT w.search_document_id
          FROM search_word w
          JOIN search_document d ON d.search_document_id = w.search_document_id
         WHERE w.words @@ $1::tsquery
           AND ($2 = 0 OR d.audience = 'everyone')
         LIMIT $3) m;

-- @statement search_count_rows : find
-- @column documents int
-- @column indexed   int
-- @index  none: a check counts all, once in a while
SELECT (SELECT COUNT(*) FROM search_document) AS documents,
       (SELECT COUNT(*) FROM search_word) AS indexed;

-- @statement search_count_kind : find
-- @param  kind      enum(search_kind)
-- @column documents int
-- @index  unique key of search_document
SELECT COUNT(*) AS documents
  FROM search_document
 WHERE kind = $1;
