// SPDX-License-Identifier: EUPL-1.2
// What is read moves to its folder: also where the server keeps all folders below the inbox, and nobody knew that when they
// typed the name. A server that will not move is seen, and nothing is lost by it.
// timeout: 240
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { after, before } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { textOf } from './support/page.js';

const PAGE = '/settings/mailboxes/1';
const ENGINES = ['sqlite', 'postgresql'];
let mail;

before(async () => {
  const users = Object.fromEntries(ENGINES.flatMap((engine) => [[`uno.${engine}@filo.test`, 'segreta'], [`due.${engine}@filo.test`, 'segreta']]));
  mail = await startMailStack({ users, prefix: 'INBOX.' });
});
after(() => mail?.stop());

async function start(t, engine, name) {
  const address = `${name}.${engine}@filo.test`;
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.command(['mailbox', '--name', 'assistenza', '--address', address, '--smtp-host', '127.0.0.1', '--smtp-port', `${mail.submissionPort}`,
    '--smtp-tls', 'starttls', '--smtp-user', address, '--smtp-password-file', filo.secretFile('password', 'segreta'), '--smtp-ca-file', mail.caFile,
    '--imap-host', '127.0.0.1', '--imap-port', `${mail.imapsPort}`, '--imap-after', 'move'], { mustWork: true });
  await filo.start();
  await filo.until(async () => await filo.count('FROM mailbox_folder') > 0, 'the mailbox is open');
  return { filo, address };
}

const write = (to, subject) => mail.send({ from: 'luca@bar.test', to: [to], data: letter({ from: 'Luca <luca@bar.test>', to, subject, id: `${subject}.${to}` }) });
const health = async (filo) => (await filo.rows('SELECT failing_since, step, said FROM channel_health'))[0];

eachEngine('all folders lie below INBOX.: "Filo" is made there, and what is read moves to it', async (t, engine) => {
  const { filo, address } = await start(t, engine, 'uno');
  await write(address, 'prima');
  await write(address, 'seconda');
  await filo.until(async () => await filo.count('FROM ticket') === 2, 'both requests');
  await filo.until(() => mail.flags(address).length === 0, 'they left the inbox');
  assert.equal(mail.flags(address, '.Filo').length, 2);
  assert.equal((await health(filo)).step, '');
  assert.doesNotMatch(filo.log, /mail\.untidied/);
});

eachEngine('a move that is refused is seen on the page and in the list, logged once, and over with the first that works', async (t, engine) => {
  const folder = mail.file(`maildir/due.${engine}@filo.test/.Filo`);
  await mail.lay(`due.${engine}@filo.test`, []); // its place is there, and theirs
  mkdirSync(folder, { mode: 0o700 }); // root's: Dovecot may not look into it
  const { filo, address } = await start(t, engine, 'due');
  const admin = await filo.signIn();
  const refused = /I messaggi letti invece non si spostano in «Filo»: 127\.0\.0\.1 lo rifiuta, e restano dove erano\. In Filo ci sono tutti/;
  for (const subject of ['prima', 'seconda', 'terza']) await write(address, subject);
  await filo.until(async () => await filo.count('FROM ticket') === 3, 'the requests');
  await filo.until(async () => refused.test(textOf((await admin.get(PAGE)).text)), 'the page says so');
  assert.match(textOf((await admin.get(PAGE)).text), /In dettaglio: \S/);
  for (const page of ['/settings/mailboxes', '/settings/mail']) assert.match(textOf((await admin.get(page)).text), refused, page);
  const { failing_since: failing, step, said } = await health(filo);
  assert.deepEqual([failing, step, said !== ''], [null, 'move', true], 'it is read all the same');
  await filo.until(() => mail.flags(address).length === 3, 'they stay');
  const logged = () => filo.log.split('\n').filter((line) => /mail\.untidied/.test(line)).length;
  assert.equal(logged(), 1);
  await admin.post('/preferences', { lang: 'en', return_to: '/' });
  assert.match(textOf((await admin.get(PAGE)).text), /the messages read do not move to “Filo”: 127\.0\.0\.1 refuses it/);

  await mail.stopImap(); // the line breaks: that says nothing of moving
  await mail.startImap();
  await filo.until(async () => /Last message: .*do not move/.test(textOf((await admin.get(PAGE)).text)), 'it is read again', 60_000);
  await write(address, 'quarta');
  await filo.until(() => logged() === 2, 'of this connection');

  rmSync(folder, { recursive: true });
  await write(address, 'quinta');
  await filo.until(() => mail.flags(address, '.Filo').length === 1, 'the move that works');
  await filo.until(async () => (await health(filo)).step === '', 'it is over');
  assert.doesNotMatch(textOf((await admin.get(PAGE)).text), /do not move/);
  assert.equal(await filo.count('FROM incident'), 0, 'nobody is written to');
  assert.equal(await filo.count('FROM ticket'), 5);
  assert.equal((await filo.check()).code, 0);
});
