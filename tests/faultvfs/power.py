# SPDX-License-Identifier: EUPL-1.2
"""Fails the power at many points of a recorded run and looks at what is left. Prints one JSON object.

    power.py BASE JOURNAL LEDGER SCRATCH POINTS SEED FILO

BASE: the data directory before the run. LEDGER: JSON, [[word, journal length when its acknowledgement was in hand], …].
After each crash: the database opens and is whole, every word acknowledged by then stands in exactly one message, no
word in two, and every large blob a row names is there and is what its name says. Every 50th point also passes `filo check`.
"""
import hashlib
import json
import os
import random
import re
import sqlite3
import subprocess
import sys

from disk import Disk, SYNC, read_journal

CHECK_EVERY = 50
WORD = re.compile(r"\b[a-z]+\d{6}x\b")


def look(directory):
    """(findings about the file, how often each word is in a message)."""
    path = os.path.join(directory, "filo.db")
    try:
        database = sqlite3.connect(path)
        found = [f"integrity: {row[0]}" for row in database.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [f"foreign key: {row[0]}" for row in database.execute("PRAGMA foreign_key_check")]
        words = {}
        for (text,) in database.execute("SELECT text FROM message WHERE direction = 'in'"):
            for word in set(WORD.findall(text)):
                words[word] = words.get(word, 0) + 1
        found += blobs_lost(database, directory)
        database.close()
        return found, words
    except sqlite3.Error as error:
        return [f"SQLite: {error}"], {}


def blobs_lost(database, directory):
    found = []
    for (sha256,) in database.execute("SELECT sha256 FROM blob WHERE content IS NULL"):
        path = os.path.join(directory, "blobs", sha256[:2], sha256)
        if not os.path.exists(path):
            found.append(f"blob {sha256} is gone")
        else:
            with open(path, "rb") as file:
                if hashlib.sha256(file.read()).hexdigest() != sha256:
                    found.append(f"blob {sha256} is not what was kept")
    return found


def check(filo, directory):
    """What the program itself says of it, before anyone else has opened it."""
    result = subprocess.run([filo, "check", "--data", directory], capture_output=True, text=True, check=False)
    return [] if result.returncode == 0 else [f"filo check: exit {result.returncode}: {result.stdout}{result.stderr}"]


def judge(directory, ledger, length):
    found, words = look(directory)
    for word, acknowledged in ledger:
        if acknowledged <= length and words.get(word, 0) == 0:
            found.append(f"{word} was acknowledged and is lost")
    return found + [f"{word} is there {times} times" for word, times in words.items() if times > 1]


def chance_of(dice):
    """Mostly nothing unsynced survives, sometimes all, else each piece by a coin of its own weight."""
    kind = dice.random()
    if kind < 0.4:
        return lambda: False
    if kind < 0.5:
        return lambda: True
    weight = dice.random()
    return lambda: dice.random() < weight


def main(base, journal, ledger_file, scratch, points, seed, filo):
    records = read_journal(journal)
    with open(ledger_file, encoding="utf-8") as file:
        ledger = json.load(file)
    dice = random.Random(int(seed))
    wanted = sorted(dice.randrange(len(records)) for _ in range(int(points)))
    disk, findings, dirty = Disk(base), [], 0
    for at, record in enumerate(records):
        disk.do(record)
        while wanted and wanted[0] == at:
            wanted.pop(0)
            dirty += disk.has_unsynced_data()
            disk.crash(scratch, chance_of(dice))
            found = check(filo, scratch) if len(wanted) % CHECK_EVERY == 0 else []
            found += judge(scratch, ledger, record.end)
            findings += [f"record {at} of {len(records)}: {finding}" for finding in found]
    print(json.dumps({"records": len(records), "syncs": sum(record.kind == SYNC for record in records),
                      "acknowledged": len(ledger), "points": int(points), "unsynced": dirty,
                      "found": len(findings), "findings": findings[:20]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
