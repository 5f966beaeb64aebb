# SPDX-License-Identifier: EUPL-1.2
"""One engine's SQL of a statement, read as far as the rules need: which tables it names, and what a bare column means.

Scopes are not followed: all tables of a statement are one crowd, and a name that could mean two things means nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator

from schema import Column, Schema, Table
from sql_text import Token, matching
from statement_model import Statement

KEYWORDS = frozenset("""ALL AND AS ASC BETWEEN BY CASE CAST COLLATE CONFLICT CROSS DELETE DESC DISTINCT DO ELSE END EXCEPT
    EXISTS FROM FULL GROUP HAVING IN INNER INSERT INTERSECT INTO IS JOIN LEFT LIMIT NATURAL NOT NOTHING NULL NULLS ON OR ORDER
    OUTER OVER PARTITION RECURSIVE RETURNING RIGHT SELECT SET THEN UNION UPDATE USING VALUES WHEN WHERE WITH""".split())
CLAUSES = ("WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "RETURNING", "ON", "SET", "VALUES",
           "FOR", "WINDOW", "DO")


@dataclass
class Source:
    """A table as FROM, JOIN, INTO or UPDATE names it."""

    table: Table
    alias: str
    line: int
    optional: bool  # its columns may be NULL: the outer side of a join


@dataclass
class Query:
    """One engine's SQL of a statement, with what the rules ask of it."""

    statement: Statement
    schema: Schema
    tokens: list[Token]
    sources: list[Source] = field(default_factory=list)
    unknown: list[Token] = field(default_factory=list)  # names in FROM that are no table
    written: list[Token] = field(default_factory=list)  # targets of INSERT, UPDATE, DELETE
    derived: set[str] = field(default_factory=set)  # CTEs and subqueries

    @property
    def depths(self) -> list[int]:
        out, depth = [], 0
        for token in self.tokens:
            depth -= token.is_op(")")
            out.append(depth)
            depth += token.is_op("(")
        return out

    def find(self, *words: str, depth: int | None = None) -> Iterator[int]:
        depths = self.depths
        for index, token in enumerate(self.tokens):
            if token.is_word(*words) and depth in (None, depths[index]):
                yield index

    def at(self, index: int) -> Token:
        """The token there; an empty one beyond either end."""
        if 0 <= index < len(self.tokens):
            return self.tokens[index]
        return Token("op", "", self.statement.line, 0, 0)

    def main(self) -> int:
        """Index of the verb: SELECT, INSERT, UPDATE or DELETE, after any WITH."""
        return next(self.find("SELECT", "INSERT", "UPDATE", "DELETE", "VALUES", depth=0), 0)

    def resolve(self, run: list[Token]) -> tuple[Column, Source] | None:
        """The column that a bare `name` or `alias.name` means; None when it is anything else or not sure."""
        words = [token for token in run if token.kind == "word"]
        shape = [token.text if token.kind == "op" else token.kind for token in run]
        if shape not in (["word"], ["word", ".", "word"]):
            return None
        name, alias = words[-1].text, words[0].text if len(words) == 2 else None
        if alias is None and self.derived:
            return None
        found = [(source.table.columns[name], source) for source in self.sources
                 if name in source.table.columns and alias in (None, source.alias)]
        same = {(self.schema.column_type(source.table, column), column.nullable, source.optional)
                for column, source in found}
        return found[0] if len(same) == 1 else None


# --- reading FROM ---------------------------------------------------------------------------------------------------------


def read_query(statement: Statement, schema: Schema, tokens: list[Token]) -> Query:
    query = Query(statement, schema, tokens)
    query.derived = _derived(tokens)
    full = any(query.find("RIGHT", "FULL"))
    for index, token in enumerate(tokens):
        before = query.at(index - 1)
        if token.is_word("FROM") and not before.is_word("DISTINCT"):
            _read_list(query, index + 1, full)
            if before.is_word("DELETE"):
                query.written.append(query.at(index + 1))
        elif token.is_word("JOIN"):
            left = before.is_word("LEFT") or (before.is_word("OUTER") and query.at(index - 2).is_word("LEFT"))
            _read_one(query, index + 1, left or full)
        elif token.is_word("INTO") or (token.is_word("UPDATE") and not before.is_word("DO", "FOR")):
            _read_one(query, index + 1, False)
            query.written.append(query.at(index + 1))
    return query


def _derived(tokens: list[Token]) -> set[str]:
    """Names given to subqueries: `name AS (` of WITH, `) AS name` and `) name` of FROM."""
    names: set[str] = set()
    for index, token in enumerate(tokens[:-1]):
        if token.is_word("AS") and tokens[index + 1].is_op("(") and index:
            before = tokens[index - 1]
            if before.is_op(")"):  # WITH name (columns) AS (
                depth, back = 0, index - 1
                while back > 0:
                    depth += tokens[back].is_op(")") - tokens[back].is_op("(")
                    back -= 1
                    if depth == 0:
                        break
                before = tokens[back]
            names.add(before.text)
        if token.is_word("FROM", "JOIN") and tokens[index + 1].is_op("("):
            close = matching(tokens, index + 1)
            after = [word for word in tokens[close + 1 : close + 3] if not word.is_word("AS")]
            if after and after[0].kind == "word" and after[0].text.upper() not in KEYWORDS:
                names.add(after[0].text)
    return names


def _read_list(query: Query, index: int, optional: bool) -> None:
    """`a, b AS c, …` after FROM."""
    end = _read_one(query, index, optional)
    while query.at(end).is_op(","):
        end = _read_one(query, end + 1, optional)


def _read_one(query: Query, index: int, optional: bool) -> int:
    """One table with its alias; gives the index after it."""
    name = query.at(index)
    if name.is_op("("):
        end = matching(query.tokens, index) + 1
        alias, end = _read_alias(query, end, "")
        return end
    end = index + 1
    if query.at(end).is_op("(") and not query.at(index - 1).is_word("INTO"):
        query.unknown.append(name)
        return matching(query.tokens, end) + 1
    alias, end = _read_alias(query, end, name.text)
    if name.text in query.schema.tables:
        query.sources.append(Source(query.schema.tables[name.text], alias, name.line, optional))
    elif name.text not in query.derived:
        query.unknown.append(name)
    else:
        query.derived.add(alias)
    return end


def _read_alias(query: Query, index: int, name: str) -> tuple[str, int]:
    if query.at(index).is_word("AS"):
        return query.at(index + 1).text, index + 2
    token = query.at(index)
    if token.kind == "word" and token.text.upper() not in KEYWORDS and not token.is_word(*CLAUSES):
        return token.text, index + 1
    return name, index
