# SPDX-License-Identifier: EUPL-1.2
"""From IMAP's notice to the desk: a program beside Filo waits (IDLE) in the same mailbox, and what counts is the time from
the server's "EXISTS" there to the request on the first page of the queue."""
import socket
import time

import backlog

MESSAGES = 20
LIMIT_S = 60


class Watcher:
    """Signed in, in the inbox, idle."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(LIMIT_S)
        self.lines = self.socket.makefile("rb")
        self.until(b"* OK")
        for words in (f"login {backlog.ADDRESS} {backlog.PASSWORD}", "select INBOX"):
            self.socket.sendall(f"a {words}\r\n".encode())
            self.until(b"a OK")
        self.socket.sendall(b"a IDLE\r\n")
        self.until(b"+")

    def until(self, begin, holds=b""):
        while True:
            line = self.lines.readline()
            if not line:
                raise RuntimeError("the mail server closed the connection")
            if line.startswith(begin) and holds in line:
                return

    def notice(self):
        self.until(b"* ", b" EXISTS")
        return time.monotonic()

    def close(self):
        self.lines.close()
        self.socket.close()


def measure(bench, served, where, copy, folder):
    times = []
    with backlog.Dovecot(folder) as dovecot:
        dovecot.fill(1)
        backlog.set_mailbox(served, where, copy, dovecot.port)
        with served.serve(where, {"FILO_MAIL_NETWORKS": "127.0.0.0/8"}) as server:
            server.sign_in()
            on_desk = lambda number: f"Arretrato {number}".encode() in server.get("/tickets?view=open&order=newest")
            backlog.wait_until(lambda: on_desk(0), LIMIT_S, 0.02)
            watcher = Watcher(dovecot.port)
            for number in range(1, MESSAGES + 1):
                dovecot.lay(number, time.time())
                noticed = watcher.notice()
                backlog.wait_until(lambda: on_desk(number), LIMIT_S, 0.002)
                times.append((time.monotonic() - noticed) * 1000)
            watcher.close()
    times.sort()
    bench.note("from IMAP's notice to the desk", {"p50_ms": times[len(times) // 2], "max_ms": times[-1]})
