// SPDX-License-Identifier: EUPL-1.2
// The parent and its node (design: a bug or out-of-memory ends the node; a small parent brings it back, five times a
// minute at most). Neither leaves the other behind.
// timeout: 180
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { makeMoment } from './support/moment.js';
import { isAlive, listTree } from './support/process_tree.js';

async function withFilo(t, engine, story) {
  const filo = await startFilo({ engine, sink: { port: 9 } });
  t.after(() => filo.remove());
  await story(filo);
}

eachEngine('a node that is killed comes back five times a minute, then the parent says so and ends', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    const pids = new Set([filo.ready.pid]);
    const browser = await filo.signIn();
    for (let i = 0; i < 4; i += 1) {
      await filo.killNode();
      pids.add(filo.ready.pid);
      assert.equal((await browser.get('/tickets')).status, 200, 'the session did not outlive the node');
      assert.equal((await filo.mailIn(letter())).code, 0);
    }
    assert.equal(pids.size, 5);
    await filo.killNode().catch(() => {});
    if (filo.isServing()) await filo.killNode().catch(() => {});
    await filo.until(() => !filo.isServing(), 'the parent to give up');
    const { code } = await filo.gone;
    assert.notEqual(code, 0);
    assert.match(filo.log, /too often/);
    await filo.start();
    assert.equal(await filo.count("FROM message WHERE direction = 'in'"), 4);
  }));

eachEngine('a mail-in that took the directory while the node was down does not end the server', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    const { pid } = filo.ready;
    const holder = spawn('flock', [`${filo.dir}/lock`, 'sleep', '1.5']); // waits, and has it the moment the node dies
    const released = once(holder, 'exit');
    await filo.until(() => readFileSync('/proc/locks', 'utf8').includes('-> FLOCK'), 'somebody to wait for the lock');
    process.kill(pid, 'SIGKILL');
    await released;
    await filo.until(() => filo.ready.pid !== pid || !filo.isServing(), 'the next node');
    assert.ok(filo.isServing(), filo.log);
    assert.equal((await filo.mailIn(letter())).code, 0);
  }));

eachEngine('a parent that is killed takes its node along, in order, and the directory is free', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    assert.equal((await filo.mailIn(letter())).code, 0); // the first mail starts the zygote
    const tree = filo.tree();
    assert.ok(tree.length >= 3, 'parent, node and zygote');
    process.kill(filo.server.pid, 'SIGKILL');
    await filo.until(() => !tree.some(isAlive), 'node and zygote to end');
    await filo.start();
    assert.equal((await filo.mailIn(letter())).code, 0);
  }));

const zygoteOf = (filo) => filo.tree()
  .find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('parse-zygote'));

// Kills each worker of the zygote as soon as it is seen, until told to stop.
function huntWorkers(filo) {
  const hunt = { killed: 0, over: false };
  const step = () => {
    const zygote = zygoteOf(filo);
    for (const pid of zygote ? listTree(zygote).slice(1) : []) {
      try {
        process.kill(pid, 'SIGKILL');
        hunt.killed += 1;
      } catch {
        // it was done before
      }
    }
    if (!hunt.over) setImmediate(step);
  };
  step();
  return hunt;
}

eachEngine('parsers that die on every message: each opens a ticket with its original, and the next is read (R22)', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    const hunt = huntWorkers(filo);
    const large = 'riga di prova\r\n'.repeat(200_000);
    const taken = await Promise.all(Array.from({ length: 6 }, (_, i) => filo.mailIn(letter({ subject: `veleno ${i}`, text: large }))));
    hunt.over = true;
    assert.ok(hunt.killed >= 6, `only ${hunt.killed} parsers were caught`);
    assert.deepEqual(taken.map(({ code }) => code), Array(6).fill(0), taken[0].stderr);
    await filo.until(async () => await filo.count("FROM inbound WHERE state = 'done'") === 6, 'six tickets', 45_000);
    assert.equal(await filo.count("FROM message WHERE direction = 'in' AND raw_sha256 IS NOT NULL"), 6);
    const read = await filo.mailIn(letter({ text: 'un messaggio sano' }));
    assert.equal(read.out.outcome, 'opened');
    assert.equal(await filo.count("FROM message WHERE text LIKE 'un messaggio sano%'"), 1);
    assert.equal((await filo.check()).code, 0);
  }));

