// SPDX-License-Identifier: EUPL-1.2
// GET /metrics: known things are done, and the figures are exactly those, in a format that a strict reader of the published
// description takes. Who has no token for it learns nothing (security A65).
// timeout: 300
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ADDRESS, ADMIN, eachEngine, filoExe, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { LmtpClient } from './support/lmtp_client.js';
import { parseMetrics } from './support/prometheus.js';
import { startSink } from './support/smtp_sink.js';

const SALES = 'vendite@filo.test';

async function makeToken(filo, scopes) {
  const made = await filo.command(['token', 'create', '--name', scopes, '--scopes', scopes, '--as', ADMIN.login], { mustWork: true });
  return made.stdout.trim();
}

const ask = (filo, token) => filo.browser().request('GET', '/metrics', { headers: token ? { Authorization: `Bearer ${token}` } : {} });

async function scrape(filo, token) {
  const answer = await ask(filo, token);
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  return parseMetrics(answer.text);
}

// A port where nobody listens.
async function deadPort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((done) => { server.once('listening', done); });
  const { port } = server.address();
  await new Promise((done) => { server.close(done); });
  return port;
}

// {outcome: count} of one mailbox (or whatever else has these labels), zeros left out.
function counts(page, name, fixed, label) {
  const rows = page.series(name).filter(({ labels, value }) => value && Object.entries(fixed).every(([key, wanted]) => labels[key] === wanted));
  return Object.fromEntries(rows.map(({ labels, value }) => [labels[label], value]));
}

async function startDesk(t, engine, options = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, sink, lmtp: '127.0.0.1:0', serve: false, ...options });
  t.after(() => filo.remove());
  return { sink, filo };
}

