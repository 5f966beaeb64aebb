// SPDX-License-Identifier: EUPL-1.2
// What leaves leaves in order, and what cannot leave holds up nobody else: a slow domain, a dead mail server, a mailbox
// that may send so much a minute, one recipient of two who is refused. Who waits for four hours is told.
// timeout: 240
import assert from 'node:assert/strict';
import { eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter, textBody } from './support/letter.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const HOUR = 3_600_000;

async function desk(t, engine, { more = [] } = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, serve: false });
  t.after(() => filo.remove());
  await filo.setMailbox('assistenza', { port: sink.port, more });
  await filo.start();
  return { sink, filo };
}

const write = async (filo, name, domain, more = []) => (await filo.mailIn(letter({ from: `${name}@${domain}`, subject: `Da ${name}`, more }))).out.ticket;
const recipients = (sink) => sink.messages.map((message) => message.to.join());
const answers = (sink) => sink.messages.filter(({ data }) => !headersOf(data).has('auto-submitted'));

async function answer(browser, ticket, text, more = []) {
  const { fields } = findForm((await browser.get(`/tickets/${ticket}`)).text, /\/messages$/);
  const sent = await browser.post(`/tickets/${ticket}/messages`, [...Object.entries({ ...fields, kind: 'reply', text }), ...more]);
  assert.equal(sent.status, 303, textOf(sent.text));
}

// As if everything in the outbox were that much older, and due.
async function age(filo, ms) {
  await filo.stop();
  await filo.execute(`UPDATE outbox SET created_at = created_at - ${ms}, not_before = 0 WHERE state = 'queued'`);
  await filo.start();
}

eachEngine('a slow domain gets a part of the threads, the others go by', async (t, engine) => {
  const { sink, filo } = await desk(t, engine);
  sink.rules.push({ at: 'rcpt', match: /slow\.test/, stallMs: 8000 });
  for (let i = 0; i < 8; i += 1) await write(filo, `lento${i}`, 'slow.test');
  const begun = Date.now();
  for (let i = 0; i < 5; i += 1) await write(filo, `svelto${i}`, `fast${i}.test`);
  await filo.until(() => recipients(sink).filter((to) => /fast/.test(to)).length === 5, 'those to fast domains');
  assert.ok(Date.now() - begun < 6000, 'they did not wait for the slow ones');
  assert.equal(recipients(sink).filter((to) => /slow/.test(to)).length, 0);
});

eachEngine('a dead mail server holds up its own mailbox alone, and all goes out in order when it is back', async (t, engine) => {
  const { sink, filo } = await desk(t, engine);
  await filo.stop();
  const other = await startSink();
  t.after(() => other.close());
  await filo.setMailbox('ricambi', { port: other.port, address: 'ricambi@filo.test' });
  await filo.start();
  sink.rules.push({ at: 'greeting', reply: '421 4.3.2 in manutenzione' });
  const mine = [];
  for (let i = 0; i < 6; i += 1) mine.push(await write(filo, `c${i}`, 'bar.test'));
  const browser = await filo.signIn();
  for (const text of ['Prima.', 'Seconda.', 'Terza.']) await answer(browser, mine[0], text);
  await filo.mailIn(letter({ from: 'anna@hotel.test', to: 'ricambi@filo.test' }), { mailbox: 'ricambi' });
  await filo.until(() => other.messages.length === 1, 'the other mailbox\'s acknowledgement');
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE state = 'queued' AND attempts > 0")) >= 7, 'each to have been tried');
  assert.equal(Number(await filo.count("FROM outbox WHERE purpose = 'answer' AND attempts > 0")), 1, 'later answers of a ticket wait for the first');

  sink.rules.length = 0; // it is back; the next that is due takes all others along
  await filo.stop();
  await filo.execute("UPDATE outbox SET not_before = 0 WHERE outbox_id = (SELECT MIN(outbox_id) FROM outbox)");
  await filo.start();
  await filo.until(() => sink.messages.length === 9, 'all that had waited');
  assert.deepEqual(answers(sink).map(({ data }) => /(Prima|Seconda|Terza)\./.exec(textBody(data))[1]), ['Prima', 'Seconda', 'Terza']);
  assert.equal(new Set(sink.messages.map(({ data }) => headersOf(data).get('message-id')[0])).size, 9, 'each once');
});

