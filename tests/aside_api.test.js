// SPDX-License-Identifier: EUPL-1.2
// What a program does as people do: puts aside one request and many, and takes it back; says who is a robot and whom Filo may
// answer by itself again. Asked twice, it changes nothing.
// timeout: 300
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ADMIN, eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { startSink } from './support/smtp_sink.js';

async function desk(t, options = {}) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ sink, ...options });
  t.after(() => filo.remove());
  const row = async (ticket) => (await filo.rows(`SELECT state, owner_id, next_update_at FROM ticket WHERE ticket_id = ${ticket}`))[0];
  const write = async (from, subject, more = {}) => (await filo.mailIn(letter({ from, subject, ...more }))).out.ticket;
  return { filo, sink, row, write };
}

const rules = async (filo) => (await filo.rows('SELECT pattern FROM sender_rule ORDER BY pattern')).map(({ pattern }) => pattern);

async function program(filo, scopes = 'ticket.read ticket.write') {
  const { stdout } = await filo.command(['token', 'create', '--name', 'Gestionale', '--scopes', scopes, '--as', ADMIN.login],
    { mustWork: true });
  return async (method, path, body) => {
    const answer = await fetch(`${filo.url}/api/v1${path}`, { method, ...(body && { body: JSON.stringify(body) }),
      headers: { Authorization: `Bearer ${stdout.trim()}`, ...(body && { 'Content-Type': 'application/json' }) } });
    return { status: answer.status, json: await answer.json() };
  };
}

