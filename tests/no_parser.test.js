// SPDX-License-Identifier: EUPL-1.2
// The machine's trouble is not the message's: while no parser can start, mail is kept, tried again with pauses, and neither
// put aside nor made a request that nobody can read.
// timeout: 300
// run: waits
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';

const zygoteOf = (filo) => filo.tree().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('parse-zygote'));

// At 5 the parser's process is there and can be given nothing to read.
const allowDescriptors = (filo, count) => execFileSync('prlimit', ['--pid', `${zygoteOf(filo)}`, `--nofile=${count}:1024`]);
const waiting = (filo) => filo.count("FROM inbound WHERE state = 'stored'");

eachEngine('a parser that can start nothing for a while puts nothing aside: all is read when it can', async (t, engine) => {
  const filo = await startFilo({ engine, sink: { port: 9 } });
  t.after(() => filo.remove());
  const names = ['anna', 'luca', 'ugo'];
  assert.equal((await filo.mailIn(letter({ text: 'prima' }))).code, 0);
  allowDescriptors(filo, 5);
  for (const name of names) assert.equal((await filo.mailIn(letter({ from: `${name}@bar.test`, text: `sono ${name}` }))).code, 0);
  if (engine === 'postgresql') // as if half a minute had passed
    await filo.execute("UPDATE inbound SET received_at = received_at - 60000 WHERE state = 'stored'");
  const failures = () => (filo.log.match(/"channel\.waiting"/g) ?? []).length;
  await filo.until(() => failures() >= 2 * names.length, 'the caretaker to have tried each twice', 120_000);
  assert.equal(await waiting(filo), names.length);
  allowDescriptors(filo, 1024);
  await filo.until(async () => await waiting(filo) === 0, 'all to be read', 60_000);
  assert.equal(await filo.count("FROM inbound WHERE state = 'tray'"), 0);
  for (const name of names) assert.equal(await filo.count(`FROM message WHERE sender_address = '${name}@bar.test' AND text LIKE 'sono ${name}%'`), 1);
  assert.equal((await filo.check()).code, 0);
});
