// SPDX-License-Identifier: EUPL-1.2
// Virus scanners for scenarios: Debian's clamd with a database of one line, and a simulator of its protocol that misbehaves
// where it is told to. Both listen on a Unix socket; `filo serve --virus-scanner unix:PATH`.
//
//   const clamd = await startClamd(); clamd.address; await clamd.stop();
//   const fake = await startScanner({ finds: /CATTIVO/ });      // says Prova.Virus of what matches, OK of the rest
//   fake.mode = 'slow';      // well | slow (never answers) | cut | early | noise | refuses (too large) | trouble (no memory)
//   fake.troubles = 2;       // times it is in trouble before it is well
//   fake.asked               // contents it was asked about; fake.pings
//   await fake.stop(); await fake.start();                      // dead, and back at the same address
//
// EICAR is the industry's harmless test file (eicar.org). It is put together here, so that no file of ours is a finding.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const EICAR = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD', '-ANTIVIRUS-TEST-FILE!$H+H*'].join(''), 'latin1');
export const EICAR_NAME = 'Filo.Prova.Eicar.UNOFFICIAL'; // clamd says this of what is not its makers' database

const CLAMD = '/usr/sbin/clamd';
const READY_MS = 60_000;
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

function connects(socket) {
  return new Promise((done) => {
    const client = net.connect(socket);
    client.on('connect', () => { client.destroy(); done(true); });
    client.on('error', () => done(false));
  });
}

export async function startClamd({ streamMax = '1M' } = {}) {
  const root = mkdtempSync(path.join(tmpdir(), 'filo-clamd-'));
  const [database, socket, config] = ['database', 'clamd.ctl', 'clamd.conf'].map((name) => path.join(root, name));
  mkdirSync(database);
  writeFileSync(path.join(database, 'filo.hsb'), `${createHash('sha256').update(EICAR).digest('hex')}:${EICAR.length}:Filo.Prova.Eicar:73\n`);
  writeFileSync(config, [`DatabaseDirectory ${database}`, `LocalSocket ${socket}`, 'Foreground yes', `TemporaryDirectory ${root}`,
    `StreamMaxLength ${streamMax}`, 'MaxThreads 2', 'SelfCheck 0', 'Bytecode no', ''].join('\n'));
  const child = spawn(CLAMD, ['--config-file', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  let over = null;
  for (const name of ['stdout', 'stderr']) child[name].on('data', (piece) => { log = (log + piece).slice(-100_000); });
  const gone = new Promise((done) => {
    child.on('error', (error) => { over = error.message; done(); });
    child.on('close', (code) => { over ??= `it ended with ${code}`; done(); });
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await gone;
    rmSync(root, { recursive: true, force: true });
  };
  for (const end = Date.now() + READY_MS; !(await connects(socket)); await wait(50))
    if (over || Date.now() > end) {
      await stop();
      throw new Error(`clamd does not listen: ${over ?? 'in time'}\n${log}`);
    }
  return { address: `unix:${socket}`, stop, log: () => log };
}

// What was sent after the command, or null while it is not whole.
function contentOf(heard) {
  const pieces = [];
  for (let at = 'zINSTREAM\0'.length; ;) {
    if (at + 4 > heard.length) return null;
    const size = heard.readUInt32BE(at);
    if (size === 0) return Buffer.concat(pieces);
    pieces.push(heard.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
}

class FakeScanner {
  constructor(finds) {
    this.finds = finds;
    this.mode = 'well';
    this.troubles = 0;
    this.asked = [];
    this.pings = 0;
    this.open = new Set();
    this.root = mkdtempSync(path.join(tmpdir(), 'filo-scanner-'));
    this.socket = path.join(this.root, 'clamd.ctl');
    this.address = `unix:${this.socket}`;
  }

  answerOf(content) {
    if (this.mode === 'cut') return 'stream: OK'; // all but the NUL that ends it
    if (this.mode === 'noise') return 'HTTP/1.1 200 OK\r\n\r\n\0';
    if (this.mode === 'refuses') return 'INSTREAM size limit exceeded. ERROR\0';
    if (this.mode === 'trouble' || this.troubles-- > 0) return "stream: Can't allocate memory ERROR\0";
    return this.finds.test(content.toString('latin1')) ? 'stream: Prova.Virus FOUND\0' : 'stream: OK\0';
  }

  take(client, heard) {
    if (heard.toString('latin1') === 'zPING\0') {
      this.pings += 1;
      client.end('PONG\0');
      return;
    }
    if (this.mode === 'early') {
      client.end('stream: OK\0');
      return;
    }
    const content = contentOf(heard);
    if (!content) return;
    this.asked.push(content);
    if (this.mode !== 'slow') client.end(this.answerOf(content), 'latin1');
  }

  start() {
    this.server = net.createServer((client) => {
      let heard = Buffer.alloc(0);
      this.open.add(client);
      client.on('data', (piece) => { heard = Buffer.concat([heard, piece]); this.take(client, heard); });
      client.on('error', () => {});
      client.on('close', () => this.open.delete(client));
    });
    return new Promise((done) => { this.server.listen(this.socket, done); });
  }

  // As one that is killed: who talks to it is cut off.
  async stop() {
    const closed = new Promise((done) => { this.server.close(done); });
    for (const client of this.open) client.destroy();
    await closed;
  }

  async remove() {
    if (this.server.listening) await this.stop();
    rmSync(this.root, { recursive: true, force: true });
  }
}

export async function startScanner({ finds = /$^/, listens = true } = {}) {
  const scanner = new FakeScanner(finds);
  if (listens) await scanner.start();
  else scanner.server = net.createServer();
  return scanner;
}

// A message with files: {name, body}.
export function letterWith(files, { from = 'Luca Bianchi <luca@bar.test>', subject = 'Ecco il file', text = 'In allegato.', id } = {}) {
  const part = ({ name, body }) => ['--filo-prova', `Content-Type: application/octet-stream; name="${name}"`, 'Content-Transfer-Encoding: base64',
    `Content-Disposition: attachment; filename="${name}"`, '', Buffer.from(body).toString('base64').replace(/(.{76})/g, '$1\r\n'), ''];
  return [`From: ${from}`, 'To: assistenza@filo.test', `Subject: ${subject}`, 'Date: Mon, 02 Mar 2026 09:00:00 +0100',
    `Message-ID: <${id ?? createHash('sha256').update(subject + text).digest('hex').slice(0, 20)}@bar.test>`, 'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary="filo-prova"', '', '--filo-prova', 'Content-Type: text/plain; charset=utf-8', '', text, '',
    ...files.flatMap(part), '--filo-prova--', ''].join('\r\n');
}
