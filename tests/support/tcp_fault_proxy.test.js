// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { startFaultProxy } from './tcp_fault_proxy.js';

// A server that keeps what each connection said and how it ended, and echoes.
async function startEcho() {
  const heard = [];
  const server = net.createServer((socket) => {
    const entry = { bytes: Buffer.alloc(0), end: null };
    heard.push(entry);
    socket.on('data', (piece) => { entry.bytes = Buffer.concat([entry.bytes, piece]); socket.write(piece); });
    socket.on('end', () => { entry.end ??= 'end'; });
    socket.on('error', (error) => { entry.end = error.code; });
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return { heard, port: server.address().port, close: () => new Promise((done) => { server.close(done); }) };
}

// Says text through a proxy with these faults; what came back, how it ended (null: still open after limitMs), when.
async function talk(faults, text, limitMs = 1500) {
  const echo = await startEcho();
  const proxy = await startFaultProxy(echo.port, faults);
  const result = { back: '', end: null, start: Date.now(), firstAt: null };
  const socket = net.connect(proxy.port, '127.0.0.1', () => socket.write(text));
  await new Promise((done) => {
    const timer = setTimeout(done, limitMs);
    const finish = (end) => { result.end ??= end; clearTimeout(timer); done(); };
    socket.on('data', (piece) => {
      result.firstAt ??= Date.now() - result.start;
      result.back += piece.toString();
      if (result.back.length === text.length) finish('whole');
    });
    socket.on('end', () => finish('end'));
    socket.on('error', (error) => finish(error.code));
  });
  await new Promise((done) => { setTimeout(done, 50); });
  result.heard = echo.heard.map(({ bytes, end }) => ({ text: bytes.toString(), end }));
  socket.destroy();
  await proxy.close();
  await echo.close();
  return result;
}

test('without faults everything passes', async () => {
  const text = 'x'.repeat(1 << 20);
  const result = await talk({}, text, 10000);
  assert.equal(result.end, 'whole');
  assert.equal(result.back, text);
});

test('cut after byte N: both ends see exactly N bytes and an end', async () => {
  const result = await talk({ toServer: { cutAfter: 5 } }, 'abcdefghij');
  assert.equal(result.heard[0].text, 'abcde');
  assert.equal(result.heard[0].end, 'end');
  assert.equal(result.end, 'end');
});

test('cut on the way back', async () => {
  const result = await talk({ toClient: { cutAfter: 3 } }, 'abcdefghij');
  assert.equal(result.heard[0].text, 'abcdefghij');
  assert.equal(result.back, 'abc');
});

test('reset after byte N', async () => {
  const result = await talk({ toServer: { resetAfter: 5 } }, 'abcdefghij');
  assert.equal(result.end, 'ECONNRESET');
  assert.ok(result.heard[0].text.length <= 5);
});

test('refused at once', async () => {
  const result = await talk({ refuse: true }, 'abc');
  assert.ok(['ECONNRESET', 'end'].includes(result.end), result.end);
  assert.equal(result.heard.length, 0);
});

test('stall: the connection stays, nothing more comes', async () => {
  const result = await talk({ toServer: { stallAfter: 4 } }, 'abcdefghij', 600);
  assert.equal(result.end, null);
  assert.deepEqual(result.heard, [{ text: 'abcd', end: null }]);
});

test('delay, and one byte a second', async () => {
  const late = await talk({ toServer: { delayMs: 300 } }, 'abc');
  assert.equal(late.back, 'abc');
  assert.ok(late.firstAt >= 290, `${late.firstAt}`);
  const slow = await talk({ toServer: { bytesPerSecond: 1 } }, 'abc', 2500);
  assert.equal(slow.heard[0].text, 'ab');
});
