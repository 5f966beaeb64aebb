# SPDX-License-Identifier: EUPL-1.2
"""Writes the C of statements: a header and a source for each .sql file, and the table of all."""

from __future__ import annotations

import textwrap

from sql_text import ENGINES, c_string, camel
from statement_model import Field, Statement, Type

C_KEYWORDS = frozenset("""auto bool break case char const continue default do double else enum extern false float for goto
    if inline int long register restrict return short signed sizeof static struct switch true typedef union unsigned void
    volatile while asm typeof""".split())

STORE_TYPES = {"real": "STORE_REAL", "text": "STORE_TEXT", "enum": "STORE_TEXT", "blob": "STORE_BLOB"}  # all else STORE_INT

LICENCE = "/* SPDX-License-Identifier: EUPL-1.2 */\n"


def type_name(row: Statement) -> str:
    return f"Sql{camel(row.name)}"


def c_type(kind: Type) -> str:
    """The C type with what stands before the name: "const char *" has no space after it."""
    match kind.base:
        case "id":
            return f"{camel(kind.table or '')}Id "
        case "enum":
            return f"{camel(kind.table or '')} "
        case "int" | "cents":
            return "OptInt " if kind.nullable else "int64_t "
        case "real":
            return "OptReal " if kind.nullable else "double "
        case "time":
            return "TimeMs "
        case "text":
            return "const char *"
        case "blob":
            return "Bytes "
        case _:
            return "bool "


def to_value(kind: Type, source: str) -> str:
    """The StoreValue of a parameter."""
    match kind.base:
        case "id":
            return f"value_int_or_none({source}.value)" if kind.nullable else f"value_int({source}.value)"
        case "time":
            return f"value_int_or_none({source})"
        case "int" | "cents":
            return f"value_opt_int({source})" if kind.nullable else f"value_int({source})"
        case "real" | "blob":
            return f"value_opt_{kind.base}({source})" if kind.nullable else f"value_{kind.base}({source})"
        case "text":
            return f"value_text({source})"
        case "enum":
            return f"value_text({kind.table}_text({source}))"
        case _:
            return f"value_int({source})"


def from_value(kind: Type, source: str) -> str:
    """The C value of a column."""
    match kind.base:
        case "id":
            return f"{{column_int({source})}}"
        case "int" | "cents":
            return f"column_opt_int({source})" if kind.nullable else f"column_int({source})"
        case "real":
            return f"column_opt_real({source})" if kind.nullable else f"column_real({source})"
        case "text" | "blob":
            return f"column_{kind.base}(arena, {source})"
        case "enum":
            return f"({camel(kind.table or '')})column_enum(tx, {source}, {kind.table}_place)"
        case "bool":
            return f"column_int({source}) != 0"
        case _:
            return f"column_int({source})"


def copies(row: Statement) -> bool:
    """Whether reading a row needs an arena."""
    return any(column.type.base in ("text", "blob") for column in row.columns)


# --- the header ----------------------------------------------------------------------------------------------------------


def holds_enum(row: Statement) -> bool:
    """Whether reading a row may find it corrupt, and so needs the transaction."""
    return any(column.type.base == "enum" for column in row.columns)


def _enum_includes(rows: list[Statement]) -> str:
    names = {item.type.table for row in rows for item in (*row.params, *row.columns) if item.type.base == "enum"}
    return "".join(f'#include "{name}_enum.h"\n' for name in sorted(name for name in names if name))


def render_header(stem: str, rows: list[Statement]) -> str:
    guard = f"FILO_{stem.upper()}_SQL_H"
    parts = [
        LICENCE + f"/*\n * {stem}_sql: the statements of {stem}.sql as functions. Made by tools/statements.py: "
        "change the .sql.\n *\n"
        " * Rows and what they point to live in the arena given. Errors: none returned; a failure marks the transaction\n"
        " * (store.h, invariant 3).\n */\n",
        f'#ifndef {guard}\n#define {guard}\n\n#include "schema_ids.h"\n#include "store/optional.h"\n'
        '#include "store/store.h"\n' + _enum_includes(rows),
    ]
    for row in rows:
        parts.append(_declarations(row))
    parts.append("#endif\n")
    return "\n".join(parts)


def _struct(name: str, fields: list[Field]) -> str:
    body = "".join(f"    {c_type(field.type)}{field.name};{_none(field.type)}\n" for field in fields)
    return f"typedef struct {name} {{\n{body}}} {name};\n\n"


