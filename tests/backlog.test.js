// SPDX-License-Identifier: EUPL-1.2
// timeout: 300
// A mailbox that was full before it was ours, in a real Dovecot (security R17): the newest first, paused and continued by the
// page, continued after kill -9, each once, no acknowledgement of what is old, and what comes meanwhile does not wait for it.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { findForm } from './support/page.js';

const DAY = 86_400_000;
const OLD = 500;
const PAGE = '/settings/mailboxes/1';
let mail;

const addressOf = (engine) => `assistenza.${engine}@filo.test`;
const awayOf = (engine) => `vacanza.${engine}@filo.test`;

before(async () => {
  const engines = ['sqlite', 'postgresql'];
  mail = await startMailStack({ users: Object.fromEntries(engines.flatMap((engine) => [[addressOf(engine), 'segreta'], [awayOf(engine), 'segreta']])) });
});
after(() => mail?.stop());

async function start(t, engine, address, more = []) {
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  await filo.command(['mailbox', '--name', 'assistenza', '--address', address, '--smtp-host', '127.0.0.1', '--smtp-port', `${mail.submissionPort}`,
    '--smtp-tls', 'starttls', '--smtp-user', address, '--smtp-password-file', filo.secretFile('password', 'segreta'), '--smtp-ca-file', mail.caFile,
    '--imap-host', '127.0.0.1', '--imap-port', `${mail.imapsPort}`, ...more], { mustWork: true });
  const rows = () => filo.rows('SELECT ticket_id, subject FROM ticket ORDER BY ticket_id');
  const subjects = async (wanted) => (await rows()).map(({ subject }) => subject).filter((subject) => wanted.test(subject));
  const olds = async () => (await subjects(/^vecchia/)).length;
  return { filo, subjects, olds };
}

const written = (engine, subject, at) => ({ at, data: letter({ from: `Cliente <${subject.replace(/\W/g, '-')}@bar.test>`, to: addressOf(engine), subject,
  id: `${subject.replace(/\W/g, '-')}.${engine}@bar.test` }) });

// What has been acknowledged, or will be: the subject of each request that something automatic is on its way for.
const acknowledged = async (filo) => (await filo.rows('SELECT t.subject FROM outbox o JOIN ticket t ON t.ticket_id = o.ticket_id ORDER BY t.ticket_id'))
  .map(({ subject }) => subject);

// The pause as the page sets it; comes back when the mailbox is read again with it.
async function setPaused(filo, admin, paused) {
  const begun = () => filo.log.split('\n').filter((line) => line.includes('"listen.well"')).length;
  const before = begun();
  const { imap_old_paused: was, ...fields } = findForm((await admin.get(PAGE)).text, /mailboxes\/1$/).fields;
  const saved = await admin.post(PAGE, { ...fields, ...(paused && { imap_old_paused: '1' }) });
  assert.equal(saved.status, 303, saved.text);
  await filo.until(() => begun() > before, 'the mailbox to be read again', 30_000);
}

eachEngine('R17: a full mailbox is read newest first, paused, killed and continued, and new mail goes first', async (t, engine) => {
  const now = Date.now();
  const address = addressOf(engine);
  const { filo, subjects, olds } = await start(t, engine, address, ['--imap-old', 'all']);
  await mail.lay(address, Array.from({ length: OLD }, (_, i) => written(engine, `vecchia ${OLD - 1 - i}`, now - 2 * DAY - (OLD - i) * 60_000)));
  const begun = Date.now();
  await filo.start();
  await filo.until(async () => (await olds()) >= 1, 'the first');
  t.diagnostic(`the first of ${OLD} stood on the desk ${Date.now() - begun} ms after the start`);
  await filo.until(async () => (await olds()) >= 20, 'some');
  assert.deepEqual((await subjects(/^vecchia/)).slice(0, 20), Array.from({ length: 20 }, (_, i) => `vecchia ${i}`), 'newest first');

  const admin = await filo.signIn();
  await setPaused(filo, admin, true);
  const paused = await olds();
  assert.ok(paused < OLD, `paused when ${paused} were read`);
  await mail.lay(address, [written(engine, 'nuova in pausa', Date.now())]);
  await filo.until(async () => (await subjects(/in pausa/)).length === 1, 'what comes meanwhile', 30_000);
  await filo.until(() => mail.flags(address).filter((flags) => flags.includes('S')).length === paused + 1, 'what was read to be marked');
  assert.equal(await olds(), paused, 'the old ones wait');
  await setPaused(filo, admin, false);

  let had = 0; // how many were kept when it was killed last: read, or about to be
  for (const more of [40, 80]) {
    await filo.until(async () => (await olds()) >= paused + more, 'more of them', 60_000);
    await filo.kill();
    assert.ok((await olds()) < OLD, `killed when ${await olds()} were read`);
    had = Number(await filo.count('FROM inbound'));
    if (more === 80) await mail.lay(address, [written(engine, 'nuova dopo', Date.now())]);
    await filo.start();
  }
  await filo.until(async () => (await olds()) === OLD, 'all of them', 120_000);
  await filo.until(() => mail.flags(address).every((flags) => flags.includes('S')), 'each marked');
  await filo.until(async () => (await filo.rows("SELECT inbound_id FROM inbound WHERE state <> 'done'")).length === 0, 'each understood', 60_000);

  const all = await subjects(/./);
  assert.equal(all.length, OLD + 2);
  assert.equal(new Set(all).size, OLD + 2, 'each once');
  assert.equal(Number(await filo.count('FROM inbound')), OLD + 2);
  assert.ok(all.indexOf('nuova dopo') <= had, 'it waited for none but those that were here already');
  assert.deepEqual(await acknowledged(filo), ['nuova in pausa', 'nuova dopo']);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('R17: what lay there for more than a day while nobody read the mailbox is a request, and is acknowledged no more', async (t, engine) => {
  const address = awayOf(engine);
  const { filo, subjects } = await start(t, engine, address);
  await filo.start();
  await filo.until(async () => Number(await filo.count('FROM mailbox_folder')) === 1, 'the mailbox is open');
  await filo.stop();
  const now = Date.now();
  await mail.lay(address, [['di tre giorni fa', now - 3 * DAY], ['di 25 ore fa', now - 25 * DAY / 24], ['di 23 ore fa', now - 23 * DAY / 24]]
    .map(([subject, at]) => written(engine, subject, at)));
  await filo.start();
  await filo.until(async () => (await subjects(/fa$/)).length === 3, 'all three');
  assert.deepEqual(await acknowledged(filo), ['di 23 ore fa']);
});
