# SPDX-License-Identifier: EUPL-1.2
"""What SQL may not say, so that both engines do the same and one module writes each table.

Each rule is a generator of (line, message); RULES lists them. They run for each engine's SQL against that engine's schema.
"""

from __future__ import annotations

import re
from typing import Callable, Iterator

from schema import Column, Schema, Table
from sql_text import ENGINES, Problem, Token, matching, split_commas
from statement_model import Field, Statement, Type
from statement_query import CLAUSES, KEYWORDS, Query, read_query

Fault = tuple[int, str]

CLOCK = frozenset("""NOW CURRENT_TIMESTAMP CURRENT_TIME CURRENT_DATE LOCALTIME LOCALTIMESTAMP CLOCK_TIMESTAMP
    STATEMENT_TIMESTAMP TRANSACTION_TIMESTAMP DATETIME JULIANDAY STRFTIME UNIXEPOCH TO_TIMESTAMP DATE_TRUNC DATE_PART EXTRACT
    AGE""".split())
ONE_ENGINE = {  # word: what to write instead
    "LIKE": "search through search/, compare a key made in C, or =", "ILIKE": "search through search/",
    "GLOB": "search through search/", "SIMILAR": "search through search/", "REGEXP": "search through search/",
    "OFFSET": "page by key: WHERE (sort, id) > ($1, $2) ORDER BY … LIMIT",
    "TRUE": "= 1", "FALSE": "= 0", "ROWID": "the table's key",
}
ONE_ENGINE_CALLS = {
    "IFNULL": "COALESCE", "IIF": "CASE", "RANDOM": "a value made in C", "TOTAL": "CAST(SUM(x) AS DOUBLE PRECISION)",
    "GROUP_CONCAT": "rows, joined in C", "STRING_AGG": "rows, joined in C",
}
COMPARISONS = ("=", "<", ">", "<=", ">=", "<>")
CASTS = (["BIGINT"], ["DOUBLE", "PRECISION"], ["TEXT"])


# --- rules on words --------------------------------------------------------------------------------------------------------


def one_engine_words(query: Query) -> Iterator[Fault]:
    """What only one engine understands, or both in their own way."""
    for index, token in enumerate(query.tokens):
        if token.is_word("ROWID") and query.statement.varies:
            continue  # the only key a full-text table has
        if token.is_word(*ONE_ENGINE) and not query.at(index - 1).is_op("."):
            yield token.line, f"{token.text.upper()} is refused; instead: {ONE_ENGINE[token.text.upper()]}"
        elif token.is_word(*ONE_ENGINE_CALLS) and query.at(index + 1).is_op("("):
            yield token.line, f"{token.text.upper()}() is refused; instead: {ONE_ENGINE_CALLS[token.text.upper()]}"
        elif token.is_op("::") and not query.statement.varies:
            yield token.line, ":: is refused: SQLite reads $1::bigint as a parameter's name; write CAST(x AS BIGINT)"
        elif token.is_op("==", "!="):
            yield token.line, f"{token.text} is refused: SQL says {'=' if token.text == '==' else '<>'}"
        elif token.kind == "quoted":
            yield token.line, f"{token.text} is refused: SQLite takes an unknown quoted name for a string"
        elif token.is_word("OR", "REPLACE") and (query.at(index - 1).is_word("INSERT") or query.at(index + 1).is_word("INTO")):
            yield token.line, f"{token.text} is SQLite's; write INSERT … ON CONFLICT … DO NOTHING or DO UPDATE"


def placeholders(query: Query) -> Iterator[Fault]:
    count = len(query.statement.params)
    seen = set()
    for token in query.tokens:
        if token.is_op("?", ":") or token.kind == "macro":
            yield token.line, f"{token.text} is refused: parameters are $1 … $n in the order of @param"
        if token.kind == "param":
            seen.add(int(token.text[1:]))
    if seen != set(range(1, count + 1)):
        used = ", ".join(f"${number}" for number in sorted(seen)) or "none"
        yield query.statement.line, f"{count} @param, but the SQL uses {used}"


