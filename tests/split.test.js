// SPDX-License-Identifier: EUPL-1.2
// A customer answers an old mail with a new problem: the message stays where it came, the desk offers to make it a request
// of its own, and what is said next goes where it belongs. Without JavaScript. Issue 3; users-ask.md A2, A3; channels.md 1.
// timeout: 300
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { header, headersOf, letter } from './support/letter.js';
import { findForm, listForms, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const ANNA = 'anna@bar.test';

async function desk(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const browser = await filo.signIn();
  const write = async (given) => (await filo.mailIn(letter({ from: ANNA, ...given }))).out;
  const page = async (ticket) => (await browser.get(`/tickets/${ticket}`)).text;
  return { sink, filo, browser, write, page };
}

const answers = (sink) => sink.messages.filter(({ data }) => !headersOf(data).has('auto-submitted'));
const addressIn = (data) => /<?([^<>\s]+@[^<>\s]+)>?$/.exec(header(data, 'Reply-To'))[1];

async function answer({ sink, browser, page }, ticket, text) {
  const before = answers(sink).length;
  const { fields } = findForm(await page(ticket), /\/messages$/);
  assert.equal((await browser.post(`/tickets/${ticket}/messages`, { ...fields, kind: 'reply', text })).status, 303);
  for (let i = 0; i < 400 && answers(sink).length === before; i++) await new Promise((done) => { setTimeout(done, 50); });
  return answers(sink)[before].data;
}

const withFile = (boundary, text) => [`Content-Type: multipart/mixed; boundary="${boundary}"`, '', `--${boundary}`, 'Content-Type: text/plain; charset=utf-8', '', text,
  `--${boundary}`, 'Content-Type: application/pdf; name="scheda.pdf"', 'Content-Disposition: attachment; filename="scheda.pdf"',
  'Content-Transfer-Encoding: base64', '', Buffer.from('%PDF-1.4 macinino').toString('base64'), `--${boundary}--`, ''].join('\r\n');

// The offer stands at the message that looks new, and nowhere else.
const offers = (html) => listForms(html).filter(({ action, body }) => /\/split$/.test(action) && /Sembra un problema nuovo/.test(body));

eachEngine('another subject: the offer, the new request with all that belongs to it, and the way back', async (t, engine) => {
  const here = await desk(t, engine);
  const { sink, filo, browser, write, page } = here;
  const { ticket } = await write({ subject: 'La V2 perde', text: 'Perde acqua.', id: 'prima@bar.test' });
  const ours = await answer(here, ticket, 'Chiuda il rubinetto.');
  const reply = { to: addressIn(ours), inReplyTo: header(ours, 'Message-ID'), references: `<prima@bar.test> ${header(ours, 'Message-ID')}` };
  assert.equal((await write({ subject: 'Re: La V2 perde', text: 'Fatto.', id: 'seconda@bar.test', ...reply })).ticket, ticket);
  assert.equal(offers(await page(ticket)).length, 0);

  // She answers the old mail about something else: nothing is lost, nothing moves by itself.
  const raw = ['From: ' + ANNA, `To: ${reply.to}`, 'Subject: Macinino rotto', 'Date: Tue, 03 Mar 2026 09:00:00 +0100', 'Message-ID: <macinino@bar.test>',
    `In-Reply-To: ${reply.inReplyTo}`, `References: ${reply.references}`, 'MIME-Version: 1.0', withFile('xyz', 'Il macinino fischia.')].join('\r\n');
  assert.deepEqual([(await filo.mailIn(raw)).out.ticket], [ticket]);
  const shown = await page(ticket);
  assert.equal(offers(shown).length, 1);
  assert.match(textOf(offers(shown)[0].body), /Sembra un problema nuovo: l’oggetto è cambiato\. Crea una nuova richiesta/);

  const none = await browser.post(`/tickets/${ticket}/split`, { version: offers(shown)[0].fields.version });
  assert.equal(none.status, 409);
  assert.match(textOf(none.text), /Scelga quali messaggi diventano una nuova richiesta/);
  const [{ message_id: first }] = await filo.rows(`SELECT message_id FROM message WHERE ticket_id = ${ticket} ORDER BY message_id`);
  assert.match(textOf((await browser.post(`/tickets/${ticket}/split`, { version: offers(shown)[0].fields.version, message: `${first}` })).text), /Il primo messaggio è la richiesta stessa/);

  const made = await browser.post(`/tickets/${ticket}/split`, offers(shown)[0].fields);
  assert.equal(made.status, 303, textOf(made.text));
  const fresh = Number(/\/tickets\/(\d+)\?split=/.exec(made.headers.location)[1]);
  const twice = await browser.post(`/tickets/${ticket}/split`, offers(shown)[0].fields);
  assert.equal(twice.status, 409, 'pressed twice, it is done once');
  assert.equal(Number(await filo.count('FROM ticket')), 2);

  const there = (await browser.get(made.headers.location)).text;
  for (const said of [/Macinino rotto/, /Il macinino fischia\./, /scheda\.pdf/, new RegExp(`separata dalla richiesta ${ticket}`), new RegExp(`Nuova richiesta, separata dalla ${ticket}\\. Se è stato un errore`)])
    assert.match(textOf(there), said);
  assert.match((await browser.get(/href="(\/tickets\/\d+\/messages\/\d+\/original)"/.exec(there)[1])).text, /Subject: Macinino rotto/);
  assert.equal((await browser.get(/href="(\/attachments\/\d+)"/.exec(there)[1])).text, '%PDF-1.4 macinino');
  const left = textOf(await page(ticket));
  assert.doesNotMatch(left, /Il macinino fischia/);
  assert.match(left, new RegExp(`un messaggio è diventato la richiesta ${fresh}`));
  assert.ok(left.includes(`${fresh} — Macinino rotto`) && textOf(there).includes(`${ticket} — La V2 perde`), 'linked both ways');
  const parties = await filo.rows('SELECT party_id, contact_id FROM ticket ORDER BY ticket_id');
  assert.deepEqual({ ...parties[0] }, { ...parties[1] });
  assert.match(textOf((await browser.get('/search?q=fischia')).text), new RegExp(`${fresh}`));

  // Her next word to that message goes to the new one, although it is sent to the old one's address; a word to our answer stays.
  const next = await write({ subject: 'Re: Macinino rotto', text: 'Fischia ancora.', ...reply, inReplyTo: '<macinino@bar.test>', references: `${reply.references} <macinino@bar.test>` });
  assert.deepEqual([next.ticket, next.outcome], [fresh, 'appended']);
  assert.equal((await write({ subject: 'Re: La V2 perde', text: 'Perde ancora.', ...reply })).ticket, ticket);
  const second = await answer(here, fresh, 'Passiamo domani.');
  assert.match(header(second, 'Subject'), new RegExp(`Macinino rotto \\[#${fresh}\\]`));
  assert.equal((await write({ subject: 'Re: Macinino rotto', text: 'Bene.', to: addressIn(second), inReplyTo: header(second, 'Message-ID') })).ticket, fresh);
  // The same letter once more is the same letter, where it stands now.
  assert.deepEqual([(await filo.mailIn(raw)).out.ticket], [fresh]);

  // A stranger who knows the id of that message gains nothing by it (A02).
  const evil = await write({ from: 'evil@x.test', subject: 'Re: Macinino rotto', inReplyTo: '<macinino@bar.test>' });
  assert.ok(![ticket, fresh].includes(evil.ticket));

  assert.equal((await browser.submit(await page(fresh), /\/merge$/, { into: `${ticket}` })).status, 303);
  assert.match(textOf(await page(ticket)), /Il macinino fischia\./);
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});

eachEngine('several messages chosen by hand, and by a program', async (t, engine) => {
  const here = await desk(t, engine);
  const { filo, browser, write, page } = here;
  const { ticket } = await write({ subject: 'La V2 perde', text: 'Perde acqua.' });
  await write({ subject: `Re: [#${ticket}] La V2 perde`, text: 'E il macinino fischia.' });
  await write({ subject: `Re: [#${ticket}] La V2 perde`, text: 'Il macinino è del 2019.' });
  await write({ subject: `Re: [#${ticket}] La V2 perde`, text: 'La perdita è finita.' });
  assert.equal(offers(await page(ticket)).length, 0);
  const form = listForms(await page(ticket)).find(({ action, body }) => /\/split$/.test(action) && /type="checkbox"/.test(body));
  const boxes = [...form.body.matchAll(/name="message" value="(\d+)"/g)].map(([, id]) => id);
  assert.equal(boxes.length, 3, 'all but the first');
  const made = await browser.post(form.action, [['version', form.fields.version], ['message', boxes[0]], ['message', boxes[1]]]);
  assert.equal(made.status, 303, textOf(made.text));
  const fresh = Number(/\/tickets\/(\d+)/.exec(made.headers.location)[1]);
  assert.match(textOf(await page(fresh)), /E il macinino fischia\..*Il macinino è del 2019\./);
  assert.match(textOf(await page(ticket)), /Perde acqua\..*La perdita è finita\./);

  const { stdout } = await filo.command(['token', 'create', '--name', 'Gestionale', '--scopes', 'ticket.read ticket.write', '--as', 'sara'], { mustWork: true });
  const split = async (body, id = ticket) => {
    const sent = await fetch(`${filo.url}/api/v1/tickets/${id}/split`, { method: 'POST', body: JSON.stringify(body),
      headers: { Authorization: `Bearer ${stdout.trim()}`, 'Content-Type': 'application/json' } });
    return { status: sent.status, json: await sent.json() };
  };
  assert.equal((await split({ message_ids: 'uno' })).status, 422);
  assert.equal((await split({ message_ids: boxes[0] })).json.error.code, 'ticket.error.split_gone');
  assert.equal((await split({ message_ids: boxes[2] }, 99999)).status, 404);
  assert.equal((await split({ message_ids: boxes[2], version: 999 })).status, 409);
  const third = await split({ message_ids: boxes[2], subject: 'Perdita finita' });
  assert.equal(third.status, 201, JSON.stringify(third.json));
  assert.match(textOf(await page(third.json.id)), /Perdita finita.*La perdita è finita\./);
  assert.equal(Number(await filo.count("FROM audit WHERE action = 'ticket.split'")), 2);

  assert.equal((await browser.post('/preferences', { lang: 'en', return_to: '/' })).status, 303);
  await write({ subject: 'Altra cosa', text: 'Un altro guasto.', inReplyTo: null, to: 'assistenza@filo.test', more: [`References: <nulla@bar.test>`] });
  await write({ subject: 'Nuovo guasto', text: 'E un altro.', references: (await filo.rows(`SELECT external_id FROM message WHERE ticket_id = ${ticket} ORDER BY message_id`)).map(({ external_id }) => `<${external_id}>`).join(' ') });
  assert.match(textOf(await page(ticket)), /This looks like a new problem: the subject has changed\. Make it a new request/);
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});
