// SPDX-License-Identifier: EUPL-1.2
// Somebody fills the public form with a customer's address and keeps the link to the request's page. Until the customer says
// that it was them, the page shows no answer of ours and the request moves nothing else. Security A15.
// timeout: 300
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter, textBody } from './support/letter.js';
import { findForm, listForms, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const LUCIA = 'lucia@bar.test';
const HASTY_MS = 2100; // FORM_KEY_HASTY_MS and a little: a person reads a form first
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const TYPED = { subject: 'Codice della cassaforte', description: 'Mi ridite il codice? Ditelo anche al ladro@x.test.', name: 'Marco Ladro', email: 'Lucia@bar.test' };
const CONFIRM = /https?:\/\/[^\s/]+(\/track\/[a-z2-7]{32}\/confirm\/[a-z2-7]{32})/;
const TO_CONFIRM = /Da confermare: lucia@bar\.test è l’indirizzo di questo cliente/i;

// Lucia is on file. count forms under her address; links are those of their pages, in the order of their numbers.
async function desk(t, engine, count = 1) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const { stdout } = await filo.command(['token', 'create', '--name', 'Gestionale', '--scopes', 'ticket.read,ticket.write,party.write', '--as', 'sara'], { mustWork: true });
  const call = async (method, path, body) => {
    const answer = await fetch(`${filo.url}/api/v1/${path}`, { method, headers: { Authorization: `Bearer ${stdout.trim()}`, 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });
    return { status: answer.status, json: await answer.json() };
  };
  assert.equal((await call('POST', 'parties', { kind: 'person', name: 'Lucia Ferri', email: LUCIA })).status, 201);
  const stranger = filo.browser();
  const forms = [];
  for (let i = 0; i < count; i++) forms.push((await stranger.get('/help')).text);
  await pause(HASTY_MS);
  const links = [];
  for (const form of forms) {
    const sent = await stranger.submit(form, /^\/help$/, TYPED);
    assert.equal(sent.status, 200);
    links.push(/href="(\/track\/[a-z2-7]{32})"/.exec(sent.text)[1]);
  }
  const staff = await filo.signIn();
  const page = async (ticket) => (await staff.get(`/tickets/${ticket}`)).text;
  const answer = async (ticket, text) => {
    assert.equal((await staff.submit(await page(ticket), /\/messages$/, { text, kind: 'reply' })).status, 303);
    await filo.until(() => toLucia(sink).some(({ data }) => textBody(data).includes(text)), `the answer "${text}"`);
  };
  const customer = async (ticket) => (await filo.rows(`SELECT p.name FROM ticket t JOIN party p ON p.party_id = t.party_id WHERE t.ticket_id = ${ticket}`))[0].name;
  return { filo, sink, stranger, staff, links, call, page, answer, customer };
}

const toLucia = (sink) => sink.messages.filter(({ to }) => to.some((one) => one.toLowerCase() === LUCIA));
const proofOf = (data) => CONFIRM.exec(textBody(data))[1];

async function acknowledged({ filo, sink }) {
  await filo.until(() => toLucia(sink).length === 1, 'the acknowledgement');
  return proofOf(toLucia(sink)[0].data);
}

eachEngine('A15: a hundred forms that name a customer send her one mail without a word of theirs', async (t, engine) => {
  const { filo, sink } = await desk(t, engine, 100);
  assert.equal(await filo.count('FROM ticket'), 100);
  // Whoever comes after them has their acknowledgement: the hundred would have left before it.
  await filo.mailIn(letter({ from: 'ultimo@bar.test', subject: 'Ultimo' }));
  await filo.until(() => sink.messages.some(({ to }) => to[0] === 'ultimo@bar.test'), 'the last acknowledgement');
  assert.equal(toLucia(sink).length, 1);
  const [{ data }] = toLucia(sink);
  assert.match(textBody(data), CONFIRM);
  const whole = `${data} ${textBody(data)} ${[...headersOf(data).values()].join(' ')}`;
  for (const word of ['Codice', 'cassaforte', 'Marco', 'adro', 'codice', 'x.test']) assert.ok(!whole.includes(word), `the mail says ${word}`);
  assert.equal(await filo.count("FROM automatic_stop WHERE stopped_at IS NOT NULL"), 0, 'nobody can have her silenced');
  const rows = await filo.rows('SELECT COUNT(*) AS parties FROM party');
  assert.equal(Number(rows[0].parties), 2, 'Lucia and the last one');
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});

eachEngine('A15: the page shows no answer until the mail\'s link and its button say that she wrote', async (t, engine) => {
  const here = await desk(t, engine, 2);
  const { filo, sink, stranger, links, page, answer } = here;
  const proof = await acknowledged(here);
  assert.equal(proof.split('/confirm/')[0], links[0]);
  assert.match(textOf(await page(10001)), TO_CONFIRM);
  await answer(10001, 'Il codice è 4711.');
  // What Lucia writes there herself without proving anything is hers alone too.
  assert.equal((await filo.mailIn(letter({ from: LUCIA, subject: 'Re: [#10001]', text: 'Numero di conto 1234.' }))).out.ticket, 10001);
  assert.equal((await here.staff.submit(await page(10001), /\/wait$/, { state: 'waiting_customer', reason: 'Il numero segreto 815', until: '2099-03-05T09:00' })).status, 303);
  for (const path of [links[0], `${links[0]}?said=proved`]) {
    const seen = (await stranger.get(path)).text;
    for (const word of ['4711', '815', '1234']) assert.ok(!seen.includes(word), `the stranger reads ${word}`);
    assert.match(textOf(seen), /Abbiamo risposto, all’indirizzo e-mail scritto nel modulo/);
    assert.doesNotMatch(seen, /Grazie, è confermato/);
    assert.match(textOf(seen), /Mi ridite il codice\?/);
  }

  // Foreign halves lead where missing ones do.
  const [, track, secret] = /^\/track\/([a-z2-7]{32})\/confirm\/([a-z2-7]{32})$/.exec(proof);
  const other = links[1].split('/')[2], none = 'a'.repeat(32);
  const missing = await stranger.get(`/track/${none}/confirm/${none}`);
  const words = (html) => textOf(html).replace(/[0-9a-f]{4,}-[0-9a-f-]+|\b[0-9a-f]{8,}\b/g, '');
  assert.equal(missing.status, 404);
  for (const path of [`/track/${other}/confirm/${secret}`, `/track/${track}/confirm/${track}`, `/track/${track}/confirm/${none}`, `/track/${none}/confirm/${secret}`, `/confirm/${track}`, `/confirm/${none}`])
    for (const answered of [await stranger.get(path), await stranger.post(path, {})]) {
      assert.equal(answered.status, 404, path);
      assert.equal(words(answered.text), words(missing.text), path);
    }
  assert.ok(!(await stranger.get(links[0])).text.includes('4711'));

  // A scanner follows the link; that says nothing.
  const lucia = filo.browser();
  for (let i = 0; i < 2; i++) {
    const asked = await lucia.get(proof);
    assert.equal(asked.status, 200);
    assert.equal(asked.headers['referrer-policy'], 'no-referrer');
    assert.match(textOf(asked.text), /È Sua questa richiesta\?.*Codice della cassaforte.*Sì, l’ho scritta io/);
    assert.deepEqual(listForms(asked.text).filter(({ action }) => action === proof).map(({ method }) => method), ['post']);
    assert.ok(!asked.text.includes('4711'));
  }
  assert.ok(!(await stranger.get(links[0])).text.includes('4711'));
  assert.match(textOf(await page(10001)), TO_CONFIRM);
  const said = await lucia.submit((await lucia.get(proof)).text, /\/confirm\//);
  assert.deepEqual([said.status, said.headers.location], [303, `${links[0]}?said=proved`]);
  const open = textOf((await lucia.get(said.headers.location)).text);
  for (const word of ['4711', '815', '1234', 'Grazie, è confermato']) assert.ok(open.includes(word), word);
  assert.deepEqual([(await lucia.get(proof)).headers.location, (await lucia.post(proof, {})).status], [links[0], 303]);
  assert.match(textOf(await page(10001)), /Indirizzo scritto nel modulo, poi confermato/);
  assert.doesNotMatch(textOf(await page(10001)), TO_CONFIRM);
  assert.equal(await filo.count("FROM audit WHERE action = 'ticket.prove' AND object_id = 10001"), 1);

  // The second one had no acknowledgement: our answer carries its link, and proves the second one alone.
  await answer(10002, 'Passiamo domani.');
  const { data } = toLucia(sink).find((one) => textBody(one.data).includes('Passiamo domani.'));
  const [, single] = /https?:\/\/[^\s/]+(\/confirm\/[a-z2-7]{32})\s/.exec(textBody(data));
  assert.ok(!(await stranger.get(links[1])).text.includes('Passiamo domani.'));
  const thanked = await lucia.follow(await lucia.submit((await lucia.get(single)).text, /\/confirm\//));
  assert.match(textOf(thanked.text), /Grazie, è confermato/);
  assert.match(textOf((await lucia.get(links[1])).text), /Passiamo domani\./);
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});

eachEngine('A15: what its page adds reopens nothing; her answer to our mail says that she wrote', async (t, engine) => {
  const here = await desk(t, engine, 1);
  const { filo, sink, stranger, links, call, page } = here;
  await acknowledged(here);
  await filo.stop();
  await filo.execute("UPDATE ticket SET state = 'closed', closed_at = 9000000000000, resolved_at = 9000000000000, next_update_at = NULL");
  await filo.start();
  const added = await stranger.submit((await stranger.get(links[0])).text, /^\/track\//, { text: 'Allora?' });
  assert.equal(added.status, 303);
  assert.equal((await filo.rows('SELECT state FROM ticket WHERE ticket_id = 10001'))[0].state, 'closed');
  const fresh = (await call('GET', 'tickets/10002')).json;
  assert.deepEqual(fresh.messages.map(({ text, address_unproved: unproved }) => [text, unproved]), [['Allora?', true]]);
  assert.match(textOf(await page(10002)), TO_CONFIRM);

  const [to] = headersOf(toLucia(sink)[0].data).get('reply-to');
  const reply = await filo.mailIn(letter({ from: LUCIA, to, subject: 'Re: Abbiamo ricevuto', text: 'Sì, sono io.' }));
  assert.equal(reply.out.ticket, 10001);
  assert.ok((await call('GET', 'tickets/10001')).json.messages.every(({ address_unproved: unproved }) => !unproved));
  assert.match(textOf((await stranger.get(links[0])).text), /Sì, sono io\./);
  assert.match(textOf(await page(10002)), TO_CONFIRM, 'the other one is a request of its own');
  assert.equal(await filo.count("FROM audit WHERE action = 'ticket.prove' AND object_id = 10001"), 1);
});

eachEngine('A15: a person says whose it is, on the page and by a program; each word undoes the other', async (t, engine) => {
  const here = await desk(t, engine, 2);
  const { filo, stranger, staff, links, call, page, answer, customer } = here;
  await acknowledged(here);
  await answer(10001, 'Il codice è 4711.');
  const press = async (ticket, action) => (await staff.submit(await page(ticket), new RegExp(`/${action}$`))).status;
  const reads = async (link) => (await stranger.get(link)).text.includes('4711');

  assert.equal(await press(10001, 'prove'), 303);
  assert.ok(await reads(links[0]));
  assert.equal(await customer(10001), 'Lucia Ferri');
  assert.equal(await press(10001, 'disown'), 303, 'the way back stands beside the message');
  assert.ok(!await reads(links[0]));
  const html = await page(10001);
  assert.match(textOf(html), /Non è del cliente: l’indirizzo lucia@bar\.test è di qualcun altro/i);
  assert.equal(await customer(10001), 'Marco Ladro');
  assert.deepEqual(listForms(html).map(({ action }) => action).filter((action) => /(prove|disown)$/.test(action)), ['/tickets/10001/prove']);
  const [{ party_id: lucia }] = await filo.rows("SELECT party_id FROM party WHERE name = 'Lucia Ferri'");
  assert.ok(!(await staff.get(`/parties/${lucia}`)).text.includes('/tickets/10001"'), 'nothing of it stays with her');
  assert.ok(findForm(html, /\/messages$/).fields.kind !== 'reply', 'nobody is answered by itself');
  // Her mail is hers, not the stranger's.
  const mail = await filo.mailIn(letter({ from: LUCIA, subject: 'Altro', text: 'Buongiorno.' }));
  assert.equal(await customer(mail.out.ticket), 'Lucia Ferri');
  assert.equal(await press(10001, 'prove'), 303);
  assert.equal(await customer(10001), 'Lucia Ferri');
  assert.ok(await reads(links[0]));

  // The same for a program; a press on what has been said already changes nothing.
  const unproved = async () => (await call('GET', 'tickets/10002')).json.messages[0].address_unproved;
  assert.ok(await unproved());
  assert.equal((await call('POST', 'tickets/10002/prove', { version: 99 })).status, 409);
  assert.equal((await call('POST', 'tickets/10002/prove', {})).status, 200);
  assert.ok(!await unproved());
  assert.equal((await call('POST', 'tickets/10002/prove', {})).status, 422);
  assert.equal((await call('POST', 'tickets/10002/disown', {})).status, 200);
  assert.ok(await unproved());
  assert.equal(await customer(10002), 'Marco Ladro');
  assert.deepEqual((await filo.rows("SELECT action, object_id FROM audit WHERE action IN ('ticket.prove', 'ticket.disown') ORDER BY audit_id")).map((row) => `${row.action} ${row.object_id}`),
    ['ticket.prove 10001', 'ticket.disown 10001', 'ticket.prove 10001', 'ticket.prove 10002', 'ticket.disown 10002']);
  assert.equal((await staff.post('/preferences', { lang: 'en', return_to: '/' })).status, 303);
  assert.match(textOf(await page(10002)), /Not the customer’s: the address lucia@bar\.test is somebody else’s/i);
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});
