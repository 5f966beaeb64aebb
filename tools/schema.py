# SPDX-License-Identifier: EUPL-1.2
"""The schema that migrations make: tables, columns, indexes, enumerations, and what must hold of them in the end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from sql_text import ENGINES, Problem

ENUM_ROW = re.compile(r'ENUM_ROW\((\w+), "([^"\\]*)"\)')
SINCE = re.compile(r"/\* since migration ([0-9]+) \*/")


@dataclass
class Column:
    name: str
    type: str  # a key of TYPES, or id, enum, raw
    nullable: bool
    line: int
    refers: str | None = None
    enum: str | None = None
    values: list[str] = field(default_factory=list)


@dataclass
class Index:
    name: str
    table: str
    columns: list[str]  # leading bare columns; an expression ends the list
    unique: bool
    where: str


@dataclass
class Table:
    name: str
    owner: str
    grows: bool
    file: str
    line: int
    columns: dict[str, Column] = field(default_factory=dict)
    primary_key: list[str] = field(default_factory=list)
    unique: list[list[str]] = field(default_factory=list)
    key_note: str | None = None
    virtual: bool = False
    first_id: int | None = None  # None: 1

    def id_column(self) -> Column | None:
        return next((column for column in self.columns.values() if column.type == "id"), None)


@dataclass
class Schema:
    """What one engine holds after all migrations."""

    tables: dict[str, Table] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)

    def column_type(self, table: Table, column: Column) -> str:
        """The type as statements declare it: id(table) for keys and what refers to them, enum(NAME)."""
        if column.type == "id":
            return f"id({table.name})"
        if column.type == "enum":
            return f"enum({column.enum})"
        parent = self.tables.get(column.refers or "")
        if column.type == "int" and parent is not None and len(parent.primary_key) == 1 and parent is not table:
            return self.column_type(parent, parent.columns[parent.primary_key[0]])
        if column.type == "int" and parent is table and table.id_column() is not None:
            return f"id({table.name})"
        return column.type


class Enumerations:
    """The .def files under a folder; remembers which were read."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.read: set[Path] = set()

    def values(self, name: str, version: int, at: tuple[str, int]) -> list[str]:
        """The values known to a migration, in order."""
        found = sorted(self._root.rglob(f"{name}.def"))
        if len(found) != 1:
            raise Problem(*at, f"@enum({name}) needs exactly one {name}.def under {self._root}, found {len(found)}")
        self.read.add(found[0])
        values: list[str] = []
        since = 0
        for number, line in enumerate(found[0].read_text(encoding="utf-8").splitlines(), 1):
            mark, row = SINCE.search(line), ENUM_ROW.search(line)
            since = int(mark.group(1)) if mark else since
            if row and since <= version:
                values.append(row.group(2))
            elif line.startswith("ENUM_ROW") and not row:
                raise Problem(str(found[0]), number, 'a row is ENUM_ROW(CONSTANT, "text")')
        if not values or len(set(values)) != len(values):
            raise Problem(str(found[0]), 1, "an enumeration has values, each once")
        return values


def quoted_list(values: list[str]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)


# --- what must hold in the end ------------------------------------------------------------------------------------------


def check_schema(schema: Schema, enums: Enumerations, last_version: int) -> list[Problem]:
    """What must hold once every migration has run."""
    problems: list[Problem] = []
    for table in schema.tables.values():
        problems += [Problem(table.file, table.line, message) for message in _key_faults(schema, table)]
        for column in table.columns.values():
            problems += [Problem(table.file, column.line, message)
                         for message in _column_faults(schema, table, column, enums, last_version)]
    return problems


def check_agreement(schemas: dict[str, Schema]) -> list[Problem]:
    """A table of both engines has the same columns on both, but for what only one engine understands (raw types)."""
    first, second = (schemas[engine] for engine in ENGINES)
    problems: list[Problem] = []
    for name in first.tables.keys() & second.tables.keys():
        told = [{column.name: (schema.column_type(table, column), column.nullable, column.values)
                 for column in table.columns.values()}
                for schema, table in ((first, first.tables[name]), (second, second.tables[name]))]
        raw = any(column.type == "raw" for schema in (first, second) for column in schema.tables[name].columns.values())
        differing = sorted(key for key in told[0].keys() | told[1].keys() if told[0].get(key) != told[1].get(key))
        if differing and not raw:
            at = second.tables[name]
            problems.append(Problem(at.file, at.line, f"table {name}: after all migrations {', '.join(differing)} is not "
                                    f"the same on {' and '.join(ENGINES)}"))
    return problems


def _key_faults(schema: Schema, table: Table) -> list[str]:
    if not table.primary_key:
        return [f"table {table.name} has no primary key"]
    if len(table.primary_key) > 1 or table.primary_key in ([f"{table.name}_id"], [table.key_note], ["rowid"]):
        return []
    key = table.columns[table.primary_key[0]]
    if key.refers is not None and schema.tables.get(key.refers, table).primary_key == table.primary_key:
        return []  # one row for each row of the parent: it shares the parent's key
    return [f"table {table.name}: the primary key is {table.name}_id, or composite, or named by '-- key: {key.name}'"]


def _column_faults(schema: Schema, table: Table, column: Column, enums: Enumerations, last: int) -> list[str]:
    faults: list[str] = []
    if column.refers is not None and column.refers not in schema.tables:
        faults.append(f"column {column.name} refers to table {column.refers}, which is not there")
    if column.refers is not None and not _is_indexed(schema, table, column):
        faults.append(f"column {column.name} refers to {column.refers}: it needs an index that begins with it "
                      f"(deleting a {column.refers} would scan {table.name})")
    if column.enum is not None:
        missing = set(enums.values(column.enum, last, (table.file, column.line))) - set(column.values)
        if missing:
            faults.append(f"column {column.name} does not admit {', '.join(sorted(missing))} of {column.enum}: "
                          "a migration must write its CHECK anew")
    return faults


def _is_indexed(schema: Schema, table: Table, column: Column) -> bool:
    if [column.name] in [key[:1] for key in (table.primary_key, *table.unique)]:
        return True
    usable = ("", f"WHERE {column.name} IS NOT NULL")
    return any(index.table == table.name and index.columns[:1] == [column.name] and index.where in usable
               for index in schema.indexes.values())
