// SPDX-License-Identifier: EUPL-1.2
// "Not a request" for several at once in the work list: one press, one undo, and what could not be is said in words while
// the rest is done.
// timeout: 300
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openChromium } from './support/chromium.js';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { findForm, listForms, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

async function desk(t, options = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ sink, ...options });
  t.after(() => filo.remove());
  const browser = await filo.signIn();
  const row = async (ticket) => (await filo.rows(`SELECT state, owner_id, next_update_at FROM ticket WHERE ticket_id = ${ticket}`))[0];
  const write = async (from, subject, more = {}) => (await filo.mailIn(letter({ from, subject, ...more }))).out.ticket;
  return { filo, sink, browser, row, write };
}

const picks = (html) => [...html.matchAll(/name="request" value="([^"]*)"/g)].map(([, value]) => value);
const pickOf = (html, ticket) => picks(html).find((value) => value.startsWith(`${ticket}.`));
const rules = async (filo) => (await filo.rows('SELECT pattern FROM sender_rule ORDER BY pattern')).map(({ pattern }) => pattern);

eachEngine('several are put aside with one press, learned by their senders, and come back with one', async (t, engine) => {
  const { filo, browser, row, write } = await desk(t, { engine });
  const offers = [await write('vendite@offerte.test', 'Offerta uno'), await write('vendite@offerte.test', 'Offerta due'),
    await write('spam@altro.test', 'Vinca un premio')];
  const known = [await write('cliente@bar.test', 'La macchina perde'), await write('cliente@bar.test', 'Catena di auguri')];
  assert.equal((await browser.submit((await browser.get(`/tickets/${offers[2]}`)).text, /\/take$/)).status, 303);
  const before = await Promise.all(offers.map(row));
  const list = await browser.get('/tickets?view=open&order=newest');
  assert.equal(picks(list.text).length, 5);

  const chosen = [...offers, known[1]];
  const { action } = findForm(list.text, /\/tickets\/aside/);
  const put = await browser.post(action, chosen.map((ticket) => ['request', pickOf(list.text, ticket)]));
  assert.equal(put.status, 303);
  assert.match(put.headers.location, /^\/tickets\?view=open&order=newest&aside=/, 'one comes back to the list one was in');
  const after = await browser.get(put.headers.location);
  assert.match(textOf(after.text), /4 richieste messe da parte\. Annulla/);
  assert.equal(picks(after.text).length, 1);
  for (const ticket of chosen) assert.equal((await row(ticket)).state, 'spam');
  assert.deepEqual(await rules(filo), ['spam@altro.test', 'vendite@offerte.test'], 'who has another request is not learned unasked');
  assert.equal((await row(await write('vendite@offerte.test', 'Ultima occasione'))).state, 'spam');
  assert.equal(await filo.count("FROM audit WHERE action = 'ticket.spam'"), 4);

  // The press again (a second click, the way back of the browser) finds them there and harms nothing.
  const twice = await browser.post(action, chosen.map((ticket) => ['request', pickOf(list.text, ticket)]));
  assert.match(textOf((await browser.get(twice.headers.location)).text), /Non messe da parte, perché cambiate nel frattempo: 10001 \(/);

  const back = await browser.submit(after.text, /\/tickets\/aside\/back/);
  assert.equal(back.status, 303);
  const restored = await browser.get(back.headers.location);
  assert.match(textOf(restored.text), /4 richieste sono di nuovo com'erano\./);
  assert.deepEqual(await Promise.all(offers.map(row)), before);
  assert.deepEqual(await rules(filo), []);
  assert.equal(await filo.count("FROM audit WHERE action = 'ticket.request'"), 4);
  assert.equal((await row(await write('spam@altro.test', 'Davvero un guasto'))).state, 'new');
  // The old page is still open somewhere: it does not say what is no longer so, and its undo brings nothing.
  assert.doesNotMatch(textOf((await browser.get(put.headers.location)).text), /messe da parte\./);
  const again = await browser.submit(after.text, /\/tickets\/aside\/back/);
  assert.match(textOf((await browser.get(again.headers.location)).text), /Non rimesse tra le richieste: 10001 \(/);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('one answered meanwhile and one that is gone stay out, are named, and the rest is done', async (t, engine) => {
  const { filo, browser, row, write } = await desk(t, { engine });
  const [answered, offer] = [await write('cliente@bar.test', 'Non scalda'), await write('vendite@offerte.test', 'Offerta')];
  const list = await browser.get('/tickets?view=open');
  const { action } = findForm(list.text, /\/tickets\/aside/);
  const reply = await browser.submit((await browser.get(`/tickets/${answered}`)).text, /\/messages$/, { kind: 'reply', text: 'Arriviamo domani.' });
  assert.equal(reply.status, 303);
  const put = await browser.post(action, [['request', pickOf(list.text, answered)], ['request', '999999.1'], ['request', pickOf(list.text, offer)]]);
  const words = textOf((await browser.get(put.headers.location)).text);
  assert.match(words, /1 richiesta messa da parte\. Non messe da parte, perché cambiate nel frattempo: 10001 \([^)]*Sara Conti\), 999999 \(non c'è più\)\./);
  assert.notEqual((await row(answered)).state, 'spam');
  assert.equal((await row(offer)).state, 'spam');
  assert.deepEqual(await rules(filo), ['vendite@offerte.test']);

  const none = await browser.post(action, []);
  assert.match(textOf((await browser.get(none.headers.location)).text), /Nessuna richiesta spuntata/);
  assert.equal((await browser.post(action, [['request', 'x']])).status, 400);
  const unseen = await browser.post(action, [['request', String(answered)]]);
  assert.match(unseen.headers.location, /&aside=&left=10001$/, 'a form without the version seen is stale');
});

eachEngine('only who may write has ticks; a request that waits for somebody has none', async (t, engine) => {
  const { filo, browser, write } = await desk(t, { engine });
  const [waits, fresh] = [await write('cliente@bar.test', 'Non scalda'), await write('altro@bar.test', 'Perde')];
  await browser.submit((await browser.get(`/tickets/${waits}`)).text, /\/take$/);
  await browser.submit((await browser.get(`/tickets/${waits}`)).text, /\/wait$/, { state: 'waiting_part', reason: 'Il pezzo arriva', until: '2099-01-01T10:00' });
  const html = (await browser.get('/tickets?view=open')).text;
  assert.deepEqual(picks(html).map((value) => Number(value.split('.')[0])), [fresh]);
  await filo.stop(); // the serving node alone writes
  await filo.execute(`INSERT INTO staff (login, display_name, sort_key, email, role, team_id, language, password_hash, active, epoch, created_at, version)
    SELECT 'reader', 'reader', 'reader', '', 'reader', team_id, language, password_hash, 1, epoch, created_at, 1 FROM staff WHERE login = '${ADMIN.login}';`);
  await filo.start();
  const reader = await filo.signIn({ login: 'reader' });
  const seen = (await reader.get(`/tickets?view=open&aside=${fresh}`)).text;
  assert.deepEqual(picks(seen), []);
  assert.deepEqual(listForms(seen).filter((form) => /aside/.test(form.action)), []);
});

// As people do it: with the keyboard, and what they see meanwhile.
test('with the keyboard, in both themes and languages, on a desktop and a phone', async (t) => {
  const { filo, row, write } = await desk(t);
  const tickets = [];
  for (const [from, subject] of [['vendite@offerte.test', 'Offerta imperdibile'], ['anna@bar.test', 'La macchina non scalda'],
    ['spam@altro.test', 'Ha vinto un premio']]) tickets.push(await write(from, subject));
  for (const [language, theme, width] of [['it', 'light', 1440], ['en', 'dark', 375]]) {
    const chromium = await openChromium(t, { language, theme, width });
    await chromium.signIn(filo);
    const { page } = chromium;
    await page.evaluate((lang) => fetch('/preferences', { method: 'POST', body: new URLSearchParams({ lang, return_to: '/' }) }), language);
    await page.goto(`${filo.url}/tickets?view=open`);
    assert.equal(await page.locator('.bulk').isVisible(), false, 'nothing ticked, no button');
    await chromium.shot(`aside-none-${language}`);
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    assert.equal(await page.locator('.row-pick :checked').count(), 2);
    await chromium.axe(`ticked ${language}`);
    await chromium.shot(`aside-ticked-${language}`);
    await page.locator('.bulk button').focus();
    await page.keyboard.press('Enter');
    await page.locator('.flash').waitFor();
    assert.equal((await row(tickets[1])).state, 'new');
    assert.deepEqual([(await row(tickets[0])).state, (await row(tickets[2])).state], ['spam', 'spam']);
    await chromium.axe(`put aside ${language}`);
    await chromium.shot(`aside-done-${language}`);
    await page.locator('.flash button').focus();
    await page.keyboard.press('Enter');
    await page.locator('.flash').getByText(/com'erano|as they were/).waitFor();
    assert.deepEqual([(await row(tickets[0])).state, (await row(tickets[2])).state], ['new', 'new']);
  }
});
