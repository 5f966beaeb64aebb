# SPDX-License-Identifier: EUPL-1.2
"""Tests of tools/statements.py: every refusal has a planted violation and a twin that passes."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path
from typing import NamedTuple

import migrations as migration_tool
import statement_rules
import statements

TOOLS = Path(__file__).resolve().parent
SAMPLE = TOOLS / "testdata"

SCHEMA = """
-- owner: desk/staff
CREATE TABLE staff (
  staff_id @id,
  name @text NOT NULL,
  rate @real NULL
);
-- owner: desk/ticket
-- grows
CREATE TABLE ticket (
  ticket_id @id(10001),
  subject @text NOT NULL,
  state @enum(mood) NOT NULL,
  owner_id @int NULL REFERENCES staff,
  due_at @time NULL,
  created_at @time NOT NULL,
  cost @cents NOT NULL,
  note @text NULL
);
CREATE INDEX ticket_by_owner ON ticket (owner_id);
-- owner: desk/ticket
CREATE TABLE tag (
  tag_id @id,
  word @text NOT NULL,
  weight @int NULL
);
-- only: sqlite
-- owner: desk/ticket
CREATE VIRTUAL TABLE ticket_text USING fts5 (body, tokenize = 'unicode61');
-- only: postgresql
-- owner: desk/ticket
CREATE TABLE ticket_text (ticket_text_id @id, body tsvector NOT NULL);
"""

FIND = """-- @statement tag_find : find
-- @param tag_id id(tag)
-- @column word text
SELECT word
  FROM tag
 WHERE tag_id = $1;
"""


class Outcome(NamedTuple):
    code: int
    message: str
    out: Path

    def read(self, name: str) -> str:
        return (self.out / name).read_text(encoding="utf-8")


class Bench(unittest.TestCase):
    """A source tree of its own for each test."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.src, self.out = self.root / "src", self.root / "out"
        self.out.mkdir()
        self.write("store/migration/0001_first.sql", SCHEMA)
        self.write("desk/ticket/mood.def", 'ENUM_ROW(MOOD_GOOD, "good")\n')

    def write(self, name: str, text: str) -> Path:
        path = self.src / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run_tool(self, action: str, *files: Path) -> Outcome:
        out = self.out if action == "generate" else self.out / "stamp"
        migrations = sorted((self.src / "store/migration").glob("*.sql"))
        try:
            statements.main([str(word) for word in (
                action, "--src", self.src, "--out", out, "--depfile", self.out / "depfile",
                "--migration", *migrations, "--files", *files)])
        except SystemExit as stop:  # its text is what Python prints on standard error, with exit status 1
            return Outcome(1, str(stop), self.out)
        return Outcome(0, "", self.out)

    def generate(self, sql: str, name: str = "desk/ticket/ticket.sql") -> Outcome:
        return self.run_tool("generate", self.write(name, sql))

    def assert_refused(self, sql: str, expected: str, name: str = "desk/ticket/ticket.sql") -> None:
        outcome = self.generate(sql, name)
        self.assertEqual(outcome.code, 1, f"passed, but should say: {expected}")
        self.assertIn(expected, outcome.message)
        for line in outcome.message.splitlines():
            self.assertRegex(line, r"^\S+\.sql:[0-9]+: ")

    def assert_passes(self, sql: str, name: str = "desk/ticket/ticket.sql") -> Outcome:
        outcome = self.generate(sql, name)
        self.assertEqual((outcome.code, outcome.message), (0, ""))
        return outcome


def run(sql: str, *params: str, index: str = "") -> str:
    """A `run` statement with its parameters."""
    lines = ["-- @statement work : run", *(f"-- @param {param}" for param in params)]
    return "\n".join(lines + ([f"-- @index {index}"] if index else []) + [sql + ";", ""])


def each(sql: str, *columns: str, params: tuple[str, ...] = (), index: str = "") -> str:
    lines = ["-- @statement work : each", *(f"-- @param {param}" for param in params),
             *(f"-- @column {column}" for column in columns)]
    return "\n".join(lines + ([f"-- @index {index}"] if index else []) + [sql + ";", ""])


