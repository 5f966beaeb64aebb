// SPDX-License-Identifier: EUPL-1.2
// Products and installed items in the pages: added, found by name and by serial, changed, and what is refused.
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { textOf } from './support/page.js';

const PARTIES = `INSERT INTO party (kind, name, sort_key, buyer, language, created_at, version)
  VALUES ('company', 'Bar Centrale', 'bar centrale', 'business', 'it', 1, 1),
         ('company', 'Bar Sport', 'bar sport', 'business', 'it', 1, 1),
         ('company', 'Bar Sport', 'bar sport', 'business', 'it', 1, 1)`;

const idOf = (answer) => /\/(\d+)$/.exec(answer.headers.location)[1];

eachEngine('a product is added, corrected by one at a time, and retired', async (t, engine) => {
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const desk = await filo.signIn();
  const add = await desk.post('/products', { name: 'V2', role: 'made', kind: 'goods' });
  assert.equal(add.status, 303, textOf(add.text));
  const id = idOf(add);
  assert.match(textOf((await desk.get(`/products/${id}`)).text), /V2 Prodotto nostro · macchina o apparecchio/);

  const twice = await desk.post('/products', { name: 'V2', role: 'made', kind: 'goods' });
  assert.equal(twice.status, 422);
  assert.match(textOf(twice.text), /C'è già un prodotto che si chiama V2/);
  const blank = await desk.post('/products', { name: '  ', role: 'resold', kind: 'software' });
  assert.equal(blank.status, 422);
  assert.match(blank.text, /<option value="resold" selected>/); // what was chosen stays

  const form = (await desk.get(`/products/${id}/edit`)).text;
  const renamed = await desk.submit(form, new RegExp(`/products/${id}$`), { name: 'V2 Plus', active: '1' });
  assert.equal(renamed.status, 303, textOf(renamed.text));
  const stale = await desk.submit(form, new RegExp(`/products/${id}$`), { name: 'V3', active: '1' });
  assert.equal(stale.status, 409);
  assert.match(textOf(stale.text), /nel frattempo/);
  assert.match(stale.text, /value="V3"/); // and nothing typed is lost

  const again = (await desk.get(`/products/${id}/edit`)).text;
  const retired = await desk.post(`/products/${id}`, { name: 'V2 Plus', role: 'made', kind: 'goods', version: /name="version" value="(\d+)"/.exec(again)[1] });
  assert.equal(retired.status, 303);
  assert.match(textOf((await desk.get(`/products/${id}`)).text), /non più in vendita/);
  assert.doesNotMatch((await desk.get('/products')).text, /V2 Plus/);
  assert.match((await desk.get('/products?retired=1')).text, /V2 Plus/);
  assert.equal((await desk.get('/products/99999')).status, 404);
  assert.equal((await desk.get('/products/99999/edit')).status, 404);
  assert.equal((await desk.post('/products/99999', { name: 'x', version: '1' })).status, 404);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('an installed item: whose it is, since when, and found by its serial', async (t, engine) => {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.execute(PARTIES);
  await filo.start();
  const desk = await filo.signIn();
  const product = idOf(await desk.post('/products', { name: 'V2', role: 'made', kind: 'goods' }));
  const item = { product: 'V2', serial: ' v2-10 840 ', customer: 'bar centrale', sold: '2025-03-12', delivered: '2025-03-15', batch: '2025-07' };
  const added = await desk.post('/items', item);
  assert.equal(added.status, 303, textOf(added.text));
  const page = textOf((await desk.get(`/items/${idOf(added)}`)).text);
  assert.match(page, /V2-10840/);
  assert.match(page, /Bar Centrale/);
  assert.match(page, /12 marzo 2025|12 mar 2025/);
  const rows = await filo.rows('SELECT sold_at, delivered_at, batch FROM installed_item');
  // Midnights in Rome: 11 and 14 March 2025, 23:00 UTC.
  assert.deepEqual([Number(rows[0].sold_at), Number(rows[0].delivered_at), rows[0].batch],
    [Date.UTC(2025, 2, 11, 23), Date.UTC(2025, 2, 14, 23), '2025-07']);

  assert.match((await desk.get('/products?q=v2-10')).text, /V2-10840/);
  assert.match((await desk.get(`/products/${product}`)).text, /V2-10840/);
  assert.match((await desk.get('/parties/1')).text, new RegExp(`href="/items/${idOf(added)}"`));

  const wrong = [
    [{ serial: 'V2-10840' }, /Questa matricola di V2 c'è già/],
    [{ serial: '' }, /Scriva la matricola/],
    [{ serial: 'a'.repeat(65) }, /al più 64 caratteri/],
    [{ serial: 'V2-2', product: 'K' }, /Scelga il prodotto/],
    [{ serial: 'V2-2', customer: 'Bar Ignoto' }, /Scelga chi ce l'ha/],
    [{ serial: 'V2-2', customer: 'Bar Sport' }, /Più clienti si chiamano Bar Sport/],
    [{ serial: 'V2-2', sold: '2025-02-30' }, /non è un giorno/],
    [{ serial: 'V2-2', delivered: '2999-01-01' }, /non è un giorno già passato/],
  ];
  for (const [change, words] of wrong) {
    const refused = await desk.post('/items', { ...item, ...change });
    assert.equal(refused.status, 422, JSON.stringify(change));
    assert.match(textOf(refused.text), words);
    assert.match(refused.text, /value="2025-07"/);
  }
  // Of two namesakes the right one is chosen on their own page.
  const form = (await desk.get('/items/new?party=3')).text;
  const second = await desk.submit(form, /\/items$/, { product: 'V2', serial: 'V2-3' });
  assert.equal(second.status, 303, textOf(second.text));
  assert.equal(Number((await filo.rows(`SELECT party_id FROM installed_item WHERE serial = 'V2-3'`))[0].party_id), 3);
  assert.equal(await filo.count(`FROM audit WHERE action = 'item.add'`).then(Number), 2);
});

eachEngine('a call about a serial is a request about that product', async (t, engine) => {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.execute(`INSERT INTO party (kind, name, sort_key, buyer, language, created_at, version)
      VALUES ('company', 'Bar Centrale', 'bar centrale', 'business', 'it', 1, 1);
    INSERT INTO product (name, sort_key, role, kind, active, version)
      VALUES ('V2', 'v2', 'made', 'goods', 1, 1), ('Lavastoviglie', 'lavastoviglie', 'third_party', 'goods', 1, 1);
    INSERT INTO installed_item (product_id, serial, party_id, seller, batch, version)
      VALUES (1, 'V2-77', 1, '', '', 1), (1, 'A-1', 1, '', '', 1), (2, 'A-1', 1, '', '', 1)`);
  await filo.start();
  const desk = await filo.signIn();
  const call = async (fields) => {
    const page = (await desk.get('/tickets/new?party=1')).text;
    const answer = await desk.submit(page, /\/tickets$/, { contact: '0733 960000', subject: 'Non scalda', description: 'È fredda', ...fields });
    assert.equal(answer.status, 303, textOf(answer.text));
    const [row] = await filo.rows(`SELECT product_id, installed_item_id, ownership, initiative FROM ticket WHERE ticket_id = ${idOf(answer)}`);
    return [row.product_id && Number(row.product_id), row.installed_item_id && Number(row.installed_item_id), row.ownership, row.initiative];
  };
  assert.deepEqual(await call({ serial: 'v2-77' }), [1, 1, 'ours', 'asked']);
  assert.deepEqual(await call({ serial: 'A-1' }), [null, null, 'unknown', 'asked'], 'two products share it: none is guessed');
  assert.deepEqual(await call({ serial: 'A-1', product: 'Lavastoviglie' }), [2, 3, 'third_party', 'asked']);
  assert.deepEqual(await call({ serial: 'nessuna', initiative: 'proactive' }), [null, null, 'unknown', 'proactive']);
  assert.match((await desk.get('/tickets/new?party=1&item=1')).text, /value="V2-77"/);
});
