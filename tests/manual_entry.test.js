// SPDX-License-Identifier: EUPL-1.2
// A call, a visit, a letter written down by hand: who it is, what they have, when it came, and who began it.
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { findForm, textOf } from './support/page.js';

const COMPANY = { kind: 'company', buyer: 'business', language: 'it', fiscal_code: '', sdi_code: '', vat_number: '' };

async function startDesk(t, engine) {
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const desk = await filo.signIn();
  const add = async (answer) => assert.equal((await answer).status, 303, textOf((await answer).text));
  await add(desk.post('/parties', { ...COMPANY, name: 'Bar Centrale', phone: '0733 960000' }));
  await add(desk.post('/parties', { ...COMPANY, name: 'Bar Sport' }));
  await add(desk.submit((await desk.get('/parties/new?company=1')).text, /\/parties$/,
    { name: 'Lucia Ferri', role: 'titolare', email: 'lucia@bar.it', language: 'it' }));
  await add(desk.post('/products', { name: 'V2', role: 'made', kind: 'goods' }));
  await add(desk.post('/items', { product: 'V2', serial: 'V2-77', customer: 'Bar Centrale', sold: '', delivered: '' }));
  return { filo, desk };
}

const valuesOf = (html) => findForm(html, /^\/tickets$/).fields;

eachEngine('a caller is found by number, address, serial or name, with what they have and have open', async (t, engine) => {
  const { filo, desk } = await startDesk(t, engine);
  const blank = (await desk.get('/tickets/new')).text;
  const find = async (typed) => (await desk.submit(blank, /^\/tickets$/, { ...typed, subject: 'Perde', find: '1' })).text;

  for (const typed of [{ contact: '+39 0733960000' }, { serial: ' v2-77' }, { customer: 'bar cen' }]) {
    const html = await find(typed);
    const { customer, contact, subject } = valuesOf(html);
    assert.deepEqual([customer, contact.replace(/\D/g, '').slice(-10), subject], ['Bar Centrale', '0733960000', 'Perde'], JSON.stringify(typed));
    assert.match(html, /<option value="V2-77">V2</); // what they have is offered
  }
  const lucia = valuesOf(await find({ contact: 'Lucia@Bar.it' }));
  assert.deepEqual([lucia.customer, lucia.person, lucia.contact], ['Bar Centrale', 'Lucia Ferri', 'Lucia@Bar.it']);
  const item = valuesOf(await find({ serial: 'V2-77' }));
  assert.deepEqual([item.serial, item.product], ['V2-77', 'V2']);

  const several = await find({ customer: 'bar' });
  assert.match(textOf(several), /Chi di questi\? Bar Centrale Azienda Bar Sport/);
  assert.equal(valuesOf(several).customer, 'bar');
  assert.match(textOf(await find({ customer: 'Nessuno' })), /Non c'è nessuno così/);
  assert.equal(valuesOf(await find({ customer: 'Altro Bar', contact: '0733 960000' })).customer, 'Altro Bar'); // what was typed stays
  assert.equal(Number(await filo.count('FROM ticket')), 0); // looking keeps nothing

  const chosen = (await desk.get('/tickets/new?party=1&item=1')).text;
  const fields = valuesOf(chosen);
  assert.deepEqual([fields.customer, fields.serial, fields.product], ['Bar Centrale', 'V2-77', 'V2']);
  assert.equal((await desk.submit(chosen, /^\/tickets$/, { subject: 'Perde acqua', description: 'Dal gruppo.' })).status, 303);
  const warned = textOf(await find({ contact: '0733 960000' }));
  assert.match(warned, /Ha richieste ancora aperte: è una di queste\? Perde acqua 10001/);
  const row = (await filo.rows('SELECT party_id, product_id, installed_item_id, ownership, initiative FROM ticket'))[0];
  assert.deepEqual([Number(row.party_id), Number(row.product_id), Number(row.installed_item_id), row.ownership, row.initiative],
    [1, 1, 1, 'ours', 'asked']);
  assert.match(textOf((await desk.get('/items/1')).text), /Perde acqua/);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('when it came and who began it are as written; a mistake loses nothing', async (t, engine) => {
  const { filo, desk } = await startDesk(t, engine);
  const form = (await desk.get('/tickets/new')).text;
  const call = { channel: 'letter', customer: 'Bar Sport', contact: '0733 111222', initiative: 'proactive', serial: 'ZZ-1',
    subject: 'Richiamo', description: 'Valvola da cambiare.' };
  const wrong = [
    [{ received: '2099-01-01T10:00' }, /non dopo adesso/],
    [{ received: '2026-03-29T02:30' }, /quel giorno non c'è stata/], // Rome skips 2:00 to 3:00
    [{ received: 'ieri' }, /non dopo adesso/],
    [{ received: '2026-02-30T10:00' }, /non dopo adesso/],
    [{ contact: 'abc' }, /.+/],
    [{ product: 'V9' }, /Questo prodotto non c'è/],
    [{ subject: ' ' }, /.+/],
  ];
  for (const [change, words] of wrong) {
    const refused = await desk.submit(form, /^\/tickets$/, { ...call, ...change });
    assert.equal(refused.status, 422, JSON.stringify(change));
    assert.match(textOf(refused.text), words);
    const kept = valuesOf(refused.text);
    for (const name of ['channel', 'customer', 'initiative', 'serial', 'description'])
      assert.equal(kept[name].trim(), call[name], `${name} after ${JSON.stringify(change)}`);
  }
  assert.equal(Number(await filo.count('FROM ticket')), 0);
  // The hour autumn repeats: both have passed, the later one is meant or the earlier, but an instant of that hour.
  const taken = await desk.submit(form, /^\/tickets$/, { ...call, received: '2026-10-25T02:30' });
  assert.equal(taken.status, 303, textOf(taken.text));
  const row = (await filo.rows('SELECT received_at, initiative, channel, installed_item_id FROM ticket'))[0];
  assert.ok([Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)].includes(Number(row.received_at)), String(row.received_at));
  assert.deepEqual([row.initiative, row.channel, row.installed_item_id], ['proactive', 'letter', null]);
  assert.match((await desk.get(taken.headers.location)).text, /ZZ-1/); // a serial nobody knows is kept in words
  assert.equal((await filo.check()).code, 0);
});
