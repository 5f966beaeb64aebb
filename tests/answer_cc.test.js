// SPDX-License-Identifier: EUPL-1.2
// An answer goes to those who stood in the last message, each once, and to nobody else: whom nobody confirmed is only
// offered, whom a person leaves out gets nothing, whom a person adds takes part from then on. Without JavaScript.
// timeout: 120
import assert from 'node:assert/strict';
import { openChromium } from './support/chromium.js';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

async function desk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const { ticket } = (await filo.mailIn(letter({ from: 'Luca Bianchi <luca@bar.test>', subject: 'La V2',
    to: 'assistenza@filo.test, Ugo <ugo@bar.test>', more: ['Cc: Anna Neri <anna+desk@bar.test>, evil@x.test, Assistenza+t.abcdefghijklmnopq@filo.test, LUCA@bar.test'] }))).out;
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  assert.deepEqual(sink.messages[0].to, ['luca@bar.test'], 'a robot writes to who wrote, to nobody they named');
  return { sink, filo, ticket, browser: await filo.signIn() };
}

// The composer's boxes as the page has them: {key: ticked}.
function boxes(html) {
  const { body } = findForm(html, /\/messages$/);
  return Object.fromEntries([...body.matchAll(/<input type="checkbox" name="cc" value="([^"]*)"( checked)?[ >]/g)].map(([, key, on]) => [key, Boolean(on)]));
}

async function send({ sink, filo, ticket, browser }, { cc = [], added = '', text = 'Arriviamo domani.' } = {}) {
  const { fields } = findForm((await browser.get(`/tickets/${ticket}`)).text, /\/messages$/);
  const pairs = [...Object.entries({ ...fields, kind: 'reply', text, cc_new: added }).filter(([name]) => name !== 'cc'), ...cc.map((key) => ['cc', key])];
  const before = sink.messages.length;
  const answer = await browser.post(`/tickets/${ticket}/messages`, pairs);
  if (answer.status !== 303) return { refused: answer };
  await filo.until(() => sink.messages.length === before + 1, 'the answer');
  const { data, to } = sink.messages[before];
  const named = (name) => (headersOf(data).get(name) ?? ['']).join().match(/[\w.+-]+@[\w.]+/g) ?? [];
  return { to: named('to'), cc: named('cc'), envelope: to.sort() };
}

eachEngine('who stood in To and Cc is offered; unconfirmed ones get nothing until a person ticks them', async (t, engine) => {
  const here = await desk(t, engine);
  const page = (await here.browser.get(`/tickets/${here.ticket}`)).text;
  assert.deepEqual(boxes(page), { 'ugo@bar.test': false, 'anna+desk@bar.test': false, 'evil@x.test': false });
  assert.match(textOf(page), /A luca@bar\.test.* Cc Anna Neri <anna\+desk@bar\.test> da confermare: prema per aggiungere/);

  assert.deepEqual(await send(here, { cc: ['ugo@bar.test', 'anna+desk@bar.test'] }),
    { to: ['luca@bar.test', 'ugo@bar.test'], cc: ['anna+desk@bar.test'], envelope: ['anna+desk@bar.test', 'luca@bar.test', 'ugo@bar.test'] });
  const after = (await here.browser.get(`/tickets/${here.ticket}`)).text;
  assert.deepEqual(boxes(after), { 'ugo@bar.test': true, 'anna+desk@bar.test': true, 'evil@x.test': false });
  assert.match(textOf(after), /A luca@bar\.test, ugo@bar\.test · Cc anna\+desk@bar\.test/, 'the message says to whom it went');
  assert.equal(Number(await here.filo.count("FROM audit WHERE action = 'participant.confirm'")), 2);

  // Left out once: gone from this answer, offered still.
  assert.deepEqual(await send(here, { cc: ['ugo@bar.test'] }), { to: ['luca@bar.test', 'ugo@bar.test'], cc: [], envelope: ['luca@bar.test', 'ugo@bar.test'] });
  assert.equal(boxes((await here.browser.get(`/tickets/${here.ticket}`)).text)['anna+desk@bar.test'], false);
  const { code, stdout, stderr } = await here.filo.check();
  assert.equal(code, 0, stdout + stderr);
});

eachEngine('an address typed by hand takes part from then on; what is no address, or ours, stops the answer', async (t, engine) => {
  const here = await desk(t, engine);
  for (const [added, words] of [['non-un-indirizzo', /non-un-indirizzo non sembra un indirizzo/], ['assistenza@filo.test', /è un nostro indirizzo/]]) {
    const { refused } = await send(here, { added, cc: ['anna+desk@bar.test'], text: 'Non deve partire' });
    assert.equal(refused.status, 409);
    assert.match(textOf(refused.text), words);
    assert.match(refused.text, /Non deve partire/, 'what was typed is still there');
    assert.ok(boxes(refused.text)['anna+desk@bar.test'], 'and so is what was ticked');
  }
  assert.equal(Number(await here.filo.count("FROM participant WHERE confirmed = 1")), 1, 'a refused answer confirms nobody');
  assert.deepEqual(await send(here, { added: 'Tecnico@bar.test, luca@bar.test' }),
    { to: ['luca@bar.test'], cc: ['Tecnico@bar.test'], envelope: ['Tecnico@bar.test', 'luca@bar.test'] });
  // The one who was added answers by hand, without our address' secret: they take part.
  const id = headersOf(here.sink.messages.at(-1).data).get('message-id')[0];
  const back = await here.filo.mailIn(letter({ from: 'tecnico@bar.test', subject: 'Re: La V2', inReplyTo: id, text: 'Ci sono io.' }));
  assert.deepEqual([back.out.ticket, back.out.outcome], [here.ticket, 'appended']);
});

eachEngine('a program says who gets a copy, or leaves it as it was', async (t, engine) => {
  const here = await desk(t, engine);
  const { stdout } = await here.filo.command(['token', 'create', '--name', 'prova', '--scopes', 'ticket.write', '--as', 'sara'], { mustWork: true });
  const token = stdout.trim();
  const reply = async (body) => {
    const before = here.sink.messages.length;
    const answer = await here.filo.browser().request('POST', `/api/v1/tickets/${here.ticket}/reply`,
      { body: JSON.stringify(body), headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' } });
    if (answer.status !== 201) return { status: answer.status, ...JSON.parse(answer.text) };
    await here.filo.until(() => here.sink.messages.length === before + 1, 'the answer');
    return here.sink.messages[before].to.sort();
  };
  assert.deepEqual(await reply({ text: 'Uno.', cc: 'anna+desk@bar.test' }), ['anna+desk@bar.test', 'luca@bar.test']);
  assert.deepEqual(await reply({ text: 'Due.' }), ['anna+desk@bar.test', 'luca@bar.test']);
  assert.deepEqual(await reply({ text: 'Tre.', cc: '' }), ['luca@bar.test']);
  assert.equal((await reply({ text: 'Quattro.', cc: 'nessuno' })).status, 422);
});

eachEngine('the recipients are ticked in a browser without JavaScript, on any screen and in both themes', async (t, engine) => {
  const here = await desk(t, engine);
  for (const [width, theme] of [[1440, 'light'], [375, 'dark']]) {
    const chromium = await openChromium(t, { width, theme, javaScript: false });
    const { page } = chromium;
    await page.goto(`${here.filo.url}/sign-in`);
    await page.fill('input[name="email"]', ADMIN.login);
    await page.fill('input[name="password"]', ADMIN.password);
    await page.click('button[type="submit"]');
    await page.goto(`${here.filo.url}/tickets/${here.ticket}`);
    if (width === 1440) await page.getByLabel('Anna Neri').check();
    await chromium.fits('composer');
    await chromium.shot(`composer-cc-${engine}`);
    await page.fill('#text', `Da ${width}`);
    await page.getByRole('button', { name: 'Invia', exact: true }).click();
    await here.filo.until(() => here.sink.messages.length === (width === 1440 ? 2 : 3), 'the answer');
    assert.deepEqual(here.sink.messages.at(-1).to.sort(), ['anna+desk@bar.test', 'luca@bar.test']);
    await chromium.shot(`composer-cc-sent-${engine}`);
    assert.deepEqual(chromium.faults, []);
  }
});
