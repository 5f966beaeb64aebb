// SPDX-License-Identifier: EUPL-1.2
// The sink must be trusted before it judges anyone: a bare client speaks to it, line by line.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import tls from 'node:tls';
import { startSink } from './smtp_sink.js';

// A line client: say(text) sends it and gives the whole reply; gone resolves when the server closes.
class Client {
  constructor(socket) {
    this.adopt(socket);
  }

  adopt(socket) {
    this.socket = socket;
    this.heard = '';
    this.waiting = null;
    socket.on('data', (piece) => { this.heard += piece.toString('latin1'); this.check(); });
    this.gone = new Promise((done) => { socket.on('error', (e) => done(e.code)); socket.on('close', () => done('closed')); });
    this.gone.then(() => this.waiting?.(null));
  }

  check() {
    const reply = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.heard)?.[0];
    if (!reply || !this.waiting) return;
    this.heard = this.heard.slice(reply.length);
    const done = this.waiting;
    this.waiting = null;
    done(reply.trim());
  }

  reply() {
    return new Promise((done) => { this.waiting = done; this.check(); });
  }

  say(text) {
    this.socket.write(`${text}\r\n`);
    return this.reply();
  }
}

async function connect(sink) {
  const client = new Client(net.connect(sink.port, '127.0.0.1'));
  client.greeting = await client.reply();
  return client;
}

async function sendOne(client, body = 'Subject: x\r\n\r\nciao') {
  await client.say('EHLO test');
  await client.say('MAIL FROM:<a@filo.test>');
  await client.say('RCPT TO:<b@bar.test>');
  await client.say('DATA');
  return client.say(`${body}\r\n.`);
}

async function withSink(options, story) {
  const sink = await startSink(options);
  try {
    await story(sink);
  } finally {
    await sink.close();
  }
}

test('keeps each message with its envelope and its dots', () => withSink({}, async (sink) => {
  const client = await connect(sink);
  assert.match(client.greeting, /^220 /);
  assert.match(await sendOne(client, 'Subject: x\r\n\r\n..\r\n..a\r\n.'.replace(/\.$/, '..')), /^250 2\.0\.0 Ok: queued as SINK1/);
  assert.equal(sink.messages.length, 1);
  assert.equal(sink.messages[0].from, 'a@filo.test');
  assert.deepEqual(sink.messages[0].to, ['b@bar.test']);
  assert.equal(sink.messages[0].data.toString(), 'Subject: x\r\n\r\n.\r\n.a\r\n.\r\n');
  assert.match(await sendOne(client), /SINK2/);
  assert.equal(sink.messages.length, 2);
  assert.match(await client.say('QUIT'), /^221/);
}));

test('a message split at every byte is one message', () => withSink({}, async (sink) => {
  const client = await connect(sink);
  await client.say('EHLO test');
  await client.say('MAIL FROM:<>');
  await client.say('RCPT TO:<b@bar.test>');
  await client.say('DATA');
  for (const byte of 'a\r\n..\r\n.x\r\n.\r\n') {
    client.socket.write(byte);
    await new Promise((done) => { setTimeout(done, 2); });
  }
  assert.match(await client.reply(), /^250/);
  assert.equal(sink.messages[0].data.toString(), 'a\r\n.\r\n.x\r\n');
  assert.equal(sink.messages[0].from, '');
}));

test('refuses and forgets by rule, as often as told', () => withSink({}, async (sink) => {
  sink.rules.push({ at: 'rcpt', match: /b@bar/, reply: '450 4.2.1 full', times: 1 });
  const client = await connect(sink);
  await client.say('EHLO test');
  await client.say('MAIL FROM:<a@filo.test>');
  assert.equal(await client.say('RCPT TO:<b@bar.test>'), '450 4.2.1 full');
  assert.match(await client.say('DATA'), /^503/);
  assert.match(await client.say('RCPT TO:<b@bar.test>'), /^250/);
}));

test('after the dot: closes, resets, refuses; received but never acknowledged', async () => {
  for (const rule of [{ close: true }, { reset: true }]) {
    await withSink({ rules: [{ at: 'dot', ...rule }] }, async (sink) => {
      const client = await connect(sink);
      assert.equal(await sendOne(client), null);
      assert.equal(sink.received.length, 1);
      assert.equal(sink.messages.length, 0);
    });
  }
  await withSink({ rules: [{ at: 'dot', reply: '452 4.3.1 disk' }] }, async (sink) => {
    assert.equal(await sendOne(await connect(sink)), '452 4.3.1 disk');
    assert.equal(sink.messages.length, 0);
  });
});

test('closes inside the message; waits in a tarpit', async () => {
  await withSink({ rules: [{ at: 'body', close: true }] }, async (sink) => {
    assert.equal(await sendOne(await connect(sink)), null);
    assert.equal(sink.received.length, 0);
  });
  await withSink({ rules: [{ at: 'mail', stallMs: 300 }] }, async (sink) => {
    const client = await connect(sink);
    await client.say('EHLO test');
    const start = Date.now();
    assert.match(await client.say('MAIL FROM:<a@filo.test>'), /^250/);
    assert.ok(Date.now() - start >= 290);
  });
});

test('STARTTLS and sign-in', () => withSink({ tls: 'starttls', auth: { user: 'filo', password: 'pè' } }, async (sink) => {
  const client = await connect(sink);
  const plain = await client.say('EHLO test');
  assert.match(plain, /STARTTLS/);
  assert.doesNotMatch(plain, /AUTH/);
  assert.match(await client.say('STARTTLS'), /^220/);
  client.socket.removeAllListeners('data');
  const secure = tls.connect({ socket: client.socket, ca: readFileSync(sink.caFile), servername: 'localhost' });
  client.adopt(secure);
  assert.match(await client.say('EHLO test'), /AUTH PLAIN LOGIN/);
  assert.match(await client.say('MAIL FROM:<a@filo.test>'), /^530/);
  const initial = (password) => Buffer.from(`\0filo\0${password}`).toString('base64');
  assert.match(await client.say(`AUTH PLAIN ${initial('no')}`), /^535/);
  assert.match(await client.say(`AUTH PLAIN ${initial('pè')}`), /^235/);
  assert.match(await sendOne(client), /^250/);
  assert.equal(sink.messages[0].tls, true);
  assert.equal(sink.messages[0].user, 'filo');
}));

test('an expired certificate is expired, a foreign one foreign', async () => {
  for (const [certificate, code] of [[{ expired: true }, 'CERT_HAS_EXPIRED'],
    [{ name: 'mail.altri.test' }, 'ERR_TLS_CERT_ALTNAME_INVALID']]) {
    await withSink({ tls: 'implicit', certificate }, async (sink) => {
      const socket = tls.connect({ port: sink.port, host: '127.0.0.1', servername: 'localhost',
        ca: readFileSync(sink.caFile) });
      assert.equal(await new Client(socket).gone, code);
    });
  }
});
