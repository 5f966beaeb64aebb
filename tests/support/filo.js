// SPDX-License-Identifier: EUPL-1.2
// A Filo of one's own for a scenario: a new data directory (and database), an administrator, a mailbox, a server.
//
//   import { eachEngine, startFilo } from './support/filo.js';
//   eachEngine('a message becomes a ticket', async (t, engine) => {
//     const sink = await startSink();
//     const filo = await startFilo({ engine, sink });
//     t.after(() => filo.remove());
//     const taken = await filo.mailIn('From: a@bar.test\r\n…');      // {code, out: {status, ticket, …}, stderr}
//     const browser = await filo.signIn();
//     (await browser.get(`/tickets/${taken.out.ticket}`)).text
//     await filo.rows('SELECT ticket_id FROM ticket');               // while it serves
//     await filo.killNode(); await filo.kill(); await filo.stop(); await filo.start();
//   });
//
// FILO_EXE names the testkit build under test. Everything lies under one temporary directory, which remove() deletes;
// what the servers said is kept in filo.log (and goes to FILO_ARTIFACTS when a scenario fails).
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Browser } from './browser.js';
import { sharedCluster, stopSharedCluster } from './postgres.js';
import { isAlive, killTree, listTree } from './process_tree.js';
import { SqliteReader } from './sqlite_reader.js';

process.env.FILO_MAIL_NETWORKS ??= '127.0.0.0/8, ::1'; // the tests' own mail servers
process.env.FILO_DNS ??= '127.0.0.1:1'; // nobody: no scenario asks the world

const run = promisify(execFile);
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

export const ENGINES = ['sqlite', 'postgresql'];
export const MAILBOX = 'assistenza';
export const ADDRESS = 'assistenza@filo.test';
export const ADMIN = { login: 'sara', name: 'Sara Conti', password: 'una chiave lunga e comoda' };

const READY_MS = 20_000;
const LOG_LIMIT = 4 << 20;

export function filoExe() {
  const exe = process.env.FILO_EXE;
  if (!exe) throw new Error('FILO_EXE must name the testkit build: run this by `make test`');
  return exe;
}

// Runs a program to its end with this on its standard input. Never rejects for its exit status.
export function runProgram(argv, { input = '', env = {}, onStart = null } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(argv[0], argv.slice(1), { env: { ...process.env, ...env } });
    const heard = { stdout: [], stderr: [] };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (piece) => heard[name].push(piece));
    child.on('error', fail);
    child.stdin.on('error', () => {}); // it may end without reading
    child.on('close', (code, signal) => done({ code, signal, stdout: Buffer.concat(heard.stdout).toString('utf8'),
      stderr: Buffer.concat(heard.stderr).toString('utf8') }));
    onStart?.(child);
    child.stdin.end(input);
  });
}

class Filo {
  constructor(options) {
    this.options = { engine: 'sqlite', company: 'Caffemeccanica', env: {}, cluster: null, sink: null, dir: null, restored: null, exe: null, lmtp: null, demo: false, founded: true,
      settings: { 'message.undo_seconds': '0' }, ...options };
    this.engine = this.options.engine;
    this.root = mkdtempSync(path.join(tmpdir(), 'filo-scenario-'));
    this.dir = this.options.dir ?? path.join(this.root, 'data');
    this.cluster = this.engine === 'postgresql' ? this.options.cluster : null;
    this.server = null;
    this.port = 0;
    this.log = '';
    this.onExit = () => this.removeNow();
    process.on('exit', this.onExit);
  }

  // ---- what is there before the first start

  secretFile(name, text) {
    const file = path.join(this.root, name);
    writeFileSync(file, `${text}\n`, { mode: 0o600 });
    return file;
  }

