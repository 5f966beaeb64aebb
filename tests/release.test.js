// SPDX-License-Identifier: EUPL-1.2
// What tests may do to Filo cannot be done to a release: the testkit's words are not in it, and its switches do nothing.
// timeout: 120
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeRecorder } from './faultvfs/recorder.js';
import { filoExe, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';

const SWITCHES = ['FILO_TEST_SYNCHRONOUS', 'FILO_TEST_PICTURES'];

function releaseExe() {
  const exe = process.env.FILO_RELEASE_EXE;
  if (!exe) throw new Error('FILO_RELEASE_EXE must name the release build: run this by `make test`');
  return exe;
}

test('no switch of the testkit is in the release, each is in the testkit', () => {
  const [release, testkit] = [releaseExe(), filoExe()].map((exe) => readFileSync(exe));
  for (const name of SWITCHES) {
    assert.ok(testkit.includes(name), `${name} is no switch any more: mend this list`);
    assert.ok(!release.includes(name), `${name} is in the release`);
  }
  assert.ok(!release.includes('FILO_TEST_'), 'a switch of the testkit that this list does not know is in the release');
});

test('the release syncs each commit whatever the switch says', async (t) => {
  const filo = await startFilo({ exe: releaseExe(), sink: { port: 9 }, serve: false });
  t.after(() => filo.remove());
  const recorder = await makeRecorder(filo);
  const ledger = [];
  await filo.start({ env: { ...recorder.env, FILO_TEST_SYNCHRONOUS: 'NORMAL' } });
  for (let i = 0; i < 10; i += 1) {
    const word = `mail00000${i}x`;
    const taken = await filo.mailIn(letter({ text: word }));
    assert.equal(taken.out?.outcome, 'opened', taken.stderr);
    ledger.push([word, recorder.length()]);
  }
  await filo.kill();
  const told = await recorder.failPower({ ledger, points: 200, seed: 1 });
  assert.deepEqual(told.findings, []);
});
