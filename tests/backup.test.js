// SPDX-License-Identifier: EUPL-1.2
// Copies belong on another disk: DIR/backups lies on one of its own, and the way back leads from there to the first. When
// that disk is full the copy is refused and nothing of it is left. Needs root to mount it.
// timeout: 120
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { startSink } from './support/smtp_sink.js';

const SIZE = 8 << 20; // room for one copy of what is there, not for one of what comes later

// A server whose DIR/backups is such a disk.
async function startWithBackupsElsewhere(t, options) {
  const filo = await startFilo(options);
  const backups = path.join(filo.dir, 'backups');
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE},mode=700`, 'filo-test', backups]);
  t.after(() => {
    execFileSync('umount', ['-l', backups]);
    return filo.remove();
  });
  return { filo, backups };
}

eachEngine('a copy on another disk comes back; on a full one none is left half made', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const { filo, backups } = await startWithBackupsElsewhere(t, { engine, sink });
  const large = (size) => letter({ from: 'anna@bar.test', text: randomBytes(size / 2).toString('hex') });
  assert.equal((await filo.mailIn(large(300_000))).code, 0);

  const made = await filo.command(['backup', '--name', 'one']);
  assert.equal(made.code, 0, made.stderr);
  const target = path.join(filo.root, 'restored');
  const db = filo.cluster ? await filo.cluster.createDatabase() : null;
  const where = ['--data', target, ...(db ? ['--db', db] : [])];
  const restored = await filo.plain(['restore', '--from', path.join(backups, 'one'), ...where]);
  assert.equal(restored.code, 0, restored.stderr);
  const checked = await filo.plain(['check', ...where]);
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);

  assert.equal((await filo.mailIn(large(SIZE))).code, 0);
  const full = await filo.command(['backup', '--name', 'two']);
  assert.equal(full.code, 75, full.stderr);
  assert.match(full.stderr, /no space|full/i);
  assert.deepEqual(readdirSync(backups), ['one']);
  assert.equal((await filo.mailIn(large(16))).code, 0, 'the desk works on');
});
