# SPDX-License-Identifier: EUPL-1.2
"""A public header is a contract: what must be said in its top comment, and about every pointer it gives out.

What a machine can ask is that the words are there; whether they are true is for the reader.
"""
import posixpath
import re

from source import Finding, code_of, line_at

_TOP = re.compile(r"\A/\* SPDX[^\n]*\*/\n(/\*.*?\*/)", re.DOTALL)
_LIFETIME = re.compile(r"\b(lives?|living|valid until|until|yours?|borrowed|borrows|arena|static|for ever|g_free|"
                       r"_free|unref|owned|owns|keeps it|caller's)\b", re.IGNORECASE)
SAYS = {
    "what question it answers (Answers: …)": re.compile(r"\bAnswers\b"),
    "its errors (Errors: …)": re.compile(r"\bErrors?\b[^.]{0,40}?:|\bErrors: none\b", re.DOTALL),
    "its owner or callers (Owns …, Owner: …, Called by …)":
        re.compile(r"\b(own(s|er|ed)?|belongs|yours|called by|caller's|the calling)\b", re.IGNORECASE),
    "numbered invariants (Invariants: 1. …)": re.compile(r"Invariants?:\s*\n\s*\*?\s*1\.", re.DOTALL),
}
# A function declaration: type words, stars, name, parameters.
_FUNCTION = re.compile(r"^(?!\s*(?:return|else|typedef|#))(?P<type>[A-Za-z_][\w \t]*?[\s*]+)(?P<name>[a-z_]\w*)\s*"
                       r"\((?P<params>[^;{}]*?)\)(?:\s*(?:G_GNUC_\w+|__attribute__)[^;{}]*)?\s*[;{]",
                       re.MULTILINE | re.DOTALL)
_OUT = re.compile(r"\*\s*\*\s*\w+_out\b")


def is_public(path):
    name = posixpath.basename(path)
    return path.startswith("src/") and not name.endswith(("_int.h", ".gen.h"))


def _top_problems(path, text):
    top = _TOP.match(text)
    if not top:
        return ["no top comment after the SPDX line"]
    comment = top.group(1)
    stem = posixpath.basename(path)[:-2]
    problems = [f"the top comment does not say {what}" for what, pattern in SAYS.items() if not pattern.search(comment)]
    if not re.match(r"/\*\s*\n?\s*\*?\s*(?:\w+/)*" + re.escape(stem) + r"\s*:\s+\S", comment):
        problems.append(f'the top comment does not open with "{stem}: …", its purpose')
    return problems


def _comment_above(text, offset):
    """The comment that a declaration belongs to: the nearest above, over other declarations but no blank line."""
    block = text[:offset].rsplit("\n\n", 1)[-1]
    return " ".join(re.findall(r"/\*.*?\*/", block, re.DOTALL))


def _gives_pointer(match):
    returns = "*" in match["type"] or re.search(r"\bg(char|pointer)ptr\b|\bGStrv\b|\bgpointer\b", match["type"])
    return bool(returns) or bool(_OUT.search(match["params"]))


def _pointer_problems(text):
    """(offset, function) of those that give out a pointer and nobody says how long it lives."""
    code = code_of(text)
    top = _TOP.match(text)
    top_comment = top.group(1) if top else ""
    for match in _FUNCTION.finditer(code):
        if not _gives_pointer(match) or re.search(r"\bArena\s*\*", match["params"]):
            continue
        line_end = text.find("\n", match.end())
        near = _comment_above(text, match.start()) + text[match.end():line_end]
        said_above = re.search(r"(every pointer|\b" + match["name"] + r"\b)[^.]*", top_comment, re.IGNORECASE)
        if _LIFETIME.search(near) or (said_above and _LIFETIME.search(said_above.group())):
            continue
        if re.search(r"\b(Pointers|Memory)\b:", top_comment):
            continue
        yield match.start("name"), match["name"]


def check_contracts(tree):
    """Public headers state purpose, question, owner, errors, invariants and the lifetime of each pointer given out."""
    found = []
    for path, text in tree.matching(".h", under=("src/",)):
        if not is_public(path):
            continue
        found += [Finding(path, 2, problem) for problem in _top_problems(path, text)]
        found += [Finding(path, line_at(text, offset), f"{name} gives out a pointer: say until when it lives")
                  for offset, name in _pointer_problems(text)]
    return found
