#!/usr/bin/env python3
# SPDX-License-Identifier: EUPL-1.2
"""Turns an enumeration's table (NAME.def) into its C type and the two functions between constant and text.

A table is lines `ENUM_ROW(TICKET_NEW, "new")`. From ticket_state.def come ticket_state_enum.h and .c with

    typedef enum TicketState { TICKET_NEW, ..., TICKET_STATE_COUNT } TicketState;
    const char *ticket_state_text(TicketState state);            static text; aborts on a value outside the table
    bool ticket_state_parse(const char *text, TicketState *out); false for a text that is not in the table
    int ticket_state_place(const char *text, size_t size);       the same for a slice; -1 when it is not there

The same table becomes the column's CHECK in the migrations (tools/migrations.py), so C and both engines agree.
"""
import re
import sys
from pathlib import Path

ROW = re.compile(r'^ENUM_ROW\((?P<constant>[A-Z][A-Z0-9_]*), "(?P<text>[a-z0-9_]+)"\)(?:\s*/\*.*\*/)?$')


def read_rows(path: Path) -> list[tuple[str, str]]:
    rows, comment = [], False
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        stripped = line.strip()
        comment = comment or stripped.startswith("/*")
        if comment or not stripped:
            comment = comment and not stripped.endswith("*/")
            continue
        match = ROW.match(stripped)
        if not match:
            raise SystemExit(f'{path}:{number}: expected ENUM_ROW(CONSTANT, "text")')
        rows.append((match["constant"], match["text"]))
    for column, what in ((0, "constant"), (1, "text")):
        seen = [row[column] for row in rows]
        if len(set(seen)) != len(seen) or not seen:
            raise SystemExit(f"{path}: a {what} stands twice, or the table is empty")
    return rows


def header(name: str, rows: list[tuple[str, str]]) -> str:
    kind = "".join(part.capitalize() for part in name.split("_"))
    constants = ",\n    ".join(constant for constant, _ in rows)
    return f"""/* Generated from {name}.def by tools/enumerations.py. */
#ifndef FILO_GENERATED_{name.upper()}_ENUM_H
#define FILO_GENERATED_{name.upper()}_ENUM_H

#include <stdbool.h>
#include <stddef.h>

typedef enum {kind} {{
    {constants},
    {name.upper()}_COUNT
}} {kind};

/* The text kept in the database and shown in JSON; static. */
const char *{name}_text({kind} value);
/* false, and value_out untouched, for a text outside the table. */
bool {name}_parse(const char *text, {kind} *value_out);
/* The constant of the text's size bytes, or -1. */
int {name}_place(const char *text, size_t size);

#endif
"""


def source(name: str, rows: list[tuple[str, str]]) -> str:
    kind = "".join(part.capitalize() for part in name.split("_"))
    texts = ", ".join(f'"{text}"' for _, text in rows)
    return f"""/* Generated from {name}.def by tools/enumerations.py. */
#include "{name}_enum.h"

#include "base/check.h"

#include <string.h>

static const char *const texts[] = {{{texts}}};

const char *{name}_text({kind} value)
{{
    check((unsigned)value < {name.upper()}_COUNT);
    return texts[value];
}}

int {name}_place(const char *text, size_t size)
{{
    for (int i = 0; i < {name.upper()}_COUNT; i++)
        if (strlen(texts[i]) == size && memcmp(texts[i], text, size) == 0)
            return i;
    return -1;
}}

bool {name}_parse(const char *text, {kind} *value_out)
{{
    int place = text ? {name}_place(text, strlen(text)) : -1;
    if (place >= 0)
        *value_out = ({kind})place;
    return place >= 0;
}}
"""


def main() -> None:
    table, header_path, source_path = (Path(argument) for argument in sys.argv[1:])
    rows = read_rows(table)
    header_path.write_text(header(table.stem, rows), encoding="utf-8")
    source_path.write_text(source(table.stem, rows), encoding="utf-8")


if __name__ == "__main__":
    main()
