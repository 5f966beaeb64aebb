// SPDX-License-Identifier: EUPL-1.2
// Every route of src/api: without a token, with a wrong one, with one that lacks the scope, with one that has it. A route
// that is in no row fails the lint; a row that names no route fails below. Security A33.
// timeout: 300
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ADMIN, startFilo } from './support/filo.js';
import { startSink } from './support/smtp_sink.js';

const API = fileURLToPath(new URL('../src/api', import.meta.url));

// scope: what the token must have. status: what the right token gets for this body, on an installation with one ticket.
const ROUTES = [
  { route: 'GET /api/v1/openapi.json', scope: null, status: 200 },
  { route: 'GET /api/v1/parties', scope: 'party.read', status: 200 },
  { route: 'GET /api/v1/parties/:id', at: '/api/v1/parties/1', scope: 'party.read', status: 200 },
  { route: 'POST /api/v1/parties', scope: 'party.write', body: {}, status: 400 },
  { route: 'GET /api/v1/products', scope: 'product.read', status: 200 },
  { route: 'GET /api/v1/codes', at: '/api/v1/codes?list=symptom', scope: 'code.read', status: 200 },
  { route: 'GET /api/v1/reports', scope: 'report.read', status: 200 },
  { route: 'GET /api/v1/reports/:name', at: '/api/v1/reports/volume', scope: 'report.read', status: 200 },
  { route: 'GET /api/v1/tickets', scope: 'ticket.read', status: 200 },
  { route: 'GET /api/v1/tickets/:id', at: '/api/v1/tickets/10001', scope: 'ticket.read', status: 200 },
  { route: 'POST /api/v1/tickets', scope: 'ticket.write', body: {}, status: 400 },
  { route: 'POST /api/v1/tickets/:id/assign', at: '/api/v1/tickets/10001/assign', scope: 'ticket.assign', body: { x: 1 }, status: 400 },
  { route: 'POST /api/v1/tickets/:id/state', at: '/api/v1/tickets/10001/state', scope: 'ticket.write', body: {}, status: 400 },
  { route: 'POST /api/v1/tickets/:id/resolve', at: '/api/v1/tickets/10001/resolve', scope: 'ticket.write', body: { x: 1 }, status: 400 },
  { route: 'POST /api/v1/tickets/:id/close', at: '/api/v1/tickets/10001/close', scope: 'ticket.write', body: { x: 1 }, status: 400 },
  { route: 'POST /api/v1/tickets/:id/reply', at: '/api/v1/tickets/10001/reply', scope: 'ticket.write', body: {}, status: 400 },
  { route: 'POST /api/v1/tickets/:id/notes', at: '/api/v1/tickets/10001/notes', scope: 'ticket.write', body: {}, status: 400 },
];

test('the matrix names every route of src/api, and no other', () => {
  const rows = readdirSync(API).filter((name) => name.endsWith('.c') && !name.endsWith('_test.c')).flatMap((name) =>
    [...readFileSync(path.join(API, name), 'utf8').matchAll(/\{HTTP_([A-Z]+), "(\/[^"]*)",/g)]
      .map(([, method, pattern]) => `${method} ${pattern}`));
  assert.deepEqual([...new Set(rows)].sort(), ROUTES.map(({ route }) => route).sort());
});

function call(filo, token, row) {
  const [method, pattern] = row.route.split(' ');
  const body = row.body ? Buffer.from(JSON.stringify(row.body)) : null;
  const headers = { ...(token && { Authorization: `Bearer ${token}` }),
    ...(body && { 'Content-Type': 'application/json', 'Content-Length': body.length }) };
  return new Promise((done, fail) => {
    const request = http.request({ host: '127.0.0.1', port: filo.port, method, path: row.at ?? pattern, agent: false, headers },
      (response) => {
        const pieces = [];
        response.on('data', (piece) => pieces.push(piece));
        response.on('end', () => done({ status: response.statusCode, text: Buffer.concat(pieces).toString('utf8') }));
      });
    request.on('error', fail);
    request.end(body ?? undefined);
  });
}

async function tokenFor(filo, scopes) {
  const made = await filo.command(['token', 'create', '--name', scopes, '--scopes', scopes, '--as', ADMIN.login], { mustWork: true });
  return made.stdout.trim();
}

test('every route, with and without the right token', async (t) => {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ sink });
  t.after(() => filo.remove());
  const taken = await filo.mailIn(Buffer.from('From: Luca Bianchi <luca@bar.test>\r\nTo: assistenza@filo.test\r\n'
    + 'Subject: La macchina mostra E07\r\nMessage-ID: <uno@bar.test>\r\n\r\nBuongiorno.\r\n'));
  assert.equal(taken.out?.ticket, 10001, taken.stderr);
  const tokens = new Map();
  for (const { scope } of ROUTES)
    if (scope && !tokens.has(scope)) tokens.set(scope, await tokenFor(filo, scope));
  const other = await tokenFor(filo, 'staff.read');
  for (const row of ROUTES) {
    const right = await call(filo, tokens.get(row.scope), row);
    assert.equal(right.status, row.status, `${row.route}: ${right.text}`);
    if (!row.scope) continue;
    for (const [token, status] of [[null, 401], [`filo_${'a'.repeat(52)}`, 401], [other, 403]]) {
      const wrong = await call(filo, token, row);
      assert.equal(wrong.status, status, `${row.route} with ${token}: ${wrong.text}`);
      assert.ok(!/E07|Luca/.test(wrong.text), `${row.route} tells: ${wrong.text}`);
    }
  }
});
