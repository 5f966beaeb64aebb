// SPDX-License-Identifier: EUPL-1.2
// A small file system of its own, to be filled. Needs root to mount it.
//
//   const disk = new SmallDisk();
//   disk.fill(4096);      // that much is left
//   disk.empty();
//   disk.remove();
import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, statfsSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const SIZE = 24 << 20;

export class SmallDisk {
  constructor() {
    this.root = mkdtempSync(path.join(tmpdir(), 'filo-small-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=755`, 'filo-test', this.root]);
    this.filler = path.join(this.root, 'filler');
  }

  free() {
    const { bavail, bsize } = statfsSync(this.root);
    return Number(bavail) * Number(bsize);
  }

  // Fills it up to so many bytes (in whole pages).
  fill(left) {
    const file = openSync(this.filler, 'a');
    const piece = Buffer.alloc(4096);
    while (this.free() > left) writeSync(file, piece);
    fsyncSync(file);
    closeSync(file);
  }

  empty() {
    unlinkSync(this.filler);
  }

  remove() {
    execFileSync('umount', ['-l', this.root]);
    rmSync(this.root, { recursive: true, force: true });
  }
}
