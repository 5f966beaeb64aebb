// SPDX-License-Identifier: EUPL-1.2
// run: waits
// Mail servers that are broken or mean harm (security R10), all at once beside an honest one: nothing is lost and nothing
// comes twice, memory stays bounded, the honest mailbox is read meanwhile, the others' page says what is wrong, and Filo
// comes back after seconds, not at once. Once a server is honest its mail comes in, once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ENGINES, startFilo } from './support/filo.js';
import { startHostileImap } from './support/hostile_imap.js';
import { letter } from './support/letter.js';
import { textOf } from './support/page.js';
import { startSink } from './support/smtp_sink.js';

const BODY = 'UID FETCH 7 (UID BODY';
const TWO_GB = '* 1 FETCH (UID 7 BODY[] {2147483648}\r\n';
const MAX_UID = 4294967295;
const UNREACHED = /Non si raggiunge 127\.0\.0\.1/;
const CLOSED = /127\.0\.0\.1 ha chiuso il collegamento/;
const NO_IMAP = /127\.0\.0\.1 risponde, ma non come un server IMAP/;
const CUT = { at: 'IDLE', reply: '', close: true };
let validity = 1000;

// name: [rules of the first connections, what the page says meanwhile (null: it is read all the same), more options]
const CASES = {
  'literal-in-earnest': [[{ at: BODY, reply: `${TWO_GB}${'x'.repeat(1000)}`, endless: true }], NO_IMAP],
  'literal-announced': [[{ at: BODY, reply: `${TWO_GB}x` }], UNREACHED, { hostileFor: 1 }],
  'literal-too-short': [[{ at: BODY, reply: '* 1 FETCH (UID 7 BODY[] {90}\r\npoco)\r\n{tag} OK x\r\n' }], UNREACHED, { hostileFor: 1 }],
  'literal-too-long': [[{ at: BODY, reply: '* 1 FETCH (UID 7 BODY[] {2}\r\nmolto)\r\n{tag} OK x\r\n' }], NO_IMAP],
  'lines-without-end': [[{ at: 'UID SEARCH', reply: '* OK still here\r\n', endless: true }], NO_IMAP],
  'line-without-end': [[{ at: 'SELECT', reply: '* 7 FETCH (X '.padEnd(1000, 'x'), endless: true }], NO_IMAP],
  'byte-a-second': [[{ at: BODY, chunkMs: 1000 }], UNREACHED, { hostileFor: 1 }],
  'bye-in-the-middle': [[{ at: BODY, reply: '* BYE chiudo\r\n', close: true }], CLOSED],
  'cut-in-the-middle': [[{ at: BODY, reply: '* 1 FETCH (UID 7 BODY[] {90}\r\nSubject: me', close: true }], CLOSED],
  'idle-silent': [[{ at: 'IDLE', reply: '' }], UNREACHED, { hostileFor: 1 }],
  'greeting-never': [[{ at: 'greeting', reply: '' }], UNREACHED, { hostileFor: 1 }],
  'renumbered-each-time': [[{ at: 'SELECT', edit: (said) => said.replace('UIDVALIDITY 77', `UIDVALIDITY ${validity += 1}`) }, CUT], CLOSED, { hostileFor: 3 }],
  'uids-in-disorder': [[
    { at: 'FETCH 1,*', edit: (said) => `* 1 FETCH (UID ${MAX_UID})\r\n* 2 FETCH (UID 3)\r\n${said}` },
    { at: 'UID SEARCH', edit: (said) => `* SEARCH ${MAX_UID} 9 7 7 3\r\n${said.split('\r\n').at(-2)}\r\n` }, CUT], CLOSED],
  'exists-nothing': [[{ at: 'SELECT', edit: (said) => said.replace(/\d+ EXISTS/, '0 EXISTS') }, CUT], CLOSED],
  'exists-too-many': [[{ at: 'SELECT', edit: (said) => said.replace(/\d+ EXISTS/, `${MAX_UID} EXISTS`) }, CUT], CLOSED],
  'answers-never-asked-for': [[{ at: BODY, reply: 'F999 OK ciao\r\n' }], NO_IMAP],
  'numbers-cut-short': [[{ at: 'UID SEARCH', reply: `* SEARCH${' 7'.repeat(1 << 20)}\r\n{tag} OK x\r\n` }], NO_IMAP],
  'injected-before-tls': [[{ at: 'STARTTLS', edit: (said) => `${said}* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA003 OK injected\r\n` }], NO_IMAP, { tls: 'starttls' }],
  'shrinking-after-sign-in': [[{ at: 'CAPABILITY', edit: (said, { number, sink }) => (sink.heard.filter(({ connection, text }) => connection === number && text === 'CAPABILITY').length > 1
    ? said.replace(/CAPABILITY .*/, 'CAPABILITY IMAP4rev1') : said) }, { at: 'NOOP', reply: '', close: true }], CLOSED, { hostileFor: 1 }],
  'folders-without-end': [[{ at: 'LIST', reply: '{repeat}{tag} OK x\r\n', repeat: `* LIST () "/" "${'\xc3\xa8'.repeat(250)}"\r\n` }, CUT], CLOSED, { hostileFor: 1 }],
};

