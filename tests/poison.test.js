// SPDX-License-Identifier: EUPL-1.2
// R22: a message that breaks whoever reads it. Twice it may end the program, the third time it lies aside with its original;
// what only breaks the parser is a request with its original. Neither holds up anybody else's. Nor does what is made to
// exhaust the parser (A21, A31): that is read as far as its limits let it, and the request says so.
// timeout: 300
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ADDRESS, eachEngine, startFilo } from './support/filo.js';
import { letter } from './support/letter.js';
import { LmtpClient } from './support/lmtp_client.js';
import { textOf } from './support/page.js';
import { listTree } from './support/process_tree.js';

const UNREADABLE = 16; // MESSAGE_UNREADABLE
const TRUNCATED = 32; // MESSAGE_TRUNCATED
const MB = 1024; // kB
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

const html = (body) => `Content-Type: text/html; charset=utf-8\r\n\r\n${body}\r\n`;
const nest = (depth, of) => Array.from({ length: depth }, (_, i) => of(i)).join('');
const wrapping = (i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`;
const wrapped = (depth) => `${wrapping(0)}\r\nNon scalda\r\n--b0\r\n${nest(depth - 1, (i) => wrapping(i + 1))}\r\nin fondo\r\n`;

// subject: [what is below it, the words on the page before and after, whether it was read only in part]
const SHAPES = {
  'centomila div': [html(`<p>Non scalda</p>${'<div>'.repeat(100_000)}in fondo`), /Non scalda in fondo/, false],
  'una riga di tabella': [html(`<p>Non scalda</p><table><tr>${'<td>x</td>'.repeat(500_000)}</tr></table>`), /Non scalda x x x/, true],
  'un milione di attributi': [html(`<p>Non scalda</p><p ${'a=1 '.repeat(1_000_000)}>in fondo</p>`), /Non scalda/, true],
  'cinquanta messaggi': [`${nest(50, (i) => `Content-Type: message/rfc822\r\n\r\nSubject: strato ${i}\r\n`)}\r\nin fondo\r\n`, /message\/rfc822/, false],
  'mille involucri': [wrapped(1000), /Non scalda in fondo/, false],
  'duemila involucri': [wrapped(2000), /Non scalda/, true],
  'diecimila parti': [`${wrapping(0)}\r\nNon scalda\r\n${'--b0\r\nContent-Type: image/png\r\n\r\nx\r\n'.repeat(10_000)}--b0--\r\n`, /Non scalda image\/png/, true],
};

// What every LMTP server writes above what it takes (RFC 5321 4.4).
const TRACE = `Return-Path: <luca@bar.test>\r\nDelivered-To: ${ADDRESS}\r\n`;

const fileOf = (pid, name) => {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return ''; // it is done
  }
};
const kilobytes = (pid) => Number(/^VmHWM:\s+(\d+) kB/m.exec(fileOf(pid, 'status'))?.[1] ?? 0);

// Looks at each worker until told to stop: what it was limited to, and the most it ever took.
function watchWorkers(filo) {
  const watch = { limits: new Set(), most: 0, over: false };
  const step = () => {
    if (watch.over) return;
    for (const pid of zygotesOf(filo).flatMap((zygote) => listTree(zygote).slice(1))) {
      const limits = fileOf(pid, 'limits');
      const [cpu, space] = ['cpu time', 'address space'].map((name) => new RegExp(`^Max ${name} +(\\S+)`, 'm').exec(limits)?.[1]);
      if (space && space !== 'unlimited') watch.limits.add(`${cpu} s, ${space} bytes`); // before that it has read nothing
      watch.most = Math.max(watch.most, kilobytes(pid));
    }
    setTimeout(step, 5);
  };
  step();
  return watch;
}

eachEngine('shapes that are made to exhaust the parser: each is a request with what could be read, a note, and its original', async (t, engine) => {
  const { filo } = await startTaking(t, engine);
  const watch = watchWorkers(filo);
  t.after(() => { watch.over = true; });
  const mx = await LmtpClient.open(filo.lmtpPort);
  await mx.say('LHLO mx.test');
  const written = (subject) => `From: Luca <luca@bar.test>\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\n${SHAPES[subject][0]}`;
  for (const subject of Object.keys(SHAPES)) assert.match((await mx.deliver({ from: 'luca@bar.test', to: [ADDRESS], data: written(subject) }))[0], /^250 /);
  mx.destroy();
  await filo.until(async () => await stored(filo) === 0, 'each to be read', 60_000);
  watch.over = true;
  assert.deepEqual([...watch.limits], [`2 s, ${256 << 20} bytes`]);
  assert.ok(watch.most > 0 && watch.most <= 256 * MB, `${watch.most} kB`);
  assert.ok(kilobytes(filo.ready.pid) < 150 * MB, `${kilobytes(filo.ready.pid)} kB`); // what a whole server may take

  const rows = await filo.rows("SELECT m.ticket_id, m.message_id, m.flags, t.subject FROM message m JOIN ticket t ON t.ticket_id = m.ticket_id WHERE m.direction = 'in' ORDER BY m.message_id");
  assert.deepEqual(rows.map(({ subject }) => subject), Object.keys(SHAPES));
  const browser = await filo.signIn();
  for (const { ticket_id: ticket, message_id: message, flags, subject } of rows) {
    const [, words, isCut] = SHAPES[subject];
    assert.equal(Number(flags) & (TRUNCATED | UNREADABLE), isCut ? TRUNCATED : 0, subject);
    const page = await browser.get(`/tickets/${ticket}`);
    assert.equal(page.status, 200);
    const said = textOf(page.text);
    assert.match(said, words, subject);
    assert.equal(/Letta solo in parte: veda l'originale/.test(said), isCut, subject);
    const original = await browser.get(`/tickets/${ticket}/messages/${message}/original`);
    assert.equal(original.status, 200);
    assert.ok(original.text === `${TRACE}${written(subject)}`, `${subject}: another original`); // five megabytes are no message for a person
  }
  assert.equal((await filo.check()).code, 0);
});
