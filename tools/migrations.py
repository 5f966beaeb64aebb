# SPDX-License-Identifier: EUPL-1.2
"""Migrations: one source, two engines. Turns src/store/migration/NNNN_name.sql into C and knows the schema they make.

A migration is numbered without gaps, forward only, never edited once released, and run in one transaction:

    -- owner: desk/ticket
    -- grows
    CREATE TABLE ticket (
      ticket_id @id(10001),
      state @enum(ticket_state) NOT NULL,
      owner_id @int NULL REFERENCES staff,
      due_at @time NULL
    );
    CREATE INDEX ticket_by_owner ON ticket (owner_id);

Comments right before a statement say: `owner: FOLDER` (needed before each CREATE TABLE: the folder of src/ whose .sql may
write it), `grows` (statements on it must name their index), `key: COLUMN` (a natural primary key, not <table>_id), and
`only: sqlite` or `only: postgresql` (for what one engine alone has; raw column types are allowed there).

Column types are @id @int @real @text @blob @bool @time @cents, and @enum(NAME): text held to the values of NAME.def, from
which tools/enumerations.py makes the C type as well, so that no list is written twice:

    ENUM_ROW(TICKET_NEW, "new")

A value added later is a new migration: the rows after `/* since migration 7 */` are unknown to migrations 1-6, so what
those do never changes (the values are part of their checksum), and migration 7 rebuilds the CHECK: @values(NAME) is the
quoted list. The build fails while a column's CHECK lacks a value of its .def.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from schema import Column, Enumerations, Index, Schema, Table, check_agreement, check_schema, quoted_list
from sql_text import (ENGINES, Problem, Token, c_string, camel, code, die, matching, source_of, split_commas,
                      split_statements, tokens, write_depfile, write_if_changed)

TYPES = {  # macro: (SQLite, PostgreSQL); %s is the column's name
    "int": ("INTEGER", "BIGINT"),
    "real": ("REAL", "DOUBLE PRECISION"),
    "text": ("TEXT", 'TEXT COLLATE "C"'),
    "blob": ("BLOB", "BYTEA"),
    "bool": ("INTEGER CHECK (%s IN (0, 1))", "BIGINT CHECK (%s IN (0, 1))"),
    "time": ("INTEGER", "BIGINT"),
    "cents": ("INTEGER", "BIGINT"),
}
TABLE_CONSTRAINTS = ("PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "CONSTRAINT")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
RESERVED = frozenset("""add all alter analyse analyze and any array as asc asymmetric autoincrement between both case cast
    check collate column commit constraint create cross current_date current_time current_user default deferrable delete desc
    distinct do drop else end escape except exists fetch for foreign from full grant group having if in index indexed initially
    inner insert intersect into is isnull join lateral leading left limit localtime natural not nothing notnull null offset on
    only or order outer over overlaps placing primary references returning right select session_user set similar some
    symmetric table tablesample then to trailing transaction union unique update user using values variadic verbose when
    where window with""".split())  # of either engine
SINGULAR_ENDINGS = ("ss", "us", "is")
SINGULAR_WORDS = {"sms", "dns", "gps", "news", "series", "access"}


@dataclass
class Notes:
    """What the comments before a statement say."""

    owner: str | None = None
    grows: bool = False
    key: str | None = None
    only: str | None = None


@dataclass
class Migration:
    version: int
    name: str
    sql: dict[str, str]
    checksum: str


class Reader:
    """Reads one migration for one engine: writes the engine's SQL and brings its schema forward."""

    def __init__(self, schema: Schema, engine: str, enums: Enumerations, version: int, file: str, text: str) -> None:
        self._schema, self._engine, self._enums = schema, engine, enums
        self._version, self._file, self._text = version, file, text
        self._replaced: dict[int, str] = {}
        self._after: list[str] = []
        self.enum_values: dict[str, list[str]] = {}

    def read(self) -> str:
        """The engine's SQL of the whole file."""
        out: list[str] = []
        for run in split_statements(tokens(self._text, self._file), self._file):
            notes = self._notes(run)
            if notes.only not in (None, self._engine):
                continue
            self._replaced, self._after = {}, []
            body = code(run)
            self._statement(body, notes)
            out.append(source_of(self._text, run[run.index(body[0]) :], self._replaced))
            out += self._after
        return "".join(statement + ";\n" for statement in out)

    def _problem(self, line: int, message: str) -> Problem:
        return Problem(self._file, line, message)

    def _notes(self, run: list[Token]) -> Notes:
        notes = Notes()
        for token in run:
            if token.kind != "comment":
                break
            note = token.text.removeprefix("--").strip()
            if match := re.fullmatch(r"owner: ([a-z0-9/_]+)", note):
                notes.owner = match.group(1)
            elif match := re.fullmatch(r"key: (\w+)", note):
                notes.key = match.group(1)
            elif match := re.fullmatch(r"only: (\w+)", note):
                if match.group(1) not in ENGINES:
                    raise self._problem(token.line, f"only: {match.group(1)} is no engine; write sqlite or postgresql")
                notes.only = match.group(1)
            elif note == "grows":
                notes.grows = True
            elif re.match(r"(owner|key|only|grows)\s*:", note):
                raise self._problem(token.line, f"cannot read the note '{note}'")
        return notes

    def _statement(self, body: list[Token], notes: Notes) -> None:
        words = [token.text.upper() for token in body[:4] if token.kind == "word"]
        self._expand_values(body)
        match words:
            case ["CREATE", "TABLE", *_]:
                self._create_table(body, notes)
            case ["CREATE", "VIRTUAL", "TABLE", *_]:
                self._create_virtual_table(body, notes)
            case ["CREATE", "INDEX", *_] | ["CREATE", "UNIQUE", "INDEX", *_]:
                self._create_index(body)
            case ["ALTER", "TABLE", *_]:
                self._alter_table(body, notes)
            case ["DROP", "TABLE", name, *_]:
                self._drop_table(name.lower(), body[0].line)
            case ["DROP", "INDEX", name, *_]:
                self._schema.indexes.pop(name.lower(), None)
            case ["INSERT", "INTO", *_]:
                self._check_insert(body, notes)
            case _:
                pass
        self._refuse_stray_macros(body)

    def _refuse_stray_macros(self, body: list[Token]) -> None:
        for token in body:
            if token.kind == "macro" and token.start not in self._replaced:
                raise self._problem(token.line, f"{token.text} is not a column type here")

    def _expand_values(self, body: list[Token]) -> None:
        for index, token in enumerate(body):
            if token.kind == "macro" and token.text == "@values":
                name = self._macro_argument(body, index)
                self._replace_macro(body, index, quoted_list(self._enum(name, token.line)))
                self._widen(body, name)

    def _widen(self, body: list[Token], enum: str) -> None:
        """A CHECK written anew with @values is what the table's columns of that enumeration now hold."""
        table = self._schema.tables.get(body[2].text) if len(body) > 2 else None
        for column in table.columns.values() if table else ():
            if column.enum == enum:
                column.values = self._enum(enum, body[0].line)

    def _enum(self, name: str, line: int) -> list[str]:
        self.enum_values[name] = self._enums.values(name, self._version, (self._file, line))
        return self.enum_values[name]

    def _macro_argument(self, body: list[Token], index: int) -> str:
        if index + 3 >= len(body) or not body[index + 1].is_op("(") or not body[index + 3].is_op(")"):
            raise self._problem(body[index].line, f"{body[index].text} needs one argument in parentheses")
        return body[index + 2].text

    def _replace_macro(self, body: list[Token], index: int, text: str) -> None:
        """Puts text for the macro, and nothing for its (argument)."""
        self._replaced[body[index].start] = text
        if index + 1 < len(body) and body[index + 1].is_op("("):
            for token in body[index + 1 : matching(body, index + 1) + 1]:
                self._replaced[token.start] = ""

    # --- tables ------------------------------------------------------------------------------------------------------

    def _new_table(self, token: Token, notes: Notes) -> Table:
        name = token.text
        self._check_name(name, token.line)
        if name in self._schema.tables:
            raise self._problem(token.line, f"table {name} is there already")
        if notes.owner is None:
            raise self._problem(token.line, f"table {name} needs '-- owner: FOLDER' before its CREATE TABLE")
        table = Table(name, notes.owner, notes.grows, self._file, token.line, key_note=notes.key)
        self._schema.tables[name] = table
        return table

    def _create_table(self, body: list[Token], notes: Notes) -> None:
        if len(body) < 5 or not body[3].is_op("("):
            raise self._problem(body[0].line, "write CREATE TABLE name (columns)")
        table = self._new_table(body[2], notes)
        close = matching(body, 3)
        for item in split_commas(body[4:close]):
            if item and item[0].is_word(*TABLE_CONSTRAINTS):
                self._table_constraint(table, item)
            else:
                self._column(table, item, notes)
        self._table_tail(body, close)

    def _table_tail(self, body: list[Token], close: int) -> None:
        tail = body[close + 1 : -1]
        without_rowid = [token.text.upper() for token in tail] == ["WITHOUT", "ROWID"]
        if tail and not without_rowid:
            raise self._problem(tail[0].line, "only WITHOUT ROWID may follow the columns (PostgreSQL's copy drops it)")
        for token in tail:
            self._replaced[token.start] = ""
        if self._engine == "sqlite":
            self._replaced[body[close].start] = ") STRICT, WITHOUT ROWID" if without_rowid else ") STRICT"

    def _create_virtual_table(self, body: list[Token], notes: Notes) -> None:
        table = self._new_table(body[3], notes)
        table.virtual = True
        opening = next(index for index, token in enumerate(body) if token.is_op("("))
        for item in split_commas(body[opening + 1 : matching(body, opening)]):
            if not any(token.is_op("=") for token in item):
                table.columns[item[0].text] = Column(item[0].text, "raw", True, item[0].line)
        for name in (table.name, "rank", "rowid"):  # what every full-text table has besides: commands, order, key
            table.columns[name] = Column(name, "raw", name != "rowid", body[0].line)
        table.primary_key = ["rowid"]

    def _column(self, table: Table, item: list[Token], notes: Notes) -> None:
        if len(item) < 2:
            raise self._problem(item[0].line if item else table.line, "a column is: name @type NOT NULL|NULL …")
        self._check_identifier(item[0].text, item[0].line)
        column = Column(item[0].text, "raw", not self._says_not_null(item), item[0].line)
        if item[1].kind == "macro":
            self._expand_type(table, column, item)
        elif notes.only is None:
            raise self._problem(item[1].line, f"column {column.name}: the type must be one of @id @int @real @text "
                                f"@blob @bool @time @cents @enum(NAME), not {item[1].text}")
        self._column_constraints(table, column, item)
        table.columns[column.name] = column

    def _expand_type(self, table: Table, column: Column, item: list[Token]) -> None:
        column.type = item[1].text.removeprefix("@")
        if column.type == "id":
            self._expand_id(table, column, item)
        elif column.type == "enum":
            column.enum = self._macro_argument(item, 1)
            column.values = self._enum(column.enum, column.line)
            kind = TYPES["text"][ENGINES.index(self._engine)]
            self._replace_macro(item, 1, f"{kind} CHECK ({column.name} IN ({quoted_list(column.values)}))")
        elif column.type in TYPES:
            kind = TYPES[column.type][ENGINES.index(self._engine)]
            self._replaced[item[1].start] = kind.replace("%s", column.name)
        else:
            raise self._problem(item[1].line, f"{item[1].text} is not a column type")

    def _expand_id(self, table: Table, column: Column, item: list[Token]) -> None:
        first = int(self._macro_argument(item, 1)) if len(item) > 2 and item[2].is_op("(") else None
        column.nullable = False
        table.first_id = first
        if self._engine == "postgresql":
            start = f" (START WITH {first})" if first else ""
            self._replace_macro(item, 1, f"BIGINT GENERATED BY DEFAULT AS IDENTITY{start} PRIMARY KEY")
        elif first:
            self._replace_macro(item, 1, "INTEGER PRIMARY KEY AUTOINCREMENT")
            self._after.append(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('{table.name}', {first - 1})")
        else:
            self._replace_macro(item, 1, "INTEGER PRIMARY KEY")
        table.primary_key = [column.name]

    def _says_not_null(self, item: list[Token]) -> bool:
        return any(a.is_word("NOT") and b.is_word("NULL") for a, b in zip(item, item[1:]))

    def _says_null(self, item: list[Token]) -> bool:
        return any(b.is_word("NULL") and not a.is_word("NOT", "DEFAULT", "SET", "IS") for a, b in zip(item, item[1:]))

    def _column_constraints(self, table: Table, column: Column, item: list[Token]) -> None:
        if column.type != "id" and self._says_not_null(item) == self._says_null(item):
            raise self._problem(column.line, f"column {column.name} must say NOT NULL or NULL")
        for index, token in enumerate(item):
            if token.is_word("REFERENCES") and index + 1 < len(item):
                column.refers = item[index + 1].text
            elif token.is_word("PRIMARY"):
                table.primary_key = [column.name]
            elif token.is_word("UNIQUE"):
                table.unique.append([column.name])

    def _table_constraint(self, table: Table, item: list[Token]) -> None:
        start = 2 if item[0].is_word("CONSTRAINT") else 0
        opening = next((index for index, token in enumerate(item) if token.is_op("(")), len(item) - 1)
        names = [part[0].text for part in split_commas(item[opening + 1 : matching(item, opening)]) if part]
        if item[start].is_word("PRIMARY"):
            table.primary_key = names
        elif item[start].is_word("UNIQUE"):
            table.unique.append(names)
        elif item[start].is_word("FOREIGN"):
            self._foreign_key(table, item, names)

    def _foreign_key(self, table: Table, item: list[Token], names: list[str]) -> None:
        parent = next((b for a, b in zip(item, item[1:]) if a.is_word("REFERENCES")), None)
        column = table.columns.get(names[0]) if names else None
        if parent is None or column is None:
            raise self._problem(item[0].line, "FOREIGN KEY (columns declared above) REFERENCES table …")
        column.refers = parent.text

    def _alter_table(self, body: list[Token], notes: Notes) -> None:
        table = self._known(body[2])
        words = [token.text.upper() for token in body[3:]]
        match words:
            case ["ADD", "COLUMN", *_]:
                self._column(table, body[5:-1], notes)
            case ["RENAME", "TO", *_]:
                self._rename_table(table, body[5])
            case ["RENAME", "COLUMN", *_]:
                self._rename_column(table, body[5], body[7])
            case ["DROP", "COLUMN", *_]:
                del table.columns[self._column_of(table, body[5]).name]
            case ["ALTER", "COLUMN", _, "SET" | "DROP" as change, "NOT", "NULL", *_] if notes.only == "postgresql":
                self._column_of(table, body[5]).nullable = change == "DROP"
            case _ if notes.only is None:
                raise self._problem(body[0].line, "SQLite has only ADD COLUMN, RENAME and DROP COLUMN; else use -- only:")
            case _:
                pass

    def _rename_table(self, table: Table, to: Token) -> None:
        self._check_name(to.text, to.line)
        del self._schema.tables[table.name]
        for index in self._schema.indexes.values():
            index.table = to.text if index.table == table.name else index.table
        for other in self._schema.tables.values():
            for column in other.columns.values():
                column.refers = to.text if column.refers == table.name else column.refers
        table.name = to.text
        self._schema.tables[to.text] = table

    def _rename_column(self, table: Table, old: Token, new: Token) -> None:
        self._check_identifier(new.text, new.line)
        self._column_of(table, old)
        table.columns = {(new.text if name == old.text else name): column for name, column in table.columns.items()}
        table.columns[new.text].name = new.text
        table.primary_key = [new.text if name == old.text else name for name in table.primary_key]
        for index in self._schema.indexes.values():
            if index.table == table.name:
                index.columns = [new.text if name == old.text else name for name in index.columns]

    def _drop_table(self, name: str, line: int) -> None:
        if self._schema.tables.pop(name, None) is None:
            raise self._problem(line, f"no table {name}")
        self._schema.indexes = {key: index for key, index in self._schema.indexes.items() if index.table != name}

    def _create_index(self, body: list[Token]) -> None:
        on = next((index for index, token in enumerate(body) if token.is_word("ON")), None)
        if on is None or on + 2 >= len(body):
            raise self._problem(body[0].line, "write CREATE INDEX name ON table (columns)")
        table = self._known(body[on + 1])
        opening = next(index for index, token in enumerate(body) if index > on and token.is_op("("))
        close = matching(body, opening)
        columns: list[str] = []
        for part in split_commas(body[opening + 1 : close]):
            if part[0].kind != "word" or (len(part) > 1 and part[1].is_op("(")):
                break
            columns.append(self._column_of(table, part[0]).name)
        name = body[on - 1].text
        self._check_identifier(name, body[0].line)
        if name in self._schema.indexes:
            raise self._problem(body[0].line, f"index {name} is there already")
        where = " ".join(token.text for token in body[close + 1 : -1])
        self._schema.indexes[name] = Index(name, table.name, columns, body[1].is_word("UNIQUE"), where)

    def _check_insert(self, body: list[Token], notes: Notes) -> None:
        """An id given by hand is not seen by PostgreSQL's sequence: the first id it gives afterwards would collide."""
        if body[2].text == "sqlite_sequence" and notes.only == "sqlite":
            return
        table = self._known(body[2])
        own = table.id_column()
        listed = [token.text for token in body[4 : matching(body, 3)]] if body[3].is_op("(") else list(table.columns)
        if notes.only != "sqlite" and own is not None and own.name in listed:
            raise self._problem(body[0].line, f"the engine gives {own.name}: leave it out, or PostgreSQL gives it twice")

    # --- names -------------------------------------------------------------------------------------------------------

    def _known(self, token: Token) -> Table:
        if token.text not in self._schema.tables:
            raise self._problem(token.line, f"no table {token.text}")
        return self._schema.tables[token.text]

    def _column_of(self, table: Table, token: Token) -> Column:
        if token.text not in table.columns:
            raise self._problem(token.line, f"table {table.name} has no column {token.text}")
        return table.columns[token.text]

    def _check_identifier(self, name: str, line: int) -> None:
        if not SNAKE.fullmatch(name):
            raise self._problem(line, f"{name} is not snake_case")
        if name in RESERVED:
            raise self._problem(line, f"{name} is a reserved word of one of the engines")

    def _check_name(self, name: str, line: int) -> None:
        self._check_identifier(name, line)
        for word in name.split("_"):
            if word.endswith("s") and not word.endswith(SINGULAR_ENDINGS) and word not in SINGULAR_WORDS:
                raise self._problem(line, f"table {name}: names are singular, '{word}' looks plural")


# --- the whole ---------------------------------------------------------------------------------------------------------


@dataclass
class Model:
    """Everything the migrations say: the C side's rows and, for each engine, the schema they end in."""

    migrations: list[Migration]
    schemas: dict[str, Schema]
    read: set[Path]


def load(files: list[Path], enum_root: Path) -> Model:
    """Reads all migrations; raises the first Problem found."""
    enums = Enumerations(enum_root)
    schemas = {engine: Schema() for engine in ENGINES}
    migrations = []
    for expected, path in enumerate(sorted(files, key=lambda path: path.name), 1):
        migrations.append(_load_one(path, expected, schemas, enums))
    for engine in ENGINES:
        for problem in check_schema(schemas[engine], enums, len(migrations)):
            raise problem
    for problem in check_agreement(schemas):
        raise problem
    return Model(migrations, schemas, enums.read)


def _load_one(path: Path, expected: int, schemas: dict[str, Schema], enums: Enumerations) -> Migration:
    match = re.fullmatch(r"([0-9]{4})_([a-z0-9_]+)\.sql", path.name)
    if match is None:
        raise Problem(str(path), 1, "a migration is called NNNN_name.sql")
    if int(match.group(1)) != expected:
        raise Problem(str(path), 1, f"migrations are numbered without gaps: this should be {expected:04d}")
    text = path.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode())
    sql: dict[str, str] = {}
    for engine in ENGINES:
        reader = Reader(schemas[engine], engine, enums, expected, str(path), text)
        sql[engine] = reader.read()
    for name, values in sorted(reader.enum_values.items()):
        digest.update(f"{name}: {quoted_list(values)}\n".encode())
    return Migration(expected, match.group(2), sql, digest.hexdigest())


