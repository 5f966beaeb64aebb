// SPDX-License-Identifier: EUPL-1.2
// The mailbox's test of itself must prove what answers need: that what is written to the mailbox's plus address comes in. On
// real servers without plus addresses, which refuse them or lose them, and on one that says what a case wants.
// timeout: 300
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { ADDRESS, eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { findForm, textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const PAGE = '/settings/mailboxes/1';
const ENGINES = ['sqlite', 'postgresql'];
const boxOf = (engine) => `casa.${engine}@filo.test`;
const customerOf = (engine) => `luca.${engine}@bar.test`;
const stacks = {};

before(async () => {
  const users = Object.fromEntries(ENGINES.flatMap((engine) => [[boxOf(engine), 'segreta'], [customerOf(engine), 'pw']]));
  [stacks.refusing, stacks.losing] = await Promise.all([startMailStack({ users, delimiter: '' }), startMailStack({ users, delimiter: '', believing: true })]);
});
after(() => Promise.all(Object.values(stacks).map((stack) => stack.stop())));

async function desk(t, engine, mail) {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  const address = boxOf(engine);
  await filo.command(['mailbox', '--name', 'assistenza', '--address', address, '--smtp-host', '127.0.0.1', '--smtp-port', `${mail.submissionPort}`,
    '--smtp-tls', 'starttls', '--smtp-user', address, '--smtp-password-file', filo.secretFile('password', 'segreta'), '--smtp-ca-file', mail.caFile,
    '--imap-host', '127.0.0.1', '--imap-port', `${mail.imapsPort}`], { mustWork: true });
  await filo.start();
  const admin = await filo.signIn();
  await filo.until(async () => (await filo.rows('SELECT checked_at FROM channel_health'))[0]?.checked_at, 'the mailbox is read');
  return { filo, admin, address };
}

const attempt = async (admin) => admin.submit((await admin.get(PAGE)).text, /test$/, { to: '' });
const hasButton = ({ text }) => /action="[^"]*\/plus\/end"/.test(text);
const config = async (filo) => JSON.parse((await filo.rows('SELECT config FROM channel_account'))[0].config);

eachEngine('plus addresses are refused: the test says so, and one press turns them off', async (t, engine) => {
  const mail = stacks.refusing;
  const { filo, admin, address } = await desk(t, engine, mail);
  const customer = customerOf(engine);
  const tried = await attempt(admin);
  const shown = address.replaceAll('.', '\\.').replace('@', '\\+…@');
  assert.match(textOf(tried.text), new RegExp(`Il messaggio per ${address} è arrivato, ma 127\\.0\\.0\\.1 rifiuta quello per ${shown}.*risposte andrebbero perse.*Ha risposto: .*User unknown`));
  assert.ok(hasButton(tried));
  assert.equal((await config(filo)).plus_addressing, undefined, 'nothing changes by itself');
  assert.equal(await filo.count('FROM ticket'), 0, 'a test is no request');

  const version = Number(findForm(tried.text, /plus\/end$/).fields.version);
  const late = await admin.post(`${PAGE}/plus/end`, { version: version - 1 });
  assert.equal(late.status, 409);
  assert.match(late.text, /name="plus_addressing" value="1" checked/);
  assert.equal((await admin.submit(tried.text, /plus\/end$/)).status, 303);
  assert.equal((await config(filo)).plus_addressing, '0');
  assert.equal(await filo.count("FROM audit WHERE action = 'mailbox.plus_end' AND object = 'channel_account'"), 1);
  const again = await attempt(admin);
  assert.match(textOf(again.text), /Funziona: il messaggio per .* è partito ed è arrivato in \d+ s\./);
  assert.ok(!hasButton(again));

  // Replies come to the bare address, and to their request.
  await mail.send({ from: customer, to: [address], data: letter({ from: `Luca <${customer}>`, to: address, subject: 'Non scalda' }) });
  const [ack] = await mail.waitForMessages(customer, 1);
  const said = headersOf(ack.replace(/\r?\n/g, '\r\n'));
  assert.equal(said.has('reply-to'), false);
  await mail.send({ from: customer, to: [address], data: letter({ from: `Luca <${customer}>`, to: address, subject: 'Ancora', text: 'Anche il vapore.', inReplyTo: said.get('message-id')[0] }) });
  await filo.until(async () => await filo.count("FROM message WHERE direction = 'in'") === 2, 'the reply');
  assert.equal(await filo.count('FROM ticket'), 1);
});

eachEngine('plus addresses are taken and lost: the test waits, and says so', async (t, engine) => {
  const { filo, admin, address } = await desk(t, engine, stacks.losing);
  const tried = await attempt(admin);
  assert.match(textOf(tried.text), new RegExp(`Il messaggio per ${address} è arrivato; quello per .*\\+…@filo\\.test è partito, ma dopo 20 secondi non è ancora arrivato`));
  assert.ok(hasButton(tried));
  assert.equal(await filo.count('FROM ticket'), 0);
  await admin.post('/preferences', { lang: 'en', return_to: '/' });
  assert.match(textOf((await admin.get(PAGE)).text), /plus address that customers reply to/);
});

eachEngine('what is refused for a while is no verdict; who may not send from one may not use one', async (t, engine) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink });
  t.after(() => filo.remove());
  const admin = await filo.signIn();
  const tryWith = async (...rules) => {
    const before = sink.messages.length;
    sink.rules = rules;
    const tried = attempt(admin);
    await filo.until(() => sink.messages.length > before, 'the test to the bare address');
    assert.deepEqual([sink.messages[before].from, ...sink.messages[before].to], [ADDRESS, ADDRESS]);
    await filo.mailIn(sink.messages[before].data);
    if (!rules.length) {
      await filo.until(() => sink.messages.length > before + 1, 'the test to the plus address');
      await filo.mailIn(sink.messages[before + 1].data);
    }
    return tried;
  };
  const well = await tryWith();
  assert.match(textOf(well.text), /arrivato in \d+ s, e così quello per assistenza\+…@filo\.test/);
  const [, plus] = sink.messages;
  const [, token] = /^assistenza\+b\.([a-z2-7]{32})@filo\.test$/.exec(plus.from);
  assert.deepEqual(plus.to, [`assistenza+t.${token}@filo.test`], 'it leaves as an answer does');

  const later = await tryWith({ at: 'rcpt', match: /\+/, reply: '450 4.2.0 riprovi tra un minuto' });
  assert.match(textOf(later.text), /per ora non si è potuto mandare da 127\.0\.0\.1: riprovi tra poco\. Ha risposto: .*riprovi tra un minuto/);
  assert.ok(!hasButton(later));
  const sender = await tryWith({ at: 'mail', match: /\+b\./, reply: '553 5.7.1 non è un indirizzo Suo' });
  assert.match(textOf(sender.text), /127\.0\.0\.1 rifiuta quello per assistenza\+…@filo\.test.*non è un indirizzo Suo/);
  assert.ok(hasButton(sender));
  assert.equal(await filo.count('FROM ticket'), 0);
});
