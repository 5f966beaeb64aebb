// SPDX-License-Identifier: EUPL-1.2
// The clock on the wall of one Filo, ahead of ours by as much as the test says (faultvfs/clock_step.c).
//
//   const clock = await makeSteppedClock(filo);
//   await filo.start({ env: clock.env });
//   clock.step(31 * 60);       // seconds, at once; its monotonic clock stays
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SOURCE = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'faultvfs', 'clock_step.c');

export async function makeSteppedClock(filo) {
  const [library, file] = ['libclock.so', 'clock'].map((name) => path.join(filo.root, name));
  await run('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-D_GNU_SOURCE', '-o', library, SOURCE, '-ldl']);
  writeFileSync(file, Buffer.alloc(4));
  return {
    env: { LD_PRELOAD: library, FILO_CLOCK_FILE: file },
    step(seconds) {
      const ahead = Buffer.alloc(4);
      ahead.writeUInt32LE(readFileSync(file).readUInt32LE() + seconds);
      writeFileSync(file, ahead, { flag: 'r+' });
    },
  };
}