eachEngine('mail in and out, mailboxes that cannot be used, pages: each counted as what it was', async (t, engine) => {
  const { sink, filo } = await startDesk(t, engine);
  await filo.setMailbox('vendite', { port: await deadPort(), address: SALES });
  const password = filo.secretFile('password', 'segreta');
  await filo.setMailbox('sorda', { port: sink.port, address: 'sorda@filo.test', more: ['--smtp-user', 'sorda', '--smtp-password-file', password,
    '--imap-host', '127.0.0.1', '--imap-port', `${await deadPort()}`, '--imap-tls', 'none'] });
  await filo.start();
  const token = await makeToken(filo, 'metrics.read');
  const before = await scrape(filo, token);
  assert.deepEqual(before.series('filo_mailbox_messages_total'), []);
  assert.equal(before.value('filo_outbox_oldest_seconds'), 0);
  for (const [name, labels] of [['filo_lmtp_messages_total', { code: '451', status: '4.3.1' }], ['filo_parser_jobs_total', { job: 'mail', outcome: 'died' }],
    ['filo_store_writes_total', { outcome: 'failed' }], ['filo_job_runs_total', { job: 'watch_mail', outcome: 'failed' }]])
    assert.equal(before.value(name, labels), 0, `${name}: the first of them must be seen as a step from 0`);

  // Three requests and the answer to one of them, a robot's letter, one that came twice, one for nobody; to sales one.
  const mx = await LmtpClient.open(filo.lmtpPort);
  await mx.say('LHLO mx.test');
  const send = (to, data) => mx.deliver({ from: 'posta@bar.test', to: [to], data });
  const first = letter({ from: 'Luca Bianchi <luca@bar.test>', subject: 'Non scalda', id: 'uno@bar.test' });
  await send(ADDRESS, first);
  await send(ADDRESS, letter({ from: 'anna@hotel.test', subject: 'Perde acqua' }));
  await send(ADDRESS, letter({ from: 'rita@mensa.test', subject: 'Non macina' }));
  await filo.until(() => sink.messages.length === 3, 'three acknowledgements');
  await send(ADDRESS, letter({ from: 'Luca Bianchi <luca@bar.test>', subject: 'Re: Non scalda', inReplyTo: '<uno@bar.test>' }));
  await send(ADDRESS, letter({ from: 'assente@bar.test', subject: 'Fuori ufficio', more: ['Auto-Submitted: auto-replied'] }));
  await send(ADDRESS, first);
  await send(SALES, letter({ from: 'ugo@bar.test', to: SALES, subject: 'Un preventivo' }));
  assert.match((await mx.begin({ to: ['nessuno@filo.test'] }))[1], /^550 5\.1\.1/);
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE state = 'queued' AND attempts > 0")) === 1, 'the dead server to have been tried');
  await filo.until(async () => (await scrape(filo, token)).series('filo_outbox_deliveries_total').reduce((sum, { value }) => sum + value, 0) === 4, 'each to be counted');
  const asked = (await scrape(filo, token)).value('filo_http_requests_total', { method: 'GET', route: '/metrics', status: '2xx' }) + 1;

  const page = filo.browser();
  for (const target of ['/help', '/help', '/nowhere', `/${'x'.repeat(40)}`]) await page.get(target);
  const seen = await scrape(filo, token);

  assert.deepEqual(counts(seen, 'filo_mailbox_messages_total', { mailbox: 'assistenza' }, 'outcome'), { request: 3, reply: 1, robot: 1, again: 1 });
  assert.deepEqual(counts(seen, 'filo_mailbox_messages_total', { mailbox: 'vendite' }, 'outcome'), { request: 1 });
  assert.deepEqual(counts(seen, 'filo_lmtp_messages_total', {}, 'status'), { '2.0.0': 7 });
  assert.deepEqual(counts(seen, 'filo_lmtp_recipients_total', { code: '250' }, 'status'), { '2.1.5': 7 });
  assert.deepEqual(counts(seen, 'filo_lmtp_recipients_total', { code: '550' }, 'status'), { '5.1.1': 1 });
  assert.equal(seen.value('filo_lmtp_connections'), 1);
  assert.deepEqual(counts(seen, 'filo_parser_jobs_total', { job: 'mail' }, 'outcome'), { done: 6 }, 'what came again is not read again');
  assert.equal(seen.value('filo_parser_seconds_count', { job: 'mail' }), 6);
  assert.deepEqual([seen.value('filo_parser_workers'), seen.value('filo_parser_jobs_waiting'), seen.value('filo_parser_starts_total')], [0, 0, 1]);

  assert.deepEqual(counts(seen, 'filo_outbox_deliveries_total', { mailbox: 'assistenza' }, 'outcome'), { sent: 3 });
  assert.deepEqual(counts(seen, 'filo_outbox_deliveries_total', { mailbox: 'vendite' }, 'outcome'), { deferred: 1 });
  assert.equal(seen.value('filo_outbox_delivery_seconds_count', { mailbox: 'assistenza' }), 3);
  assert.deepEqual(counts(seen, 'filo_outbox_messages', {}, 'state'), { deferred: 1 });
  assert.ok(seen.value('filo_outbox_oldest_seconds') > 0 && seen.value('filo_outbox_oldest_seconds') < 60);
  const open = counts(seen, 'filo_tickets_open', {}, 'state');
  assert.deepEqual(open, Object.fromEntries((await filo.rows('SELECT state, count(*) AS n FROM ticket WHERE next_update_at IS NOT NULL GROUP BY state'))
    .map(({ state, n }) => [state, Number(n)])));
  assert.equal(open.new, 5, 'three, the robot\'s, and the one to sales');
  assert.equal(seen.value('filo_inbound_tray_messages'), 0);

  assert.equal(seen.value('filo_http_requests_total', { method: 'GET', route: '/help', status: '2xx' }), 2);
  assert.equal(seen.value('filo_http_requests_total', { method: 'none', route: 'none', status: '4xx' }), 2, 'no address that somebody typed is a label');
  assert.equal(seen.value('filo_http_requests_total', { method: 'GET', route: '/metrics', status: '2xx' }), asked, 'this one is not answered yet');
  assert.equal(seen.value('filo_http_request_seconds_count', { lane: 'slow' }), asked);
  assert.ok(!JSON.stringify(seen.series('filo_http_requests_total')).includes('xxxx'));
  assert.deepEqual(counts(seen, 'filo_http_lane_waiting', {}, 'lane'), {});
  assert.equal(seen.value('filo_http_connections'), 1, 'the one that asks');

  // Nobody listens there: each attempt has failed but one that may be under way.
  const failing = await filo.until(async () => {
    const now = await scrape(filo, token);
    return now.series('filo_mailbox_failing_seconds').some(({ value }) => value > 0) && now;
  }, 'the deaf mailbox to be known as failing');
  const tried = failing.value('filo_mailbox_connections_total', { mailbox: 'sorda' });
  const reasons = counts(failing, 'filo_mailbox_connection_failures_total', { mailbox: 'sorda' }, 'reason');
  assert.deepEqual(Object.keys(reasons), ['temporary']);
  assert.ok(tried - reasons.temporary <= 1 && reasons.temporary >= 1, `${tried} ${JSON.stringify(reasons)}`);
  assert.deepEqual(failing.series('filo_mailbox_failing_seconds').map(({ labels }) => labels.mailbox), ['sorda']);
  assert.deepEqual(failing.series('filo_mailbox_since_message_seconds').map(({ labels }) => labels.mailbox).sort(), ['assistenza', 'vendite']);

  // What is the store's agrees with itself, and no figure says who wrote.
  const writes = counts(failing, 'filo_store_writes_total', {}, 'outcome');
  assert.ok(writes.committed >= 20 && !writes.failed && !writes.busy, JSON.stringify(writes));
  assert.ok(failing.value('filo_store_group_writes_count') <= failing.value('filo_store_group_writes_sum'));
  assert.ok(failing.value('filo_store_database_bytes') > 100_000);
  assert.ok(failing.value('filo_job_runs_total', { job: 'seal_audit', outcome: 'done' }) >= 1);
  assert.equal(failing.series('filo_job_runs_total').filter(({ labels, value }) => labels.outcome === 'failed' && value).length, 0);
  const text = (await ask(filo, token)).text;
  for (const secret of ['luca', 'Bianchi', 'bar.test', 'hotel', 'Non scalda', token, ADMIN.name, ADMIN.login, '@'])
    assert.ok(!text.includes(secret), `${secret} stands there`);
  await mx.close();
});

