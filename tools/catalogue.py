# SPDX-License-Identifier: EUPL-1.2
"""Compiles the catalogues (.po, msgid is the key) into an enum and tables; refuses what would fail before a reader.

    catalogue.py compile --out DIR it.po en.po     writes catalogue_keys.h and catalogue_tables.c
    catalogue.py lint --src DIR it.po en.po        refuses keys that no source uses

Refused: a key missing in a language, a key twice, an empty text, placeholders that differ between languages or plural
forms, a key that is not lower-case words joined by dots, two keys that make one C name. A key counts as used when a
source names its enum (MSG_X), holds it as a string, holds its family's prefix as a string that ends in "." (states,
roles: keys made from data), or a template says {{_ key}}.
"""
import argparse
import os
import re
import sys
from dataclasses import dataclass, field

LANGS = ["it", "en"]
KEY = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$")
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
MAX_PLACEHOLDERS = 8


class CatalogueError(Exception):
    """What is wrong, with file and line."""


@dataclass
class Entry:
    key: str
    line: int
    plural: bool = False
    texts: dict = field(default_factory=dict)  # form number -> text

    def placeholders(self):
        return set().union(*(PLACEHOLDER.findall(text) for text in self.texts.values()))


def unquote(text, where):
    match = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', text.strip())
    if not match:
        raise CatalogueError(f"{where}: not a quoted text: {text.strip()}")
    escapes = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}
    return re.sub(r"\\(.)", lambda m: escapes.get(m[1], m[0]), match[1])


def read_po(path):
    """The entries of a .po file in order; the header entry (msgid "") is left out."""
    entries, entry, append_to = {}, None, None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            where, line = f"{path}:{number}", line.strip()
            if not line or line.startswith("#"):
                continue
            if line.startswith('"'):
                if append_to is None:
                    raise CatalogueError(f"{where}: text that belongs to nothing")
                entry.texts[append_to] += unquote(line, where)
                continue
            word, _, rest = line.partition(" ")
            form = re.fullmatch(r"msgstr(?:\[([01])\])?", word)
            if word == "msgid":
                entry, append_to = Entry(unquote(rest, where), number), None
                if entry.key in entries:
                    raise CatalogueError(f"{where}: key {entry.key} is there twice")
                if entry.key and not KEY.match(entry.key):
                    raise CatalogueError(f"{where}: {entry.key} is not a key (lower-case words joined by dots)")
                entries[entry.key] = entry
            elif word == "msgid_plural" and entry:
                entry.plural = True
            elif form and entry:
                append_to = int(form[1] or 0)
                entry.texts[append_to] = unquote(rest, where)
            else:
                raise CatalogueError(f"{where}: cannot read {line}")
    entries.pop("", None)
    return entries


def check_entry(path, entry):
    forms = {0, 1} if entry.plural else {0}
    if set(entry.texts) != forms:
        raise CatalogueError(f"{path}:{entry.line}: {entry.key} needs the forms {sorted(forms)}")
    for text in entry.texts.values():
        if not text.strip():
            raise CatalogueError(f"{path}:{entry.line}: {entry.key} has no text")
        if PLACEHOLDER.sub("", text).count("{") or PLACEHOLDER.sub("", text).count("}"):
            raise CatalogueError(f"{path}:{entry.line}: {entry.key} has a brace that is no placeholder")
    if len(entry.placeholders()) > MAX_PLACEHOLDERS:
        raise CatalogueError(f"{path}:{entry.line}: {entry.key} has more than {MAX_PLACEHOLDERS} placeholders")


def check_same(catalogues, paths):
    names = {}
    for key in sorted(set().union(*catalogues)):
        first = None
        for path, catalogue in zip(paths, catalogues):
            entry = catalogue.get(key)
            if not entry:
                raise CatalogueError(f"{path}: key {key} is missing")
            first = first or entry
            if entry.plural != first.plural:
                raise CatalogueError(f"{path}:{entry.line}: {key} is plural in one language only")
            if entry.placeholders() != first.placeholders():
                raise CatalogueError(f"{path}:{entry.line}: {key} has other placeholders than {paths[0]}: "
                                     f"{sorted(entry.placeholders())} and {sorted(first.placeholders())}")
        other = names.setdefault(enum_name(key), key)
        if other != key:
            raise CatalogueError(f"{paths[0]}: {key} and {other} make the same name {enum_name(key)}")


