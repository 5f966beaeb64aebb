// SPDX-License-Identifier: EUPL-1.2
// Da fare: the lists, the filter, the order, and the list a person looked at last.
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { startSink } from './support/smtp_sink.js';

const mail = (from, subject) => `From: ${from}\r\nSubject: ${subject}\r\nMessage-ID: <${subject.replace(/ /g, '.')}@bar.test>\r\n\r\nBuongiorno.\r\n`;
const rows = (page) => [...page.text.matchAll(/<span class="row-subject">([^<]*)<\/span>/g)].map((found) => found[1]);

eachEngine('lists, filter and order of Da fare, remembered for the next time', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const first = (await filo.mailIn(mail('anna@bar.test', 'prima'))).out.ticket;
  await filo.mailIn(mail('ugo@bar.test', 'seconda'));
  await filo.mailIn(mail('ivo@bar.test', 'terza'));
  const desk = await filo.signIn();
  const page = await desk.get(`/tickets/${first}`);
  assert.equal((await desk.submit(page.text, /\/take$/)).status, 303);

  assert.deepEqual(rows(await desk.get('/tickets?order=oldest')), ['prima', 'seconda', 'terza']);
  assert.deepEqual(rows(await desk.get('/tickets?order=newest')), ['terza', 'seconda', 'prima']);
  assert.deepEqual(rows(await desk.get('/tickets?view=open&channel=phone')), []);
  assert.deepEqual(rows(await desk.get('/tickets?view=open&turn=us&channel=mail&order=oldest')), ['prima', 'seconda', 'terza']);
  assert.deepEqual(rows(await desk.get('/tickets?view=open&turn=customer')), []);
  const [sara] = await filo.rows("SELECT staff_id FROM staff WHERE login = 'sara'");
  assert.deepEqual(rows(await desk.get(`/tickets?view=open&owner=${sara.staff_id}`)), ['prima']);

  // What is no word of ours filters nothing and breaks nothing.
  for (const odd of ['order=up', 'turn=up', 'channel=<script>', 'team=-1', 'owner=x', 'after=1', 'before=9.x', 'view=all'])
    assert.equal(rows(await desk.get(`/tickets?order=oldest&${odd}`)).length, 3, odd);

  // The tab somebody chose is where the list opens the next time.
  assert.deepEqual(rows(await desk.get('/tickets?view=mine')), ['prima']);
  assert.deepEqual(rows(await desk.get('/tickets')), ['prima']);
  await desk.get('/tickets?view=unassigned');
  assert.deepEqual(rows(await desk.get('/tickets?order=oldest')), ['seconda', 'terza']);
});