const BOUNCE = ['From: MAILER-DAEMON@mx.test', `To: ${ADDRESS}`, 'Subject: Undelivered', 'Message-ID: <b1@mx.test>', 'MIME-Version: 1.0',
  'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', '', '--b', 'Content-Type: text/plain', '', 'It did not arrive.', '--b',
  'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.test', '', 'Final-Recipient: rfc822; nobody@bar.test', 'Action: failed', 'Status: 5.1.1', '',
  '--b--', ''].join('\r\n');

eachEngine('what is refused for good, what a mail server reports, what is put aside', async (t, engine) => {
  const { sink, filo } = await startDesk(t, engine);
  await filo.start();
  sink.rules.push({ at: 'rcpt', match: /rita@mensa/, reply: '550 5.1.1 no such user' });
  const admin = await filo.signIn();
  assert.equal((await admin.submit((await admin.get('/aside')).text, /\/aside\/rules$/, { domain: 'pubblicita.test' })).status, 303);
  for (const from of ['luca@bar.test', 'rita@mensa.test', 'offerte@pubblicita.test']) assert.equal((await filo.mailIn(letter({ from }))).code, 0);
  assert.equal((await filo.mailIn(BOUNCE)).code, 0);
  await filo.until(async () => Number(await filo.count("FROM outbox WHERE state = 'failed'")) === 1, 'the refusal');
  const token = await makeToken(filo, 'metrics.read');
  const seen = await filo.until(async () => {
    const now = await scrape(filo, token);
    const ended = counts(now, 'filo_outbox_deliveries_total', { mailbox: 'assistenza' }, 'outcome');
    return ended.sent && ended.refused && now;
  }, 'both attempts to be counted');
  assert.deepEqual(counts(seen, 'filo_outbox_deliveries_total', { mailbox: 'assistenza' }, 'outcome'), { sent: 1, refused: 1 });
  assert.deepEqual(counts(seen, 'filo_outbox_messages', {}, 'state'), { failed: 1 });
  assert.equal(seen.value('filo_outbox_oldest_seconds'), 0, 'what failed waits for a person');
  assert.deepEqual(counts(seen, 'filo_mailbox_messages_total', { mailbox: 'assistenza' }, 'outcome'), { request: 2, aside: 1, bounce: 1 });
});

