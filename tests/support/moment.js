// SPDX-License-Identifier: EUPL-1.2
// Kills between the first write of a transaction and its commit, and knowledge of whether one was (faultvfs/moment.c).
//
//   const moment = await makeMoment(filo);
//   await filo.start({ env: moment.env });
//   moment.dieAfter(12);       // kill -9 of node and parent at the 12th such moment from now
//   moment.isOpen()            // true: some transaction had written and not committed; ask after the kill
//   moment.failNextSync()      // SQLite: EIO, once
//   moment.clear()             // before the next start
import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCE = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'faultvfs', 'moment.c');
const [OPEN, MOMENTS, DIE_AT, COMMITS, FAIL_SYNC] = [0, 4, 8, 12, 16]; // struct Shared

class Moment {
  constructor(library, file) {
    this.env = { LD_PRELOAD: library, FILO_MOMENT_FILE: file };
    this.fd = openSync(file, 'w+');
    this.clear();
  }

  read(offset) {
    const word = Buffer.alloc(4);
    readSync(this.fd, word, 0, 4, offset);
    return word.readUInt32LE(0);
  }

  write(offset, value) {
    const word = Buffer.alloc(4);
    word.writeUInt32LE(value);
    writeSync(this.fd, word, 0, 4, offset);
  }

  clear() {
    [OPEN, MOMENTS, DIE_AT, COMMITS, FAIL_SYNC].forEach((offset) => this.write(offset, 0));
  }

  get moments() {
    return this.read(MOMENTS);
  }

  get commits() {
    return this.read(COMMITS);
  }

  dieAfter(count) {
    this.write(DIE_AT, this.moments + count);
  }

  failNextSync() {
    this.write(FAIL_SYNC, 1);
  }

  // Whether the failure has come.
  hasFailed() {
    return this.read(FAIL_SYNC) === 0;
  }

  isOpen() {
    return this.read(OPEN) > 0;
  }

  close() {
    closeSync(this.fd);
  }
}

export async function makeMoment(filo) {
  const library = path.join(filo.root, 'libmoment.so');
  await run('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-D_GNU_SOURCE', '-o', library, SOURCE, '-ldl']);
  return new Moment(library, path.join(filo.root, 'moment'));
}
