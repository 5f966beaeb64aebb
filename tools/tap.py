# SPDX-License-Identifier: EUPL-1.2
"""Reads TAP as GLib, Node (18 and later, nested) and tools/lint write it, and counts cases."""
import re
from dataclasses import dataclass, field

_POINT = re.compile(r"^(?P<indent> *)(?P<not>not )?ok\b(?: +\d+)?(?: +-)? *(?P<rest>.*)$")
_PLAN = re.compile(r"^(?P<indent> *)1\.\.(?P<count>\d+)")
_DIRECTIVE = re.compile(r"(?<!\\)#\s*(?P<word>skip|todo)\S*\s*(?P<why>.*)$", re.IGNORECASE)


@dataclass
class Result:
    """What one suite's output says. skipped and failed hold names (with reasons)."""
    passed: int = 0
    failed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)


def parse(output):
    """Counts the leaves: a point above others that were counted is their sum, and counts only when it alone failed."""
    result = Result()
    children = []  # one entry per open level: [indent, points, failures]
    plan = points = None
    in_details = False
    for line in output.splitlines():
        if line.strip() in ("---", "..."):  # a YAML block of details: a stack, a difference, somebody's own TAP
            in_details = line.strip() == "---"
        if in_details:
            continue
        planned = _PLAN.match(line)
        if planned and not planned["indent"]:
            plan = int(planned["count"])
        if line.startswith("Bail out!"):
            result.failed.append(line)
        match = _POINT.match(line)
        if match:
            points = (points or 0) + (not match["indent"])
            _take_point(result, match, children)
    if plan is not None and (points or 0) != plan:
        result.failed.append(f"{points or 0} of {plan} planned tests ran")
    return result


def _take_point(result, match, levels):
    indent = len(match["indent"])
    under = [level for level in levels if level[0] > indent]
    levels[:] = [level for level in levels if level[0] <= indent]
    if not levels or levels[-1][0] < indent:
        levels.append([indent, 0, 0])
    levels[-1][1] += 1
    levels[-1][2] += bool(match["not"])
    is_sum = any(level[1] for level in under)
    directive = _DIRECTIVE.search(match["rest"])
    if directive and directive["word"].lower() == "skip":
        result.skipped.append(match["rest"].strip())
    elif match["not"]:
        if not (is_sum and any(level[2] for level in under)):
            result.failed.append(match["rest"].strip())
    elif not is_sum:
        result.passed += 1
