// SPDX-License-Identifier: EUPL-1.2
// What did not leave and what cannot be opened is seen by those who can do something, with the reason, and is done with
// once somebody has seen to it. Nothing is lost on the way.
// timeout: 120
import assert from 'node:assert/strict';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const mail = (name) => `From: ${name} <${name}@bar.test>\r\nTo: assistenza@filo.test\r\nSubject: Non scalda, ${name}\r\n`
  + `Message-ID: <${name}@bar.test>\r\n\r\nBuongiorno.\r\n`;
const READER = `INSERT INTO staff (login, display_name, sort_key, email, role, team_id, language, password_hash, active, epoch, created_at, version)
  SELECT 'reader', 'reader', 'reader', '', 'reader', team_id, language, password_hash, 1, epoch, created_at, 1
    FROM staff WHERE login = '${ADMIN.login}';`;
const BANNER = /messaggi?o? da controllare/;

async function withSink(t, engine, rules) {
  const sink = await startSink({});
  const filo = await startFilo({ engine, sink, serve: false });
  t.after(async () => {
    await filo.remove();
    await sink.close();
  });
  sink.rules.push(...rules);
  return { sink, filo };
}

const untilState = (filo, wanted) => filo.until(async () => {
  const [row] = await filo.rows('SELECT outbox_id, state, attempts, error FROM outbox');
  return row && Number(row.attempts) > 0 && row.state === wanted ? row : null;
}, `the message to be ${wanted}`);

eachEngine('a refused message is shown with its reason, and leaves when it is sent again', async (t, engine) => {
  const { sink, filo } = await withSink(t, engine, [{ at: 'rcpt', match: /luca/, reply: '550 5.1.1 casella piena', times: 1 }]);
  await filo.execute(READER);
  await filo.start();
  await filo.mailIn(mail('luca'));
  const row = await untilState(filo, 'failed');
  const sara = await filo.signIn();
  const reader = await filo.signIn({ login: 'reader' });
  assert.match(textOf((await sara.get('/tickets')).text), /1 messaggio da controllare/);
  assert.doesNotMatch(textOf((await reader.get('/tickets')).text), BANNER, 'who can do nothing is not bothered');
  assert.equal((await reader.get('/tray')).status, 403);
  const page = textOf((await sara.get('/tray')).text);
  assert.match(page, /Conferma di ricezione/);
  assert.match(page, /10001 Non scalda, luca/);
  assert.match(page, /casella piena/);
  assert.match(page, /Non riproviamo più/);

  const again = await sara.post(`/tray/outgoing/${row.outbox_id}/again`, {});
  assert.equal(again.status, 303);
  await untilState(filo, 'sent');
  assert.equal(sink.messages.length, 1);
  assert.match(textOf((await sara.get('/tray')).text), /Tutto partito, tutto letto/);
  assert.doesNotMatch(textOf((await sara.get('/tickets')).text), BANNER);
  await sara.post(`/tray/outgoing/${row.outbox_id}/again`, {}); // a second click, or somebody else's
  await new Promise((done) => { setTimeout(done, 300); });
  assert.equal(sink.messages.length, 1, 'what has left does not leave again');
  assert.equal(Number(await filo.count("FROM audit WHERE action = 'outbox.again'")), 1);
});

eachEngine('a message that is still tried says when; given up, it never leaves and is off the list', async (t, engine) => {
  const { sink, filo } = await withSink(t, engine, [{ at: 'mail', reply: '451 4.3.0 riprovare', times: 1 }]);
  await filo.start();
  await filo.mailIn(mail('anna'));
  const row = await untilState(filo, 'queued');
  const sara = await filo.signIn();
  assert.doesNotMatch(textOf((await sara.get('/tickets')).text), BANNER, 'it may still go by itself');
  const page = textOf((await sara.get('/tray')).text);
  assert.match(page, /Riproviamo da soli: /);
  assert.match(page, /451|riprovare/);
  await sara.post(`/tray/outgoing/${row.outbox_id}/give-up`, {});
  assert.match(textOf((await sara.get('/tray')).text), /Tutto partito/);
  const [after] = await filo.rows('SELECT state, looked_at FROM outbox');
  assert.equal(after.state, 'failed');
  assert.ok(Number(after.looked_at) > 0);
  assert.match(textOf((await sara.get('/tickets/10001')).text), /Consegna non riuscita|Non scalda/);
  await filo.stop();
  await filo.start();
  await new Promise((done) => { setTimeout(done, 300); });
  assert.equal(sink.messages.length, 0);
});

eachEngine('what could not be opened is there to be downloaded, read again, or done with', async (t, engine) => {
  const { filo } = await withSink(t, engine, []);
  for (const name of ['uno', 'due']) await filo.mailIn(mail(name));
  // As after two deaths while reading them: kept whole, part of no request.
  await filo.execute("UPDATE inbound SET state = 'tray', attempts = 2, ticket_id = NULL, message_id = NULL, error = 'stopped twice'");
  await filo.start();
  const [{ inbound_id: one }, { inbound_id: two }] = await filo.rows('SELECT inbound_id FROM inbound ORDER BY inbound_id');
  const sara = await filo.signIn();
  assert.match(textOf((await sara.get('/tickets')).text), /2 messaggi da controllare/);
  assert.match(textOf((await sara.get('/tray')).text), /assistenza .*1 KB/);
  const original = await sara.get(`/tray/incoming/${one}/original`);
  assert.equal(original.text, mail('uno'));
  await sara.post(`/tray/incoming/${one}/done`, {});
  await sara.post(`/tray/incoming/${two}/again`, {});
  assert.match(textOf((await sara.get('/tray')).text), /Tutto partito/);
  const left = await filo.rows('SELECT inbound_id, state FROM inbound ORDER BY inbound_id');
  assert.equal(left[0].state, 'tray', 'what is dealt with is kept');
  assert.match(left[1].state, /stored|done/); // the caretaker comes by when it comes by
  assert.equal((await sara.get('/tray/incoming/99999/original')).status, 404);
});
