// SPDX-License-Identifier: EUPL-1.2
// PostgreSQL dies under a running desk and comes back: whoever asks meanwhile is told so and when to try again, mail waits
// with whoever brings it, nothing is there twice, and nobody starts anything again.
// timeout: 120
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { ADMIN, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { textOf } from './support/page.js';
import { startCluster } from './support/postgres.js';
import { startSink } from './support/smtp_sink.js';

function api(filo, token, at) {
  return new Promise((done, fail) => {
    http.get({ host: '127.0.0.1', port: filo.port, path: `/api/v1${at}`, headers: { Authorization: `Bearer ${token}` } }, (answer) => {
      let text = '';
      answer.on('data', (piece) => { text += piece; });
      answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, json: JSON.parse(text) }));
    }).on('error', fail);
  });
}

test('the database goes away under a running desk, and comes back', async (t) => {
  const cluster = await startCluster();
  t.after(() => cluster.stop());
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine: 'postgresql', cluster, sink });
  t.after(() => filo.remove());
  const desk = await filo.signIn();
  const made = await filo.command(['token', 'create', '--name', 'prova', '--scopes', 'ticket.read', '--as', ADMIN.login], { mustWork: true });
  const token = made.stdout.trim();
  const before = letter({ subject: 'Prima' });
  assert.equal((await filo.mailIn(before)).code, 0);
  const form = (await desk.get('/tickets/10001')).text;

  await cluster.crash();
  for (const at of ['/tickets', '/tickets/10001', '/search?q=prima']) {
    const page = await desk.get(at, { headers: { 'Accept-Language': 'it' } });
    assert.equal(page.status, 503, at);
    assert.ok(Number(page.headers['retry-after']) > 0, at);
    assert.match(textOf(page.text), /L'archivio dei dati non risponde/, at);
  }
  const note = await desk.submit(form, /\/messages$/, { kind: 'note', text: 'Mentre non c\'era.' });
  assert.equal(note.status, 503, textOf(note.text));
  const refused = await api(filo, token, '/tickets');
  assert.deepEqual([refused.status, refused.json.error.code], [503, 'away']);
  assert.ok(Number(refused.headers['retry-after']) > 0);
  const during = letter({ subject: 'Durante' });
  assert.equal((await filo.mailIn(during)).code, 75);

  await cluster.start();
  await filo.until(async () => (await desk.get('/tickets')).status === 200, 'the desk to be back');
  assert.equal((await filo.mailIn(during)).code, 0);
  assert.equal((await filo.mailIn(before)).code, 0); // brought again: there already
  assert.equal((await desk.submit(form, /\/messages$/, { kind: 'note', text: 'Quando è tornato.' })).status, 303);
  assert.equal((await api(filo, token, '/tickets')).json.items.length, 2);
  assert.deepEqual((await filo.rows('SELECT text FROM message WHERE direction = \'note\'')).map((row) => row.text), ['Quando è tornato.']);
  assert.equal((await filo.check()).code, 0);
});
