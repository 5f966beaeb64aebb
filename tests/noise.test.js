// SPDX-License-Identifier: EUPL-1.2
// What is not a request: put aside by one press, learned by its sender, brought back as it was; and a robot that answers
// everything. Security A12, A13.
// timeout: 300
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter, textBody } from './support/letter.js';
import { findForm, listForms, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const SELLER = 'vendite@offerte.test';

async function desk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const browser = await filo.signIn();
  const page = async (ticket) => (await browser.get(`/tickets/${ticket}`)).text;
  const row = async (ticket) => (await filo.rows(`SELECT state, owner_id, next_update_at FROM ticket WHERE ticket_id = ${ticket}`))[0];
  const write = async (given) => (await filo.mailIn(letter({ from: SELLER, subject: 'Offerta imperdibile', ...given }))).out.ticket;
  return { filo, sink, browser, page, row, write };
}

eachEngine('put aside, the sender is learned; one press brings it back as it was and forgets', async (t, engine) => {
  const { filo, sink, browser, page, row, write } = await desk(t, engine);
  const first = await write();
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement of the first');
  assert.equal((await browser.submit(await page(first), /\/take$/)).status, 303);
  assert.equal((await browser.submit(await page(first), /\/start$/)).status, 303);
  const before = await row(first);
  assert.equal(before.state, 'in_progress');
  assert.equal((await browser.submit(await page(first), /\/spam$/)).status, 303);
  assert.equal((await row(first)).state, 'spam');

  const second = await write({ subject: 'Ultima occasione', text: 'Compri adesso la fresatrice.' });
  assert.equal((await row(second)).state, 'spam');
  assert.doesNotMatch(textOf((await browser.get('/tickets?view=unowned')).text), /Ultima occasione/);
  assert.match(textOf((await browser.get('/search?q=fresatrice')).text), /Ultima occasione/);
  const list = await browser.get('/aside');
  assert.match(textOf(list.text), /Messe da parte .*Ultima occasione .*Offerta imperdibile .*Mittenti messi da parte vendite@offerte\.test/);
  assert.match((await browser.get('/tray')).text, /href="\/aside"/);
  const other = await write({ from: 'anna@offerte.test', subject: 'La macchina perde' });
  assert.equal((await row(other)).state, 'new', 'a colleague of the sender was put aside with him');

  assert.equal((await browser.submit(await page(first), /\/request$/)).status, 303);
  assert.deepEqual(await row(first), before);
  assert.equal(await filo.count('FROM sender_rule'), 0);
  assert.equal((await row(await write({ subject: 'Davvero un guasto' }))).state, 'new');
  assert.equal(await filo.count("FROM audit WHERE action = 'ticket.spam'"), 1);
  assert.equal(await filo.count("FROM audit WHERE action = 'ticket.request'"), 1);
  await filo.until(() => sink.messages.length === 3, 'three acknowledgements and none for what was put aside');
  assert.equal((await filo.check()).code, 0);
});

eachEngine('a customer with other requests is learned only when ticked; a domain only by an administrator', async (t, engine) => {
  const { filo, browser, page, row, write } = await desk(t, engine);
  await write({ subject: 'La macchina non scalda' });
  const second = await write({ subject: 'Catena di auguri' });
  assert.match(textOf(await page(second)), /Metta da parte anche i prossimi messaggi/);
  assert.equal((await browser.submit(await page(second), /\/spam$/)).status, 303);
  assert.equal(await filo.count('FROM sender_rule'), 0);
  assert.equal((await row(await write({ subject: 'Manutenzione' }))).state, 'new');
  const third = await write({ subject: 'Altri auguri' });
  assert.equal((await browser.submit(await page(third), /\/spam$/, { learn: '1' })).status, 303);
  assert.equal((await row(await write({ subject: 'Ancora auguri' }))).state, 'spam');

  const list = await browser.get('/aside');
  assert.equal((await browser.submit(list.text, /\/aside\/rules\/\d+\/remove$/)).status, 303);
  assert.equal((await row(await write({ subject: 'Un preventivo' }))).state, 'new');
  assert.equal((await browser.submit((await browser.get('/aside')).text, /\/aside\/rules$/, { domain: 'Offerte.test' })).status, 303);
  assert.equal((await row(await write({ from: 'chiunque@offerte.test', subject: 'Volantino' }))).state, 'spam');
  assert.equal((await row(await write({ from: 'chiunque@altro.offerte.test', subject: 'Guasto' }))).state, 'new');
});

