// SPDX-License-Identifier: EUPL-1.2
// R22: a message that breaks whoever reads it. Twice it may end the program, the third time it lies aside with its original;
// what only breaks the parser is a request with its original. Neither holds up anybody else's.
// timeout: 300
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ADDRESS, eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { LmtpClient } from './support/lmtp_client.js';
import { textOf } from './support/page.js';
import { listTree } from './support/process_tree.js';

const UNREADABLE = 16; // MESSAGE_UNREADABLE
const LONG = 'riga di prova\r\n'.repeat(200_000);

async function startTaking(t, engine) {
  const filo = await startFilo({ engine, sink: { port: 9 }, lmtp: '127.0.0.1:0' });
  const hunts = [];
  t.after(() => {
    hunts.forEach(end);
    return filo.remove();
  });
  return { filo, hunts };
}

const zygotesOf = (filo) => filo.tree().filter((pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('parse-zygote');
  } catch {
    return false; // it has just gone
  }
});

// Sends the signal to what pick chooses of each parser, as soon as it is seen, until told to stop.
function hunt({ filo, hunts }, signal, pick) {
  const hunting = { hit: new Set(), over: false };
  hunts.push(hunting);
  const step = () => {
    if (hunting.over) return;
    for (const pid of zygotesOf(filo).flatMap((zygote) => pick(listTree(zygote)))) {
      try {
        process.kill(pid, signal);
        hunting.hit.add(pid);
      } catch {
        // it was done before
      }
    }
    setImmediate(step);
  };
  step();
  return hunting;
}

// What is stopped does not notice that its parent is gone.
function end(hunting) {
  hunting.over = true;
  for (const pid of hunting.hit)
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it is gone
    }
}

const inbound = (filo) => filo.rows('SELECT inbound_id, state, attempts FROM inbound ORDER BY inbound_id');
const stored = (filo) => filo.count("FROM inbound WHERE state = 'stored'");

// As if half a minute had passed since: another node, which might live there, would have read it.
const letTimePass = (filo) => filo.execute("UPDATE inbound SET received_at = received_at - 60000 WHERE state = 'stored'");

eachEngine('a message that ends the program twice lies aside the third time, and its neighbour is read', async (t, engine) => {
  const desk = await startTaking(t, engine);
  const { filo } = desk;
  const poison = letter({ subject: 'veleno', text: LONG });
  const stopping = hunt(desk, 'SIGSTOP', (tree) => tree); // the program waits for its parser: it is killed meanwhile
  const first = filo.mailIn(poison);
  await filo.until(async () => (await inbound(filo))[0]?.attempts === 1, 'the message to be opened');
  await filo.killNode();
  await first;
  if (engine === 'postgresql') await letTimePass(filo); // another node might live there
  await filo.until(async () => (await inbound(filo))[0].attempts === 2, 'the message to be opened again', 30_000);
  const neighbour = filo.mailIn(letter({ from: 'anna@hotel.test', subject: 'sano', text: 'un messaggio sano' }));
  await filo.until(async () => (await inbound(filo)).length === 2, 'the neighbour to be kept');
  stopping.over = true;
  await filo.killNode();
  end(stopping);
  await neighbour;
  if (engine === 'postgresql') await letTimePass(filo);
  await filo.until(async () => await stored(filo) === 0, 'both to be dealt with', 30_000);
  assert.deepEqual((await inbound(filo)).map(({ state }) => state), ['tray', 'done']);
  assert.equal(await filo.count("FROM message WHERE text LIKE 'un messaggio sano%'"), 1);
  const after = await filo.mailIn(letter({ from: 'ugo@bar.test', text: 'e un altro' }));
  assert.equal(after.out.outcome, 'opened');

  const browser = await filo.signIn();
  assert.match(textOf((await browser.get('/tray')).text), /assistenza .*\d KB/);
  const original = await browser.get(`/tray/incoming/${(await inbound(filo))[0].inbound_id}/original`);
  assert.equal(original.status, 200);
  assert.equal(original.text.replaceAll('\r\n', '\n'), poison.toString().replaceAll('\r\n', '\n'));
  assert.equal((await filo.check()).code, 0);
});

const MESSAGES = 100;

eachEngine('a hundred messages while their parsers are killed: each is a request, with its original', async (t, engine) => {
  const desk = await startTaking(t, engine);
  const { filo } = desk;
  const waiting = Array.from({ length: MESSAGES }, (_, i) => letter({ from: `cliente${i}@bar.test`, subject: `guasto ${i}`, text: `messaggio ${i}` }));
  const hunting = hunt(desk, 'SIGKILL', (tree) => tree.slice(1));
  const deliverAll = async () => {
    const mx = await LmtpClient.open(filo.lmtpPort);
    await mx.say('LHLO mx.test');
    for (let data; (data = waiting.shift());) {
      const [reply] = await mx.deliver({ from: 'a@bar.test', to: [ADDRESS], data });
      assert.match(reply, /^250 /);
    }
    mx.destroy();
  };
  await Promise.all(Array.from({ length: 8 }, deliverAll));
  hunting.over = true;
  assert.ok(hunting.hit.size >= 10, `only ${hunting.hit.size} parsers were caught`);
  await filo.stop(); // those whose worker had not begun are read at the next start, or a while later
  if (engine === 'postgresql') await letTimePass(filo);
  await filo.start();
  await filo.until(async () => await stored(filo) === 0, 'each to be read', 60_000);
  const count = (what) => filo.count(what);
  assert.deepEqual([await count("FROM inbound WHERE state = 'done'"), await count('FROM ticket'), await count("FROM message WHERE direction = 'in' AND raw_sha256 IS NOT NULL")],
    [MESSAGES, MESSAGES, MESSAGES]);
  assert.equal((await filo.check()).code, 0);

  // One that is surely unreadable, whatever the hunt caught: every worker that looks at it is killed.
  const again = hunt(desk, 'SIGKILL', (tree) => tree.slice(1));
  const raw = letter({ from: 'rotto@bar.test', subject: 'illeggibile', text: LONG });
  await filo.mailIn(raw);
  again.over = true;
  const [{ ticket_id: ticket }] = await filo.rows(`SELECT ticket_id FROM message WHERE direction = 'in' AND (flags / ${UNREADABLE}) % 2 = 1 ORDER BY message_id DESC`);
  const browser = await filo.signIn();
  const page = (await browser.get(`/tickets/${ticket}`)).text;
  assert.match(textOf(page), /Non leggibile: l[’']originale è allegato/);
  const link = /href="(\/[^"]*original[^"]*)"/.exec(page)?.[1];
  assert.ok(link, 'no way to the original');
  const original = await browser.get(link.replaceAll('&amp;', '&'));
  assert.equal(original.status, 200);
});
