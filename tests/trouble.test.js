// SPDX-License-Identifier: EUPL-1.2
// timeout: 240
// Trouble with a mailbox: whoever looks after it is told once that it began and once that it is over, by a mailbox that
// works, whatever is killed meanwhile; the desk says so too.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { headersOf, letter, textBody } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';
import { makeSteppedClock } from './support/stepped_clock.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
const BOSS = 'sara@caffe.test';
const ENGINES = ['sqlite', 'postgresql'];
let mail;

before(async () => {
  mail = await startMailStack({ users: Object.fromEntries(ENGINES.map((engine) => [`assistenza.${engine}@filo.test`, 'segreta'])) });
});
after(() => mail?.stop());

function readFrom(filo, engine, password, trusted = ['--smtp-ca-file', mail.caFile]) {
  const address = `assistenza.${engine}@filo.test`;
  return filo.command(['mailbox', '--name', 'assistenza', '--address', address, '--smtp-host', '127.0.0.1', '--smtp-port', `${mail.submissionPort}`,
    '--smtp-tls', 'starttls', '--smtp-user', address, '--smtp-password-file', filo.secretFile('password', password), ...trusted,
    '--imap-host', '127.0.0.1', '--imap-port', `${mail.imapsPort}`], { mustWork: true });
}

// Two mailboxes: one is read from a real server, the other only sends, into the sink.
async function start(t, engine, { password = 'segreta', trusted, sender = true, language = 'it', beforeStart = async () => {} } = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  if (sender) await filo.setMailbox('vendite', { port: sink.port, address: 'vendite@filo.test' });
  if (password) await readFrom(filo, engine, password, trusted);
  await filo.execute(`UPDATE staff SET email = '${BOSS}', language = '${language}'`);
  await beforeStart(filo);
  await filo.start();
  return { filo, sink };
}

const health = async (filo) => (await filo.rows('SELECT failing_since, step FROM channel_health'))[0];
const open = async (filo) => (await filo.rows('SELECT kind FROM incident WHERE ended_at IS NULL ORDER BY kind')).map(({ kind }) => kind);
const incidents = (filo) => filo.rows('SELECT kind, step, told_at, mended_since, ended_at FROM incident ORDER BY incident_id');
const isTold = (sink) => sink.messages.filter(({ to }) => to.includes(BOSS));
const wordsOf = ({ data }) => textBody(data).replace(/\r\n/g, '\n');
const subjectOf = ({ data }) => headersOf(data.toString()).get('subject')[0];

// Everything is as if it had begun so many minutes earlier.
async function ago(filo, minutes, ...columns) {
  await filo.stop();
  for (const column of columns) {
    const [table, name] = column.split('.');
    await filo.execute(`UPDATE ${table} SET ${name} = ${name} - ${minutes * MINUTE} WHERE ${name} IS NOT NULL`);
  }
  await filo.start();
}

