// SPDX-License-Identifier: EUPL-1.2
// Customers in the pages: added with their addresses, recognised when they are there already, corrected, their people.
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { textOf } from './support/page.js';

const idOf = (answer) => /\/(\d+)$/.exec(answer.headers.location)[1];
const COMPANY = { kind: 'company', buyer: 'business', language: 'it', fiscal_code: '', sdi_code: '' };
// Both pass the check digit and name a tax office. 12345670017 by hand: 1+3+5+7+0 = 16; 2·2, 2·4, 2·6-9, 0, 2·1 = 17; 33 → 7.
const VAT = '00488410010';
const OTHER_VAT = '12345670017';

eachEngine('a customer is added once: known again by partita IVA, address, number and name', async (t, engine) => {
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const desk = await filo.signIn();
  const added = await desk.post('/parties', { ...COMPANY, name: 'Bar Centrale', vat_number: `IT ${VAT}`, email: 'Info@BarCentrale.it',
    phone: '0733 960000', pec: 'bar@pec.it', postal: 'Piazza Libertà 3' });
  assert.equal(added.status, 303, textOf(added.text));
  const id = idOf(added);
  const page = textOf((await desk.get(`/parties/${id}`)).text);
  for (const said of [/Bar Centrale Azienda/, new RegExp(VAT), /info@barcentrale\.it/i, /0733 ?960000/, /bar@pec\.it/, /Piazza Libertà 3/])
    assert.match(page, said);
  const keys = (await filo.rows('SELECT value_key FROM contact_point ORDER BY contact_point_id')).map((row) => row.value_key);
  assert.deepEqual(keys.slice(0, 2), ['info@barcentrale.it', '+390733960000']);

  const twins = [
    [{ name: 'Altro Bar', vat_number: VAT }, /Questa partita IVA è già di Bar Centrale/],
    [{ name: 'Altro Bar', email: 'info@barcentrale.it' }, /Questo recapito è già di Bar Centrale/],
    [{ name: 'Altro Bar', phone: '+39 0733960000' }, /Questo recapito è già di Bar Centrale/],
    [{ name: 'bar  CENTRALE' }, /C'è già Bar Centrale: se è lo stesso/],
  ];
  for (const [change, words] of twins) {
    const refused = await desk.post('/parties', { ...COMPANY, ...change });
    assert.equal(refused.status, 422, JSON.stringify(change));
    assert.match(textOf(refused.text), words);
    assert.match(refused.text, new RegExp(`href="/parties/${id}"`)); // and the way there
  }
  const wrong = [
    [{ vat_number: '00488410011' }, /carattere di controllo/],
    [{ fiscal_code: 'RSSMRA85T10A562X' }, /carattere di controllo/],
    [{ email: 'senza chiocciola' }, /chiocciola/],
    [{ phone: 'abc' }, /telefono|numero|cifre/i],
    [{ name: ' ' }, /Scriva il nome/],
  ];
  for (const [change, words] of wrong) {
    const refused = await desk.post('/parties', { ...COMPANY, name: 'Nuovo', postal: 'Via Roma 1', ...change });
    assert.equal(refused.status, 422, JSON.stringify(change));
    assert.match(textOf(refused.text), words);
    assert.match(refused.text, /value="Via Roma 1"/); // nothing typed is lost
  }
  assert.equal(Number(await filo.count('FROM party')), 1);

  // Another bar of that name: shown once, then believed.
  const shown = await desk.post('/parties', { ...COMPANY, name: 'Bar Centrale' });
  const second = await desk.submit(shown.text, /\/parties$/, { vat_number: OTHER_VAT });
  assert.equal(second.status, 303, textOf(second.text));
  assert.equal(Number(await filo.count('FROM party')), 2);
});

eachEngine('a customer is corrected by one at a time; people and addresses come and go', async (t, engine) => {
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const desk = await filo.signIn();
  const company = idOf(await desk.post('/parties', { ...COMPANY, name: 'Panificio Moretti', email: 'forno@moretti.it' }));
  const form = (await desk.get(`/parties/${company}/edit`)).text;
  assert.equal((await desk.submit(form, new RegExp(`/parties/${company}$`), { name: 'Panificio Moretti S.r.l.', vat_number: VAT })).status, 303);
  const stale = await desk.submit(form, new RegExp(`/parties/${company}$`), { name: 'Forno' });
  assert.equal(stale.status, 409);
  assert.match(textOf(stale.text), /nel frattempo/);
  assert.match(stale.text, /value="Forno"/);
  assert.match(textOf((await desk.get('/parties?q=panificio')).text), /Panificio Moretti S\.r\.l\./);

  const person = await desk.submit((await desk.get(`/parties/new?company=${company}`)).text, /\/parties$/,
    { name: 'Anna Moretti', role: 'titolare', phone: '333 1234567', language: 'it' });
  assert.equal(person.status, 303, textOf(person.text));
  let page = textOf((await desk.get(`/parties/${company}`)).text);
  assert.match(page, /Anna Moretti titolare/);
  // The company's own address on one of its people is nobody else's.
  const shared = await desk.post(`/parties/${idOf(person)}/contacts`, { kind: 'email', value: 'forno@moretti.it' });
  assert.equal(shared.status, 303, textOf(shared.text));
  const bad = await desk.post(`/parties/${company}/contacts`, { kind: 'email', value: 'forno@' });
  assert.equal(bad.status, 422);
  assert.match(bad.text, /value="forno@"/);
  assert.equal((await desk.post(`/parties/${company}/contacts`, { kind: 'phone', value: '0733 111111' })).status, 303);
  const edit = (await desk.get(`/parties/${company}/edit`)).text;
  const points = [...edit.matchAll(/action="(\/parties\/\d+\/contacts\/\d+\/remove)"/g)].map((found) => found[1]);
  assert.equal(points.length, 2);
  assert.equal((await desk.post(points[1], {})).status, 303);
  assert.equal((await desk.post(points[1], {})).status, 303); // again: gone is gone
  assert.equal((await desk.post(`/parties/${company}/people/${idOf(person)}/remove`, {})).status, 303);
  page = textOf((await desk.get(`/parties/${company}`)).text);
  assert.doesNotMatch(page, /Anna Moretti|111111/);
  assert.equal((await desk.get(`/parties/${idOf(person)}`)).status, 200); // the person is still there
  for (const path of ['/parties/9999', '/parties/9999/edit']) assert.equal((await desk.get(path)).status, 404);
  assert.equal((await desk.post('/parties/9999', { ...COMPANY, name: 'x', version: '1' })).status, 404);
  assert.equal((await desk.post('/parties/9999/contacts', { kind: 'phone', value: '0733 222222' })).status, 404);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('a customer of many years: every request is reached, page after page, and the newest again', async (t, engine) => {
  const filo = await startFilo({ engine });
  t.after(() => filo.remove());
  const desk = await filo.signIn();
  const added = async (answer) => assert.equal(answer.status, 303, textOf(answer.text));
  await added(await desk.post('/parties', { ...COMPANY, name: 'Bar Centrale', phone: '0733 960000' }));
  await added(await desk.post('/products', { name: 'V2', role: 'made', kind: 'goods' }));
  await added(await desk.post('/items', { product: 'V2', serial: 'V2-77', customer: 'Bar Centrale', sold: '', delivered: '' }));
  for (let i = 1; i <= 53; i++)
    await added(await desk.submit((await desk.get('/tickets/new')).text, /^\/tickets$/, { channel: 'phone', customer: 'Bar Centrale', contact: '0733 960000',
      serial: 'V2-77', description: 'Una domanda', subject: `Chiamata ${i}.` }));
  for (const [path, eachPage] of [['/parties/1', 50], ['/products/1', 30], ['/items/1', 30]]) {
    const first = await desk.get(path);
    assert.match(first.text, /Chiamata 53\./, path);
    assert.ok(!first.text.includes(`Chiamata ${53 - eachPage}.`), path);
    assert.doesNotMatch(textOf(first.text), /Le più recenti/);
    const older = new RegExp(`href="(${path}\\?before=\\d+)"`).exec(first.text);
    const second = await desk.get(older[1]);
    for (let i = 1; i <= 53 - eachPage; i++) assert.ok(second.text.includes(`Chiamata ${i}.`), `${path}: ${i}`);
    assert.ok(!second.text.includes(`Chiamata ${54 - eachPage}.`), path);
    assert.doesNotMatch(textOf(second.text), /Richieste più vecchie/);
    assert.match(second.text, new RegExp(`href="${path}">Le più recenti`));
  }
  assert.equal((await desk.get('/parties/1?before=-3')).status, 200);
  assert.match((await desk.get('/parties/1?before=niente')).text, /Chiamata 53\./);
});
