// SPDX-License-Identifier: EUPL-1.2
// Security A16: what says that it is from an address of ours is put aside, by whichever way it comes and however the
// address is written; nobody answers it, no customer is made of it, and no loop begins.
// timeout: 300
import assert from 'node:assert/strict';
import { ADDRESS, eachEngine, startFilo } from './support/filo.js';
import { startHostileImap } from './support/hostile_imap.js';
import { headersOf, letter } from './support/letter.js';
import { LmtpClient } from './support/lmtp_client.js';
import { findForm, textOf } from './support/page.js';
import { openProvider } from './support/pec_provider.js';
import { startSink } from './support/smtp_sink.js';

const SALES = 'vendite@filo.test';
const CERTIFIED = 'filo@pec.filo.test';
const HASTY_MS = 2100; // FORM_KEY_HASTY_MS and a little
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// A support mailbox with a pipe and LMTP, one that is read by IMAP, a certified one, and one that is used no more.
async function startHouse(t, engine) {
  const sink = await startSink();
  t.after(() => sink.close());
  const imap = await startHostileImap({ messages: { 5: letter({ from: 'primo@bar.test', subject: 'Primo', to: SALES }) }, tls: 'none' });
  t.after(() => imap.close());
  imap.hostile = false;
  const filo = await startFilo({ engine, sink, serve: false, lmtp: '127.0.0.1:0' });
  t.after(() => filo.remove());
  await filo.setMailbox('vendite', { port: sink.port, address: SALES, more: ['--imap-host', '127.0.0.1', '--imap-port', `${imap.port}`, '--imap-tls', 'none',
    '--imap-user', 'casella', '--smtp-password-file', filo.secretFile('imap', 'segreta'), '--imap-sent', '0'] });
  await filo.setMailbox('pec', { port: sink.port, address: CERTIFIED, more: ['--channel', 'pec'] });
  await filo.setMailbox('vecchia', { port: sink.port, address: 'vecchia@filo.test' });
  await filo.execute("UPDATE channel_account SET active = 0 WHERE name = 'vecchia'");
  await filo.start();
  return { filo, sink, imap };
}

const stateOf = async (filo, subject) => (await filo.rows('SELECT subject, state FROM ticket')).find((row) => row.subject === subject)?.state;

