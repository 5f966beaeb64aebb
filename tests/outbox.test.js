// SPDX-License-Identifier: EUPL-1.2
// What leaves leaves in order, and what cannot leave holds up nobody else: a slow domain, a dead mail server, a mailbox
// and a server that may send so much a minute, one recipient of two who is refused. Who waits for four hours is told.
// timeout: 240
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
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

eachEngine('R11: a slow domain gets a part of the threads, the others go by', async (t, engine) => {
  const { sink, filo } = await desk(t, engine);
  sink.rules.push({ at: 'rcpt', match: /slow\.test/, stallMs: 8000 });
  for (let i = 0; i < 8; i += 1) await write(filo, `lento${i}`, 'slow.test');
  const begun = Date.now();
  for (let i = 0; i < 5; i += 1) await write(filo, `svelto${i}`, `fast${i}.test`);
  await filo.until(() => recipients(sink).filter((to) => /fast/.test(to)).length === 5, 'those to fast domains');
  assert.ok(Date.now() - begun < 6000, 'they did not wait for the slow ones');
  assert.equal(recipients(sink).filter((to) => /slow/.test(to)).length, 0);
});

eachEngine('R11: a dead mail server holds up its own mailbox alone, and all goes out in order when it is back', async (t, engine) => {
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

// Another mailbox, and a third one with another provider.
async function severalMailboxes(t, engine, more) {
  const { sink, filo } = await desk(t, engine, { more });
  await filo.stop();
  const elsewhere = await startSink();
  t.after(() => elsewhere.close());
  await filo.setMailbox('ricambi', { port: sink.port, address: 'ricambi@filo.test' });
  await filo.setMailbox('vendite', { port: elsewhere.port, address: 'vendite@filo.test' });
  await filo.start();
  const writeTo = (mailbox, name) => filo.mailIn(letter({ from: `${name}@${name}.test`, to: `${mailbox}@filo.test` }), { mailbox });
  const pageOf = async (browser, mailbox) => {
    const [{ id }] = await filo.rows(`SELECT channel_account_id AS id FROM channel_account WHERE name = '${mailbox}'`);
    return textOf((await browser.get(`/settings/mailboxes/${id}`)).text);
  };
  return { sink, elsewhere, filo, writeTo, pageOf };
}

async function serversOf(filo) {
  const made = await filo.command(['token', 'create', '--name', `posta${Math.random()}`, '--scopes', 'settings.read', '--as', ADMIN.login], { mustWork: true });
  const answered = await filo.browser().request('GET', '/api/v1/mail/servers', { headers: { Authorization: `Bearer ${made.stdout.trim()}` } });
  assert.equal(answered.status, 200, answered.text);
  return JSON.parse(answered.text).items;
}

eachEngine('mailboxes of one server share what it takes in a minute; another server knows nothing of it', async (t, engine) => {
  const { sink, elsewhere, filo, writeTo, pageOf } = await severalMailboxes(t, engine, ['--send-per-minute', '3']);
  for (const name of ['a', 'b']) await writeTo('assistenza', name);
  for (const name of ['c', 'd', 'e']) await writeTo('ricambi', name);
  await filo.until(() => sink.messages.length === 3, 'what the server takes');
  for (let i = 0; i < 5; i += 1) await writeTo('vendite', `v${i}`);
  await filo.until(() => elsewhere.messages.length === 5, 'those of the other server');
  assert.equal(sink.messages.length, 3, 'the second mailbox has only what the first left over');

  const browser = await filo.signIn();
  for (const name of ['assistenza', 'ricambi'])
    assert.match(await pageOf(browser, name), new RegExp(`127\\.0\\.0\\.1:${sink.port} riceve al massimo 3 messaggi al minuto da tutte le caselle insieme: assistenza, ricambi`));
  assert.doesNotMatch(await pageOf(browser, 'vendite'), /da tutte le caselle insieme/);
  assert.deepEqual((await serversOf(filo)).map(({ server, per_minute: perMinute, mailboxes }) => [server, perMinute, mailboxes.map(({ name }) => name).sort()]).sort(),
    [[`127.0.0.1:${sink.port}`, 3, ['assistenza', 'ricambi']], [`127.0.0.1:${elsewhere.port}`, null, ['vendite']]].sort());

  await filo.stop();
  await filo.execute("UPDATE outbox SET finished_at = finished_at - 60000 WHERE state = 'sent'");
  await filo.start();
  await filo.until(() => sink.messages.length === 5, 'the others, a minute later');
});

eachEngine('a server that says too many is let alone for a minute, with all its mailboxes; another goes on', async (t, engine) => {
  const { sink, elsewhere, filo, writeTo, pageOf } = await severalMailboxes(t, engine, []);
  sink.rules.push({ at: 'mail', reply: '421 4.7.0 too many messages from you' });
  await writeTo('assistenza', 'a');
  const slow = async () => (await serversOf(filo)).filter(({ slow_until: until }) => until);
  await filo.until(async () => (await slow()).length === 1, 'the server to be let alone');
  await filo.stop(); // the minute lasts as long as this test looks
  await filo.execute(`UPDATE setting SET value = '127.0.0.1:${sink.port} ${Date.now() + HOUR} mail: 421 too many messages from you' WHERE setting_key = 'mail.slow_servers'`);
  await filo.execute("UPDATE outbox SET not_before = 0 WHERE state = 'queued'");
  await filo.start();
  await writeTo('ricambi', 'b');
  for (const name of ['c', 'd']) await writeTo('vendite', name);
  await filo.until(() => elsewhere.messages.length === 2, 'those of the other server, though they came later');
  assert.equal(Number(await filo.count("FROM outbox WHERE account = 'ricambi' AND state = 'queued' AND attempts = 0")), 1, 'it was not even tried');
  const [{ server, slow_said: said }] = await slow();
  assert.deepEqual([server, said], [`127.0.0.1:${sink.port}`, 'mail: 421 too many messages from you']);
  const browser = await filo.signIn();
  for (const name of ['assistenza', 'ricambi'])
    assert.match(await pageOf(browser, name), /ha chiesto di rallentare: riprendiamo .* too many messages from you/);
  assert.doesNotMatch(await pageOf(browser, 'vendite'), /rallentare/);

  sink.rules.length = 0;
  await filo.stop();
  await filo.execute("UPDATE setting SET value = '' WHERE setting_key = 'mail.slow_servers'"); // the minute is over
  await filo.start();
  await filo.until(() => sink.messages.length === 2, 'all that had waited');
  assert.doesNotMatch(await pageOf(browser, 'assistenza'), /rallentare/);
});

eachEngine('R11: one of two recipients is refused for now: only that one is tried again, and gets the very same message', async (t, engine) => {
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
  const read = async () => textOf((await browser.get(`/tickets/${ticket}`)).text);
  await filo.until(async () => /Consegna non riuscita/.test(await read()), 'the refusal for good to stand on the ticket'); // a write of its own
  const page = await read();
  assert.match(page, /anna@bar\.test non ancora, riproviamo: .*casella piena/);
  assert.match(page, /non a ugo@bar\.test: .*sconosciuto/);

  await age(filo, 0);
  await filo.until(() => sink.messages.length === 3, 'the answer to Anna');
  assert.deepEqual(sink.messages[2].to, ['anna@bar.test'], 'no second copy to Luca, none to Ugo');
  assert.equal(sink.messages[2].data.toString(), sink.messages[1].data.toString());
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE purpose = 'answer' AND state = 'sent'")) === 1, 'it to be done');
  assert.doesNotMatch(textOf((await browser.get(`/tickets/${ticket}`)).text), /anna@bar\.test non ancora/);
  const { code, stdout, stderr } = await filo.check();
  assert.equal(code, 0, stdout + stderr);
});

eachEngine('R11: after four hours the ticket says so, once, with the server\'s words; after five days it has failed', async (t, engine) => {
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

// What the server says to an answer, each at a domain of its own: what becomes of its row, how many events of delivery stand on the
// request at once, and whether its address is marked. 421, 451 and 452 are for now; 552 is a mailbox that is full, so it is
// somebody's; 5.7.1 is a policy and says nothing of the address.
const SAID = [
  { name: 'c421', rule: { at: 'rcpt', reply: '421 4.3.2 chiudo' }, state: 'queued', told: 0, marked: false },
  { name: 'c451', rule: { at: 'rcpt', reply: '451 4.7.1 lista grigia' }, state: 'queued', told: 0, marked: false },
  { name: 'c452', rule: { at: 'rcpt', reply: '452 4.3.1 spazio finito' }, state: 'queued', told: 0, marked: false },
  { name: 'cut', rule: { at: 'rcpt', close: true }, state: 'queued', told: 0, marked: false },
  { name: 'c550', rule: { at: 'rcpt', reply: '550 5.1.1 sconosciuto' }, state: 'failed', told: 1, marked: true },
  { name: 'bare550', rule: { at: 'rcpt', reply: '550 sconosciuto' }, state: 'failed', told: 1, marked: true },
  { name: 'c552', rule: { at: 'rcpt', reply: '552 5.2.2 casella piena' }, state: 'failed', told: 1, marked: false },
  { name: 'policy', rule: { at: 'rcpt', reply: '550 5.7.1 rifiutato' }, state: 'failed', told: 1, marked: false },
];

eachEngine('R11: what is refused for now is tried again after a minute, what is refused for good is told at once, a tarpit holds up nobody', async (t, engine) => {
  const { sink, filo } = await desk(t, engine);
  const browser = await filo.signIn();
  const tickets = {};
  for (const name of ['tarpit', 'hears', 'healthy', ...SAID.map((said) => said.name)]) tickets[name] = await write(filo, name, `${name}.test`);
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE state = 'sent'")) === SAID.length + 3, 'the acknowledgements');
  const row = async (name) => (await filo.rows(`SELECT state, attempts, not_before, resent FROM outbox WHERE purpose = 'answer' AND ticket_id = ${tickets[name]}`))[0];
  const told = async (name) => Number(await filo.count(`FROM ticket_event WHERE kind = 'delivery' AND ticket_id = ${tickets[name]}`));
  const answersTo = (name) => answers(sink).filter(({ to }) => to.join() === `${name}@${name}.test`);

  // cut after the message: it may have arrived, so it is sent once more, as the same message, and never again
  sink.rules.push({ at: 'dot', close: true, times: 1 });
  await answer(browser, tickets.hears, 'Arriviamo.');
  await filo.until(async () => Number((await row('hears')).resent) === 1 && (await row('hears')).state === 'queued', 'it to be uncertain');

  sink.rules.push({ at: 'rcpt', match: /tarpit/, stallMs: 300_000 }, ...SAID.map(({ name, rule }) => ({ ...rule, match: new RegExp(`${name}@`) })));
  await answer(browser, tickets.tarpit, 'Arriviamo.');
  await filo.until(async () => (await row('tarpit')).state === 'sending', 'the tarpit');
  const begun = Date.now();
  for (const { name } of SAID) await answer(browser, tickets[name], 'Arriviamo.');
  await answer(browser, tickets.healthy, 'Arriviamo.');
  await filo.until(async () => (await row('healthy')).state === 'sent', 'who is well');
  for (const { name, state, told: events } of SAID) {
    await filo.until(async () => (await row(name)).state === state && Number((await row(name)).attempts) === 1, `${name} to be ${state}`);
    await filo.until(async () => await told(name) === events, `${name} to be told`);
    const again = Number((await row(name)).not_before);
    if (state === 'queued') assert.ok(again >= begun + 60_000 && again <= Date.now() + 60_000, `${name} is tried again a minute after it failed`);
    const page = textOf((await browser.get(`/tickets/${tickets[name]}`)).text);
    assert.equal(/Consegna non riuscita/.test(page), state === 'failed', name);
  }
  assert.deepEqual((await filo.rows('SELECT address_key FROM suspect_address ORDER BY address_key')).map(({ address_key: key }) => key),
    SAID.filter(({ marked }) => marked).map(({ name }) => `${name}@${name}.test`).sort());
  assert.equal((await row('tarpit')).state, 'sending', 'still in the tarpit');

  sink.rules.length = 0;
  await age(filo, 0);
  for (const name of ['tarpit', 'hears', ...SAID.filter(({ state }) => state === 'queued').map((said) => said.name)]) {
    await filo.until(async () => (await row(name)).state === 'sent', `${name} to be sent`);
    assert.equal(answersTo(name).length, 1, `${name} once`);
  }
  const [first, second] = sink.received.filter(({ to }) => to.join() === 'hears@hears.test').slice(-2);
  assert.equal(second.data.toString(), first.data.toString());
  assert.equal((await filo.check()).code, 0);
});

eachEngine('R11: a mail server whose STARTTLS fails is tried again, the fault is the mailbox\'s, and nothing leaves in the clear', async (t, engine) => {
  const { filo } = await desk(t, engine);
  await filo.stop();
  const secure = await startSink({ tls: 'starttls', rules: [{ at: 'starttls', reply: '454 4.7.0 TLS non disponibile' }] });
  t.after(() => secure.close());
  await filo.setMailbox('ricambi', { port: secure.port, address: 'ricambi@filo.test', tls: 'starttls', more: ['--smtp-ca-file', secure.caFile] });
  await filo.start();
  const { out: { ticket } } = await filo.mailIn(letter({ from: 'anna@hotel.test', to: 'ricambi@filo.test' }), { mailbox: 'ricambi' });
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE state = 'queued' AND attempts = 1")) === 1, 'the failure');
  assert.deepEqual([secure.received.length, Number(await filo.count("FROM ticket_event WHERE kind = 'delivery'")), Number(await filo.count('FROM suspect_address'))], [0, 0, 0]);
  secure.rules.length = 0;
  await age(filo, 0);
  await filo.until(() => secure.messages.length === 1, 'it, later');
  assert.ok(secure.messages[0].tls);
  assert.doesNotMatch(textOf((await (await filo.signIn()).get(`/tickets/${ticket}`)).text), /Consegna non riuscita/);
});
