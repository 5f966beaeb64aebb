# SPDX-License-Identifier: EUPL-1.2
"""Which statements would walk a whole growing table? Prints JSON: {"explained": n, "excused": [...], "findings": [...]}.

usage: plans.py sqlite FILO.DB STATEMENTS.JSON
       plans.py postgresql URL STATEMENTS.JSON PSQL

Growing tables are those that a migration marks `-- grows`. A statement whose `-- @index` note begins with "none:" says
why it may. Walking an index, or a whole table by its key, is no finding where the statement stops by itself (LIMIT, MIN,
MAX).
"""
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PG_TYPES = {"text": "text", "enum": "text", "blob": "bytea", "real": "double precision"}  # the others: bigint


def growing_tables(engine):
    said = subprocess.run([sys.executable, TOP / "tools/migrations.py", "--src", TOP / "src", "--describe", "json",
                           *sorted((TOP / "src/store/migration").glob("*.sql"))], check=True, capture_output=True)
    return {table["table"] for table in json.loads(said.stdout)[engine] if table["grows"]}


def stops_by_itself(sql):
    return re.search(r"\bLIMIT\b|\bMIN\(|\bMAX\(", sql) is not None


# ------------------------------------------------------------------------------------------------------------- SQLite

def aliases_of(sql):
    """Alias and name of every table after FROM, JOIN, INTO or UPDATE."""
    found = {}
    for table, alias in re.findall(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)(?:\s+(?:AS\s+)?(\w+))?", sql):
        found[table] = table
        found[alias or table] = table
    return found


def sqlite_findings(database, statement, growing):
    sql = statement["sql"]["sqlite"]
    aliases = aliases_of(sql)
    values = {str(i + 1): None for i in range(len(statement["params"]))}
    for *_, detail in database.execute("EXPLAIN QUERY PLAN " + re.sub(r"\$(\d+)", r":\1", sql), values):
        scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+)| VIRTUAL TABLE INDEX \d+:(M))?", detail)
        if not scan or scan[3] or aliases.get(scan[1], scan[1]) not in growing:
            continue  # "M" is FTS5's own MATCH
        by_key = scan[2] or not re.search(r"\bWHERE\b", sql)
        if not (by_key and stops_by_itself(sql)):
            yield detail


def explain_sqlite(file, statements, growing):
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as database:
        database.create_function("match_score", -1, lambda *_: 0.0)  # src/store/sqlite_score.c: the plan is the same
        return {statement["name"]: list(sqlite_findings(database, statement, growing)) for statement in statements}


# --------------------------------------------------------------------------------------------------------- PostgreSQL

def pg_script(statements):
    yield "SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan;"
    yield "SET enable_hashjoin = off; SET enable_mergejoin = off;"  # what is asked: is there an index to come by?
    for at, statement in enumerate(statements):
        kinds = [PG_TYPES.get(re.match(r"\w+", param["type"])[0], "bigint") for param in statement["params"]]
        kinds_text = f"({', '.join(kinds)})" if kinds else ""
        nulls = f"({', '.join(['NULL'] * len(kinds))})" if kinds else ""
        yield f"PREPARE s{at}{kinds_text} AS {statement['sql']['postgresql']};"
        yield f"EXPLAIN (FORMAT JSON) EXECUTE s{at}{nulls};"


def plan_findings(node, growing, bounded):
    bounded = bounded or node["Node Type"] == "Limit"
    kind, table = node["Node Type"], node.get("Relation Name")
    if table in growing and kind == "Seq Scan":
        yield f"Seq Scan on {table}"
    if table in growing and kind in ("Index Scan", "Index Only Scan") and not node.get("Index Cond") and not bounded:
        yield f"{kind} of all {table} using {node['Index Name']}"
    for child in node.get("Plans", []):
        yield from plan_findings(child, growing, bounded)


def ask(psql, url, sql):
    return subprocess.run([psql, "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url], input=sql, check=True,
                          capture_output=True, text=True).stdout


def explain_postgresql(url, statements, growing, psql):
    """Of tables with rows: an empty one is read whole because that costs nothing (SQLite's plans speak of those)."""
    growing = growing & set(ask(psql, url, "SELECT relname FROM pg_class WHERE reltuples > 0").split())
    said = ask(psql, url, "\n".join(pg_script(statements)))
    decoder, at, plans = json.JSONDecoder(), 0, []
    while said[at:].strip():
        at += len(said[at:]) - len(said[at:].lstrip())
        plan, length = decoder.raw_decode(said[at:])
        plans.append(plan[0]["Plan"])
        at += length
    return {statement["name"]: list(plan_findings(plan, growing, False))
            for statement, plan in zip(statements, plans, strict=True)}


def main():
    engine, where, table = sys.argv[1:4]
    statements = [statement for statement in json.loads(Path(table).read_text()) if statement["sql"].get(engine)]
    growing = growing_tables(engine)
    found = explain_sqlite(where, statements, growing) if engine == "sqlite" \
        else explain_postgresql(where, statements, growing, sys.argv[4])
    excused = {statement["name"] for statement in statements if (statement["index_note"] or "").startswith("none:")}
    findings = [f"{name}: {detail}" for name, details in found.items() if name not in excused for detail in details]
    print(json.dumps({"explained": len(found), "excused": sorted(excused & {name for name in found if found[name]}),
                      "findings": findings}))


if __name__ == "__main__":
    main()