def empty_sql(schema: Schema, engine: str) -> str:
    """Takes every row of every table away, and begins the numbers anew. SQLite runs it with foreign keys off."""
    if engine == "postgresql":
        return f"TRUNCATE TABLE {', '.join(schema.tables)} RESTART IDENTITY;\n" if schema.tables else ""
    lines = []
    for table in schema.tables.values():
        lines.append(f"INSERT INTO {table.name} ({table.name}) VALUES ('delete-all');" if table.virtual
                     else f"DELETE FROM {table.name};")
        if table.first_id:
            lines.append(f"UPDATE sqlite_sequence SET seq = {table.first_id - 1} WHERE name = '{table.name}';")
    return "".join(f"{line}\n" for line in lines)


def render_migrations(migrations: list[Migration], schemas: dict[str, Schema]) -> str:
    rows = "".join(
        f"    {{.version = {row.version},\n     .name = \"{row.name}\",\n     .sql = {{\n"
        + ",\n".join(c_string(row.sql[engine].rstrip("\n"), "         ") for engine in ENGINES)
        + f"}},\n     .checksum = \"{row.checksum}\"}},\n" for row in migrations)
    return (
        "/* SPDX-License-Identifier: EUPL-1.2 */\n"
        "/* Made by tools/migrations.py from src/store/migration/: change those, not this. */\n"
        '#include "store/migration.h"\n\n'
        '#pragma GCC diagnostic ignored "-Woverlength-strings"\n\n'
        f"const Migration store_migrations[] = {{\n{rows or '    {0}' + chr(10)}}};\n\n"
        f"const unsigned store_migration_count = {len(migrations)};\n\n"
        "const char *const store_empty_sql[2] = {\n"
        + ",\n".join(c_string(empty_sql(schemas[engine], engine).rstrip("\n"), "    ") for engine in ENGINES) + "};\n")


