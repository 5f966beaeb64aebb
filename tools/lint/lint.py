# SPDX-License-Identifier: EUPL-1.2
"""Runs every lint over the tree and prints TAP, then how long the functions are. Exit 1 when something is found."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import calls
import files
import functions
import headers
import layers
import layout
import routes
from source import Tree

RULES = [layers.check_order, layers.check_cycles, calls.check_banned, calls.check_clock, calls.check_threads,
         calls.check_evhttp, calls.check_goto, calls.check_late, headers.check_contracts, routes.check_routes, files.check_length,
         files.check_licence, files.check_words, files.check_locks, files.check_generators, layout.check_layout]


def rule_name(rule):
    return rule.__module__ + "." + rule.__name__.removeprefix("check_")


def main():
    tree = Tree.of_work_tree(Path(__file__).resolve().parents[2])
    print(f"1..{len(RULES)}")
    failed = 0
    for number, rule in enumerate(RULES, 1):
        found = rule(tree)
        failed += bool(found)
        print(f"{'not ok' if found else 'ok'} {number} {rule_name(rule)}: {rule.__doc__.splitlines()[0]}")
        for finding in found:
            print(f"# {finding}")
    for line in functions.report(tree):
        print("# " + line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