eachEngine('a refused password: told once, by the other mailbox; and once when it is well again', async (t, engine) => {
  const { filo, sink } = await start(t, engine, { password: 'sbagliata' });
  await filo.until(async () => (await health(filo))?.step === 'sign_in', 'the password is refused');
  assert.deepEqual(await open(filo), [], 'one refusal may be the server\'s bad moment');
  await ago(filo, 6, 'channel_health.failing_since');
  await filo.until(() => isTold(sink).length === 1, 'the notice');
  const [notice] = isTold(sink);
  assert.match(headersOf(notice.data.toString()).get('from')[0], /<vendite@filo\.test>/);
  assert.match(headersOf(notice.data.toString()).get('auto-submitted')[0], /auto-generated/);
  assert.match(subjectOf(notice), new RegExp(`assistenza\\.${engine}@filo\\.test`));

  const browser = await filo.signIn();
  const page = textOf((await browser.get('/tickets')).text);
  assert.match(page, new RegExp(`La casella assistenza\\.${engine}@filo\\.test non si riesce a leggere`));
  await filo.until(async () => !/Nessuno ne è stato avvisato/.test(textOf((await browser.get('/tickets')).text)), 'the desk knows that it was told');
  const said = textOf((await browser.get('/settings/mail')).text);
  assert.match(said, /Non si leggeva da .* ancora in corso/);
  assert.match(said, /Per e-mail lo vengono a sapere: Sara Conti/);

  for (let kills = 0; kills < 2; kills += 1) {
    await filo.kill();
    await filo.start();
    await filo.until(async () => (await health(filo)).step === 'sign_in' && Number((await health(filo)).failing_since) > 0, 'it fails again');
  }
  assert.equal(isTold(sink).length, 1);
  assert.equal((await incidents(filo)).length, 1);

  await filo.stop();
  await readFrom(filo, engine, 'segreta');
  await filo.start();
  await filo.until(async () => (await incidents(filo))[0].mended_since, 'it looks well');
  assert.doesNotMatch(textOf((await (await filo.signIn()).get('/tickets')).text), /non si riesce a leggere/);
  await ago(filo, 11, 'incident.mended_since');
  await filo.until(() => isTold(sink).length === 2, 'the good news');
  assert.match(subjectOf(isTold(sink)[1]), /=\?|funziona/);
  const sent = async () => (await filo.rows("SELECT outbox_id FROM outbox WHERE purpose = 'notice' AND state = 'sent'")).length;
  await filo.until(async () => (await sent()) === 2, 'both are known to have left'); // a kill before that may send one twice (RFC 1047)
  await filo.kill();
  await filo.start();
  await filo.until(async () => (await incidents(filo))[0].ended_at, 'it is over');
  assert.equal(await filo.count('FROM outbox'), await sent());
  assert.equal(isTold(sink).length, 2);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('the only mailbox cannot send either: the desk says that nobody was told; no news arrives when it is old', async (t, engine) => {
  const { filo, sink } = await start(t, engine, { password: 'sbagliata', sender: false, language: 'en' });
  await filo.until(async () => (await health(filo))?.step === 'sign_in', 'the password is refused');
  await ago(filo, 6, 'channel_health.failing_since');
  await filo.until(async () => (await open(filo)).length === 1, 'an incident');
  await filo.until(async () => (await filo.rows("SELECT attempts FROM outbox WHERE state = 'queued' AND attempts > 0")).length === 1, 'it was tried');
  const browser = await filo.signIn();
  assert.match(textOf((await browser.get('/tickets')).text), /cannot be read .*Nobody has been told of it by mail/);
  await filo.stop();
  await readFrom(filo, engine, 'segreta');
  await filo.start();
  await filo.until(async () => (await incidents(filo))[0].mended_since, 'it looks well');
  await filo.until(async () => (await filo.rows("SELECT outbox_id FROM outbox WHERE state IN ('queued', 'sending')")).length === 0, 'nothing waits');
  const [{ state }] = await filo.rows('SELECT state FROM outbox');
  await ago(filo, 11, 'incident.mended_since');
  await filo.until(async () => (await incidents(filo))[0].ended_at, 'it is over');
  const told = (await filo.rows("SELECT outbox_id FROM outbox WHERE purpose = 'notice'")).length;
  assert.equal(told, state === 'cancelled' ? 1 : 2, 'who heard of it hears of its end');
  assert.equal(sink.messages.length, 0);
});

eachEngine('a server with a certificate that nobody vouches for: the password stays here, told once, and once when it is well again', async (t, engine) => {
  const signedIn = () => mail.log().split('\n').filter((line) => line.includes('imap-login: Login:') && line.includes(`assistenza.${engine}@filo.test`)).length;
  const before = signedIn();
  const { filo, sink } = await start(t, engine, { trusted: [] });
  await filo.until(async () => (await health(filo))?.step === 'insecure', 'the certificate is refused');
  assert.deepEqual(await open(filo), [], 'once may be the server\'s bad moment');
  await ago(filo, 6, 'channel_health.failing_since');
  await filo.until(() => isTold(sink).length === 1, 'the notice');
  assert.match(subjectOf(isTold(sink)[0]), new RegExp(`assistenza\\.${engine}@filo\\.test`));
  assert.match(wordsOf(isTold(sink)[0]), /Il collegamento cifrato con 127\.0\.0\.1 non riesce[^]*La password non è stata mandata/);
  const said = textOf((await (await filo.signIn()).get('/tickets')).text);
  assert.match(said, new RegExp(`La casella assistenza\\.${engine}@filo\\.test non si riesce a leggere`));
  assert.deepEqual([await open(filo), (await incidents(filo))[0].step, signedIn()], [['failing'], 'insecure', before]);

  await filo.stop();
  await readFrom(filo, engine, 'segreta');
  await filo.start();
  await filo.until(async () => (await incidents(filo))[0].mended_since, 'it looks well');
  await ago(filo, 11, 'incident.mended_since');
  await filo.until(() => isTold(sink).length === 2, 'the good news');
  assert.deepEqual([await open(filo), (await incidents(filo)).length], [[], 1]);
});

eachEngine('nobody reads a mailbox any more: told once, and once when somebody does again', async (t, engine) => {
  let clock;
  const { filo, sink } = await start(t, engine, { beforeStart: async (made) => {
    clock = await makeSteppedClock(made);
    Object.assign(made.options.env, clock.env);
  } });
  await filo.until(async () => (await health(filo))?.failing_since === null, 'it is read');
  assert.deepEqual(await open(filo), []);
  // the one who reads it waits for the server's word, and says nothing meanwhile
  clock.step(31 * 60);
  await filo.until(() => isTold(sink).length === 1, 'the notice');
  assert.match(subjectOf(isTold(sink)[0]), new RegExp(`assistenza\\.${engine}@filo\\.test`));
  assert.match(wordsOf(isTold(sink)[0]), new RegExp(`Nessuno sta leggendo la casella assistenza\\.${engine}@filo\\.test[^]*Riavvii Filo`));
  assert.deepEqual(await open(filo), ['unwatched']);
  const browser = await filo.signIn();
  assert.match(textOf((await browser.get('/tickets')).text), new RegExp(`Nessuno sta leggendo la casella assistenza\\.${engine}@filo\\.test`));
  assert.match(textOf((await browser.get('/settings/mail')).text), /Nessuno la leggeva da .* ancora in corso/);

  await mail.send({ from: 'luca@bar.test', to: [`assistenza.${engine}@filo.test`], data: letter({ to: `assistenza.${engine}@filo.test`, subject: 'Eccomi' }) });
  await filo.until(async () => (await incidents(filo))[0].mended_since, 'somebody reads it');
  assert.doesNotMatch(textOf((await browser.get('/tickets')).text), /Nessuno sta leggendo/);
  clock.step(11 * 60);
  await filo.until(() => isTold(sink).length === 2, 'the good news');
  assert.match(wordsOf(isTold(sink)[1]), /che nessuno leggeva da .*, si legge di nuovo/);
  assert.deepEqual([await open(filo), (await incidents(filo)).length], [[], 1]);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('nothing leaves any more: told by another mailbox, in the person\'s language', async (t, engine) => {
  const dead = await startSink();
  await dead.close();
  const { filo, sink } = await start(t, engine, { password: null, language: 'en',
    beforeStart: (made) => made.setMailbox('assistenza', { port: dead.port }) });
  const taken = await filo.mailIn(letter({ from: 'Luca <luca@bar.test>', to: 'assistenza@filo.test', subject: 'Non scalda' }));
  assert.equal(taken.code, 0);
  await filo.until(async () => (await filo.rows("SELECT outbox_id FROM outbox WHERE state = 'queued' AND held = 1")).length === 1, 'its acknowledgement waits');
  assert.deepEqual(await open(filo), []);
  await ago(filo, 16, 'outbox.created_at');
  await filo.until(() => isTold(sink).length === 1, 'the notice');
  assert.match(subjectOf(isTold(sink)[0]), /Mail: something is wrong with assistenza@filo\.test/);
  assert.match(wordsOf(isTold(sink)[0]), /Nothing leaves mailbox assistenza@filo\.test any more/);
  assert.deepEqual(await open(filo), ['waiting']);
});

// The hours of the test: always open but on the day's own calendar, whatever the day it runs on.
const ALWAYS_OPEN = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

eachEngine('a mailbox that is silent for longer than it ever was; a new one never is', async (t, engine) => {
  const now = Date.now();
  const { filo, sink } = await start(t, engine, { password: null,
    beforeStart: async (made) => {
      for (const day of ALWAYS_OPEN) await made.set(`calendar.${day}`, '0:00–24:00');
      await made.set('calendar.holidays', '0');
      await made.setMailbox('nuova', { port: 1, address: 'nuova@filo.test' });
    } });
  // Every twelve hours for 30 days, the last one 30 hours ago: usual are 12, too long is 24.
  const old = Array.from({ length: 60 }, (_, i) => `('mail', 'vendite', 'q${i}', '${'0'.repeat(64)}', 1, ${now - (30 + 12 * i) * 3_600_000}, 'done', 1)`);
  await filo.stop();
  await filo.execute(`INSERT INTO inbound (channel, source, external_id, raw_sha256, raw_size, received_at, state, attempts) VALUES ${old.join(', ')}`);
  await filo.execute(`INSERT INTO inbound (channel, source, external_id, raw_sha256, raw_size, received_at, state, attempts)
    VALUES ('mail', 'nuova', 'n1', '${'0'.repeat(64)}', 1, ${now - 9 * DAY}, 'done', 1)`);
  await filo.start();
  await filo.until(() => isTold(sink).length === 1, 'the notice');
  assert.match(wordsOf(isTold(sink)[0]), /vendite@filo\.test/);
  assert.deepEqual(await open(filo), ['quiet']);
  const said = textOf((await (await filo.signIn()).get('/settings/mail')).text);
  assert.match(said, /vendite@filo\.test .*Di solito tra un messaggio e l'altro passano al massimo 12 ore di orario d'apertura: oltre 24 ore Filo avvisa/);
  assert.match(said, /nuova@filo\.test .*Quando saranno arrivati almeno 20 messaggi/);

  const taken = await filo.mailIn(letter({ from: 'Luca <luca@bar.test>', to: 'vendite@filo.test', subject: 'Eccomi' }), { mailbox: 'vendite' });
  assert.equal(taken.code, 0);
  await filo.until(() => isTold(sink).length === 2, 'the good news');
  assert.deepEqual(await open(filo), []);
});

eachEngine('who does not want to hear of it', async (t, engine) => {
  const { filo } = await start(t, engine, { password: null });
  const browser = await filo.signIn();
  assert.match((await browser.get('/account')).text, /name="trouble" value="1" checked/);
  assert.equal((await browser.post('/account/notices', { own: '1' })).status, 303);
  assert.doesNotMatch((await browser.get('/account')).text, /name="trouble" value="1" checked/);
  assert.match(textOf((await browser.get('/settings/mail')).text), /Nessuno viene avvisato per e-mail/);
  assert.equal((await browser.post('/account/notices', { trouble: '1' })).status, 303);
  assert.match(textOf((await browser.get('/settings/mail')).text), new RegExp(`Per e-mail lo vengono a sapere: ${ADMIN.name}`));
});
