# SPDX-License-Identifier: EUPL-1.2
"""SQL as tokens: what tools/migrations.py and tools/statements.py both need to know about its text.

Not a parser of SQL: it knows quotes, comments, parentheses and where a statement ends, and nothing of grammar.
Every complaint is a Problem, printed as file:line: message.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Iterable, Iterator, NoReturn

ENGINES = ("sqlite", "postgresql")  # in the order of StoreEngine


@dataclass(eq=False)
class Problem(Exception):
    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Token:
    kind: str  # word quoted string number param macro op comment
    text: str
    line: int
    start: int
    end: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words

    def is_op(self, *ops: str) -> bool:
        return self.kind == "op" and self.text in ops


# Order matters: what may hold the start of another comes first.
_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>--[^\n]*|/\*.*?\*/)
      | (?P<string>'(?:[^']|'')*'|\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
      | (?P<quoted>"(?:[^"]|"")*")
      | (?P<param>\$[0-9]+)
      | (?P<macro>@[a-z]+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<word>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<op>->>|->|::|\|\||<>|<=|>=|!=|==|@@|@>|<@|[-+*/%=<>()\[\],;.?:~&|!])
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(text: str, file: str) -> list[Token]:
    """All tokens with the comments; the text between them is white space."""
    found: list[Token] = []
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Problem(file, line, f"cannot read this as SQL: {text[position:position + 20]!r}")
        kind = match.lastgroup if match.lastgroup != "tag" else "string"
        if kind is None:
            raise AssertionError("every alternative of _TOKEN is named")
        if kind != "space":
            found.append(Token(kind, match.group(), line, match.start(), match.end()))
        line += match.group().count("\n")
        position = match.end()
    return found


def code(found: Iterable[Token]) -> list[Token]:
    return [token for token in found if token.kind != "comment"]


def split_statements(found: list[Token], file: str) -> Iterator[list[Token]]:
    """Token runs that end with their `;`, comments before a statement included. Knows BEGIN … END of triggers."""
    run: list[Token] = []
    blocks = parens = 0
    for token in found:
        run.append(token)
        in_trigger = any(word.is_word("TRIGGER") for word in code(run)[:3])
        if in_trigger and token.is_word("BEGIN", "CASE"):
            blocks += 1
        elif in_trigger and token.is_word("END"):
            blocks -= 1
        elif token.is_op("("):
            parens += 1
        elif token.is_op(")"):
            parens -= 1
        elif token.is_op(";") and blocks == 0:
            if parens != 0:
                raise Problem(file, token.line, "parentheses do not match in the statement that ends here")
            yield run
            run = []
    if code(run):
        raise Problem(file, code(run)[0].line, "the last statement has no ';'")


def matching(found: list[Token], opening: int) -> int:
    """The index of the `)` that closes found[opening], or the end of the run."""
    depth = 0
    for index in range(opening, len(found)):
        if found[index].is_op("("):
            depth += 1
        elif found[index].is_op(")"):
            depth -= 1
            if depth == 0:
                return index
    return len(found)


def split_commas(found: list[Token]) -> list[list[Token]]:
    """The items of a list, split at the commas outside parentheses; an empty list has none."""
    items: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        depth += token.is_op("(") - token.is_op(")")
        if token.is_op(",") and depth == 0:
            items.append([])
        else:
            items[-1].append(token)
    return items if items != [[]] else []


def source_of(text: str, run: list[Token], replaced: dict[int, str] | None = None) -> str:
    """The run's text as it stood, without comments and final `;`; replaced gives other text for a token's start."""
    replaced = replaced or {}
    out: list[str] = []
    end = run[0].start
    for token in run:
        out.append(text[end : token.start])
        if token.kind != "comment":
            out.append(replaced.get(token.start, token.text))
        end = token.end
    lines = (line.rstrip() for line in "".join(out).strip().rstrip(";").splitlines())
    return "\n".join(line for line in lines if line).strip()


def c_string(text: str, indent: str) -> str:
    """A C string literal for SQL, one line of source a line; never a trigraph, never a bare control character."""
    lines = text.split("\n")
    quoted = []
    for number, line in enumerate(lines):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("??", '?" "?')
        quoted.append(f'{indent}"{escaped}' + ('\\n"' if number < len(lines) - 1 else '"'))
    return "\n".join(quoted)


def camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def write_if_changed(path: Path, text: str) -> None:
    """Leaves the file's time alone when its content stays, so that nothing is compiled again for nothing."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def write_depfile(path: Path, target: Path, inputs: Iterable[Path]) -> None:
    """The inputs and the tool's own modules. target as ninja names it (relative to the build folder, the first output),
    else it would always be made again."""
    own = Path(__file__).resolve().parent
    modules = (Path(module.__file__).resolve() for module in list(sys.modules.values()) if getattr(module, "__file__", None))
    names = {*inputs, *(module for module in modules if module.parent == own)}
    listed = " ".join(str(name).replace(" ", "\\ ") for name in sorted(names))
    write_if_changed(path, f"{target}: {listed}\n")


def die(problems: Iterable[Problem]) -> NoReturn:
    raise SystemExit("\n".join(str(problem) for problem in problems))