def load(paths):
    """The catalogues in the order of paths (it, en), checked; templates.py uses this too."""
    catalogues = [read_po(path) for path in paths]
    for path, catalogue in zip(paths, catalogues):
        for entry in catalogue.values():
            check_entry(path, entry)
    check_same(catalogues, paths)
    return catalogues


def enum_name(key):
    return "MSG_" + re.sub(r"[.]", "_", key).upper()


def c_string(text):
    out = []
    for byte in text.encode():
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif 32 <= byte < 127 and char != "?":
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def render_header(keys):
    lines = ["/* Made by tools/catalogue.py from catalogue/; do not edit. */",
             "#ifndef FILO_BASE_CATALOGUE_KEYS_H", "#define FILO_BASE_CATALOGUE_KEYS_H", "",
             "typedef enum Lang {"]
    lines += [f"    LANG_{lang.upper()}," for lang in LANGS]
    lines += ["    LANG_COUNT", "} Lang;", "", "typedef enum MsgId {"]
    lines += [f"    {enum_name(key)}," for key in keys]
    lines += ["    MSG_COUNT", "} MsgId;", "",
              "/* other is the text; one is the form for one thing, or NULL. */",
              "typedef struct CatalogueText {", "    const char *other, *one;", "} CatalogueText;", "",
              "extern const CatalogueText catalogue_texts[LANG_COUNT][MSG_COUNT];",
              "extern const char *const catalogue_keys[MSG_COUNT]; /* sorted, for a binary search */", "", "#endif", ""]
    return "\n".join(lines)


def render_tables(keys, catalogues):
    lines = ["/* Made by tools/catalogue.py from catalogue/; do not edit. */", '#include "base/catalogue_keys.h"', "",
             "#include <stddef.h>", "", "const char *const catalogue_keys[MSG_COUNT] = {"]
    lines += [f"    {c_string(key)}," for key in keys]
    lines += ["};", "", "const CatalogueText catalogue_texts[LANG_COUNT][MSG_COUNT] = {"]
    for lang, catalogue in zip(LANGS, catalogues):
        lines.append(f"    [LANG_{lang.upper()}] = {{")
        for key in keys:
            texts = catalogue[key].texts
            other, one = (texts[1], c_string(texts[0])) if catalogue[key].plural else (texts[0], "NULL")
            lines.append(f"        {{{c_string(other)}, {one}}},")
        lines.append("    },")
    lines += ["};", ""]
    return "\n".join(lines)


def write_if_changed(path, text):
    """Leaves an equal file alone, so that ninja rebuilds nothing that reads it."""
    try:
        with open(path, encoding="utf-8") as file:
            if file.read() == text:
                return
    except FileNotFoundError:
        pass
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read_sources(root):
    texts = []
    for folder, _, names in os.walk(root):
        for name in names:
            if name.endswith((".c", ".h", ".mustache")) and not name.endswith("_test.c"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    texts.append(file.read())
    return "\n".join(texts)


def find_unused(keys, source):
    enums = set(re.findall(r"\bMSG_[A-Z0-9_]+\b", source))
    strings = set(re.findall(r'"([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*\.?)(?:%[sd])?"', source))
    called = set(re.findall(r"\{\{_\s*([a-z0-9_.]+)", source))
    families = tuple(text for text in strings if text.endswith(".") and text.count(".") >= 2)
    return [key for key in keys
            if enum_name(key) not in enums and key not in strings and key not in called
            and not (families and key.startswith(families))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=["compile", "lint"])
    parser.add_argument("--out", help="folder for catalogue_keys.h and catalogue_tables.c")
    parser.add_argument("--src", help="folder whose sources use the keys")
    parser.add_argument("po", nargs=len(LANGS), metavar="PO", help=" ".join(lang + ".po" for lang in LANGS))
    args = parser.parse_args()
    try:
        catalogues = load(args.po)
        keys = sorted(catalogues[0])
        if args.verb == "lint":
            unused = find_unused(keys, read_sources(args.src))
            if unused:
                raise CatalogueError("keys nobody uses: " + ", ".join(unused))
            print(f"{len(keys)} keys in {len(LANGS)} languages, all used")
        else:
            write_if_changed(os.path.join(args.out, "catalogue_keys.h"), render_header(keys))
            write_if_changed(os.path.join(args.out, "catalogue_tables.c"), render_tables(keys, catalogues))
    except CatalogueError as error:
        sys.exit(f"catalogue: {error}")


if __name__ == "__main__":
    main()