def clocks(query: Query) -> Iterator[Fault]:
    for index, token in enumerate(query.tokens):
        call = query.at(index + 1).is_op("(")
        if token.is_word(*CLOCK) and (call or token.text.upper().startswith(("CURRENT_", "LOCALTIME"))):
            yield token.line, f"{token.text} is refused: the time is a parameter, its zone is C's business"
        elif token.is_word("DATE", "TIME") and call:
            yield token.line, f"{token.text}() is refused: days are intervals computed in C and given as parameters"


def json_operators(query: Query) -> Iterator[Fault]:
    for index, token in enumerate(query.tokens):
        name = token.text.lower()
        is_call = token.kind == "word" and name.startswith(("json_", "jsonb_")) and query.at(index + 1).is_op("(")
        in_string = token.kind == "string" and any(mark in name for mark in ("->", "json_extract"))
        if token.is_op("->", "->>", "@>", "<@") or is_call or in_string:
            yield token.line, f"{token.text} is refused: JSON is text to SQL; what is asked for gets a column"


def keyword_case(query: Query) -> Iterator[Fault]:
    for index, token in enumerate(query.tokens):
        if token.kind != "word" or query.at(index - 1).is_op("."):
            continue
        upper = token.text.upper()
        call = query.at(index + 1).is_op("(") and upper in ("COUNT", "SUM", "AVG", "MIN", "MAX", "COALESCE", "LENGTH", "ABS")
        if token.text != upper and (upper in KEYWORDS or call):
            yield token.line, f"{token.text}: keywords are upper-case"
        elif token.text != token.text.lower() and token.text != upper:
            yield token.line, f"{token.text}: names are lower-case, keywords upper-case"


def stars(query: Query) -> Iterator[Fault]:
    for index, token in enumerate(query.tokens):
        before = query.at(index - 1)
        if token.is_op("*") and (before.is_word("SELECT", "DISTINCT", "ALL", "RETURNING") or before.is_op(",", ".")):
            yield token.line, "* is refused: a column added by a migration would change the row; name the columns"


def aggregates(query: Query) -> Iterator[Fault]:
    for index in query.find("SUM", "AVG"):
        name = query.tokens[index].text.upper()
        if not query.at(index + 1).is_op("("):
            continue
        wanted = [["DOUBLE", "PRECISION"]] if name == "AVG" else [["BIGINT"], ["DOUBLE", "PRECISION"]]
        if _cast_around(query, index) not in wanted:
            yield query.tokens[index].line, (
                f"bare {name} is refused: PostgreSQL makes it numeric. Write "
                + ("CAST(SUM(x) AS BIGINT), or AS DOUBLE PRECISION when x is @real" if name == "SUM"
                   else "CAST(AVG(x) AS DOUBLE PRECISION)"))


def _cast_around(query: Query, inner: int) -> list[str]:
    """The type of the nearest CAST whose parentheses hold the token at inner."""
    for index in range(inner - 1, -1, -1):
        if query.tokens[index].is_word("CAST") and matching(query.tokens, index + 1) > inner:
            return _cast_type(query, index)
    return []


def _cast_type(query: Query, cast: int) -> list[str]:
    inside = query.tokens[cast + 2 : matching(query.tokens, cast + 1)]
    last_as = max((index for index, token in enumerate(inside) if token.is_word("AS")), default=len(inside))
    return [token.text.upper() for token in inside[last_as + 1 :]]


def casts(query: Query) -> Iterator[Fault]:
    for index in query.find("CAST"):
        if _cast_type(query, index) not in CASTS:
            yield query.tokens[index].line, ("CAST is to BIGINT, DOUBLE PRECISION or TEXT: PostgreSQL's INTEGER and REAL "
                                             "are half as wide as SQLite's")


# --- rules on tables -------------------------------------------------------------------------------------------------------


def known_tables(query: Query) -> Iterator[Fault]:
    for token in query.unknown:
        index = query.tokens.index(token)
        if query.at(index + 1).is_op("(") and query.statement.varies:
            continue  # a table function of that engine
        yield token.line, f"no migration creates table {token.text}"


