// SPDX-License-Identifier: EUPL-1.2
// Every route of src/api, for every kind of caller: which scope opens it, and what everybody else is told. A route that is in
// no row here fails the lint; a row that names no route fails below. Security A33, A44.
// timeout: 300
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ADMIN, startFilo } from './support/filo.js';
import { startSink } from './support/smtp_sink.js';

const API = fileURLToPath(new URL('../src/api', import.meta.url));

// scope: the one word that opens it, null: everybody. at: where the pattern has names. says: what the allowed body says.
const ROUTES = [
  { route: 'GET /api/v1/openapi.json', scope: null, says: /"openapi":"3\.1\.0"/ },
  { route: 'GET /metrics', scope: 'metrics.read', says: /^# HELP filo_/, type: /^text\/plain; version=0\.0\.4/ },
  { route: 'GET /api/v1/tickets', scope: 'ticket.read', says: /E07 e non scalda/ },
  { route: 'GET /api/v1/tickets/:id', at: '/api/v1/tickets/10001', scope: 'ticket.read', says: /E07 e non scalda/ },
  { route: 'GET /api/v1/parties', scope: 'party.read', says: /Luca Bianchi/ },
  { route: 'GET /api/v1/parties/:id', at: '/api/v1/parties/1', scope: 'party.read', says: /luca@bar\.test/ },
  { route: 'GET /api/v1/products', scope: 'product.read', says: /"items":\[/ },
  { route: 'GET /api/v1/codes', at: '/api/v1/codes?list=origin', scope: 'code.read', says: /"quieto_vivere"/ },
  { route: 'GET /api/v1/reports', scope: 'report.read', says: /"name":"reopen"/ },
  { route: 'GET /api/v1/reports/:name', at: '/api/v1/reports/backlog', scope: 'report.read', says: /"report": ?"backlog"/ },
  { route: 'GET /api/v1/mail/domains', scope: 'settings.read', says: /"domain":"filo\.test"/ },
  { route: 'GET /api/v1/mail/servers', scope: 'settings.read', says: /"server":"127\.0\.0\.1:/ },
  { route: 'POST /api/v1/products', scope: 'product.write', body: { name: 'Nuovo modello', role: 'made', kind: 'goods' }, status: 201, says: /"name":"Nuovo modello"/ },
  { route: 'GET /api/v1/products/:id', at: '/api/v1/products/1', scope: 'product.read', says: /"name":"/ },
  { route: 'POST /api/v1/parties', scope: 'party.write', body: { kind: 'person', name: 'Anna' }, status: 201, says: /"name":"Anna"/ },
  { route: 'POST /api/v1/tickets', scope: 'ticket.write', body: { subject: 'Altro', text: 'x' }, status: 201, says: /"id":10002/ },
  { route: 'POST /api/v1/tickets/:id/notes', at: '/api/v1/tickets/10001/notes', scope: 'ticket.write', body: { text: 'x' }, status: 201, says: /"id":10001/ },
  { route: 'POST /api/v1/tickets/:id/reply', at: '/api/v1/tickets/10001/reply', scope: 'ticket.write', body: { text: 'x' }, status: 201, says: /"id":10001/ },
  { route: 'POST /api/v1/tickets/:id/assign', at: '/api/v1/tickets/10001/assign', scope: 'ticket.assign', body: { owner_id: 1 }, says: /"owner_id":1/ },
  { route: 'POST /api/v1/tickets/:id/state', at: '/api/v1/tickets/10001/state', scope: 'ticket.write', body: { action: 'wait_part', reason: 'Pezzo in arrivo' },
    says: /"waiting_part"/ },
  { route: 'POST /api/v1/tickets/:id/details', at: '/api/v1/tickets/10001/details', scope: 'ticket.write', body: { kind: 'fault' }, says: /"id":10001/ },
  { route: 'POST /api/v1/tickets/:id/costs', at: '/api/v1/tickets/10001/costs', scope: 'cost.write', body: { minutes: 5 }, says: /"id":10001/ },
  { route: 'POST /api/v1/tickets/:id/merge', at: '/api/v1/tickets/10001/merge', scope: 'ticket.write', body: { into_id: 10001 }, status: 422, says: /merge_itself/ },
  { route: 'POST /api/v1/tickets/:id/forward', at: '/api/v1/tickets/10001/forward', scope: 'ticket.write', body: { message_id: 1 }, status: 422, says: /no_forward/ },
  { route: 'POST /api/v1/tickets/:id/prove', at: '/api/v1/tickets/10001/prove', scope: 'ticket.write', body: {}, status: 422, says: /not_unproved/ },
  { route: 'POST /api/v1/tickets/:id/disown', at: '/api/v1/tickets/10001/disown', scope: 'ticket.write', body: {}, status: 422, says: /not_unproved/ },
  { route: 'POST /api/v1/tickets/:id/split', at: '/api/v1/tickets/10001/split', scope: 'ticket.write', body: { message_ids: '1' }, status: 422, says: /split_first/ },
  { route: 'POST /api/v1/tickets/:id/links', at: '/api/v1/tickets/10001/links', scope: 'ticket.write', body: { other_id: 99 }, status: 422, says: /no_other/ },
  { route: 'POST /api/v1/tickets/:id/aside', at: '/api/v1/tickets/10001/aside', scope: 'ticket.write', body: { version: 999 }, status: 409, says: /stale/ },
  { route: 'POST /api/v1/tickets/:id/aside/undo', at: '/api/v1/tickets/10001/aside/undo', scope: 'ticket.write', body: {}, says: /"id":10001/ },
  { route: 'POST /api/v1/aside', scope: 'ticket.write', body: { ticket_ids: '999999' }, says: /"left","code":"ticket.error.not_found"/ },
  { route: 'POST /api/v1/aside/undo', scope: 'ticket.write', body: { ticket_ids: '10001' }, says: /"outcome":"already"/ },
  { route: 'GET /api/v1/aside/rules', scope: 'ticket.write', says: /"items":\[/ },
  { route: 'POST /api/v1/aside/rules', scope: 'settings.write', body: { domain: 'offerte.test' }, says: /"changed":true/ },
  { route: 'POST /api/v1/aside/rules/remove', scope: 'ticket.write', body: { id: 999999 }, says: /"changed":false/ },
  { route: 'GET /api/v1/senders', scope: 'ticket.write', says: /"items":\[\]/ },
  { route: 'GET /api/v1/senders/stops', scope: 'ticket.write', says: /"items":\[\]/ },
  { route: 'POST /api/v1/senders/answer', scope: 'ticket.write', body: { address: 'Luca@BAR.test' }, says: /"luca@bar\.test","changed":false/i },
  { route: 'POST /api/v1/senders/seen', scope: 'ticket.write', body: { address: 'luca@bar.test' }, says: /"changed":false/ },
  { route: 'POST /api/v1/senders/forget', scope: 'ticket.write', body: { address: 'luca@bar.test' }, says: /"changed":false/ },
  { route: 'POST /api/v1/tickets/:id/messages/:message/sender', at: '/api/v1/tickets/10001/messages/999999/sender', scope: 'ticket.write',
    body: { nature: 'robot' }, status: 404, says: /not_found/ },
  { route: 'POST /api/v1/tickets/:id/resolve', at: '/api/v1/tickets/10001/resolve', scope: 'ticket.write', body: {}, status: 422, says: /no_product/ },
  { route: 'POST /api/v1/tickets/:id/close', at: '/api/v1/tickets/10001/close', scope: 'ticket.write', body: {}, status: 409, says: /transition/ },
];
const WORDS = [...new Set(ROUTES.map(({ scope }) => scope).filter(Boolean))];

test('the matrix names every route of src/api, and no other', () => {
  const rows = readdirSync(API).filter((name) => name.endsWith('.c') && !name.endsWith('_test.c'))
    .flatMap((name) => [...readFileSync(path.join(API, name), 'utf8').matchAll(/\{HTTP_([A-Z]+), "(\/[^"]*)",/g)])
    .map(([, method, pattern]) => `${method} ${pattern}`);
  assert.deepEqual(rows.sort(), ROUTES.map(({ route }) => route).sort());
});

async function startDesk(t) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ sink });
  t.after(() => filo.remove());
  const taken = await filo.mailIn('From: Luca Bianchi <luca@bar.test>\r\nTo: assistenza@filo.test\r\nSubject: La macchina mostra E07 e non scalda\r\n'
    + 'Message-ID: <uno@bar.test>\r\n\r\nBuongiorno.\r\n');
  assert.equal(taken.out?.ticket, 10001, taken.stderr);
  return filo;
}

async function makeToken(filo, words) {
  const made = await filo.command(['token', 'create', '--name', words.join('+').slice(0, 100), '--scopes', words.join(' '), '--as', ADMIN.login], { mustWork: true });
  return made.stdout.trim();
}

function ask(browser, row, headers) {
  const [method, pattern] = row.route.split(' ');
  const body = row.body ? JSON.stringify(row.body) : null;
  return browser.request(method, row.at ?? pattern, { body, headers: { ...(body && { 'Content-Type': 'application/json' }), ...headers } });
}

const TABLES = ['ticket_event', 'message', 'outbox', 'party', 'contact_point', 'participant', 'audit'];

async function countWritten(filo) {
  const counts = {};
  for (const table of TABLES) counts[table] = Number(await filo.count(`FROM ${table}`));
  return counts;
}

test('every route: without its scope nothing is said and nothing done, with it alone it works', async (t) => {
  const filo = await startDesk(t);
  const only = {};
  const without = {};
  for (const word of WORDS) {
    only[word] = await makeToken(filo, [word]);
    without[word] = await makeToken(filo, WORDS.filter((other) => other !== word));
  }
  const staff = await filo.signIn();
  const program = filo.browser();
  const before = await countWritten(filo);
  for (const row of ROUTES.filter(({ scope }) => scope)) {
    const denied = [[401, 'auth.token', staff, {}], [401, 'auth.token', program, {}], [401, 'auth.token', program, { Authorization: 'Basic c2FyYTp4' }],
      [403, 'auth.scope', program, { Authorization: `Bearer ${without[row.scope]}` }]];
    for (const [status, code, browser, headers] of denied) {
      const answer = await ask(browser, row, headers);
      assert.equal(answer.status, status, `${row.route}: ${answer.text}`);
      assert.equal(JSON.parse(answer.text).error.code, code);
      for (const secret of ['E07', 'Luca', 'luca@bar.test']) assert.ok(!answer.text.includes(secret), `${row.route} says ${secret}`);
    }
  }
  const after = await countWritten(filo);
  assert.deepEqual({ ...after, audit: 0 }, { ...before, audit: 0 }, 'a denied call changed something');
  for (const row of ROUTES) {
    const answer = await ask(program, row, row.scope ? { Authorization: `Bearer ${only[row.scope]}` } : {});
    assert.equal(answer.status, row.status ?? 200, `${row.route}: ${answer.text}`);
    assert.match(answer.text, row.says, row.route);
    assert.match(answer.headers['content-type'], row.type ?? /^application\/(problem\+)?json/);
    assert.equal(answer.headers['cache-control'], 'no-store');
  }
});

test('a GET changes nothing, and a call needs no page of ours to come from', async (t) => {
  const filo = await startDesk(t);
  const token = await makeToken(filo, WORDS);
  const program = filo.browser();
  const before = await countWritten(filo);
  for (const row of ROUTES.filter(({ route }) => route.startsWith('GET')))
    await ask(program, row, { Authorization: `Bearer ${token}` });
  const after = await countWritten(filo);
  assert.deepEqual({ ...after, audit: 0 }, { ...before, audit: 0 });
  const made = await ask(program, ROUTES.find(({ route }) => route === 'POST /api/v1/tickets'),
    { Authorization: `Bearer ${token}`, 'Sec-Fetch-Site': 'cross-site', Origin: 'http://other.test' });
  assert.equal(made.status, 201, made.text);
});
