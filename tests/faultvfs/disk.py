# SPDX-License-Identifier: EUPL-1.2
"""A disk that may lose what was not synced, built from a directory as it was and the journal of record.c.

A crash at a point of the journal keeps all that was synced before it; of the rest it keeps what chance says, in pieces
of 512 bytes for data: so writes are dropped, reordered and torn. Names behave likewise until their directory is synced.
"""
import os
import shutil
import struct
from pathlib import Path

HEAD = struct.Struct("<IIQII")
MAGIC = 0x46494C4F
WRITE, TRUNCATE, CREATE, MKDIR, RENAME, UNLINK, SYNC = range(1, 8)
SECTOR = 512


class Record:
    """One thing a process did; at and end: where it stands in the journal."""

    def __init__(self, at, end, kind, offset, path, data):
        self.at, self.end, self.kind, self.offset, self.path, self.data = at, end, kind, offset, path, data


def read_journal(path):
    """Its records; a last one that the end cut short was never followed by its deed."""
    raw = Path(path).read_bytes()
    records, at = [], 0
    while at + HEAD.size <= len(raw):
        magic, kind, offset, path_size, data_size = HEAD.unpack_from(raw, at)
        if magic != MAGIC:
            raise ValueError(f"no record at {at}")
        body = at + HEAD.size
        end = body + path_size + data_size
        if end > len(raw):
            break
        name = os.path.normpath(raw[body:body + path_size].decode())
        records.append(Record(at, end, kind, offset, name, raw[body + path_size:end]))
        at = end
    return records


def _apply(content, record, keep):
    """The record's effect on a file's bytes; keep says which sectors of it reach the disk."""
    if record.kind == TRUNCATE:
        if keep():
            del content[record.offset:]
            content.extend(bytes(record.offset - len(content)))
        return
    at, end = record.offset, record.offset + len(record.data)
    while at < end:
        stop = min(end, (at // SECTOR + 1) * SECTOR)
        if keep():
            content.extend(bytes(max(0, at - len(content))))
            content[at:stop] = record.data[at - record.offset:stop - record.offset]
        at = stop


class Disk:
    """What is safe now (files by number, names) and what is not yet (pending, in order)."""

    def __init__(self, directory):
        self.files, self.names, self.folders = {}, {}, {"."}
        for folder, folders, files in os.walk(directory):
            here = os.path.relpath(folder, directory)
            self.folders.update(os.path.normpath(os.path.join(here, name)) for name in folders)
            for name in files:
                self._adopt(os.path.normpath(os.path.join(here, name)), Path(folder, name))
        self.seen = dict(self.names)  # the names as processes see them
        self.pending = []             # (record, file number or None)

    def _adopt(self, name, path):
        if path.is_socket() or name.endswith("-shm"):
            return
        number = len(self.files)
        self.files[number] = bytearray(path.read_bytes())
        self.names[name] = number

    def _number(self, record):
        if record.kind == CREATE:
            number = len(self.files)
            self.files[number] = bytearray()
            self.seen[record.path] = number
            return number
        if record.kind in (RENAME, UNLINK):
            number = self.seen.pop(record.path, None)
            if record.kind == RENAME:
                if number is None:
                    raise ValueError(f"{record.path} was renamed, which nobody made")
                self.seen[os.path.normpath(record.data.decode())] = number
            return number
        return self.seen.get(record.path)

    def _sync(self, record):
        target = self.seen.get(record.path)
        left = []
        for entry in self.pending:
            done, number = entry
            data = done.kind in (WRITE, TRUNCATE)
            ours = number == target if data and target is not None else \
                not data and os.path.dirname(done.path) == ("" if record.path == "." else record.path)
            if not ours or done.at >= record.offset:
                left.append(entry)
            elif data:
                _apply(self.files[number], done, lambda: True)
            else:
                self._rename(self.names, self.folders, done, number)
        self.pending = left

    @staticmethod
    def _rename(names, folders, record, number):
        if record.kind == MKDIR:
            folders.add(record.path)
        elif record.kind == CREATE:
            names[record.path] = number
        else:
            names.pop(record.path, None)
            if record.kind == RENAME:
                names[os.path.normpath(record.data.decode())] = number

    def has_unsynced_data(self):
        return any(record.kind == WRITE for record, _ in self.pending)

    def do(self, record):
        """The next record of the journal. SQLite makes its -shm anew: it takes no part."""
        if record.path.endswith("-shm"):
            return
        if record.kind == SYNC:
            self._sync(record)
            return
        number = self._number(record)
        if number is None and record.kind in (WRITE, TRUNCATE):
            raise ValueError(f"a write to {record.path}, which nobody opened")
        if number is not None or record.kind == MKDIR:  # else a socket's name went
            self.pending.append((record, number))

    def crash(self, target, chance):
        """Writes into the directory target what a crash now leaves; chance() is asked for each unsynced piece."""
        files, names, folders = {}, dict(self.names), set(self.folders)
        for record, number in self.pending:
            if record.kind in (WRITE, TRUNCATE):
                if number not in files:
                    files[number] = bytearray(self.files[number])
                _apply(files[number], record, chance)
            elif chance():
                self._rename(names, folders, record, number)
        shutil.rmtree(target, ignore_errors=True)
        for folder in sorted(folders):
            os.makedirs(os.path.join(target, folder), mode=0o700, exist_ok=True)
        for name, number in names.items():
            path = os.path.join(target, name)
            if not os.path.isdir(os.path.dirname(path)):
                continue  # the name is safe, the folder's is not
            with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
                file.write(files.get(number, self.files[number]))