def one_writer(query: Query) -> Iterator[Fault]:
    for token in query.written:
        table = query.schema.tables.get(token.text)
        if table is not None and table.owner != query.statement.folder:
            yield token.line, (f"{token.text} is written by {table.owner}/ alone; {query.statement.folder}/ asks it to "
                               "(one table, one writing module)")


def index_named(query: Query) -> Iterator[Fault]:
    if query.statement.index:
        yield from _index_exists(query)
        return
    targets = {token.text for token in query.written} if query.at(query.main()).is_word("INSERT") else set()
    for source in query.sources:
        if source.table.grows and source.table.name not in targets:
            yield query.statement.line, f"{source.table.name} grows: say which index serves it in an '-- @index' line"
            return


def _index_exists(query: Query) -> Iterator[Fault]:
    """A line that names no index of the tables read is not an answer, or no longer true."""
    note, tables = query.statement.index, {source.table.name for source in query.sources}
    words = set(re.findall(r"[a-z0-9_]+", note))
    keys = set(re.findall(r"(?:primary|unique) key of (\w+)", note))
    indexes = {index.name for index in query.schema.indexes.values() if index.table in tables}
    if not (keys & tables or words & indexes or note.startswith("none: ") or query.statement.varies):
        yield query.statement.line, (f"@index names no index of {', '.join(sorted(tables)) or 'any table here'}: write its "
                                     "name, 'primary key of TABLE', 'unique key of TABLE', or 'none: why not'")


def ids_are_given(query: Query) -> Iterator[Fault]:
    """An id chosen by hand is not seen by PostgreSQL's sequence, which would give it again."""
    for target, _, column, _ in _insert_pairs(query):
        if column is not None and column.type == "id":
            yield target.line, f"the engine gives {column.name}: leave it out, or PostgreSQL gives it a second time"


# --- rules on order --------------------------------------------------------------------------------------------------------


def order_has_nulls(query: Query) -> Iterator[Fault]:
    for index in query.find("ORDER"):
        for item in split_commas(_clause(query, index + 2)):
            if not any(token.is_word("NULLS") for token in item) and _order_may_be_null(query, item, index):
                yield item[0].line, (f"ORDER BY {' '.join(token.text for token in item)} may meet NULL, which SQLite puts "
                                     "first and PostgreSQL last: add NULLS FIRST or NULLS LAST")


def _clause(query: Query, start: int) -> list[Token]:
    """From start to the next clause or the parenthesis that closes around it."""
    depth = 0
    for index in range(start, len(query.tokens)):
        token = query.tokens[index]
        depth += token.is_op("(") - token.is_op(")")
        ends = token.is_word(*CLAUSES, "ROWS", "RANGE", "GROUPS") and depth == 0
        if depth < 0 or ends:
            return query.tokens[start:index]
    return query.tokens[start:]


def _order_may_be_null(query: Query, item: list[Token], order: int) -> bool:
    bare = [token for token in item if not token.is_word("ASC", "DESC")]
    if query.depths[order] == 0 and len(bare) == 1:
        declared = next((column for column in query.statement.columns if column.name == bare[0].text), None)
        if declared is not None:
            return declared.type.nullable  # the engine refuses a NULL there, so the promise holds
    found = query.resolve(bare)
    return found is None or found[0].nullable or found[1].optional


def rows_have_order(query: Query) -> Iterator[Fault]:
    if query.statement.kind not in ("list", "each") or not query.at(query.main()).is_word("SELECT", "VALUES"):
        return
    if not any(query.find("ORDER", depth=0)):
        yield query.statement.line, f"a {query.statement.kind} needs ORDER BY: without it each engine has its own order"


# --- rules on shape --------------------------------------------------------------------------------------------------------


