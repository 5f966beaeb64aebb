// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { startMailStack } from './mail_stack.js';

let mail;
let directory;

// Keeps its input and says 75 as long as `busy` exists.
function makePipe() {
  directory = mkdtempSync(path.join(tmpdir(), 'filo-pipe-'));
  chmodSync(directory, 0o777);
  const script = path.join(directory, 'take');
  writeFileSync(script, `#!/bin/sh\n[ -e ${directory}/busy ] && exit 75\ncat > ${directory}/taken.$$ && `
    + `mv ${directory}/taken.$$ ${directory}/message\nprintf '%s' "$1" > ${directory}/recipient\n`);
  chmodSync(script, 0o755);
  return [script, '${original_recipient}'];
}

before(async () => {
  mail = await startMailStack({
    users: { 'luca@bar.test': 'parola' },
    pipes: { 'assistenza@filo.test': { argv: makePipe() }, 'nessuno@filo.test': { argv: ['/bin/sh', '-c', 'exit 67'] } },
  });
});

after(async () => {
  const base = mail?.base;
  await mail?.stop();
  rmSync(directory, { recursive: true, force: true });
  assert.ok(base && !existsSync(base));
});

async function until(what, limitMs = 10000) {
  for (const end = Date.now() + limitMs; !(await what());) {
    assert.ok(Date.now() < end, `waited in vain\n${mail.log().slice(-3000)}`);
    await new Promise((done) => { setTimeout(done, 50); });
  }
}

test('a message reaches a mailbox, and IMAP shows it', async () => {
  await mail.send({ from: 'sara@filo.test', to: ['luca@bar.test'], data: 'Subject: uno\n\n.\nperché\n' });
  const [message] = await mail.waitForMessages('luca@bar.test', 1);
  assert.match(message, /Subject: uno\r?\n/);
  assert.match(message, /\n\.\r?\nperch/);
  const answer = await imap('a LOGIN luca@bar.test parola\r\nb SELECT INBOX\r\nc LOGOUT\r\n');
  assert.match(answer, /\* 1 EXISTS/);
});

// One conversation over implicit TLS.
function imap(commands) {
  return new Promise((done, fail) => {
    let heard = '';
    const socket = tls.connect({ port: mail.imapsPort, host: '127.0.0.1', servername: 'localhost',
      ca: readFileSync(mail.caFile) }, () => socket.write(commands));
    socket.on('data', (piece) => { heard += piece; }).on('error', fail).on('close', () => done(heard));
  });
}

test('a pipe takes a plus address; while it says 75 the message waits, and is delivered once', async () => {
  const recipient = 'assistenza+t.abcdefghij0123456789@filo.test';
  writeFileSync(path.join(directory, 'busy'), '');
  await mail.send({ from: 'luca@bar.test', to: [recipient], data: 'Subject: due\n\nciao\n' });
  await until(async () => (await mail.queue()).some((entry) => entry.queue_name === 'deferred'));
  assert.ok(!existsSync(path.join(directory, 'message')));
  rmSync(path.join(directory, 'busy'));
  await mail.flush();
  await until(() => existsSync(path.join(directory, 'recipient')));
  assert.equal(readFileSync(path.join(directory, 'recipient'), 'utf8'), recipient);
  assert.match(readFileSync(path.join(directory, 'message'), 'utf8'), /^Return-Path: <luca@bar\.test>[^]*Subject: due/m);
  await until(async () => (await mail.queue()).length === 0);
});

test('a pipe that says 67 makes a real delivery report', async () => {
  const had = mail.messages('luca@bar.test').length;
  await mail.send({ from: 'luca@bar.test', to: ['nessuno@filo.test'], data: 'Subject: tre\n\nciao\n' });
  const messages = await mail.waitForMessages('luca@bar.test', had + 1);
  const report = messages.at(-1);
  assert.match(report, /Content-Type: multipart\/report; report-type=delivery-status/);
  assert.match(report, /Status: 5\.1\.1/);
  assert.match(report, /Return-Path: <>/);
});

test('submission speaks only inside TLS; unknown users and other domains are refused', async () => {
  const socket = net.connect(mail.submissionPort, '127.0.0.1');
  await mail.reply(socket);
  socket.write('EHLO x\r\n');
  assert.match(await mail.reply(socket), /STARTTLS/);
  socket.write('MAIL FROM:<a@filo.test>\r\n');
  assert.match(await mail.reply(socket), /^530/);
  socket.destroy();
  await assert.rejects(mail.send({ from: 'a@filo.test', to: ['ignoto@bar.test'], data: 'x: y\n\n' }), /550 5\.1\.1/);
  await assert.rejects(mail.send({ from: 'a@filo.test', to: ['chi@altrove.test'], data: 'x: y\n\n' }), /55\d 5\./);
});