eachEngine('restored with a note it is a request again, and so is what its sender writes', async (t, engine) => {
  const { filo, browser, page, row, write } = await desk(t, engine);
  const first = await write();
  assert.equal((await browser.submit(await page(first), /\/spam$/)).status, 303);
  assert.equal(await filo.count('FROM sender_rule'), 1);
  const { action, fields } = findForm(await page(first), /\/request$/);
  assert.deepEqual(listForms(await page(first)).filter((form) => /\/restore$/.test(form.action)), [], 'one button for it is enough');
  assert.equal((await browser.post(action.replace(/request$/, 'restore'), { ...fields, why: 'È un cliente vero' })).status, 303);
  assert.equal((await row(first)).state, 'new');
  assert.equal((await row(await write({ subject: 'Guasto' }))).state, 'new');
});

eachEngine('a program puts aside and restores as the pages do', async (t, engine) => {
  const { filo, row, write } = await desk(t, engine);
  const first = await write();
  const { stdout } = await filo.command(['token', 'create', '--name', 'Gestionale', '--scopes', 'ticket.read ticket.write', '--as', 'sara'],
    { mustWork: true });
  const state = (body) => fetch(`${filo.url}/api/v1/tickets/${first}/state`, { method: 'POST', body: JSON.stringify(body),
    headers: { Authorization: `Bearer ${stdout.trim()}`, 'Content-Type': 'application/json' } });
  assert.equal((await state({ action: 'mark_spam', version: 999 })).status, 409);
  assert.equal((await state({ action: 'mark_spam' })).status, 200);
  assert.equal((await row(await write({ subject: 'Ultima occasione' }))).state, 'spam');
  assert.equal((await state({ action: 'restore', note: 'È un cliente vero' })).status, 200);
  assert.equal((await row(await write({ subject: 'Guasto' }))).state, 'new');
});

// It answers our mail as a person would, without a header that tells it from one.
eachEngine('an echo robot without any header gets one acknowledgement and its echo lies on the same request', async (t, engine) => {
  const { filo, sink } = await desk(t, engine);
  const robot = 'eco@robot.test';
  await filo.mailIn(letter({ from: robot, subject: 'Ordine', text: 'Salve' }));
  let answered = 0;
  for (let round = 0; round < 20; round += 1) {
    const fresh = async () => sink.messages.length > answered || await filo.count("FROM outbox WHERE state IN ('queued', 'sending', 'dot_sent')") === 0;
    await filo.until(fresh, 'what leaves');
    if (sink.messages.length === answered) break;
    const message = sink.messages[answered];
    answered += 1;
    const subject = headersOf(message.data).get('subject')[0];
    const to = headersOf(message.data).get('reply-to')?.[0] ?? 'assistenza@filo.test';
    await filo.mailIn(letter({ from: robot, to, subject: `Re: ${subject}`, text: textBody(message.data) }));
  }
  assert.equal(sink.messages.filter(({ to }) => to.includes(robot)).length, 1);
  assert.equal(await filo.count('FROM ticket'), 1);
  assert.equal(await filo.count("FROM message WHERE direction = 'in'"), 2);
});

// The same, with words of its own and a new thread each time: the brake alone stops it.
eachEngine('a robot that begins a new thread each time gets five automatic mails in an hour', async (t, engine) => {
  const { filo, sink } = await desk(t, engine);
  const robot = 'ticket@altrosistema.test';
  for (let round = 1; round <= 12; round += 1) {
    await filo.mailIn(letter({ from: robot, subject: `Presa in carico INC${round}`, text: `Abbiamo ricevuto la Sua richiesta ${round}.` }));
    await filo.until(async () => await filo.count("FROM outbox WHERE state IN ('queued', 'sending', 'dot_sent')") === 0, 'what leaves');
  }
  assert.equal(sink.messages.filter(({ to }) => to.includes(robot)).length, 5);
});

eachEngine('robots, lists and the null sender get no acknowledgement', async (t, engine) => {
  const { filo, sink } = await desk(t, engine);
  const marks = ['Auto-Submitted: auto-replied', 'Precedence: bulk', 'Return-Path: <>', 'List-Id: <novita.offerte.test>', 'X-Filo-Loop: x',
    'X-Autoresponder: 1', 'X-Auto-Reply: yes', 'X-Auto-Response-Suppress: All'];
  for (const [i, mark] of marks.entries())
    assert.equal((await filo.mailIn(letter({ from: `r${i}@robot.test`, subject: `Robot ${i}`, more: [mark] }))).code, 0);
  assert.equal(await filo.count('FROM ticket'), marks.length, 'a list or robot nobody put aside is still read by people');
  assert.equal(await filo.count('FROM outbox'), 0);
  assert.equal(sink.messages.length, 0);
});
