# SPDX-License-Identifier: EUPL-1.2
"""A statement as its .sql file declares it; shared by the reader, the rules and the C writer."""

from __future__ import annotations

from dataclasses import dataclass, field

from sql_text import Token

KINDS = ("find", "list", "each", "run", "add")


@dataclass(frozen=True)
class Type:
    base: str  # int real text blob bool time cents id enum
    table: str | None = None  # of an id; the name of an enumeration
    nullable: bool = False

    def __str__(self) -> str:
        return self.plain() + ("?" if self.nullable else "")

    def plain(self) -> str:
        """Without the question mark, as the schema names it."""
        return f"{self.base}({self.table})" if self.table else self.base


@dataclass(frozen=True)
class Field:
    """A parameter or a column."""

    name: str
    type: Type
    line: int


@dataclass
class Statement:
    name: str
    kind: str
    file: str
    line: int
    stem: str
    folder: str  # of the .sql file, below src/
    prose: list[str] = field(default_factory=list)
    params: list[Field] = field(default_factory=list)
    columns: list[Field] = field(default_factory=list)
    index: str = ""  # the @index line
    sql: dict[str, str] = field(default_factory=dict)  # by engine
    tokens: dict[str, list[Token]] = field(default_factory=dict)
    varies: bool = False  # has an SQL of its own for each engine
    writes: bool = False  # set by the rules
    number: int = 0  # place in the table of all statements