const write = (name, uid) => letter({ from: `Cliente <${name}.${uid}@bar.test>`, subject: `${name} ${uid}`, id: `${name}.${uid}@bar.test`, to: `${name}@filo.test` });
const memoryKb = (pid, field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

class Mailbox {
  static async open(t, filo, name, [rules, words, options = {}], smtp) {
    const box = new Mailbox();
    const server = await startHostileImap({ messages: { 5: write(name, 5) }, rules, hostileFor: 2, isSeen: () => box.said, ...options });
    server.hostile = false;
    t.after(() => server.close());
    Object.assign(box, { filo, name, words, server, said: false });
    await filo.setMailbox(name, { port: smtp.port, address: `${name}@filo.test`, more: ['--imap-host', '127.0.0.1', '--imap-port', `${server.port}`,
      '--imap-tls', server.options.tls, '--imap-user', 'casella', '--smtp-password-file', filo.secretFile('imap', 'segreta'), '--imap-sent', name.startsWith('folders') ? '1' : '0',
      ...(server.caFile ? ['--smtp-ca-file', server.caFile] : [])] });
    return box;
  }

  // While nobody reads: two messages, and lies.
  turnHostile() {
    Object.assign(this.server.options.messages, { 7: write(this.name, 7), 9: write(this.name, 9) });
    this.server.turnHostile();
  }

  get failures() {
    return this.filo.log.split('\n').filter((line) => line.includes('listen.failed') && line.includes(`"${this.name}"`)).map((line) => JSON.parse(line));
  }
}

// Looks once: whoever fails must be told so, whoever is honest gets a message more.
async function look(filo, admin, boxes) {
  const rows = await filo.rows('SELECT a.name, a.channel_account_id AS id, h.failing_since FROM channel_account a JOIN channel_health h ON h.channel_account_id = a.channel_account_id');
  for (const box of boxes) {
    const row = rows.find(({ name, failing_since: since }) => name === box.name && since !== null);
    if (row && !box.said && !box.server.isHonestAgain()) {
      const text = textOf((await admin.get(`/settings/mailboxes/${row.id}`)).text);
      box.said = box.words.test(text);
    }
    if (box.server.isHonestAgain() && !box.later) {
      box.later = true;
      box.server.options.messages[11] = write(box.name, 11);
      box.server.announce();
    }
  }
}

async function everyLie(t, engine) {
  const smtp = await startSink();
  t.after(() => smtp.close());
  const filo = await startFilo({ engine, serve: false });
  t.after(() => filo.remove());
  const honest = await Mailbox.open(t, filo, 'onesta', [[], null, { hostileFor: 0 }], smtp);
  const names = Object.keys(CASES);
  const boxes = [];
  for (const name of names) boxes.push(await Mailbox.open(t, filo, name, CASES[name], smtp));
  const subjects = async () => (await filo.rows('SELECT subject FROM ticket')).map(({ subject }) => subject);
  const has = async (...wanted) => { const all = await subjects(); return wanted.every((each) => all.includes(each)); };

  // the same mailboxes, all honest, with a message each: what they need anyway
  await filo.start();
  await filo.until(() => has('onesta 5', ...names.map((name) => `${name} 5`)), 'all are read', 60_000);
  await (await filo.signIn()).get('/settings/mailboxes');
  const before = memoryKb(filo.ready.pid, 'VmRSS');
  await filo.stop();

  for (const box of boxes) box.turnHostile();
  await filo.start();
  const admin = await filo.signIn();
  const { pid } = filo.ready;

  let uid = 5; // of the honest one
  const wanted = names.flatMap((name) => [5, 7, 9, 11].map((each) => `${name} ${each}`));
  const said = () => boxes.filter((box) => !box.said).map((box) => box.name);
  for (const end = Date.now() + 420_000; Date.now() < end && filo.ready.pid === pid;) {
    uid += 1;
    honest.server.options.messages[uid] = write('onesta', uid);
    honest.server.announce();
    await filo.until(() => has(`onesta ${uid}`), `message ${uid} of the honest one while the others lie`, 120_000);
    await look(filo, admin, boxes);
    if (await has(...wanted)) break;
    await new Promise((done) => { setTimeout(done, 200); });
  }
  assert.equal(filo.ready.pid, pid, 'the node lives');
  const growth = memoryKb(pid, 'VmHWM') - before;
  t.diagnostic(`${names.length} hostile servers at once: ${growth} kB more at the most, ${uid} messages of the honest one`);

  const all = await subjects();
  assert.deepEqual(wanted.filter((each) => !all.includes(each)), [], 'nothing is lost');
  assert.deepEqual(all.filter((each, i) => all.indexOf(each) !== i), [], 'nothing comes twice');
  assert.equal(all.length, wanted.length + uid - 4, 'and nothing else came');
  assert.deepEqual(said(), [], 'each page said what was wrong');
  assert.ok(growth < 64 << 10, `${growth} kB`); // one alone may take 32 MB: imap_fault_test.c; twenty take no more than two of those
  for (const box of boxes) {
    const at = box.failures.map(({ at: instant }) => Date.parse(instant));
    at.slice(1).forEach((each, i) => assert.ok(each - at[i] >= 5000, `${box.name}: back after ${each - at[i]} ms`));
  }
  const clear = boxes.find(({ name }) => name === 'injected-before-tls').server.heard.filter(({ secure }) => !secure).map(({ text }) => text);
  assert.deepEqual([...new Set(clear)], ['CAPABILITY', 'STARTTLS'], 'nothing but this was said in the clear');
  assert.equal((await filo.check()).code, 0);
}

// Most of it is waiting for servers that say nothing: the two wait together.
test('every lie a mail server can tell, at once (sqlite, postgresql)', (t) => Promise.all(ENGINES.map((engine) => everyLie(t, engine))));
