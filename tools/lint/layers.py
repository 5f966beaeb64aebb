# SPDX-License-Identifier: EUPL-1.2
"""Who may include whom: base ◀ {store, parse, net} ◀ {search, queue} ◀ desk ◀ insight ◀ {channel, job} ◀ {web, api, cli}."""
import posixpath
import re

from source import Finding, code_with_strings, line_at

RANKS = [{"base"}, {"store", "parse", "net"}, {"search", "queue"}, {"desk"}, {"insight"}, {"channel", "job"},
         {"web", "api", "cli"}]
# Between peers two edges are the design's own words, and only that way round: a job "calls the channel", and `filo serve`
# (cli) is what puts pages and API together. Any other pair of peers stays apart.
PEERS = {("job", "channel"), ("cli", "web"), ("cli", "api")}
RANK_OF = {layer: rank for rank, layers in enumerate(RANKS) for layer in layers}
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)


def includes_of(text):
    """(line, target) of every quoted include."""
    code = code_with_strings(text)
    return [(line_at(code, match.start(1)), match.group(1)) for match in _INCLUDE.finditer(code)]


def _layer_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def _edge_problem(layer, target, path):
    to = target.split("/")[0]
    if target.startswith("."):
        return f'"{target}": name it from src/, not by a relative path'
    if to not in RANK_OF:
        return None  # generated, or of this folder
    if to != layer and (layer, to) not in PEERS and RANK_OF[to] >= RANK_OF[layer]:
        return f'{layer} may not include "{target}": {to} is not to its left'
    if target.endswith("_int.h") and posixpath.dirname("src/" + target) != posixpath.dirname(path):
        return f'"{target}" is private to its folder'
    return None


def check_order(tree):
    """Every include of a layer goes to itself or to its left; private headers stay in their folder."""
    found = []
    for path, text in tree.c_files(("src/",)):
        layer = _layer_of(path)
        if layer not in RANK_OF:
            continue
        for line, target in includes_of(text):
            problem = _edge_problem(layer, target, path)
            if problem:
                found.append(Finding(path, line, problem))
    return found


def _resolve(tree, path, target):
    for candidate in ("src/" + target, posixpath.join(posixpath.dirname(path), target)):
        if candidate in tree.files:
            return candidate
    return None


def check_cycles(tree):
    """No header reaches itself through its includes."""
    edges = {path: [_resolve(tree, path, target) for _, target in includes_of(text)]
             for path, text in tree.matching(".h", under=("src/",))}
    found, done, trail = [], set(), []

    def visit(path):
        if path in trail:
            loop = trail[trail.index(path):] + [path]
            found.append(Finding(path, 1, "includes itself: " + " -> ".join(loop)))
            return
        if path in done or path not in edges:
            return
        trail.append(path)
        for target in filter(None, edges[path]):
            visit(target)
        trail.pop()
        done.add(path)

    for path in sorted(edges):
        visit(path)
    return found
