# SPDX-License-Identifier: EUPL-1.2
"""Gathers the static files the binary carries. Usage: assets.py --static DIR --modules node_modules --out DIR

Writes to --out: favicon.svg, filo.css, page.js (htmx, idiomorph and filo.js in one), icons.svg (a sprite of the icons
listed in icons.txt), each with a .gz beside it; asset_table.c (address with content hash, type, etag) and
assets.gresource.xml.
Nothing is downloaded here: `npm ci` has put the pinned packages into node_modules.
"""
import argparse
import gzip
import hashlib
import os
import re
import sys

SCRIPTS = ["htmx.org/dist/htmx.min.js", "idiomorph/dist/idiomorph-ext.min.js"]
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
PREFIX = "/static/"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def read_module(modules, path):
    full = os.path.join(modules, path)
    if not os.path.exists(full):
        sys.exit(f"assets: {full} is missing: run `npm ci` in the source folder (make run and make test do it)")
    return read(full)


def sprite(modules, names):
    symbols = []
    for name in names:
        svg = read_module(modules, f"lucide-static/icons/{name}.svg")
        body = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.S)[1]
        body = re.sub(r">\s+<", "><", body.strip())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    licence = "<!-- Icons: Lucide, ISC licence, https://lucide.dev/license -->"
    return f'<svg xmlns="http://www.w3.org/2000/svg">{licence}{"".join(symbols)}</svg>\n'


def script(static, modules):
    parts = [f"/* {path.split('/')[0]}, 0BSD licence */\n{read_module(modules, path).rstrip(';')};" for path in SCRIPTS]
    return "\n".join(parts + [read(os.path.join(static, "filo.js"))])


def gather(static, modules):
    names = [line for line in read(os.path.join(static, "icons.txt")).splitlines() if line and not line.startswith("#")]
    own = {name: read(os.path.join(static, name)) for name in ("favicon.svg", "filo.css")}
    return own | {"icons.svg": sprite(modules, names),
            "page.js": script(static, modules)}


def table(files):
    lines = ["/* Made by tools/assets.py; do not edit. */", '#include "web/assets_int.h"', "",
             "const AssetEntry asset_table[] = {"]
    for name, text in sorted(files.items()):
        digest = hashlib.sha256(text.encode()).hexdigest()
        stem, extension = os.path.splitext(name)
        lines.append(f'    {{"{name}", "{PREFIX}{stem}.{digest[:12]}{extension}", "{TYPES[extension]}",'
                     f' "\\"{digest[:32]}\\""}},')
    return "\n".join(lines + ["};", "", f"const size_t asset_table_count = {len(files)};", ""])


def gresource(files):
    rows = "".join(f"    <file>{name}</file>\n    <file>{name}.gz</file>\n" for name in sorted(files))
    return f'<gresources>\n  <gresource prefix="/filo">\n{rows}  </gresource>\n</gresources>\n'


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--static", required=True)
    parser.add_argument("--modules", required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    files = gather(args.static, args.modules)
    outputs = {name: text.encode() for name, text in files.items()}
    outputs |= {f"{name}.gz": gzip.compress(text.encode(), 9, mtime=0) for name, text in files.items()}
    outputs |= {"asset_table.c": table(files).encode(), "assets.gresource.xml": gresource(files).encode()}
    for name, data in outputs.items():
        with open(os.path.join(args.out, name), "wb") as file:
            file.write(data)


if __name__ == "__main__":
    main()
