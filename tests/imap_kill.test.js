// SPDX-License-Identifier: EUPL-1.2
// R01: killed at every step of its talk with a real IMAP server, Filo has each message once, and the server shows as done
// only what the database has.
//
// A relay counts the commands. Filo is killed at the first, started, killed at the second of its new life, and so on: once
// before the command has reached the server, once after the server has obeyed and before Filo hears so. The first FIRST
// commands hold all there is up to the end of the first message: sign-in, opening, listing, fetching, and marking or moving,
// with the folder that is made for it. From there on the talk repeats itself, message by message and batch by batch, and it is
// every STEP-th command, alternately before and after; STEP has no factor in common with a message's three commands or two.
// Then what comes after the batch: the wait for news, the news, and the walk through the sent mail, every command of it. That
// each kind of command was met both ways is asserted. FILO_KILL_STEP=1: every command of the batch, both ways, and 200
// messages whatever is done with them. While Filo waits for an answer it writes nothing of this mailbox: what is killed
// inside a transaction is in kill.test.js.
// timeout: 600
// run: alone
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ENGINES, startFilo } from './support/filo.js';
import { startImapRelay } from './support/imap_relay.js';
import { header, letter } from './support/letter.js';
import { startMailStack } from './support/mail_stack.js';
import { startSink } from './support/smtp_sink.js';

const DAY = 86_400_000;
const FIRST = 12;
const STEP = Number(process.env.FILO_KILL_STEP ?? 7);
const ENDS = ['IDLE', 'DONE'];
const MOMENTS = ['before', 'after'];
const WAYS = {
  move: { count: 200, kinds: ['SELECT', 'UID MOVE', 'CREATE', 'EXAMINE'], more: ['--imap-after', 'move', '--imap-move-to', 'Già letti'] },
  seen: { count: STEP === 1 ? 200 : 80, kinds: ['SELECT', 'UID STORE'], more: ['--imap-after', 'seen'] },
  observe: { count: STEP === 1 ? 200 : 80, kinds: ['EXAMINE'], more: ['--imap-after', 'observe'] },
};
const KINDS = ['CAPABILITY', 'AUTHENTICATE', 'LIST', 'FETCH', 'UID SEARCH', 'UID FETCH', ...ENDS]; // whatever is done with them
const OLD = 20; // of them, those that lie there before Filo knows the mailbox: they are not acknowledged
const MOVED = '.Gi&AOA- letti';
let mail;

const addressOf = (engine, way) => `${way}.${engine}@filo.test`;
const hashOf = (data) => createHash('sha256').update(data).digest('hex');

before(async () => {
  const addresses = ENGINES.flatMap((engine) => Object.keys(WAYS).map((way) => addressOf(engine, way)));
  mail = await startMailStack({ users: Object.fromEntries(addresses.map((address) => [address, 'segreta'])), uses: { Spedite: 'Sent' } });
});
after(() => mail?.stop());

class Mailbox {
  static async open(t, engine, way) {
    const box = Object.assign(new Mailbox(), { engine, way, address: addressOf(engine, way), count: WAYS[way].count, laid: [], answers: [], lives: 0, kills: new Map() });
    box.relay = await startImapRelay(mail.imapPort);
    t.after(() => box.relay.close());
    box.sink = await startSink();
    t.after(() => box.sink.close());
    box.filo = await startFilo({ engine, serve: false });
    t.after(() => box.filo.remove());
    await box.filo.setMailbox('assistenza', { port: box.sink.port, address: box.address, more: ['--imap-host', '127.0.0.1', '--imap-port', `${box.relay.port}`,
      '--imap-tls', 'none', '--imap-user', box.address, '--smtp-password-file', box.filo.secretFile('imap', 'segreta'), '--imap-old', 'all', ...WAYS[way].more] });
    return box;
  }

  customer(number) {
    return `c${number}.${this.way}.${this.engine}@bar.test`;
  }

  async lay(count, at) {
    const letters = Array.from({ length: count }, (_, i) => this.laid.length + i).map((number) =>
      letter({ from: `Cliente <${this.customer(number)}>`, to: this.address, subject: `messaggio ${number}`, id: `m${this.customer(number)}` }));
    this.laid.push(...letters);
    await mail.lay(this.address, letters.map((data) => ({ data, at })));
  }

