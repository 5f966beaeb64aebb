# SPDX-License-Identifier: EUPL-1.2
"""What holds for files as such: length, licence line, words that may not be published, generators run."""
import os
import re

from source import Finding, line_at

MAX_LINES = 800
SPDX = "SPDX-License-Identifier: EUPL-1.2"
_SOURCE = (".c", ".h", ".py", ".js", ".mjs", ".sh")
# Put together here so that this file does not hold what it looks for.
_MACHINE_PATHS = r"(?<![\w.])/(?:" + "wor" + r"k|tmp/brief)/"
_DOWNLOAD_HOST = r"https?://[^\s\"']*(?:regis" + r"try|deb\.)[^\s\"']*"


def _is_script(path, text):
    return path.endswith(_SOURCE) or text.startswith("#!")


def check_length(tree):
    """No source file passes 800 lines."""
    return [Finding(path, MAX_LINES + 1, f"{text.count(chr(10))} lines: split it (at most {MAX_LINES})")
            for path, text in tree.matching(*_SOURCE, ".sql", ".css", under=("src/", "tools/", "tests/"))
            if text.count("\n") > MAX_LINES]


def check_licence(tree):
    """Every source file opens with the licence line."""
    return [Finding(path, 1, f"the first lines lack {SPDX}") for path, text in sorted(tree.files.items())
            if _is_script(path, text) and SPDX not in "\n".join(text.split("\n")[:3])]


def check_words(tree):
    """No path of somebody's machine, no download address, none of the words in FILO_FORBIDDEN_WORDS."""
    patterns = [_MACHINE_PATHS, _DOWNLOAD_HOST]
    patterns += [r"\b" + re.escape(word) + r"\b" for word in os.environ.get("FILO_FORBIDDEN_WORDS", "").split()]
    found = []
    for path, text in sorted(tree.files.items()):
        for match in re.finditer("|".join(patterns), text):
            found.append(Finding(path, line_at(text, match.start()), f"may not be published: {match.group()}"))
    return found


def check_locks(tree):
    """An npm lock names versions and hashes, never where a copy came from."""
    return [Finding(path, line_at(text, match.start()), "a lock without addresses: see .npmrc")
            for path, text in sorted(tree.files.items()) if path.endswith("package-lock.json")
            for match in re.finditer(r'"resolved":\s*"(?!file:)', text)]


def check_generators(tree):
    """Catalogues and statements are checked by their generators, so the build must run them."""
    build = "\n".join(text for path, text in tree.files.items() if path.endswith("meson.build"))
    found = []
    for suffix, generator in ((".po", "catalogue.py"), (".sql", "statements.py"), (".mustache", "templates.py")):
        sources = [path for path, _ in tree.matching(suffix, under=("src/",))]
        if sources and generator not in build:
            found.append(Finding(sources[0], 1, f"no meson.build runs tools/{generator}"))
    return found