eachEngine('A16: what claims to be from us is put aside, by pipe, LMTP, IMAP, certified mail and form', async (t, engine) => {
  const { filo, sink, imap } = await startHouse(t, engine);
  const admin = await filo.signIn();
  await filo.until(() => stateOf(filo, 'Primo'), 'the mailbox to be read');
  await filo.mailIn(letter({ from: 'luca@bar.test', subject: 'Vera' }));
  await filo.until(() => sink.messages.some(({ to }) => to[0] === 'luca@bar.test'), 'the acknowledgement');
  const reply = headersOf(sink.messages.find(({ to }) => to[0] === 'luca@bar.test').data).get('reply-to')[0];

  const names = [ADDRESS, 'Assistenza Filo <ASSISTENZA@Filo.Test>', 'assistenza+qualcosa@filo.test', reply, SALES, CERTIFIED, 'vecchia@filo.test'];
  const wanted = [];
  const mx = await LmtpClient.open(filo.lmtpPort);
  await mx.say('LHLO mx.test');
  for (const [i, from] of names.entries()) {
    await filo.mailIn(letter({ from, subject: `pipe ${i}` }));
    assert.match((await mx.deliver({ from: 'x@bar.test', to: [ADDRESS], data: letter({ from, subject: `lmtp ${i}` }) }))[0], /^250/);
    imap.options.messages[7 + 2 * i] = letter({ from, subject: `imap ${i}`, to: SALES });
    wanted.push(`pipe ${i}`, `lmtp ${i}`, `imap ${i}`);
  }
  await mx.close();
  imap.announce();
  // Nobody here trusts its signature: an envelope that names us proves nothing.
  const provider = openProvider(t, { name: 'Gestore C', domain: 'pec.gestore-c.test' });
  const forged = provider.envelope(Buffer.from(letter({ from: CERTIFIED, to: CERTIFIED, subject: 'pec 0' })), { from: CERTIFIED, to: CERTIFIED });
  await filo.mailIn(forged, { mailbox: 'pec' });
  const customer = filo.browser();
  const form = findForm((await customer.get('/help')).text, /^\/help$/);
  await pause(HASTY_MS);
  const sent = await customer.post('/help', { ...form.fields, subject: 'modulo 0', description: 'Rispondetevi.', name: 'Noi', email: 'Assistenza+x@filo.test' });
  assert.equal(sent.status, 200, textOf(sent.text).slice(0, 300));
  wanted.push('pec 0', 'modulo 0');
  await filo.until(async () => (await filo.rows('SELECT subject FROM ticket')).length >= wanted.length + 2, 'all to come in', 60_000);

  const states = Object.fromEntries((await filo.rows('SELECT subject, state FROM ticket')).map(({ subject, state }) => [subject, state]));
  for (const subject of wanted) assert.equal(states[subject] ?? states[`POSTA CERTIFICATA: ${subject}`], 'spam', subject);
  assert.deepEqual([states.Primo === 'spam', states.Vera], [false, 'new']);
  const people = (await filo.rows("SELECT value_key FROM contact_point WHERE kind IN ('email', 'pec')")).map((row) => row.value_key);
  assert.deepEqual(people.filter((key) => /filo\.test$/.test(key)), [], 'no customer is one of our addresses');

  // It is told from what was put aside otherwise, and a person can bring it back.
  const [{ ticket_id: ticket }] = await filo.rows("SELECT ticket_id FROM ticket WHERE subject = 'pipe 0'");
  assert.match(textOf((await admin.get(`/tickets/${ticket}`)).text), /Mittente non verificato: usa un nostro indirizzo/);
  assert.match(textOf((await admin.get('/aside')).text), /pipe 0/);

  // A customer's mail that only passes through us, or asks for the answer at our address, is a customer's.
  for (const more of [[`Sender: ${ADDRESS}`], [`Reply-To: ${ADDRESS}`], [`Resent-From: ${SALES}`]]) {
    const taken = await filo.mailIn(letter({ from: `anna${more[0].length}@bar.test`, subject: more[0], more }));
    assert.equal((await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${taken.out.ticket}`))[0].state, 'new', more[0]);
  }
  const last = () => sink.messages.filter(({ to }) => /^anna/.test(to[0])).length === 3;
  await filo.until(last, 'the last acknowledgements');
  const ours = sink.messages.flatMap(({ to }) => to).filter((address) => /filo\.test$/.test(address));
  assert.deepEqual(ours, [], 'nothing was written to ourselves');
  assert.equal((await filo.check()).code, 0);
});

// In a small company Sara's address is the support mailbox itself.
eachEngine('who has one of our mailboxes as address is sent no notice, and is told why', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, serve: false });
  t.after(() => filo.remove());
  await filo.execute("UPDATE staff SET email = 'Assistenza@filo.test', role = 'admin'");
  await filo.start();
  let admin = await filo.signIn();
  const account = async () => textOf((await admin.get('/account')).text);
  assert.match(await account(), /Il Suo indirizzo, Assistenza@filo\.test, è una casella che legge Filo: gli avvisi vi tornerebbero dentro/);
  assert.doesNotMatch(await account(), /Arrivano a/);
  assert.match(textOf((await admin.get('/settings/mail')).text), /Nessuno viene avvisato per e-mail[^]*Per e-mail non si raggiunge Sara Conti: l'indirizzo è quello di una casella di Filo/);
  assert.equal((await admin.post('/account/notices', { own: '1', team: '1', trouble: '1' })).status, 303);
  const { ticket } = (await filo.mailIn(letter({ from: 'luca@bar.test', subject: 'La V2' }))).out;
  await filo.until(() => sink.messages.length === 1, 'the acknowledgement');
  assert.equal((await filo.rows('SELECT outbox_id FROM outbox')).length, 1, 'and no notice');

  // The same mail from another address of hers would be the customer's, passed on.
  const forward = ['Guarda tu.', '', '---------- Forwarded message ---------', 'Da: Luca Bianchi <luca@bar.test>', 'Date: lun 23 nov 2026 alle ore 10:00',
    'Subject: La V3', 'To: <sara@caffe.test>', '', 'Non scalda.'].join('\r\n');
  const passed = (await filo.mailIn(letter({ from: ADDRESS, subject: 'Fwd: La V3', text: forward }))).out;
  assert.equal((await filo.rows(`SELECT state FROM ticket WHERE ticket_id = ${passed.ticket}`))[0].state, 'spam');
  assert.notEqual(passed.ticket, ticket);

  await filo.stop(); // the serving node alone writes
  await filo.execute("UPDATE staff SET email = 'sara@caffe.test'");
  await filo.start();
  admin = await filo.signIn();
  assert.match(await account(), /Arrivano a sara@caffe\.test/);
  await filo.mailIn(letter({ from: 'anna@bar.test', subject: 'La V4' }));
  await filo.until(() => sink.messages.some(({ to }) => to[0] === 'sara@caffe.test'), 'the notice');
  assert.deepEqual(sink.messages.flatMap(({ to }) => to).filter((to) => /@filo\.test$/i.test(to)), []);
  assert.equal((await filo.check()).code, 0);
});