  // An answer given with another program, to the next of those that wrote.
  async layAnswer() {
    const number = this.answers.length;
    const data = letter({ from: this.address, to: this.customer(number), subject: `Re: messaggio ${number}`, text: `Risposta ${number}`,
      id: `r${this.customer(number)}`, inReplyTo: `<m${this.customer(number)}>` });
    this.answers.push(data);
    await mail.lay(this.address, [{ data, at: Date.now() - DAY / 2 }], { in: '.Spedite' });
  }

  // One life, which ends at the command asked for; gives its text.
  async live(isIt, moment, meanwhile = async () => {}) {
    this.lives += 1;
    if (this.filo.cluster) // other nodes may live there: the leases of the dead one must run out first. They do so now.
      await this.filo.execute('UPDATE outbox SET lease_until = 0 WHERE lease_until IS NOT NULL');
    const stopped = this.relay.stopAt(isIt, moment);
    await this.filo.start();
    const done = meanwhile();
    const text = await this.filo.until(() => Promise.race([stopped, null]), `life ${this.lives} to come to its end`, 300_000);
    await this.filo.kill();
    await done;
    const kind = text.split(' ').slice(0, text.startsWith('UID') ? 2 : 1).join(' ');
    this.kills.set(`${kind} ${moment}`, (this.kills.get(`${kind} ${moment}`) ?? 0) + 1);
    await this.judge(text, moment);
    this.relay.release();
    return text;
  }

  // What the server shows as done is kept; nobody else touched anything.
  async judge(text, moment) {
    const rows = await this.filo.rows('SELECT raw_sha256 FROM inbound');
    const kept = new Set(rows.map((row) => row.raw_sha256));
    const [inbox, moved] = ['', MOVED].map((folder) => mail.contents(this.address, folder).map(({ flags, data }) => ({ flags, hash: hashOf(data) })));
    const shown = [...moved, ...inbox.filter(({ flags }) => flags !== '')];
    const at = `${this.way}, life ${this.lives}, ${moment} ${text}`;
    assert.deepEqual(shown.filter(({ hash }) => !kept.has(hash)), [], `${at}: done, and not kept`);
    assert.deepEqual([...inbox, ...moved].map(({ hash }) => hash).sort(), this.laid.map(hashOf).sort(), `${at}: the server has what it had`);
    if (this.way === 'observe') assert.equal(shown.length, 0, `${at}: touched`);
    if (this.way === 'seen') assert.equal(moved.length, 0, `${at}: moved`);
    assert.equal(rows.length, kept.size, `${at}: twice`);
  }

  async liveThroughBatch() {
    await this.lay(OLD, Date.now() - DAY);
    await this.layAnswer();
    for (let nth = 1; ; nth += nth < FIRST ? 1 : STEP) {
      const moments = nth <= FIRST || STEP === 1 ? MOMENTS : [MOMENTS[nth % 2]];
      for (const moment of moments) {
        const text = await this.live((said, number) => number === nth || said === 'IDLE', moment);
        if (text === 'IDLE') return;
        if (this.laid.length === OLD && Number(await this.filo.count('FROM mailbox_folder')) > 0)
          await this.lay(this.count - OLD - ENDS.length * MOMENTS.length, Date.now());
      }
    }
  }

  // A message comes while it waits: that is what it is waked for.
  async liveThroughEnds() {
    for (const end of ENDS)
      for (const moment of MOMENTS)
        await this.live((said) => said === end, moment, async () => {
          await this.filo.until(() => this.relay.said.includes('IDLE'), 'the wait for news', 60_000);
          await this.lay(1, Date.now());
        });
  }

