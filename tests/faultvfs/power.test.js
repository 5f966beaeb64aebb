// SPDX-License-Identifier: EUPL-1.2
// Power loss on SQLite (R05): whatever had not been synced is dropped, reordered and torn at chosen moments of a recorded
// run. What was acknowledged by then is there, once; the file is whole. With synchronous=NORMAL planted, it is not: so
// the test can see. FILO_POWER_POINTS (1,000) moments, FILO_POWER_SEED (the day) to repeat one.
// timeout: 300
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFilo } from '../support/filo.js';
import { Ledger } from '../support/ledger.js';
import { letter } from '../support/letter.js';
import { makeRecorder } from './recorder.js';

const POINTS = Number(process.env.FILO_POWER_POINTS ?? 1000);
const SEED = Number(process.env.FILO_POWER_SEED ?? Math.floor(Date.now() / 86_400_000));
const LARGE = 'fattura '.repeat(12_000); // over 64 KiB: a file of its own

// Half of the letters are large, and share its HTML with others of its round: one blob, made by two at once.
function bigLetter(word, round) {
  return ['From: Luca <luca@bar.test>', 'To: assistenza@filo.test', `Subject: ${round}`, `Message-ID: <${word}@bar.test>`,
    'MIME-Version: 1.0', 'Content-Type: multipart/alternative; boundary="b"', '', '--b', 'Content-Type: text/plain', '', word,
    '--b', 'Content-Type: text/html', '', `<p>${round} ${LARGE}</p>`, '--b--', ''].join('\r\n');
}

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

// apart: ms between the letters of a round.
async function record(t, env = {}, apart = 0) {
  const filo = await startFilo({ sink: { port: 9 }, serve: false });
  t.after(() => filo.remove());
  const recorder = await makeRecorder(filo);
  const book = new Ledger();
  const ledger = [];
  const bring = async (round = 'sola', options = {}) => {
    const word = book.word('mail');
    book.ask(word);
    const raw = book.next % 4 < 2 ? bigLetter(word, round) : letter({ text: word });
    const taken = await filo.mailIn(raw, options);
    const length = recorder.length();
    assert.equal(taken.code, 0, taken.stderr);
    if (taken.out.outcome) ledger.push([word, length]);
  };
  await filo.start({ env: { ...recorder.env, ...env } });
  for (let round = 0; round < 8; round += 1) await Promise.all(Array.from({ length: 4 }, async (_, i) => {
    await wait(i * apart);
    await bring(`giro ${round}`);
  }));
  await filo.stop();
  for (let i = 0; i < 4; i += 1) await bring('senza server', { env: { ...recorder.env, ...env } }); // no server: it writes itself
  await filo.start({ env: { ...recorder.env, ...env } });
  for (let i = 0; i < 4; i += 1) await bring();
  await filo.kill();
  assert.equal(ledger.length, 40);
  return { recorder, ledger };
}

test('the power fails: nothing acknowledged is lost, nothing is there twice, the file is whole', async (t) => {
  const { recorder, ledger } = await record(t);
  const told = await recorder.failPower({ ledger, points: POINTS, seed: SEED });
  t.diagnostic(JSON.stringify({ ...told, seed: SEED, findings: undefined }));
  assert.deepEqual(told.findings, [], `seed ${SEED}`);
  assert.ok(told.syncs >= ledger.length / 4, 'commits were synced');
  assert.ok(told.unsynced > POINTS / 3, 'too few moments had anything to lose');
});

test('the power fails while another message with the same large part is being kept', async (t) => {
  const { recorder, ledger } = await record(t, { FILO_RECORD_SLOW_NAMES_MS: '60' }, 25);
  const told = await recorder.failPower({ ledger, points: POINTS, seed: SEED });
  assert.deepEqual(told.findings, [], `seed ${SEED}`);
});

test('the same with a planted synchronous=NORMAL is found out', async (t) => {
  const { recorder, ledger } = await record(t, { FILO_TEST_SYNCHRONOUS: 'NORMAL' });
  const told = await recorder.failPower({ ledger, points: Math.min(POINTS, 100), seed: SEED });
  assert.ok(told.found > 0, 'commits without a sync went unnoticed');
  assert.ok(told.findings.some((finding) => /acknowledged and is lost/.test(finding)), told.findings.join('\n'));
});
