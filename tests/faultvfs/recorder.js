// SPDX-License-Identifier: EUPL-1.2
// Records what Filo writes (record.c) and fails the power at many points of it (power.py).
//
//   const recorder = await makeRecorder(filo);         // before the server starts: the directory as it is now is the base
//   await filo.start({ env: recorder.env });
//   … ledger.push([word, recorder.length()]) as soon as a word is acknowledged …
//   await filo.stop();
//   await recorder.failPower({ ledger, points: 300, seed: 7 })   // {records, syncs, points, unsynced, found, findings}
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { filoExe } from '../support/filo.js';

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));

async function buildLibrary(folder) {
  const library = path.join(folder, 'librecord.so');
  await run('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-D_GNU_SOURCE', '-o', library,
    path.join(here, 'record.c'), '-ldl']);
  return library;
}

export async function makeRecorder(filo) {
  const base = path.join(filo.root, 'base');
  const journal = path.join(filo.root, 'journal');
  const library = await buildLibrary(filo.root);
  cpSync(filo.dir, base, { recursive: true });
  return {
    env: { LD_PRELOAD: library, FILO_RECORD_DIR: filo.dir, FILO_RECORD_TO: journal },
    length: () => statSync(journal).size,
    async failPower({ ledger, points, seed }) {
      const scratch = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'filo-power-'));
      const file = path.join(filo.root, 'ledger.json');
      writeFileSync(file, JSON.stringify(ledger));
      try {
        const { stdout } = await run('python3', [path.join(here, 'power.py'), base, journal, file, path.join(scratch, 'data'),
          `${points}`, `${seed}`, filoExe()], { maxBuffer: 1 << 26 });
        return JSON.parse(stdout);
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
  };
}
