# SPDX-License-Identifier: EUPL-1.2
"""A mailbox that was full before it was ours: how fast it is read by IMAP, and when the first of it stands on the desk.

A Dovecot of our own serves a maildir of short messages, none like another, unread, the last of them a day old. Filo reads
the newest first. A message that comes in the middle must not wait for the rest.
"""
import os
import pwd
import sqlite3
import subprocess
import time

import lmtp

ADDRESS, PASSWORD = "arretrato@filo.test", "segreta"
DAY_S = 86_400
LIMIT_S = 1200  # of one run: what was read by then is what is counted

DOVECOT = """base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{base}/maildir/%u
mail_uid = mail
mail_gid = mail
first_valid_uid = 1
first_valid_gid = 1
mmap_disable = yes
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={base}/maildir/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


def message(number):
    return (f"From: Cliente {number} <c{number}@bar.test>\r\nTo: {ADDRESS}\r\nSubject: Arretrato {number}\r\n"
            f"Message-ID: <arretrato.{number}@bar.test>\r\nDate: Mon, 02 Mar 2026 09:00:00 +0100\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            f"Buongiorno,\r\nla macchina numero {number} perde acqua dal gruppo e non scalda più.\r\nGrazie\r\n").encode()


class Dovecot(lmtp.Dovecot):
    """Gives what lies in its maildir. Needs root, as Dovecot does."""

    def __init__(self, folder):
        super().__init__(folder)
        self.owner = pwd.getpwnam("mail")[2:4]
        self.home = self.base / "maildir" / ADDRESS
        for name in ("cur", "new", "tmp"):
            (self.home / name).mkdir(parents=True)
        (self.base / "conf").write_text(DOVECOT.format(base=self.base, port=self.port, password=PASSWORD))

    def lay(self, number, at):
        """Unread, as a delivery at that moment."""
        file = self.home / "cur" / f"{int(at)}.M{number:07}P1.bench:2,"
        temporary = self.home / "tmp" / str(number)
        temporary.write_bytes(message(number))
        os.utime(temporary, (at, at))
        os.chown(temporary, *self.owner)
        temporary.rename(file)

    def fill(self, count):
        """Numbered from the oldest; a second between two."""
        newest = time.time() - DAY_S
        for number in range(count):
            self.lay(number, newest - (count - number))
        subprocess.run(["chown", "mail:mail", self.base / "maildir", self.home, self.home / "cur", self.home / "new", self.home / "tmp"],
                       check=True)


class Desk:
    """What stands on it, looked at from beside."""

    def __init__(self, bench, copy):
        self.db, self.file = bench.db, copy / "filo.db"
        self.before = 0
        self.before = self.count("ticket")

    def ask(self, sql):
        if self.db:
            return subprocess.run(["psql", "-AtXqc", sql, self.db], check=True, capture_output=True, text=True).stdout.strip()
        with sqlite3.connect(f"file:{self.file}?mode=ro", uri=True) as database:
            return database.execute(sql).fetchone()[0]

    def count(self, table):
        return int(self.ask(f"SELECT count(*) FROM {table}")) - self.before

    def has(self, number):
        return int(self.ask(f"SELECT count(*) FROM (SELECT subject FROM ticket ORDER BY ticket_id DESC LIMIT 2000) AS t "
                            f"WHERE subject = 'Arretrato {number}'")) > 0


def set_mailbox(served, where, copy, port):
    secret = copy.parent / "backlog-password"
    secret.write_text(PASSWORD + "\n")
    subprocess.run([served.FILO, "mailbox", *where, "--name", "arretrato", "--address", ADDRESS, "--smtp-host", "127.0.0.1",
                    "--smtp-port", "9", "--smtp-tls", "none", "--smtp-password-file", secret, "--imap-host", "127.0.0.1",
                    "--imap-port", str(port), "--imap-tls", "none", "--imap-user", ADDRESS, "--imap-old", "all"],
                   check=True, stdout=subprocess.DEVNULL)
    secret.unlink()


def wait_until(done, limit_s, pause_s):
    """How long it took; the limit at most."""
    begun = time.monotonic()
    while not done() and time.monotonic() - begun < limit_s:
        time.sleep(pause_s)
    return time.monotonic() - begun


def measure(bench, served, where, copy, folder):
    count = bench.backlog
    with Dovecot(folder) as dovecot:
        dovecot.fill(count)
        set_mailbox(served, where, copy, dovecot.port)
        desk = Desk(bench, copy)
        with served.serve(where, {"FILO_MAIL_NETWORKS": "127.0.0.0/8"}) as server:
            first_s = wait_until(lambda: desk.has(count - 1), LIMIT_S, 0.02)
            begun, had, cpu = time.monotonic(), desk.count("ticket"), server.cpu_seconds()
            wait_until(lambda: desk.count("ticket") >= count // 2, LIMIT_S / 2, 0.5)
            dovecot.lay(count, time.time())
            new_s = wait_until(lambda: desk.has(count), LIMIT_S, 0.02)
            wait_until(lambda: desk.count("ticket") > count, LIMIT_S / 2, 0.5)
            took, read = time.monotonic() - begun, desk.count("ticket") - had
            bench.note(f"backlog of {count:,}", {
                "rate": read / took, "first_ms": first_s * 1000, "new_ms": new_s * 1000,
                "cpu_us": (server.cpu_seconds() - cpu) * 1e6 / read, "mib": server.pss_kib() / 1024})