BY_OWNER = "ticket_by_owner"
TAG = "DELETE FROM tag WHERE {}"
COUNT = "SELECT {} AS n FROM tag ORDER BY n"
WORDS = "SELECT word FROM tag ORDER BY {}"

# (what, planted violation, its good twin, what the message must say)
REFUSED: tuple[tuple[str, str, str, str], ...] = (
    ("double colon", run(TAG.format("tag_id = $1::bigint"), "tag_id id(tag)"),
     run(TAG.format("tag_id = CAST($1 AS BIGINT)"), "tag_id id(tag)"), ":: is refused"),
    ("LIKE", run(TAG.format("word LIKE $1"), "word text"), run(TAG.format("word = $1"), "word text"), "LIKE is refused"),
    ("ILIKE", run(TAG.format("word ILIKE $1"), "word text"), run(TAG.format("word = 'like'")), "ILIKE is refused"),
    ("bare SUM", each(COUNT.format("SUM(weight)"), "n int"),
     each(COUNT.format("CAST(COALESCE(SUM(weight), 0) AS BIGINT)"), "n int"), "bare SUM is refused"),
    ("SUM beside a CAST", each(COUNT.format("CAST(weight AS BIGINT) + SUM(weight)"), "n int"),
     each(COUNT.format("CAST(SUM(weight) AS BIGINT) + 1"), "n int"), "CAST(SUM(x) AS BIGINT)"),
    ("bare AVG", each(COUNT.format("AVG(weight)"), "n real"),
     each(COUNT.format("CAST(AVG(weight) AS DOUBLE PRECISION)"), "n real"), "bare AVG is refused"),
    ("AVG cut to a whole number", each(COUNT.format("CAST(AVG(weight) AS BIGINT)"), "n int"),
     each(COUNT.format("CAST(AVG(weight) AS DOUBLE PRECISION)"), "n real"), "CAST(AVG(x) AS DOUBLE PRECISION)"),
    ("narrow cast", each(COUNT.format("CAST(word AS INTEGER)"), "n int"),
     each(COUNT.format("CAST(word AS BIGINT)"), "n int"), "CAST is to BIGINT"),
    ("now()", run("UPDATE ticket SET due_at = now() WHERE owner_id = $1", "owner_id id(staff)", index=BY_OWNER),
     run("UPDATE ticket SET due_at = $2 WHERE owner_id = $1", "owner_id id(staff)", "now time", index=BY_OWNER),
     "the time is a parameter"),
    ("CURRENT_TIMESTAMP", run(TAG.format("weight < CURRENT_TIMESTAMP")), run(TAG.format("weight < 1")),
     "CURRENT_TIMESTAMP is refused"),
    ("datetime()", run(TAG.format("word < datetime('now')")), run(TAG.format("word < 'datetime'")), "datetime is refused"),
    ("date()", run(TAG.format("word < date('now')")), run(TAG.format("word < 'date'")), "days are intervals"),
    ("OFFSET", each("SELECT word FROM tag ORDER BY word LIMIT 10 OFFSET 20", "word text"),
     each("SELECT word FROM tag ORDER BY word LIMIT 10", "word text"), "page by key"),
    ("ORDER BY a nullable column", each(WORDS.format("weight"), "word text"),
     each(WORDS.format("weight NULLS LAST"), "word text"), "ORDER BY weight may meet NULL"),
    ("ORDER BY a nullable column downwards", each(WORDS.format("word, weight DESC"), "word text"),
     each(WORDS.format("word, weight DESC NULLS LAST"), "word text"), "ORDER BY weight DESC may meet NULL"),
    ("ORDER BY an expression", each(WORDS.format("LENGTH(word)"), "word text"),
     each(WORDS.format("LENGTH(word) NULLS FIRST"), "word text"), "may meet NULL"),
    ("ORDER BY the outer side of a join",
     each("SELECT staff.name FROM tag LEFT JOIN staff ON staff.name = tag.word ORDER BY staff.name, tag.word", "name text?"),
     each("SELECT staff.name FROM tag JOIN staff ON staff.name = tag.word ORDER BY staff.name, tag.word", "name text"),
     "ORDER BY staff . name may meet NULL"),
    ("ORDER BY in a window", each("SELECT ROW_NUMBER() OVER (ORDER BY weight) AS n FROM tag ORDER BY n", "n int"),
     each("SELECT ROW_NUMBER() OVER (ORDER BY weight NULLS FIRST) AS n FROM tag ORDER BY n", "n int"), "ORDER BY weight"),
    ("rows without order", each("SELECT word FROM tag", "word text"), each(WORDS.format("word"), "word text"),
     "needs ORDER BY"),
    ("SELECT *", each("SELECT * FROM tag ORDER BY word", "word text"), each(WORDS.format("word"), "word text"),
     "* is refused"),
    ("table.*", each("SELECT tag.* FROM tag ORDER BY word", "word text"),
     each("SELECT weight * 2 AS n FROM tag ORDER BY word", "n int?"), "* is refused"),
    ("INSERT … SELECT *", run("INSERT INTO tag (word) SELECT * FROM staff"),
     run("INSERT INTO tag (word) SELECT name FROM staff"), "* is refused"),
    ("no index on a growing table", run("DELETE FROM ticket WHERE owner_id = $1", "owner_id id(staff)"),
     run("DELETE FROM ticket WHERE owner_id = $1", "owner_id id(staff)", index=BY_OWNER), "ticket grows"),
    ("no index on a growing table joined",
     each("SELECT tag.word FROM tag JOIN ticket ON ticket.subject = tag.word ORDER BY tag.word", "word text"),
     each("SELECT tag.word FROM tag JOIN staff ON staff.name = tag.word ORDER BY tag.word", "word text"), "ticket grows"),
    ("no index for INSERT … SELECT",
     run("INSERT INTO tag (word) SELECT subject FROM ticket"),
     run("INSERT INTO tag (word) SELECT name FROM staff"), "ticket grows"),
    ("an index that is not there", run("DELETE FROM ticket WHERE owner_id = 1", index="ticket_by_due"),
     run("DELETE FROM ticket WHERE owner_id = 1", index="primary key of ticket"), "names no index"),
    ("fewer parameters than used", run(TAG.format("word = $1 AND weight = $2"), "word text"),
     run(TAG.format("word = $1 AND weight = $2"), "word text", "weight int"), "1 @param, but the SQL uses $1, $2"),
    ("a parameter not used", run(TAG.format("word = $1"), "word text", "weight int"),
     run(TAG.format("word = $1"), "word text"), "2 @param, but the SQL uses $1"),
    ("a gap in the numbers", run(TAG.format("word = $2"), "word text"), run(TAG.format("word = $1"), "word text"),
     "uses $2"),
    ("question mark", run(TAG.format("word = ?"), "word text"), run(TAG.format("word = '?'")), "? is refused"),
    ("named parameter", run(TAG.format("word = :word")), run(TAG.format("word = ':word'")), ": is refused"),
    ("column count", each("SELECT word, weight FROM tag ORDER BY word", "word text"),
     each("SELECT word, weight FROM tag ORDER BY word", "word text", "weight int?"), "1 @column, but the SQL gives 2"),
    ("columns in another order", each("SELECT weight, word FROM tag ORDER BY word", "word text", "weight int?"),
     each("SELECT word, weight FROM tag ORDER BY word", "word text", "weight int?"), "@column word stands where"),
    ("an expression without name", each("SELECT COUNT(*) FROM tag ORDER BY 1 NULLS LAST", "n int"),
     each("SELECT COUNT(*) AS n FROM tag ORDER BY n", "n int"), "no name: add AS"),
    ("a column's type", each(WORDS.format("word"), "word int"), each(WORDS.format("word"), "word text"),
     "@column word is int, but tag.word is text"),
    ("another table's id", each("SELECT tag_id FROM tag ORDER BY tag_id", "tag_id id(staff)"),
     each("SELECT tag_id FROM tag ORDER BY tag_id", "tag_id id(tag)"), "tag.tag_id is id(tag)"),
    ("a foreign key as a number",
     each("SELECT owner_id FROM ticket ORDER BY ticket_id", "owner_id int?", index=BY_OWNER),
     each("SELECT owner_id FROM ticket ORDER BY ticket_id", "owner_id id(staff)?", index=BY_OWNER),
     "ticket.owner_id is id(staff)"),
    ("an enumeration as text",
     each("SELECT state FROM ticket ORDER BY ticket_id", "state text", index=BY_OWNER),
     each("SELECT state FROM ticket ORDER BY ticket_id", "state enum(mood)", index=BY_OWNER), "ticket.state is enum(mood)"),
    ("a value outside the enumeration", run("DELETE FROM ticket WHERE state = 'goood'", index=BY_OWNER),
     run("DELETE FROM ticket WHERE state = 'good' AND subject = 'goood'", index=BY_OWNER), "'goood' is no mood"),
    ("a value outside, in a list", run("DELETE FROM ticket WHERE ticket.state NOT IN ('good', 'bad')", index=BY_OWNER),
     run("DELETE FROM ticket WHERE ticket.state NOT IN ('good')", index=BY_OWNER), "'bad' is no mood"),
    ("a value outside, set", run("UPDATE ticket SET state = 'bad' WHERE ticket_id = 1", index="primary key of ticket"),
     run("UPDATE ticket SET state = 'good' WHERE ticket_id = 1", index="primary key of ticket"), "'bad' is no mood"),
    ("a value outside, inserted",
     run("INSERT INTO ticket (subject, state, created_at, cost) VALUES ('bad', 'bad', 1, 0)"),
     run("INSERT INTO ticket (subject, state, created_at, cost) VALUES ('bad', 'good', 1, 0)"), "'bad' is no mood"),
    ("an enumeration on the outer side of a join",
     each("SELECT ticket.state FROM tag LEFT JOIN ticket ON ticket.subject = tag.word ORDER BY tag.word",
          "state enum(mood)", index=BY_OWNER),
     each("SELECT ticket.state FROM tag LEFT JOIN ticket ON ticket.subject = tag.word ORDER BY tag.word", "state text?",
          index=BY_OWNER), "may be NULL here: declare text?"),
    ("a nullable enumeration",
     each("SELECT word AS state FROM tag ORDER BY word", "state enum(mood)?"),
     each("SELECT word FROM tag ORDER BY word", "word text"), "enum? is not offered"),
    ("a nullable column as certain", each("SELECT weight FROM tag ORDER BY word", "weight int"),
     each("SELECT weight FROM tag WHERE weight IS NOT NULL ORDER BY word", "weight int"), "may be NULL here: declare int?"),
    ("the outer side of a join as certain",
     each("SELECT s.name FROM tag LEFT JOIN staff AS s ON s.name = tag.word ORDER BY tag.word", "name text"),
     each("SELECT s.name FROM tag LEFT JOIN staff AS s ON s.name = tag.word ORDER BY tag.word", "name text?"),
     "staff.name may be NULL here"),
    ("a comparison as a column", each("SELECT (word = 'x') AS hit FROM tag ORDER BY word", "hit bool"),
     each("SELECT CASE WHEN word = 'x' THEN 1 ELSE 0 END AS hit FROM tag ORDER BY word", "hit bool"),
     "PostgreSQL gives a boolean here"),
    ("a truth beside a subquery", each("SELECT EXISTS (SELECT 1 FROM tag) AS n FROM staff ORDER BY name", "n bool"),
     each("SELECT (SELECT COUNT(*) FROM tag WHERE word = 'x') AS n FROM staff ORDER BY name", "n int"),
     "PostgreSQL gives a boolean here"),
    ("a parameter's type", run(TAG.format("word = $1"), "word int"), run(TAG.format("word = $1"), "word text"),
     "@param word is int, but tag.word is text"),
    ("a parameter's type in a pair", run(TAG.format("(word, tag_id) < ($1, $2)"), "word text", "tag_id int"),
     run(TAG.format("(word, tag_id) < ($1, $2)"), "word text", "tag_id id(tag)"), "tag.tag_id is id(tag)"),
    ("a NULL for a NOT NULL column", run("INSERT INTO tag (word) VALUES ($1)", "word text?"),
     run("INSERT INTO tag (weight, word) VALUES ($1, $2)", "weight int?", "word text"), "tag.word is NOT NULL"),
    ("a NULL set", run("UPDATE tag SET weight = 1, word = $1", "word text?"),
     run("UPDATE tag SET word = $1, weight = $2", "word text", "weight int?"), "tag.word is NOT NULL"),
    ("an unknown column inserted", run("INSERT INTO tag (words) VALUES ($1)", "word text"),
     run("INSERT INTO tag (word) VALUES ($1)", "word text"), "table tag has no column words"),
    ("INSERT without columns", run("INSERT INTO tag VALUES ($1)", "word text"),
     run("INSERT INTO tag (word) VALUES ($1)", "word text"), "INSERT INTO table (columns)"),
    ("an id given by hand", run("INSERT INTO tag (tag_id, word) VALUES ($1, 'x')", "tag_id id(tag)"),
     run("INSERT INTO tag (weight, word) VALUES ($1, 'x')", "weight int"), "the engine gives tag_id"),
    ("another module's table", run("UPDATE staff SET rate = $1", "rate real"),
     run("UPDATE tag SET weight = $1", "weight int"), "staff is written by desk/staff/ alone"),
    ("another module's table, inserted", run("INSERT INTO staff (name) VALUES ($1)", "name text"),
     run("INSERT INTO tag (word) SELECT name FROM staff WHERE name = $1", "name text"), "written by desk/staff/"),
    ("another module's table, deleted", run("DELETE FROM staff"), run("DELETE FROM tag"), "written by desk/staff/"),
    ("an unknown table", each("SELECT word FROM tags ORDER BY word NULLS LAST", "word text"),
     each("WITH tags AS (SELECT word FROM tag) SELECT word FROM tags ORDER BY word", "word text"),
     "no migration creates table tags"),
    ("an unknown table in a list", each("SELECT word FROM tag, flag ORDER BY word", "word text"),
     each("SELECT word FROM tag, staff ORDER BY word", "word text"), "no migration creates table flag"),
    ("an id of no table", run(TAG.format("weight = $1 + 0"), "weight id(flag)"),
     run(TAG.format("weight = $1 + 0"), "weight int"), "id(flag): no migration"),
    ("a table function", each("SELECT word FROM generate(1) ORDER BY word", "word text"),
     each("SELECT word FROM (SELECT word FROM tag) AS inside ORDER BY word", "word text"), "no migration creates"),
    ("lower-case keyword", run("delete FROM tag"), run("DELETE FROM tag"), "keywords are upper-case"),
    ("lower-case function", each(COUNT.format("count(*)"), "n int"), each(COUNT.format("COUNT(*)"), "n int"),
     "keywords are upper-case"),
    ("mixed case", run(TAG.format("Word = 'x'")), run(TAG.format("word = 'X'")), "names are lower-case"),
    ("JSON arrow", run(TAG.format("word ->> 'a' = 'b'")), run(TAG.format("word = 'a'")), "JSON is text to SQL"),
    ("JSON arrow in a string", run(TAG.format("word = 'payload->>a'")), run(TAG.format("word = 'payload > a'")),
     "JSON is text to SQL"),
    ("JSON function", run(TAG.format("json_extract(word, 'a') = 'b'")), run(TAG.format("word = 'json'")), "JSON is text"),
    ("quoted name", run(TAG.format('"word" = 1')), run(TAG.format("word = '\"'")), "quoted name"),
    ("TRUE", run(TAG.format("weight = TRUE")), run(TAG.format("weight = 1")), "TRUE is refused"),
    ("INSERT OR IGNORE", run("INSERT OR IGNORE INTO tag (word) VALUES ('x')"),
     run("INSERT INTO tag (word) VALUES ('x') ON CONFLICT DO NOTHING"), "ON CONFLICT"),
    ("IFNULL()", each(COUNT.format("IFNULL(weight, 0)"), "n int"), each(COUNT.format("COALESCE(weight, 0)"), "n int"),
     "instead: COALESCE"),
    ("not equal in C", run(TAG.format("weight != 1")), run(TAG.format("weight <> 1")), "SQL says <>"),
    ("a run that gives rows", run("SELECT word FROM tag"), run("DELETE FROM tag"), "a run gives no rows"),
    ("an each that gives none", each("DELETE FROM tag", "word text"), each("DELETE FROM tag RETURNING word", "word text"),
     "no RETURNING"),
    ("an each without columns", each("SELECT word FROM tag ORDER BY word"), each(WORDS.format("word"), "word text"),
     "declares its @column"),
    ("an add that gives no id", "-- @statement work : add\nINSERT INTO tag (word) VALUES ('x') RETURNING word;\n",
     "-- @statement work : add\nINSERT INTO tag (word) VALUES ('x') RETURNING tag_id;\n", "RETURNING its @id column"),
    ("no such kind", FIND.replace(": find", ": get"), FIND, "find|list|each|run|add"),
    ("no such type", FIND.replace("word text", "word varchar"), FIND, "'varchar' is no type"),
    ("three-valued bool", each("SELECT weight AS hit FROM tag ORDER BY word", "hit bool?"),
     each("SELECT COALESCE(weight, 0) AS hit FROM tag ORDER BY word", "hit bool"), "bool? is not offered"),
    ("a C keyword", FIND.replace("word text", "default text"), FIND, "cannot be a field's name"),
    ("a parameter twice", run(TAG.format("word = $1 OR word = $2"), "word text", "word text"),
     run(TAG.format("word = $1 OR word = $2"), "word text", "other text"), "@param word twice"),
    ("no such annotation", FIND.replace("-- @column", "-- @row"), FIND, "@row is none of"),
    ("SQL without a name", "SELECT word FROM tag;\n", FIND, "without '-- @statement"),
    ("a name twice", FIND + FIND, FIND + FIND.replace("tag_find", "tag_get"), "tag_find is there already"),
    ("a C type twice", FIND + FIND.replace("tag_find", "tag_find_in"), FIND + FIND.replace("tag_find", "tag_find_out"),
     "C type is already made"),
    ("no end", FIND.replace(";", ""), FIND, "has no ';'"),
    ("parentheses", run(TAG.format("(word = 'x'")), run(TAG.format("(word = 'x')")), "parentheses do not match"),
    ("one engine only", FIND.replace("SELECT", "-- @sql sqlite\nSELECT"),
     FIND.replace("SELECT", "-- @sql sqlite\nSELECT") + "-- @sql postgresql\n" + FIND.split("\n", 3)[3],
     "has no SQL for postgresql"),
    ("an engine twice", FIND.replace("SELECT", "-- @sql sqlite\nSELECT") + "-- @sql sqlite\n" + FIND.split("\n", 3)[3],
     FIND, "SQL for sqlite already"),
    ("no such engine", FIND.replace("SELECT", "-- @sql mysql\nSELECT"), FIND, "@sql sqlite or @sql postgresql"),
)