  async make() {
    if (this.options.restored) {
      Object.assign(this, this.options.restored);
      return;
    }
    if (this.engine === 'postgresql') {
      this.cluster = this.options.cluster ?? await sharedCluster();
      this.db = await this.cluster.createDatabase();
    }
    if (this.options.init === false) return;
    if (!this.options.founded) {
      await this.command(['init'], { mustWork: true });
      return;
    }
    const password = ['--admin-password-file', this.secretFile('admin', ADMIN.password)];
    if (this.options.demo) {
      await this.command(['init', '--company', this.options.company, ...password], { mustWork: true });
      await this.command(['demo'], { mustWork: true });
      return;
    }
    await this.command(['init', '--company', this.options.company, '--admin', ADMIN.login, '--admin-name', ADMIN.name, ...password],
      { mustWork: true });
    if (this.options.sink) await this.setMailbox(MAILBOX, { port: this.options.sink.port });
    for (const [key, value] of Object.entries(this.options.settings)) await this.set(key, value);
  }

  // A command as it is, for another directory.
  plain(words, options = {}) {
    return runProgram([filoExe(), ...words], options);
  }

  setMailbox(name, { port, address = ADDRESS, tls = 'none', more = [] }) {
    return this.command(['mailbox', '--name', name, '--address', address, '--smtp-host', '127.0.0.1', '--smtp-port', `${port}`,
      '--smtp-tls', tls, ...(more.includes('--send-per-minute') ? [] : ['--send-per-minute', '0']), ...more], { mustWork: true });
  }

  // ---- subcommands

  argv(words) {
    return [this.options.exe ?? filoExe(), words[0], '--data', this.dir, ...(this.db ? ['--db', this.db] : []), ...words.slice(1)];
  }

  async command(words, { mustWork = false, wrapper = [], ...options } = {}) {
    const result = await runProgram([...wrapper, ...this.argv(words)], { ...options, env: { ...this.options.env, ...options.env } });
    if (mustWork && result.code !== 0)
      throw new Error(`filo ${words.join(' ')}: exit ${result.code}\n${result.stdout}${result.stderr}`);
    return result;
  }

  async mailIn(raw, { mailbox = MAILBOX, ...options } = {}) {
    const result = await this.command(['mail-in', '--mailbox', mailbox], { ...options, input: raw });
    return { ...result, out: result.stdout.trim() ? JSON.parse(result.stdout) : null };
  }

  check() {
    return this.command(['check']);
  }

  // ---- the server

