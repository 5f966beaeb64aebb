// SPDX-License-Identifier: EUPL-1.2
// timeout: 300
// Conversations read out of order, in a real Dovecot: an import of old mail goes newest first, so the answer comes before what
// it answers. It is one request all the same, in the order in which it was said, and nobody is drawn into another's.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { textOf } from './support/page.js';

const DAY = 86_400_000;
const ANNA = 'anna@moretti.test';
const BRUNO = 'bruno@moretti.test';
let mail;

const addressOf = (engine, name) => `${name}.${engine}@filo.test`;

before(async () => {
  const users = ['sqlite', 'postgresql'].flatMap((engine) => ['assistenza', 'vendite'].map((name) => [addressOf(engine, name), 'segreta']));
  mail = await startMailStack({ users: Object.fromEntries(users) });
});
after(() => mail?.stop());

async function start(t, engine, address) {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.command(['mailbox', '--name', 'assistenza', '--address', address, '--smtp-host', '127.0.0.1', '--smtp-port', `${mail.submissionPort}`,
    '--smtp-tls', 'starttls', '--smtp-user', address, '--smtp-password-file', filo.secretFile('password', 'segreta'), '--smtp-ca-file', mail.caFile,
    '--imap-host', '127.0.0.1', '--imap-port', `${mail.imapsPort}`, '--imap-old', 'all'], { mustWork: true });
  await filo.start();
  return filo;
}

const angled = (ids) => ids.map((id) => `<${id}>`).join(' ');

// What stands on a request, from the first word to the last: each message has its anchor, and its beginning may stand above all too.
const saidOn = (page) => page.split(/ id="m\d+"/).slice(1).map((message) => /parola (\w+)/.exec(textOf(message))?.[1]);

eachEngine('a conversation of a full mailbox is one request, whose answer was among the sent mail', async (t, engine) => {
  const address = addressOf(engine, 'assistenza');
  const now = Math.floor(Date.now() / 1000) * 1000;
  const at = (days) => now - days * DAY;
  const [m0, m1, m2, m3] = ['m0', 'm1', 'm2', 'm3'].map((name) => `${name}.${engine}@moretti.test`);
  const anna = (options) => letter({ from: `Anna Moretti <${ANNA}>`, to: address, ...options });
  await mail.lay(address, [
    { at: at(9), data: anna({ subject: 'La V2 perde', text: 'parola prima', id: m0 }) },
    { at: at(6), data: anna({ subject: 'Re: La V2 perde', text: 'parola terza', id: m2, inReplyTo: angled([m1]), references: angled([m0, m1]) }) },
    { at: at(5), data: letter({ from: BRUNO, to: address, subject: 'Altro', text: 'parola estranea', id: `b.${engine}@moretti.test` }) },
    { at: at(2), data: anna({ subject: 'Re: La V2 perde', text: 'parola quarta', id: m3, inReplyTo: angled([m2]) }) }, // names that one alone
  ]);
  await mail.lay(address, [{ at: at(8), data: letter({ from: `Assistenza <${address}>`, to: ANNA, subject: 'Re: La V2 perde', text: 'parola seconda',
    id: m1, inReplyTo: angled([m0]) }) }], { in: '.Sent' });
  const filo = await start(t, engine, address);
  await filo.until(async () => await filo.count('FROM message') === 5, 'all five', 60_000);

  const tickets = await filo.rows('SELECT ticket_id, subject, received_at, first_reply_at, state FROM ticket ORDER BY ticket_id');
  assert.equal(tickets.length, 2);
  const [one, other] = tickets;
  assert.deepEqual([one.subject, other.subject], ['Re: La V2 perde', 'Altro']);
  assert.equal(Number(one.received_at), at(9), 'it began with the oldest');
  assert.equal(Number(one.first_reply_at), at(8), 'and was answered when the answer left');
  assert.equal(one.state, 'new');
  assert.equal(await filo.count('FROM awaited'), 0, 'all has come');
  const browser = await filo.signIn();
  assert.deepEqual(saidOn((await browser.get(`/tickets/${one.ticket_id}`)).text), ['prima', 'seconda', 'terza', 'quarta']);
  const { stdout: token } = await filo.command(['token', 'create', '--name', 'Gestionale', '--scopes', 'ticket.read', '--as', 'sara'], { mustWork: true });
  const told = await (await fetch(`${filo.url}/api/v1/tickets/${one.ticket_id}`, { headers: { Authorization: `Bearer ${token.trim()}` } })).json();
  assert.deepEqual(told.messages.map(({ text }) => text.trim()), ['parola prima', 'parola seconda', 'parola terza', 'parola quarta']);
  assert.equal(await filo.count('FROM outbox'), 0, 'nobody is written to');
  await filo.stop();
  const checked = await filo.check();
  assert.equal(checked.code, 0, checked.stdout + checked.stderr);
});

eachEngine('A01: who refers to what others are about to write gets nothing of it', async (t, engine) => {
  const address = addressOf(engine, 'vendite');
  const now = Math.floor(Date.now() / 1000) * 1000;
  const [first, answer] = [`v0.${engine}@moretti.test`, `v1.${engine}@outlook.test`];
  const bait = { from: 'evil@x.test', to: `${address}, ${ANNA}`, subject: 'Re: Offerta', text: 'parola finta', id: `e.${engine}@x.test`,
    references: angled([first, answer]) };
  await mail.lay(address, [ // read newest first: the bait stands there when the true ones come
    { at: now - 3 * DAY, data: letter({ from: `Anna Moretti <${ANNA}>`, to: address, subject: 'Offerta', text: 'parola vera', id: first }) },
    { at: now - DAY, data: letter(bait) },
  ]);
  await mail.lay(address, [{ at: now - 2 * DAY, data: letter({ from: `Vendite <${address}>`, to: ANNA, subject: 'Offerta', text: 'parola riservata',
    id: answer, more: ['X-Unknown: 1'] }) }], { in: '.Sent' });
  const filo = await start(t, engine, address);
  await filo.until(async () => await filo.count('FROM ticket') === 2, 'both', 60_000);
  await filo.until(async () => (await filo.rows('SELECT old_below FROM mailbox_folder')).every(({ old_below: below }) => Number(below) === 0), 'all is read', 60_000);
  const said = await filo.rows('SELECT t.subject, m.text, m.flags FROM message m JOIN ticket t ON t.ticket_id = m.ticket_id ORDER BY m.message_id');
  assert.deepEqual(said.map(({ subject, text, flags }) => [subject, text.trim(), Number(flags)]),
    [['Re: Offerta', 'parola finta', 0], ['Offerta', 'parola vera', 0]], 'each where it belongs, and what went to Anna alone nowhere');
  const who = await filo.rows("SELECT p.address_key FROM participant p JOIN ticket t ON t.ticket_id = p.ticket_id WHERE t.subject = 'Offerta'");
  assert.deepEqual(who, [{ address_key: ANNA }]);
  const browser = await filo.signIn();
  const [{ ticket_id: evil }] = await filo.rows("SELECT ticket_id FROM ticket WHERE subject = 'Re: Offerta'");
  assert.deepEqual(saidOn((await browser.get(`/tickets/${evil}`)).text), ['finta']);
});
