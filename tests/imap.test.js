// SPDX-License-Identifier: EUPL-1.2
// timeout: 180
// Our IMAP client reads a real mailbox: Dovecot's, over TLS, filled by Postfix.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';
import { after, before, test } from 'node:test';
import { startMailStack } from './support/mail_stack.js';

const USER = 'assistenza@filo.test';
const IMPLICIT = 0;
const STARTTLS = 1;
let mail;

before(async () => { mail = await startMailStack({ users: { [USER]: 'parola è' } }); });
after(() => mail?.stop());

// A session of tests/support/imap_client.c; the answer to its sign-in is `signIn`.
class Client {
  constructor(options) {
    const program = path.join(path.dirname(process.env.FILO_EXE), '../../tests/imap-client');
    const server = { port: mail.imapsPort, tls: IMPLICIT, user: USER, password: 'parola è', ca: mail.caFile, ...options };
    this.process = spawn(program, [JSON.stringify(server)], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.answers = readline.createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
    this.ended = new Promise((done) => { this.process.on('close', done); });
  }

  static async open(options) {
    const client = new Client(options);
    client.signIn = await client.answer();
    return client;
  }

  async answer() {
    return JSON.parse((await this.answers.next()).value);
  }

  async say(line) {
    this.process.stdin.write(`${line}\n`);
    return this.answer();
  }

  async ok(line) {
    const answer = await this.say(line);
    assert.equal(answer.outcome, 'ok', `${line}: ${JSON.stringify(answer)}\n${mail.log().slice(-2000)}`);
    return answer;
  }

  async close() {
    this.process.stdin.end();
    assert.equal(await this.ended, 0);
  }
}

async function signInOutcome(options) {
  const client = await Client.open(options);
  await client.close();
  return client.signIn.outcome;
}

async function send(subject) {
  await mail.send({ from: 'luca@bar.test', to: [USER], data: `Subject: ${subject}\n\n.\nperché (${subject})\n` });
}

test('it signs in with a password or a token, always inside TLS', async () => {
  const plain = { port: mail.imapPort, tls: STARTTLS };
  assert.equal(await signInOutcome({}), 'ok');
  assert.equal(await signInOutcome(plain), 'ok');
  assert.equal(await signInOutcome({ password: 'sbagliata' }), 'sign_in');
  assert.equal(await signInOutcome({ bearer: mail.token(USER) }), 'ok');
  assert.equal(await signInOutcome({ ...plain, bearer: mail.token(USER) }), 'ok');
  assert.equal(await signInOutcome({ bearer: mail.token(USER, -60) }), 'sign_in');
  assert.equal(await signInOutcome({ ca: null }), 'insecure');
  assert.equal(await signInOutcome({ ...plain, ca: null }), 'insecure');
  assert.equal(await signInOutcome({ port: mail.imapPort }), 'insecure', 'no TLS where TLS is expected');
});

test('what arrives is announced, listed, fetched whole, marked and moved; observing changes nothing', async () => {
  const client = await Client.open();
  const empty = await client.ok('select INBOX');
  assert.ok(empty.uidValidity > 0);
  assert.deepEqual([empty.exists, empty.readOnly, empty.keepsKeywords], [0, false, true]);
  assert.deepEqual((await client.ok('list 0')).uids, []);

  process.nextTick(() => send('uno'));
  assert.equal((await client.ok('idle 60')).wake, 'news');
  const [uid] = (await client.ok('list 0')).uids;
  const before = Date.now();
  const fetched = await client.ok(`fetch ${uid}`);
  const content = Buffer.from(fetched.content, 'base64').toString();
  assert.match(content, /^Return-Path: <luca@bar\.test>\r\n[^]*\r\nSubject: uno\r\n[^]*\r\n\.\r\nperché \(uno\)\r\n$/);
  assert.ok(!fetched.seen);
  assert.ok(Math.abs(fetched.received - before) < 3600_000, 'INTERNALDATE is in our zone');

  await client.ok(`mark ${uid} \\Seen`);
  await client.ok(`mark ${uid} $Filo`);
  assert.ok((await client.ok(`fetch ${uid}`)).seen);

  const moved = await client.ok(`move ${uid} Già visti`);
  assert.deepEqual([moved.way, moved.created, moved.uid], ['moved', true, 1]);
  assert.equal((await client.say(`fetch ${uid}`)).outcome, 'not_found');
  assert.equal((await client.say(`move ${uid} Già visti`)).outcome, 'not_found');
  assert.deepEqual((await client.ok('list 0')).uids, []);

  const there = await client.ok('examine Già visti');
  assert.deepEqual([there.exists, there.readOnly], [1, true]);
  assert.match(Buffer.from((await client.ok('fetch 1')).content, 'base64').toString(), /Subject: uno/);
  assert.equal((await client.say('mark 1 \\Flagged')).outcome, 'refused');
  assert.equal((await client.say('move 1 INBOX')).outcome, 'refused');
  await client.close();
});

test('many are listed from either end', async () => {
  const had = mail.messages(USER).length;
  for (const subject of ['due', 'tre', 'quattro']) await send(subject);
  await mail.waitForMessages(USER, had + 3);
  const client = await Client.open();
  await client.ok('select INBOX');
  const { uids } = await client.ok('list 0');
  assert.equal(uids.length, 3);
  assert.deepEqual(uids, [...uids].sort((a, b) => a - b));
  assert.deepEqual((await client.ok(`list ${uids[0]}`)).uids, uids.slice(1));
  assert.deepEqual((await client.ok('newest 2')).uids, uids.slice(1).reverse());
  assert.equal((await client.ok('idle 1')).wake, 'time');
  assert.equal((await client.say('select Non c\'è')).outcome, 'refused');
  await client.close();
});
