// SPDX-License-Identifier: EUPL-1.2
// The disk is full (R07): a clear refusal (mail-in 75, pages 507), nothing half done, reading goes on, and when there is
// space again all goes on by itself, in the same process. A small file system of its own; needs root to mount it.
// timeout: 300
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { eachEngine, startFilo } from './support/filo.js';
import { Ledger, countWords } from './support/ledger.js';
import { letter } from './support/letter.js';
import { textOf } from './support/page.js';
import { startCluster } from './support/postgres.js';
import { SmallDisk } from './support/small_disk.js';
import { startSink } from './support/smtp_sink.js';

const LEFT = [0, 4096, 12_288, 40_960, 131_072]; // bytes left over when it is "full"

// A PostgreSQL whose own files have space while the database's tables lie on the small disk: the other way round the
// server itself would stop, which is for its administrator to mend.
async function clusterOn(t, disk) {
  const cluster = await startCluster({ buffers: '128MB' }); // its default: enough to read without writing anything out
  t.after(() => cluster.stop());
  const place = path.join(disk.root, 'tables');
  mkdirSync(place, { mode: 0o700 });
  const id = (kind) => Number(execFileSync('id', [kind, 'postgres']));
  chownSync(place, id('-u'), id('-g'));
  await cluster.execute(cluster.url('postgres'), `CREATE TABLESPACE small LOCATION '${place}'`);
  cluster.createDatabase = async () => {
    await cluster.execute(cluster.url('postgres'), 'CREATE DATABASE tight TEMPLATE template0 TABLESPACE small');
    return cluster.url('tight');
  };
  return cluster;
}

const noise = (size) => randomBytes(size / 2).toString('hex');
const token = () => [...randomBytes(32)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('');
const SIZES = [16, 40_000, 200_000]; // fits where a page has room; needs pages; a file of its own

class Tight {
  constructor(filo, disk, browser, ticket) {
    Object.assign(this, { filo, disk, browser, ticket, mails: new Ledger(), replies: new Ledger(), refused: { mail: 0, reply: 0 } });
  }

  // Each gives true when it was taken, and false for the one refusal allowed.
  newMail(size) {
    const word = this.mails.word('mail');
    const raw = letter({ from: 'anna@bar.test', text: `${word} ${noise(size)}` });
    this.mails.ask(word);
    return async () => {
      const taken = await this.filo.mailIn(raw);
      if (taken.code === 0) this.mails.acknowledge(word);
      else {
        assert.equal(taken.code, 75, taken.stderr);
        assert.match(taken.stdout + taken.stderr, /full|no space|could not extend/i, 'it does not say why');
        this.refused.mail += 1;
      }
      return taken.code === 0;
    };
  }

  newReply(size) {
    const word = this.replies.word('reply');
    const fields = { kind: 'reply', text: `${word} ${noise(size)}`, key: token() };
    this.replies.ask(word);
    return async () => {
      const answer = await this.browser.postMultipart(`/tickets/${this.ticket}/messages`, fields);
      if (answer.status === 303) this.replies.acknowledge(word);
      else {
        assert.equal(answer.status, 507, textOf(answer.text).slice(0, 300));
        this.refused.reply += 1;
      }
      return answer.status === 303;
    };
  }

  // As much as was refused is given back, to be asked again.
  async press() {
    const refused = [];
    for (const make of [(size) => this.newMail(size), (size) => this.newReply(size)])
      for (const size of SIZES.flatMap((each) => [each, each])) {
        const ask = make(size);
        if (!await ask()) refused.push(ask);
      }
    return refused;
  }

  async reads() {
    for (const page of [`/tickets/${this.ticket}`, '/tickets'])
      assert.equal((await this.browser.get(page)).status, 200, `${page} cannot be read`);
    assert.match(textOf((await this.browser.get(`/tickets/${this.ticket}`)).text), /La prima richiesta/);
  }

  async judge() {
    const messages = await this.filo.rows('SELECT direction, text FROM message');
    const counts = (direction) => countWords(messages.filter((row) => row.direction === direction).map(({ text }) => text));
    assert.deepEqual(this.mails.judge(counts('in')), []);
    assert.deepEqual(this.replies.judge(counts('out')), []);
    assert.deepEqual([this.mails.open, this.replies.open], [[], []], 'not taken even with space');
    assert.equal(await this.filo.count("FROM inbound WHERE state = 'tray'"), 0);
    const checked = await this.filo.check();
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  }
}

eachEngine('the disk is full: refusals, reading, and going on without a restart', async (t, engine) => {
  const disk = new SmallDisk();
  t.after(() => disk.remove());
  const sink = await startSink();
  t.after(() => sink.close());
  const cluster = engine === 'postgresql' ? await clusterOn(t, disk) : null;
  const filo = await startFilo({ engine, cluster, sink, dir: path.join(disk.root, 'data') });
  t.after(() => filo.remove());
  const { pid } = filo.ready;
  const first = await filo.mailIn(letter({ from: 'luca@bar.test', text: 'La prima richiesta' }));
  const tight = new Tight(filo, disk, await filo.signIn(), first.out.ticket);

  for (const left of LEFT) {
    disk.fill(left);
    const refused = await tight.press();
    await tight.reads();
    if (left === 0) assert.ok(tight.refused.mail > 0 && tight.refused.reply > 0, 'a full disk refused nothing');
    disk.empty();
    for (const ask of refused) assert.ok(await ask(), 'refused although there is space again');
  }

  t.diagnostic(JSON.stringify(tight.refused));
  assert.equal(filo.ready.pid, pid, 'it was restarted');
  await filo.until(async () => await filo.count("FROM inbound WHERE state = 'stored'") === 0, 'what was kept to be read', 45_000);
  await tight.judge();
  await filo.until(() => sink.messages.length >= tight.replies.acknowledged.length, 'the answers to leave');
});
