# SPDX-License-Identifier: EUPL-1.2
"""The tree as the lints see it: committed and new text files, and C source without its comments and strings."""
import re
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TEXT_SUFFIXES = {".c", ".h", ".sql", ".py", ".js", ".mjs", ".sh", ".css", ".md", ".txt", ".po", ".mustache", ".json",
                 ".build", ".service", ".conf", ".tsv", ".html", ".svg", ""}

_TOKEN = re.compile(r"""
    (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
""", re.VERBOSE | re.DOTALL)


@dataclass(frozen=True)
class Finding:
    """One thing to mend, where it is."""
    path: str
    line: int
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.message}"


class Tree:
    """path (relative, with /) -> text. Made from the work tree, or by a test from a dict."""

    def __init__(self, files, root=None):
        self.files = files
        self.root = root

    @classmethod
    def of_work_tree(cls, root):
        listed = subprocess.run(["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-coz", "--exclude-standard"], check=True,
                                capture_output=True).stdout.decode().split("\0")
        files = {}
        for name in filter(None, listed):
            path = Path(root) / name
            if path.suffix in TEXT_SUFFIXES and path.is_file() and not path.is_symlink():
                try:
                    files[name] = path.read_text("utf-8")
                except UnicodeDecodeError:
                    continue  # a test's binary sample with a text's name
        return cls(files, Path(root))

    def matching(self, *suffixes, under=("",)):
        """(path, text) of the files with one of the suffixes below one of the folders, in order."""
        return [(path, text) for path, text in sorted(self.files.items())
                if path.endswith(suffixes) and path.startswith(tuple(under))]

    def c_files(self, under=("src/", "tests/")):
        return self.matching(".c", ".h", under=under)


def _blank(match, keep_quotes):
    text = match.group()
    if match.lastgroup == "text" and keep_quotes:
        return text[0] + re.sub(r"[^\n]", " ", text[1:-1]) + text[-1]
    return re.sub(r"[^\n]", " ", text)


@lru_cache(maxsize=None)
def code_of(text):
    """C source with comments and the insides of literals blanked; offsets and line numbers stay."""
    return _TOKEN.sub(lambda match: _blank(match, True), text)


@lru_cache(maxsize=None)
def code_with_strings(text):
    """C source with only its comments blanked."""
    return _TOKEN.sub(lambda match: match.group() if match.lastgroup == "text" else _blank(match, False), text)


def line_at(text, offset):
    return text.count("\n", 0, offset) + 1


def find_all(tree, pattern, message, under=("src/", "tests/"), exempt=lambda path: False):
    """Findings for every match of pattern in the code of C files; {0} in message is what matched."""
    found = []
    for path, text in tree.c_files(under):
        if exempt(path):
            continue
        code = code_of(text)
        for match in re.finditer(pattern, code):
            found.append(Finding(path, line_at(code, match.start(1)), message.format(match.group(1))))
    return found