def id_tables(schemas: dict[str, Schema]) -> list[str]:
    """Tables whose key the engine gives, on either engine."""
    return sorted({name for schema in schemas.values() for name, table in schema.tables.items()
                   if table.id_column() is not None})


def render_ids(schemas: dict[str, Schema]) -> str:
    types = "".join(f"typedef struct {camel(name)}Id {{\n    int64_t value;\n}} {camel(name)}Id;\n\n"
                    for name in id_tables(schemas))
    return (
        "/* SPDX-License-Identifier: EUPL-1.2 */\n"
        "/*\n * schema_ids: one type for each table's key, so that no id can be passed for another's.\n"
        " * value 0 is no row: the engines give ids from 1 up. Made by tools/migrations.py from src/store/migration/.\n"
        " */\n"
        "#ifndef FILO_SCHEMA_IDS_H\n#define FILO_SCHEMA_IDS_H\n\n#include <stdint.h>\n\n"
        f"{types}#endif\n")


def describe(schemas: dict[str, Schema]) -> str:
    """The schema of both engines as JSON, for tests and other tools."""
    return json.dumps({engine: _describe_one(schema) for engine, schema in schemas.items()}, indent=2) + "\n"


def _describe_one(schema: Schema) -> list[dict[str, object]]:
    return [
        {
            "table": table.name,
            "owner": table.owner,
            "grows": table.grows,
            "primary_key": table.primary_key,
            "columns": [
                {"name": column.name, "type": schema.column_type(table, column), "nullable": column.nullable,
                 "refers": column.refers, "values": column.values or None}
                for column in table.columns.values()
            ],
            "unique": table.unique,
            "indexes": [
                {"name": index.name, "columns": index.columns, "unique": index.unique, "where": index.where}
                for index in schema.indexes.values() if index.table == table.name
            ],
        }
        for table in schema.tables.values()
    ]