  async start({ env = {}, wrapper = [] } = {}) {
    const argv = [...wrapper, ...this.argv(['serve', '--listen', '127.0.0.1:0', ...(this.options.lmtp ? ['--lmtp', this.options.lmtp] : [])])];
    this.server = spawn(argv[0], argv.slice(1), { stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...this.options.env, ...env } });
    this.gone = new Promise((done) => { this.server.once('close', (code, signal) => done({ code, signal })); });
    this.server.stderr.on('data', (piece) => { this.log = (this.log + piece).slice(-LOG_LIMIT); });
    this.ready = null;
    const lines = createInterface({ input: this.server.stdout });
    lines.on('line', (line) => this.heard(line));
    await this.until(() => this.ready || this.server.exitCode !== null || this.server.signalCode, 'a ready line', READY_MS);
    if (!this.ready) throw new Error(`serve ended with ${this.server.exitCode ?? this.server.signalCode}\n${this.log}`);
    return this;
  }

  // A node that the parent started again says so too, perhaps with another port.
  heard(line) {
    const said = JSON.parse(line);
    if (!said.ready) return;
    this.ready = said;
    this.port = said.port;
    this.lmtpPort = said.lmtp_port;
  }

  // Asks again and again until it is true; what: for the message.
  async until(isTrue, what, timeoutMs = 15_000) {
    for (const end = Date.now() + timeoutMs; ;) {
      const found = await isTrue();
      if (found) return found;
      if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms for ${what}\n${this.log.slice(-4000)}`);
      await wait(10);
    }
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  isServing() {
    return this.server !== null && this.server.exitCode === null && this.server.signalCode === null;
  }

  // The node works, its parent restarts it; the zygote and the parser's workers are below the node.
  tree() {
    return listTree(this.server.pid);
  }

  // kill -9 of the node alone; its parent brings it back. Resolves when it serves again.
  async killNode() {
    const { pid } = this.ready;
    this.ready = null;
    process.kill(pid, 'SIGKILL');
    await this.until(() => this.ready || !this.isServing(), 'the node to come back', READY_MS);
    if (!this.ready) throw new Error(`the parent ended with its node\n${this.log.slice(-4000)}`);
  }

  // kill -9 of everything, as a power switch would, except that the kernel keeps what was written.
  async kill() {
    if (!this.isServing()) return;
    const tree = killTree(this.server.pid);
    await this.gone;
    await this.until(() => !tree.some(isAlive), 'killed processes to go');
  }

  async stop() {
    if (!this.isServing()) return null;
    this.server.kill('SIGTERM');
    const ended = await this.gone;
    return ended;
  }

  async restart(options) {
    await this.stop();
    return this.start(options);
  }

  removeNow() {
    process.removeListener('exit', this.onExit);
    this.reader?.close();
    if (this.isServing()) killTree(this.server.pid);
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }

  // The scenario's end. What the server said is kept where `make test` leaves its artefacts.
  async remove() {
    await this.kill();
    const folder = process.env.FILO_ARTIFACTS;
    if (folder && this.log) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, `${path.basename(this.root)}.${this.engine}.log`), this.log);
    }
    this.removeNow();
  }

  // ---- faces

  browser() {
    return new Browser(() => this.port);
  }

  async signIn({ login = ADMIN.login, password = ADMIN.password } = {}) {
    const browser = this.browser();
    const answer = await browser.post('/sign-in', { email: login, password });
    if (answer.status !== 303 || !browser.cookies.size) throw new Error(`sign-in: ${answer.status}\n${answer.text.slice(0, 2000)}`);
    return browser;
  }

  // What is stored, read beside the serving node: read-only, and on SQLite never a checkpoint (the writer alone makes those).
  async rows(sql) {
    if (this.cluster) return this.cluster.query(this.db, sql);
    this.reader ??= new SqliteReader(path.join(this.dir, 'filo.db'));
    return this.reader.rows(sql);
  }

  // Changes what is stored behind Filo's back: for what no command can do (a setting, damage, time gone by). On SQLite only
  // while nothing serves.
  async execute(sql) {
    if (this.cluster) {
      await this.cluster.execute(this.db, sql);
      return;
    }
    if (this.isServing()) throw new Error('the serving node alone writes');
    await run('python3', ['-c', SQLITE_EXECUTE, path.join(this.dir, 'filo.db'), sql]);
  }

  set(key, value) {
    return this.execute(`INSERT INTO setting (setting_key, value, changed_at) VALUES ('${key}', '${value}', 0)
      ON CONFLICT (setting_key) DO UPDATE SET value = excluded.value`);
  }

  async count(sql) {
    return (await this.rows(`SELECT count(*) AS n ${sql}`))[0].n;
  }
}

const SQLITE_EXECUTE = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript("BEGIN IMMEDIATE; " + sys.argv[2] + "; COMMIT")
db.close()
`;

// options: {engine, settings ({key: value}; by default answers leave at once), company, sink (a mailbox that sends there), dir (the data directory; else a new one), cluster, env,
// serve: false (only made), founded: false (as `filo init` alone leaves it), demo: true (the demo company), restored: {dir, db} (made already, by a restore),
// init: false (an empty directory and database, for the command that makes a company in it),
// lmtp: where it takes mail over LMTP ('127.0.0.1:0': filo.lmtpPort), exe: another build than FILO_EXE}.
export async function startFilo(options = {}) {
  const filo = new Filo(options);
  try {
    await filo.make();
    if (options.serve !== false) await filo.start();
  } catch (error) {
    await filo.remove();
    throw error;
  }
  return filo;
}

// One test an engine: `name (sqlite)`, `name (postgresql)`.
export function eachEngine(name, story) {
  for (const engine of ENGINES) test(`${name} (${engine})`, (t) => story(t, engine));
}

after(stopSharedCluster);