class Refusals(Bench):
    def test_planted_violations(self) -> None:
        for what, bad, good, expected in REFUSED:
            with self.subTest(what):
                self.assert_refused(bad, expected)
                self.assert_passes(good)

    def test_no_rule_is_idle(self) -> None:
        """Without any one rule some planted violation would pass."""
        for rule in statement_rules.RULES:
            rest = tuple(other for other in statement_rules.RULES if other is not rule)
            with self.subTest(rule.__name__), unittest.mock.patch.object(statement_rules, "RULES", rest):
                self.assertTrue(any(self.generate(bad).code == 0 for _, bad, _, _ in REFUSED))

    def test_the_line_is_the_fault_s_own(self) -> None:
        outcome = self.generate("-- about\n\n" + run("DELETE FROM tag\n WHERE word = 'a'\n   AND word LIKE 'b'"))
        self.assertRegex(outcome.message, r"ticket\.sql:6: LIKE is refused")

    def test_every_fault_is_told_at_once(self) -> None:
        outcome = self.generate(run("DELETE FROM staff WHERE name LIKE ?"))
        self.assertEqual(len(outcome.message.splitlines()), 3, outcome.message)

    def test_quotes_and_comments_hide_nothing_and_show_nothing(self) -> None:
        self.assert_passes(run("DELETE FROM tag -- LIKE ? now()\n WHERE word = 'LIKE it''s ; now()' /* OFFSET ; */"))
        self.assert_refused(run("DELETE FROM tag WHERE word = '--' AND word LIKE 'x'"), "LIKE is refused")

    def test_the_owner_is_the_folder_of_the_file(self) -> None:
        self.assert_passes(run("UPDATE staff SET rate = $1", "rate real"), name="desk/staff/staff.sql")
        self.assert_refused(run("UPDATE tag SET weight = 1"), "desk/ticket/ alone", name="desk/staff/staff.sql")

    def test_two_files_of_one_name(self) -> None:
        files = [self.write("desk/ticket/log.sql", FIND), self.write("desk/staff/log.sql", FIND)]
        outcome = self.run_tool("generate", *files)
        self.assertEqual(outcome.code, 1)
        self.assertIn("already makes log_sql.h", outcome.message)

    def test_engines_of_their_own(self) -> None:
        head = "-- @statement hit : each\n-- @param body text\n-- @column ticket_id id(ticket)\n"
        self.assert_passes(
            head + "-- @sql sqlite\nSELECT rowid AS ticket_id FROM ticket_text WHERE ticket_text MATCH $1 ORDER BY ticket_id;\n"
            "-- @sql postgresql\nSELECT ticket_text_id AS ticket_id FROM ticket_text, to_tsquery($1::text) AS q\n"
            " WHERE body @@ q ORDER BY ticket_id;\n".replace("ticket_text_id AS", "ticket_text_id + 0 AS"))


