# SPDX-License-Identifier: EUPL-1.2
"""Every row of a route table names a permission, and the matrix of tests/routes.* names every route."""
import re

from source import Finding, code_with_strings, line_at

# {METHOD, "/pattern", handler, "permission", lane, flags, limit, "documentation"}: src/net/route.h
_ROW = re.compile(r'\{\s*(?:\.method\s*=\s*)?\w*?(?P<method>GET|HEAD|POST|PUT|PATCH|DELETE)\s*,'
                  r'\s*(?:\.pattern\s*=\s*)?"(?P<pattern>/[^"]*)"'
                  r'(?P<rest>(?:"(?:\\.|[^"\\])*"|[^{}"])*)\}', re.DOTALL)
_NO_PERMISSION = {"NULL", '""', "0"}


def rows_of(text):
    """(offset, method, pattern, fields after the pattern) of every route row."""
    code = code_with_strings(text)
    for match in _ROW.finditer(code):
        yield match.start(), match["method"], match["pattern"], [f.strip() for f in match["rest"].split(",")[1:]]


def _permission(fields):
    for field in fields:
        if field.startswith(".permission"):
            return field.split("=", 1)[1].strip()
    if any(field.startswith(".") for field in fields):
        return "NULL"
    return fields[1] if len(fields) > 1 else "NULL"


def check_routes(tree):
    """A route without a permission, or that no test walks."""
    tested = "\n".join(text for path, text in tree.files.items() if path.startswith("tests/routes"))
    found = []
    for path, text in tree.matching(".c", under=("src/web/", "src/api/")):
        if path.endswith("_test.c"):
            continue
        for offset, method, pattern, fields in rows_of(text):
            where = (path, line_at(text, offset))
            if _permission(fields) in _NO_PERMISSION:
                found.append(Finding(*where, f"{method} {pattern} has no permission"))
            if not re.search(re.escape(pattern) + r"(?![\w/{:])", tested):
                found.append(Finding(*where, f"{method} {pattern} is in no row of tests/routes.*"))
    return found