def _none(kind: Type) -> str:
    if not kind.nullable:
        return " /* cents */" if kind.base == "cents" else ""
    return {"text": " /* or NULL */", "blob": " /* or data NULL */", "time": " /* or TIME_NONE */",
            "id": " /* or 0 */", "cents": " /* cents, or none */"}.get(kind.base, "")


def _declarations(row: Statement) -> str:
    name = type_name(row)
    out = ""
    if row.params:
        out += _struct(f"{name}In", row.params)
    if row.columns and row.kind != "add":
        out += _struct(name, row.columns)
    if row.kind == "list":
        out += f"typedef struct {name}List {{\n    {name} *rows;\n    size_t count;\n}} {name}List;\n\n"
    return f"{out}{_comment(row)}{prototype(row)};\n"


ANSWERS = {
    "find": "True if the row is there; else row_out stays as it was.",
    "list": "All rows, in order.",
    "each": "Calls on_row for each row; what the row points to lives until on_row returns. False if on_row said false "
            "(and so ended it) or the transaction failed.",
    "run": "The number of rows changed.",
    "add": "The new row's id; value 0 if none was added.",
}


def _comment(row: Statement) -> str:
    prose = " ".join(row.prose)
    if prose and not prose.endswith((".", ":", "?", "!")):
        prose += "."
    lines = textwrap.wrap(f"{prose} {ANSWERS[row.kind]}".strip(), 114)
    if row.index:
        lines += textwrap.wrap(f"Index: {row.index}.", 114)
    text = "\n * ".join(line.replace("*/", "* /") for line in lines)
    return f"/* {text} */\n"


def prototype(row: Statement) -> str:
    name = type_name(row)
    given = f", const {name}In *in" if row.params else ""
    function = f"sql_{row.name}"
    match row.kind:
        case "find":
            return f"bool {function}(StoreTx *tx, Arena *arena{given}, {name} *row_out)"
        case "list":
            return f"{name}List {function}(StoreTx *tx, Arena *arena{given})"
        case "each":
            return f"bool {function}(StoreTx *tx{given}, bool (*on_row)(const {name} *row, void *arg), void *arg)"
        case "run":
            return f"int64_t {function}(StoreTx *tx{given})"
        case _:
            return f"{c_type(row.columns[0].type)}{function}(StoreTx *tx{given})"


# --- the source ----------------------------------------------------------------------------------------------------------


def render_source(stem: str, rows: list[Statement]) -> str:
    parts = [
        LICENCE + f"/* Made by tools/statements.py from {stem}.sql: change that, not this. */",
        f'#include "{stem}_sql.h"\n\n#include "statements_table.h"\n#include "store/statement.h"\n\n'
        '#pragma GCC diagnostic ignored "-Woverlength-strings"\n',
    ]
    for row in rows:
        parts.append(_data(row) + "\n" + _reader(row) + _function(row))
    return "\n".join(parts)


def _columns_data(row: Statement, what: str, fields: list[Field]) -> str:
    if not fields:
        return ""
    body = "".join(f'    {{"{field.name}", {STORE_TYPES.get(field.type.base, "STORE_INT")}, '
                   f'{str(field.type.nullable).lower()}}},\n' for field in fields)
    return f"static const StoreColumn {row.name}_{what}[] = {{\n{body}}};\n\n"


def _data(row: Statement) -> str:
    sql = ",\n".join(c_string(row.sql[engine], " " * 12) for engine in ENGINES)
    members = [
        f'.name = "{row.name}"',
        f".sql =\n        {{\n{sql},\n        }}",
        f".index = {row.number}",
        f".writes = {str(row.writes).lower()}",
    ]
    for what, fields in (("param", row.params), ("column", row.columns)):
        if fields:
            members += [f".{what}_count = {len(fields)}", f".{what}s = {row.name}_{what}s"]
    return (f"/* --- {row.name} {'-' * max(3, 108 - len(row.name))} */\n\n"
            + _columns_data(row, "params", row.params) + _columns_data(row, "columns", row.columns)
            + f"const StoreStatement statement_{row.name} = {{\n"
            + "".join(f"    {member},\n" for member in members) + "};\n")