eachEngine('a parser that hangs is replaced, and its message is read', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    assert.equal((await filo.mailIn(letter({ text: 'prima' }))).code, 0);
    process.kill(zygoteOf(filo), 'SIGSTOP');
    const taken = await filo.mailIn(letter({ text: 'aspetto' }));
    assert.ok([0, 75].includes(taken.code), `exit ${taken.code}`); // the sender's patience may end first: it is kept
    await filo.until(async () => await filo.count("FROM message WHERE text LIKE 'aspetto%'") === 1, 'the message to be read');
    const after = await filo.mailIn(letter({ text: 'subito' }));
    assert.deepEqual([after.code, after.out.outcome], [0, 'opened']);
  }));

eachEngine('a node that is killed leaves no parser behind; a parser that is killed costs no message', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    assert.equal((await filo.mailIn(letter({ text: 'prima' }))).code, 0);
    const before = filo.tree();
    await filo.killNode();
    await filo.until(() => before.filter((pid) => pid !== filo.server.pid).every((pid) => !isAlive(pid)), 'the old zygote to end');
    assert.equal((await filo.mailIn(letter({ text: 'di nuovo' }))).code, 0);
    process.kill(zygoteOf(filo), 'SIGKILL');
    const taken = [];
    for (let i = 0; i < 3; i += 1) taken.push(await filo.mailIn(letter({ text: `dopo ${i}` })));
    assert.deepEqual(taken.map(({ code }) => code), [0, 0, 0]);
    assert.deepEqual(taken.map(({ out }) => out.outcome), ['opened', 'opened', 'opened']);
    assert.equal(await filo.count("FROM message WHERE direction = 'in' AND text LIKE 'dopo %'"), 3, 'not read, only kept');
  }));

test('a sync that fails ends the node; what was acknowledged is there, what was not is taken again (R06)', async (t) => {
  const filo = await startFilo({ sink: { port: 9 }, serve: false });
  t.after(() => filo.remove());
  const moment = await makeMoment(filo);
  t.after(() => moment.close());
  await filo.start({ env: moment.env });
  const { pid } = filo.ready;
  const raws = Array.from({ length: 6 }, (_, i) => letter({ text: `lettera ${i}` }));
  for (const raw of raws.slice(0, 3)) assert.equal((await filo.mailIn(raw)).code, 0);
  moment.failNextSync();
  const hit = await filo.mailIn(raws[3]); // 75; or 0, when the outbox met the failure first and mail-in wrote by itself
  assert.ok([0, 75].includes(hit.code) && moment.hasFailed(), `exit ${hit.code}`);
  await filo.until(() => filo.ready.pid !== pid, 'a new node');
  for (const raw of raws.slice(3)) assert.equal((await filo.mailIn(raw)).code, 0);
  await filo.until(async () => await filo.count("FROM message WHERE direction = 'in'") === 6, 'six letters, each once');
  assert.match(filo.log, /sync/);
  assert.equal((await filo.check()).code, 0);
});

eachEngine('standard output holds one line of JSON, standard error JSON lines, no address of anybody', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    await filo.mailIn(letter({ from: 'Luca Bianchi <luca.bianchi@bar.test>' }));
    await filo.stop();
    for (const line of filo.log.trim().split('\n').filter(Boolean)) assert.doesNotThrow(() => JSON.parse(line), `not JSON: ${line}`);
    assert.doesNotMatch(filo.log, /luca\.bianchi|Bianchi/);
  }));