class Used(Bench):
    def used(self, c_text: str, name: str = "desk/ticket/tag.c") -> Outcome:
        self.write(name, c_text)
        return self.run_tool("used", self.write("desk/ticket/ticket.sql", FIND))

    def test_called(self) -> None:
        self.assertEqual(self.used("bool f(void) { return sql_tag_find(tx, arena, &in, &row); }").code, 0)

    def test_not_called(self) -> None:
        for text in ("", "/* sql_tag_find */", "// sql_tag_find()\n", 'const char *a = "sql_tag_find";', "sql_tag_finder();"):
            with self.subTest(text):
                outcome = self.used(text)
                self.assertEqual(outcome.code, 1)
                self.assertIn("calls sql_tag_find", outcome.message)

    def test_a_test_is_no_caller(self) -> None:
        self.assertEqual(self.used("int main(void) { sql_tag_find(); }", "desk/ticket/tag_test.c").code, 1)


class Output(Bench):
    def test_nothing_is_written_when_something_is_wrong(self) -> None:
        self.assert_refused(run("DELETE FROM tags"), "tags")
        self.assertEqual(list(self.out.glob("*.c")), [])

    def test_unchanged_output_keeps_its_time(self) -> None:
        self.assert_passes(FIND)
        before = {path.name: path.stat().st_mtime_ns for path in self.out.iterdir()}
        self.assert_passes("-- a word more at the top of the file\n\n" + FIND)
        after = {path.name: path.stat().st_mtime_ns for path in self.out.iterdir()}
        self.assertEqual(before, after)
        self.assert_passes(FIND.replace("WHERE", "WHERE word <> '' AND"))
        self.assertGreater((self.out / "ticket_sql.c").stat().st_mtime_ns, before["ticket_sql.c"])
        self.assertEqual((self.out / "ticket_sql.h").stat().st_mtime_ns, before["ticket_sql.h"])

    def test_depfile_names_every_input(self) -> None:
        self.assert_passes(FIND)
        text = (self.out / "depfile").read_text(encoding="utf-8")
        target, inputs = text.split(": ", 1)
        self.assertEqual(target, str(self.out / "statements_table.c"))
        for name in ("ticket.sql", "0001_first.sql", "migrations.py", "statement_rules.py", "sql_text.py"):
            self.assertIn(name, inputs)

    def test_no_statements_at_all(self) -> None:
        outcome = self.run_tool("generate")
        self.assertEqual((outcome.code, outcome.message), (0, ""))
        self.assertIn("store_statement_count = 0;", outcome.read("statements_table.c"))

    def test_comment_prose_and_index(self) -> None:
        outcome = self.assert_passes("-- About the file.\n\n-- The word\n-- of a tag\n" + FIND.replace(
            "SELECT", "-- @index primary key of tag\nSELECT"))
        self.assertIn("/* The word of a tag. True if the row is there; else row_out stays as it was.\n"
                      " * Index: primary key of tag. */\nbool sql_tag_find(", outcome.read("ticket_sql.h"))
        self.assertNotIn("About the file", outcome.read("ticket_sql.h"))

    def test_sql_without_comments_line_by_line(self) -> None:
        outcome = self.assert_passes(FIND.replace("  FROM tag", "  FROM tag -- here\n  -- and here"))
        self.assertIn('"SELECT word\\n"\n            "  FROM tag\\n"\n            " WHERE tag_id = $1",',
                      outcome.read("ticket_sql.c"))

    def test_table_is_dense_and_in_order(self) -> None:
        files = [self.write("desk/ticket/b.sql", FIND), self.write("desk/ticket/a.sql", FIND.replace("tag_find", "tag_get"))]
        outcome = self.run_tool("generate", *files)
        table = json.loads(outcome.read("statements.json"))
        self.assertEqual([(row["index"], row["name"]) for row in table], [(0, "tag_find"), (1, "tag_get")])
        self.assertEqual(table[0]["params"], [{"name": "tag_id", "type": "id(tag)"}])
        self.assertEqual(table[0]["columns"], [{"name": "word", "type": "text"}])
        self.assertEqual((table[0]["writes"], table[0]["file"]), (False, "desk/ticket/b.sql"))


