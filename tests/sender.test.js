// SPDX-License-Identifier: EUPL-1.2
// Who a message is from: what the company's own mail server says of it (RFC 8601) and what that does, and who asks to be
// answered elsewhere. Security A03, A04, A10; what is forged says nothing.
// timeout: 300
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const ANNA = 'anna@bar.test';
const JUDGE = 'mx.filo.test';
const FAILED = `Authentication-Results: ${JUDGE}; dmarc=fail (p=reject) header.from=bar.test; spf=fail smtp.mailfrom=bar.test`;
const PASSED = `Authentication-Results: ${JUDGE}; dmarc=pass header.from=bar.test; dkim=pass header.d=bar.test`;

async function desk(t, engine, more = ['--auth-server', JUDGE]) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('assistenza', { port: sink.port, more });
  await filo.start();
  const browser = await filo.signIn();
  const write = async (given) => (await filo.mailIn(letter({ from: ANNA, subject: 'La V2 perde', ...given }))).out;
  const page = async (ticket) => (await browser.get(`/tickets/${ticket}`)).text;
  const row = async (ticket) => (await filo.rows(`SELECT state, reopened, version FROM ticket WHERE ticket_id = ${ticket}`))[0];
  return { sink, filo, browser, write, page, row };
}

// A request in the state waiting_customer: a customer's answer would move it.
async function waiting({ browser, page, row }, ticket) {
  assert.equal((await browser.submit(await page(ticket), /\/take$/)).status, 303);
  assert.equal((await browser.submit(await page(ticket), /\/wait$/, { state: 'waiting_customer', reason: 'La matricola', until: '2099-03-05T09:00' })).status, 303);
  assert.equal((await row(ticket)).state, 'waiting_customer');
}

