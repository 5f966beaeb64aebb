// SPDX-License-Identifier: EUPL-1.2
// A private PostgreSQL cluster for one test process: socket only, no password, gone with the process. As root it runs as
// user postgres, who else would refuse. A machine without PostgreSQL fails the test.
//
//   import { createDatabase, startCluster } from './postgres.js';
//   const url = await createDatabase();                 // in the process's cluster (fsync off), made at first need
//   const hard = await startCluster({ fsync: true });   // for crash tests: a cluster of its own
//   const url = await hard.createDatabase();
//   await hard.crash(); await hard.start();             // postmaster and backends killed at once; up again
//   await hard.query(url, 'SELECT count(*) AS n FROM ticket')   // [{n: 3}]
//   hard.stop();
import { execFile, execFileSync, spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
const START_MS = 20_000;

function findPrograms() {
  const root = '/usr/lib/postgresql';
  const newest = readdirSync(root).sort((a, b) => Number(b) - Number(a))[0];
  return path.join(root, newest, 'bin');
}

// The command as the server's user, ended by the kernel when this process ends, however that ends.
function asServer(argv) {
  const user = process.getuid() === 0 ? ['--reuid', 'postgres', '--regid', 'postgres', '--clear-groups'] : [];
  return ['setpriv', ...user, '--pdeathsig', 'KILL', ...argv];
}

class Cluster {
  // buffers: PostgreSQL's shared_buffers. With few it must write old pages out before it can read others in.
  constructor({ fsync = false, buffers = '16MB' } = {}) {
    this.fsync = fsync;
    this.buffers = buffers;
    this.bin = findPrograms();
    this.root = mkdtempSync(path.join(tmpdir(), 'filo-pg-'));
    this.data = path.join(this.root, 'data');
    this.databases = 0;
    this.server = null;
    this.onExit = () => this.stop();
    process.on('exit', this.onExit);
  }

  url(database) {
    return `postgresql:///${database}?host=${this.root}&user=postgres`;
  }

  async make() {
    mkdirSync(this.data, { mode: 0o700 });
    if (process.getuid() === 0) {
      const [uid, gid] = ['-u', '-g'].map((kind) => Number(execFileSync('id', [kind, 'postgres'])));
      for (const folder of [this.root, this.data]) chownSync(folder, uid, gid);
    }
    const argv = asServer([path.join(this.bin, 'initdb'), '-D', this.data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8',
      '--locale=C', '--no-instructions', ...(this.fsync ? [] : ['-N'])]);
    await run(argv[0], argv.slice(1), { cwd: '/' });
    await this.start();
  }

  async start() {
    const hurry = this.fsync ? [] : ['-F', '-c', 'full_page_writes=off'];
    const argv = asServer([path.join(this.bin, 'postgres'), '-D', this.data, '-k', this.root, '-h', '', ...hurry,
      '-c', `shared_buffers=${this.buffers}`, '-c', 'max_connections=100', '-c', 'logging_collector=off']);
    this.server = spawn(argv[0], argv.slice(1), { cwd: '/', stdio: 'ignore' });
    this.gone = new Promise((done) => { this.server.once('exit', done); });
    for (const until = Date.now() + START_MS; ;) {
      const answer = await run(path.join(this.bin, 'pg_isready'), ['-q', '-h', this.root, '-U', 'postgres'])
        .catch((error) => error);
      if (!answer.code) return;
      if (this.server.exitCode !== null || Date.now() > until) throw new Error('PostgreSQL did not start');
      await wait(20);
    }
  }

  // What -m immediate does: no checkpoint, every backend dies where it stands.
  async crash() {
    this.server.kill('SIGQUIT');
    await this.gone;
  }

  async query(url, sql) {
    const wrapped = `SELECT coalesce(json_agg(found), '[]') FROM (${sql}) AS found`;
    const { stdout } = await run(path.join(this.bin, 'psql'), ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', wrapped],
      { maxBuffer: 1 << 28 });
    return JSON.parse(stdout);
  }

  async execute(url, sql) {
    await run(path.join(this.bin, 'psql'), ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', sql]);
  }

  // A dump in SQL, into an empty database.
  async load(url, file) {
    await run(path.join(this.bin, 'psql'), ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', url, '-f', file], { maxBuffer: 1 << 26 });
  }

  async createDatabase(template = 'template0') {
    this.databases += 1;
    const name = `filo${this.databases}`;
    await this.execute(this.url('postgres'), `CREATE DATABASE ${name} TEMPLATE ${template}`);
    return this.url(name);
  }

  stop() {
    process.removeListener('exit', this.onExit);
    this.server?.kill('SIGQUIT');
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}

// A cluster of your own. fsync: as in production, for tests that crash it.
export async function startCluster(options) {
  const cluster = new Cluster(options);
  await cluster.make();
  return cluster;
}

let shared = null;

// The cluster that all tests of this process share.
export function sharedCluster() {
  shared ??= startCluster();
  return shared;
}

// Ends the shared cluster, when there is one; the file's last `after`.
export async function stopSharedCluster() {
  (await shared)?.stop();
  shared = null;
}

// The URL of a new, empty database in the shared cluster.
export async function createDatabase() {
  return (await sharedCluster()).createDatabase();
}