class Sample(unittest.TestCase):
    """tools/testdata runs on SQLite: the migration's SQL and each statement's, with its declared row."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name)
        files = sorted((SAMPLE / "migration").glob("*.sql"))
        subprocess.run([sys.executable, TOOLS / "statements.py", "generate", "--src", SAMPLE / "src", "--out", self.out,
                        "--migration", *files, "--files", *sorted((SAMPLE / "src").rglob("*.sql"))], check=True)
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.addCleanup(self.database.close)
        self.database.executescript(migration_tool.load(files, SAMPLE / "src").migrations[0].sql["sqlite"])
        self.statements = {row["name"]: row for row in json.loads((self.out / "statements.json").read_text())}

    def execute(self, name: str, *values: object) -> list[tuple[object, ...]]:
        # Python binds ?NNN by number; $NNN would be numbered by first appearance.
        row = self.statements[name]
        rows = self.database.execute(row["sql"]["sqlite"].replace("$", "?"), values).fetchall()
        self.assertEqual(len(values), len(row["params"]), name)
        for found in rows:
            self.assertEqual(len(found), len(row["columns"]), name)
        return rows

    def test_each_statement(self) -> None:
        self.assertEqual(self.execute("staff_add", "Ada Neri", "ada neri", 12.5, 1), [(1,)])
        first = ("new", "Caldaia ferma", None, 1000, None, 9726, b"raw")
        self.assertEqual(self.execute("ticket_add", *first), [(10001,)])
        self.assertEqual(self.execute("ticket_add", "new", "Perdita", None, 2000, None, None, None), [(10002,)])
        self.execute("ticket_set_owner", 10001, 1, 1)
        self.assertEqual(self.execute("ticket_version_find", 10001), [(2,)])
        self.assertEqual(self.execute("ticket_find", 10001), [("new", 1, "Ada Neri", None, 9726, b"raw")])
        self.assertEqual(self.execute("ticket_list_before", 2000, 10002, 5), [(10001, "Caldaia ferma", 1000)])
        self.assertEqual(self.execute("ticket_each"), [(10001, "Caldaia ferma", 1), (10002, "Perdita", 0)])
        self.assertEqual(self.execute("ticket_sum_by_owner"), [(1, 0, 0.0), (None, 0, 0.0)])
        self.assertEqual(self.execute("ticket_tag_matches", "gas"), [])
        self.assertEqual(self.execute("staff_list"), [(1, "Ada Neri", 12.5, 1)])

    def test_the_checks_hold(self) -> None:
        with self.assertRaisesRegex(sqlite3.IntegrityError, "CHECK"):
            self.execute("ticket_add", "lost", "x", None, 1000, None, None, None)
        with self.assertRaisesRegex(sqlite3.IntegrityError, "CHECK"):
            self.execute("staff_add", "x", "x", None, 2)
        with self.assertRaisesRegex(sqlite3.IntegrityError, "cannot store TEXT"):
            self.execute("staff_add", "x", "x", "much", 1)


if __name__ == "__main__":
    unittest.main()
