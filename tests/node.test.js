// SPDX-License-Identifier: EUPL-1.2
// The parent and its node (design: a bug or out-of-memory ends the node; a small parent brings it back, five times a
// minute at most). Neither leaves the other behind.
// timeout: 180
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { isAlive } from './support/process_tree.js';

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

eachEngine('a parent that is killed takes its node along, in order, and the directory is free', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    const tree = filo.tree();
    assert.ok(tree.length >= 3, 'parent, node and zygote');
    process.kill(filo.server.pid, 'SIGKILL');
    await filo.until(() => !tree.some(isAlive), 'node and zygote to end');
    await filo.start();
    assert.equal((await filo.mailIn(letter())).code, 0);
  }));

eachEngine('a node that is killed leaves no parser behind; a parser that is killed costs no message', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    const before = filo.tree();
    await filo.killNode();
    await filo.until(() => before.filter((pid) => pid !== filo.server.pid).every((pid) => !isAlive(pid)), 'the old zygote to end');
    const zygote = filo.tree().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('parse-zygote'));
    assert.ok(zygote, 'there is no zygote');
    process.kill(zygote, 'SIGKILL');
    const taken = [];
    for (let i = 0; i < 3; i += 1) taken.push(await filo.mailIn(letter({ text: `dopo ${i}` })));
    assert.deepEqual(taken.map(({ code }) => code), [0, 0, 0]);
    assert.deepEqual(taken.map(({ out }) => out.outcome), ['opened', 'opened', 'opened']);
    assert.equal(await filo.count("FROM message WHERE direction = 'in' AND text LIKE 'dopo %'"), 3, 'not read, only kept');
  }));

eachEngine('standard output holds one line of JSON, standard error JSON lines, no address of anybody', (t, engine) =>
  withFilo(t, engine, async (filo) => {
    await filo.mailIn(letter({ from: 'Luca Bianchi <luca.bianchi@bar.test>' }));
    await filo.stop();
    for (const line of filo.log.trim().split('\n').filter(Boolean)) assert.doesNotThrow(() => JSON.parse(line), `not JSON: ${line}`);
    assert.doesNotMatch(filo.log, /luca\.bianchi|Bianchi/);
  }));