def kind_fits(query: Query) -> Iterator[Fault]:
    row = query.statement
    verb = query.at(query.main()).text.upper()
    returns = any(query.find("RETURNING", depth=0))
    gives_rows = verb in ("SELECT", "VALUES") or returns
    if verb not in ("SELECT", "INSERT", "UPDATE", "DELETE", "VALUES"):
        yield row.line, "a statement is SELECT, INSERT, UPDATE or DELETE"
    elif row.kind == "run" and gives_rows:
        yield row.line, "a run gives no rows: take find, list, each or add"
    elif row.kind != "run" and not gives_rows:
        yield row.line, f"a {row.kind} gives rows: this {verb} has no RETURNING; take run"
    elif row.kind == "add" and (verb != "INSERT" or not row.columns):
        yield row.line, "an add is INSERT INTO table … RETURNING its @id column"
    elif row.kind in ("find", "list", "each") and not row.columns:
        yield row.line, f"a {row.kind} declares its @column lines"
    elif row.kind == "run" and row.columns:
        yield row.line, "a run has no @column"


def columns_fit(query: Query) -> Iterator[Fault]:
    """The select list against the @column lines: how many, named how, of which type."""
    row = query.statement
    items = _select_list(query)
    if items is None or row.kind in ("run", "add"):
        return
    if len(items) != len(row.columns):
        yield row.line, f"{len(row.columns)} @column, but the SQL gives {len(items)}"
        return
    for item, column in zip(items, row.columns):
        expression, name = _named(item)
        if name != column.name:
            yield item[0].line, f"@column {column.name} stands where the SQL gives {name or 'no name: add AS'}"
        else:
            yield from _column_fits(query, expression, column)


def _select_list(query: Query) -> list[list[Token]] | None:
    start = next(query.find("RETURNING", depth=0), query.main())
    if not query.at(start).is_word("SELECT", "RETURNING"):
        return None
    start += 1
    if query.at(start).is_word("DISTINCT", "ALL"):
        start += 1
    end = next((index for index in query.find("FROM", *CLAUSES, depth=0) if index > start), len(query.tokens))
    return split_commas(query.tokens[start:end])


def _named(item: list[Token]) -> tuple[list[Token], str | None]:
    if len(item) > 2 and item[-2].is_word("AS"):
        return item[:-2], item[-1].text
    if len(item) in (1, 3) and item[-1].kind == "word":
        return item, item[-1].text
    return item, None


def _column_fits(query: Query, expression: list[Token], declared: Field) -> Iterator[Fault]:
    found = query.resolve(expression)
    if found is None:
        if _is_truth(expression):
            yield declared.line, (f"{declared.name}: PostgreSQL gives a boolean here, SQLite a number; write "
                                  "CASE WHEN … THEN 1 ELSE 0 END")
        return
    column, source = found
    if column.type == "raw":
        return
    kind = query.schema.column_type(source.table, column)
    absent_enum = column.type == "enum" and str(declared.type) == "text?"  # C has no enumeration that may be absent
    if kind != declared.type.plain() and not absent_enum:
        yield declared.line, (f"@column {declared.name} is {declared.type.plain()}, but "
                              f"{source.table.name}.{column.name} is {kind}")
    may_be_null = (column.nullable and not _says_not_null(query, column.name)) or source.optional
    if may_be_null and not declared.type.nullable:
        yield declared.line, f"{source.table.name}.{column.name} may be NULL here: declare {'text' if column.enum else kind}?"


def _is_truth(expression: list[Token]) -> bool:
    while expression and expression[0].is_op("(") and matching(expression, 0) == len(expression) - 1:
        expression = expression[1:-1]
    if expression and expression[0].is_word("SELECT", "WITH"):
        return False  # a subquery's own conditions
    depth = 0
    for index, token in enumerate(expression):
        depth += (token.is_op("(") or token.is_word("CASE")) - (token.is_op(")") or token.is_word("END"))
        if depth == 0 and (token.is_op(*COMPARISONS) or token.is_word("IS", "IN", "NOT", "AND", "OR")):
            return True
        if index == 0 and token.is_word("EXISTS"):
            return True
    return False