def check_listed(files: list[Path]) -> None:
    """A migration that lies in the folder but is not in the build's list would silently never run."""
    listed = {path.resolve() for path in files}
    for folder in {path.parent for path in files}:
        for path in sorted(folder.glob("*.sql")):
            if path.resolve() not in listed:
                raise Problem(str(path), 1, "not in migration_files of its meson.build")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description="Migrations to C.")
    parser.add_argument("--src", type=Path, required=True, help="src/, where the .def files are")
    parser.add_argument("--out", type=Path, help="folder for store_migrations.c and schema_ids.h")
    parser.add_argument("--depfile", type=Path)
    parser.add_argument("--describe", choices=["json"], help="print the schema instead")
    parser.add_argument("files", type=Path, nargs="*")
    options = parser.parse_args(arguments)
    try:
        check_listed(options.files)
        model = load(options.files, options.src)
    except Problem as problem:
        die([problem])
    if options.describe:
        print(describe(model.schemas), end="")
    if options.out:
        write_if_changed(options.out / "store_migrations.c", render_migrations(model.migrations, model.schemas))
        write_if_changed(options.out / "schema_ids.h", render_ids(model.schemas))
    if options.depfile:
        write_depfile(options.depfile, options.out / "store_migrations.c", {*options.files, *model.read})


if __name__ == "__main__":
    main(sys.argv[1:])