  // From the opening of the folder back to the wait for news, with an answer there that is not read yet.
  async liveThroughSent() {
    const opening = 'EXAMINE "Spedite"';
    for (let nth = 1; ; nth += 1)
      for (const moment of MOMENTS) {
        if (Number(await this.filo.count("FROM message WHERE direction = 'out'")) === this.answers.length) await this.layAnswer();
        const { relay } = this;
        const text = await this.live((said) => said === 'IDLE' || (relay.said.includes(opening) && relay.said.length - relay.said.indexOf(opening) === nth), moment);
        if (text === 'IDLE') return;
      }
  }

  async finish() {
    const { filo } = this;
    const wantedKills = [...KINDS, ...WAYS[this.way].kinds].flatMap((kind) => MOMENTS.map((moment) => `${kind} ${moment}`));
    assert.deepEqual(wantedKills.filter((kill) => !this.kills.has(kill)), [], 'commands it was never killed at');
    assert.equal(this.laid.length, this.count);
    await filo.start();
    const isShown = () => this.way === 'observe' || mail.flags(this.address).every((flags) => flags === 'S');
    const isIn = async () => Number(await filo.count("FROM inbound WHERE state = 'done'")) === this.count + this.answers.length;
    await filo.until(async () => isShown() && isIn(), 'the whole batch', 60_000);
    await filo.until(async () => Number(await filo.count("FROM outbox WHERE state NOT IN ('sent', 'failed', 'cancelled')")) === 0, 'everything to leave', 60_000);
    await this.judge('nothing', 'after');
    const wanted = this.laid.map(hashOf).sort();
    const hashes = async (sql) => (await filo.rows(sql)).map((row) => row.raw_sha256).sort();
    assert.deepEqual(await hashes("SELECT raw_sha256 FROM inbound WHERE state = 'done'"), [...wanted, ...this.answers.map(hashOf)].sort());
    assert.deepEqual(await hashes("SELECT raw_sha256 FROM message WHERE direction = 'in'"), wanted);
    assert.deepEqual(await hashes("SELECT raw_sha256 FROM message WHERE direction = 'out'"), this.answers.map(hashOf).sort());
    const subjects = (await filo.rows('SELECT subject FROM ticket')).map(({ subject }) => subject);
    assert.deepEqual(subjects.sort(), this.laid.map((data) => header(data, 'Subject')).sort(), 'each is a request, and one');
    const [inbox, moved] = ['', MOVED].map((folder) => mail.flags(this.address, folder));
    assert.deepEqual([inbox.length, moved.length], this.way === 'move' ? [0, this.count] : [this.count, 0]);
    if (this.way === 'seen') assert.deepEqual([...new Set(inbox)], ['S']);
    await this.judgeAcknowledgements();
    assert.equal((await filo.check()).code, 0);
  }

  // One for each new message, none for an old one; twice only where the server's 250 was not heard, and with the same id.
  async judgeAcknowledgements() {
    const resent = new Set((await this.filo.rows('SELECT external_id FROM outbox WHERE resent = 1')).map((row) => row.external_id));
    const arrived = new Map();
    for (const { to, data } of this.sink.received) arrived.set(to[0], [...(arrived.get(to[0]) ?? []), header(data, 'Message-ID').slice(1, -1)]);
    assert.deepEqual([...arrived.keys()].sort(), Array.from({ length: this.count - OLD }, (_, i) => this.customer(OLD + i)).sort());
    for (const [to, ids] of arrived)
      assert.ok(ids.length === 1 || (ids.length === 2 && ids[0] === ids[1] && resent.has(ids[0])), `${to} got ${ids.join(', ')}`);
  }
}

async function everyStep(t, engine, way) {
  const box = await Mailbox.open(t, engine, way);
  await box.liveThroughBatch();
  await box.liveThroughEnds();
  if (way === 'move') await box.liveThroughSent(); // the same whatever is done with what arrives
  await box.finish();
  t.diagnostic(`${engine}, ${way}: ${box.lives} lives, ended ${[...box.kills].map(([at, count]) => `${count} ${at}`).sort().join(', ')}`);
}

// A life is mostly a start, which is one core's work: the engines live side by side.
for (const way of Object.keys(WAYS))
  test(`killed at every step of reading a mailbox: each message once (${way}; sqlite, postgresql)`, (t) => Promise.all(ENGINES.map((engine) => everyStep(t, engine, way))));
