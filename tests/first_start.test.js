// SPDX-License-Identifier: EUPL-1.2
// A new installation: `filo init`, `filo serve`, the address on the terminal, four questions, and the desk works. Nobody
// who does not read the terminal gets in (security A65).
// timeout: 240
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { textOf } from './support/page.js';

const ANSWERS = { company: 'Officina Bianchi', display_name: 'Anna Bianchi', email: 'anna@officina.test', password: 'cavalli a dondolo gialli',
  again: 'cavalli a dondolo gialli', hours: '8-12, 14-18', patron: '10/9', zone: 'Europe/Rome' };

const pathOf = (filo) => new URL(filo.ready.start).pathname;

function errorOf(answer, field) {
  const found = new RegExp(`id="${field}-error">([^]*?)</p>`).exec(answer.text);
  assert.ok(found, `no error beside ${field}: ${textOf(answer.text).slice(0, 400)}`);
  return textOf(found[1]);
}

eachEngine('four questions, and the desk works', async (t, engine) => {
  const filo = await startFilo({ engine, founded: false });
  t.after(() => filo.remove());
  const stranger = filo.browser();
  assert.match(textOf((await stranger.get('/sign-in')).text), /aspetta chi la prepara/);
  assert.equal((await stranger.get(`/start/${'a'.repeat(32)}`)).status, 404);
  assert.equal((await stranger.post(`/start/${'a'.repeat(32)}`, ANSWERS)).status, 404);
  assert.equal((await stranger.get('/start/')).status, 404);

  // a server that starts again prints another address, and the old one is dead
  const old = pathOf(filo);
  await filo.restart();
  const at = pathOf(filo);
  assert.notEqual(at, old);
  assert.equal((await stranger.get(old)).status, 404);

  const owner = filo.browser();
  const page = await owner.get(at);
  assert.equal(page.status, 200);
  assert.match(textOf(page.text), /1\. Come si chiama.*2\. Chi è Lei.*3\. Quale password.*4\. Quando siete aperti/);
  const wrong = await owner.submit(page.text, /^\/start\//, { ...ANSWERS, company: ' ', email: 'anna', password: 'bianchi!', hours: '8-25' });
  assert.equal(wrong.status, 422);
  for (const field of ['company', 'email', 'password', 'hours']) errorOf(wrong, field);
  assert.ok(!wrong.text.includes('bianchi!'), 'a password is not shown again');
  assert.match(errorOf(await owner.submit(page.text, /^\/start\//, { ...ANSWERS, again: 'altra' }), 'again'), /non sono uguali/);
  assert.equal(await filo.count('FROM staff'), 0);

  // two who answer at once are one
  const both = await Promise.all([owner, filo.browser()].map((browser, i) =>
    browser.submit(page.text, /^\/start\//, { ...ANSWERS, email: `anna${i}@officina.test` })));
  assert.deepEqual(both.map(({ status }) => status).sort(), [303, 422]);
  assert.equal(await filo.count('FROM staff'), 1);
  assert.equal((await stranger.get(at)).status, 404);
  assert.equal((await stranger.post(at, ANSWERS)).status, 404);

  const winner = both[0].status === 303 ? 0 : 1;
  const anna = await filo.signIn({ login: `anna${winner}@officina.test`, password: ANSWERS.password });
  const settings = textOf((await anna.get('/settings')).text);
  assert.match(settings, /Officina Bianchi/);
  assert.match(settings, /Nessuna casella in uso/);
  assert.match((await anna.get('/settings/calendar')).text, /value="8:00–12:00, 14:00–18:00"/);
  assert.match(textOf((await stranger.get('/help')).text), /Officina Bianchi/);
  const entry = { channel: 'phone', customer: 'Bar Centrale', person: 'Luca', contact: '0733 123456', kind: 'fault', origin: 'ours', subject: 'Non scalda',
    description: 'La macchina resta fredda.' };
  const form = await anna.get('/tickets/new');
  const made = await anna.submit(form.text, /^\/tickets$/, entry);
  assert.match(made.headers.location ?? textOf(made.text), /^\/tickets\/10001/);
  assert.equal((await filo.check()).code, 0);

  // and for good: no address is printed any more
  await filo.restart();
  assert.equal(filo.ready.start, undefined);
  assert.equal((await stranger.get(at)).status, 404);
  assert.doesNotMatch(textOf((await stranger.get('/sign-in')).text), /aspetta chi la prepara/);
});

eachEngine('whoever answers is signed in', async (t, engine) => {
  const filo = await startFilo({ engine, founded: false });
  t.after(() => filo.remove());
  const owner = filo.browser();
  const page = await owner.get(pathOf(filo));
  const answer = await owner.submit(page.text, /^\/start\//, ANSWERS);
  assert.equal(answer.status, 303, textOf(answer.text));
  assert.equal(answer.headers.location, '/settings');
  assert.equal((await owner.get('/tickets')).status, 200);
});
