# SPDX-License-Identifier: EUPL-1.2
"""Makes docs/bench.md of the figures."""
import os
import platform
import statistics
import subprocess
import time
from pathlib import Path

GOALS = {  # figure: what issue and design ask of it
    "ticket page, 1 clients": {"p50_ms": 0.5},
    "ticket page, 16 clients": {"rate": 10000, "ratio": 0.40, "p99_ms": 5},
    "open ticket page, 1 clients": {"p50_ms": 0.5},
    "open ticket page, 16 clients": {"rate": 10000, "ratio": 0.40, "p99_ms": 5},
    "queue page, 1 clients": {"p50_ms": 0.6},
    "queue page, 16 clients": {"ratio": 0.30},
    "hundredth queue page, 1 clients": {"p50_ms": 0.6},
    "hundredth queue page, 16 clients": {"ratio": 0.30},
    "creation, 1 clients": {"p50_ms": 1},
    "creation, 16 clients": {"tail": 10},
    "creation, 64 clients": {"rate": 6000, "ratio": 0.8},
    "LMTP, 16 connections": {"rate": 500, "mib": 150},
    "from IMAP's notice to the desk": {"max_ms": 1000},
    "backlog of 20,000": {"rate": 200, "first_ms": 60000},
    "start to first page": {"ms": 100},
    "PSS after a sign-in and 1,000 pages": {"mib": 12},
}
LOWER = {"p50_ms", "p99_ms", "ms", "mib", "tail", "first_ms", "max_ms"}
NAMES = {"p50_ms": "median ms", "p99_ms": "p99 ms", "max_ms": "the slowest, ms", "p999_ms": "p99.9 ms", "rate": "a second", "ratio": "ratio",
         "ratio_writes": "ratio to its writes alone", "tail": "p99.9 / median", "ms": "ms", "mib": "MiB",
         "first_ms": "the first on the desk, ms after the start", "new_ms": "what came meanwhile, ms",
         "plain_rate": "the bytes alone, a second",
         "cpu_us": "processor µs each", "plain_cpu_us": "the bytes alone, processor µs", "cpu_ratio": "ratio of processor time", "statements": "statements", "hits": "hits"}


def goal_of(name, key):
    if name.startswith("search: newest"):
        return 2 if key == "ms" else None
    if name.startswith("search: ranked"):
        return 10 if key == "ms" else None
    if name.startswith("report:"):
        return 50 if key == "ms" else None
    return GOALS.get(name, {}).get(key)


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cell(name, key, values):
    middle = statistics.median(values)
    text = number(middle)
    if len(values) > 1 and key not in ("hits", "statements"):
        text += f" [{number(min(values))}–{number(max(values))}]"
    goal = goal_of(name, key)
    met = "" if goal is None else "yes" if (middle <= goal if key in LOWER else middle >= goal) else "**no**"
    return text, "" if goal is None else f"{'≤' if key in LOWER else '≥'} {number(goal)}", met


def rows_of(figures):
    for name, values in figures.items():
        if not isinstance(values[0], dict) or name in ("disk", "fill"):
            continue
        for key, title in NAMES.items():
            if key in values[0]:
                yield (name, title, *cell(name, key, [value[key] for value in values]))


def machine(top):
    commit = subprocess.run(["git", "-C", top, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return {"cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()[0], "commit": commit,
            "day": time.strftime("%Y-%m-%d", time.gmtime())}


def disk_table(disk):
    big = [item for item in disk["items"] if item["mib"] >= 1]
    rest = sum(item["mib"] for item in disk["items"]) - sum(item["mib"] for item in big)
    lines = [f"\n## On disk after a checkpoint: {number(disk['mib'])} MiB (to reach: ≤ 300)\n", "| table or index | of | MiB |", "|---|---|---|"]
    lines += [f"| {item['name']} | {item['type']} of {item['table']} | {number(item['mib'])} |" for item in big]
    return lines + [f"| all others | | {number(rest)} |"]


def markdown(figures, here, bench):
    lines = ["# Figures\n",
             f"Made by `make bench` on {here['day']} at commit {here['commit']}: {here['cores']} cores, Linux {here['kernel']}, "
             f"load {here['load']:.1f} when it ended. {bench.tickets:,} tickets of three messages, 5,000 customers, 200 "
             f"companies; {'PostgreSQL' if bench.db else 'SQLite'}; {bench.runs} runs of {bench.seconds} s a figure: median "
             "[smallest–largest]." + (" **The machine was busy with other work: absolute figures are too slow.**"
                                      if here["load"] > here["cores"] else "") + "\n",
             "A ratio compares two figures of one run on the same machine, client and server on the same cores: it is what "
             "counts when the machine is shared; *the ratio of processor time* (server and client together) hardly feels "
             "other work at all. *The bytes alone* is the same page sent by a worker of the same server "
             "without a database. *The bare loop* runs the SQL that one creation was seen to run, 64 creations to a commit, on "
             "one thread with nothing of ours around it, synchronous=FULL; its second row leaves the reads out. With *2 ms an "
             "fsync* every sync takes 2 ms longer (tests/bench/slow_fsync.c).\n",
             "| figure | | measured | to reach | met |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows_of(figures)]
    if "disk" in figures:
        lines += disk_table(figures["disk"][0])
    notes = "notes-postgresql.md" if bench.db else "notes.md"
    return "\n".join(lines) + "\n" + (Path(__file__).parent / notes).read_text("utf-8")
