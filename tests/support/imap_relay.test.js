// SPDX-License-Identifier: EUPL-1.2
import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';
import { startImapRelay } from './imap_relay.js';

// A server that obeys in two lines, and says "+ go" to who wants to wait.
async function startServer() {
  const server = { heard: [] };
  const listener = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (piece) => piece.toString().split('\r\n').filter(Boolean).forEach((line) => {
      server.heard.push(line);
      socket.write(line.endsWith('IDLE') ? '+ go\r\n' : `* done\r\n${line === 'DONE' ? 'A2' : line.split(' ')[0]} OK\r\n`);
    }));
  });
  await new Promise((done) => { listener.listen(0, '127.0.0.1', done); });
  return Object.assign(server, { port: listener.address().port, close: () => listener.close() });
}

// Says the lines one by one, each once the one before is answered; gives what came back before the relay stopped.
async function talk(t, lines, isIt, moment) {
  const server = await startServer();
  const relay = await startImapRelay(server.port);
  let heard = '';
  const stopped = relay.stopAt(isIt, moment);
  const client = net.connect(relay.port, '127.0.0.1');
  t.after(async () => { client.destroy(); await relay.close(); server.close(); });
  client.on('error', () => {});
  const answered = (tag) => new Promise((done) => {
    const look = () => { if (heard.includes(`${tag} OK`) || (tag === 'A2' && heard.includes('+ go'))) done(); };
    client.on('data', look);
  });
  client.on('data', (piece) => { heard += piece; });
  for (const line of lines) {
    const over = answered(line.split(' ')[0]);
    client.write(`${line}\r\n`);
    const text = await Promise.race([over, stopped]);
    if (text) return { text, heard, server: server.heard, said: relay.said };
  }
  throw new Error('never stopped');
}

const LINES = ['A1 NOOP', 'A2 IDLE', 'DONE', 'A3 UID MOVE 1 "x"'];

test('before: the server never has the command; what was before it passed', async (t) => {
  const { text, heard, server, said } = await talk(t, LINES, (line, nth) => nth === 2, 'before');
  assert.deepEqual([text, heard, server, said], ['IDLE', '* done\r\nA1 OK\r\n', ['A1 NOOP'], ['NOOP', 'IDLE']]);
});

test('after: the server has obeyed, and nothing of its answer passes', async (t) => {
  const { text, heard, server } = await talk(t, LINES, (line) => line === 'IDLE', 'after');
  assert.deepEqual([text, heard, server], ['IDLE', '* done\r\nA1 OK\r\n', ['A1 NOOP', 'A2 IDLE']]);
});

test('the end of a waiting is a command, answered under the tag of the waiting', async (t) => {
  const { text, heard, server } = await talk(t, LINES, (line) => line === 'DONE', 'after');
  assert.deepEqual([text, heard, server], ['DONE', '* done\r\nA1 OK\r\n+ go\r\n', ['A1 NOOP', 'A2 IDLE', 'DONE']]);
});