eachEngine('a program puts aside one and many, asked twice changes nothing, and takes it back', async (t, engine) => {
  const { filo, row, write } = await desk(t, { engine });
  const ask = await program(filo);
  const [one, two, known] = [await write('vendite@offerte.test', 'Offerta'), await write('spam@altro.test', 'Premio'), await write('cliente@bar.test', 'Perde')];
  await write('cliente@bar.test', 'Non scalda');
  const before = await row(one);
  const single = await ask('POST', `/tickets/${one}/aside`, {});
  assert.equal(single.status, 200);
  assert.equal(single.json.state, 'spam');
  assert.deepEqual((await ask('POST', `/tickets/${one}/aside`, {})).json, single.json);
  assert.equal((await ask('POST', `/tickets/${two}/aside`, { version: 999 })).json.error.code, 'ticket.error.stale');
  assert.equal((await ask('POST', '/tickets/999999/aside', {})).status, 404);

  const many = await ask('POST', '/aside', { ticket_ids: `${one},${two},${known}.999,999999` });
  assert.deepEqual(many.json.items, [{ id: one, outcome: 'already', code: null }, { id: two, outcome: 'done', code: null },
    { id: known, outcome: 'left', code: 'ticket.error.stale' }, { id: 999999, outcome: 'left', code: 'ticket.error.not_found' }]);
  assert.deepEqual(await rules(filo), ['spam@altro.test', 'vendite@offerte.test']);
  assert.equal((await ask('POST', `/tickets/${known}/aside`, { learn: true })).status, 200);
  assert.deepEqual(await rules(filo), ['cliente@bar.test', 'spam@altro.test', 'vendite@offerte.test']);
  assert.equal(await filo.count("FROM audit WHERE action = 'ticket.spam'"), 3);

  assert.equal((await ask('POST', `/tickets/${known}/aside/undo`, {})).json.state, 'new');
  const back = await ask('POST', '/aside/undo', { ticket_ids: `${one}, ${two}, ${known}, 999999` });
  assert.deepEqual(back.json.items.map(({ outcome }) => outcome), ['done', 'done', 'already', 'left']);
  assert.deepEqual(await row(one), before);
  assert.deepEqual(await rules(filo), []);
  assert.equal(await filo.count("FROM audit WHERE action = 'ticket.request'"), 3);
  for (const ticket_ids of ['x', '1,', '1;2', Array(201).fill(1).join(',')])
    assert.equal((await ask('POST', '/aside', { ticket_ids })).status, 400, ticket_ids.slice(0, 9));
  const described = await ask('GET', '/openapi.json');
  for (const path of ['/api/v1/tickets/{id}/aside', '/api/v1/tickets/{id}/aside/undo', '/api/v1/aside', '/api/v1/aside/undo'])
    assert.ok(described.json.paths[path]?.post, path);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('a program reads whom Filo no longer answers, lifts it, and says what a sender is', async (t, engine) => {
  const { filo, sink, write } = await desk(t, { engine });
  const ask = await program(filo);
  const robot = 'eco@robot.test';
  const settled = () => filo.until(async () => await filo.count("FROM outbox WHERE state IN ('queued', 'sending', 'dot_sent')") === 0, 'what leaves');
  const tickets = [];
  for (let i = 1; i <= 7; i += 1) tickets.push(await write(robot, `Presa in carico INC${i}`, { text: `Abbiamo ricevuto la Sua richiesta ${i}.` }));
  await settled();
  assert.equal(sink.messages.length, 5, 'five in an hour, then it stops');
  const [stop, ...others] = (await ask('GET', '/senders/stops')).json.items;
  assert.deepEqual(others, []);
  assert.deepEqual([stop.address, stop.reason, stop.held], [robot, 'too_many', 2]);
  assert.ok(Date.parse(stop.since) <= Date.parse(stop.last_at));

  assert.deepEqual((await ask('POST', '/senders/seen', { address: 'Eco@Robot.test' })).json, { address: robot, changed: true });
  assert.deepEqual((await ask('GET', '/senders/stops')).json.items, []);
  assert.deepEqual((await ask('POST', '/senders/answer', { address: robot })).json, { address: robot, changed: true });
  assert.deepEqual((await ask('POST', '/senders/answer', { address: robot })).json, { address: robot, changed: false });
  assert.equal((await ask('POST', '/senders/answer', { address: 'nessuno' })).json.error.field, 'address');
  tickets.push(await write(robot, 'Presa in carico INC8', { text: 'Abbiamo ricevuto la Sua richiesta 8.' }));
  await settled();
  assert.equal(sink.messages.length, 6);

  const [{ message_id: message }] = await filo.rows(`SELECT message_id FROM message WHERE ticket_id = ${tickets[7]} AND direction = 'in'`);
  const says = (nature) => ask('POST', `/tickets/${tickets[7]}/messages/${message}/sender`, { nature });
  assert.equal((await says('robot')).json.id, tickets[7]);
  assert.equal((await says('robot')).status, 200);
  const [known] = (await ask('GET', '/senders')).json.items;
  assert.deepEqual([known.address, known.nature], [robot, 'robot']);
  await write(robot, 'Presa in carico INC9', { text: 'Abbiamo ricevuto la Sua richiesta 9.' });
  await settled();
  assert.equal(sink.messages.length, 6, 'a robot is answered by nobody but people');
  assert.equal((await says('person')).status, 200);
  assert.deepEqual((await ask('GET', '/senders')).json.items, [], 'the contrary takes it back');
  await says('robot');
  assert.equal((await ask('POST', '/senders/forget', { address: robot })).json.changed, true);
  assert.deepEqual((await ask('GET', '/senders')).json.items, []);
  assert.equal((await says('alien')).status, 400);
  assert.equal((await ask('POST', `/tickets/${tickets[0]}/messages/${message}/sender`, { nature: 'robot' })).json.error.code, 'ticket.error.not_found');
  for (const [action, times] of [['sender.robot', 3], ['sender.person', 1], ['sender.answer', 1], ['sender.seen', 1], ['sender.forget', 1]])
    assert.equal(await filo.count(`FROM audit WHERE action = '${action}'`), times, action);
});

eachEngine('a program reads what was learnt, adds a domain, and takes either back', async (t, engine) => {
  const { filo, row, write } = await desk(t, { engine });
  const ask = await program(filo, 'ticket.write settings.write');
  const list = async () => (await ask('GET', '/aside/rules')).json.items;
  const seller = await write('vendite@offerte.test', 'Offerta');
  assert.deepEqual(await list(), []);
  await ask('POST', `/tickets/${seller}/aside`, {});
  assert.deepEqual((await ask('POST', '/aside/rules', { domain: '@Premi.test' })).json, { changed: true });
  assert.deepEqual((await ask('POST', '/aside/rules', { domain: 'premi.test' })).json, { changed: false });
  const refused = await ask('POST', '/aside/rules', { domain: 'a@b@c.test' });
  assert.deepEqual([refused.status, refused.json.error.code, refused.json.error.field], [422, 'aside.error.domain', 'domain']);

  const [domain, address] = await list();
  assert.deepEqual([domain.pattern, address.pattern], ['@premi.test', 'vendite@offerte.test']);
  assert.ok(Math.abs(Date.parse(address.at) - Date.now()) < 120_000);
  assert.equal((await row(await write('ugo@premi.test', 'Ha vinto'))).state, 'spam');
  for (const [changed, { id }] of [[true, domain], [true, address], [false, address]])
    assert.deepEqual((await ask('POST', '/aside/rules/remove', { id })).json, { changed });
  assert.deepEqual(await list(), []);
  assert.equal((await row(await write('ugo@premi.test', 'Non scalda'))).state, 'new');
  for (const [action, times] of [['sender_rule.add', 1], ['sender_rule.remove', 2]])
    assert.equal(await filo.count(`FROM audit WHERE action = '${action}'`), times, action);
  // Which rule it was, without an address: sha256 of what the list called it.
  const named = (await filo.rows("SELECT payload FROM audit WHERE action LIKE 'sender_rule.%' ORDER BY audit_id")).map(({ payload }) => JSON.parse(payload).pattern_sha256);
  assert.deepEqual(named.filter(Boolean), [domain, domain, address].map(({ pattern }) => createHash('sha256').update(pattern).digest('hex')));
  for (const path of ['/api/v1/aside/rules', '/api/v1/aside/rules/remove'])
    assert.ok((await ask('GET', '/openapi.json')).json.paths[path], path);
});