eachEngine('a reply whose sender our server doubts is shown, marked, and does nothing (A03, A04)', async (t, engine) => {
  const here = await desk(t, engine);
  const { sink, filo, browser, write, page, row } = here;
  const { ticket } = await write({ more: [PASSED] });
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  assert.match(textOf(await page(ticket)), /mx\.filo\.test conferma il mittente \(DMARC superato, DKIM superato\)/);
  await waiting(here, ticket);

  // dmarc=fail from our server; below it, what the forger brought along.
  const forged = await write({ subject: `Re: [#${ticket}] La V2 perde`, text: 'Chiudete pure.', more: [FAILED, PASSED, 'Cc: evil@x.test'] });
  assert.deepEqual([forged.ticket, forged.outcome], [ticket, 'appended']);
  assert.equal((await row(ticket)).state, 'waiting_customer');
  assert.equal(Number(await filo.count(`FROM participant WHERE address_key = 'evil@x.test'`)), 0);
  const seen = textOf(await page(ticket));
  assert.match(seen, /Chiudete pure\./);
  assert.match(seen, /Mittente non verificato/);
  assert.match(seen, /secondo mx\.filo\.test questo messaggio potrebbe non venire da chi dice di averlo scritto \(DMARC non superato, SPF non superato\)/);
  const kept = await filo.rows('SELECT judge, spf, dkim, dmarc FROM message_sender ORDER BY message_id');
  assert.deepEqual(kept.map((one) => ({ ...one })), [{ judge: JUDGE, spf: 'unsaid', dkim: 'pass', dmarc: 'pass' },
    { judge: JUDGE, spf: 'fail', dkim: 'unsaid', dmarc: 'fail' }]);

  // A From in which our server sees another sender than we would: its word is of that one.
  const other = { from: '=?u?q?x <evil@evil.test> (?= <luca@bar.test> )', more: [`Authentication-Results: ${JUDGE}; dmarc=pass header.from=evil.test`] };
  const twofold = await write({ ...other, text: 'Due mittenti.' });
  assert.match(textOf(await page(twofold.ticket)), /evil@evil\.test/);
  const passed = await write({ subject: 'Altro', text: 'Di chi?', more: [`Authentication-Results: ${JUDGE}; dmarc=pass header.from=evil.test`] });
  assert.doesNotMatch(textOf(await page(passed.ticket)), /conferma il mittente/);

  // In English, and for a program.
  assert.equal((await browser.post('/preferences', { lang: 'en', return_to: `/tickets/${ticket}` })).status, 303);
  assert.match(textOf(await page(ticket)), /according to mx\.filo\.test this message may not come from whom it says it is from \(DMARC failed, SPF failed\)/);
  const { stdout } = await filo.command(['token', 'create', '--name', 'Gestionale', '--scopes', 'ticket.read', '--as', 'sara'], { mustWork: true });
  const told = await (await fetch(`${filo.url}/api/v1/tickets/${ticket}`, { headers: { Authorization: `Bearer ${stdout.trim()}` } })).json();
  assert.deepEqual(told.messages.filter(({ direction }) => direction === 'in').map(({ unverified }) => unverified), [false, true]);

  // The true one, on the same thread, moves it on.
  const true_ = await write({ subject: `Re: [#${ticket}] La V2 perde`, text: 'La matricola è V2-17.', more: [PASSED] });
  assert.equal(true_.ticket, ticket);
  assert.notEqual((await row(ticket)).state, 'waiting_customer');

  // A doubted sender opens a request, and no robot writes back.
  const alone = await write({ from: 'luca@forno.test', subject: 'Urgente', more: [FAILED] });
  assert.equal(alone.outcome, 'opened');
  await write({ from: 'ugo@forno.test', subject: 'Altro', more: [] });
  await filo.until(() => sink.messages.some(({ to }) => to.includes('ugo@forno.test')), 'the acknowledgement of the last');
  assert.equal(sink.messages.filter(({ to }) => to.includes('luca@forno.test')).length, 0);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('only the server that the settings name counts; without one nothing is claimed', async (t, engine) => {
  const here = await desk(t, engine, []);
  const { filo, browser, write, page, row } = here;
  const { ticket } = await write({ more: [PASSED] });
  await waiting(here, ticket);
  await write({ subject: `Re: [#${ticket}]`, text: 'Eccola.', more: [FAILED] });
  assert.notEqual((await row(ticket)).state, 'waiting_customer', 'nobody is asked: as before');
  assert.doesNotMatch(textOf(await page(ticket)), /mx\.filo\.test|non verificato/);
  assert.equal(Number(await filo.count('FROM message_sender')), 0);

  // The pages set it; what is no name is refused.
  const [{ channel_account_id: id }] = await filo.rows('SELECT channel_account_id FROM channel_account');
  const settings = `/settings/mailboxes/${id}`;
  const form = async () => findForm((await browser.get(settings)).text, new RegExp(`${settings}$`)).fields;
  const wrong = await browser.post(settings, { ...await form(), auth_server: 'mx.filo.test; dmarc=pass' });
  assert.equal(wrong.status, 422);
  assert.match(textOf(wrong.text), /Il nome di un server: lettere, cifre, punti e trattini/);
  const set = await browser.post(settings, { ...await form(), auth_server: JUDGE });
  assert.equal(set.status, 303, textOf(set.text));
  assert.equal((await form()).auth_server, JUDGE);

  const { ticket: other } = await write({ subject: 'Un\'altra cosa', more: [PASSED] });
  await waiting(here, other);
  for (const more of [['Authentication-Results: mx.evil.test; dmarc=fail'], [PASSED, FAILED], ['Authentication-Results: mx.filo.test; none', 'Received: from x.test by mx.filo.test; Mon, 2 Mar 2026 09:00:00 +0100', FAILED]]) {
    await write({ subject: `Re: [#${other}]`, text: 'Ancora.', more });
    assert.notEqual((await row(other)).state, 'waiting_customer', more.join());
    assert.equal((await browser.submit(await page(other), /\/wait$/, { state: 'waiting_customer', reason: 'x', until: '2099-03-05T09:00' })).status, 303);
  }
});

eachEngine('who asks to be answered elsewhere is answered where they are known, unless a person ticks the other (A10)', async (t, engine) => {
  const { sink, filo, browser, write, page } = await desk(t, engine);
  const { ticket } = await write({ more: ['Reply-To: Anna <evil@x.test>'] });
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  assert.deepEqual(sink.messages[0].to, [ANNA], 'a robot answers the sender');
  const shown = await page(ticket);
  assert.match(textOf(shown), /Chiede che la risposta vada a evil@x\.test/);
  assert.match(textOf(findForm(shown, /\/messages$/).body), /Attenzione: anna@bar\.test chiede che la risposta vada a un altro indirizzo, evil@x\.test\. La risposta va a anna@bar\.test/);
  const { fields } = findForm(shown, /\/messages$/);
  assert.equal((await browser.post(`/tickets/${ticket}/messages`, { ...fields, kind: 'reply', text: 'Arriviamo.' })).status, 303);
  await filo.until(() => sink.messages.length === 2, 'the answer');
  assert.deepEqual(sink.messages[1].to, [ANNA]);

  // From there it is a stranger's still; ticked, it takes part.
  assert.notEqual((await write({ from: 'evil@x.test', subject: `Re: [#${ticket}]` })).ticket, ticket);
  const again = findForm(await page(ticket), /\/messages$/);
  assert.match(again.body, /name="cc" value="evil@x\.test"(?! checked)/);
  assert.equal((await browser.post(`/tickets/${ticket}/messages`, { ...again.fields, kind: 'reply', text: 'Anche qui.', cc: 'evil@x.test' })).status, 303);
  await filo.until(() => sink.messages.some(({ data }) => /Anche qui/.test(data) && (headersOf(data).get('cc') ?? []).join().includes('evil@x.test')), 'the answer to both');

  // One of our own, or the sender's, is nothing to speak of.
  const { ticket: plain } = await write({ subject: 'Altro', more: [`Reply-To: ${ANNA.toUpperCase()}`] });
  assert.doesNotMatch(textOf(await page(plain)), /Chiede che la risposta/);
});