def _reader(row: Statement) -> str:
    if row.kind in ("run", "add"):
        return ""
    arena = ("StoreTx *tx, " if holds_enum(row) else "") + ("Arena *arena, " if copies(row) else "")
    body = "".join(f"        .{column.name} = {from_value(column.type, f'&columns[{number}]')},\n"
                   for number, column in enumerate(row.columns))
    return (f"static void {row.name}_read({arena}const StoreValue *columns, {type_name(row)} *row_out)\n{{\n"
            f"    *row_out = ({type_name(row)}){{\n{body}    }};\n}}\n\n")


def _opening(row: Statement) -> str:
    out = ""
    if row.params:
        values = "".join(f"        {to_value(param.type, f'in->{param.name}')},\n" for param in row.params)
        out += f"    const StoreValue params[] = {{\n{values}    }};\n"
    if row.columns:
        out += f"    StoreValue columns[{len(row.columns)}];\n"
    out += "    StoreCursor cursor;\n"
    return out


def _begin(row: Statement) -> str:
    return f"    store_begin(&cursor, tx, &statement_{row.name}, {'params' if row.params else 'NULL'});\n"


def _read_call(row: Statement, target: str) -> str:
    given = ("tx, " if holds_enum(row) else "") + ("arena, " if copies(row) else "")
    return f"{row.name}_read({given}columns, {target});\n"


def _function(row: Statement) -> str:
    body = {"find": _find, "list": _list, "each": _each, "run": _run, "add": _add}[row.kind](row)
    return f"{prototype(row)}\n{{\n{body}}}\n"


def _find(row: Statement) -> str:
    unused = "" if copies(row) else "    (void)arena; /* nothing of this row needs copying */\n"
    return (_opening(row) + "\n" + unused + _begin(row)
            + "    bool found = store_step(&cursor, columns);\n    if (found)\n"
            + "        " + _read_call(row, "row_out")
            + "    return statement_end_single(&cursor, columns, found);\n")


def _list(row: Statement) -> str:
    name = type_name(row)
    return (_opening(row) + f"    {name}List list = {{0}};\n    size_t room = 0;\n\n" + _begin(row)
            + "    while (store_step(&cursor, columns)) {\n"
            + f"        list.rows = statement_room(arena, list.rows, list.count, &room, sizeof({name}));\n"
            + "        " + _read_call(row, "&list.rows[list.count++]")
            + "    }\n    store_finish(&cursor);\n    return list;\n")


def _each(row: Statement) -> str:
    arena = "    g_autoptr(Arena) arena = arena_new(ARENA_REQUEST_CAP);\n" if copies(row) else ""
    clear = "        arena_clear(arena);\n" if copies(row) else ""
    return (_opening(row) + arena + "    bool more = true;\n\n" + _begin(row)
            + "    while (more && store_step(&cursor, columns)) {\n"
            + f"        {type_name(row)} row;\n"
            + "        " + _read_call(row, "&row")
            + "        more = on_row(&row, arg);\n" + clear
            + "    }\n    store_finish(&cursor);\n    return more && !store_tx_failed(tx);\n")


def _run(row: Statement) -> str:
    return (_opening(row) + "\n" + _begin(row)
            + "    (void)store_step(&cursor, NULL); /* gives no row */\n    return store_finish(&cursor);\n")


def _add(row: Statement) -> str:
    kind = c_type(row.columns[0].type).strip()
    return (_opening(row) + "\n" + _begin(row)
            + "    bool added = store_step(&cursor, columns);\n"
            + f"    {kind} id = {{added ? column_int(&columns[0]) : 0}};\n"
            + f"    return statement_end_single(&cursor, columns, added) ? id : ({kind}){{0}};\n")


# --- the table of all ----------------------------------------------------------------------------------------------------


def render_table_header(rows: list[Statement]) -> str:
    externs = "".join(f"extern const StoreStatement statement_{row.name};\n" for row in rows)
    return (LICENCE + "/* Made by tools/statements.py; included by generated C only. */\n"
            "#ifndef FILO_STATEMENTS_TABLE_H\n#define FILO_STATEMENTS_TABLE_H\n\n"
            f'#include "store/store_int.h"\n\n{externs}\n#endif\n')


def render_table(rows: list[Statement]) -> str:
    body = "".join(f"    &statement_{row.name},\n" for row in rows) or "    NULL,\n"
    return (LICENCE + "/* Every statement of the program, by index. Made by tools/statements.py. */\n"
            '#include "statements_table.h"\n\n'
            f"const StoreStatement *const store_statements[] = {{\n{body}}};\n\n"
            f"const unsigned store_statement_count = {len(rows)};\n")
