# SPDX-License-Identifier: EUPL-1.2
"""How long the functions are: median and 90th percentile, the two numbers style looks at. A report, not a rule."""
import re
import statistics

from source import code_of, line_at

_HEAD = re.compile(r"^(?P<head>[A-Za-z_][^;{}#=]*?\b(?P<name>\w+)\s*\([^;{}]*\)[^;{}()]*)\{", re.MULTILINE)
_NOT_NAMES = {"if", "for", "while", "switch", "struct", "enum", "union", "__attribute__"}


def _closing(code, opening):
    depth = 0
    for at in range(opening, len(code)):
        if code[at] == "{":
            depth += 1
        elif code[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return len(code) - 1


def functions_of(text):
    """(name, first line, number of lines from its head to its closing brace) of every function defined."""
    code = code_of(text)
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda match: re.sub(r"[^\n]", " ", match.group()), code, flags=re.MULTILINE)
    at = 0
    while match := _HEAD.search(code, at):
        if match["name"] in _NOT_NAMES:
            at = match.end()
            continue
        closing = _closing(code, match.end() - 1)
        first = line_at(code, match.start())
        yield match["name"], first, line_at(code, closing) - first + 1
        at = closing + 1


def report(tree):
    """The lines to print."""
    rows = [(length, f"{path}:{line} {name}") for path, text in tree.matching(".c", under=("src/",))
            if not path.endswith("_test.c") for name, line, length in functions_of(text)]
    if not rows:
        return ["functions: none"]
    lengths = sorted(length for length, _ in rows)
    p90 = lengths[min(len(lengths) - 1, int(len(lengths) * 0.9))]
    lines = [f"functions: {len(rows)}, median {statistics.median(lengths):g} lines (aim 12-17 or less), "
             f"90th percentile {p90} (aim at most 62); longest:"]
    return lines + [f"  {length:4d}  {where}" for length, where in sorted(rows, reverse=True)[:5]]