def _says_not_null(query: Query, name: str) -> bool:
    return any(query.tokens[index].text == name and query.at(index + 1).is_word("IS") and query.at(index + 2).is_word("NOT")
               and query.at(index + 3).is_word("NULL") for index in range(len(query.tokens)))


# --- rules on parameters ---------------------------------------------------------------------------------------------------


def parameters_fit(query: Query) -> Iterator[Fault]:
    """`column = $n`, SET and VALUES: the parameter is of the column's type, and not NULL where the column is not."""
    for target, table, column, value in _insert_pairs(query):
        if column is None:
            yield target.line, f"table {table.name} has no column {target.text}"
        elif len(value) == 1 and value[0].kind == "param":
            yield from _param_fits(query, value[0], column, table, stored=True)
    for index, token in enumerate(query.tokens):
        if token.is_op(*COMPARISONS):
            for left, right in _compared(query, index):
                found = query.resolve(left)
                if found is not None and right.kind == "param":
                    yield from _param_fits(query, right, found[0], found[1].table, stored=_in_set(query, index))


def _compared(query: Query, operator: int) -> Iterator[tuple[list[Token], Token]]:
    """(column, right side) of `a = $1` and, pair by pair, of `(a, b) < ($1, $2)`."""
    if query.at(operator - 1).is_op(")") and query.at(operator + 1).is_op("("):
        opening = max(index for index in range(operator) if matching(query.tokens, index) == operator - 1
                      and query.tokens[index].is_op("("))
        left = split_commas(query.tokens[opening + 1 : operator - 1])
        right = split_commas(query.tokens[operator + 2 : matching(query.tokens, operator + 1)])
        yield from ((column, value[0]) for column, value in zip(left, right) if len(value) == 1)
        return
    start = operator - 3 if query.at(operator - 2).is_op(".") else operator - 1
    if not query.at(start - 1).is_op("+", "-", "*", "/", "||"):
        yield query.tokens[max(start, 0) : operator], query.at(operator + 1)


def enumeration_values(query: Query) -> Iterator[Fault]:
    """A text compared with or stored in an enumeration is one of its values: a slip of the pen would never match."""
    for _, table, column, value in _insert_pairs(query):
        if column is not None:
            yield from _values_fit(table, column, value)
    for index, token in enumerate(query.tokens):
        if token.is_op("=", "<>"):
            for left, right in _compared(query, index):
                found = query.resolve(left)
                if found is not None:
                    yield from _values_fit(found[1].table, found[0], [right])
        elif token.is_word("IN") and query.at(index + 1).is_op("("):
            end = index - 1 if query.at(index - 1).is_word("NOT") else index
            found = query.resolve(query.tokens[end - 3 if query.at(end - 2).is_op(".") else end - 1 : end])
            if found is not None:
                inside = query.tokens[index + 2 : matching(query.tokens, index + 1)]
                yield from _values_fit(found[1].table, found[0], inside)


def _values_fit(table: Table, column: Column, found: list[Token]) -> Iterator[Fault]:
    for token in found:
        if column.enum and token.kind == "string" and token.text[1:-1] not in column.values:
            yield token.line, f"{token.text} is no {column.enum}: {table.name}.{column.name} never holds it"


def _param_fits(query: Query, token: Token, column: Column, table: Table, stored: bool) -> Iterator[Fault]:
    number = int(token.text[1:])
    if number > len(query.statement.params) or number == 0 or column.type == "raw":
        return
    param = query.statement.params[number - 1]
    kind = query.schema.column_type(table, column)
    absent_enum = column.type == "enum" and str(param.type) == "text?"
    if kind != param.type.plain() and not absent_enum:
        yield param.line, f"@param {param.name} is {param.type.plain()}, but {table.name}.{column.name} is {kind}"
    elif stored and param.type.nullable and not column.nullable:
        yield param.line, f"@param {param.name} may be NULL, but {table.name}.{column.name} is NOT NULL"