eachEngine('a parser that cannot start, and a node that is killed: its figures are the new one\'s', async (t, engine) => {
  const bin = mkdtempSync(path.join(tmpdir(), 'filo-metrics-'));
  t.after(() => rmSync(bin, { recursive: true, force: true }));
  for (const name of ['filo', 'filo-parent']) copyFileSync(path.join(path.dirname(filoExe()), name), path.join(bin, name));
  writeFileSync(path.join(bin, 'filo-parse'), '#!/bin/sh\nexit 1\n', { mode: 0o755 }); // dies before it has read a thing
  const { filo } = await startDesk(t, engine, { exe: path.join(bin, 'filo') });
  await filo.start();
  const token = await makeToken(filo, 'metrics.read');
  for (const from of ['luca@bar.test', 'anna@hotel.test']) assert.equal((await filo.mailIn(letter({ from }))).code, 0);
  const seen = await scrape(filo, token);
  assert.deepEqual(counts(seen, 'filo_parser_jobs_total', { job: 'mail' }, 'outcome'), { no_parser: 2 });
  assert.deepEqual(counts(seen, 'filo_mailbox_messages_total', { mailbox: 'assistenza' }, 'outcome'), { later: 2 }, 'each is kept, and read when there is a parser');
  assert.equal(await filo.count("FROM inbound WHERE state = 'stored'"), 2);
  const began = seen.value('process_start_time_seconds');
  assert.ok(Math.abs(Date.now() / 1000 - began) < 60, `${began}`);

  await filo.killNode();
  const after = await scrape(filo, token);
  assert.ok(after.value('process_start_time_seconds') > began);
  assert.deepEqual(after.series('filo_mailbox_messages_total'), []);
  assert.equal(await filo.count("FROM inbound WHERE state = 'stored'"), 2, 'what stands in the database stands there');
  for (const name of ['process_resident_memory_bytes', 'process_threads', 'process_open_fds', 'process_max_fds']) assert.ok(after.value(name) > 1, name);
  assert.equal(after.series('filo_build_info').length, 1);
});

test('who has no token for it learns nothing', async (t) => {
  const { filo } = await startDesk(t, 'sqlite');
  await filo.start();
  const [good, other] = [await makeToken(filo, 'metrics.read'), await makeToken(filo, 'ticket.read report.read settings.read audit.read')];
  const staff = await filo.signIn();
  const asOthers = await filo.browser().get('/api/v1/tickets');
  for (const answer of [await ask(filo), await ask(filo, 'x'.repeat(40)), await staff.get('/metrics')]) {
    assert.equal(answer.status, 401);
    assert.equal(answer.text, asOthers.text, 'as any other call without a token');
  }
  const refused = await ask(filo, other);
  assert.equal(refused.status, 403, refused.text);
  assert.ok(!refused.text.includes('filo_') && !/\d{4}/.test(refused.text), refused.text);
  for (const method of ['POST', 'PUT', 'DELETE'])
    assert.equal((await filo.browser().request(method, '/metrics', { headers: { Authorization: `Bearer ${good}` } })).status, 405);
  assert.equal((await ask(filo, good)).status, 200);
  await filo.stop();
  await filo.execute(`UPDATE staff SET role = 'reader' WHERE login = '${ADMIN.login}'`);
  await filo.start();
  assert.equal((await ask(filo, good)).status, 403, 'its maker may not any more');
});
