# SPDX-License-Identifier: EUPL-1.2
"""Messages by LMTP: to a serving filo, and to a Dovecot that only files them.

The messages are those of the corpus (FILO_DATA), in their order, again and again: each copy has its own Message-ID and
sender, so that it is a message of its own and a request of its own. 250 means durable with both: Filo's COMMIT, Dovecot's
fsync (mail_fsync = optimized, its default).
"""
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path

CONNECTIONS = 16
RATE_MAX = 3000  # messages made ready for a second of sending: the sender shares the machine and shall only send
SAMPLE_S = 0.25
ADDRESS = "assistenza@filo.test"

DOVECOT = """base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = lmtp
listen = 127.0.0.1
ssl = no
mail_location = maildir:{base}/maildir/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = nopassword=y
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={base}/maildir/%u
}}
service lmtp {{
  inet_listener lmtp {{
    port = {port}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@filo.test
}}
"""


# --------------------------------------------------------------------------------------------------------- messages

def corpus():
    """The raw messages of the corpus, as a mail server would hand them over."""
    folder = Path(os.environ["FILO_DATA"]) / "mail"
    files = sorted(path for path in folder.rglob("*") if path.suffix in (".eml", ".raw", ".txt", ".mbox") and path.is_file())
    messages = [re.sub(rb"\r?\n", b"\r\n", path.read_bytes()) for path in files]
    return [message for message in messages if message.strip()]


def own_copy(message, number):
    """A copy that is a message of its own: the header's sender and id are others."""
    head, gap, body = message.partition(b"\r\n\r\n")
    head = re.sub(rb"(?im)^message-id:.*(?:\r\n[ \t].*)*\r?\n?", b"", head)
    head = re.sub(rb"(?im)^(from:.*?)([\w.+-]+@)", rb"\g<1>c%d.\g<2>" % number, head, count=1)
    return b"Message-ID: <%d@bench.test>\r\n" % number + head + gap + body


def dotted(message):
    stuffed = re.sub(rb"(?m)^\.", b"..", message)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"


# ----------------------------------------------------------------------------------------------------------- client

class Connection:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.lines = self.socket.makefile("rb")
        self.reply()
        self.ask(b"LHLO bench.test\r\n")

    def reply(self):
        while True:
            line = self.lines.readline()
            if not line:
                raise RuntimeError("the connection was closed")
            if line[3:4] != b"-":
                return line

    def ask(self, command):
        self.socket.sendall(command)
        line = self.reply()
        if line[:1] not in b"23":
            raise RuntimeError(f"{command[:60]}: {line}")

    def send(self, content):
        self.ask(b"MAIL FROM:<c@bench.test>\r\n")
        self.ask(b"RCPT TO:<%s>\r\n" % ADDRESS.encode())
        self.ask(b"DATA\r\n")
        self.ask(content)

    def close(self):
        self.lines.close()
        self.socket.close()


class Sending:
    """Sends for so long over CONNECTIONS connections; what was acknowledged is counted."""

    def __init__(self, port, messages, seconds, first):
        self.port, self.seconds = port, seconds
        self.ready = [dotted(own_copy(messages[i % len(messages)], first + i)) for i in range(seconds * RATE_MAX, 0, -1)]
        self.times, self.failures = [], []

    def work(self, until):
        try:
            connection = Connection(self.port)
            while time.monotonic() < until:
                content = self.ready.pop()  # empty: faster than RATE_MAX, which is to be raised
                begun = time.monotonic()
                connection.send(content)
                self.times.append(time.monotonic() - begun)
            connection.close()
        except Exception as failure:  # told by run: a thread has nobody to tell
            self.failures.append(failure)

    def run(self, watch=None):
        begun = time.monotonic()
        threads = [threading.Thread(target=self.work, args=(begun + self.seconds,)) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            if watch:
                watch()
            time.sleep(SAMPLE_S)
        took = time.monotonic() - begun
        if self.failures:
            raise self.failures[0]
        times = sorted(self.times)
        return {"count": len(times), "rate": len(times) / took, "p50_ms": times[len(times) // 2] * 1000,
                "p99_ms": times[int(len(times) * 0.99)] * 1000}


# ---------------------------------------------------------------------------------------------------------- Dovecot

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, limit_s=10):
    end = time.monotonic() + limit_s
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


class Dovecot:
    """Files what it gets in a maildir beside Filo's data, on the same disk. Needs root, as Dovecot does."""

    def __init__(self, folder):
        self.base = Path(tempfile.mkdtemp(prefix="dovecot-", dir=folder))
        self.base.chmod(0o755)
        self.port = free_port()
        (self.base / "maildir").mkdir()
        shutil.chown(self.base / "maildir", "mail", "mail")
        (self.base / "conf").write_text(DOVECOT.format(base=self.base, port=self.port))

    def __enter__(self):
        subprocess.run(["dovecot", "-c", self.base / "conf"], check=True)
        wait_for(self.port)
        return self

    def __exit__(self, *_):
        subprocess.run(["doveadm", "-c", self.base / "conf", "stop"], check=True)
        shutil.rmtree(self.base, ignore_errors=True)


def measure(bench, served, where, folder):
    """Filo and Dovecot by turns, so that both meet the same machine."""
    messages = corpus()
    port, first = free_port(), 0
    with served.serve([*where, "--lmtp", f"127.0.0.1:{port}"]) as server, Dovecot(folder) as dovecot:
        wait_for(port)
        for _ in range(bench.runs):
            peak = [0]

            def watch():
                peak[0] = max(peak[0], server.pss_kib())

            bare = Sending(dovecot.port, messages, bench.seconds, first).run()
            before = server.cpu_seconds()
            kept = Sending(port, messages, bench.seconds, first).run(watch)
            kept["cpu_us"] = (server.cpu_seconds() - before) * 1e6 / kept["count"]
            again = Sending(dovecot.port, messages, bench.seconds, first + 10**6).run()
            first += 2 * 10**6
            plain = (bare["rate"] + again["rate"]) / 2
            bench.note(f"LMTP, {CONNECTIONS} connections", {**kept, "ratio": kept["rate"] / plain, "mib": peak[0] / 1024})
            bench.note("LMTP, the same to Dovecot alone", {"rate": plain, "p50_ms": bare["p50_ms"], "p99_ms": bare["p99_ms"]})