eachEngine('a mailbox sends so many a minute, over a restart too', async (t, engine) => {
  const { sink, filo } = await desk(t, engine, { more: ['--send-per-minute', '3'] });
  for (let i = 0; i < 5; i += 1) await write(filo, `c${i}`, `d${i}.test`);
  await filo.until(() => sink.messages.length === 3, 'the first three');
  await filo.restart();
  await new Promise((done) => { setTimeout(done, 2500); });
  assert.equal(sink.messages.length, 3);
  await filo.stop();
  await filo.execute("UPDATE outbox SET finished_at = finished_at - 60000 WHERE state = 'sent'");
  await filo.start();
  await filo.until(() => sink.messages.length === 5, 'the others, a minute later');
});

eachEngine('one of two recipients is refused for now: only that one is tried again, and gets the very same message', async (t, engine) => {
  const { sink, filo } = await desk(t, engine);
  const ticket = await write(filo, 'luca', 'bar.test', ['Cc: anna@bar.test, ugo@bar.test']);
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const browser = await filo.signIn();
  sink.rules.push({ at: 'rcpt', match: /anna/, reply: '451 4.2.2 casella piena', times: 1 },
    { at: 'rcpt', match: /ugo/, reply: '550 5.1.1 sconosciuto' });
  await answer(browser, ticket, 'Arriviamo.', [['cc', 'anna@bar.test'], ['cc', 'ugo@bar.test']]);
  await filo.until(() => sink.messages.length === 2, 'the answer to Luca');
  assert.deepEqual(sink.messages[1].to, ['luca@bar.test']);
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE purpose = 'answer' AND state = 'queued' AND attempts = 1")) === 1, 'the rest to wait');
  const page = textOf((await browser.get(`/tickets/${ticket}`)).text);
  assert.match(page, /anna@bar\.test non ancora, riproviamo: .*casella piena/);
  assert.match(page, /non a ugo@bar\.test: .*sconosciuto/);
  assert.match(page, /Consegna non riuscita/, 'a refusal for good stands on the ticket');

  await age(filo, 0);
  await filo.until(() => sink.messages.length === 3, 'the answer to Anna');
  assert.deepEqual(sink.messages[2].to, ['anna@bar.test'], 'no second copy to Luca, none to Ugo');
  assert.equal(sink.messages[2].data.toString(), sink.messages[1].data.toString());
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE purpose = 'answer' AND state = 'sent'")) === 1, 'it to be done');
  assert.doesNotMatch(textOf((await browser.get(`/tickets/${ticket}`)).text), /anna@bar\.test non ancora/);
  const { code, stdout, stderr } = await filo.check();
  assert.equal(code, 0, stdout + stderr);
});

eachEngine('after four hours the ticket says so, once, with the server\'s words; after five days it has failed', async (t, engine) => {
  const { sink, filo } = await desk(t, engine);
  const ticket = await write(filo, 'luca', 'bar.test');
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  const browser = await filo.signIn();
  sink.rules.push({ at: 'rcpt', match: /luca/, reply: '450 4.2.1 casella sospesa' });
  await answer(browser, ticket, 'Arriviamo.');
  const tried = (n) => filo.until(async () => Number(await filo.count(`FROM outbox WHERE purpose = 'answer' AND attempts = ${n} AND state IN ('queued', 'failed')`)) === 1, `attempt ${n}`);
  const told = async () => Number(await filo.count("FROM ticket_event WHERE kind = 'delivery'"));
  const page = async () => textOf((await browser.get(`/tickets/${ticket}`)).text);
  await tried(1);
  assert.doesNotMatch(await page(), /[Ii]n ritardo da/);
  await age(filo, 4 * HOUR);
  await tried(2);
  await filo.until(async () => await told() === 1, 'it to be told');
  assert.match(await page(), /In ritardo da 4 ore: il server del destinatario dice «.*casella sospesa»\. Riproviamo/);
  assert.match(await page(), /Consegna in ritardo da 4 ore/);
  await age(filo, HOUR);
  await tried(3);
  assert.equal(await told(), 1, 'told once');
  await age(filo, 5 * 24 * HOUR);
  await tried(4);
  await filo.until(async () => await told() === 2, 'the end to be told');
  assert.match(await page(), /Consegna non riuscita: .*casella sospesa/);
});
