# SPDX-License-Identifier: EUPL-1.2
"""Named SQL statements to typed C functions.

A module's statements lie in noun.sql beside noun.c:

    -- What the ticket page shows at its head.
    -- @statement ticket_find : find
    -- @param  ticket_id  id(ticket)
    -- @column state      text
    -- @column owner_id   id(staff)?
    -- @index  primary key of ticket
    SELECT state, owner_id
      FROM ticket
     WHERE ticket_id = $1;

and become `bool sql_ticket_find(tx, arena, &(SqlTicketFindIn){.ticket_id = id}, &row)` of "noun_sql.h". Kinds:

    find   none or one row            list   all rows, in the arena         each   a callback for each row
    run    the number of rows changed                    add    INSERT … RETURNING the new id

Types: int real text blob bool time cents id(TABLE) enum(NAME); `?` after it: may be NULL. When one SQL will not do for
both engines, write it twice, after `-- @sql sqlite` and `-- @sql postgresql`. What is refused, and why: statement_rules.py.

    statements.py generate --src src --out DIR --migration FILE … FILE.sql …   C for all statements, statements.json
    statements.py used     --src src --out STAMP FILE.sql …                     every statement has a caller
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

import migrations
import statement_code
import statement_rules
from sql_text import (ENGINES, Problem, Token, code, die, source_of, split_statements, tokens, write_depfile,
                      write_if_changed)
from statement_model import KINDS, Field, Statement, Type

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
TYPE = re.compile(r"(?:(int|real|text|blob|time|cents|bool)|(id|enum)\((\w+)\))(\?)?")


class Reader:
    """Reads one .sql file into statements."""

    def __init__(self, path: Path, src: Path) -> None:
        self._file = str(path)
        self._text = path.read_text(encoding="utf-8")
        self._stem = path.stem
        self._folder = path.resolve().parent.relative_to(src.resolve()).as_posix()
        self.statements: list[Statement] = []

    def read(self) -> list[Statement]:
        for run in split_statements(tokens(self._text, self._file), self._file):
            comments = [token for token in run if token.kind == "comment" and token.start < code(run)[0].start]
            engine = self._head(comments, code(run)[0])
            self._body(run, engine)
        for statement in self.statements:
            if set(statement.sql) != set(ENGINES):
                raise self._problem(statement.line, f"{statement.name} has no SQL for "
                                    f"{' and '.join(sorted(set(ENGINES) - set(statement.sql)))}")
        return self.statements

    def _problem(self, line: int, message: str) -> Problem:
        return Problem(self._file, line, message)

    def _head(self, comments: list[Token], first: Token) -> str | None:
        """Takes the comments before an SQL text; answers which engine the text is for (None: both)."""
        engine: str | None = None
        prose: list[str] = []
        fresh: Statement | None = None
        previous = 0
        for comment in comments:
            if comment.line > previous + 1:
                prose = []  # a blank line parts the file's own words from the statement's
            previous = comment.line
            line = comment.text.removeprefix("--").strip()
            if line.startswith("@statement"):
                fresh = self._statement(line, comment.line)
            elif line.startswith("@sql"):
                engine = self._engine(line, comment.line)
            elif line.startswith("@"):
                self._annotation(fresh, line, comment.line)
            elif line and not line.startswith("SPDX-"):
                prose.append(line)
        if fresh is not None:
            fresh.prose = prose
            self.statements.append(fresh)
        elif engine is None or not self.statements:
            raise self._problem(first.line, "SQL without '-- @statement name : kind' before it")
        return engine

    def _statement(self, line: str, number: int) -> Statement:
        match = re.fullmatch(r"@statement\s+(\w+)\s*:\s*(\w+)", line)
        if match is None or not NAME.fullmatch(match.group(1)) or match.group(2) not in KINDS:
            raise self._problem(number, f"write '@statement snake_case_name : {'|'.join(KINDS)}'")
        return Statement(match.group(1), match.group(2), self._file, number, self._stem, self._folder)

    def _engine(self, line: str, number: int) -> str:
        engine = line.removeprefix("@sql").strip()
        if engine not in ENGINES:
            raise self._problem(number, f"write '@sql {' or @sql '.join(ENGINES)}'")
        return engine

    def _annotation(self, statement: Statement | None, line: str, number: int) -> None:
        word, _, rest = line.partition(" ")
        if statement is None:
            raise self._problem(number, f"{word} comes after '-- @statement'")
        if word == "@index":
            statement.index = rest.strip()
        elif word in ("@param", "@column"):
            target = statement.params if word == "@param" else statement.columns
            target.append(self._field(rest, number))
            if [field.name for field in target].count(target[-1].name) > 1:
                raise self._problem(number, f"{word} {target[-1].name} twice")
        else:
            raise self._problem(number, f"{word} is none of @statement @param @column @index @sql")

    def _field(self, rest: str, number: int) -> Field:
        name, _, kind = rest.strip().partition(" ")
        match = TYPE.fullmatch(kind.strip())
        if match is None:
            raise self._problem(number, f"'{kind.strip()}' is no type: int real text blob bool time cents id(TABLE) "
                                "enum(NAME), with ? when it may be NULL")
        if not NAME.fullmatch(name) or name in statement_code.C_KEYWORDS:
            raise self._problem(number, f"'{name}' cannot be a field's name in C")
        base = match.group(1) or match.group(2)
        if base == "bool" and match.group(4):
            raise self._problem(number, "bool? is not offered: a truth with three values is an enumeration")
        if base == "enum" and match.group(4):
            raise self._problem(number, "enum? is not offered: declare text?, or give the enumeration a value for none")
        return Field(name, Type(base, match.group(3), bool(match.group(4))), number)

    def _body(self, run: list[Token], engine: str | None) -> None:
        body = [token for token in run if token.start >= code(run)[0].start]
        statement = self.statements[-1]
        for name in ENGINES if engine is None else (engine,):
            if name in statement.sql:
                raise self._problem(body[0].line, f"{statement.name} has its SQL for {name} already")
            statement.sql[name] = source_of(self._text, body)
            statement.tokens[name] = code(body)[:-1]
        statement.varies = engine is not None


def read_all(files: list[Path], src: Path) -> list[Statement]:
    stems: dict[str, Path] = {}
    for path in files:
        if path.stem in stems:
            raise Problem(str(path), 1, f"{stems[path.stem]} already makes {path.stem}_sql.h: a file's name is unique")
        stems[path.stem] = path
    statements = [statement for path in files for statement in Reader(path, src).read()]
    for index, statement in enumerate(statements):
        statement.number = index
    return statements


def describe(statements: list[Statement]) -> str:
    """What a test needs to make up parameters for each statement and to compare its rows."""
    rows = [
        {"name": row.name, "kind": row.kind, "file": f"{row.folder}/{row.stem}.sql", "index": row.number,
         "writes": row.writes, "index_note": row.index, "sql": row.sql,
         "params": [{"name": field.name, "type": str(field.type)} for field in row.params],
         "columns": [{"name": field.name, "type": str(field.type)} for field in row.columns]}
        for row in statements]
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"


def generate(options: argparse.Namespace) -> None:
    model = migrations.load(options.migration, options.src)
    statements = read_all(options.files, options.src)
    problems = statement_rules.check_all(statements, model.schemas)
    if problems:
        die(problems)
    for path in options.files:
        own = [statement for statement in statements if statement.stem == path.stem]
        write_if_changed(options.out / f"{path.stem}_sql.h", statement_code.render_header(path.stem, own))
        write_if_changed(options.out / f"{path.stem}_sql.c", statement_code.render_source(path.stem, own))
    write_if_changed(options.out / "statements_table.h", statement_code.render_table_header(statements))
    write_if_changed(options.out / "statements_table.c", statement_code.render_table(statements))
    write_if_changed(options.out / "statements.json", describe(statements))
    if options.depfile:
        inputs = {*options.files, *options.migration, *model.read}
        write_depfile(options.depfile, options.out / "statements_table.c", inputs)


C_NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"', re.DOTALL)


def used(options: argparse.Namespace) -> None:
    """Refuses statements that no C of the program calls; tests and comments do not count."""
    sources = [path for path in sorted(options.src.rglob("*.c")) if not path.name.endswith("_test.c")]
    called: set[str] = set()
    for path in sources:
        called.update(re.findall(r"\bsql_(\w+)", C_NOISE.sub(" ", path.read_text(encoding="utf-8"))))
    statements = read_all(options.files, options.src)
    problems = [Problem(row.file, row.line, f"no C under {options.src} calls sql_{row.name}: take it away")
                for row in statements if row.name not in called]
    if problems:
        die(problems)
    write_if_changed(options.out, "".join(f"{row.name}\n" for row in statements))
    if options.depfile:
        write_depfile(options.depfile, options.out, {*sources, *options.files})


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Named SQL statements to typed C functions.")
    parser.add_argument("action", choices=["generate", "used"])
    parser.add_argument("--src", type=Path, required=True, help="src/: owners are its folders, .def files lie in it")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--depfile", type=Path)
    parser.add_argument("--migration", type=Path, nargs="*", default=[])
    parser.add_argument("--files", type=Path, nargs="*", default=[])
    options = parser.parse_args(arguments)
    try:
        {"generate": generate, "used": used}[options.action](options)
    except Problem as problem:
        die([problem])


if __name__ == "__main__":
    main(sys.argv[1:])
