// SPDX-License-Identifier: EUPL-1.2
// Solutions in the pages: listed by use, found by words, corrected by one at a time, published and retired.
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { textOf } from './support/page.js';

const THREE = `INSERT INTO solution (title, text, state, language, created_at, state_at, used_count, version)
  VALUES ('Guarnizione del gruppo', 'Si cambia la guarnizione.', 'draft', 'it', 1, 1, 2, 1),
         ('E07, decalcificazione', 'Un ciclo con acido citrico, poi due di sola acqua.', 'draft', 'it', 1, 1, 9, 1),
         ('Fusibile', 'Si cambia il fusibile F3.', 'draft', 'it', 1, 1, 0, 1)`;
const titles = (page) => [...page.text.matchAll(/href="\/solutions\/\d+">(?:<svg.*?<\/svg>)?([^<]+)</g)].map((found) => found[1]);

eachEngine('solutions are found, corrected, published and retired', async (t, engine) => {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.execute(THREE);
  await filo.start(); // what was put in past the program is not in the index yet: a correction puts it there
  const desk = await filo.signIn();
  assert.deepEqual(titles(await desk.get('/solutions')), ['E07, decalcificazione', 'Guarnizione del gruppo', 'Fusibile']);

  const form = (await desk.get('/solutions/3/edit')).text;
  const empty = await desk.submit(form, /\/solutions\/3$/, { text: ' ' });
  assert.equal(empty.status, 422);
  assert.match(textOf(empty.text), /Scriva come l'ha risolto/);
  assert.equal((await desk.submit(form, /\/solutions\/3$/, { text: 'Si cambia il fusibile F3, ritardato da 2 ampere.' })).status, 303);
  const stale = await desk.submit(form, /\/solutions\/3$/, { text: 'Altro testo' });
  assert.equal(stale.status, 409);
  assert.match(stale.text, /Altro testo/);
  assert.deepEqual(titles(await desk.get('/solutions?q=fusibili')), ['Fusibile']);
  assert.deepEqual(titles(await desk.get('/solutions?q=ritardati')), ['Fusibile']);
  assert.deepEqual(titles(await desk.get('/solutions?q=zyzzyva')), []);

  const step = async (state) => desk.post('/solutions/3/state', { state,
    version: /name="version" value="(\d+)"/.exec((await desk.get('/solutions/3')).text)[1] });
  assert.equal((await step('published')).status, 409, 'a draft nobody reviewed');
  for (const state of ['reviewed', 'published']) assert.equal((await step(state)).status, 303, state);
  assert.match(textOf((await desk.get('/solutions/3')).text), /pubblicata · usata/);
  // A changed text is a draft again.
  const now = (await desk.get('/solutions/3/edit')).text;
  assert.equal((await desk.submit(now, /\/solutions\/3$/, { text: 'Tutto diverso' })).status, 303);
  assert.match(textOf((await desk.get('/solutions/3')).text), /bozza · usata/);
  assert.equal((await step('retired')).status, 303);
  assert.match(textOf((await desk.get('/solutions')).text), /fuori uso/);
  assert.equal((await desk.get('/solutions/99')).status, 404);
  assert.equal((await desk.post('/solutions/3/state', { state: 'golden', version: '1' })).status, 400);
});
