# SPDX-License-Identifier: EUPL-1.2
"""A serving filo (or a plain server of the same bytes) and what is asked of it."""
import http.client
import json
import os
import re
import resource
import signal
import subprocess
import time
import urllib.parse
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("FILO_BENCH_BUILD", "build")
FILO = BUILD / "src/filo"
DESK = BUILD / "tests/bench/bench-desk"
LOAD = BUILD / "tests/bench/bench-load"
SLOW = BUILD / "tests/bench/bench-slow-fsync.so"
LOGIN, PASSWORD, MAILBOX = "sara", "una chiave lunga e comoda", "assistenza"


def run_json(argv, environment=None):
    """The one JSON object a program prints."""
    done = subprocess.run([str(word) for word in argv], stdout=subprocess.PIPE, check=True,
                          env={**os.environ, **(environment or {})})
    return json.loads(done.stdout)


class Server:
    """A program that prints one JSON line with its port. stop() ends it."""

    def __init__(self, argv, environment=None, log=subprocess.DEVNULL):
        self.started = time.monotonic()
        self.process = subprocess.Popen([str(word) for word in argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=log, env={**os.environ, **(environment or {})})
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{argv[0]} ended with {self.process.wait()}")
        self.ready = json.loads(line)
        self.port = self.ready["port"]
        self.cookie = ""

    def stop(self):
        self.process.stdin.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    # ---- single pages

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("GET", path, headers={"Cookie": self.cookie} if self.cookie else {})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        if answer.status not in (200, 303):
            raise RuntimeError(f"{path}: {answer.status}")
        return body

    def sign_in(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", "/sign-in", urllib.parse.urlencode({"email": LOGIN, "password": PASSWORD}),
                           {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})
        answer = connection.getresponse()
        answer.read()
        cookies = [value for name, value in answer.getheaders() if name.lower() == "set-cookie"]
        connection.close()
        if answer.status != 303 or not cookies:
            raise RuntimeError(f"sign-in: {answer.status}")
        self.cookie = "; ".join(cookie.split(";")[0] for cookie in cookies)

    # ---- load

    def load(self, paths, clients, seconds, folder, headers=()):
        """Figures of a closed loop of so many clients over these paths. cpu_us: processor time a page, server and client
        together, which other work on the machine hardly changes."""
        file = folder / "paths"
        file.write_text("\n".join(paths) + "\n")
        head = ([f"Cookie: {self.cookie}"] if self.cookie else []) + list(headers)
        before = self.cpu_seconds() + child_seconds()
        figures = run_json([LOAD, self.port, clients, seconds, file, *head])
        figures["cpu_us"] = (self.cpu_seconds() + child_seconds() - before) * 1e6 / figures["count"]
        return figures

    def cpu_seconds(self):
        ticks = 0
        for pid in process_tree(self.process.pid):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def pss_kib(self):
        """Of the started process and all below it."""
        total = 0
        for pid in process_tree(self.process.pid):
            try:
                text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue  # a worker that has ended since
            pss = re.search(r"^Pss:\s+(\d+)", text, re.M)  # a process that is ending has none
            total += int(pss.group(1)) if pss else 0
        return total


def child_seconds():
    """Of the programs that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def process_tree(root):
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def serve(where, environment=None):
    return Server([FILO, "serve", *where, "--listen", "127.0.0.1:0"], environment)


def serve_plain(page_file):
    return Server([DESK, "plain", "--data", "/nonexistent", "--page", page_file])


def start_to_first_page(where):
    """Milliseconds from exec to the last byte of the first page."""
    server = serve(where)
    server.get("/sign-in")
    took = (time.monotonic() - server.started) * 1000
    server.stop()
    return took
