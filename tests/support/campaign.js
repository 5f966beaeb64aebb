// SPDX-License-Identifier: EUPL-1.2
// kill -9 again and again while mail comes in and answers go out, with a ledger of what was acknowledged.
//
//   const campaign = await startCampaign({ engine, cluster });
//   await campaign.round();                       // work, kill, restart, judge
//   await campaign.finish();                      // everything has left; judges the mail server's side too
//   campaign.kills                                // {counted, between, idle}
//
// A kill counts when something asked for was not acknowledged; it was `between` when a transaction had written and not
// committed (support/moment.js). Half of the kills come at a chosen call of a transaction, half at a random microsecond.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { startFilo } from './filo.js';
import { Ledger, countWords } from './ledger.js';
import { header, headersOf, letter, textBody } from './letter.js';
import { makeMoment } from './moment.js';
import { findForm } from './page.js';
import { startSink } from './smtp_sink.js';

const WORKERS = { mail: 3, reply: 3, form: 2 };
const TICKETS = 6;
const FORMS = 1000;
const FORM_PATIENCE_MS = 2200;
const LARGE = 'x'.repeat(70_000);
const STATUS_DONE = "('sent', 'failed', 'cancelled')";

const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
const below = (count) => Math.floor(Math.random() * count);
const token = () => [...randomBytes(32)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('');

// Sleeps to the microsecond, more or less: timers have milliseconds only.
async function waitMicroseconds(us) {
  const until = process.hrtime.bigint() + BigInt(us) * 1000n;
  await wait(Math.max(0, us / 1000 - 2));
  while (process.hrtime.bigint() < until);
}

class Campaign {
  constructor(filo, sink, moment) {
    Object.assign(this, { filo, sink, moment });
    this.ledgers = { mail: new Ledger(), reply: new Ledger(), form: new Ledger() };
    this.kills = { counted: 0, between: 0, idle: 0 };
    this.durations = [];
    this.span = 60; // moments in a piece of work, learned
    this.again = []; // what was not acknowledged and will be asked again, as a mail server or a browser would
    this.tickets = [];
    this.forms = [];
  }

  async prepare() {
    await this.filo.start({ env: this.moment.env });
    this.browser = await this.filo.signIn();
    for (let i = 0; i < TICKETS; i += 1) {
      const taken = await this.filo.mailIn(letter({ from: `cliente${i}@bar.test`, text: 'Una richiesta' }));
      assert.equal(taken.code, 0, taken.stderr);
      this.tickets.push(taken.out.ticket);
    }
    await this.filo.until(() => !this.moment.isOpen(), 'no transaction in the middle'); // else `between` would mean nothing
    assert.ok(this.moment.commits > TICKETS && this.moment.moments > this.moment.commits);
    await this.showForms(FORMS);
  }

  // ---- what is asked; each gives true when it was acknowledged

  newMail(word) {
    const raw = letter({ from: `${word}@bar.test`, text: `${word}${below(4) === 0 ? `\r\n${LARGE}` : ''}`, id: `${word}@bar.test` });
    return async () => (await this.filo.mailIn(raw)).code === 0;
  }

  newReply(word) {
    const ticket = this.tickets[below(this.tickets.length)];
    const fields = { kind: 'reply', text: `Le rispondo: ${word}`, key: token() };
    return async () => {
      const answer = await this.browser.postMultipart(`/tickets/${ticket}/messages`, fields);
      if (answer.status >= 400 && answer.status < 500) throw new Error(`reply: ${answer.status} ${answer.text.slice(0, 300)}`);
      return answer.status === 303;
    };
  }

  // A form that was shown before the work began: one sent in the first seconds is taken for a robot's.
  newForm(word) {
    const { browser, form } = this.forms.pop();
    const fields = { ...form.fields, name: 'Luca Bianchi', email: `${word}@bar.test`, subject: 'Dal sito', description: word };
    return async () => {
      const answer = await browser.postMultipart(form.action, fields);
      if (answer.status >= 400 && answer.status < 500) throw new Error(`form: ${answer.status} ${answer.text.slice(0, 300)}`);
      return answer.status === 200 && /\/track\/[a-z2-7]{32}/.test(answer.text);
    };
  }

  async showForms(count) {
    const show = async () => {
      const browser = this.filo.browser();
      return { browser, form: findForm((await browser.get('/help')).text, /^\/help$/) };
    };
    while (this.forms.length < count) this.forms.push(...await Promise.all(Array.from({ length: 20 }, show)));
    await wait(FORM_PATIENCE_MS);
  }

  newWork(kind) {
    const word = this.ledgers[kind].word(kind);
    const ask = { mail: () => this.newMail(word), reply: () => this.newReply(word), form: () => this.newForm(word) }[kind]();
    this.ledgers[kind].ask(word);
    return { kind, word, ask };
  }

  async attempt(work) {
    const began = process.hrtime.bigint();
    const acknowledged = await work.ask().catch((error) => {
      if (/^(reply|form):/.test(error.message)) throw error; // refused: the scenario itself is wrong
      return false;
    });
    if (acknowledged) {
      this.ledgers[work.kind].acknowledge(work.word);
      this.durations.push(Number(process.hrtime.bigint() - began) / 1000);
    }
    return acknowledged;
  }

  async worker(kind, round) {
    while (!round.over && (kind !== 'form' || this.forms.length > 0)) {
      const work = this.newWork(kind);
      round.asked += 1;
      if (!await this.attempt(work)) round.failed.push(work);
    }
  }

  // ---- a round

  kinds() {
    return Object.entries(WORKERS).flatMap(([kind, count]) => Array(count).fill(kind));
  }

  async killAtMoment() {
    this.moment.dieAfter(1 + below(this.span));
    if (await Promise.race([this.filo.gone, wait(3000)]) === undefined) await this.filo.kill();
  }

  async killAtRandom() {
    const typical = this.durations.slice(-200).sort((a, b) => a - b)[Math.floor(Math.min(200, this.durations.length) / 2)] ?? 20_000;
    await waitMicroseconds(below(4 * typical));
    await this.filo.kill();
  }

  async round() {
    const round = { over: false, asked: 0, failed: [] };
    if (this.forms.length < FORMS / 20) await this.showForms(FORMS);
    const commits = this.moment.commits;
    const moments = this.moment.moments;
    const workers = this.kinds().map((kind) => this.worker(kind, round));
    await wait(below(40));
    await (below(2) ? this.killAtMoment() : this.killAtRandom());
    const between = this.moment.isOpen();
    round.over = true;
    this.learn(this.moment.moments - moments, this.moment.commits - commits);
    await Promise.all(workers);
    await this.filo.kill(); // the rest of the tree, if only the node had died
    if (round.failed.length === 0) this.kills.idle += 1;
    else {
      this.kills.counted += 1;
      if (between) this.kills.between += 1;
    }
    this.again.push(...round.failed.filter(() => below(2)));
    await this.restart();
    await this.judge();
  }

  learn(moments, commits) {
    if (commits > 5) this.span = Math.max(4, Math.ceil((8 * moments) / commits));
  }

  // A mail-in that writes itself, because no server runs, is killed in the middle.
  async roundAlone() {
    await this.filo.kill();
    const work = this.newWork('mail');
    const raw = letter({ from: `${work.word}@bar.test`, text: work.word, id: `${work.word}@bar.test` });
    this.moment.clear();
    this.moment.dieAfter(1 + below(40));
    const taken = await this.filo.mailIn(raw, { env: this.moment.env });
    if (taken.code === 0) this.ledgers.mail.acknowledge(work.word);
    else {
      assert.equal(taken.signal, 'SIGKILL', taken.stderr);
      this.kills.counted += 1;
      if (this.moment.isOpen()) this.kills.between += 1;
      if (below(2)) this.again.push({ ...work, ask: async () => (await this.filo.mailIn(raw)).code === 0 });
    }
    await this.restart();
    await this.judge();
  }

  async restart() {
    this.moment.clear();
    if (this.filo.cluster) // other nodes may live there: their leases, and their time to read, must run out first. They do so now.
      for (const passed of ['outbox SET lease_until = 0 WHERE lease_until IS NOT NULL',
        "inbound SET received_at = received_at - 60000 WHERE state = 'stored'"]) await this.filo.execute(`UPDATE ${passed}`);
    await this.filo.start({ env: this.moment.env });
    for (const work of this.again.splice(0)) assert.ok(await this.attempt(work), `${work.word}: not even the second time`);
    await this.filo.until(async () => await this.filo.count("FROM inbound WHERE state = 'stored'") === 0,
      'what was kept to be read');
  }

  // ---- judging

  async judge() {
    const messages = await this.filo.rows('SELECT direction, channel, text FROM message');
    const texts = (direction) => messages.filter((message) => message.direction === direction).map(({ text }) => text);
    const incoming = countWords(texts('in'));
    const of = (kind) => new Map([...incoming].filter(([word]) => word.startsWith(kind)));
    assert.deepEqual(this.ledgers.mail.judge(of('mail')), []);
    assert.deepEqual(this.ledgers.form.judge(of('form')), []);
    assert.deepEqual(this.ledgers.reply.judge(countWords(texts('out'))), []);
    assert.equal(await this.filo.count("FROM inbound WHERE state = 'tray'"), 0);
    assert.equal(await this.filo.count(`FROM message AS m WHERE m.direction = 'out'
      AND NOT EXISTS (SELECT 1 FROM outbox AS o WHERE o.message_id = m.message_id)`), 0, 'an answer that would never leave');
    assert.equal(await this.filo.count(`FROM ticket AS t WHERE NOT EXISTS
      (SELECT 1 FROM message AS m WHERE m.ticket_id = t.ticket_id)`), 0, 'a ticket without what opened it');
  }

  async check() {
    const checked = await this.filo.check();
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  }

  async finish() {
    await this.filo.until(async () => await this.filo.count(`FROM outbox WHERE state NOT IN ${STATUS_DONE}`) === 0,
      'everything to leave', 30_000);
    await this.check();
    await this.judgeSink();
  }

  // Each answer that is there reached the mail server; twice only when we could not know, said so, and with the same id.
  async judgeSink() {
    const stored = new Set(countWords((await this.filo.rows("SELECT text FROM message WHERE direction = 'out'"))
      .map(({ text }) => text)).keys());
    const resent = new Set((await this.filo.rows('SELECT external_id FROM outbox WHERE resent = 1')).map((row) => row.external_id));
    const arrived = new Map();
    for (const message of this.sink.received) {
      if (headersOf(message.data).has('auto-submitted')) continue;
      const [word] = countWords([textBody(message.data)]).keys();
      arrived.set(word, [...(arrived.get(word) ?? []), header(message.data, 'Message-ID')]);
    }
    this.duplicates = 0;
    for (const [word, ids] of arrived) {
      assert.ok(stored.has(word), `${word} left and is not stored`);
      assert.equal(new Set(ids).size, 1, `${word} left with several ids`);
      this.duplicates += ids.length - 1;
      assert.ok(ids.length === 1 || (ids.length === 2 && resent.has(ids[0].slice(1, -1))), `${word} left ${ids.length} times`);
    }
    assert.deepEqual([...stored].filter((word) => !arrived.has(word)), [], 'answers that never left');
  }

  get summary() {
    const asked = Object.fromEntries(Object.entries(this.ledgers).map(([kind, ledger]) =>
      [kind, `${ledger.acknowledged.length}+${ledger.open.length}`]));
    return { ...this.kills, ...asked, received: this.sink.received.length, duplicates: this.duplicates };
  }
}

// Acknowledged + never acknowledged are in the summary, by kind. cluster: of its own, with fsync on.
export async function startCampaign(t, { engine, cluster = null }) {
  const sink = await startSink();
  t.after(() => sink.close());
  const filo = await startFilo({ engine, cluster, sink, serve: false });
  t.after(() => filo.remove());
  const campaign = new Campaign(filo, sink, await makeMoment(filo));
  t.after(() => campaign.moment.close());
  await campaign.prepare();
  return campaign;
}

