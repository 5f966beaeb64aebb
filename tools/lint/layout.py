# SPDX-License-Identifier: EUPL-1.2
"""The layout of C files is clang-format 14's (.clang-format), but for tables: the rows of an array's initializer stay as
their author laid them, since a table explains itself by its columns. `make fmt` writes, `make lint` compares.

usage: python3 tools/lint/layout.py     (lays out every C file of the tree)
"""
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from source import Finding, Tree, code_of, line_at

_TABLE = re.compile(r"\]\s*=\s*\{")
_BRACE_MACRO = re.compile(r"^#define[^\n]*\{(?:\\\n|[^\n])*", re.MULTILINE)  # taken for a block, and torn apart


def _closing(code, opening):
    depth = 0
    for at in range(opening, len(code)):
        depth += (code[at] == "{") - (code[at] == "}")
        if depth == 0:
            return at
    return len(code) - 1


def _opening(code, closing):
    depth = 0
    for at in range(closing, -1, -1):
        depth += (code[at] == "}") - (code[at] == "{")
        if depth == 0:
            return at
    return 0


def _statement_start(code, at):
    """Where the declaration begins whose "] =" is at: clang-format lays out whole statements or nothing of them."""
    start = max(code.rfind(mark, 0, at) for mark in ";{}")
    if start >= 0 and code[start] == "}" and re.fullmatch(r"\s*\w+\s*\[[^\]]*", code[start + 1:at]):
        return _statement_start(code, _opening(code, start))  # struct { … } rows[] = {
    after = re.search(r"\S", code[start + 1:])
    return start + 1 + (after.start() if after else 0)


def tables_of(text):
    """(first, last) lines of what keeps its own layout."""
    code = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda match: re.sub(r"[^\n]", ";", match.group()), code_of(text),
                  flags=re.MULTILINE)
    for match in _TABLE.finditer(code):
        yield line_at(code, _statement_start(code, match.start())), line_at(code, _closing(code, match.end() - 1))
    code = code_of(text)
    for match in _BRACE_MACRO.finditer(code):
        yield line_at(code, match.start()), line_at(code, match.end())


def lines_to_lay_out(text):
    """(first, last) line ranges outside the tables."""
    ranges, next_line = [], 1
    for first, last in sorted(tables_of(text)):
        if first > next_line:
            ranges.append((next_line, first - 1))
        next_line = max(next_line, last + 1)
    end = text.count("\n") + 1
    return ranges + [(next_line, end)] if next_line <= end else ranges


def laid_out(root, path, text):
    """The text as it should be."""
    lines = [f"--lines={first}:{last}" for first, last in lines_to_lay_out(text)]
    if not lines:
        return text
    run = subprocess.run(["clang-format-14", f"--assume-filename={path}", *lines], cwd=root, input=text,
                         capture_output=True, text=True, encoding="utf-8")
    if run.returncode:
        raise RuntimeError(f"clang-format-14 failed on {path}: {run.stderr}")
    return run.stdout


def _differing(tree):
    """(path, text, text as it should be) of the C files that are laid out otherwise."""
    def one(item):
        return (*item, laid_out(tree.root, *item))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [row for row in pool.map(one, tree.c_files()) if row[1] != row[2]]


def check_layout(tree):
    """Every C file is laid out as clang-format 14 does it, its tables as their author did (make fmt)."""
    found = []
    for path, text, right in _differing(tree):
        pairs = zip(text.split("\n"), right.split("\n"))
        line = next((number for number, (is_so, should) in enumerate(pairs, 1) if is_so != should), 1)
        found.append(Finding(path, line, "not laid out: make fmt"))
    return found


def main():
    tree = Tree.of_work_tree(Path(__file__).resolve().parents[2])
    for path, _, right in _differing(tree):
        (tree.root / path).write_text(right, "utf-8")
        print("laid out", path)


if __name__ == "__main__":
    sys.exit(main())