def _in_set(query: Query, index: int) -> bool:
    """Whether the token stands in an UPDATE's SET list rather than in a condition."""
    for back in range(index, -1, -1):
        if query.at(back).is_word("SET"):
            return True
        if query.at(back).is_word("WHERE", "ON", "AND", "OR", "WHEN", "HAVING") or query.at(back).is_op("("):
            return False
    return False


def _insert_pairs(query: Query) -> Iterator[tuple[Token, Table, Column | None, list[Token]]]:
    """(name, table, column, value) of INSERT INTO table (columns) VALUES (values); the value is empty for INSERT … SELECT."""
    into = next(query.find("INTO", depth=0), None)
    if into is None or not query.at(into + 2).is_op("("):
        return
    table = query.schema.tables.get(query.at(into + 1).text)
    if table is None:
        return
    close = matching(query.tokens, into + 2)
    names = [item[0] for item in split_commas(query.tokens[into + 3 : close])]
    values: list[list[Token]] = [[] for _ in names]
    if query.at(close + 1).is_word("VALUES"):
        values = split_commas(query.tokens[close + 3 : matching(query.tokens, close + 2)])
    for name, value in zip(names, values):
        yield name, table, table.columns.get(name.text), value


def insert_names_columns(query: Query) -> Iterator[Fault]:
    for index in query.find("INTO", depth=0):
        if not query.at(index + 2).is_op("("):
            yield query.tokens[index].line, "INSERT INTO table (columns): without their names a migration would shift them"


RULES: tuple[Callable[[Query], Iterator[Fault]], ...] = (
    one_engine_words, placeholders, clocks, json_operators, keyword_case, stars, aggregates, casts, known_tables, one_writer,
    index_named, ids_are_given, order_has_nulls, rows_have_order, kind_fits, columns_fit, parameters_fit,
    enumeration_values,    insert_names_columns,
)


# --- the whole -------------------------------------------------------------------------------------------------------------


def check_all(statements: list[Statement], schemas: dict[str, Schema]) -> list[Problem]:
    """Every fault of every statement; also completes them (writes, the column of an add)."""
    problems: list[Problem] = []
    seen: dict[str, Statement] = {}
    for row in statements:
        if row.name in seen:
            first = seen[row.name]
            problems.append(Problem(row.file, row.line, f"{row.name} is there already: {first.file}:{first.line}"))
        seen[row.name] = row
        problems += _check_one(row, schemas)
    return problems + _colliding_types(statements)


def _colliding_types(statements: list[Statement]) -> list[Problem]:
    """A statement called x_in or x_list would make the type that x makes for its parameters or its rows."""
    names = {row.name: row for row in statements}
    return [Problem(row.file, row.line, f"{row.name}'s C type is already made by {names[base].name}: rename one")
            for row in statements
            for base in (row.name.removesuffix("_in"), row.name.removesuffix("_list"))
            if base != row.name and base in names]


def _check_one(row: Statement, schemas: dict[str, Schema]) -> list[Problem]:
    faults: list[Fault] = list(_ids_exist(row, schemas))
    for engine in ENGINES:
        query = read_query(row, schemas[engine], row.tokens[engine])
        row.writes = bool(query.written)
        if row.kind == "add":
            _complete_add(query)
        for rule in RULES:
            faults += rule(query)
    return [Problem(row.file, line, message) for line, message in dict.fromkeys(faults)]


def _ids_exist(row: Statement, schemas: dict[str, Schema]) -> Iterator[Fault]:
    for item in (*row.params, *row.columns):
        tables = [schema.tables.get(item.type.table or "") for schema in schemas.values()]
        if item.type.base == "id" and not any(table and table.id_column() for table in tables):
            yield item.line, f"id({item.type.table}): no migration creates a table {item.type.table} with an @id"


def _complete_add(query: Query) -> None:
    """An add's only column is its table's id."""
    items = _select_list(query)
    if not items or len(items) != 1 or not query.written:
        return
    found = query.resolve(items[0])
    if found is not None and found[0].type == "id" and found[1].table.name == query.written[0].text:
        name = found[0].name
        query.statement.columns = [Field(name, Type("id", found[1].table.name), query.statement.line)]
